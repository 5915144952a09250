//! Frames on a substream: two bytes of length, big-endian, then that many bytes.

use std::io;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Reads one frame of at most `longest` bytes; `None` at a clean end between two frames.
///
/// # Errors
/// A length of 0 or above `longest` (refused before a byte of it is read), an end within a frame, or a broken stream.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    longest: usize,
) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    if stream.read(&mut length[..1]).await? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut length[1..]).await?;
    let length = usize::from(u16::from_be_bytes(length));
    if length == 0 || length > longest {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame of a length that no message has"));
    }
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame).await?;
    Ok(Some(frame))
}

/// Writes one frame and flushes it.
///
/// # Errors
/// A frame longer than 65,535 bytes, or a broken stream.
pub(super) async fn write(stream: &mut (impl AsyncWrite + Unpin), frame: &[u8]) -> io::Result<()> {
    let length = u16::try_from(frame.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a frame too long to send"))?;
    let mut bytes = Vec::with_capacity(2 + frame.len());
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(frame);
    stream.write_all(&bytes).await?;
    stream.flush().await
}

#[cfg(test)]
mod tests {
    use futures::{executor::block_on, io::Cursor};

    use super::*;

    #[test]
    fn frames_come_back_whole_and_in_order() {
        let mut wire = Cursor::new(Vec::new());
        block_on(write(&mut wire, b"one")).unwrap();
        block_on(write(&mut wire, &[7; 1382])).unwrap();
        wire.set_position(0);
        assert_eq!(block_on(read(&mut wire, 1382)).unwrap().unwrap(), b"one");
        assert_eq!(block_on(read(&mut wire, 1382)).unwrap().unwrap(), [7; 1382]);
        assert!(block_on(read(&mut wire, 1382)).unwrap().is_none());
    }

    #[test]
    fn a_length_that_no_message_has_is_refused_unread() {
        for length in [0u16, 33, u16::MAX] {
            let mut wire = Cursor::new(length.to_be_bytes().to_vec());
            let error = block_on(read(&mut wire, 32)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{length}");
        }
    }

    #[test]
    fn an_end_within_a_frame_is_an_error() {
        for cut in [1, 2, 4] {
            let mut wire = Cursor::new([0, 3, b'a', b'b', b'c'][..cut].to_vec());
            assert!(block_on(read(&mut wire, 32)).is_err(), "{cut}");
        }
    }
}
