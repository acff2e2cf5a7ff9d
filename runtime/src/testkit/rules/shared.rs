//! What a backend beyond this process adds: a second store that is opened on it sees the same sessions, as another node or
//! the next run of the program would.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    super::{
        Backend, Kit, Model,
        oracle::{Action, Answer, perform},
    },
    races::{assert_counted, count_up},
};
use crate::record::Record;

/// What one node writes, another reads; what one deletes is gone for the other.
pub async fn a_second_store_sees_what_the_first_one_writes<B: Backend>(kit: &Kit<B>) {
    let second = kit.backend.open::<Model>(&kit.namespace).await;
    let record = kit.created().await;
    assert_eq!(perform(&second, &Action::Load(record.id)).await, Answer::Loaded(kit.stored(&record)));
    assert_eq!(perform(&second, &Action::Create(record.clone())).await, Answer::Exists);
    let next = kit.next(&record);
    let update = Action::Update { expected: record.version, record: next.clone() };
    assert_eq!(perform(&second, &update).await, Answer::Updated);
    assert_eq!(kit.update(record.version, &kit.next(&record)).await, Answer::Conflict(kit.stored(&next)));
    kit.assert_kept(&next, "another node's update is seen").await;
    assert_eq!(perform(&second, &Action::Delete(record.id)).await, Answer::Deleted(true));
    kit.assert_nothing(record.id, "another node's delete is seen").await;
    assert_eq!(kit.update(next.version, &kit.next(&next)).await, Answer::Gone);
}

/// Overlapping updates through several stores of one backend lose nothing either.
pub async fn overlapping_updates_of_several_stores_lose_nothing<B: Backend>(kit: &Kit<B>) {
    let record = Record { data: Bytes::from(vec![0; 8 * 4]), ..kit.record() };
    assert_eq!(kit.create(&record).await, Answer::Created);
    let mut stores = vec![Arc::clone(&kit.store); 4];
    for _ in 0..4 {
        stores.push(Arc::new(kit.backend.open::<Model>(&kit.namespace).await));
    }
    count_up(&stores, &record, B::ROUNDS.div_ceil(4)).await;
    assert_counted(kit, &record, B::ROUNDS.div_ceil(4)).await;
}
