//! The relay's core as one pure state machine.
