//! Whose keys are whose, and what a store refuses.

use sessio::store::{Create, RedisStore, Store, StoreError, Update};

use crate::redis::{
    model::{Unique, Visit, next, record},
    server::{SCRIPTS, Target, fresh_prefix, on_server_and_cluster},
};

on_server_and_cluster! {
    a_foreign_value_under_our_key_is_reported_and_left_alone,
    a_damaged_record_is_reported_and_left_alone,
    another_sessions_record_is_found_out,
    scripts_that_the_server_has_forgotten_are_sent_again,
    what_redis_cannot_do_is_refused_when_connecting,
    debug_shows_no_address_and_no_secret,
}

async fn a_foreign_value_under_our_key_is_reported_and_left_alone(target: Target) {
    let prefix = fresh_prefix();
    let store = target.store_with::<Visit>(&prefix).await;
    let record = record();
    let key = format!("{prefix}:visit:{}", record.id);
    target.run::<()>(redis::cmd("SET").arg(&key).arg("theirs")).await;
    assert!(matches!(store.load(record.id).await, Err(StoreError::Corrupt(_))));
    assert!(matches!(store.update(record.version, &next(&record)).await, Err(StoreError::Corrupt(_))));
    assert!(!matches!(store.create(&record).await, Ok(Create::Created)));
    assert_eq!(target.run::<String>(redis::cmd("GET").arg(&key)).await, "theirs");
}

async fn a_damaged_record_is_reported_and_left_alone(target: Target) {
    let prefix = fresh_prefix();
    let store = target.store_with::<Visit>(&prefix).await;
    let record = record();
    let key = format!("{prefix}:visit:{}", record.id);
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    target.run::<()>(redis::cmd("HSET").arg(&key).arg("r").arg("nonsense")).await;
    assert!(matches!(store.load(record.id).await, Err(StoreError::Corrupt(_))));
    assert_eq!(target.run::<String>(redis::cmd("HGET").arg(&key).arg("r")).await, "nonsense");
}

async fn another_sessions_record_is_found_out(target: Target) {
    let prefix = fresh_prefix();
    let store = target.store_with::<Visit>(&prefix).await;
    let (one, other) = (record(), record());
    assert_eq!(store.create(&one).await.unwrap(), Create::Created);
    assert_eq!(store.create(&other).await.unwrap(), Create::Created);
    let key = |id| format!("{prefix}:visit:{id}");
    let bytes: Vec<u8> = target.run(redis::cmd("HGET").arg(key(one.id)).arg("r")).await;
    target.run::<()>(redis::cmd("HSET").arg(key(other.id)).arg("r").arg(bytes)).await;
    assert!(matches!(store.load(other.id).await, Err(StoreError::Corrupt(_))));
}

async fn scripts_that_the_server_has_forgotten_are_sent_again(target: Target) {
    let _alone = SCRIPTS.lock().await;
    let store = target.store::<Visit>().await;
    let mut record = record();
    for round in 0..10 {
        target.run::<()>(redis::cmd("SCRIPT").arg("FLUSH")).await;
        if round == 0 {
            assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        } else {
            // Written once, though it is sent twice.
            let after = next(&record);
            assert!(matches!(store.update(record.version, &after).await.unwrap(), Update::Updated));
            record = after;
        }
    }
    assert_eq!(store.load(record.id).await.unwrap().unwrap().version.get(), 10);
}

async fn what_redis_cannot_do_is_refused_when_connecting(target: Target) {
    let refused = target.connect(RedisStore::<Unique>::builder()).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Schema(why) if why.contains("country")), "{refused}");
    let refused = target.connect(RedisStore::<Visit>::builder().prefix("")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Schema(_)), "{refused}");
}

async fn debug_shows_no_address_and_no_secret(target: Target) {
    let builder = RedisStore::<Visit>::builder();
    let settings = format!("{builder:?}");
    let store = format!("{:?}", target.connect(builder).await.unwrap());
    for shown in [settings, store] {
        assert!(!shown.contains("127.0.0.1") && !shown.contains("redis://"), "{shown}");
    }
}

#[tokio::test]
async fn an_error_about_an_address_does_not_repeat_its_password() {
    for url in ["redis://me:hunter2@[bad", "http://me:hunter2@localhost", "redis://me:hunter2@127.0.0.1:1/0"] {
        let error = RedisStore::<Visit>::connect(url).await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
    }
}
