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
    /// Something waits in the protocol's buffer for the stream to take it.
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
