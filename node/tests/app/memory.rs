//! A look into the memory of a running program, as whoever seizes the machine may have.

use std::{
    collections::HashSet,
    fs::{self, File},
    os::unix::fs::FileExt,
};

/// How much is read at once.
const CHUNK: u64 = 1 << 20;
/// Bytes of a window.
const WINDOW: usize = 16;
/// So many of them differ from each other in what looks random.
const DIFFERENT: usize = 14;
/// So many are no ASCII. What moves a terminal's cursor has none, or few.
const NO_TEXT: usize = 4;
/// So many bytes of text in a row are a word of the catalogue, or of a screen. Of the windows of keys one in 300 has them.
const WORD: usize = 8;

/// Everything that can be written in a program's memory.
pub(crate) struct Dump(Vec<u8>);

impl Dump {
    pub(crate) fn of(process: u32) -> Dump {
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
        let memory = File::open(format!("/proc/{process}/mem")).unwrap();
        let mut all = Vec::new();
        for (from, to) in maps.lines().filter_map(writable) {
            for at in (from..to).step_by(usize::try_from(CHUNK).unwrap()) {
                let mut chunk = vec![0; usize::try_from(CHUNK.min(to - at)).unwrap()];
                // Regions of the kernel cannot be read.
                if memory.read_exact_at(&mut chunk, at).is_ok() {
                    all.extend_from_slice(&chunk);
                }
            }
        }
        Dump(all)
    }

    pub(crate) fn holds(&self, text: &str) -> bool {
        self.0.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// Every window that looks random: keys, tokens, blinds, what they were made of and what came of them.
    pub(crate) fn random(&self) -> HashSet<[u8; WINDOW]> {
        let words = self.0.windows(WINDOW).step_by(8);
        words.filter(|window| looks_random(window)).filter_map(|window| window.try_into().ok()).collect()
    }
}

fn looks_random(window: &[u8]) -> bool {
    let mut seen = [false; 256];
    window.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let no_text = window.iter().filter(|byte| !byte.is_ascii()).count();
    let is_word = window
        .utf8_chunks()
        .flat_map(|part| part.valid().split(char::is_control))
        .any(|text| text.len() >= WORD);
    // As a pointer ends. Of the windows of keys one in 4,000 has it.
    let is_pointer = window.windows(2).any(|pair| pair == [0, 0]);
    no_text >= NO_TEXT && seen.iter().filter(|seen| **seen).count() >= DIFFERENT && !is_word && !is_pointer
}

fn writable(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let (from, to) = range.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    rest.starts_with("rw").then_some((number(from)?, number(to)?))
}
