//! What [`Enumerate`] adds: every record of the kind, once, and no other.

use super::super::{
    Backend, Kit, Model, Other,
    oracle::{Action, Answer, Snapshot, answered, perform},
};
use crate::{
    record::Record,
    store::{Enumerate, Store},
    token::SessionId,
};

/// The count follows every create and delete, and nothing else.
pub async fn the_count_is_of_the_records_that_there_are<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: Enumerate,
{
    assert_eq!(answered(kit.store.count().await), 0, "a new store is empty");
    let mut records = Vec::new();
    for number in 1..=10 {
        records.push(kit.created().await);
        assert_eq!(answered(kit.store.count().await), number);
    }
    let first = &records[0];
    assert_eq!(kit.update(first.version, &kit.next(first)).await, Answer::Updated);
    assert_eq!(kit.create(first).await, Answer::Exists);
    assert_eq!(answered(kit.store.count().await), 10, "neither an update nor a refused create adds a record");
    assert_eq!(kit.delete(first.id).await, Answer::Deleted(true));
    assert_eq!(kit.delete(first.id).await, Answer::Deleted(false));
    assert_eq!(answered(kit.store.count().await), 9);
}

/// Pages of any size give every record once, whole, in the order of the ids.
pub async fn pages_list_every_record_once_in_order<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: Enumerate,
{
    assert!(answered(kit.store.list(None, 10).await).is_empty(), "a new store is empty");
    let mut records = Vec::new();
    for _ in 0..40 {
        records.push(kit.created().await);
    }
    // The first and the last id that there can be, and neighbours that differ in their last byte.
    for bytes in [[0; SessionId::LEN], [0xff; SessionId::LEN]] {
        records.push(Record { id: SessionId::from_bytes(bytes), ..kit.record() });
    }
    for last in [1, 0x7f, 0x80] {
        let mut bytes = *records[0].id.as_bytes();
        bytes[SessionId::LEN - 1] ^= last;
        records.push(Record { id: SessionId::from_bytes(bytes), ..kit.record() });
    }
    for record in &records[40..] {
        kit.adopt(record.id);
        assert_eq!(kit.create(record).await, Answer::Created);
    }
    records.sort_unstable_by_key(|record| record.id);
    let expected: Vec<_> = records.iter().map(|record| kit.stored(record)).collect();
    for size in [1, 7, 45, 46, 1000] {
        assert_eq!(all_pages(kit, size).await, expected, "pages of {size}");
    }
    for number in [0, 20, 43] {
        assert_eq!(kit.delete(records[number].id).await, Answer::Deleted(true));
        let after = answered(kit.store.list(Some(records[number].id), 1).await);
        assert_eq!(after.first().map(|record| record.id), Some(records[number + 1].id), "a page begins behind any id");
    }
}

async fn all_pages<B: Backend>(kit: &Kit<B>, size: u32) -> Vec<Snapshot>
where
    B::Store<Model>: Enumerate,
{
    let mut listed: Vec<Record> = Vec::new();
    loop {
        let page = answered(kit.store.list(listed.last().map(|record| record.id), size).await);
        assert!(page.len() <= size as usize, "a page of {} instead of {size}", page.len());
        if page.is_empty() {
            return listed.into_iter().map(Snapshot).collect();
        }
        listed.extend(page);
    }
}

/// `delete_all` ends every record of the kind, says how many, and leaves another kind alone.
pub async fn delete_all_ends_every_record_of_the_kind<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: Enumerate,
{
    let others = kit.backend.open::<Other>(&kit.namespace).await;
    let mut records = Vec::new();
    for _ in 0..30 {
        records.push(kit.created().await);
    }
    let other = Record { columns: Vec::new(), ..kit.record() };
    assert_eq!(perform(&others, &Action::Create(other.clone())).await, Answer::Created);

    assert_eq!(answered(kit.store.delete_all().await), 30);
    assert_eq!(answered(kit.store.delete_all().await), 0);
    assert_eq!(answered(kit.store.count().await), 0);
    for record in &records {
        kit.assert_nothing(record.id, "every record is ended").await;
        assert_eq!(kit.update(record.version, &kit.next(record)).await, Answer::Gone, "and stays dead");
    }
    let stored = Snapshot::stored(&other, others.layout());
    assert_eq!(perform(&others, &Action::Load(other.id)).await, Answer::Loaded(stored), "another kind's record stays");
    assert_eq!(perform(&others, &Action::Delete(other.id)).await, Answer::Deleted(true));
    kit.created().await;
    assert_eq!(answered(kit.store.count().await), 1, "the store goes on");
}
