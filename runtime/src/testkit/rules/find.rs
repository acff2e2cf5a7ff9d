//! What [`FindByColumn`] adds: the sessions of a user, and whatever else has an indexed column.

use std::collections::BTreeSet;

use super::super::{
    Backend, Kit, Model,
    oracle::{Answer, Snapshot, answered},
};
use crate::{
    model::ColumnValue,
    record::Record,
    store::{Activity, FindByColumn},
    token::SessionId,
};

/// Every record with the value, whole, and no other, in columns of both types.
pub async fn a_search_finds_every_record_with_the_value<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: FindByColumn,
{
    let mut mine = Vec::new();
    for _ in 0..12 {
        mine.push(with(kit, int(7), text("Bern")).await);
        with(kit, int(8), text("Basel")).await;
        with(kit, ColumnValue::Null, ColumnValue::Null).await;
    }
    assert_found(kit, Model::USER_ID, &int(7), &mine).await;
    assert_found(kit, Model::CITY, &text("Bern"), &mine).await;
    assert_found(kit, Model::USER_ID, &int(9), &[]).await;
    assert_found(kit, Model::CITY, &text("Biel"), &[]).await;

    let mut found = answered(kit.store.find_by_column(Model::USER_ID, &int(7)).await);
    found.sort_unstable_by_key(|record| record.id);
    mine.sort_unstable_by_key(|record| record.id);
    let expected: Vec<_> = mine.iter().map(|record| kit.stored(record)).collect();
    assert_eq!(found.into_iter().map(Snapshot).collect::<Vec<_>>(), expected, "found records are whole");
}

/// Numbers to their limits, text to its last bit: neither case nor accents nor trailing spaces are folded.
pub async fn a_search_compares_values_exactly<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: FindByColumn,
{
    for user in [0, -1, 1, i64::MIN, i64::MAX, i64::MAX - 1] {
        let record = with(kit, int(user), ColumnValue::Null).await;
        assert_found(kit, Model::USER_ID, &int(user), &[record]).await;
    }
    let texts = [
        "koln",
        "Koln",
        "Köln",
        "Ko\u{308}ln",
        "koln ",
        " koln",
        "koln%",
        "ko_n",
        "",
        "'--",
        "k:o*l?n",
        "{koln}",
        "😀",
    ];
    let mut records = Vec::new();
    for value in texts {
        records.push((value, with(kit, ColumnValue::Null, text(value)).await));
    }
    for (value, record) in &records {
        assert_found(kit, Model::CITY, &text(value), std::slice::from_ref(record)).await;
    }
}

/// The value that counts is the last one written.
pub async fn a_search_follows_updates_and_deletes<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: FindByColumn,
{
    let record = with(kit, ColumnValue::Null, text("Bern")).await;
    assert_found(kit, Model::USER_ID, &int(7), &[]).await;

    let signed_in = Record { columns: vec![int(7), text("Bern")], ..kit.next(&record) };
    assert_eq!(kit.update(record.version, &signed_in).await, Answer::Updated);
    assert_found(kit, Model::USER_ID, &int(7), std::slice::from_ref(&signed_in)).await;
    assert_found(kit, Model::CITY, &text("Bern"), std::slice::from_ref(&signed_in)).await;

    let refused = Record { columns: vec![int(9), text("Bonn")], ..kit.next(&record) };
    assert!(matches!(kit.update(record.version, &refused).await, Answer::Conflict(_)));
    assert_found(kit, Model::USER_ID, &int(9), &[]).await;

    let activity = Activity { seen_at: signed_in.life.seen_at, expires_at: signed_in.life.absolute_at };
    assert_eq!(kit.touch(signed_in.id, activity).await, Answer::Touched(signed_in.version));
    let ids = found(kit, Model::USER_ID, &int(7)).await;
    assert_eq!(ids, BTreeSet::from([signed_in.id]), "a touch takes nothing from the index");

    let moved = Record { columns: vec![int(8), ColumnValue::Null], ..kit.next(&signed_in) };
    assert_eq!(kit.update(signed_in.version, &moved).await, Answer::Updated);
    assert_found(kit, Model::USER_ID, &int(7), &[]).await;
    assert_found(kit, Model::CITY, &text("Bern"), &[]).await;
    assert_found(kit, Model::USER_ID, &int(8), std::slice::from_ref(&moved)).await;

    assert_eq!(kit.delete(moved.id).await, Answer::Deleted(true));
    assert_found(kit, Model::USER_ID, &int(8), &[]).await;
    assert_eq!(answered(kit.store.delete_by_column(Model::USER_ID, &int(8), None).await), 0);
}

/// "Sign out my other devices": all of a user's sessions but one, and nobody else's.
pub async fn a_users_sessions_are_deleted_but_the_one_to_keep<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: FindByColumn,
{
    let mut mine = Vec::new();
    for _ in 0..9 {
        mine.push(with(kit, int(7), text("Bern")).await);
    }
    let theirs = with(kit, int(8), text("Bern")).await;
    let anonymous = with(kit, ColumnValue::Null, text("Bern")).await;

    assert_eq!(answered(kit.store.delete_by_column(Model::USER_ID, &int(9), None).await), 0);
    let keep = mine.swap_remove(4);
    assert_eq!(answered(kit.store.delete_by_column(Model::USER_ID, &int(7), Some(keep.id)).await), 8);
    for record in &mine {
        kit.assert_nothing(record.id, "the user's other sessions are ended").await;
        assert_eq!(kit.update(record.version, &kit.next(record)).await, Answer::Gone, "and stay dead");
    }
    for record in [&keep, &theirs, &anonymous] {
        kit.assert_kept(record, "every other session stays").await;
    }
    // A session to keep that is another user's keeps none of these.
    assert_eq!(answered(kit.store.delete_by_column(Model::USER_ID, &int(7), Some(theirs.id)).await), 1);
    assert_eq!(answered(kit.store.delete_by_column(Model::CITY, &text("Bern"), None).await), 2);
    assert_found(kit, Model::CITY, &text("Bern"), &[]).await;
}

fn int(value: i64) -> ColumnValue {
    ColumnValue::Int(value)
}

fn text(value: &str) -> ColumnValue {
    ColumnValue::Text(value.to_owned())
}

async fn with<B: Backend>(kit: &Kit<B>, user: ColumnValue, city: ColumnValue) -> Record {
    let record = Record { columns: vec![user, city], ..kit.record() };
    assert_eq!(kit.create(&record).await, Answer::Created);
    record
}

async fn found<B: Backend>(kit: &Kit<B>, column: usize, value: &ColumnValue) -> BTreeSet<SessionId>
where
    B::Store<Model>: FindByColumn,
{
    let records = answered(kit.store.find_by_column(column, value).await);
    let ids: BTreeSet<_> = records.iter().map(|record| record.id).collect();
    assert_eq!(ids.len(), records.len(), "a record is found once");
    ids
}

async fn assert_found<B: Backend>(kit: &Kit<B>, column: usize, value: &ColumnValue, expected: &[Record])
where
    B::Store<Model>: FindByColumn,
{
    let expected: BTreeSet<_> = expected.iter().map(|record| record.id).collect();
    assert_eq!(found(kit, column, value).await, expected, "the sessions with {value:?} in column {column}");
}
