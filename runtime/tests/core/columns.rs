//! Columns of other crates' types, of enums and newtypes, and columns that refer to a row: through SQLite and back.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sessio::{
    Column, Expiry, Session,
    clock::Timestamp,
    expiry::Lifetime,
    model::{ColumnType, ColumnValue, SessionModel},
    record::{Credential, Record, Version},
    schema::Dialect,
    store::{Create, Enumerate, SqliteStore, Store, StoreError},
    token::Token,
};
use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};

#[derive(Clone, Copy, Column, Debug, Deserialize, PartialEq, Serialize)]
struct TeamId(i64);

#[derive(Clone, Column, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Nickname {
    text: Option<String>,
}

#[derive(Clone, Copy, Column, Debug, Default, Deserialize, PartialEq, Serialize)]
#[session(rename_all = "snake_case")]
enum Plan {
    #[default]
    FreeOfCharge,
    #[session(rename = "pro")]
    Professional,
}

#[derive(Session)]
struct Account {
    #[session(principal)]
    device: Option<uuid::Uuid>,
    #[session(index)]
    plan: Plan,
    #[session(column)]
    team: Option<TeamId>,
    #[session(column)]
    nickname: Nickname,
    #[session(column, default = time::OffsetDateTime::UNIX_EPOCH)]
    signed_up: time::OffsetDateTime,
    #[session(column, default = time::Date::MIN)]
    born: time::Date,
    #[session(column)]
    seen: chrono::DateTime<chrono::Utc>,
    #[session(index)]
    paid_until: Option<chrono::NaiveDate>,
    #[session(column)]
    asked: jiff::Timestamp,
    #[session(column)]
    renewed: jiff::civil::Date,
}

fn record<T: SessionModel>(model: &T) -> Record {
    let token = Token::random().unwrap();
    let columns = T::FIELDS
        .iter()
        .enumerate()
        .filter_map(|(index, field)| field.column.map(|(_, codec)| codec.read(model.field(index)).unwrap()));
    Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(Expiry::default(), Timestamp::from_micros(1_800_000_000_000_000)),
        data: Bytes::from_static(b"{}"),
        columns: columns.collect(),
    }
}

fn survives<T: Column + PartialEq + std::fmt::Debug>(value: &T) {
    assert_eq!(T::from_column(&value.to_column()).unwrap(), *value);
}

#[test]
fn every_type_survives_its_column() {
    survives(&uuid::Uuid::from_u128(7));
    survives(&Plan::Professional);
    survives(&TeamId(-1));
    survives(&Nickname { text: None });
    survives(&Some(Plan::FreeOfCharge));
    for micros in [0, 1, -1, -62_135_596_800_000_000, 253_402_300_799_999_999] {
        survives(&time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).unwrap());
        survives(&chrono::DateTime::from_timestamp_micros(micros).unwrap());
    }
    for micros in [0, 1, -1, 253_402_207_200_000_000] {
        survives(&jiff::Timestamp::from_microsecond(micros).unwrap());
    }
    for (year, month, day) in [(1970, 1, 1), (1969, 12, 31), (2000, 2, 29), (1, 1, 1), (9999, 12, 31)] {
        let [long, short] = [chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap(); 2];
        survives(&long);
        let month = time::Month::try_from(u8::try_from(month).unwrap()).unwrap();
        let other = time::Date::from_calendar_date(year, month, u8::try_from(day).unwrap()).unwrap();
        survives(&other);
        let civil =
            jiff::civil::date(year.try_into().unwrap(), u8::from(month).try_into().unwrap(), day.try_into().unwrap());
        survives(&civil);
        assert_eq!(short.to_column(), other.to_column(), "the three crates mean one day");
        assert_eq!(civil.to_column(), other.to_column(), "the three crates mean one day");
    }
}

#[test]
fn a_moment_is_kept_to_the_microsecond_below_it_by_every_crate() {
    let nanos = -1_001;
    let moments = [
        time::OffsetDateTime::from_unix_timestamp_nanos(nanos.into()).unwrap().to_column(),
        chrono::DateTime::from_timestamp_nanos(nanos).to_column(),
        jiff::Timestamp::from_nanosecond(nanos.into()).unwrap().to_column(),
    ];
    assert_eq!(moments, [ColumnValue::Timestamp(-2), ColumnValue::Timestamp(-2), ColumnValue::Timestamp(-2)]);
}

#[test]
fn what_a_column_cannot_hold_is_an_error_and_no_panic() {
    for days in [i32::MIN, i32::MAX] {
        assert!(time::Date::from_column(&ColumnValue::Date(days)).is_err());
        assert!(chrono::NaiveDate::from_column(&ColumnValue::Date(days)).is_err());
        assert!(jiff::civil::Date::from_column(&ColumnValue::Date(days)).is_err());
    }
    for micros in [i64::MIN, i64::MAX] {
        assert!(time::OffsetDateTime::from_column(&ColumnValue::Timestamp(micros)).is_err());
        assert!(chrono::DateTime::<chrono::Utc>::from_column(&ColumnValue::Timestamp(micros)).is_err());
        assert!(jiff::Timestamp::from_column(&ColumnValue::Timestamp(micros)).is_err());
    }
    assert!(uuid::Uuid::from_column(&ColumnValue::Bytes(vec![1])).is_err());
    let unknown = Plan::from_column(&ColumnValue::Text("gold".into())).unwrap_err();
    assert_eq!(unknown.to_string(), "the column does not hold a valid Plan");
    assert_eq!(
        Plan::from_column(&ColumnValue::Int(1)).unwrap_err().to_string(),
        "expected text in the column, found an integer"
    );
}

#[test]
fn each_type_has_its_own_in_every_dialect() {
    assert_eq!((Plan::TYPE, TeamId::TYPE), (ColumnType::Varchar(14), ColumnType::Int64));
    const { assert!(Nickname::NULLABLE) };
    let [sqlite, postgres, mysql] =
        [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql].map(|dialect| Account::SCHEMA.create_table(dialect));
    for (ddl, lines) in [
        (
            &sqlite,
            [
                r#""device" BLOB,"#,
                r#""signed_up" INTEGER NOT NULL,"#,
                r#""born" TEXT NOT NULL,"#,
                r#""plan" TEXT NOT NULL,"#,
            ],
        ),
        (
            &postgres,
            [
                r#""device" UUID,"#,
                r#""signed_up" TIMESTAMPTZ NOT NULL,"#,
                r#""born" DATE NOT NULL,"#,
                r#""plan" TEXT NOT NULL,"#,
            ],
        ),
        (
            &mysql,
            [
                "`device` BINARY(16),",
                "`signed_up` DATETIME(6) NOT NULL,",
                "`born` DATE NOT NULL,",
                "`plan` VARCHAR(14) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,",
            ],
        ),
    ] {
        for line in lines {
            assert!(ddl.contains(line), "{line} in {ddl}");
        }
    }
}

#[tokio::test]
async fn every_type_survives_the_database_and_is_found_by_it() {
    let store = SqliteStore::<Account>::connect("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    store.verify_schema().await.unwrap();
    let mut account = Account::fresh();
    account.set_device(uuid::Uuid::from_u128(9));
    account.set_plan(Plan::Professional);
    account.set_team(TeamId(4));
    account.set_nickname(Nickname { text: Some("ada".into()) });
    account.set_born(time::Date::from_calendar_date(1815, time::Month::December, 10).unwrap());
    account.set_seen(chrono::DateTime::from_timestamp_micros(-5).unwrap());
    account.set_paid_until(chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
    account.set_asked(jiff::Timestamp::from_microsecond(77).unwrap());
    account.set_renewed(jiff::civil::date(2000, 2, 29));
    let full = record(&account);
    assert_eq!(store.create(&full).await.unwrap(), Create::Created);
    assert_eq!(store.load(full.id).await.unwrap().unwrap().columns, full.columns);
    assert_eq!(Account::find_by_device(&store, uuid::Uuid::from_u128(9)).await.unwrap().len(), 1);
    assert_eq!(Account::find_by_plan(&store, Plan::Professional).await.unwrap().len(), 1);
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    assert_eq!(Account::find_by_paid_until(&store, day).await.unwrap().len(), 1);
    account.set_born(time::Date::MIN);
    let refused = store.create(&record(&account)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Rejected(_)), "{refused:?}");
}

/// A session before it referred to users.
#[derive(Session)]
#[session(kind = "member")]
struct EarlierMember {
    visits: u32,
}

#[derive(Session)]
struct Member {
    #[session(principal, references = "users(id)", on_delete = "cascade")]
    user_id: Option<i64>,
    #[session(column, references = "users(id)", on_delete = "set null")]
    invited_by: Option<i64>,
    visits: u32,
}

async fn one_connection(url: &str) -> SqlitePool {
    SqlitePoolOptions::new().max_connections(1).connect(url).await.unwrap()
}

async fn users(pool: &SqlitePool, sql: &'static str) {
    sqlx::query(sql).execute(pool).await.unwrap();
}

async fn sessions_end_with_their_users(store: SqliteStore<Member>, pool: &SqlitePool) {
    users(pool, "INSERT INTO users VALUES (1), (2)").await;
    let mut member = Member::fresh();
    member.set_user_id(1);
    member.set_invited_by(2);
    let known = record(&member);
    assert_eq!(store.create(&known).await.unwrap(), Create::Created);
    member.set_user_id(3);
    let unknown = store.create(&record(&member)).await.unwrap_err();
    assert!(matches!(unknown, StoreError::Rejected(_)), "{unknown:?}");
    users(pool, "DELETE FROM users WHERE id = 2").await;
    let left = store.load(known.id).await.unwrap().unwrap();
    assert_eq!(left.columns, [ColumnValue::Int(1), ColumnValue::Null]);
    users(pool, "DELETE FROM users WHERE id = 1").await;
    assert_eq!(store.count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_session_ends_with_the_user_that_it_refers_to() {
    let pool = one_connection("sqlite::memory:").await;
    let store = SqliteStore::<Member>::from_pool(pool.clone());
    users(&pool, "CREATE TABLE users (id INTEGER PRIMARY KEY)").await;
    store.migrate().await.unwrap();
    sessions_end_with_their_users(store, &pool).await;
}

#[tokio::test]
async fn a_reference_that_is_added_to_a_table_with_sessions_counts_too() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("sessions.db").display());
    let earlier = SqliteStore::<EarlierMember>::connect(&url).await.unwrap();
    earlier.migrate().await.unwrap();
    let session = record(&EarlierMember::fresh());
    assert_eq!(earlier.create(&session).await.unwrap(), Create::Created);
    let pool = one_connection(&url).await;
    let store = SqliteStore::<Member>::from_pool(pool.clone());
    users(&pool, "CREATE TABLE users (id INTEGER PRIMARY KEY)").await;
    store.migrate().await.unwrap();
    assert!(store.delete(session.id).await.unwrap());
    sessions_end_with_their_users(store, &pool).await;
}
