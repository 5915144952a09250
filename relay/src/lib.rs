//! The relay: it matches pairs that have no direct link, and counts without naming anybody.
