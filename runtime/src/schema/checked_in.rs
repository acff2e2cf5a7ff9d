//! What constant evaluation needs to read a checked-in file and to say what is wrong with it: lines, words, a sentence.
//!
//! The compiler evaluates this while it checks the user's crate, so nothing here allocates or panics but [`refuse`].

/// A text that is put together in const context. What is beyond its capacity is cut off.
#[derive(Clone, Copy)]
pub(super) struct Text {
    bytes: [u8; Self::CAPACITY],
    len: usize,
}

impl Text {
    const CAPACITY: usize = 1024;

    /// An empty text.
    pub(super) const fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY], len: 0 }
    }

    /// The template with one value after the other in the place of each `{}`.
    pub(super) const fn filled(template: &str, values: &[&str]) -> Self {
        let mut text = Self::new();
        let mut rest = template;
        let mut position = 0;
        while position < values.len() {
            let (before, behind) = split(rest, "{}");
            text.push(before);
            text.push(values[position]);
            rest = behind;
            position += 1;
        }
        text.push(rest);
        text
    }

    /// A number in decimal.
    pub(super) const fn decimal(mut number: usize) -> Self {
        let mut digits = [0; 20];
        let mut start = digits.len();
        while start == digits.len() || number > 0 {
            start -= 1;
            digits[start] = b"0123456789"[number % 10];
            number /= 10;
        }
        let mut text = Self::new();
        let (_, digits) = digits.split_at(start);
        if let Ok(digits) = str::from_utf8(digits) {
            text.push(digits);
        }
        text
    }

    /// Appends a part, as far as whole characters of it fit.
    pub(super) const fn push(&mut self, part: &str) {
        let bytes = part.as_bytes();
        let room = Self::CAPACITY - self.len;
        let mut end = if bytes.len() < room { bytes.len() } else { room };
        while !part.is_char_boundary(end) {
            end -= 1;
        }
        let mut position = 0;
        while position < end {
            self.bytes[self.len] = bytes[position];
            self.len += 1;
            position += 1;
        }
    }

    pub(super) const fn as_str(&self) -> &str {
        let (written, _) = self.bytes.split_at(self.len);
        match str::from_utf8(written) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

/// Ends the evaluation with this sentence, which becomes the compiler's error where the caller stands. Each `{}` is the
/// place of a value.
#[track_caller]
pub(super) const fn refuse(sentence: &str, values: &[&str]) -> ! {
    let text = Text::filled(sentence, values);
    panic!("{}", text.as_str())
}

/// The lines of a file that say something: neither blank nor a `#` comment. Either kind of line end will do.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) const fn of(text: &'a str) -> Self {
        Self { rest: text, number: 0 }
    }

    /// The next line, trimmed.
    pub(super) const fn next(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let (line, rest) = cut(self.rest, b'\n');
            self.rest = rest;
            self.number += 1;
            let line = line.trim_ascii();
            if !line.is_empty() && line.as_bytes()[0] != b'#' {
                return Some(line);
            }
        }
        None
    }

    /// The number of the line that came last, from 1.
    pub(super) const fn number(&self) -> usize {
        self.number
    }
}

/// What is before the first `separator`, and what is behind it.
pub(super) const fn cut(text: &str, separator: u8) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut position = 0;
    while position < bytes.len() {
        if bytes[position] == separator {
            let (before, rest) = text.split_at(position);
            // An ASCII separator is a character of its own.
            return (before, rest.split_at(1).1);
        }
        position += 1;
    }
    (text, "")
}

/// What is before the first `separator`, and what is behind it.
pub(super) const fn split<'a>(text: &'a str, separator: &str) -> (&'a str, &'a str) {
    let mut position = 0;
    while position + separator.len() <= text.len() {
        if text.is_char_boundary(position) {
            let (before, rest) = text.split_at(position);
            if let Some(behind) = between(rest, separator, "") {
                return (before, behind);
            }
        }
        position += 1;
    }
    (text, "")
}

/// The first word of a trimmed text, and the trimmed rest.
pub(super) const fn word(text: &str) -> (&str, &str) {
    let (word, rest) = cut(text, b' ');
    (word, rest.trim_ascii())
}

/// What is between this beginning and this end.
pub(super) const fn between<'a>(text: &'a str, beginning: &str, end: &str) -> Option<&'a str> {
    if text.len() < beginning.len() + end.len() {
        return None;
    }
    if !text.is_char_boundary(beginning.len()) || !text.is_char_boundary(text.len() - end.len()) {
        return None;
    }
    let (start, rest) = text.split_at(beginning.len());
    let (inner, last) = rest.split_at(rest.len() - end.len());
    if equal(start, beginning) && equal(last, end) { Some(inner) } else { None }
}

/// Whether both texts are the same. `==` cannot be called in const context.
pub(super) const fn equal(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut position = 0;
    while position < left.len() {
        if left[position] != right[position] {
            return false;
        }
        position += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_ends_with_a_whole_character() {
        let long = "ö".repeat(600);
        let text = Text::filled("x{}", &[&long]);
        assert_eq!(text.as_str().len(), 1023);
        assert!(text.as_str().ends_with('ö'));
    }

    #[test]
    fn a_template_takes_its_values_in_order() {
        assert_eq!(Text::filled("`{}` is {}", &["a", "{}"]).as_str(), "`a` is {}");
        assert_eq!(Text::filled("nothing", &[]).as_str(), "nothing");
    }

    #[test]
    fn a_number_is_written_in_decimal() {
        for number in [0, 7, 10, 4096, usize::MAX] {
            assert_eq!(Text::decimal(number).as_str(), number.to_string());
        }
    }

    #[test]
    fn comments_and_blank_lines_are_counted_and_skipped() {
        let mut lines = Lines::of("one\r\n\n# nothing\n  two \nthree");
        assert_eq!((lines.next(), lines.number()), (Some("one"), 1));
        assert_eq!((lines.next(), lines.number()), (Some("two"), 4));
        assert_eq!((lines.next(), lines.number()), (Some("three"), 5));
        assert_eq!(lines.next(), None);
    }

    #[test]
    fn a_text_is_split_at_the_first_separator() {
        assert_eq!(split("a was b was c", " was "), ("a", "b was c"));
        assert_eq!(split("größe", " was "), ("größe", ""));
    }

    #[test]
    fn what_is_between_is_found_only_when_both_ends_are_there() {
        assert_eq!(between("string(40)", "string(", ")"), Some("40"));
        assert_eq!(between("()", "(", ")"), Some(""));
        assert_eq!(between("(", "(", ")"), None);
        assert_eq!(between("größe", "gr", "e"), Some("öß"));
        assert_eq!(between("ö", "x", ""), None);
    }
}
