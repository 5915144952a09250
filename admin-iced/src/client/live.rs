//! What is new at a relay, as it comes: the live stream, and after each of its messages the relay's own sums.
//!
//! The numbers on the screen are always those that the relay gives, never sums of this program's own: a message of the
//! stream says that there is something new, and what pulses.

use std::time::Duration;

use futures::channel::mpsc::Sender;
use futures::{SinkExt, Stream};
use sighej_relay_api::admin::{LIVE, Live, SeriesAnswer, Step, Summary};

use super::connection::{self, Answer};
use super::{ANSWER_WITHIN, Client, Trouble, Wanted};
use crate::model::counters::HOUR;

/// A relay says something every 5 seconds, or gives a sign of life every 15; silence beyond this is a lost connection.
const SILENCE: Duration = Duration::from_secs(20);
/// The pauses before another try; the last one repeats.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
];
/// The pause where only somebody's doing can help.
const LONG_PAUSE: Duration = Duration::from_secs(30);
/// Bytes of a line of the stream; a longer one ends it. The longest message of a relay has three kilobytes.
const LINE_BYTES: usize = 64 * 1024;
/// Messages that wait for the screen; the stream waits with them.
const QUEUED: usize = 8;

/// How often the numbers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pace {
    /// As they come.
    Live,
    /// Every so many seconds.
    Every(u16),
}

/// What was heard of a relay.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// The relay's numbers. `new` is what came since the message before; none after a reconnection, and without a stream.
    Numbers {
        /// Everything at one glance.
        summary: Box<Summary>,
        /// The last hour by minutes.
        hour: Box<SeriesAnswer>,
        /// What is new.
        new: Option<Live>,
    },
    /// Nothing can be heard. Another try follows after the pause.
    Lost {
        /// Why.
        trouble: Trouble,
        /// How long until then.
        pause: Duration,
    },
}

/// Hears a relay, for as long as the stream is held.
pub(crate) fn live(client: Client, pace: Pace) -> impl Stream<Item = Heard> {
    iced::stream::channel(QUEUED, async move |mut out: Sender<Heard>| {
        let mut tries = 0;
        loop {
            let ended = match pace {
                Pace::Live => stream(&client, &mut out, &mut tries).await,
                Pace::Every(secs) => poll(&client, &mut out, &mut tries, secs).await,
            };
            let Err(trouble) = ended else { return };
            let pause = if trouble.may_pass() { PAUSES[tries.min(PAUSES.len() - 1)] } else { LONG_PAUSE };
            tries += 1;
            if out.send(Heard::Lost { trouble, pause }).await.is_err() {
                return;
            }
            tokio::time::sleep(pause).await;
        }
    })
}

/// Ends without an error where nobody listens any more.
async fn stream(client: &Client, out: &mut Sender<Heard>, tries: &mut usize) -> Result<(), Trouble> {
    // The stream first: what comes between it and the sums is in both, and is told by the sums.
    let answer = tokio::time::timeout(ANSWER_WITHIN, connection::get(&client.shared, LIVE)).await;
    let mut events = Events { answer: answer.map_err(|_| Trouble::Silent)??, lines: Lines::default() };
    let mut new = None;
    loop {
        let numbers = numbers(client, new).await?;
        *tries = 0;
        if out.send(numbers).await.is_err() {
            return Ok(());
        }
        new = Some(events.next().await?);
    }
}

async fn poll(client: &Client, out: &mut Sender<Heard>, tries: &mut usize, secs: u16) -> Result<(), Trouble> {
    loop {
        let numbers = numbers(client, None).await?;
        *tries = 0;
        if out.send(numbers).await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(secs.into())).await;
    }
}

async fn numbers(client: &Client, new: Option<Live>) -> Result<Heard, Trouble> {
    let summary = client.summary().await?;
    let to = summary.now + 1;
    let from = to.saturating_sub(60 * 60);
    let wanted = Wanted { counters: HOUR.to_vec(), step: Step::Minute, from, to };
    let hour = client.series(&wanted).await?;
    Ok(Heard::Numbers { summary: Box::new(summary), hour: Box::new(hour), new })
}

struct Events {
    answer: Answer,
    lines: Lines,
}

impl Events {
    async fn next(&mut self) -> Result<Live, Trouble> {
        loop {
            if let Some(data) = self.lines.next_data()? {
                return serde_json::from_str(&data).map_err(|_| Trouble::Unreadable);
            }
            let part = tokio::time::timeout(SILENCE, self.answer.part()).await;
            match part.map_err(|_| Trouble::Silent)?? {
                Some(bytes) => self.lines.push(&bytes)?,
                None => return Err(Trouble::Unreachable),
            }
        }
    }
}

/// Server-sent events out of bytes that come in any pieces: the data of the events called `counts`.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    is_counts: bool,
    data: String,
}

impl Lines {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > LINE_BYTES { Err(Trouble::Unreadable) } else { Ok(()) }
    }

    fn next_data(&mut self) -> Result<Option<String>, Trouble> {
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = std::str::from_utf8(&line).map_err(|_| Trouble::Unreadable)?;
            if let Some(data) = self.line(line.trim_end_matches(['\r', '\n'])) {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// An empty line ends an event.
    fn line(&mut self, line: &str) -> Option<String> {
        if line.is_empty() {
            let (is_counts, data) = (self.is_counts, std::mem::take(&mut self.data));
            self.is_counts = false;
            return (is_counts && !data.is_empty()).then_some(data);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.is_counts = value == "counts",
            "data" if self.data.is_empty() => value.clone_into(&mut self.data),
            "data" => {
                self.data.push('\n');
                self.data.push_str(value);
            }
            // A comment is a sign of life; other fields are not for us.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(lines: &mut Lines, bytes: &str) -> Vec<String> {
        lines.push(bytes.as_bytes()).unwrap();
        std::iter::from_fn(|| lines.next_data().unwrap()).collect()
    }

    #[test]
    fn events_are_read_whatever_pieces_they_come_in() {
        let wire = ":\n\nevent: counts\ndata: {\"a\":1}\n\nevent: other\ndata: x\n\r\nevent:counts\r\ndata:1\r\ndata:2\r\n\r\n";
        for size in 1..wire.len() {
            let mut lines = Lines::default();
            let pieces: Vec<_> = wire.as_bytes().chunks(size).collect();
            let heard: Vec<_> = pieces
                .into_iter()
                .flat_map(|piece| data(&mut lines, std::str::from_utf8(piece).unwrap()))
                .collect();
            assert_eq!(heard, ["{\"a\":1}", "1\n2"], "in pieces of {size}");
        }
    }

    #[test]
    fn a_line_without_end_ends_the_stream() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(&vec![b'x'; LINE_BYTES + 1]), Err(Trouble::Unreadable));
    }
}
