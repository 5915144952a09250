//! Which kind of name an adapter shows to whoever connects; the name itself is not kept.

/// Shorter parts of a name are too common to name anybody.
#[cfg(any(target_os = "linux", test))]
const SHORTEST: usize = 3;

/// What an adapter's name gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownName {
    /// It is the same on many machines.
    Common,
    /// It is this machine's host name, or holds it.
    Host,
    /// It holds a name of the user.
    User,
    /// Somebody chose it.
    Chosen,
}

/// Judges a name by what is known of the host and of the user.
#[cfg(any(target_os = "linux", test))]
pub(super) fn judge(shown: &str, hosts: &[String], users: &[String]) -> ShownName {
    let shown = shown.trim().to_lowercase();
    let holds = |names: &[String]| {
        names
            .iter()
            .map(|name| name.trim().to_lowercase())
            .any(|name| name.chars().count() >= SHORTEST && shown.contains(&name))
    };
    let common = matches!(shown.as_str(), "" | "bluetooth" | "bluez" | "linux" | "sighej")
        || shown
            .strip_prefix("bluez ")
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
    match () {
        () if common => ShownName::Common,
        () if holds(hosts) => ShownName::Host,
        () if holds(users) => ShownName::User,
        () => ShownName::Chosen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_judged_by_what_it_gives_away() {
        let hosts = ["astas-laptop".to_owned(), "x1".to_owned()];
        let users = ["asta".to_owned(), "Holm".to_owned()];
        for (shown, kind) in [
            ("BlueZ 5.66", ShownName::Common),
            ("SigHej", ShownName::Common),
            (" ", ShownName::Common),
            ("Astas-Laptop #2", ShownName::Host),
            ("Asta’s headset", ShownName::User),
            ("holm 5", ShownName::User),
            ("The blue one", ShownName::Chosen),
            // A part of two letters proves nothing.
            ("x1", ShownName::Chosen),
            ("BlueZ of Bo", ShownName::Chosen),
        ] {
            assert_eq!(judge(shown, &hosts, &users), kind, "{shown}");
        }
    }
}
