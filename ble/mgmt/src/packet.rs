//! Questions and answers as bytes: header (opcode or event, controller, length; 2 bytes each, little-endian), parameters.

use crate::MgmtError;

pub(crate) const READ_INDEX_LIST: u16 = 0x0003;
pub(crate) const READ_INFO: u16 = 0x0004;
/// Instead of a controller's number, where none is meant.
pub(crate) const NO_INDEX: u16 = 0xffff;
/// The status of a question about a controller that is not there.
pub(crate) const INVALID_INDEX: u8 = 0x11;

const COMMAND_COMPLETE: u16 = 0x0001;
const COMMAND_STATUS: u16 = 0x0002;
const HEADER: usize = 6;

/// Settings of a controller, as bits.
const POWERED: u32 = 1 << 0;
const LOW_ENERGY: u32 = 1 << 9;
const PRIVACY: u32 = 1 << 13;

/// What the kernel says of one controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Controller {
    /// Its number: 0 for `hci0`.
    pub index: u16,
    supported: u32,
    current: u32,
}

impl Controller {
    /// Whether it is switched on.
    #[must_use]
    pub fn powered(&self) -> bool {
        self.current & POWERED != 0
    }

    /// Whether it can do Bluetooth LE at all.
    #[must_use]
    pub fn has_low_energy(&self) -> bool {
        self.supported & LOW_ENERGY != 0
    }

    /// Whether Bluetooth LE is on.
    #[must_use]
    pub fn low_energy(&self) -> bool {
        self.current & LOW_ENERGY != 0
    }

    /// Whether it can show a random address instead of its own.
    #[must_use]
    pub fn has_privacy(&self) -> bool {
        self.supported & PRIVACY != 0
    }

    /// Whether it does.
    #[must_use]
    pub fn privacy(&self) -> bool {
        self.current & PRIVACY != 0
    }
}

/// A question without parameters.
pub(crate) fn question(opcode: u16, index: u16) -> [u8; HEADER] {
    let ([a, b], [c, d]) = (opcode.to_le_bytes(), index.to_le_bytes());
    [a, b, c, d, 0, 0]
}

/// The parameters of the answer to a question; `None` where the event is another.
pub(crate) fn answer(event: &[u8], opcode: u16, index: u16) -> Result<Option<&[u8]>, MgmtError> {
    let (header, body) = event.split_at_checked(HEADER).ok_or(MgmtError::Malformed)?;
    let kind = u16_at(header, 0)?;
    let of = u16_at(header, 2)?;
    if usize::from(u16_at(header, 4)?) != body.len() {
        return Err(MgmtError::Malformed);
    }
    if !matches!(kind, COMMAND_COMPLETE | COMMAND_STATUS) || of != index || u16_at(body, 0)? != opcode {
        return Ok(None);
    }
    match *body.get(2).ok_or(MgmtError::Malformed)? {
        0 if kind == COMMAND_COMPLETE => Ok(body.get(3..)),
        0 => Err(MgmtError::Malformed),
        status => Err(MgmtError::Refused(status)),
    }
}

/// The numbers of the controllers.
pub(crate) fn indices(answer: &[u8]) -> Result<Vec<u16>, MgmtError> {
    let count = usize::from(u16_at(answer, 0)?);
    (1..=count).map(|number| u16_at(answer, 2 * number)).collect()
}

/// Address (6), version (1), manufacturer (2), supported settings (4), current settings (4); what follows is not read.
pub(crate) fn controller(index: u16, answer: &[u8]) -> Result<Controller, MgmtError> {
    Ok(Controller { index, supported: u32_at(answer, 9)?, current: u32_at(answer, 13)? })
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, MgmtError> {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(MgmtError::Malformed)?;
    Ok(u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, MgmtError> {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(MgmtError::Malformed)?;
    Ok(u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event with its length.
    fn event(kind: u16, index: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [kind, index, u16::try_from(body.len()).unwrap()] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(body);
        bytes
    }

    #[test]
    fn an_answer_is_told_from_other_events() {
        let complete = event(COMMAND_COMPLETE, NO_INDEX, &[3, 0, 0, 1, 0, 0, 0]);
        assert_eq!(answer(&complete, READ_INDEX_LIST, NO_INDEX).unwrap(), Some(&[1, 0, 0, 0][..]));
        assert_eq!(answer(&complete, READ_INFO, NO_INDEX).unwrap(), None);
        assert_eq!(answer(&complete, READ_INDEX_LIST, 0).unwrap(), None);
        // New settings of controller 0.
        assert_eq!(answer(&event(6, 0, &[1, 0, 0, 0]), READ_INFO, 0).unwrap(), None);
    }

    #[test]
    fn a_refusal_keeps_its_status() {
        let gone = event(COMMAND_STATUS, 3, &[4, 0, INVALID_INDEX]);
        assert!(matches!(answer(&gone, READ_INFO, 3), Err(MgmtError::Refused(INVALID_INDEX))));
    }

    #[test]
    fn settings_are_read_where_the_interface_puts_them() {
        let mut info = vec![0xaa; 9];
        info.extend((POWERED | LOW_ENERGY | PRIVACY).to_le_bytes());
        info.extend((POWERED | LOW_ENERGY).to_le_bytes());
        info.extend([0xaa; 263]);
        let controller = controller(2, &info).unwrap();
        assert_eq!(controller.index, 2);
        assert!(controller.powered() && controller.low_energy() && controller.has_low_energy());
        assert!(controller.has_privacy() && !controller.privacy());
    }

    #[test]
    fn whatever_is_cut_short_is_malformed() {
        let whole = event(COMMAND_COMPLETE, NO_INDEX, &[3, 0, 0, 2, 0, 0, 0, 1, 0]);
        for end in 0..whole.len() {
            assert!(
                matches!(answer(&whole[..end], READ_INDEX_LIST, NO_INDEX), Err(MgmtError::Malformed)),
                "{end}"
            );
        }
        let list = answer(&whole, READ_INDEX_LIST, NO_INDEX).unwrap().unwrap();
        assert_eq!(indices(list).unwrap(), [0, 1]);
        for end in 0..list.len() {
            assert!(indices(&list[..end]).is_err(), "{end}");
        }
        for end in 0..17 {
            assert!(controller(0, &[0; 17][..end]).is_err(), "{end}");
        }
    }
}
