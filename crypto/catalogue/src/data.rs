//! The files of the data, in the order in which sentences speak of their categories.

/// One file for each category.
pub(crate) const SOURCES: [&str; 7] = [
    include_str!("../data/technology.toml"),
    include_str!("../data/computing.toml"),
    include_str!("../data/professions.toml"),
    include_str!("../data/music.toml"),
    include_str!("../data/instruments.toml"),
    include_str!("../data/dance.toml"),
    include_str!("../data/games.toml"),
];
