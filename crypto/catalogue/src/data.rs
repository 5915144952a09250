//! The files of the data, in the order in which sentences speak of their categories.

/// One file for each category.
pub(crate) const SOURCES: [&str; 3] = [
    include_str!("../data/technology.toml"),
    include_str!("../data/music.toml"),
    include_str!("../data/games.toml"),
];
