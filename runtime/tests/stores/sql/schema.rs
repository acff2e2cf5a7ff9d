//! Creating the table, noticing how it has drifted, and living with a newer program's columns.

use sessio::{
    model::{ColumnValue, SessionModel},
    schema::Dialect,
    store::{Create, Enumerate, SqlDriver, SqlStore, Store, StoreError, Update},
};
use sqlx::Pool;

use super::model::{EarlierVisit, Visit, assert_same, next, record, record_with};

/// Statements that a test runs beside the store, on a pool of its own.
pub(crate) trait Raw: SqlDriver {
    fn raw(pool: &Pool<Self>, sql: String) -> impl Future<Output = Result<(), sqlx::Error>>;
}

#[track_caller]
fn schema_error(error: StoreError) -> String {
    match error {
        StoreError::Schema(what) => what,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_missing_table_is_an_error_that_says_what_to_do<D: Raw>(
    store: SqlStore<D, Visit>,
    _pool: Pool<D>,
) {
    let wanted = "table \"visit_sessions\" does not exist; create it with `store.migrate().await` or a migration";
    let record = record();
    assert_eq!(schema_error(store.load(record.id).await.unwrap_err()), wanted);
    assert_eq!(schema_error(store.create(&record).await.unwrap_err()), wanted);
    assert_eq!(schema_error(store.update(record.version, &record).await.unwrap_err()), wanted);
    assert_eq!(schema_error(store.delete(record.id).await.unwrap_err()), wanted);
    assert_eq!(schema_error(store.verify_schema().await.unwrap_err()), wanted);
}

pub(crate) async fn migrating_twice_changes_nothing<D: Raw>(store: SqlStore<D, Visit>, _pool: Pool<D>) {
    store.migrate().await.unwrap();
    store.verify_schema().await.unwrap();
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    store.migrate().await.unwrap();
    store.verify_schema().await.unwrap();
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
}

pub(crate) async fn several_processes_migrate_at_once<D: Raw>(store: SqlStore<D, Visit>, _pool: Pool<D>) {
    let migrations = (0..6).map(|_| {
        // A store of its own pool, as another process would have.
        let store = store.clone();
        tokio::spawn(async move { store.migrate().await })
    });
    for outcome in futures_util::future::join_all(migrations).await {
        outcome.unwrap().unwrap();
    }
    store.verify_schema().await.unwrap();
}

pub(crate) async fn the_ddl_text_makes_the_table_that_verification_wants<D: Raw>(
    store: SqlStore<D, Visit>,
    pool: Pool<D>,
    dialect: Dialect,
) {
    for statement in Visit::SCHEMA.create_table(dialect).split_terminator(";\n") {
        D::raw(&pool, statement.into()).await.unwrap();
    }
    store.verify_schema().await.unwrap();
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
}

pub(crate) async fn a_table_of_an_earlier_version_gets_the_new_columns<D: Raw>(
    store: SqlStore<D, Visit>,
    pool: Pool<D>,
) {
    let earlier = SqlStore::<D, EarlierVisit>::from_pool(pool);
    earlier.migrate().await.unwrap();
    let old = record_with([ColumnValue::Int(5)]);
    assert_eq!(earlier.create(&old).await.unwrap(), Create::Created);

    let problem = schema_error(store.verify_schema().await.unwrap_err());
    assert!(problem.contains("column \"name\" is missing"), "{problem}");
    assert!(schema_error(store.load(old.id).await.unwrap_err()).contains("visit_sessions"));
    store.migrate().await.unwrap();
    let now = store.load(old.id).await.unwrap().unwrap();
    assert_eq!(now.data, old.data);
    assert_eq!(
        now.columns[..6],
        [
            ColumnValue::Int(5),
            ColumnValue::Text(String::new()),
            ColumnValue::Null,
            ColumnValue::Bool(false),
            ColumnValue::Int(0),
            ColumnValue::Int(0),
        ]
    );
    assert_eq!(now.columns[9..11], [ColumnValue::Bytes(vec![0; 4]), ColumnValue::Json("[]".into())]);
    assert_eq!(now.columns[11..], [ColumnValue::Null, ColumnValue::Null, ColumnValue::Null]);
    store.verify_schema().await.unwrap();
}

pub(crate) async fn an_earlier_program_keeps_the_columns_that_it_does_not_know<D: Raw>(
    store: SqlStore<D, Visit>,
    pool: Pool<D>,
) {
    store.migrate().await.unwrap();
    let newer = record();
    assert_eq!(store.create(&newer).await.unwrap(), Create::Created);
    let earlier = SqlStore::<D, EarlierVisit>::from_pool(pool);
    let seen = earlier.load(newer.id).await.unwrap().unwrap();
    assert_eq!(seen.columns, [ColumnValue::Int(7)]);
    let mut change = next(&seen, "{\"note\":\"earlier\"}");
    change.columns = vec![ColumnValue::Int(8)];
    assert!(matches!(earlier.update(seen.version, &change).await.unwrap(), Update::Updated));
    let back = store.load(newer.id).await.unwrap().unwrap();
    assert_eq!(back.columns[0], ColumnValue::Int(8));
    assert_eq!(back.columns[1..], newer.columns[1..]);

    // It can still read, but not create: it cannot fill what may not be NULL, and verification says so.
    let problem = schema_error(earlier.verify_schema().await.unwrap_err());
    assert!(problem.contains("column \"name\" is not in the struct"), "{problem}");
    assert!(matches!(earlier.create(&record_with([ColumnValue::Null])).await.unwrap_err(), StoreError::Rejected(_)));
}

/// Each `drift` is statements, and what verification must then say.
pub(crate) async fn every_drift_is_found<D: Raw>(
    store: SqlStore<D, Visit>,
    pool: Pool<D>,
    drifts: &[(&[&str], &[&str])],
) {
    for (statements, wanted) in drifts {
        D::raw(&pool, "DROP TABLE IF EXISTS visit_sessions".into()).await.unwrap();
        store.migrate().await.unwrap();
        for statement in *statements {
            D::raw(&pool, (*statement).into()).await.unwrap();
        }
        match (store.verify_schema().await, wanted.is_empty()) {
            (Ok(()), true) => {}
            (Ok(()), false) => panic!("not found: {statements:?}"),
            (Err(error), _) => {
                let problem = schema_error(error);
                assert_eq!(problem.lines().count() - 1, wanted.len(), "{statements:?}: {problem}");
                for wanted in *wanted {
                    assert!(problem.contains(wanted), "{wanted:?} is not in: {problem}");
                }
            }
        }
    }
}

pub(crate) async fn a_damaged_row_is_corrupt_and_left_alone<D: Raw>(
    store: SqlStore<D, Visit>,
    pool: Pool<D>,
    damages: &[&[&str]],
) {
    for statements in damages {
        D::raw(&pool, "DROP TABLE IF EXISTS visit_sessions".into()).await.unwrap();
        store.migrate().await.unwrap();
        let record = record();
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        for statement in *statements {
            D::raw(&pool, (*statement).into()).await.unwrap();
        }
        let error = store.load(record.id).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt(_)), "{statements:?}: {error:?}");
        assert!(matches!(store.list(None, 10).await.unwrap_err(), StoreError::Corrupt(_)));
        assert_eq!(store.count().await.unwrap(), 1);
        assert!(store.delete(record.id).await.unwrap());
    }
}
