//! How many statements an operation sends, counted by what sqlx reports of each.

use std::sync::atomic::{AtomicU64, Ordering};

use sessio::{
    model::{ColumnType, ColumnValue, Field, SessionModel, TypedColumn, Value},
    schema::{ColumnDef, Schema},
    store::{Activity, Create, Enumerate, FindByColumn, SqlDriver, SqlStore, Store, Sweep, Touch, Update},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field as EventField, Visit as VisitFields},
    span,
};

use super::model::{later, next, record_with};

/// A session type that no other test uses, so that its statements are known by their table.
#[derive(Default)]
pub(crate) struct Trip {
    user_id: i64,
}

impl SessionModel for Trip {
    const KIND: &'static str = "trip";
    const FIELDS: &'static [Field] = &[Field::new("user_id").column(0, &TypedColumn::<i64>::NEW)];
    const SCHEMA: Schema = Schema::new("trip_sessions", &[ColumnDef::new("user_id", ColumnType::Int64, false)], &[]);
    const PRINCIPAL: Option<usize> = None;

    fn fresh() -> Self {
        Self::default()
    }

    fn field(&self, _index: usize) -> &dyn Value {
        &self.user_id
    }

    fn field_mut(&mut self, _index: usize) -> &mut dyn Value {
        &mut self.user_id
    }
}

static STATEMENTS: AtomicU64 = AtomicU64::new(0);

struct Counter;

struct Mentions(bool);

impl VisitFields for Mentions {
    fn record_debug(&mut self, _field: &EventField, value: &dyn std::fmt::Debug) {
        self.0 |= format!("{value:?}").contains("trip_sessions");
    }
}

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut mentions = Mentions(false);
        event.record(&mut mentions);
        if mentions.0 {
            STATEMENTS.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

async fn statements<T>(operation: impl Future<Output = T>) -> (u64, T) {
    STATEMENTS.store(0, Ordering::SeqCst);
    let outcome = operation.await;
    (STATEMENTS.load(Ordering::SeqCst), outcome)
}

/// Runs a test, in a process of its own, whose every statement is counted.
pub(crate) fn count_statements(test: impl Future<Output = ()>) {
    tracing::subscriber::set_global_default(Counter).expect("nobody else is here");
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}

/// An update that comes too late takes a second one, which reads what was first.
pub(crate) async fn an_operation_is_one_statement<D: SqlDriver>(store: SqlStore<D, Trip>) {
    let record = record_with([ColumnValue::Int(1)]);
    let (count, created) = statements(store.create(&record)).await;
    assert_eq!((count, created.unwrap()), (1, Create::Created));
    let (count, created) = statements(store.create(&record)).await;
    assert_eq!((count, created.unwrap()), (1, Create::Exists));
    let (count, loaded) = statements(store.load(record.id)).await;
    assert_eq!((count, loaded.unwrap().is_some()), (1, true));
    let second = next(&record, "{}");
    let (count, updated) = statements(store.update(record.version, &second)).await;
    assert!(matches!((count, updated.unwrap()), (1, Update::Updated)));
    let (count, updated) = statements(store.update(record.version, &second)).await;
    assert!(matches!((count, updated.unwrap()), (2, Update::Conflict(_))));
    let (count, touched) =
        statements(store.touch(record.id, Activity { seen_at: later(1), expires_at: later(9) })).await;
    assert_eq!((count, touched.unwrap()), (1, Touch::Touched(second.version)));
    let (count, found) = statements(store.find_by_column(0, &ColumnValue::Int(1))).await;
    assert_eq!((count, found.unwrap().len()), (1, 1));
    let (count, swept) = statements(store.delete_expired(later(1), 10)).await;
    assert_eq!((count, swept.unwrap()), (1, 0));
    let (count, listed) = statements(store.list(None, 10)).await;
    assert_eq!((count, listed.unwrap().len()), (1, 1));
    let (count, deleted) = statements(store.delete(record.id)).await;
    assert_eq!((count, deleted.unwrap()), (1, true));
}
