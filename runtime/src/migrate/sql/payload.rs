//! Values between the payload and a column: the payload is one JSON object, in a column of bytes.
//!
//! Up and down are safe to run while sessions are written. A member of the payload is newer than the column: a program that
//! knows the column takes the member out whenever it writes, and one that does not writes a member only when it has changed
//! the field. So going up the payload fills the column and keeps its member, and going down the column fills only payloads
//! without one.

use crate::{
    migrate::{convert::integer_range, model::Kind, snapshot::Column},
    model::ColumnType,
    schema::Dialect,
};

/// The first of these members that fits the column, as an expression; `NULL` if there is none.
pub(super) fn member(dialect: Dialect, members: &[String], column: &Column) -> Option<String> {
    let members = members.iter().filter(|member| is_plain(member));
    let found = members.filter_map(|member| one_member(dialect, member, column)).collect::<Vec<_>>();
    match &found[..] {
        [] => None,
        [only] => Some(only.clone()),
        several => Some(format!("COALESCE({})", several.join(","))),
    }
}

/// Fills a column from the payload.
pub(super) fn fill_column(dialect: Dialect, table: &str, members: &[String], column: &Column) -> Option<String> {
    let value = member(dialect, members, column)?;
    let (table, name) = (dialect.quote(table), dialect.quote(&column.name));
    let text = as_text(dialect);
    let members = members.iter().filter(|member| is_plain(member));
    let somewhere = members.map(|member| format!("{text} LIKE '%\"{member}\"%'")).collect::<Vec<_>>().join(" OR ");
    Some(format!("UPDATE {table} SET {name} = COALESCE({value}, {name})\nWHERE {somewhere}"))
}

/// Fills the payload from a column, where it does not have the member.
pub(super) fn fill_payload(
    dialect: Dialect,
    table: &str,
    members: &[String],
    column: &Column,
    null_matters: bool,
) -> Option<String> {
    let member = members.iter().find(|member| is_plain(member))?;
    let name = dialect.quote(&column.name);
    let value = as_json(dialect, column, Kind::of(column.ty)?);
    let (data, document, path) = (dialect.quote("data"), document(dialect), format!("'$.\"{member}\"'"));
    let head = format!("'{{\"{member}\":'");
    let (payload, is_absent) = match dialect {
        Dialect::Sqlite => (
            format!(
                "CAST({head} || {value} || CASE {document} WHEN '{{}}' THEN '}}' \
                 ELSE ',' || substr({document}, 2) END AS BLOB)"
            ),
            format!("CASE WHEN json_valid({document}) THEN json_type({document}, {path}) IS NULL ELSE FALSE END"),
        ),
        Dialect::Postgres => (
            format!(
                "convert_to({head} || {value}, 'UTF8') || CASE WHEN length({data}) <= 2 THEN '}}'::BYTEA \
                 ELSE ','::BYTEA || substring({data} FROM 2) END"
            ),
            format!("({document}::JSON -> '{member}') IS NULL"),
        ),
        Dialect::MySql => (
            format!("CONCAT({head}, {value}, IF(LENGTH({data}) <= 2, '}}', CONCAT(',', SUBSTRING({data}, 2))))"),
            format!(
                "CASE WHEN JSON_VALID({document}) THEN NOT JSON_CONTAINS_PATH({document}, 'one', {path}) \
                 ELSE FALSE END"
            ),
        ),
    };
    let only_values = if column.nullable && !null_matters { format!("{name} IS NOT NULL AND ") } else { String::new() };
    Some(format!("UPDATE {} SET {data} = {payload}\nWHERE {only_values}{is_absent}", dialect.quote(table)))
}

/// Whether the name means the same in JSON, in a JSON path and in an SQL string.
fn is_plain(member: &str) -> bool {
    !member.is_empty() && member.chars().all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character))
}

/// The payload as text.
fn as_text(dialect: Dialect) -> String {
    let data = dialect.quote("data");
    match dialect {
        Dialect::Sqlite => format!("CAST({data} AS TEXT)"),
        Dialect::Postgres => format!("convert_from({data}, 'UTF8')"),
        Dialect::MySql => format!("CONVERT({data} USING utf8mb4)"),
    }
}

/// The payload as JSON functions take it. PostgreSQL has no place for the character U+0000, and refuses a document that
/// has its escape anywhere.
fn document(dialect: Dialect) -> String {
    let text = as_text(dialect);
    if dialect == Dialect::Postgres { format!("replace({text}, '\\u0000', '\\ufffd')") } else { text }
}

fn one_member(dialect: Dialect, member: &str, column: &Column) -> Option<String> {
    let kind = Kind::of(column.ty)?;
    let document = document(dialect);
    Some(match dialect {
        Dialect::Sqlite => {
            let place = format!("{document}, '$.\"{member}\"'");
            let (types, value) = match kind {
                Kind::Bool => ("IN ('true', 'false')", format!("json_extract({place})")),
                Kind::Int => ("= 'integer'", format!("json_extract({place})")),
                Kind::Float => ("IN ('integer', 'real')", format!("CAST(json_extract({place}) AS REAL)")),
                Kind::Text => ("= 'text'", format!("json_extract({place})")),
                Kind::Json => ("IS NOT NULL", format!("{document} -> '$.\"{member}\"'")),
            };
            format!(
                "\n    CASE WHEN NOT json_valid({document}) THEN NULL\n    \
                 WHEN json_type({place}) {types} THEN {value} END"
            )
        }
        Dialect::Postgres => {
            let ty = dialect.column_type(column.ty, column.max_len);
            let (json, text) = (format!("{document}::JSON -> '{member}'"), format!("{document}::JSON ->> '{member}'"));
            let type_of = format!("json_typeof({json})");
            let value = match kind {
                Kind::Bool => format!("{type_of} = 'boolean' THEN ({text})::BOOLEAN"),
                Kind::Int => {
                    let (low, high) = integer_range(column.ty)?;
                    format!(
                        "{type_of} = 'number' AND ({text}) ~ '^-?[0-9]{{1,19}}$'\n        \
                         THEN CASE WHEN ({text})::NUMERIC BETWEEN {low} AND {high} THEN ({text})::{ty} END"
                    )
                }
                Kind::Float => format!("{type_of} = 'number' THEN ({text})::{ty}"),
                Kind::Text => match length(column) {
                    Some(length) => format!("{type_of} = 'string' AND char_length({text}) <= {length} THEN {text}"),
                    None => format!("{type_of} = 'string' THEN {text}"),
                },
                Kind::Json => format!("{type_of} IS NOT NULL THEN ({json})::JSONB"),
            };
            format!("\n    CASE WHEN {value} END")
        }
        Dialect::MySql => {
            let json = format!("JSON_EXTRACT({document}, '$.\"{member}\"')");
            let (type_of, text) = (format!("JSON_TYPE({json})"), format!("JSON_UNQUOTE({json})"));
            let value = match kind {
                Kind::Bool => format!("{type_of} = 'BOOLEAN' THEN {text} = 'true'"),
                Kind::Int => {
                    let (low, high) = integer_range(column.ty)?;
                    format!(
                        "{type_of} IN ('INTEGER', 'UNSIGNED INTEGER')\n        \
                         AND CAST({text} AS DECIMAL(20)) BETWEEN {low} AND {high} THEN CAST({text} AS SIGNED)"
                    )
                }
                Kind::Float => {
                    format!("{type_of} IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN {text} + 0e0")
                }
                Kind::Text => match length(column) {
                    Some(length) => format!("{type_of} = 'STRING' AND CHAR_LENGTH({text}) <= {length} THEN {text}"),
                    None => format!("{type_of} = 'STRING' THEN {text}"),
                },
                Kind::Json => format!("{type_of} IS NOT NULL THEN {json}"),
            };
            format!("\n    CASE WHEN NOT JSON_VALID({document}) THEN NULL\n    WHEN {value} END")
        }
    })
}

/// A column's value as JSON text.
fn as_json(dialect: Dialect, column: &Column, kind: Kind) -> String {
    let name = dialect.quote(&column.name);
    let value = match (dialect, kind) {
        (Dialect::Postgres, _) => format!("to_json({name})::TEXT"),
        (_, Kind::Bool) if column.nullable => {
            return format!("CASE WHEN {name} IS NULL THEN 'null' WHEN {name} THEN 'true' ELSE 'false' END");
        }
        (_, Kind::Bool) => format!("CASE WHEN {name} THEN 'true' ELSE 'false' END"),
        (Dialect::Sqlite, Kind::Json) => name,
        // It makes `null` of NULL by itself.
        (Dialect::Sqlite, _) => return format!("json_quote({name})"),
        (Dialect::MySql, Kind::Text) => format!("JSON_QUOTE({name})"),
        (Dialect::MySql, _) => format!("CAST({name} AS CHAR)"),
    };
    if column.nullable { format!("COALESCE({value}, 'null')") } else { value }
}

fn length(column: &Column) -> Option<u32> {
    match column.ty {
        ColumnType::Varchar(length) => Some(column.max_len.unwrap_or(length)),
        _ => column.max_len,
    }
}
