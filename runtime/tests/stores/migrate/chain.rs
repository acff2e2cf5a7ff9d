//! Eight versions, one after the other and back, with sessions in place.

use std::{fs, path::Path, time::Duration};

use sessio::{Sessions, migrate::Project, model::ColumnValue, testkit::ManualClock, token::SessionId};
use sqlx::{MySql, Postgres, Sqlite};

use crate::migrate::{
    lab::{Bench, Lab, migrator, plant},
    versions::{Facts, UNKNOWN, Version, v1, v2, v3, v4, v5, v6, v7, v8},
};

/// The table that some versions refer to.
const USERS: &str = "CREATE TABLE users (id BIGINT NOT NULL PRIMARY KEY)";

/// A database that has come up to some version, and who is in it.
struct Chain<D: Lab> {
    bench: Bench<D>,
    project: Project,
    folder: tempfile::TempDir,
    clock: ManualClock,
    /// The last migration of each version, beginning with none.
    targets: Vec<i64>,
    expected: Vec<(SessionId, Facts)>,
    /// How many visitors there have been.
    visitors: u8,
}

impl<D: Lab> Chain<D> {
    async fn new() -> Option<Self> {
        let bench = D::fresh().await?;
        D::execute(&bench.pool, USERS.into()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::new();
        let project = Project::new(folder.path()).dialect(D::DIALECT).allow_destructive().clock(clock.clone());
        Some(Self { bench, project, folder, clock, targets: vec![0], expected: Vec::new(), visitors: 0 })
    }

    fn files(&self) -> std::path::PathBuf {
        let name = format!("{:?}", D::DIALECT).to_lowercase();
        self.folder.path().join(name)
    }

    /// Generates the migrations of this version, runs them, and checks everything that was there before.
    async fn first_time<T: Version>(&mut self) {
        self.clock.advance(Duration::from_secs(1));
        let project = self.project.clone().model::<T>();
        assert!(!project.generate(&format!("Version {}!", self.targets.len())).unwrap().is_empty());
        assert!(project.generate("again").unwrap().is_empty(), "nothing has changed since");
        project.check().unwrap();
        self.targets.push(last_version(&self.files()));
        self.up::<T>(self.targets.len() - 1).await;
    }

    async fn up<T: Version>(&mut self, version: usize) {
        let mut connection = self.bench.pool.acquire().await.unwrap();
        let migrator = migrator(self.files()).await;
        migrator.run_direct(Some(self.targets[version]), &mut *connection, false).await.unwrap();
        drop(connection);
        self.expected.iter_mut().for_each(|(_, facts)| T::arrive(facts));
        self.check::<T>().await;
    }

    async fn down<From: Version, To: Version>(&mut self, version: usize) {
        migrator(self.files()).await.undo(&self.bench.pool, self.targets[version]).await.unwrap();
        self.expected.iter_mut().for_each(|(_, facts)| From::leave(facts));
        self.check::<To>().await;
    }

    /// The table is as if it had been made for this version, and every session is what it was.
    async fn check<T: Version>(&self) {
        let fresh = D::fresh().await.unwrap();
        D::execute(&fresh.pool, USERS.into()).await.unwrap();
        D::execute(&fresh.pool, T::SCHEMA.create_table(D::DIALECT)).await.unwrap();
        assert_eq!(D::describe(&self.bench.pool).await, D::describe(&fresh.pool).await);
        fresh.end().await;
        let store = self.bench.store::<T>();
        store.verify_schema().await.unwrap();
        for (id, expected) in &self.expected {
            let seen = Sessions::of(&store).load(*id).await.unwrap().expect("the session lives").facts();
            for (name, value) in seen {
                if let Some(expected) = expected.get(name).filter(|expected| *expected != UNKNOWN) {
                    assert_eq!(value, *expected, "{name} of {:?}", T::SCHEMA);
                }
            }
        }
    }

    /// Visitors come, and an older session is written by this version.
    async fn visit<T: Version>(&mut self) {
        let store = self.bench.store::<T>();
        let sessions = Sessions::of(&store);
        for visitor in self.visitors..self.visitors + 3 {
            let user = user(visitor);
            D::execute(&self.bench.pool, format!("INSERT INTO users VALUES ({user})")).await.unwrap();
            let signed_in = |columns: &mut Vec<_>| {
                columns[T::SCHEMA.position("user_id").unwrap()] = ColumnValue::Int(user);
            };
            let id = plant(&store, signed_in).await;
            sessions.edit(id, |session| session.fill(visitor)).await.unwrap();
            self.expected.push((id, sessions.load(id).await.unwrap().unwrap().facts()));
        }
        let visitor = self.visitors + 3;
        self.visitors += 4;
        // Some are never written again, so that their values have to come all the way.
        let older = 2 * usize::from(visitor) % self.expected.len();
        let (id, facts) = &mut self.expected[older];
        sessions.edit(*id, |session| session.fill(visitor)).await.unwrap();
        facts.extend(sessions.load(*id).await.unwrap().unwrap().facts());
    }

    /// One version further, back once with the sessions that it has written, and forth again.
    async fn step<From: Version, To: Version>(&mut self) {
        self.first_time::<To>().await;
        self.visit::<To>().await;
        let version = self.targets.len() - 1;
        self.down::<To, From>(version - 1).await;
        self.up::<To>(version).await;
        self.visit::<To>().await;
    }

    async fn run(mut self) {
        self.first_time::<v1::Shop>().await;
        self.visit::<v1::Shop>().await;
        self.step::<v1::Shop, v2::Shop>().await;
        self.step::<v2::Shop, v3::Shop>().await;
        self.values_from_the_payload_are_found_by_their_column().await;
        self.step::<v3::Shop, v4::Shop>().await;
        self.step::<v4::Shop, v5::Shop>().await;
        self.step::<v5::Shop, v6::Shop>().await;
        self.step::<v6::Shop, v7::Shop>().await;
        self.step::<v7::Shop, v8::Shop>().await;

        self.down::<v8::Shop, v7::Shop>(7).await;
        self.down::<v7::Shop, v6::Shop>(6).await;
        self.down::<v6::Shop, v5::Shop>(5).await;
        self.down::<v5::Shop, v4::Shop>(4).await;
        self.down::<v4::Shop, v3::Shop>(3).await;
        self.down::<v3::Shop, v2::Shop>(2).await;
        self.down::<v2::Shop, v1::Shop>(1).await;
        self.up::<v2::Shop>(2).await;
        self.up::<v3::Shop>(3).await;
        self.up::<v4::Shop>(4).await;
        self.up::<v5::Shop>(5).await;
        self.up::<v6::Shop>(6).await;
        self.up::<v7::Shop>(7).await;
        self.up::<v8::Shop>(8).await;
        self.down::<v8::Shop, v1::Shop>(1).await;
        self.bench.end().await;
    }

    /// Version 1 kept the theme in the payload, and nobody has written that session since.
    async fn values_from_the_payload_are_found_by_their_column(&self) {
        let store = self.bench.store::<v3::Shop>();
        let mut found = Vec::new();
        for theme in ["dark '0\"", "dark '1\""] {
            let hits = v3::Shop::find_by_theme(&store, theme).await.unwrap();
            found.extend(hits.into_iter().map(|stored| stored.id()));
        }
        assert!(self.expected.iter().all(|(id, _)| found.contains(id)));
    }
}

/// The user that a visitor signs in as.
fn user(visitor: u8) -> i64 {
    7_000_000_000_000_000_000 + i64::from(visitor)
}

fn last_version(folder: &Path) -> i64 {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| name.split_once('_').unwrap().0.parse().unwrap()).max().unwrap()
}

async fn run<D: Lab>() {
    if let Some(chain) = Chain::<D>::new().await {
        chain.run().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_versions_go_up_and_down_with_sessions_in_place_on_sqlite() {
    run::<Sqlite>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_versions_go_up_and_down_with_sessions_in_place_on_postgres() {
    run::<Postgres>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_versions_go_up_and_down_with_sessions_in_place_on_mysql() {
    run::<MySql>().await;
}
