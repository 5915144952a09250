//! Interests that people typed themselves, made fit to stand in a sentence.

/// Longest free text that a sentence shows, in characters: as many as an interest has bytes. What is longer is cut.
const MAX_CHARS: usize = 64;

/// The text on one line, without control characters and invisible formatting, which could reorder or hide the words
/// around it; text of a right-to-left script is isolated from them. Nothing where nothing visible is left.
pub(crate) fn shown(text: &str) -> Option<String> {
    let visible: String = text.chars().map(blank_to_space).filter(|c| !is_invisible(*c)).collect();
    let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let short = shortened(&words);
    if short.is_empty() {
        None
    } else if short.chars().any(is_right_to_left) {
        Some(format!("\u{2068}{short}\u{2069}"))
    } else {
        Some(short)
    }
}

fn blank_to_space(c: char) -> char {
    if c.is_whitespace() { ' ' } else { c }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        None => text.to_owned(),
        Some(_) => text.chars().take(MAX_CHARS - 1).chain(['…']).collect(),
    }
}

/// Control characters, bidirectional controls, and the rest of what an interest may not hold (specification, section
/// 3.1). The joiners stay: scripts and emoji need them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The blocks of the scripts that run from right to left: Hebrew, Arabic and their neighbours.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["urban sketching", "søvn på rim", "日本酒", "👩\u{200d}💻"] {
            assert_eq!(shown(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn controls_and_line_breaks_do_not_get_through() {
        assert_eq!(shown("a\u{202e}b\u{2066}c\u{200f}d\u{7}").as_deref(), Some("abcd"));
        assert_eq!(shown(" one\nline \u{2028} only\t").as_deref(), Some("one line only"));
        assert_eq!(shown("\u{202e}\u{feff} \n"), None);
        assert_eq!(shown(""), None);
    }

    #[test]
    fn right_to_left_text_is_isolated() {
        assert_eq!(shown("עברית").as_deref(), Some("\u{2068}עברית\u{2069}"));
        assert_eq!(shown("\u{2069}موسيقى\u{202e}").as_deref(), Some("\u{2068}موسيقى\u{2069}"));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let shown = shown(&"æ".repeat(1_000)).unwrap();
        assert_eq!(shown.chars().count(), MAX_CHARS);
        assert!(shown.ends_with('…'));
        assert_eq!(super::shown(&"æ".repeat(MAX_CHARS)).unwrap(), "æ".repeat(MAX_CHARS));
    }
}
