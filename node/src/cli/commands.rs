//! Commands as JSON lines on standard input.

use std::io::{self, BufRead, BufReader, Read};

use serde::Deserialize;
use tokio::sync::mpsc;

/// The longest line that is looked at, in bytes. Sixteen interests need a twentieth of it.
const LONGEST_LINE: usize = 64 * 1024;
/// Commands read ahead; then reading waits.
const AHEAD: usize = 16;
/// The longest pause, in minutes: a session has two hours, a day is enough for anybody.
const LONGEST_PAUSE: u32 = 24 * 60;

/// A command.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "cmd", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    Open {},
    Close {},
    Pause {
        minutes: u32,
    },
    Resume {},
    Block {},
    Interests {
        interests: Vec<String>,
        #[serde(default)]
        insist: bool,
        #[serde(default)]
        allow_sensitive: Vec<String>,
    },
    Wipe {},
    Quit {},
}

impl Command {
    /// The name under which it was given.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Command::Open {} => "open",
            Command::Close {} => "close",
            Command::Pause { .. } => "pause",
            Command::Resume {} => "resume",
            Command::Block {} => "block",
            Command::Interests { .. } => "interests",
            Command::Wipe {} => "wipe",
            Command::Quit {} => "quit",
        }
    }
}

/// Reads a line; the error says what is wrong and what to do.
pub(crate) fn parse(line: &str) -> Result<Command, String> {
    let command = serde_json::from_str(line).map_err(|error| {
        format!("this line is no command ({error}); write one JSON object such as {{\"cmd\":\"open\"}}: open, close, pause (with minutes), resume, block, interests (with interests), wipe or quit")
    })?;
    if let Command::Pause { minutes } = command
        && !(1..=LONGEST_PAUSE).contains(&minutes)
    {
        return Err(format!("a pause lasts 1 to {LONGEST_PAUSE} minutes; to be away for longer, close"));
    }
    Ok(command)
}

/// Reads standard input in a thread of its own, which ends with the program. The channel closes when the input ends.
pub(crate) fn listen() -> io::Result<mpsc::Receiver<Result<Command, String>>> {
    let (tell, commands) = mpsc::channel(AHEAD);
    std::thread::Builder::new().name("sighej-stdin".into()).spawn(move || {
        let mut input = BufReader::new(io::stdin().lock());
        while let Ok(Some(line)) = next_line(&mut input) {
            if tell.blocking_send(line.and_then(|line| parse(&line))).is_err() {
                return;
            }
        }
    })?;
    Ok(commands)
}

/// The next line that is not empty; a line that cannot be one is an error of its own, and is skipped whole.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Result<String, String>>> {
    loop {
        let mut line = Vec::new();
        let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        if input.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.len() == LONGEST_LINE && line.last() != Some(&b'\n') {
            skip_line(input)?;
            return Ok(Some(Err(format!("this line is longer than {LONGEST_LINE} bytes; it was skipped"))));
        }
        let Ok(line) = String::from_utf8(line) else {
            return Ok(Some(Err("this line is not UTF-8; it was skipped".into())));
        };
        if !line.trim().is_empty() {
            return Ok(Some(Ok(line)));
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (count, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(count);
        if ended {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_understood() {
        let interests = r#"{"cmd":"interests","interests":["devops"],"insist":true}"#;
        let set =
            Command::Interests { interests: vec!["devops".into()], insist: true, allow_sensitive: vec![] };
        for (line, command) in [
            (r#"{"cmd":"open"}"#, Command::Open {}),
            (r#" {"cmd": "close"} "#, Command::Close {}),
            (r#"{"cmd":"pause","minutes":15}"#, Command::Pause { minutes: 15 }),
            (r#"{"cmd":"resume"}"#, Command::Resume {}),
            (r#"{"cmd":"block"}"#, Command::Block {}),
            (interests, set),
            (r#"{"cmd":"wipe"}"#, Command::Wipe {}),
            (r#"{"cmd":"quit"}"#, Command::Quit {}),
        ] {
            assert_eq!(parse(line).as_ref(), Ok(&command), "{line}");
            assert!(line.contains(command.name()));
        }
    }

    #[test]
    fn what_is_no_command_says_what_to_write() {
        for line in ["open", "{}", "[]", r#"{"cmd":"opne"}"#, r#"{"cmd":"pause"}"#, r#"{"cmd":"open","x":1}"#]
        {
            assert!(parse(line).unwrap_err().contains(r#"{"cmd":"open"}"#), "{line}");
        }
        for minutes in [0, 1441] {
            assert!(
                parse(&format!(r#"{{"cmd":"pause","minutes":{minutes}}}"#))
                    .unwrap_err()
                    .contains("1 to 1440")
            );
        }
    }

    #[test]
    fn a_bad_line_is_skipped_whole_and_the_next_one_is_read() {
        let mut input = vec![b'x'; 3 * LONGEST_LINE];
        input.extend_from_slice(b"\n\n\xff\xfe\n{\"cmd\":\"open\"}");
        let mut input = io::Cursor::new(input);
        assert!(next_line(&mut input).unwrap().unwrap().unwrap_err().contains("longer"));
        assert!(next_line(&mut input).unwrap().unwrap().unwrap_err().contains("UTF-8"));
        assert_eq!(next_line(&mut input).unwrap().unwrap().unwrap(), r#"{"cmd":"open"}"#);
        assert!(next_line(&mut input).unwrap().is_none());
    }
}
