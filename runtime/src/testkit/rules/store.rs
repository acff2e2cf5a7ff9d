//! One operation after another: what each verb does, and what it must leave alone.

use std::time::Duration;

use bytes::Bytes;

use super::super::{
    Backend, Kit, Other,
    kit::new_secret,
    oracle::{Action, Answer, Snapshot, perform},
};
use crate::{
    clock::Timestamp,
    expiry::Lifetime,
    model::ColumnValue,
    record::{Credential, Record, Retirement, Version},
    store::{Activity, Store},
    token::SessionId,
};

/// `create`, then `load`: the same record.
pub async fn a_created_record_loads_as_it_was<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    kit.assert_kept(&record, "a record loads as it was created").await;
    kit.assert_kept(&record, "a load changes nothing").await;
}

/// `create` is no upsert.
pub async fn creating_an_existing_id_leaves_the_record_and_says_so<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    let usurper = Record { version: Version::FIRST, ..kit.next(&record) };
    assert_eq!(kit.create(&usurper).await, Answer::Exists);
    kit.assert_kept(&record, "a record that exists is not replaced by another create").await;
}

/// A client can look up any id. That must not make a row (Django CVE-2015-5143 and its like).
pub async fn an_unknown_id_is_nothing_to_any_verb_and_none_makes_a_record<B: Backend>(kit: &Kit<B>) {
    let record = kit.record();
    kit.assert_nothing(record.id, "an unknown id has no record").await;
    assert_eq!(kit.update(record.version, &kit.next(&record)).await, Answer::Gone, "an update never creates");
    kit.assert_nothing(record.id, "a refused update makes no record").await;
    assert_eq!(kit.touch(record.id, later(&record, 60)).await, Answer::Gone, "a touch never creates");
    kit.assert_nothing(record.id, "a refused touch makes no record").await;
    assert_eq!(kit.delete(record.id).await, Answer::Deleted(false));
    assert_eq!(kit.create(&record).await, Answer::Created, "nothing of the above has taken the id");
}

/// `update` writes payload, credential, times, version and columns together.
pub async fn an_update_replaces_the_whole_record<B: Backend>(kit: &Kit<B>) {
    let mut record = kit.created().await;
    for _ in 0..5 {
        let next = kit.next(&record);
        assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
        kit.assert_kept(&next, "an update replaces the whole record").await;
        record = next;
    }
}

/// An update may end the session sooner, as when "remember me" is switched off. Only a touch never shortens.
pub async fn an_update_may_bring_the_end_nearer<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    let mut next = kit.next(&record);
    next.life.expires_at = record.life.seen_at + Duration::from_hours(1);
    assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
    kit.assert_kept(&next, "an update sets the times as they are given").await;
}

/// A touch moves no version, so an update that has loaded before it still succeeds; it must not write the older times over the
/// newer ones.
pub async fn an_update_takes_no_touch_back<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    let activity = later(&record, 60);
    assert_eq!(kit.touch(record.id, activity).await, Answer::Touched(record.version));
    let mut next = Record { life: record.life, ..kit.next(&record) };
    assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
    (next.life.seen_at, next.life.expires_at) = (activity.seen_at, activity.expires_at);
    kit.assert_kept(&next, "an update that knows of no touch leaves its times").await;

    let mut farther = kit.next(&next);
    farther.life.seen_at = record.life.seen_at;
    farther.life.expires_at = activity.expires_at + Duration::from_hours(1);
    assert_eq!(kit.update(next.version, &farther).await, Answer::Updated);
    farther.life.seen_at = activity.seen_at;
    kit.assert_kept(&farther, "of each time the later one stays").await;

    let mut nearer = kit.next(&farther);
    nearer.life.seen_at = activity.seen_at;
    nearer.life.expires_at = activity.seen_at + Duration::from_hours(1);
    assert_eq!(kit.update(farther.version, &nearer).await, Answer::Updated);
    kit.assert_kept(&nearer, "an update that knows of the touch sets the times as they are given").await;
}

/// A write that expects another version than the kept one changes nothing, and the caller gets what it needs to merge.
pub async fn an_update_of_another_version_is_a_conflict_with_the_current_record<B: Backend>(kit: &Kit<B>) {
    let first = kit.created().await;
    let second = kit.next(&first);
    assert_eq!(kit.update(first.version, &second).await, Answer::Updated);
    let mine = kit.next(&first);
    for expected in [first.version, second.version.next(), Version::new(1 << 60)] {
        let answer = kit.update(expected, &mine).await;
        assert_eq!(answer, Answer::Conflict(kit.stored(&second)), "a conflict brings the current record, whole");
        kit.assert_kept(&second, "a conflict writes nothing").await;
    }
    let third = kit.next(&second);
    assert_eq!(kit.update(second.version, &third).await, Answer::Updated, "a conflict does not block later writes");
    kit.assert_kept(&third, "the write after a conflict is kept").await;
}

/// `touch` moves the times, and neither data nor version: an update that has loaded before it still succeeds.
pub async fn a_touch_moves_the_times_and_nothing_else<B: Backend>(kit: &Kit<B>) {
    let mut record = kit.created().await;
    let next = kit.next(&record);
    assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
    record = next;
    for minutes in [1, 2, 30] {
        let activity = later(&record, minutes);
        assert_eq!(kit.touch(record.id, activity).await, Answer::Touched(record.version), "a touch tells the version");
        (record.life.seen_at, record.life.expires_at) = (activity.seen_at, activity.expires_at);
        kit.assert_kept(&record, "a touch moves the times and nothing else").await;
    }
    let next = kit.next(&record);
    assert_eq!(kit.update(record.version, &next).await, Answer::Updated, "a touch does not move the version");
}

/// Of two overlapping touches the slower one takes nothing back.
pub async fn a_touch_never_moves_a_time_backwards<B: Backend>(kit: &Kit<B>) {
    let mut record = kit.created().await;
    let Lifetime { seen_at, expires_at, .. } = record.life;
    let (minute, before) = (Duration::from_mins(1), |time: Timestamp| Timestamp::from_micros(time.as_micros() - 1));

    let earlier = Activity { seen_at: before(seen_at), expires_at: before(expires_at) };
    assert_eq!(kit.touch(record.id, earlier).await, Answer::Touched(record.version));
    kit.assert_kept(&record, "an earlier touch changes nothing").await;

    let only_end = Activity { seen_at: before(seen_at), expires_at: expires_at + minute };
    assert_eq!(kit.touch(record.id, only_end).await, Answer::Touched(record.version));
    record.life.expires_at = expires_at + minute;
    kit.assert_kept(&record, "of each time the later one stays, whatever the other does").await;

    let only_seen = Activity { seen_at: seen_at + minute, expires_at };
    assert_eq!(kit.touch(record.id, only_seen).await, Answer::Touched(record.version));
    record.life.seen_at = seen_at + minute;
    kit.assert_kept(&record, "of each time the later one stays, whatever the other does").await;
}

/// `delete` says whether there was something to delete.
pub async fn a_record_is_deleted_once<B: Backend>(kit: &Kit<B>) {
    let (record, other) = (kit.created().await, kit.created().await);
    assert_eq!(kit.delete(record.id).await, Answer::Deleted(true));
    assert_eq!(kit.delete(record.id).await, Answer::Deleted(false));
    kit.assert_nothing(record.id, "a deleted record is gone").await;
    kit.assert_kept(&other, "a delete leaves other records").await;
}

/// Dead stays dead: a request that loaded before the logout cannot write after it.
pub async fn a_late_write_after_a_delete_does_not_bring_the_record_back<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    assert_eq!(kit.delete(record.id).await, Answer::Deleted(true));
    for _ in 0..2 {
        assert_eq!(kit.update(record.version, &kit.next(&record)).await, Answer::Gone, "a late update finds nothing");
        kit.assert_nothing(record.id, "a late update does not bring a deleted record back").await;
        assert_eq!(kit.touch(record.id, later(&record, 60)).await, Answer::Gone, "a late touch finds nothing");
        kit.assert_nothing(record.id, "a late touch does not bring a deleted record back").await;
    }
}

/// When a reply is lost the caller sends again. The second time each verb tells what the first one did, and does no more.
pub async fn a_write_that_is_sent_again_takes_effect_once<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    assert_eq!(kit.create(&record).await, Answer::Exists);
    kit.assert_kept(&record, "a create that is sent again changes nothing").await;

    let mut next = kit.next(&record);
    assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
    let again = kit.update(record.version, &next).await;
    assert_eq!(again, Answer::Conflict(kit.stored(&next)), "the caller recognises its own write in the conflict");
    kit.assert_kept(&next, "an update that is sent again changes nothing").await;

    let activity = later(&next, 5);
    for _ in 0..2 {
        assert_eq!(kit.touch(next.id, activity).await, Answer::Touched(next.version));
    }
    (next.life.seen_at, next.life.expires_at) = (activity.seen_at, activity.expires_at);
    kit.assert_kept(&next, "a touch that is sent again moves the times once").await;
}

/// The credential comes back with every secret that it remembers, in their order.
pub async fn every_credential_survives<B: Backend>(kit: &Kit<B>) {
    let mut record = kit.record();
    record.credential = Credential::new(&new_secret());
    assert_eq!(kit.create(&record).await, Answer::Created);
    kit.assert_kept(&record, "a credential without retired secrets survives").await;
    for count in 1..=Credential::MAX_RETIRED + 1 {
        let why = if count % 2 == 0 { Retirement::Renewed } else { Retirement::PrincipalChanged };
        let at = record.life.seen_at + Duration::from_micros(count as u64);
        let mut next = kit.next(&record);
        next.credential = record.credential.replaced(&new_secret(), why, at);
        assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
        kit.assert_kept(&next, "a credential with retired secrets survives").await;
        record = next;
    }
}

/// Times from before 1970 to the end of time, both limits at their extremes, and the last version.
pub async fn extreme_times_and_versions_survive<B: Backend>(kit: &Kit<B>) {
    let last = u64::MAX >> 1;
    let mut record = kit.record();
    record.version = Version::new(last - 1);
    record.life = Lifetime {
        created_at: Timestamp::from_micros(-1),
        seen_at: Timestamp::from_micros(1),
        expires_at: Timestamp::MAX,
        absolute_at: Timestamp::MAX,
        authenticated_at: Some(Timestamp::default()),
        idle: Duration::from_micros(u64::MAX),
        persistent: true,
    };
    assert_eq!(kit.create(&record).await, Answer::Created);
    kit.assert_kept(&record, "extreme times survive a create").await;
    let mut next = kit.next(&record);
    next.life = Lifetime {
        authenticated_at: Some(Timestamp::MAX),
        idle: Duration::from_micros(1),
        persistent: false,
        ..record.life
    };
    let answer = kit.update(Version::new(last - 2), &next).await;
    assert_eq!(answer, Answer::Conflict(kit.stored(&record)), "neighbouring versions of 63 bits are not the same");
    assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
    kit.assert_kept(&next, "extreme times survive an update").await;
    let activity = Activity { seen_at: kit.now(), expires_at: Timestamp::MAX };
    assert_eq!(kit.touch(next.id, activity).await, Answer::Touched(Version::new(last)));
    next.life.seen_at = activity.seen_at;
    kit.assert_kept(&next, "extreme times survive a touch").await;
}

/// A server that takes long times for something else must be told (memcached reads more than 30 days as a year in 1970).
pub async fn a_record_with_a_far_end_is_there<B: Backend>(kit: &Kit<B>) {
    for days in [29, 30, 31, 400, 40_000] {
        let mut record = kit.record();
        record.life.absolute_at = kit.now() + Duration::from_hours(24 * days);
        record.life.expires_at = record.life.absolute_at;
        assert_eq!(kit.create(&record).await, Answer::Created);
        kit.assert_kept(&record, "a record with a far end is there").await;
        let next = Record { life: record.life, ..kit.next(&record) };
        assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
        kit.assert_kept(&next, "an updated record with a far end is there").await;
        let activity = later(&next, 1);
        assert_eq!(kit.touch(next.id, activity).await, Answer::Touched(next.version));
        assert!(matches!(kit.load(next.id).await, Answer::Loaded(_)), "a touched record with a far end is there");
    }
}

/// A store judges no expiry: it gives an expired record as it is, unless its server has removed it already.
pub async fn an_expired_record_is_given_back_as_it_is_or_is_gone<B: Backend>(kit: &Kit<B>) {
    let mut record = kit.record();
    record.life.created_at = Timestamp::from_micros(kit.now().as_micros() - 7_200_000_000);
    record.life.seen_at = record.life.created_at;
    record.life.expires_at = record.life.created_at + Duration::from_hours(1);
    assert_eq!(kit.create(&record).await, Answer::Created);
    for _ in 0..2 {
        let answer = kit.load(record.id).await;
        let as_it_is = Answer::Loaded(kit.stored(&record));
        assert!(answer == as_it_is || answer == Answer::Nothing, "an end moved by itself: {answer:?}");
    }
}

/// From no byte at all to the largest that the backend takes.
pub async fn payloads_of_every_size_survive<B: Backend>(kit: &Kit<B>) {
    let sizes = [0, 1, 255, 256, 4095, 65_535, 65_536, 200 * 1024].map(|size| size.min(B::MAX_PAYLOAD));
    let mut record = kit.created().await;
    for size in sizes {
        let data: Bytes = (0..size).map(|position| b"0123456789"[position % 10]).collect();
        let next = Record { data, ..kit.next(&record) };
        assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
        kit.assert_kept(&next, "a payload survives an update").await;
        let created = Record { data: next.data.clone(), ..kit.record() };
        assert_eq!(kit.create(&created).await, Answer::Created);
        kit.assert_kept(&created, "a payload survives a create").await;
        record = next;
    }
}

/// To a store the payload is bytes: any bytes.
pub async fn payloads_of_any_bytes_survive<B: Backend>(kit: &Kit<B>) {
    let every: Bytes = (0..=u8::MAX).collect();
    let mut record = kit.created().await;
    for data in [every, Bytes::from_static(b"\0\0"), Bytes::from_static(b"\xff\xfe"), Bytes::from_static(b" {}\r\n ")] {
        let next = Record { data, ..kit.next(&record) };
        assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
        kit.assert_kept(&next, "the payload's bytes survive").await;
        record = next;
    }
}

/// Column values survive where the layout has columns; elsewhere they do not come back at all.
pub async fn every_column_value_survives<B: Backend>(kit: &Kit<B>) {
    let users = [ColumnValue::Null, ColumnValue::Int(i64::MIN), ColumnValue::Int(i64::MAX), ColumnValue::Int(0)];
    let texts = ["", " ", "a'b\"c`d\\e", "ö😀\u{202e}", "NULL", &"x".repeat(64), &"😀".repeat(64)];
    let cities = texts.map(|text| ColumnValue::Text(text.to_owned())).into_iter().chain([ColumnValue::Null]);
    let mut record = kit.created().await;
    for (user, city) in users.into_iter().cycle().zip(cities) {
        let next = Record { columns: vec![user, city], ..kit.next(&record) };
        assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
        kit.assert_kept(&next, "the columns survive an update").await;
        let created = Record { columns: next.columns.clone(), ..kit.record() };
        assert_eq!(kit.create(&created).await, Answer::Created);
        kit.assert_kept(&created, "the columns survive a create").await;
        record = next;
    }
}

/// Ids are 16 bytes, and every one of their bits counts (a peer's `MySQL` store compares them without their case).
pub async fn ids_that_differ_in_one_bit_are_different_sessions<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    for bit in 0..SessionId::LEN * 8 {
        let mut bytes = *record.id.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let id = SessionId::from_bytes(bytes);
        kit.assert_nothing(id, "an id that differs in one bit is another").await;
        assert_eq!(kit.delete(id).await, Answer::Deleted(false));
    }
    kit.assert_kept(&record, "the neighbours' deletion leaves the record").await;
}

/// Ids whose text differs in case, whose bytes are spaces or zeros, or that look like a path.
pub async fn ids_are_neither_folded_nor_padded_nor_interpreted<B: Backend>(kit: &Kit<B>) {
    let mut random = *kit.record().id.as_bytes();
    // No filler, so that no two of the ids below are the same by chance.
    random[0] = b'x';
    // 16 letters each: bytes that a text collation would fold together.
    let folded = [*b"abcdefghijklmnop", *b"ABCDEFGHIJKLMNOP", *b"aBcDeFgHiJkLmNoP"];
    let padded = [0, b' ', 0xff].into_iter().flat_map(|filler| {
        [1, 15, 16].map(|count| {
            let mut bytes = random;
            bytes[SessionId::LEN - count..].fill(filler);
            bytes
        })
    });
    let odd = [*b"../../etc/passwd", *b"*:?[a-z]%_\\\"'`\n\r", *b"id\0hidden\0behind"];
    let ids: Vec<_> = folded.into_iter().chain(padded).chain(odd).map(SessionId::from_bytes).collect();
    let mut records = Vec::new();
    for id in ids {
        kit.adopt(id);
        let record = Record { id, ..kit.record() };
        assert_eq!(kit.create(&record).await, Answer::Created, "no other id is taken for {id}");
        records.push(record);
    }
    for record in &records {
        kit.assert_kept(record, "no id is taken for another").await;
    }
}

/// Sessions of two types may share a backend and even ids.
pub async fn two_kinds_do_not_see_each_other<B: Backend>(kit: &Kit<B>) {
    let others = kit.backend.open::<Other>(&kit.namespace).await;
    let record = kit.created().await;
    let twin = Record { columns: Vec::new(), ..kit.next(&record) };
    assert_eq!(perform(&others, &Action::Load(record.id)).await, Answer::Nothing, "a kind sees its own records only");
    let update = Action::Update { expected: record.version, record: twin.clone() };
    assert_eq!(perform(&others, &update).await, Answer::Gone);
    let touch = Action::Touch { id: record.id, activity: later(&record, 60) };
    assert_eq!(perform(&others, &touch).await, Answer::Gone);
    assert_eq!(perform(&others, &Action::Delete(record.id)).await, Answer::Deleted(false));
    assert_eq!(perform(&others, &Action::Create(twin.clone())).await, Answer::Created, "each kind has its own ids");
    kit.assert_kept(&record, "another kind's record of the same id changes nothing").await;

    assert_eq!(kit.delete(record.id).await, Answer::Deleted(true));
    let stored = Snapshot::stored(&twin, others.layout());
    assert_eq!(perform(&others, &Action::Load(twin.id)).await, Answer::Loaded(stored), "a delete stays in its kind");
    assert_eq!(perform(&others, &Action::Delete(twin.id)).await, Answer::Deleted(true));
}

fn later(record: &Record, minutes: u64) -> Activity {
    let by = Duration::from_mins(minutes);
    Activity { seen_at: record.life.seen_at + by, expires_at: record.life.expires_at + by }
}
