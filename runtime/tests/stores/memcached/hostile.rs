//! Servers that answer what Memcached never would. Nothing they say makes the store panic, hang, reserve memory of their
//! choosing, or take one session for another.

use std::time::Duration;

use bytes::BytesMut;
use sessio::{
    store::{Activity, MemcachedStore, Store, StoreError},
    token::SessionId,
};
use sessio_test_support::within;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    memcached::server::builder,
    visits::{NOW, Visits, new_record, rewritten},
};

/// The time-out where an answer never comes.
const SHORT: Duration = Duration::from_millis(500);

/// A server that greets as it should, and answers every request after that with these bytes. `{O}` in them becomes the
/// number of the first command.
async fn liar(answer: &'static [u8], response_timeout: Duration) -> MemcachedStore<Visits> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("memcached://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = BytesMut::new();
                while let Ok(1..) = client.read_buf(&mut request).await {
                    let request = request.split();
                    let answer =
                        if request.starts_with(b"mn") { b"MN\r\n".to_vec() } else { numbered(answer, &request) };
                    if client.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    builder().response_timeout(response_timeout).connect(&url).await.unwrap()
}

fn numbered(answer: &[u8], request: &[u8]) -> Vec<u8> {
    let request = String::from_utf8_lossy(request);
    let number = request.split_ascii_whitespace().find_map(|word| word.strip_prefix('O')).unwrap_or("0");
    let Some(place) = answer.windows(3).position(|window| window == b"{O}") else { return answer.to_vec() };
    [&answer[..place], number.as_bytes(), &answer[place + 3..]].concat()
}

/// Every verb says that the store is unavailable, and none hangs.
async fn assert_refused(answer: &'static [u8]) {
    let store = liar(answer, SHORT).await;
    let record = new_record("{}");
    let errors = [
        within(store.load(record.id)).await.err(),
        within(store.create(&record)).await.err(),
        within(store.update(record.version, &rewritten(&record, "{}"))).await.err(),
        within(store.touch(record.id, Activity { seen_at: NOW, expires_at: NOW })).await.err(),
        within(store.delete(record.id)).await.err(),
    ];
    for error in errors {
        let error = error.unwrap_or_else(|| panic!("believed {}", answer.escape_ascii()));
        assert!(matches!(error, StoreError::Unavailable(_)), "{}: {error:?}", answer.escape_ascii());
    }
}

#[tokio::test]
async fn garbage_is_an_error() {
    let answers: [&[u8]; 8] = [
        b"\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\0\xff\xfe\r\n",
        b"STORED\r\n",
        b"VA {O} c1\r\n",
        b"ERROR\r\n",
        b"SERVER_ERROR out of memory storing object\r\n",
        b"MN\r\n",
    ];
    for answer in answers {
        assert_refused(answer).await;
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_and_one_that_is_cut_are_errors_in_time() {
    const ENDLESS: &[u8] = &[b'x'; 10_000];
    for answer in [&b"HD c1 O{O}"[..], b"V", b"VA 100 c1 O{O}\r\nabc"] {
        assert_refused(answer).await;
    }
    assert_refused(ENDLESS).await;
}

#[tokio::test]
async fn a_huge_announced_length_is_refused_at_once() {
    for answer in
        [&b"VA 18446744073709551615 c1 O{O}\r\n"[..], b"VA 1048577 c1 O{O}\r\n", b"VA 99999999999999999999 O{O}\r\n"]
    {
        // It would wait for ever for what cannot come.
        let store = liar(answer, Duration::MAX).await;
        let refused = within(store.load(SessionId::random().unwrap())).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn the_answer_to_another_command_is_refused() {
    for answer in
        [&b"HD c1 O4294967296\r\n"[..], b"EN O4294967296\r\n", b"HD c1\r\n", b"EN O{O}\r\nEN O{O}\r\nEN O{O}\r\n"]
    {
        assert_refused(answer).await;
    }
}

#[tokio::test]
async fn what_is_not_a_session_of_ours_is_corrupt_and_left_alone() {
    for answer in [&b"VA 0 c1 O{O}\r\n\r\n"[..], b"VA 5 c1 O{O}\r\nhello\r\n", b"VA 5 c1 O{O}\r\n\x01\0\0\0\0\r\n"] {
        let store = liar(answer, SHORT).await;
        let refused = store.load(SessionId::random().unwrap()).await;
        assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    }
}

/// The bytes of a real session under the key of another.
#[tokio::test]
async fn another_sessions_record_is_found_out() {
    let Some(urls) = crate::memcached::server::urls() else { return };
    let prefix = format!("test:{}", SessionId::random().unwrap());
    let store = MemcachedStore::<Visits>::builder().prefix(&prefix).connect(&urls[0]).await.unwrap();
    let (mine, other) = (new_record("{}"), SessionId::random().unwrap());
    let _ = store.create(&mine).await.unwrap();

    let mut stream = tokio::net::TcpStream::connect(urls[0].trim_start_matches("memcached://")).await.unwrap();
    stream.write_all(format!("mg {prefix}:visits:{} v\r\n", mine.id).as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await.unwrap();
    let line = answer.iter().position(|byte| *byte == b'\n').unwrap();
    let value = &answer[line + 1..length - 2];
    let set = format!("ms {prefix}:visits:{other} {}\r\n", value.len());
    stream.write_all(&[set.as_bytes(), value, b"\r\n"].concat()).await.unwrap();
    let stored = stream.read(&mut answer).await.unwrap();
    assert_eq!(&answer[..stored], b"HD\r\n");

    assert!(matches!(store.load(other).await, Err(StoreError::Corrupt(_))));
    assert_eq!(store.load(mine.id).await.unwrap().unwrap().id, mine.id);
}
