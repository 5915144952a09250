//! Standard output, one line at a time. Nothing but events goes there.

use std::io::{self, ErrorKind, Write};

use serde_json::Value;

/// Where lines go.
#[derive(Debug, Default)]
pub(crate) struct Output {
    closed: bool,
}

impl Output {
    /// Writes a line and flushes it. Once the reader is gone, lines go nowhere and [`Output::is_closed`] tells.
    ///
    /// # Errors
    /// Anything else that keeps a line from being written, such as a full disk.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match writeln!(out, "{line}").and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            written => written,
        }
    }

    /// One JSON object, one line.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub(crate) fn json(&mut self, value: &Value) -> io::Result<()> {
        self.line(&value.to_string())
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }
}
