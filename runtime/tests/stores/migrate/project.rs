//! The folder: what is written, when, and what is refused.

use std::{collections::BTreeMap, fs, path::Path};

use sessio::{
    Session,
    clock::Timestamp,
    migrate::{Model, Project, ProjectError, Source, State, source},
    model::ColumnType,
    schema::{ColumnDef, Dialect, Schema},
    testkit::ManualClock,
};
use sqlx::{
    SqlSafeStr as _,
    migrate::{MigrationSource as _, Migrator},
};

#[derive(Session)]
#[session(table = "baskets")]
#[allow(dead_code, reason = "only the table is looked at")]
struct Basket {
    #[session(index)]
    order: i64,
    note: String,
}

#[derive(Session)]
#[session(table = "shop_sessions")]
#[allow(dead_code, reason = "only the table is looked at")]
struct Shop {
    #[session(principal)]
    user_id: Option<i64>,
}

/// [`Shop`], later.
#[derive(Session)]
#[session(table = "shop_sessions")]
#[allow(dead_code, reason = "only the table is looked at")]
struct Later {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(index, max_len = 40)]
    coupon: Option<String>,
}

/// 2023-11-14 22:13:20.
const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn project(folder: &Path) -> Project {
    let clock = ManualClock::starting_at(NOW);
    Dialect::ALL.into_iter().fold(Project::new(folder.join("migrations")).clock(clock), Project::dialect)
}

/// Every file below the folder, with its text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for path in ["", "sqlite", "postgres", "mysql"].map(|part| folder.join("migrations").join(part)) {
        for entry in fs::read_dir(&path).into_iter().flatten().map(Result::unwrap) {
            if entry.path().is_file() {
                let name = entry.path().strip_prefix(folder.join("migrations")).unwrap().display().to_string();
                files.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    files
}

fn names(folder: &Path) -> Vec<String> {
    files(folder).into_keys().collect()
}

#[test]
fn a_folder_grows_by_what_is_missing_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let first = project(folder.path()).model::<Shop>().model::<Basket>();
    let status = first.status().unwrap();
    assert_eq!(status.len(), 6);
    assert!(status.iter().all(|status| status.state == State::Missing));
    assert!(matches!(first.check().unwrap_err(), ProjectError::Behind { behind } if behind.len() == 6));
    assert!(first.print().unwrap().contains("CREATE TABLE \"baskets\""));
    assert!(names(folder.path()).is_empty(), "nothing but `generate` writes");

    let written = first.generate("Create, all of it!").unwrap();
    assert_eq!(written.len(), 1 + 3 * 4 + 2);
    let after_first = files(folder.path());
    assert_eq!(
        names(folder.path()),
        [
            ".gitattributes",
            "baskets.schema",
            "mysql/20231114221320_create_all_of_it.down.sql",
            "mysql/20231114221320_create_all_of_it.up.sql",
            "mysql/20231114221321_create_all_of_it_2.down.sql",
            "mysql/20231114221321_create_all_of_it_2.up.sql",
            "postgres/20231114221320_create_all_of_it.down.sql",
            "postgres/20231114221320_create_all_of_it.up.sql",
            "postgres/20231114221321_create_all_of_it_2.down.sql",
            "postgres/20231114221321_create_all_of_it_2.up.sql",
            "shop_sessions.schema",
            "sqlite/20231114221320_create_all_of_it.down.sql",
            "sqlite/20231114221320_create_all_of_it.up.sql",
            "sqlite/20231114221321_create_all_of_it_2.down.sql",
            "sqlite/20231114221321_create_all_of_it_2.up.sql",
        ]
    );
    assert_eq!(
        after_first["shop_sessions.schema"],
        "session-schema 2\ntable shop_sessions\ncolumn user_id int64 null\nindex idx_shop_sessions_user_id (user_id)\n"
    );
    assert!(after_first.values().all(|text| !text.contains('\r')));

    assert!(first.generate("again").unwrap().is_empty());
    assert_eq!(first.print().unwrap(), "");
    first.check().unwrap();
    assert_eq!(files(folder.path()), after_first);

    // The clock stands still, and yet versions grow.
    let second = project(folder.path()).model::<Later>().model::<Basket>();
    assert!(matches!(second.check().unwrap_err(), ProjectError::Behind { behind } if behind.len() == 3));
    second.generate("add the coupon").unwrap();
    let added = names(folder.path()).into_iter().filter(|name| !after_first.contains_key(name)).collect::<Vec<_>>();
    let up = |name: &&String| name.ends_with(".up.sql");
    assert_eq!(
        added.iter().filter(up).collect::<Vec<_>>(),
        [
            "mysql/20231114221322_add_the_coupon.up.sql",
            "mysql/20231114221323_add_the_coupon_2.up.sql",
            "mysql/20231114221324_add_the_coupon_3.up.sql",
            "postgres/20231114221322_add_the_coupon.up.sql",
            "postgres/20231114221323_add_the_coupon_2.up.sql",
            "sqlite/20231114221322_add_the_coupon.up.sql",
        ]
    );
}

#[test]
fn what_would_lose_values_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path()).model::<Later>().generate("create").unwrap();
    let before = files(folder.path());
    let back = project(folder.path()).model::<Shop>();
    let error = back.generate("drop the coupon").unwrap_err();
    assert!(error.to_string().contains("the values of column coupon are lost; allow it with"), "{error}");
    assert_eq!(files(folder.path()), before);
    assert!(matches!(back.check().unwrap_err(), ProjectError::Behind { .. }));
    back.allow_destructive().generate("drop the coupon").unwrap();
    assert!(names(folder.path()).contains(&"sqlite/20231114221321_drop_the_coupon.up.sql".to_owned()));
}

#[test]
fn a_table_is_made_anew_where_sessions_cannot_be_brought_along() {
    const UNIQUE: Schema = Schema::new(
        "shop_sessions",
        &[ColumnDef::new("code", ColumnType::Int32, false)],
        &[sessio::schema::IndexDef::new(&["code"]).unique()],
    );
    let folder = tempfile::tempdir().unwrap();
    project(folder.path()).model::<Shop>().generate("create").unwrap();
    let next = project(folder.path()).described(Model::from(&UNIQUE));
    assert!(matches!(next.status().unwrap_err(), ProjectError::Plan { .. }));
    assert!(matches!(next.clone().recreate().generate("anew").unwrap_err(), ProjectError::Destructive { .. }));
    next.recreate().allow_destructive().generate("anew").unwrap();
    assert!(files(folder.path())["sqlite/20231114221321_anew.up.sql"].contains("DROP TABLE"));
}

#[test]
fn a_dialect_that_comes_later_begins_with_the_table_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = |folder: &Path| {
        Project::new(folder.join("migrations")).clock(ManualClock::starting_at(NOW)).dialect(Dialect::Sqlite)
    };
    sqlite(folder.path()).model::<Shop>().generate("create").unwrap();
    sqlite(folder.path()).model::<Later>().generate("coupon").unwrap();
    let both = sqlite(folder.path()).dialect(Dialect::MySql).model::<Later>();
    assert!(both.check().is_err());
    both.generate("MySQL, too").unwrap();
    both.check().unwrap();
    let files = files(folder.path());
    assert!(files["mysql/20231114221322_mysql_too.up.sql"].contains("`coupon` VARCHAR(40)"));
    assert!(!files.contains_key("sqlite/20231114221322_mysql_too.up.sql"));
}

#[test]
fn a_file_that_was_damaged_on_its_way_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path()).model::<Shop>();
    project.generate("create").unwrap();
    let path = folder.path().join("migrations/sqlite/20231114221320_create.up.sql");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    let error = project.check().unwrap_err().to_string();
    assert!(error.contains("20231114221320_create.up.sql end in CR LF"), "{error}");
    fs::write(&path, text).unwrap();

    let path = folder.path().join("migrations/shop_sessions.schema");
    fs::write(&path, "session-schema 2\ntable shop_sessions\n<<<<<<< HEAD\n").unwrap();
    let error = project.check().unwrap_err();
    assert!(error.to_string().ends_with("shop_sessions.schema"), "{error}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.starts_with("line 3: "), "{cause}");
    assert!(project.generate("never over a file that cannot be read").is_err());
}

#[test]
fn a_project_without_its_parts_says_which() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(project(folder.path()).status().unwrap_err(), ProjectError::NoModel));
    let none = Project::new(folder.path()).model::<Shop>();
    assert!(matches!(none.status().unwrap_err(), ProjectError::NoDialect));
    let twice = project(folder.path()).model::<Shop>().model::<Later>();
    assert!(matches!(twice.status().unwrap_err(), ProjectError::SameTable { table } if table == "shop_sessions"));
    let nameless = project(folder.path()).model::<Shop>();
    assert!(matches!(nameless.generate("../..").unwrap_err(), ProjectError::Description));
}

#[tokio::test]
async fn files_and_memory_are_the_same_migrations_to_sqlx() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path()).model::<Later>().generate("create").unwrap();
    let files = files(folder.path());
    let embedded = files.iter().filter_map(|(name, text)| Some((name.strip_prefix("postgres/")?, text.as_str())));
    let embedded = Source::of_files(embedded).unwrap().into_migrator();
    let read = Migrator::new(folder.path().join("migrations/postgres")).await.unwrap();
    let facts = |migrator: &Migrator| {
        let facts = migrator.iter().map(|migration| {
            let sql = migration.sql.clone().into_sql_str().as_str().to_owned();
            (migration.version, migration.description.to_string(), migration.checksum.to_vec(), migration.no_tx, sql)
        });
        facts.collect::<Vec<_>>()
    };
    assert_eq!(facts(&embedded), facts(&read));
    assert!(Source::of_files([("create.up.sql", "")]).is_err());

    let both = source::<Shop>(Dialect::Sqlite).and::<Basket>(Dialect::Sqlite).resolve().await.unwrap();
    assert_eq!(both.len(), 4);
    assert_ne!(both[0].version, both[2].version);
}
