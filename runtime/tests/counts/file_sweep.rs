//! What a sweep of the file store reads. It has a process of its own because the kernel counts the bytes of all threads.

use sessio::store::{Create, FileStore, Store, Sweep};
use sessio_test_support::in_its_own_process;

use crate::visits::{NOW, Visits, new_record, record};

const LIVE: u64 = 1000;
const EXPIRED: u64 = 10;
const SIZE: usize = 20_000;

/// The bytes that this process has read, from any file.
fn bytes_read() -> u64 {
    let counters = std::fs::read_to_string("/proc/self/io").unwrap();
    counters.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

#[test]
fn a_sweep_reads_the_headers_of_the_living_and_the_bytes_of_the_expired() {
    in_its_own_process(|| tokio::runtime::Runtime::new().unwrap().block_on(sweep()));
}

async fn sweep() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::<Visits>::open(folder.path()).await.unwrap().without_fsync();
    for number in 0..LIVE + EXPIRED {
        let mut record = record(new_record("").id, vec![b'x'; SIZE]);
        if number < EXPIRED {
            record.life.expires_at = NOW;
        }
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    }
    let before = bytes_read();
    assert_eq!(store.delete_expired(NOW, 1000).await.unwrap(), EXPIRED);
    let read = bytes_read() - before;
    println!("{read} bytes read to find {EXPIRED} expired sessions among {LIVE} others of {SIZE} bytes");
    assert!(read < (LIVE + EXPIRED) * 93 + EXPIRED * (SIZE as u64 + 200) + 1000, "{read}");

    let before = bytes_read();
    assert_eq!(store.delete_expired(NOW, 1000).await.unwrap(), 0);
    assert!(bytes_read() - before < LIVE * 93 + 1000);
}
