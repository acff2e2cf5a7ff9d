//! The shape in which a value is stored, as far as its type shows it while the compiler runs.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
    marker::PhantomData,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{Duration, SystemTime},
};

use super::checked_in::Text;

/// The shape in which a type's values are stored: what stays the same is read by older and newer programs alike.
///
/// A `Vec` and a `VecDeque` have one shape, an `i32` and an `i64` have two.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// A shape that has a name, such as `int64`.
    Named(&'static str),
    /// A shape that is made of others, such as `list(int64)`.
    Made(&'static str, &'static [Shape]),
    /// So many of another shape.
    Array(&'static Shape, usize),
}

/// A type whose shape is known, for `#[session(lock = "..")]`. Types of the standard library have it.
///
/// A type without it is pinned by the way it is written in the struct: then a change inside of it is not seen. To pin
/// your own type give it a shape, and another one when its stored form changes:
///
/// ```
/// use sessio::schema::{Shape, Shaped};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Item {
///     article: u64,
///     count: u32,
/// }
///
/// impl Shaped for Item {
///     const SHAPE: Shape = Shape::Named("item-2");
/// }
/// ```
pub trait Shaped {
    /// The shape. A name in it is a word of its own: it has no space in it.
    const SHAPE: Shape;
}

macro_rules! named {
    ($($rust:ty => $name:literal),+ $(,)?) => {$(
        impl Shaped for $rust {
            const SHAPE: Shape = Shape::Named($name);
        }
    )+};
}

named! {
    bool => "bool", char => "char", () => "unit",
    i8 => "int8", i16 => "int16", i32 => "int32", i64 => "int64", i128 => "int128", isize => "int",
    u8 => "uint8", u16 => "uint16", u32 => "uint32", u64 => "uint64", u128 => "uint128", usize => "uint",
    f32 => "float32", f64 => "float64",
    String => "string", Box<str> => "string", Cow<'static, str> => "string",
    Duration => "duration", SystemTime => "system-time",
    IpAddr => "ip", Ipv4Addr => "ipv4", Ipv6Addr => "ipv6",
}

macro_rules! lists {
    ($($rust:ty => $name:literal),+ $(,)?) => {$(
        impl<T: Shaped> Shaped for $rust {
            const SHAPE: Shape = Shape::Made($name, &[T::SHAPE]);
        }
    )+};
}

lists! {
    Option<T> => "option",
    Vec<T> => "list", Box<[T]> => "list", VecDeque<T> => "list", LinkedList<T> => "list",
    BTreeSet<T> => "set",
}

impl<T: Shaped> Shaped for Box<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Shaped, S> Shaped for HashSet<T, S> {
    const SHAPE: Shape = BTreeSet::<T>::SHAPE;
}

impl<K: Shaped, V: Shaped> Shaped for BTreeMap<K, V> {
    const SHAPE: Shape = Shape::Made("map", &[K::SHAPE, V::SHAPE]);
}

impl<K: Shaped, V: Shaped, S> Shaped for HashMap<K, V, S> {
    const SHAPE: Shape = BTreeMap::<K, V>::SHAPE;
}

impl<T: Shaped, const N: usize> Shaped for [T; N] {
    const SHAPE: Shape = Shape::Array(&T::SHAPE, N);
}

impl<A: Shaped, B: Shaped> Shaped for (A, B) {
    const SHAPE: Shape = Shape::Made("tuple", &[A::SHAPE, B::SHAPE]);
}

impl<A: Shaped, B: Shaped, C: Shaped> Shaped for (A, B, C) {
    const SHAPE: Shape = Shape::Made("tuple", &[A::SHAPE, B::SHAPE, C::SHAPE]);
}

/// Asks a type for its shape, whether it has one or not: the inherent constant comes first, and exists only for types
/// that are [`Shaped`]; for the others there is that of [`Unshaped`].
pub struct Probe<T>(PhantomData<T>);

impl<T: Shaped> Probe<T> {
    /// The shape of a type that has one.
    pub const SHAPE: Option<Shape> = Some(T::SHAPE);
}

/// The answer of a type that has no shape.
pub trait Unshaped {
    /// No shape.
    const SHAPE: Option<Shape> = None;
}

impl<T> Unshaped for Probe<T> {}

impl Shape {
    /// The shape in the words of a lock file.
    pub(super) const fn text(&self) -> Text {
        let mut text = Text::new();
        self.write(&mut text);
        text
    }

    const fn write(&self, text: &mut Text) {
        match self {
            Self::Named(name) => text.push(name),
            Self::Made(name, parts) => {
                text.push(name);
                text.push("(");
                let mut position = 0;
                while position < parts.len() {
                    if position > 0 {
                        text.push(", ");
                    }
                    parts[position].write(text);
                    position += 1;
                }
                text.push(")");
            }
            Self::Array(item, count) => {
                text.push("array(");
                item.write(text);
                text.push(", ");
                text.push(Text::decimal(*count).as_str());
                text.push(")");
            }
        }
    }
}
