//! The table of a session struct as DDL: which columns and indexes it has, the store's own and the struct's, and the
//! statements that make them.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{Dialect, Schema, reference::ForeignKey};
use crate::column::ColumnType;

impl Schema {
    /// The statements that create the table and its indexes, ready to paste into a migration of any tool.
    ///
    /// Each ends with `;` and a line break.
    pub fn create_table(&self, dialect: Dialect) -> String {
        let mut ddl = table_statement(self, dialect, "CREATE TABLE");
        ddl.push_str(";\n");
        for index in table_indexes(self) {
            ddl.push_str(&index.create(self.table, dialect));
            ddl.push_str(";\n");
        }
        ddl
    }
}

/// One column of the whole table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TableColumn<'a> {
    pub(crate) name: &'a str,
    pub(crate) ty: ColumnType,
    pub(crate) max_len: Option<u32>,
    pub(crate) nullable: bool,
    /// A type that only the store's own columns have.
    pub(super) own_type: Option<&'static str>,
}

impl<'a> TableColumn<'a> {
    /// A typed column.
    pub(crate) fn typed(name: &'a str, ty: ColumnType, max_len: Option<u32>, nullable: bool) -> Self {
        Self { name, ty, max_len, nullable, own_type: None }
    }

    /// The column's type in DDL.
    pub(crate) fn sql_type(&self, dialect: Dialect) -> String {
        self.own_type.map_or_else(|| dialect.column_type(self.ty, self.max_len), Into::into)
    }

    /// The column as `CREATE TABLE` and `ADD COLUMN` take it, but for its nullability.
    pub(crate) fn name_and_type(&self, dialect: Dialect) -> String {
        format!("{} {}", dialect.quote(self.name), self.sql_type(dialect))
    }

    /// The column as `CREATE TABLE` takes it.
    pub(crate) fn definition(&self, dialect: Dialect) -> String {
        let constraint = match (self.name == "id", self.nullable) {
            (true, _) => " NOT NULL PRIMARY KEY",
            (_, false) => " NOT NULL",
            (_, true) => "",
        };
        self.name_and_type(dialect) + constraint
    }
}

/// The columns of the whole table: the store's own, then the struct's.
pub(crate) fn table_columns(schema: &Schema, dialect: Dialect) -> Vec<TableColumn<'static>> {
    let typed = schema.columns.iter();
    let typed = typed.map(|column| TableColumn::typed(column.name, column.ty, column.max_len, column.nullable));
    managed_columns(dialect).into_iter().chain(typed).collect()
}

/// The store's own columns.
pub(crate) fn managed_columns(dialect: Dialect) -> [TableColumn<'static>; 7] {
    let mysql = |own| (dialect == Dialect::MySql).then_some(own);
    [
        ("id", ColumnType::Binary(16), None),
        ("version", ColumnType::Int64, None),
        // A state has at most 215 bytes, and stays in the row; a payload may outgrow the 64 KiB of MySQL's BLOB.
        ("state", ColumnType::Bytes, mysql("VARBINARY(1024)")),
        ("created_at", ColumnType::Timestamp, None),
        ("seen_at", ColumnType::Timestamp, None),
        ("expires_at", ColumnType::Timestamp, None),
        ("data", ColumnType::Bytes, mysql("LONGBLOB")),
    ]
    .map(|(name, ty, own_type)| TableColumn { name, ty, max_len: None, nullable: false, own_type })
}

/// One index of the whole table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TableIndex<'a> {
    pub(crate) name: String,
    pub(crate) columns: Vec<&'a str>,
    pub(crate) unique: bool,
}

impl<'a> TableIndex<'a> {
    pub(crate) fn new(table: &str, columns: &[&'a str], unique: bool) -> Self {
        Self { name: index_name(table, columns), columns: columns.to_vec(), unique }
    }

    /// The index that sweeping walks along.
    pub(crate) fn sweep(table: &str) -> Self {
        Self::new(table, &["expires_at"], false)
    }

    /// The statement that creates the index, without a semicolon.
    pub(crate) fn create(&self, table: &str, dialect: Dialect) -> String {
        let unique = if self.unique { "UNIQUE " } else { "" };
        let columns = self.columns.iter().map(|column| dialect.quote(column)).collect::<Vec<_>>().join(", ");
        format!("CREATE {unique}INDEX {} ON {} ({columns})", dialect.quote(&self.name), dialect.quote(table))
    }
}

/// The indexes of the whole table beside its primary key: the one that sweeping walks along, then the struct's.
pub(crate) fn table_indexes(schema: &Schema) -> Vec<TableIndex<'static>> {
    let sweep = TableIndex::sweep(schema.table);
    let typed = schema.indexes.iter().map(|index| TableIndex::new(schema.table, index.columns, index.unique));
    std::iter::once(sweep).chain(typed).collect()
}

/// `CREATE TABLE` with every column, without a semicolon. `verb` may say `IF NOT EXISTS`.
pub(crate) fn table_statement(schema: &Schema, dialect: Dialect, verb: &str) -> String {
    columns_statement(schema.table, &table_columns(schema, dialect), &table_foreign_keys(schema), dialect, verb)
}

/// The references of the whole table.
pub(crate) fn table_foreign_keys(schema: &Schema) -> Vec<ForeignKey<'static>> {
    schema.columns.iter().filter_map(|column| ForeignKey::of(schema.table, column)).collect()
}

/// The same for any table.
pub(crate) fn columns_statement(
    table: &str,
    columns: &[TableColumn<'_>],
    foreign_keys: &[ForeignKey<'_>],
    dialect: Dialect,
    verb: &str,
) -> String {
    let mut ddl = format!("{verb} {} (", dialect.quote(table));
    for (position, column) in columns.iter().enumerate() {
        let separator = if position == 0 { "" } else { "," };
        let _ = write!(ddl, "{separator}\n    {}", column.definition(dialect));
    }
    for foreign_key in foreign_keys {
        let _ = write!(ddl, ",\n    {}", foreign_key.constraint(dialect));
    }
    ddl.push_str("\n)");
    ddl
}

/// The longest name that every database keeps whole; PostgreSQL cuts a longer one with nothing but a notice.
const MAX_NAME: usize = 63;

fn index_name(table: &str, columns: &[&str]) -> String {
    cut_name(format!("idx_{table}_{}", columns.join("_")))
}

/// The name, cut so that every database keeps it whole and two that are cut stay distinct.
pub(super) fn cut_name(name: String) -> String {
    if name.len() <= MAX_NAME {
        return name;
    }
    let hash = Sha256::digest(name.as_bytes());
    let suffix = hash.iter().take(4).fold(String::from("_"), |mut suffix, byte| {
        let _ = write!(suffix, "{byte:02x}");
        suffix
    });
    let mut end = MAX_NAME - suffix.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned() + &suffix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ColumnDef, IndexDef};

    const SHOP: Schema = Schema::new(
        "shop_sessions",
        &[
            ColumnDef::new("user_id", ColumnType::Int64, true),
            ColumnDef::new("order", ColumnType::Text, false).max_len(40),
        ],
        &[IndexDef::new(&["user_id"]), IndexDef::new(&["order"]).unique()],
    );

    #[test]
    fn a_table_reads_as_a_person_would_have_written_it() {
        assert_eq!(
            SHOP.create_table(Dialect::Postgres),
            r#"CREATE TABLE "shop_sessions" (
    "id" BYTEA NOT NULL PRIMARY KEY,
    "version" BIGINT NOT NULL,
    "state" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "data" BYTEA NOT NULL,
    "user_id" BIGINT,
    "order" VARCHAR(40) NOT NULL
);
CREATE INDEX "idx_shop_sessions_expires_at" ON "shop_sessions" ("expires_at");
CREATE INDEX "idx_shop_sessions_user_id" ON "shop_sessions" ("user_id");
CREATE UNIQUE INDEX "idx_shop_sessions_order" ON "shop_sessions" ("order");
"#
        );
    }

    #[test]
    fn a_payload_may_outgrow_64_kib_on_mysql() {
        let ddl = SHOP.create_table(Dialect::MySql);
        assert!(ddl.contains("`data` LONGBLOB NOT NULL"), "{ddl}");
        assert!(ddl.contains("`id` BINARY(16) NOT NULL PRIMARY KEY"), "{ddl}");
    }

    #[test]
    fn a_long_index_name_is_cut_by_us_and_stays_distinct() {
        let table = "a".repeat(63);
        let [one, two] = [index_name(&table, &["one"]), index_name(&table, &["two"])];
        assert_eq!((one.len(), two.len()), (63, 63));
        assert_ne!(one, two);
        assert_eq!(index_name("t", &["a", "b"]), "idx_t_a_b");
    }
}
