//! Types whose values have no form in the payload that SQL could write: a required column of each comes with a value for
//! the sessions that are there, goes, and comes back.

use std::time::Duration;

use sessio::{Session, Sessions, migrate::Project, model::SessionModel, store::Store, testkit::ManualClock};
use sqlx::{MySql, Postgres, Sqlite};
use time::{Date, Month, OffsetDateTime};
use uuid::Uuid;

use crate::migrate::lab::{Lab, migrator, plant};

#[derive(Session)]
#[session(kind = "shop")]
struct Narrow {
    visits: u32,
}

#[derive(Debug, Session)]
#[session(kind = "shop")]
struct Wide {
    visits: u32,
    #[session(column, default = day(2024))]
    day: Date,
    #[session(index, default = Uuid::from_u128(7))]
    device: Uuid,
    #[session(column, default = OffsetDateTime::UNIX_EPOCH + time::Duration::microseconds(-1))]
    at: OffsetDateTime,
    #[session(column, default = Duration::from_millis(1500))]
    patience: Duration,
    #[session(column, default = [1, 2, 3])]
    digest: [u8; 3],
}

fn day(year: i32) -> Date {
    Date::from_calendar_date(year, Month::February, 28).unwrap()
}

/// What can be seen of the columns.
fn values(wide: &Wide) -> (Date, Uuid, OffsetDateTime, Duration, [u8; 3]) {
    (wide.day, wide.device, wide.at, wide.patience, wide.digest)
}

async fn come_and_go<D: Lab>() {
    let Some(bench) = D::fresh().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new();
    let project = || Project::new(folder.path()).dialect(D::DIALECT).allow_destructive().clock(clock.clone());
    let files = folder.path().join(format!("{:?}", D::DIALECT).to_lowercase());
    let run = async || migrator(files.clone()).await.run(&bench.pool).await.unwrap();
    project().model::<Narrow>().generate("one").unwrap();
    run().await;
    let narrow = bench.store::<Narrow>();
    let id = plant(&narrow, |_| {}).await;

    clock.advance(Duration::from_mins(1));
    project().model::<Wide>().generate("two").unwrap();
    let two = migrator(files.clone()).await.iter().map(|migration| migration.version).max().unwrap();
    run().await;
    let wide = bench.store::<Wide>();
    wide.verify_schema().await.unwrap();
    let seen = Sessions::of(&wide).load(id).await.unwrap().unwrap();
    assert_eq!(values(&seen), values(&Wide::fresh()), "sessions that are there have what a new visitor has");

    clock.advance(Duration::from_mins(1));
    project().model::<Narrow>().generate("three").unwrap();
    run().await;
    narrow.verify_schema().await.unwrap();
    migrator(files.clone()).await.undo(&bench.pool, two).await.unwrap();
    wide.verify_schema().await.unwrap();
    let seen = Sessions::of(&wide).load(id).await.unwrap().unwrap();
    let nothing =
        (day(1970) - time::Duration::days(58), Uuid::nil(), OffsetDateTime::UNIX_EPOCH, Duration::ZERO, [0; 3]);
    assert_eq!(values(&seen), nothing, "the way back restores the columns, and not what was in them");
    Sessions::of(&wide).edit(id, |wide| wide.set_device(Uuid::from_u128(9))).await.unwrap();
    assert_eq!(Wide::find_by_device(&wide, Uuid::from_u128(9)).await.unwrap().len(), 1);
    assert!(wide.delete(id).await.unwrap());
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_of_every_other_type_comes_and_goes_and_comes_back_on_sqlite() {
    come_and_go::<Sqlite>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_of_every_other_type_comes_and_goes_and_comes_back_on_postgres() {
    come_and_go::<Postgres>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_of_every_other_type_comes_and_goes_and_comes_back_on_mysql() {
    come_and_go::<MySql>().await;
}
