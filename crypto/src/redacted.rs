//! The one way in which types that hold something of a device are printed: by their name alone.

/// Implements `Debug` for each type as `Name(redacted)`.
macro_rules! redacted {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )+};
}
pub(crate) use redacted;
