//! What passed between the hosts and their controllers, as BlueZ's monitor writes it down: btsnoop, data link 2001.

use std::{fmt, time::Duration};

use thiserror::Error;

use crate::{
    link::{self, Seen},
    reader::Reader,
};

/// A file's first bytes: its name, version 1, and the data link "monitor".
const HEADER: &[u8] = b"btsnoop\0\x00\x00\x00\x01\x00\x00\x07\xd1";
/// Microseconds of 1970-01-01 in a record's time, which counts from the year 0.
const UNIX_EPOCH: u64 = 0x00dc_ddb3_0f2f_8000;

const EVENT_LE: u8 = 0x3e;
const LE_ADVERTISING_REPORT: u8 = 0x02;
const LE_EXTENDED_ADVERTISING_REPORT: u8 = 0x0d;
/// Stands for an RSSI that the controller does not know.
const RSSI_UNKNOWN: i8 = 127;

/// Everything that was captured, in the order of time.
#[derive(Debug)]
pub struct Capture {
    records: Vec<Record>,
}

/// One packet.
#[derive(Debug)]
pub struct Record {
    /// Which controller: the number in `hci0`.
    pub controller: u16,
    /// The lab's time of day, since 1970.
    pub at: Duration,
    /// What passed.
    pub packet: Packet,
}

/// A packet between a host and its controller.
#[derive(PartialEq, Eq)]
pub enum Packet {
    /// The host orders: operation code (2), length (1), parameters.
    Command(Vec<u8>),
    /// The controller tells: event code (1), length (1), parameters.
    Event(Vec<u8>),
    /// Data to the air: handle and flags (2), length (2), data.
    Sent(Vec<u8>),
    /// Data from the air.
    Received(Vec<u8>),
    /// Whatever else the monitor writes down, by its number.
    Other(u16),
}

/// What was in it is for assertions, not for a log.
impl fmt::Debug for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Packet::Command(bytes) => write!(f, "Command({} bytes)", bytes.len()),
            Packet::Event(bytes) => write!(f, "Event({} bytes)", bytes.len()),
            Packet::Sent(bytes) => write!(f, "Sent({} bytes)", bytes.len()),
            Packet::Received(bytes) => write!(f, "Received({} bytes)", bytes.len()),
            Packet::Other(kind) => write!(f, "Other({kind})"),
        }
    }
}

/// One advert or scan response, as one controller heard it.
#[derive(Clone, PartialEq, Eq)]
pub struct Advert {
    /// The lab's time of day, since 1970.
    pub at: Duration,
    /// The controller that heard it.
    pub heard_by: u16,
    /// From which address, most significant byte first.
    pub address: [u8; 6],
    /// Whether that is a random address.
    pub random: bool,
    /// Whether it answers a scan.
    pub scan_response: bool,
    /// How strongly, in dBm, where the controller knows.
    pub rssi: Option<i8>,
    /// The payload: structures of length, type, data.
    pub payload: Vec<u8>,
}

/// What was in it is for assertions, not for a log.
impl fmt::Debug for Advert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Advert")
            .field("at", &self.at)
            .field("heard_by", &self.heard_by)
            .field("bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

impl Advert {
    /// The data of the first structure of this type (Assigned Numbers, section 2.3).
    pub fn structure(&self, wanted: u8) -> Option<&[u8]> {
        self.structures().find_map(|(kind, data)| (kind == wanted).then_some(data))
    }

    /// All structures: type and data. Ends where one is cut off.
    pub fn structures(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let mut rest = Reader(&self.payload);
        std::iter::from_fn(move || {
            let length = rest.u8()?;
            let (kind, data) = rest.bytes(length.into())?.split_first()?;
            Some((*kind, data))
        })
    }
}

/// Why a file is no capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CaptureError {
    /// It does not begin as one.
    #[error("this file is no capture of BlueZ's monitor")]
    Header,
    /// A record says that it is shorter than its own data.
    #[error("the record at byte {0} of the capture contradicts itself")]
    Record(usize),
}

impl Capture {
    /// Reads a file. A record that is cut off at the end, as in a file that is being written, is left out.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(file: &[u8]) -> Result<Capture, CaptureError> {
        let mut rest = Reader(file.strip_prefix(HEADER).ok_or(CaptureError::Header)?);
        let mut records = Vec::new();
        loop {
            let position = file.len() - rest.0.len();
            match record(&mut rest) {
                Some(Ok(record)) => records.push(record),
                Some(Err(())) => return Err(CaptureError::Record(position)),
                None => return Ok(Capture { records }),
            }
        }
    }

    /// Every packet.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Every advert that any controller heard.
    pub fn adverts(&self) -> Vec<Advert> {
        self.records.iter().flat_map(adverts_in).collect()
    }

    /// Every link of every controller: each shows twice, once from either end.
    pub fn links(&self) -> Vec<Seen> {
        link::links(&self.records)
    }
}

fn record(rest: &mut Reader<'_>) -> Option<Result<Record, ()>> {
    let mut ahead = *rest;
    let whole = ahead.u32_be()?;
    let length = ahead.u32_be()?;
    let flags = ahead.u32_be()?;
    let _drops = ahead.u32_be()?;
    let time = ahead.u64_be()?;
    if length > whole {
        return Some(Err(()));
    }
    let data = ahead.bytes(usize::try_from(length).ok()?)?.to_vec();
    *rest = ahead;
    let [high, low, kind_high, kind_low] = flags.to_be_bytes();
    let packet = match u16::from_be_bytes([kind_high, kind_low]) {
        2 => Packet::Command(data),
        3 => Packet::Event(data),
        4 => Packet::Sent(data),
        5 => Packet::Received(data),
        other => Packet::Other(other),
    };
    let at = Duration::from_micros(time.saturating_sub(UNIX_EPOCH));
    Some(Ok(Record { controller: u16::from_be_bytes([high, low]), at, packet }))
}

fn adverts_in(record: &Record) -> Vec<Advert> {
    let Packet::Event(event) = &record.packet else { return Vec::new() };
    let mut rest = Reader(event);
    let (Some(EVENT_LE), Some(_length), Some(kind)) = (rest.u8(), rest.u8(), rest.u8()) else {
        return Vec::new();
    };
    let report = match kind {
        LE_ADVERTISING_REPORT => legacy_report,
        LE_EXTENDED_ADVERTISING_REPORT => extended_report,
        _ => return Vec::new(),
    };
    let count = rest.u8().unwrap_or(0);
    (0..count).map_while(|_| report(record, &mut rest)).collect()
}

/// Core specification, volume 4, part E, 7.7.65.2.
fn legacy_report(record: &Record, rest: &mut Reader<'_>) -> Option<Advert> {
    let scan_response = rest.u8()? == 4;
    let random = rest.u8()? & 1 == 1;
    let address = rest.address()?;
    let length = rest.u8()?;
    let payload = rest.bytes(length.into())?.to_vec();
    let rssi = rssi(rest.u8()?);
    Some(Advert { at: record.at, heard_by: record.controller, address, random, scan_response, rssi, payload })
}

/// Core specification, volume 4, part E, 7.7.65.13.
fn extended_report(record: &Record, rest: &mut Reader<'_>) -> Option<Advert> {
    let scan_response = rest.u16()? & 0x08 != 0;
    let random = rest.u8()? & 1 == 1;
    let address = rest.address()?;
    let [_primary, _secondary, _set, _power] = rest.array()?;
    let rssi = rssi(rest.u8()?);
    let _interval_and_target: [u8; 9] = rest.array()?;
    let length = rest.u8()?;
    let payload = rest.bytes(length.into())?.to_vec();
    Some(Advert { at: record.at, heard_by: record.controller, address, random, scan_response, rssi, payload })
}

fn rssi(byte: u8) -> Option<i8> {
    let dbm = byte.cast_signed();
    (dbm != RSSI_UNKNOWN).then_some(dbm)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Two controllers in the lab: one advertises, the other scans, connects, reads and leaves. See samples/README.md.
    const SAMPLE: &[u8] = include_bytes!("../samples/meeting.btsnoop");

    fn file(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        let mut file = HEADER.to_vec();
        file.extend(length);
        file.extend(length);
        file.extend([0, 1]);
        file.extend(kind.to_be_bytes());
        file.extend([0; 4]);
        file.extend((UNIX_EPOCH + 5_000_000).to_be_bytes());
        file.extend(data);
        file
    }

    #[test]
    fn a_record_has_a_controller_a_time_and_a_packet() {
        let capture = Capture::parse(&file(2, b"\x03\x0c\x00")).unwrap();
        let [record] = capture.records() else { unreachable!("one record") };
        assert_eq!((record.controller, record.at), (1, Duration::from_secs(5)));
        assert_eq!(record.packet, Packet::Command(b"\x03\x0c\x00".to_vec()));
    }

    #[test]
    fn an_extended_report_is_an_advert() {
        let mut event =
            b"\x3e\x00\x0d\x01\x13\x00\x01\x06\x05\x04\x03\x02\x41\x01\x00\xff\x7f\xc4\x00\x00".to_vec();
        event.extend([0; 7]);
        event.extend(b"\x06\x02\x01\x06\x02\x0a\x00");
        let adverts = Capture::parse(&file(3, &event)).unwrap().adverts();
        let [advert] = &adverts[..] else { unreachable!("one advert") };
        assert_eq!(advert.address, [0x41, 2, 3, 4, 5, 6]);
        assert_eq!((advert.random, advert.scan_response, advert.rssi), (true, false, Some(-60)));
        assert_eq!(advert.structure(0x01), Some(&[6][..]));
        assert_eq!(advert.structure(0x0a), Some(&[0][..]));
        assert_eq!(advert.structure(0xff), None);
        assert!(!format!("{advert:?}").contains("65"), "an address is not printed");
    }

    #[test]
    fn a_legacy_report_without_rssi_is_an_advert() {
        let event = b"\x3e\x0f\x02\x01\x00\x00\x06\x05\x04\x03\x02\x00\x03\x02\x01\x06\x7f";
        let adverts = Capture::parse(&file(3, event)).unwrap().adverts();
        assert_eq!(adverts.len(), 1);
        assert_eq!(
            (adverts[0].random, adverts[0].rssi, &adverts[0].payload[..]),
            (false, None, &[2, 1, 6][..])
        );
    }

    #[test]
    fn whatever_is_no_capture_is_refused_and_never_panics() {
        assert_eq!(Capture::parse(b"").unwrap_err(), CaptureError::Header);
        let mut lying = file(3, b"\x3e\x01\x0d");
        lying[HEADER.len() + 3] = 0;
        assert_eq!(Capture::parse(&lying).unwrap_err(), CaptureError::Record(HEADER.len()));
        for end in HEADER.len()..SAMPLE.len().min(4_000) {
            let cut = Capture::parse(&SAMPLE[..end]).unwrap();
            let _nothing_is_asked_of_these = (cut.adverts(), cut.links());
        }
    }

    #[test]
    fn a_real_capture_tells_who_was_heard_and_what_passed() {
        let capture = Capture::parse(SAMPLE).unwrap();
        let adverts = capture.adverts();
        assert!(adverts.iter().any(|advert| advert.random && advert.structure(0x21).is_some()));
        let links = capture.links();
        assert_eq!(links.len(), 2, "one link, seen from both ends");
        let [one, other] = &links[..] else { unreachable!("two ends") };
        assert_ne!(one.role, other.role);
        assert_eq!(one.sent, other.received);
        assert_eq!(one.received, other.sent);
        assert!(one.sent.att_packets() > 0 && one.received.att_packets() > 0);
        assert!(one.down.is_some() && other.down.is_some());
    }
}
