//! The platform's names of devices, and the engine's handles for them. Forgotten with each identity.

use std::collections::BTreeMap;

use sighej_ble::PeerAddress;
use sighej_engine::RadioAddress;

/// A bounded table of addresses. A handle is never used twice, in no life and in no other table that counts with the same
/// counter.
#[derive(Debug)]
pub(super) struct Addresses {
    bound: usize,
    rows: BTreeMap<PeerAddress, Row>,
    /// Counts what was noted, to know what was noted longest ago.
    clock: u64,
}

#[derive(Debug)]
struct Row {
    handle: RadioAddress,
    is_bare: bool,
    noted: u64,
}

/// Numbers for handles.
#[derive(Debug, Default)]
pub(super) struct Handles(u64);

impl Handles {
    fn next(&mut self) -> RadioAddress {
        self.0 += 1;
        RadioAddress(self.0)
    }
}

impl Addresses {
    pub(super) fn bounded(bound: usize) -> Addresses {
        Addresses { bound, rows: BTreeMap::new(), clock: 0 }
    }

    /// The handle of an address, new or known; `is_bare` says whether its advert left out the token. Beyond the bound the one
    /// noted longest ago goes.
    pub(super) fn note(&mut self, peer: &PeerAddress, is_bare: bool, handles: &mut Handles) -> RadioAddress {
        self.clock += 1;
        if let Some(row) = self.rows.get_mut(peer) {
            row.noted = self.clock;
            row.is_bare = is_bare;
            return row.handle;
        }
        if self.rows.len() >= self.bound {
            let oldest = self.rows.iter().min_by_key(|(_, row)| row.noted).map(|(peer, _)| peer.clone());
            oldest.and_then(|oldest| self.rows.remove(&oldest));
        }
        let handle = handles.next();
        self.rows.insert(peer.clone(), Row { handle, is_bare, noted: self.clock });
        handle
    }

    /// Where a handle points, and whether adverts from there are bare.
    pub(super) fn find(&self, handle: RadioAddress) -> Option<(PeerAddress, bool)> {
        let (peer, row) = self.rows.iter().find(|(_, row)| row.handle == handle)?;
        Some((peer.clone(), row.is_bare))
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: usize) -> PeerAddress {
        PeerAddress::new(&format!("device {n}"))
    }

    #[test]
    fn an_address_keeps_its_handle_and_gets_another_after_its_end() {
        let (mut addresses, mut handles) = (Addresses::bounded(4), Handles::default());
        let handle = addresses.note(&peer(1), false, &mut handles);
        assert_eq!(addresses.note(&peer(1), true, &mut handles), handle);
        assert_eq!(addresses.find(handle), Some((peer(1), true)));
        addresses.clear();
        assert_eq!(addresses.find(handle), None);
        assert_ne!(addresses.note(&peer(1), false, &mut handles), handle);
    }

    #[test]
    fn of_too_many_the_one_noted_longest_ago_goes() {
        let (mut addresses, mut handles) = (Addresses::bounded(3), Handles::default());
        let noted: Vec<RadioAddress> =
            (0..3).map(|n| addresses.note(&peer(n), false, &mut handles)).collect();
        addresses.note(&peer(0), false, &mut handles);
        addresses.note(&peer(9), false, &mut handles);
        assert!(addresses.find(noted[0]).is_some() && addresses.find(noted[1]).is_none());
        assert_eq!(addresses.rows.len(), 3);
    }
}
