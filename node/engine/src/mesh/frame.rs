//! What neighbours say to each other (specification, section 17.2), read before anybody has authenticated.

use sighej_crypto::{Token, exchange::MESSAGE_LEN};

use crate::{
    Failure, limits,
    wire::{PRESENCE_LEN, Presence},
};

/// The longest frame, in bytes.
pub const MESH_FRAME_LEN: usize = longest_frame();

const HELLO: u8 = 0;
const TOLD: u8 = 1;
const OPEN: u8 = 2;
const ON: u8 = 3;
const END: u8 = 4;

/// Bytes of one entry of a list: hops, presence.
const ENTRY_LEN: usize = 1 + PRESENCE_LEN;
/// Bytes before an opening's message: kind, hops, conversation, from, to.
const OPEN_HEADER: usize = 2 + Conversation::LEN + 2 * Token::LEN;

/// One exchange's name on its path: drawn by whoever opens it, and the same at every hop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Conversation(pub(crate) [u8; Self::LEN]);

impl Conversation {
    pub(crate) const LEN: usize = 8;
}

/// Somebody who is reached through the neighbour that says so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Devices between, the neighbour among them; at least 1.
    pub(crate) hops: u8,
    pub(crate) presence: Presence,
}

/// A frame between two neighbours.
pub(crate) enum Frame {
    /// Who is at this end of a radio link, and takes part.
    Hello(Presence),
    /// Everybody who is reached through the sender. It replaces the list before.
    Told(Vec<Entry>),
    /// The first message of an exchange, and from whom to whom.
    Open { hops: u8, conversation: Conversation, from: Token, to: Token, message: Vec<u8> },
    /// A further message, along the path of the first, either way.
    On { conversation: Conversation, message: Vec<u8> },
    /// The exchange is over, or its path is lost.
    End { conversation: Conversation },
}

impl Frame {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Hello(presence) => [&[HELLO], presence.encode().as_slice()].concat(),
            Self::Told(entries) => {
                let mut bytes = vec![TOLD];
                for entry in entries {
                    bytes.push(entry.hops);
                    bytes.extend(entry.presence.encode());
                }
                bytes
            }
            Self::Open { hops, conversation, from, to, message } => {
                [&[OPEN, *hops], &conversation.0[..], from.as_bytes(), to.as_bytes(), message].concat()
            }
            Self::On { conversation, message } => [&[ON], &conversation.0[..], message].concat(),
            Self::End { conversation } => [&[END], &conversation.0[..]].concat(),
        }
    }

    /// # Errors
    /// [`Failure::BadMesh`] for anything that no neighbour sends (M-25).
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Failure> {
        let (&kind, body) = bytes.split_first().ok_or(Failure::BadMesh)?;
        match kind {
            HELLO => Presence::decode(body).map(Self::Hello).map_err(|_| Failure::BadMesh),
            TOLD => decode_told(body).map(Self::Told),
            OPEN => decode_open(body),
            ON => {
                let (conversation, message) = decode_conversation(body)?;
                is_message(message)
                    .then(|| Self::On { conversation, message: message.to_vec() })
                    .ok_or(Failure::BadMesh)
            }
            END => match decode_conversation(body)? {
                (conversation, []) => Ok(Self::End { conversation }),
                _ => Err(Failure::BadMesh),
            },
            _ => Err(Failure::BadMesh),
        }
    }
}

/// Tokens ascend, so that none comes twice.
fn decode_told(body: &[u8]) -> Result<Vec<Entry>, Failure> {
    let (rows, rest) = body.as_chunks::<ENTRY_LEN>();
    if !rest.is_empty() || rows.len() > limits::MESH_TOLD {
        return Err(Failure::BadMesh);
    }
    let mut entries: Vec<Entry> = Vec::with_capacity(rows.len());
    for row in rows {
        let (&[hops], presence) = row.split_first_chunk().ok_or(Failure::BadMesh)?;
        let presence = Presence::decode(presence).map_err(|_| Failure::BadMesh)?;
        let ascends = entries.last().is_none_or(|last| last.presence.token < presence.token);
        if !(1..=limits::MESH_HOPS).contains(&hops) || !ascends {
            return Err(Failure::BadMesh);
        }
        entries.push(Entry { hops, presence });
    }
    Ok(entries)
}

fn decode_open(body: &[u8]) -> Result<Frame, Failure> {
    let (&[hops], rest) = body.split_first_chunk().ok_or(Failure::BadMesh)?;
    let (conversation, rest) = decode_conversation(rest)?;
    let (from, rest) = rest.split_first_chunk().ok_or(Failure::BadMesh)?;
    let (to, message) = rest.split_first_chunk().ok_or(Failure::BadMesh)?;
    let (from, to) = (Token::from_bytes(*from), Token::from_bytes(*to));
    if hops > limits::MESH_HOPS || from == to || message.len() != MESSAGE_LEN[0] {
        return Err(Failure::BadMesh);
    }
    Ok(Frame::Open { hops, conversation, from, to, message: message.to_vec() })
}

fn decode_conversation(bytes: &[u8]) -> Result<(Conversation, &[u8]), Failure> {
    let (conversation, rest) = bytes.split_first_chunk().ok_or(Failure::BadMesh)?;
    Ok((Conversation(*conversation), rest))
}

/// Whether a forwarder can take it for a message of an exchange: by its length, which is all that it can see.
fn is_message(message: &[u8]) -> bool {
    MESSAGE_LEN[1..].contains(&message.len())
}

const fn longest_frame() -> usize {
    let mut longest = 1 + ENTRY_LEN * limits::MESH_TOLD;
    let mut i = 0;
    while i < MESSAGE_LEN.len() {
        let len = MESSAGE_LEN[i] + if i == 0 { OPEN_HEADER } else { 1 + Conversation::LEN };
        if len > longest {
            longest = len;
        }
        i += 1;
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::VersionFlags;

    fn entry(n: u8, hops: u8) -> Entry {
        let flags = VersionFlags { spent: false, mesh: true };
        Entry { hops, presence: Presence { flags, token: Token::from_bytes([n; 8]) } }
    }

    fn open(hops: u8, from: u8, len: usize) -> Vec<u8> {
        let (from, to) = (Token::from_bytes([from; 8]), Token::from_bytes([2; 8]));
        Frame::Open { hops, conversation: Conversation([7; 8]), from, to, message: vec![9; len] }.encode()
    }

    #[test]
    fn every_kind_comes_back_byte_for_byte() {
        let conversation = Conversation([7; 8]);
        let frames = [
            Frame::Hello(entry(1, 1).presence).encode(),
            Frame::Told(Vec::new()).encode(),
            Frame::Told(vec![entry(1, 1), entry(2, 4)]).encode(),
            open(1, 1, MESSAGE_LEN[0]),
            Frame::On { conversation, message: vec![5; MESSAGE_LEN[2]] }.encode(),
            Frame::End { conversation }.encode(),
        ];
        for bytes in frames {
            assert!(bytes.len() <= MESH_FRAME_LEN);
            assert_eq!(Frame::decode(&bytes).ok().unwrap().encode(), bytes);
        }
    }

    #[test]
    fn a_mesh_frame_of_another_shape_is_refused() {
        let many: Vec<Entry> = (0..=limits::MESH_TOLD as u8).map(|n| entry(n, 1)).collect();
        let refused = [
            Vec::new(),
            vec![5, 0, 0, 0, 0, 0, 0, 0, 0],
            vec![HELLO, 0x10],
            vec![HELLO, 0x20, 1, 2, 3, 4, 5, 6, 7, 8],
            vec![TOLD, 1],
            Frame::Told(vec![entry(1, 0)]).encode(),
            Frame::Told(vec![entry(1, limits::MESH_HOPS + 1)]).encode(),
            Frame::Told(vec![entry(2, 1), entry(1, 1)]).encode(),
            Frame::Told(vec![entry(1, 1), entry(1, 1)]).encode(),
            Frame::Told(many).encode(),
            open(limits::MESH_HOPS + 1, 1, MESSAGE_LEN[0]),
            open(0, 2, MESSAGE_LEN[0]),
            open(0, 1, MESSAGE_LEN[0] - 1),
            vec![ON, 1, 2, 3, 4, 5, 6, 7],
            [&[ON], &[7; 8][..], &[1; 33]].concat(),
            [&[END], &[7; 9][..]].concat(),
        ];
        for bytes in refused {
            assert_eq!(Frame::decode(&bytes).err(), Some(Failure::BadMesh), "{bytes:?}");
        }
    }
}
