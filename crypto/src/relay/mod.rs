//! Pairing through a relay (specification, section 8).
