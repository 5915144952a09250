//! A WebSocket over the stream itself: what carries it is asked with the context of whoever asks, and nothing stands between.

use std::{
    future::poll_fn,
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tungstenite::{
    Error, Message,
    protocol::{Role, WebSocketConfig, WebSocketContext},
};

/// The server's end of a WebSocket that was opened.
pub(super) struct Socket<S> {
    stream: S,
    protocol: WebSocketContext,
    /// The protocol's buffer is to be emptied before it is given more.
    is_blocked: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// `read` was read from the stream already, behind the request that opened the WebSocket.
    pub(super) fn new(stream: S, read: Vec<u8>, config: WebSocketConfig) -> Self {
        let protocol = WebSocketContext::from_partially_read(read, Role::Server, Some(config));
        Self { stream, protocol, is_blocked: false }
    }

    /// The next message. After an error there is none.
    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Message, Error>> {
        let mut stream = Now { stream: &mut self.stream, context };
        unless_blocked(self.protocol.read(&mut stream))
    }

    /// Waits for the next message.
    pub(super) async fn next(&mut self) -> Result<Message, Error> {
        poll_fn(|context| self.poll_read(context)).await
    }

    /// Waits until the stream has taken these messages.
    pub(super) async fn send(&mut self, messages: impl IntoIterator<Item = Message>) -> Result<(), Error> {
        let mut messages = messages.into_iter().fuse();
        poll_fn(|context| self.poll_write(&mut messages, context)).await
    }

    /// Takes all messages, and passes them on to the stream with one flush.
    fn poll_write(
        &mut self,
        messages: &mut impl Iterator<Item = Message>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        let mut stream = Now { stream: &mut self.stream, context };
        loop {
            if self.is_blocked {
                ready!(unless_blocked(self.protocol.flush(&mut stream)))?;
                self.is_blocked = false;
            }
            let Some(message) = messages.next() else {
                return unless_blocked(self.protocol.flush(&mut stream));
            };
            // One that the stream does not take now is in the buffer all the same.
            match unless_blocked(self.protocol.write(&mut stream, message)) {
                Poll::Ready(written) => written?,
                Poll::Pending => self.is_blocked = true,
            }
        }
    }
}

fn unless_blocked<T>(result: Result<T, Error>) -> Poll<Result<T, Error>> {
    match result {
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}

/// A stream for as long as one call lasts: where it would block, the context's waker hears of it.
struct Now<'a, 'b, S> {
    stream: &'a mut S,
    context: &'a mut Context<'b>,
}

fn or_would_block<T>(polled: Poll<io::Result<T>>) -> io::Result<T> {
    match polled {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

impl<S: AsyncRead + Unpin> Read for Now<'_, '_, S> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut bytes = ReadBuf::new(bytes);
        or_would_block(Pin::new(&mut *self.stream).poll_read(self.context, &mut bytes))?;
        Ok(bytes.filled().len())
    }
}

impl<S: AsyncWrite + Unpin> Write for Now<'_, '_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        or_would_block(Pin::new(&mut *self.stream).poll_write(self.context, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        or_would_block(Pin::new(&mut *self.stream).poll_flush(self.context))
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use tokio::io::duplex;
    use tokio_tungstenite::WebSocketStream;

    use super::*;

    const FRAMES: u8 = 200;
    const FRAME_LEN: usize = 60;

    /// A buffer that is full with a few frames.
    fn config() -> WebSocketConfig {
        WebSocketConfig::default().write_buffer_size(FRAME_LEN).max_write_buffer_size(4 * FRAME_LEN)
    }

    #[tokio::test]
    async fn a_stream_that_takes_little_at_once_gets_everything_in_order() {
        let (ours, theirs) = duplex(FRAME_LEN / 2);
        let mut socket = Socket::new(ours, Vec::new(), config());
        let mut client = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
        let frame = |number| Message::binary(vec![number; FRAME_LEN]);
        let reading = async {
            for number in 0..FRAMES {
                assert_eq!(client.next().await.unwrap().unwrap(), frame(number));
            }
        };
        let (sent, ()) = tokio::join!(socket.send((0..FRAMES).map(frame)), reading);
        sent.unwrap();
    }

    #[tokio::test]
    async fn what_came_behind_the_request_is_read_first_and_a_stream_that_ends_is_an_error() {
        let (ours, theirs) = duplex(FRAME_LEN);
        // Final and binary, one byte, masked with zeros.
        let behind = vec![0x82, 0x81, 0, 0, 0, 0, 7];
        let mut socket = Socket::new(ours, behind, config());
        assert_eq!(socket.next().await.unwrap(), Message::binary(vec![7]));
        drop(theirs);
        assert!(socket.next().await.is_err());
    }
}
