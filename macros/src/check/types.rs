//! Types that tokens already show to be impossible. Behind an alias the compiler says the same through a trait.

use syn::Type;

use crate::{
    errors::Errors,
    model::{Field, Session},
    shape::{self, Shape},
};

pub(super) fn check(session: &Session, errors: &Errors) {
    for field in &session.fields {
        if owned(field, errors) && field.column.is_some() && field.keys.json.is_none() {
            column(session, field, errors);
        }
    }
}

/// Whether the field owns its value.
fn owned(field: &Field, errors: &Errors) -> bool {
    if let Some(reference) = shape::reference(&field.written) {
        let instead = match shape::ungroup(&reference.elem) {
            Type::Path(path) if path.path.is_ident("str") => "`String` or `Cow<'static, str>`".to_owned(),
            Type::Slice(slice) => format!("`Vec<{}>`", shape::display(&slice.elem)),
            other => format!("`{}`", shape::display(other)),
        };
        errors
            .on(reference, format!("a session owns its data; replace `{}` with {instead}", shape::display(reference)));
        return false;
    }
    true
}

/// What is wrong with a field whose type has no fixed size, and so no place in a struct that can be handed out.
pub(super) fn unsized_field(ty: &Type) -> Option<String> {
    match shape::ungroup(ty) {
        Type::Path(path) if path.path.is_ident("str") => Some("`str` has no fixed size; use `String`".to_owned()),
        Type::Slice(slice) => {
            let item = shape::display(&slice.elem);
            Some(format!("`[{item}]` has no fixed size; use `Vec<{item}>`"))
        }
        Type::TraitObject(object) => {
            Some(format!("`{}` has no fixed size and cannot be read back; use an enum", shape::display(object)))
        }
        _ => None,
    }
}

fn column(session: &Session, field: &Field, errors: &Errors) {
    let present = match &field.shape {
        Shape::Option(inner, present) if matches!(**inner, Shape::Option(..)) => {
            errors.on(present, "a column is either NULL or a value; store the whole field with `#[session(json)]`");
            return;
        }
        shape => shape.present(),
    };
    if let Shape::Primitive(wide @ ("u64" | "usize" | "u128" | "isize" | "i128")) = present {
        errors.on(
            &field.written,
            format!("no portable SQL integer holds every `{wide}`; use `i64`, or store it with `#[session(json)]`"),
        );
        return;
    }
    length(field, present, errors);
    if let Some(key) = session.key_of(field) {
        let missing = field.keys.max_len.is_none();
        match present {
            Shape::Primitive("f32" | "f64") => {
                errors.at(key, "a floating point column makes a poor index key; store a whole number, such as cents");
            }
            Shape::Text if missing => {
                errors.at(key, "MySQL cannot index a `TEXT` column; add `#[session(max_len = 64)]`");
            }
            Shape::List(_) if missing && present.is_bytes() => {
                errors.at(key, "MySQL cannot index a `BLOB` column; add `#[session(max_len = 64)]`");
            }
            _ => {}
        }
    }
}

fn length(field: &Field, present: &Shape, errors: &Errors) {
    let Some(max_len) = &field.keys.max_len else { return };
    if let Shape::Primitive(primitive) = present {
        errors.at(
            max_len.key.span(),
            format!("`max_len` applies to `String` and `Vec<u8>` columns; `{primitive}` has a fixed size"),
        );
    } else if !max_len.value.base10_parse::<u32>().is_ok_and(|len| (1..=65535).contains(&len)) {
        errors.at(max_len.value.span(), "`max_len` must be between 1 and 65535");
    }
}
