//! What carries a connection: TCP, or TLS over it.

use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes both ways.
pub(super) trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Bytes for S {}

/// One of them.
pub(super) type Stream = Box<dyn Bytes>;
