//! A deploy that rolls: the migration has run, and programs of both versions write the same sessions.

use sessio::{Sessions, migrate::Project, model::ColumnValue, testkit::ManualClock};
use sqlx::{MySql, Postgres, Sqlite};

use crate::migrate::{
    lab::{Lab, migrator, plant},
    versions::{v1, v2},
};

async fn roll<D: Lab>() {
    let Some(bench) = D::fresh().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new();
    let project = || Project::new(folder.path()).dialect(D::DIALECT).clock(clock.clone());
    let files = folder.path().join(format!("{:?}", D::DIALECT).to_lowercase());
    project().model::<v1::Shop>().generate("one").unwrap();
    migrator(files.clone()).await.run(&bench.pool).await.unwrap();
    let (older, newer) = (bench.store::<v1::Shop>(), bench.store::<v2::Shop>());
    let id = plant(&older, |columns| columns[0] = ColumnValue::Int(1)).await;
    let theme = async || Sessions::of(&newer).load(id).await.unwrap().unwrap().theme().to_owned();
    Sessions::of(&older).edit(id, |shop| shop.set_theme("dark")).await.unwrap();
    clock.advance(std::time::Duration::from_mins(1));
    project().model::<v2::Shop>().generate("two").unwrap();
    migrator(files).await.run(&bench.pool).await.unwrap();
    assert_eq!(theme().await, "dark");

    Sessions::of(&older).edit(id, |shop| shop.set_theme("dim")).await.unwrap();
    assert_eq!(theme().await, "dim", "the older program has written after the migration");
    Sessions::of(&newer).edit(id, |shop| shop.set_theme("light")).await.unwrap();
    Sessions::of(&older).edit(id, |shop| shop.set_visits(7)).await.unwrap();
    assert_eq!(theme().await, "light", "the older program does not put back what it has not changed");
    Sessions::of(&older).edit(id, |shop| shop.set_theme("grey")).await.unwrap();
    assert_eq!(theme().await, "grey", "what it has changed is the newest");
    Sessions::of(&newer).edit(id, |shop| shop.set_coupon("TEA5")).await.unwrap();
    let seen = Sessions::of(&newer).load(id).await.unwrap().unwrap();
    assert_eq!((seen.theme(), seen.visits(), seen.coupon()), ("grey", 7, Some("TEA5")));
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_deploy_rolls_nothing_newer_is_lost_on_sqlite() {
    roll::<Sqlite>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_deploy_rolls_nothing_newer_is_lost_on_postgres() {
    roll::<Postgres>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_deploy_rolls_nothing_newer_is_lost_on_mysql() {
    roll::<MySql>().await;
}
