//! What reads a stranger's bytes over Bluetooth: adverts, and the packets of a link.

mod links;

pub use links::ble_reassembly;

use sighej_ble::{
    PeerAddress,
    advert::{ADVERT_BYTES, Advert, SERVICE},
};

/// An advert that is read is written as it was, within what a legacy advert holds. The bytes are tried as they are, and
/// once more as service data of the right service, so that what is behind the UUID is reached too.
///
/// # Panics
/// Where one of this does not hold.
pub fn ble_advert(data: &[u8]) {
    let length = u8::try_from(data.len() + 17).unwrap_or(u8::MAX);
    let addressed = [&[2, 1, 6, length, 0x21], SERVICE.to_le_bytes().as_slice(), data].concat();
    for payload in [data, addressed.as_slice()] {
        let Ok(Some(advert)) = Advert::decode(payload) else { continue };
        let written = advert.encode();
        assert!(written.len() <= ADVERT_BYTES);
        assert_eq!(Advert::decode(&written), Ok(Some(advert)));
        let sighting = advert.sighting(PeerAddress::new("somebody"), Some(i8::MAX));
        assert_eq!(sighting.rssi, None, "127 is unknown");
    }
    if let Ok(advert) = Advert::from_service_data(data) {
        assert_eq!(advert.service_data().as_ref().map(<[u8; 10]>::as_slice), Some(data));
    }
}
