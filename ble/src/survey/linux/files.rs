//! The switches of rfkill, which the kernel shows in /sys.

use std::{fs, path::Path};

use super::super::Switch;

/// Switches that are looked at.
const MAX_SWITCHES: usize = 32;

/// The switches of rfkill that concern Bluetooth.
pub(super) fn switches() -> Vec<Switch> {
    let Ok(entries) = fs::read_dir("/sys/class/rfkill") else { return Vec::new() };
    let mut switches: Vec<Switch> =
        entries.flatten().take(MAX_SWITCHES).filter_map(|entry| switch(&entry.path())).collect();
    switches.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    switches
}

fn switch(folder: &Path) -> Option<Switch> {
    let read = |file| fs::read_to_string(folder.join(file)).ok().map(|text| text.trim().to_owned());
    if read("type")? != "bluetooth" {
        return None;
    }
    Some(Switch { name: read("name")?, soft: read("soft")? == "1", hard: read("hard")? == "1" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_read_and_others_than_bluetooths_are_passed_over() {
        let folder = std::env::temp_dir().join(format!("sighej-rfkill-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |file: &str, text: &str| fs::write(folder.join(file), text).unwrap();
        write("type", "bluetooth\n");
        write("name", "hci0\n");
        write("soft", "1\n");
        assert_eq!(switch(&folder), None, "without `hard` it is none");
        write("hard", "0\n");
        assert_eq!(switch(&folder), Some(Switch { name: "hci0".into(), soft: true, hard: false }));
        write("type", "wlan\n");
        assert_eq!(switch(&folder), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}
