//! Keys that exclude each other, and keys that have nothing to act on.

use crate::{
    attr::{self, MergeKey},
    errors::Errors,
    model::{Field, Session},
    name,
};

/// Pairs that cannot stand on one field, and why.
const EXCLUSIVE: [(&str, &str, &str); 13] = [
    ("json", "max_len", "a JSON document has no fixed length"),
    ("json", "index", "a JSON document cannot be an index key"),
    ("json", "unique", "a JSON document cannot be an index key"),
    ("json", "principal", "a JSON document cannot be an index key"),
    ("json", "references", "a JSON document refers to no row"),
    ("unique", "index", "a unique column already has an index"),
    ("flash", "principal", "whoever signed in stays until they sign out"),
    ("flash", "default", "a message is empty until somebody sets it"),
    ("secret", "column", IN_A_COLUMN),
    ("secret", "index", IN_A_COLUMN),
    ("secret", "unique", IN_A_COLUMN),
    ("secret", "json", IN_A_COLUMN),
    ("secret", "principal", "whom a session belongs to stands in a column, in events and in lists"),
];

const IN_A_COLUMN: &str = "a column is there to be seen: by queries, reports and finders";

/// The policies that `merge = ".."` can name.
const POLICIES: [&str; 7] = ["last", "add", "max", "min", "union", "append", "reject"];

pub(super) fn check(session: &Session, errors: &Errors) {
    if session.stored().next().is_none() {
        let message = format!("every field of `{}` is skipped, so there is nothing to store", session.ident);
        errors.at(session.ident.span(), message);
    }
    for field in &session.fields {
        if field.keys.skip.is_some() {
            skipped(field, errors);
        } else {
            exclusive(field, errors);
            without_column(field, errors);
            merge(field, errors);
        }
    }
    principals(session, errors);
}

fn skipped(field: &Field, errors: &Errors) {
    for key in &field.keys.given {
        if key != "skip" && key != "default" {
            errors.at(key.span(), format!("`skip` cannot be combined with `{key}`; a skipped field is not stored"));
        }
    }
}

fn exclusive(field: &Field, errors: &Errors) {
    for (first, second, why) in EXCLUSIVE {
        let given = |name: &str| field.keys.given.iter().position(|key| key == name);
        let (Some(a), Some(b)) = (given(first), given(second)) else { continue };
        let later = &field.keys.given[a.max(b)];
        errors.at(later.span(), format!("`{first}` cannot be combined with `{second}`; {why}"));
    }
}

fn without_column(field: &Field, errors: &Errors) {
    if field.column.is_some() {
        return;
    }
    if let Some(max_len) = &field.keys.max_len {
        let message = format!(
            "`max_len` limits a column, and `{}` is stored in the payload; add `#[session(column)]`",
            field.plain()
        );
        errors.at(max_len.key.span(), message);
    }
    if let Some(references) = &field.keys.references {
        let plain = field.plain();
        let message =
            format!("only a column refers to a row, and `{plain}` is stored in the payload; add `#[session(column)]`");
        errors.at(references.key.span(), message);
    }
    if let Some(renamed_from) = &field.keys.renamed_from {
        let message = format!(
            "`renamed_from` renames a column, and `{}` is stored in the payload; use `#[session(alias = \"{}\")]`",
            field.plain(),
            renamed_from.value.value().escape_debug()
        );
        errors.at(renamed_from.key.span(), message);
    }
}

fn merge(field: &Field, errors: &Errors) {
    let Some(MergeKey::Policy(policy)) = field.keys.merge.as_ref().map(|merge| &merge.value) else { return };
    let text = policy.value();
    if !POLICIES.contains(&text.as_str()) {
        errors.at(
            policy.span(),
            match name::closest(&text, POLICIES) {
                Some(meant) => format!("unknown merge policy `{text}`; did you mean `{meant}`?"),
                None => format!(
                    "unknown merge policy `{text}`; expected one of {}, or the path of a function without quotes",
                    attr::list(&POLICIES)
                ),
            },
        );
    } else if field.keys.principal.is_some() && text != "last" && text != "reject" {
        errors.at(policy.span(), format!("two principals cannot be merged by `{text}`; use `last` or `reject`"));
    }
}

fn principals(session: &Session, errors: &Errors) {
    let mut principals = session.stored().filter_map(|field| Some((field, field.keys.principal.as_ref()?)));
    let Some((first, _)) = principals.next() else { return };
    for (_, key) in principals {
        errors.at(key.key.span(), format!("a session has one principal, and field `{}` is it", first.plain()));
    }
}
