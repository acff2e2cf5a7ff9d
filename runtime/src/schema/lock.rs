//! The checked-in shapes of stored fields against the struct, while the compiler checks the struct.
//!
//! Sessions live on over a deploy. `#[session(lock = "..")]` makes a field that could not read what they hold a compile
//! error, until the struct says what becomes of it.
//!
//! ```text
//! session-lock 1
//! field user_id option(int64)
//! field cart Vec<Item>
//! field level string was uint8
//! ```
//!
//! `was` names a shape that live sessions may still have. The derive calls the functions below as it does those of
//! [`snapshot`](super::snapshot).

use std::fmt::Write;

use super::{
    Shape,
    checked_in::{Lines, Text, between, equal, refuse, split, word},
};
use crate::model::SessionModel;

/// What stands in line 1.
const HEADER: &str = "session-lock";

/// The format that this version reads.
const FORMAT: &str = "1";

/// What stands between a shape and an older one.
const WAS: &str = " was ";

/// A session type whose stored shapes are pinned. The derive implements it for a struct with `#[session(lock = "..")]`.
#[diagnostic::on_unimplemented(
    message = "the stored shapes of `{Self}` are not pinned",
    label = "no lock file",
    note = "add `#[session(lock = \"..\")]` with the path of a file, which this writes"
)]
pub trait Locked: SessionModel {
    /// The shape of each of [`FIELDS`](SessionModel::FIELDS).
    const SHAPES: &'static [Shape];
}

/// The lock file of a session type as it has to be checked in: one line for each stored field.
///
/// A field of a type of your own that is not [`Shaped`](super::Shaped) is pinned by the way its type is written in the
/// struct. An older shape that live sessions still have is yours to add, with `was` behind the shape.
///
/// ```no_run
/// use sessio::{Session, schema::lock_of};
/// # macro_rules! skip { ($($tokens:tt)*) => {}; }
/// # skip! {
/// #[derive(Session)]
/// #[session(lock = "shop.lock")]
/// # }
/// # #[derive(Session)]
/// struct Shop {
///     cart: Vec<String>,
/// }
///
/// # fn write<Shop: sessio::schema::Locked>() {
/// print!("{}", lock_of::<Shop>());
/// # }
/// ```
pub fn lock_of<T: Locked>() -> String {
    let mut lock = format!("{HEADER} {FORMAT}\n");
    for (field, shape) in T::FIELDS.iter().zip(T::SHAPES) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(lock, "field {} {}", field.name, shape.text().as_str());
    }
    lock
}

/// A lock file and its name.
#[derive(Clone, Copy)]
pub struct Lock<'a> {
    file: &'a str,
    text: &'a str,
}

/// A stored field as the struct has it.
#[derive(Clone, Copy)]
pub struct Pinned {
    /// The name under which it is stored.
    pub name: &'static str,
    /// The names under which older versions stored it.
    pub aliases: &'static [&'static str],
    /// The shape of its type.
    pub shape: Shape,
    /// What becomes of a value in another shape.
    pub older: Older,
}

/// What becomes of a stored value in another shape.
#[derive(Clone, Copy)]
pub enum Older {
    /// The field says `upgrade` or `default`.
    Handled,
    /// Nobody said.
    Lost,
}

/// The shape of a field's type, or the way it is written where the type has none.
pub const fn shape_or(shape: Option<Shape>, written: &'static str) -> Shape {
    match shape {
        Some(shape) => shape,
        None => Shape::Named(written),
    }
}

impl<'a> Lock<'a> {
    /// The lock in a file of this name.
    pub const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    /// Refuses a file that is not a lock that this version can read.
    #[track_caller]
    pub const fn assert_readable(&self) {
        match self.problem() {
            None => {}
            Some(Problem::Empty) => refuse("`{}` is empty and should begin with `{} {}`", &[self.file, HEADER, FORMAT]),
            Some(Problem::Header(found)) => {
                refuse("`{}` begins with `{}` and should begin with `{} {}`", &[self.file, found, HEADER, FORMAT])
            }
            Some(Problem::Format(found)) => refuse(
                "`{}` is of format {}, and this version of `sessio` reads format {}; update `sessio`",
                &[self.file, found, FORMAT],
            ),
            Some(Problem::Line(number, found)) => {
                refuse("line {} of `{}` cannot be read: `{}`", &[Text::decimal(number).as_str(), self.file, found])
            }
        }
    }

    /// Refuses a field that is not pinned.
    #[track_caller]
    pub const fn assert_has(&self, field: &Pinned) {
        if self.problem().is_none() && self.entry_of(field).is_none() {
            let (name, shape) = (field.name, field.shape.text());
            refuse("field `{}` is not in `{}`; add the line `field {} {}`", &[name, self.file, name, shape.as_str()]);
        }
    }

    /// Refuses a field that is pinned in another shape.
    #[track_caller]
    pub const fn assert_same(&self, field: &Pinned) {
        if self.problem().is_some() {
            return;
        }
        let Some(Entry { shape: pinned, was, .. }) = self.entry_of(field) else { return };
        let (name, shape) = (field.name, field.shape.text());
        let shape = shape.as_str();
        match field.older {
            Older::Handled if !equal(pinned, shape) => refuse(
                "field `{}` is `{}` in the struct and `{}` in `{}`; change its line to `field {} {} was {}`",
                &[name, shape, pinned, self.file, name, shape, pinned],
            ),
            Older::Lost if !equal(pinned, shape) => refuse(
                "field `{}` is `{}` in the struct and `{}` in `{}`, so live sessions would lose it; say what becomes of \
                 the older value with `upgrade = path::to::function` or `default = ..`, and change its line to \
                 `field {} {} was {}`",
                &[name, shape, pinned, self.file, name, shape, pinned],
            ),
            Older::Lost if !was.is_empty() => refuse(
                "live sessions may still hold `{}` as `{}`; keep `upgrade = path::to::function` or `default = ..`, or \
                 take `was {}` out of `{}` when they are gone",
                &[name, was, was, self.file],
            ),
            Older::Handled | Older::Lost => {}
        }
    }

    /// Refuses a lock with a field that the struct does not have.
    #[track_caller]
    pub const fn assert_nothing_else(&self, fields: &[Pinned]) {
        if self.problem().is_some() {
            return;
        }
        let mut entries = self.entries();
        while let Some(Entry { name, .. }) = entries.next() {
            if !is_accounted_for(name, fields) {
                refuse(
                    "`{}` has field `{}` and the struct does not; mark the field that took its place \
                     `#[session(alias = \"{}\")]`, or take the line out",
                    &[self.file, name, name],
                );
            }
        }
    }

    /// Each entry's name, shape and older shapes; `None` for a file that the compiler's check refuses.
    #[cfg(feature = "fuzzing")]
    pub fn read(&self) -> Option<Vec<[&'a str; 3]>> {
        if self.problem().is_some() {
            return None;
        }
        let mut entries = self.entries();
        Some(std::iter::from_fn(|| entries.next()).map(|entry| [entry.name, entry.shape, entry.was]).collect())
    }

    const fn problem(&self) -> Option<Problem<'a>> {
        let mut lines = Lines::of(self.text);
        let Some(first) = lines.next() else { return Some(Problem::Empty) };
        let (header, format) = word(first);
        if !equal(header, HEADER) {
            return Some(Problem::Header(first));
        }
        if !equal(format, FORMAT) {
            return Some(Problem::Format(format));
        }
        while let Some(line) = lines.next() {
            if Entry::read(line).is_none() {
                return Some(Problem::Line(lines.number(), line));
            }
        }
        None
    }

    /// The line of the field, under its present name or an older one.
    const fn entry_of(&self, field: &Pinned) -> Option<Entry<'a>> {
        let mut found = self.find(field.name);
        let mut position = 0;
        while found.is_none() && position < field.aliases.len() {
            found = self.find(field.aliases[position]);
            position += 1;
        }
        found
    }

    const fn find(&self, name: &str) -> Option<Entry<'a>> {
        let mut entries = self.entries();
        while let Some(entry) = entries.next() {
            if equal(entry.name, name) {
                return Some(entry);
            }
        }
        None
    }

    const fn entries(&self) -> Entries<'a> {
        let mut lines = Lines::of(self.text);
        lines.next();
        Entries(lines)
    }
}

/// Why a file is not a lock.
enum Problem<'a> {
    Empty,
    Header(&'a str),
    Format(&'a str),
    Line(usize, &'a str),
}

/// A line of a lock file.
#[derive(Clone, Copy)]
struct Entry<'a> {
    name: &'a str,
    shape: &'a str,
    /// The shapes that it had before, with `was` between them.
    was: &'a str,
}

/// The entries, as far as they can be read.
struct Entries<'a>(Lines<'a>);

impl<'a> Entries<'a> {
    const fn next(&mut self) -> Option<Entry<'a>> {
        match self.0.next() {
            None => None,
            Some(line) => Entry::read(line),
        }
    }
}

impl<'a> Entry<'a> {
    const fn read(line: &'a str) -> Option<Self> {
        let (what, rest) = word(line);
        let (name, rest) = word(rest);
        let (shape, was) = split(rest, WAS);
        let (shape, was) = (shape.trim_ascii(), was.trim_ascii());
        // A `was` with nothing behind it is a line that somebody has not finished, and no part of a shape.
        let is_unfinished = between(shape, "", WAS.trim_ascii_end()).is_some();
        if equal(what, "field") && !name.is_empty() && !shape.is_empty() && !is_unfinished {
            Some(Self { name, shape, was })
        } else {
            None
        }
    }
}

const fn is_accounted_for(name: &str, fields: &[Pinned]) -> bool {
    let mut position = 0;
    while position < fields.len() {
        let field = &fields[position];
        if equal(field.name, name) {
            return true;
        }
        let mut alias = 0;
        while alias < field.aliases.len() {
            if equal(field.aliases[alias], name) {
                return true;
            }
            alias += 1;
        }
        position += 1;
    }
    false
}
