//! How a field's type is written, which decides the form of its accessors and which mistakes can be seen early.
//!
//! This looks at tokens only. What a type *is* (a column, nullable, an index key) the compiler decides through traits, so
//! an alias is never misjudged; at worst its getter gives a plain reference.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, TypeReference};

/// How a field's type is written.
pub(crate) enum Shape {
    /// A primitive.
    Primitive(&'static str),
    /// `String`.
    Text,
    /// `Vec<T>`.
    List(Type),
    /// `Option<T>`.
    Option(Box<Shape>, Type),
    /// Anything else.
    Other,
}

const PRIMITIVES: [&str; 16] = [
    "bool", "char", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32",
    "f64",
];

impl Shape {
    pub(crate) fn of(ty: &Type) -> Self {
        let Type::Path(path) = ungroup(ty) else { return Self::Other };
        let Some(last) = path.path.segments.last().filter(|_| path.qself.is_none()) else { return Self::Other };
        let module: Vec<String> =
            path.path.segments.iter().rev().skip(1).map(|segment| segment.ident.to_string()).collect();
        let module: Vec<&str> = module.iter().rev().map(String::as_str).collect();
        let argument = match &last.arguments {
            PathArguments::None => None,
            PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => match arguments.args.first() {
                Some(GenericArgument::Type(argument)) => Some(argument),
                _ => return Self::Other,
            },
            _ => return Self::Other,
        };
        match (last.ident.to_string().as_str(), argument, &*module) {
            (name, None, []) => match PRIMITIVES.into_iter().find(|primitive| *primitive == name) {
                Some(primitive) => Self::Primitive(primitive),
                None if name == "String" => Self::Text,
                None => Self::Other,
            },
            ("String", None, ["std" | "alloc", "string"]) => Self::Text,
            ("Vec", Some(item), [] | ["std" | "alloc", "vec"]) => Self::List(item.clone()),
            ("Option", Some(inner), [] | ["std" | "core", "option"]) => {
                Self::Option(Box::new(Self::of(inner)), inner.clone())
            }
            _ => Self::Other,
        }
    }

    /// What a column of this type holds when it holds something.
    pub(crate) fn present(&self) -> &Self {
        match self {
            Self::Option(inner, _) => inner,
            other => other,
        }
    }

    /// Whether this is `Vec<u8>`.
    pub(crate) fn is_bytes(&self) -> bool {
        matches!(self, Self::List(item) if matches!(Self::of(item), Self::Primitive("u8")))
    }
}

/// The type that a `macro_rules!` fragment or parentheses wrap.
pub(crate) fn ungroup(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungroup(&group.elem),
        Type::Paren(paren) => ungroup(&paren.elem),
        ty => ty,
    }
}

/// The first reference in a type.
pub(crate) fn reference(ty: &Type) -> Option<&TypeReference> {
    match ungroup(ty) {
        Type::Reference(reference) => Some(reference),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(reference),
        Type::Array(array) => reference(&array.elem),
        Type::Slice(slice) => reference(&slice.elem),
        Type::Path(path) => path.path.segments.iter().find_map(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => reference(ty),
                _ => None,
            }),
            _ => None,
        }),
        _ => None,
    }
}

/// The type as one would write it, for a message.
pub(crate) fn display(ty: &impl ToTokens) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (spaced, tight) in
        [(" :: ", "::"), (":: ", "::"), (" <", "<"), ("< ", "<"), (" >", ">"), (" ,", ","), ("& ", "&"), (" ;", ";")]
    {
        text = text.replace(spaced, tight);
    }
    text
}
