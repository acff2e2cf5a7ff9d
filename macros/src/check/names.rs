//! Names: the table's, those that fields are stored under, and those that their accessors take.

use std::collections::HashMap;

use crate::{
    errors::Errors,
    model::{Accessor, Field, Session},
    name::Identifier,
};

/// The methods of the handle `Session<T>`, and `Shop::layer`. As the handle derefs to the struct, an accessor of such a
/// name could never be called through it.
const RESERVED: [&str; 24] = [
    "csrf_token",
    "id",
    "is_new",
    "created_at",
    "authenticated_at",
    "require_fresh",
    "seen_at",
    "expires_at",
    "expiry",
    "set_expiry",
    "rotate",
    "renew",
    "reauthenticate",
    "sign_in",
    "sign_out",
    "principal",
    "destroy",
    "commit",
    "update",
    "reload",
    "revert",
    "detach",
    "layer",
    "session_id",
];

pub(super) fn check(session: &Session, errors: &Errors) {
    let kind = Identifier::Kind.refuse(&session.kind.text);
    let table = Identifier::Table.refuse(&session.table.text);
    // A table that is named after a bad kind would be the same mistake again.
    if let Some(reason) = table.filter(|_| kind.is_none()) {
        errors.at(session.table.span, reason);
    }
    if let Some(reason) = kind {
        errors.at(session.kind.span, reason);
    }
    stored(session, errors);
    accessors(session, errors);
}

fn stored(session: &Session, errors: &Errors) {
    let mut owners: HashMap<String, &Field> = HashMap::new();
    for field in session.stored() {
        if field.name.text.is_empty() {
            errors.at(field.name.span, "a stored name cannot be empty");
        } else if let Some(owner) = owners.insert(field.name.text.clone(), field) {
            let message = format!("the name `{}` is already used by field `{}`", field.name.text, owner.plain());
            errors.at(field.name.span, message);
        } else if session.lock.is_some() && field.name.text.contains(char::is_whitespace) {
            let message = "a lock file has words, so a stored name in it cannot have a space";
            errors.at(field.name.span, message);
        }
    }
    for field in session.stored() {
        for alias in &field.keys.aliases {
            let (text, span) = (alias.value.value(), alias.value.span());
            if text.is_empty() {
                errors.at(span, "a stored name cannot be empty");
            } else if let Some(owner) = owners.insert(text.clone(), field) {
                let message = if owner.ident != field.ident {
                    format!("the name `{text}` is already used by field `{}`", owner.plain())
                } else if text == field.name.text {
                    format!("the field is still called `{text}`; remove `alias`")
                } else {
                    format!("`alias = \"{}\"` is given twice", text.escape_debug())
                };
                errors.at(span, message);
            }
        }
    }
}

fn accessors(session: &Session, errors: &Errors) {
    let mut owners: HashMap<String, (&Field, Accessor)> = HashMap::new();
    for field in session.stored() {
        for accessor in field.accessors(session.has_finder(field)) {
            let method = accessor.method(&field.ident).to_string();
            let name = method.trim_start_matches("r#");
            if RESERVED.contains(&name) {
                errors.at(field.ident.span(), reserved(field, name));
                break;
            } else if let Some((owner, other)) = owners.insert(name.to_owned(), (field, accessor)) {
                let (plain, owner) = (field.plain(), owner.plain());
                errors.at(
                    field.ident.span(),
                    format!(
                        "`{name}` would be {} of `{plain}` and {} of `{owner}`; rename one of the fields",
                        noun(accessor),
                        noun(other)
                    ),
                );
                break;
            }
        }
    }
}

fn reserved(field: &Field, method: &str) -> String {
    let plain = field.plain();
    let what = if method == "layer" {
        "the derive gives the struct a function `layer` of its own".to_owned()
    } else {
        format!("`Session<T>` has a method `{method}` of its own, which would hide this field's")
    };
    let instead = match plain.as_str() {
        "principal" => "call it `user_id`, for instance".to_owned(),
        _ => format!("rename the field; `#[session(rename = \"{plain}\")]` keeps its stored name"),
    };
    format!("{what}; {instead}")
}

const fn noun(accessor: Accessor) -> &'static str {
    match accessor {
        Accessor::Get => "the getter",
        Accessor::Set => "the setter",
        Accessor::Mut => "the mutable getter",
        Accessor::Clear => "the `clear_` method",
        Accessor::Take => "the `take_` method",
        Accessor::Find => "the finder",
        Accessor::Delete => "the `delete_by_` method",
    }
}
