//! The list of all rules, and the macro that makes a test of each.

/// Tests that a backend keeps the store contract: one `#[test]` for each rule, named as the sentence that it proves.
///
/// It takes an expression of a type that implements [`Backend`](crate::testkit::Backend), and in brackets what the backend
/// can do beyond the five verbs:
///
/// | word | for a store that | rules |
/// |---|---|---|
/// | `sweep` | implements [`Sweep`](crate::store::Sweep) | [`rules::sweep`](crate::testkit::rules::sweep) |
/// | `enumerate` | implements [`Enumerate`](crate::store::Enumerate) | [`rules::enumerate`](crate::testkit::rules::enumerate) |
/// | `find` | implements [`FindByColumn`](crate::store::FindByColumn) | [`rules::find`](crate::testkit::rules::find) |
/// | `expire` | has a server that removes what has ended by itself | [`rules::expire`](crate::testkit::rules::expire) |
/// | `shared` | keeps sessions where another process sees them | [`rules::shared`](crate::testkit::rules::shared) |
///
/// A word for a trait that the store does not implement does not compile. The rules of the five verbs are always tested.
/// A test that [`Backend::missing`](crate::testkit::Backend::missing) keeps from running says so and ends.
///
/// Each test opens its own stores on its own tokio runtimes, first one of a single thread, then one of several, so the tests
/// may run side by side. A failure prints a seed; with that in the environment variable `SESSIO_TESTKIT_SEED` the rule makes
/// the same choices again.
///
/// ```
/// use sessio::{model::SessionModel, store::MemoryStore, testkit::Backend};
///
/// struct Memory;
///
/// impl Backend for Memory {
///     type Store<T: SessionModel> = MemoryStore<T>;
///
///     async fn open<T: SessionModel>(&self, _namespace: &str) -> MemoryStore<T> {
///         MemoryStore::new()
///     }
/// }
///
/// sessio::store_contract!(Memory, [sweep, enumerate, find]);
/// ```
#[macro_export]
macro_rules! store_contract {
    ($backend:expr, [$($capability:ident),* $(,)?] $(,)?) => {
        $crate::store_contract!(@store $backend);
        $($crate::store_contract!(@$capability $backend);)*
    };
    (@store $backend:expr) => {
        $crate::store_contract!(@tests store, $backend, [
            a_created_record_loads_as_it_was,
            creating_an_existing_id_leaves_the_record_and_says_so,
            an_unknown_id_is_nothing_to_any_verb_and_none_makes_a_record,
            an_update_replaces_the_whole_record,
            an_update_may_bring_the_end_nearer,
            an_update_takes_no_touch_back,
            an_update_of_another_version_is_a_conflict_with_the_current_record,
            a_touch_moves_the_times_and_nothing_else,
            a_touch_never_moves_a_time_backwards,
            a_record_is_deleted_once,
            a_late_write_after_a_delete_does_not_bring_the_record_back,
            a_write_that_is_sent_again_takes_effect_once,
            every_credential_survives,
            extreme_times_and_versions_survive,
            a_record_with_a_far_end_is_there,
            an_expired_record_is_given_back_as_it_is_or_is_gone,
            payloads_of_every_size_survive,
            payloads_of_any_bytes_survive,
            every_column_value_survives,
            ids_that_differ_in_one_bit_are_different_sessions,
            ids_are_neither_folded_nor_padded_nor_interpreted,
            two_kinds_do_not_see_each_other,
        ]);
        $crate::store_contract!(@tests races, $backend, [
            overlapping_updates_lose_nothing,
            one_of_many_overlapping_creates_wins,
            a_delete_among_overlapping_writes_stays,
            one_of_many_overlapping_deletes_says_so,
            overlapping_touches_neither_fail_nor_undo_an_update,
            a_reader_never_sees_a_mixed_record,
            every_reader_gets_the_session_that_it_asked_for,
        ]);
        $crate::store_contract!(@tests interleaving, $backend, [
            overlapping_operations_answer_as_if_one_came_after_another,
            operations_that_overlap_with_creates_answer_as_if_one_came_after_another,
        ]);
        $crate::store_contract!(@tests cancellation, $backend, [
            a_dropped_load_leaves_the_store_whole,
            a_dropped_create_is_done_or_not,
            a_dropped_update_leaves_the_old_record_or_the_new_one,
            a_dropped_touch_moves_both_times_or_none,
            a_dropped_delete_is_done_or_not,
            many_dropped_operations_leave_the_store_usable,
        ]);
        $crate::store_contract!(@tests program, $backend, [
            a_random_program_gets_the_answers_of_a_simple_model,
        ]);
    };
    (@sweep $backend:expr) => {
        $crate::store_contract!(@tests sweep, $backend, [
            a_sweep_deletes_exactly_what_has_ended,
            a_sweep_goes_in_batches,
            a_sweep_goes_by_the_latest_end,
            overlapping_sweeps_count_each_record_once,
        ]);
    };
    (@enumerate $backend:expr) => {
        $crate::store_contract!(@tests enumerate, $backend, [
            the_count_is_of_the_records_that_there_are,
            pages_list_every_record_once_in_order,
            delete_all_ends_every_record_of_the_kind,
        ]);
        $crate::store_contract!(@tests program, $backend, [
            a_random_program_is_listed_as_by_a_simple_model,
        ]);
    };
    (@find $backend:expr) => {
        $crate::store_contract!(@tests find, $backend, [
            a_search_finds_every_record_with_the_value,
            a_search_compares_values_exactly,
            a_search_follows_updates_and_deletes,
            a_users_sessions_are_deleted_but_the_one_to_keep,
        ]);
        $crate::store_contract!(@tests program, $backend, [
            a_random_program_is_found_as_by_a_simple_model,
        ]);
    };
    (@expire $backend:expr) => {
        $crate::store_contract!(@tests expire, $backend, [
            a_record_goes_by_itself_when_it_ends,
            a_prolonged_record_outlives_its_first_end,
        ]);
    };
    (@shared $backend:expr) => {
        $crate::store_contract!(@tests shared, $backend, [
            a_second_store_sees_what_the_first_one_writes,
            overlapping_updates_of_several_stores_lose_nothing,
        ]);
    };
    (@tests $topic:ident, $backend:expr, [$($rule:ident),* $(,)?]) => {
        $($crate::store_contract!(@test $topic, $backend, $rule);)*
    };
    (@test $topic:ident, $backend:expr, $rule:ident) => {
        #[test]
        fn $rule() {
            $crate::testkit::check($backend, $crate::testkit::rules::$topic::$rule);
        }
    };
    (@$capability:ident $backend:expr) => {
        compile_error!(concat!(
            "`", stringify!($capability), "` is no capability of a store: ",
            "there are `sweep`, `enumerate`, `find`, `expire` and `shared`",
        ));
    };
}
