//! Columns among each other: one owner each, declared renames, indexes that stand on columns.

use std::collections::{HashMap, HashSet};

use syn::{Expr, Lit};

use crate::{
    errors::Errors,
    model::{Field, Index, Reference, Session},
    name::{self, Identifier},
};

/// An index key of MySQL ends at 3072 bytes (its manual, "`InnoDB` Limits"), and a character takes up to four.
const MAX_INDEXED_CHARACTERS: u32 = 768;

pub(super) fn check(session: &Session, errors: &Errors) {
    owners(session, errors);
    renames(session, errors);
    for field in session.stored() {
        reference(field, errors);
        default(field, errors);
    }
    let mut seen = HashSet::new();
    for index in &session.indexes {
        keys(session, index, errors);
        let columns: Vec<usize> = index.fields.iter().map(|(position, _)| *position).collect();
        if !seen.insert(columns) {
            let names: Vec<String> =
                index.fields.iter().map(|(position, _)| session.fields[*position].plain()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            errors.at(index.key, format!("index on ({}) is declared twice", crate::attr::list(&names)));
        }
    }
}

fn owners(session: &Session, errors: &Errors) {
    let mut owners = HashMap::new();
    for (field, column) in session.columns() {
        let name = &column.name;
        if let Some(reason) = Identifier::Column.refuse(&name.text) {
            errors.at(name.span, reason);
        }
        let Some((other, owner)) = owners.insert(name.text.to_lowercase(), (&name.text, field)) else { continue };
        let message = if *other == name.text {
            format!("column `{}` is already used by field `{}`", name.text, owner.plain())
        } else {
            format!(
                "columns `{other}` and `{}` differ only by case, which SQLite and MySQL treat as the same column",
                name.text
            )
        };
        errors.at(name.span, message);
    }
}

fn renames(session: &Session, errors: &Errors) {
    for (field, column) in session.columns() {
        let Some(from) = field.keys.renamed_from.as_ref().map(|from| &from.value) else { continue };
        let old = from.value();
        if let Some(reason) = Identifier::Column.refuse(&old) {
            errors.at(from.span(), reason);
        } else if old == column.name.text {
            errors.at(from.span(), format!("the column is still called `{old}`; remove `renamed_from`"));
        } else if let Some((other, _)) = session.columns().find(|(_, column)| column.name.text == old) {
            errors.at(
                from.span(),
                format!(
                    "`{old}` is the column of field `{}`, so it was not renamed to `{}`",
                    other.plain(),
                    column.name.text
                ),
            );
        }
    }
}

fn reference(field: &Field, errors: &Errors) {
    if let Some(on_delete) = &field.keys.on_delete {
        let (text, names) = (on_delete.value.value(), Reference::ACTIONS.map(|(name, _)| name));
        if field.keys.references.is_none() {
            errors.at(on_delete.key.span(), "`on_delete` belongs to a reference; add `references = \"users(id)\"`");
        } else if !names.contains(&text.as_str()) {
            let span = on_delete.value.span();
            match name::closest(&text, names) {
                Some(meant) => errors.at(span, format!("unknown action `{text}`; did you mean `{meant}`?")),
                None => {
                    errors.at(span, format!("unknown action `{text}`; expected one of {}", crate::attr::list(&names)));
                }
            }
        }
    }
    let Some(references) = field.keys.references.as_ref().map(|references| &references.value) else { return };
    let text = references.value();
    let Some((table, column)) = Reference::parts(&text) else {
        let message =
            format!("expected a table and its column, found `{}`; write `users(id)`", name::printable(text.trim()));
        errors.at(references.span(), message);
        return;
    };
    for (identifier, name) in [(Identifier::OtherTable, table), (Identifier::OtherColumn, column)] {
        if let Some(reason) = identifier.refuse(&name) {
            errors.at(references.span(), reason);
        }
    }
}

/// A first value whose length shows in its tokens.
fn default(field: &Field, errors: &Errors) {
    let (Some(Expr::Lit(default)), Some(max_len)) = (&field.default, &field.keys.max_len) else { return };
    let (length, unit) = match &default.lit {
        Lit::Str(text) => (text.value().chars().count(), "characters"),
        Lit::ByteStr(bytes) => (bytes.value().len(), "bytes"),
        _ => return,
    };
    if max_len.value.base10_parse().is_ok_and(|max_len: usize| length > max_len) {
        let max_len = max_len.value.base10_digits();
        errors.at(default.lit.span(), format!("the default is {length} {unit} long and `max_len` is {max_len}"));
    }
}

fn keys(session: &Session, index: &Index, errors: &Errors) {
    let mut seen = HashSet::new();
    for (position, span) in &index.fields {
        let field = &session.fields[*position];
        if !seen.insert(position) {
            errors.at(*span, format!("column `{}` appears twice in this index", field.plain()));
            continue;
        }
        if field.keys.skip.is_some() {
            errors.at(*span, format!("`{}` is skipped, so there is nothing to index", field.plain()));
        } else if field.column.is_none() {
            let plain = field.plain();
            errors.at(
                *span,
                format!("`{plain}` is stored in the payload, not in a column; add `#[session(column)]` to index it"),
            );
        } else if field.keys.json.is_some() && index.fields.len() + usize::from(field.keys.index.is_none()) > 1 {
            errors.at(*span, "a `json` column cannot be an index key");
        }
        let length = field.keys.max_len.as_ref().map(|max_len| &max_len.value);
        if let Some(literal) = length
            && literal.base10_parse().is_ok_and(|length: u32| (MAX_INDEXED_CHARACTERS + 1..=65535).contains(&length))
            && !field.shape.present().is_bytes()
        {
            errors.at(
                literal.span(),
                format!("an indexed text column holds at most {MAX_INDEXED_CHARACTERS} characters; MySQL's index keys end at 3072 bytes"),
            );
        }
    }
}
