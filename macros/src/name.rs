//! Names: their case, what a database takes as one, and what a misspelt one was meant to be.

/// The longest identifier that no database cuts, in bytes. PostgreSQL keeps 63 and MySQL 64.
const MAX_LEN: usize = 63;

/// What `rename_all` can say, in serde's words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    /// The spellings, in the order in which an error lists them.
    pub(crate) const NAMES: [(&'static str, Self); 8] = [
        ("snake_case", Self::Snake),
        ("camelCase", Self::Camel),
        ("PascalCase", Self::Pascal),
        ("kebab-case", Self::Kebab),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
    ];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::NAMES.into_iter().find_map(|(name, case)| (name == text).then_some(case))
    }

    /// The name of a type or variant, which is in Pascal case, in this case. As in serde, each capital begins a word.
    pub(crate) fn apply_to_type(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            other => {
                let mut words = String::with_capacity(name.len() + 4);
                for char in name.chars() {
                    if char.is_uppercase() && !words.is_empty() {
                        words.push('_');
                    }
                    words.extend(char.to_lowercase());
                }
                other.apply(&words)
            }
        }
    }

    /// The name of a field, which is in snake case, in this case.
    pub(crate) fn apply(self, field: &str) -> String {
        match self {
            Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => {
                let pascal = pascal(field);
                let mut chars = pascal.chars();
                chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
            }
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(field: &str) -> String {
    field
        .split('_')
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().into_iter().flat_map(char::to_uppercase).chain(chars)
        })
        .collect()
}

/// A type's name in snake case. An acronym is one word: `HTTPShop` is `http_shop`.
pub(crate) fn snake(ty: &str) -> String {
    let chars: Vec<char> = ty.chars().collect();
    let mut snake = String::with_capacity(ty.len() + 4);
    for (index, &char) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| chars.get(before));
        let starts_word = char.is_uppercase()
            && before.is_some_and(|before| {
                let ends_acronym =
                    before.is_uppercase() && chars.get(index + 1).is_some_and(|next| next.is_lowercase());
                before.is_lowercase() || before.is_numeric() || ends_acronym
            });
        if starts_word {
            snake.push('_');
        }
        snake.extend(char.to_lowercase());
    }
    snake
}

/// What a name is for; decides the words and the extra rules.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Identifier {
    Table,
    Column,
    Kind,
    /// The table that a column refers to.
    OtherTable,
    /// Its column.
    OtherColumn,
}

impl Identifier {
    const fn noun(self) -> &'static str {
        match self {
            Self::Table => "table name",
            Self::Column => "column name",
            Self::Kind => "kind",
            Self::OtherTable => "name of the other table",
            Self::OtherColumn => "name of the other table's column",
        }
    }

    /// Why no database should be given this name, if there is a reason.
    pub(crate) fn refuse(self, name: &str) -> Option<String> {
        let noun = self.noun();
        if !name.is_ascii() {
            return Some(match self {
                Self::Kind => format!("kind `{name}` is not ASCII; give one with `#[session(kind = \"..\")]`"),
                _ => format!("{noun} `{name}` is not ASCII; databases compare such names differently"),
            });
        }
        if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            return Some(format!("{noun} must start with a letter or `_`"));
        }
        if self == Self::Table
            && let Some((schema, table)) = name.split_once('.')
            && [schema, table].iter().all(|part| Self::Table.refuse(part).is_none())
        {
            return Some(format!(
                "`table` is one identifier; write `{table}` and put `{schema}` in the connection's search path"
            ));
        }
        if let Some(char) = name.chars().find(|char| !char.is_ascii_alphanumeric() && *char != '_') {
            return Some(format!(
                "{noun} `{}` has a character that is not allowed: `{}`; use ASCII letters, digits and `_`",
                printable(name),
                printable(&char.to_string())
            ));
        }
        if name.len() > MAX_LEN {
            return Some(format!(
                "{noun} is {} bytes long; PostgreSQL keeps only the first {MAX_LEN} and would cut it silently",
                name.len()
            ));
        }
        self.refuse_reserved(&name.to_ascii_lowercase())
    }

    fn refuse_reserved(self, name: &str) -> Option<String> {
        match self {
            Self::Table if name.starts_with("sqlite_") => {
                Some("names that begin with `sqlite_` belong to SQLite".into())
            }
            Self::Table if name.starts_with("pg_") => Some("names that begin with `pg_` belong to PostgreSQL".into()),
            Self::Column if SYSTEM_COLUMNS.contains(&name) => Some(format!(
                "`{name}` is a column that PostgreSQL puts into every table; choose another with `#[session(column = \"..\")]`"
            )),
            Self::Column if MANAGED_COLUMNS.contains(&name) => Some(format!(
                "`{name}` is managed by the session store; choose another column with `#[session(column = \"..\")]`"
            )),
            _ => None,
        }
    }
}

/// Control characters escaped, all else as it is.
pub(crate) fn printable(text: &str) -> String {
    let escape = |char: char| if char.is_control() { char.escape_default().to_string() } else { char.to_string() };
    text.chars().map(escape).collect()
}

/// PostgreSQL refuses to create a table with one of these (its manual, "System Columns").
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// `Schema::MANAGED` of the runtime; the compile-fail suite checks that both lists are the same.
const MANAGED_COLUMNS: [&str; 7] = ["id", "version", "state", "created_at", "seen_at", "expires_at", "data"];

/// The candidate that `name` was probably meant to be.
pub(crate) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= (name.len().max(candidate.len()) / 3).max(1))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// How many characters must be typed, removed, replaced or swapped with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            rows[i][j] = match (i, j) {
                (0, edits) | (edits, 0) => edits,
                _ => {
                    let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
                    let edited = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                        edited.min(rows[i - 2][j - 2] + 1)
                    } else {
                        edited
                    }
                }
            };
        }
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_becomes_words() {
        for (ty, expected) in [
            ("Shop", "shop"),
            ("ShopCart", "shop_cart"),
            ("HTTPShop", "http_shop"),
            ("ShopV2", "shop_v2"),
            ("Shop2Go", "shop2_go"),
            ("A", "a"),
            ("already_snake", "already_snake"),
        ] {
            assert_eq!(snake(ty), expected);
        }
    }

    #[test]
    fn every_case_of_serde_gives_what_serde_gives() {
        let apply = |name| Case::parse(name).unwrap().apply("user_id");
        assert_eq!(apply("lowercase"), "user_id");
        assert_eq!(apply("UPPERCASE"), "USER_ID");
        assert_eq!(apply("PascalCase"), "UserId");
        assert_eq!(apply("camelCase"), "userId");
        assert_eq!(apply("snake_case"), "user_id");
        assert_eq!(apply("SCREAMING_SNAKE_CASE"), "USER_ID");
        assert_eq!(apply("kebab-case"), "user-id");
        assert_eq!(apply("SCREAMING-KEBAB-CASE"), "USER-ID");
        assert_eq!(Case::parse("snakecase"), None);
    }

    #[test]
    fn every_case_of_a_variant_is_what_serde_gives() {
        let apply = |name| Case::parse(name).unwrap().apply_to_type("VeryTasty");
        assert_eq!(apply("lowercase"), "verytasty");
        assert_eq!(apply("UPPERCASE"), "VERYTASTY");
        assert_eq!(apply("PascalCase"), "VeryTasty");
        assert_eq!(apply("camelCase"), "veryTasty");
        assert_eq!(apply("snake_case"), "very_tasty");
        assert_eq!(apply("SCREAMING_SNAKE_CASE"), "VERY_TASTY");
        assert_eq!(apply("kebab-case"), "very-tasty");
        assert_eq!(apply("SCREAMING-KEBAB-CASE"), "VERY-TASTY");
    }

    #[test]
    fn an_ordinary_name_is_taken() {
        for name in ["shop_sessions", "userId", "_x", "order", "a2"] {
            assert_eq!(Identifier::Table.refuse(name), None);
            assert_eq!(Identifier::Column.refuse(name), None);
        }
        assert_eq!(Identifier::Column.refuse(&"x".repeat(63)), None);
    }

    #[test]
    fn a_name_that_a_database_would_bend_is_refused() {
        for name in ["", "1st", "größe", "a b", "a\"b", "a-b", "a;b", "a`b", "a'b", "a\0b", &"x".repeat(64)] {
            assert!(Identifier::Table.refuse(name).is_some(), "{name}");
            assert!(Identifier::Column.refuse(name).is_some(), "{name}");
            assert!(Identifier::Kind.refuse(name).is_some(), "{name}");
        }
        for name in ["sqlite_shop", "SQLITE_shop", "pg_shop", "auth.shop"] {
            assert!(Identifier::Table.refuse(name).is_some(), "{name}");
        }
        for name in ["id", "Version", "xmin", "DATA"] {
            assert!(Identifier::Column.refuse(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        let keys = ["column", "index", "unique", "max_len"];
        assert_eq!(closest("colum", keys), Some("column"));
        assert_eq!(closest("idnex", keys), Some("index"));
        assert_eq!(closest("maxlen", keys), Some("max_len"));
        assert_eq!(closest("unqiue", keys), Some("unique"));
        assert_eq!(closest("flavour", keys), None);
        assert_eq!(closest("x", keys), None);
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("abc", "acb"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
