//! Each kind of change, as each dialect says it. `UPDATE_EXPECT=1 cargo test` writes the texts anew; review them.

use std::fmt::Write as _;

use expect_test::{ExpectFile, expect_file};
use sessio::{
    Session,
    migrate::{HazardKind, Model, Plan, PlanError, Snapshot, diff},
    model::{ColumnType, ColumnValue, SessionModel},
    schema::{ColumnDef, Dialect, IndexDef, OnDelete, Reference, Schema},
};

macro_rules! table {
    ($columns:expr, $indexes:expr $(,)?) => {{
        const ITS_COLUMNS: &[ColumnDef] = $columns;
        const ITS_INDEXES: &[IndexDef] = $indexes;
        Schema::new("t", ITS_COLUMNS, ITS_INDEXES)
    }};
}

fn plan(before: &Schema, after: impl Into<Model>) -> Plan {
    diff(Some(&Snapshot::of(before)), &after.into()).unwrap()
}

/// The statements of a plan in every dialect, without the headers of its files.
fn check(plan: &Plan, expected: &ExpectFile) {
    let mut text = String::new();
    for dialect in Dialect::ALL {
        for (file, number) in plan.statements(dialect).iter().zip(1..) {
            let alone = if file.no_transaction { ", without a transaction" } else { "" };
            for (way, statements) in [("up", &file.up), ("down", &file.down)] {
                assert_eq!(statements.starts_with("-- no-transaction\n"), file.no_transaction);
                let ends_well =
                    [";\n", "\n-- Nothing to do in this part.\n"].iter().any(|end| statements.ends_with(end));
                assert!(!statements.contains('\r') && ends_well, "{statements:?}");
                let body = statements.lines().filter(|line| !line.is_empty() && !line.starts_with("--"));
                let body = body.collect::<Vec<_>>();
                let ddl = ["CREATE ", "ALTER ", "DROP "];
                let ddl = body.iter().filter(|line| ddl.iter().any(|verb| line.starts_with(verb))).count();
                assert!(dialect != Dialect::MySql || ddl <= 1, "each would commit on its own: {body:?}");
                let body = body.join("\n");
                let _ = writeln!(text, "-- {dialect}, {number} {way}{alone}\n{body}\n");
            }
        }
    }
    expected.assert_eq(&text);
}

const EMPTY: Schema = Schema::new("t", &[], &[]);

#[test]
fn a_table_is_created_with_its_indexes_in_one_migration() {
    let after = table!(
        &[
            ColumnDef::new("user_id", ColumnType::Int64, true),
            ColumnDef::new("mail", ColumnType::Text, false).max_len(9)
        ],
        &[IndexDef::new(&["user_id"]), IndexDef::new(&["mail", "user_id"]).unique()],
    );
    check(&diff(None, &Model::from(&after)).unwrap(), &expect_file!["expected/create.sql"]);
}

#[test]
fn a_nullable_column_is_added_and_dropped() {
    let after = table!(&[ColumnDef::new("coupon", ColumnType::Text, true).max_len(32)], &[]);
    check(&plan(&EMPTY, &after), &expect_file!["expected/add_nullable.sql"]);
    let back = plan(&after, &EMPTY);
    assert!(back.is_destructive());
    check(&back, &expect_file!["expected/drop_nullable.sql"]);
}

#[test]
fn a_required_column_gets_a_value_that_is_no_default() {
    let after = table!(
        &[ColumnDef::new("level", ColumnType::Int32, false), ColumnDef::new("note", ColumnType::Text, false)],
        &[],
    );
    let model = Model::from(&after).first_value("level", ColumnValue::Int(3));
    let missing = diff(Some(&Snapshot::of(&EMPTY)), &model).unwrap_err();
    assert_eq!(missing, PlanError::NeedsValue { column: "note".into() });
    let model = model.first_value("note", ColumnValue::Text("it's \\ new".into()));
    check(&plan(&EMPTY, model), &expect_file!["expected/add_required.sql"]);
}

#[derive(Session)]
#[session(table = "t")]
struct Taste {
    #[session(column, alias = "style", max_len = 20)]
    theme: Option<String>,
    #[session(column, default = 1)]
    visits: u32,
}

#[test]
fn a_field_that_moves_into_a_column_takes_its_values_along() {
    assert_eq!(Taste::fresh().visits(), 1);
    check(&plan(&EMPTY, Model::of::<Taste>()), &expect_file!["expected/out_of_the_payload.sql"]);
}

#[derive(Session)]
#[session(table = "t")]
struct Plain {
    theme: bool,
}

#[test]
fn a_field_that_leaves_its_column_takes_its_values_along() {
    assert!(!Plain::fresh().theme());
    let before = table!(&[ColumnDef::new("theme", ColumnType::Bool, false)], &[]);
    let moved = plan(&before, Model::of::<Plain>());
    assert!(!moved.is_destructive());
    check(&moved, &expect_file!["expected/into_the_payload.sql"]);
    // A name is not enough: this one could not be read as a boolean.
    let before = table!(&[ColumnDef::new("theme", ColumnType::Int64, false)], &[]);
    assert!(plan(&before, Model::of::<Plain>()).is_destructive());
}

#[test]
fn a_declared_rename_keeps_values_and_indexes() {
    let before = table!(&[ColumnDef::new("coupon", ColumnType::Text, true).max_len(32)], &[IndexDef::new(&["coupon"])]);
    let after = table!(
        &[ColumnDef::new("voucher", ColumnType::Text, true).max_len(32).renamed_from("coupon")],
        &[IndexDef::new(&["voucher"])],
    );
    let rename = plan(&before, &after);
    assert!(!rename.is_destructive());
    check(&rename, &expect_file!["expected/rename.sql"]);
    assert!(plan(&after, &after).is_empty(), "a rename that has happened is no change");

    let undeclared = table!(&[ColumnDef::new("voucher", ColumnType::Text, true).max_len(32)], &[]);
    let changes = plan(&before, &undeclared).changes().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(changes, ["drop column coupon", "add column voucher string(32) null", "drop index idx_t_coupon"]);
}

#[test]
fn a_type_is_converted_where_there_is_a_way() {
    let before =
        table!(&[ColumnDef::new("a", ColumnType::Int16, false), ColumnDef::new("b", ColumnType::Bool, false)], &[],);
    let after = table!(
        &[ColumnDef::new("a", ColumnType::Text, false).max_len(40), ColumnDef::new("b", ColumnType::Int64, false)],
        &[],
    );
    let plan = plan(&before, &after);
    assert!(!plan.is_destructive());
    check(&plan, &expect_file!["expected/convert.sql"]);
}

#[test]
fn a_column_is_replaced_where_there_is_none() {
    let before = table!(&[ColumnDef::new("a", ColumnType::Timestamp, true)], &[]);
    let after = table!(&[ColumnDef::new("a", ColumnType::Json, true)], &[]);
    let plan = plan(&before, &after);
    assert!(plan.is_destructive());
    check(&plan, &expect_file!["expected/replace.sql"]);
}

#[test]
fn null_is_allowed_and_forbidden() {
    let before = table!(
        &[ColumnDef::new("a", ColumnType::Int32, true), ColumnDef::new("b", ColumnType::Timestamp, false)],
        &[],
    );
    let after = table!(
        &[ColumnDef::new("a", ColumnType::Int32, false), ColumnDef::new("b", ColumnType::Timestamp, true)],
        &[],
    );
    let model = Model::from(&after).first_value("a", ColumnValue::Int(7));
    check(&plan(&before, model), &expect_file!["expected/null.sql"]);
}

#[test]
fn indexes_come_and_go_each_in_its_own_file_on_postgres() {
    const COLUMNS: &[ColumnDef] =
        &[ColumnDef::new("a", ColumnType::Int32, true), ColumnDef::new("b", ColumnType::Int32, true)];
    let before = table!(COLUMNS, &[IndexDef::new(&["a"]), IndexDef::new(&["b"])]);
    let after = table!(COLUMNS, &[IndexDef::new(&["b"]), IndexDef::new(&["a", "b"]), IndexDef::new(&["a"]).unique()]);
    let plan = plan(&before, &after);
    check(&plan, &expect_file!["expected/indexes.sql"]);
    let files = plan.index_in_transaction().statements(Dialect::Postgres);
    assert_eq!(files.len(), 1);
    assert!(!files[0].no_transaction && !files[0].up.contains("CONCURRENTLY"));
}

#[test]
fn a_reference_comes_and_goes_and_changes() {
    const USER: ColumnDef = ColumnDef::new("user_id", ColumnType::Int64, true);
    const INDEX: &[IndexDef] = &[IndexDef::new(&["user_id"])];
    let none = table!(&[USER], INDEX);
    let cascade = table!(&[USER.references(Reference::new("users", "id", OnDelete::Cascade))], INDEX);
    let set_null = table!(&[USER.references(Reference::new("users", "id", OnDelete::SetNull))], INDEX);
    check(&plan(&none, &cascade), &expect_file!["expected/add_reference.sql"]);
    check(&plan(&cascade, &none), &expect_file!["expected/drop_reference.sql"]);
    let change = plan(&cascade, &set_null);
    assert_eq!(
        change.changes()[0].to_string(),
        "change reference user_id from users(id) on delete cascade to users(id) on delete set null"
    );
    assert!(!change.is_destructive());
    let without_an_index = table!(&[USER.references(Reference::new("users", "id", OnDelete::Cascade))], &[]);
    check(&plan(&cascade, &without_an_index), &expect_file!["expected/index_of_a_reference.sql"]);
    assert!(plan(&cascade, &cascade).is_empty());
}

#[test]
fn a_table_may_be_made_anew_instead() {
    let after = table!(&[ColumnDef::new("a", ColumnType::Int32, true)], &[]);
    let plan = plan(&EMPTY, &after).recreate();
    assert!(plan.is_destructive());
    check(&plan, &expect_file!["expected/recreate.sql"]);
}

#[test]
fn the_header_says_what_a_migration_costs() {
    let before =
        table!(&[ColumnDef::new("a", ColumnType::Int64, false), ColumnDef::new("gone", ColumnType::Int32, true)], &[],);
    let after = table!(
        &[ColumnDef::new("a", ColumnType::Int32, false), ColumnDef::new("b", ColumnType::Text, false).max_len(9)],
        &[IndexDef::new(&["a"]).unique()],
    );
    let model = Model::from(&after).first_value("b", ColumnValue::Text("x\n; DROP".into()));
    let plan = plan(&before, model);
    let header = |text: &str| text.lines().filter(|line| line.starts_with("--")).collect::<Vec<_>>().join("\n") + "\n";
    let files = plan.statements(Dialect::Sqlite);
    expect_file!["expected/header_up.sql"].assert_eq(&header(&files[0].up));
    expect_file!["expected/header_down.sql"].assert_eq(&header(&files[0].down));
    let kinds = plan.hazards(Dialect::Postgres).into_iter().map(|hazard| hazard.kind).collect::<Vec<_>>();
    for kind in [
        HazardKind::Destructive,
        HazardKind::NeedsValue,
        HazardKind::MayFail,
        HazardKind::Lock,
        HazardKind::Incompatible,
    ] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}

#[test]
fn what_sessions_cannot_be_brought_to_is_refused() {
    let unique = table!(&[ColumnDef::new("code", ColumnType::Int32, false)], &[IndexDef::new(&["code"]).unique()],);
    let model = Model::from(&unique).first_value("code", ColumnValue::Int(0));
    let error = diff(Some(&Snapshot::of(&EMPTY)), &model).unwrap_err();
    assert_eq!(error, PlanError::NotUnique { column: "code".into() });
    let optional = table!(&[ColumnDef::new("code", ColumnType::Int32, true)], &[IndexDef::new(&["code"]).unique()]);
    let error = diff(Some(&Snapshot::of(&optional)), &model).unwrap_err();
    assert_eq!(error, PlanError::NotUnique { column: "code".into() });
    // On the way back there is nobody to ask: the sessions without a value go, and the header says so.
    let back = plan(&unique, &EMPTY).statements(Dialect::Sqlite).remove(0).down;
    assert!(back.contains("-- destructive: sessions are deleted") && back.contains("DELETE FROM \"t\";"), "{back}");

    let one = table!(&[ColumnDef::new("a", ColumnType::Int32, true)], &[]);
    let two = table!(
        &[
            ColumnDef::new("b", ColumnType::Int32, true).renamed_from("a"),
            ColumnDef::new("c", ColumnType::Int32, true).renamed_from("a"),
        ],
        &[],
    );
    let error = diff(Some(&Snapshot::of(&one)), &Model::from(&two)).unwrap_err();
    assert!(matches!(error, PlanError::RenamedTwice { .. }));
    let error = diff(Some(&Snapshot::of(&Schema::new("other", &[], &[]))), &Model::from(&one)).unwrap_err();
    assert!(matches!(error, PlanError::OtherTable { .. }));
}

#[test]
fn the_order_of_fields_is_no_change() {
    let [a, b] = [ColumnDef::new("a", ColumnType::Int32, true), ColumnDef::new("b", ColumnType::Int32, true)];
    let one = Schema::new("t", Box::leak(Box::new([a, b])), &[]);
    let other = Schema::new("t", Box::leak(Box::new([b, a])), &[]);
    assert!(plan(&one, &other).is_empty());
}
