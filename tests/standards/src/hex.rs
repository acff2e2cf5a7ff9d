//! Bytes as hexadecimal digits.

use std::fmt::Write as _;

/// The bytes as hexadecimal digits in lower case.
///
/// # Panics
///
/// Never: a text takes all that is written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes all that is written");
        text
    })
}
