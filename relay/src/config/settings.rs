//! The table of all settings.

/// One thing that can be set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in the file; `--KEY` is the flag, `SIGHEJ_RELAY_KEY` the variable.
    pub key: &'static str,
    /// What stands for its value in a help text.
    pub value: &'static str,
    /// What it is where nobody sets it; none where it is not set then.
    pub default: Option<&'static str>,
    /// What it does.
    pub help: &'static str,
}

impl Setting {
    /// The environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("SIGHEJ_RELAY_{}", self.key.replace('-', "_").to_uppercase())
    }

    /// The setting of this key.
    #[must_use]
    pub fn of(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }
}

const fn row(
    key: &'static str,
    value: &'static str,
    default: Option<&'static str>,
    help: &'static str,
) -> Setting {
    Setting { key, value, default, help }
}

/// All settings, in the order in which people read of them.
pub const SETTINGS: &[Setting] = &[
    row(
        "listen",
        "ADDRESS:PORT",
        Some("127.0.0.1:7411"),
        "Where devices connect. Off this machine's own addresses with TLS",
    ),
    row("admin-listen", "ADDRESS:PORT", Some("127.0.0.1:7412"), "Where the admin API is; `off` for none"),
    row(
        "data",
        "FOLDER",
        Some("sighej-relay-data"),
        "The folder of the database and of the relay's own certificate; made where there is none",
    ),
    row(
        "tls-certificate",
        "FILE",
        None,
        "A certificate chain in PEM form. Without it the relay makes one of its own, whose fingerprint is in its invitations",
    ),
    row("tls-key", "FILE", None, "The key of that certificate, in PEM form"),
    row(
        "plain-text",
        "true|false",
        Some("false"),
        "No TLS on any address: for a relay behind a proxy that does TLS",
    ),
    row(
        "proxies",
        "ADDRESSES",
        None,
        "Addresses of proxies, with commas between them, whose x-forwarded-for is believed where sessions of one address are counted",
    ),
    row(
        "log",
        "LEVEL",
        Some("info"),
        "off, error, warn, info, debug or trace. No log holds anything that tells one device from another",
    ),
    row("log-format", "text|json", Some("text"), "How logs are written, on standard error"),
    row(
        "event",
        "NAME",
        None,
        "The event for which shares of interests are estimated from the reports of those who share them; without it no reports are taken",
    ),
    row(
        "epsilon",
        "NUMBER",
        Some("2"),
        "How much a report gives away: epsilon of its local differential privacy, at most 4; fixed with an event's first report",
    ),
    row("withhold-below", "COUNT", Some("5"), "Counts below this are shown to no admin by themselves"),
    row("keep-minutes-days", "DAYS", Some("2"), "How long counts by the minute are kept"),
    row("keep-hours-days", "DAYS", Some("60"), "How long counts by the hour are kept"),
    row("keep-days-days", "DAYS", Some("731"), "How long counts by the day are kept"),
    row(
        "epoch-seconds",
        "SECONDS",
        Some("600"),
        "Length of an epoch; devices with another one cannot use this relay",
    ),
    row("sessions", "COUNT", Some("20000"), "Sessions at once; further ones are refused"),
    row(
        "sessions-per-address",
        "COUNT",
        Some("15000"),
        "Of these from one address; a venue is often behind a single one",
    ),
    row("pairs", "COUNT", Some("20000"), "Pairs under way at once; each takes up to 6 KiB"),
    row("pairs-per-session", "COUNT", Some("32"), "Pairs under way of one session"),
    row("pairs-per-epoch", "COUNT", Some("128"), "Pairs that one session may complete in its epoch"),
    row("knocks-outstanding", "COUNT", Some("16"), "Knocks of one session that nobody has answered"),
    row("room-members", "COUNT", Some("2048"), "Members of one room"),
    row(
        "proposals-per-minute",
        "COUNT",
        Some("4"),
        "How often a minute a member of a room is proposed to another; 0 for never",
    ),
    row("frames-burst", "COUNT", Some("128"), "Frames that a session may send at once"),
    row("frames-per-second", "COUNT", Some("16"), "Frames a second that a session may send in the long run"),
];

/// Columns of the example file.
const WIDTH: usize = 100;

/// A file in which every setting stands with its default, commented out.
#[must_use]
pub fn example() -> String {
    let mut text = String::from(
        "# Settings of sighej-relay, each with its default. Remove the # before a line to set it.\n\
         # A flag (--listen) or a variable (SIGHEJ_RELAY_LISTEN) of the same name goes before the line here.\n",
    );
    for setting in SETTINGS {
        text.push('\n');
        for line in wrapped(setting.help) {
            text.push_str(&format!("# {line}\n"));
        }
        let value = setting.default.map_or_else(|| format!("\"{}\"", setting.value), quoted);
        text.push_str(&format!("#{} = {value}\n", setting.key));
    }
    text
}

/// As TOML writes it.
fn quoted(value: &str) -> String {
    let is_bare = value.parse::<f64>().is_ok() || value.parse::<bool>().is_ok();
    if is_bare { value.to_owned() } else { format!("\"{value}\"") }
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.len() - 1;
        if !lines[line].is_empty() && lines[line].len() + 1 + word.len() > WIDTH - 2 {
            lines.push(word.to_owned());
        } else {
            if !lines[line].is_empty() {
                lines[line].push(' ');
            }
            lines[line].push_str(word);
        }
    }
    lines
}
