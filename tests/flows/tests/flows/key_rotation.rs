//! The keys of the sealed cookie through their lives, on two nodes that never change at the same moment.
//!
//! The steps are those of `docs/keys.md`, with the very lines that a node reads.

use std::time::Duration;

use axum::{Router, extract::Path, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessio::{
    Expiry, Session, SessionLayer,
    clock::{Clock as _, Timestamp},
    cookie::{Compression, CookieSpec, Padding},
    keys::{self, Key, KeyId, KeyRing},
    store::CookieStore,
    testkit::ManualClock,
};
use sessio_test_support::{Browser, Server};

const IDLE: Duration = Duration::from_hours(10);
const ABSOLUTE: Duration = Duration::from_hours(100);

#[derive(Session)]
struct Basket {
    #[session(principal)]
    user_id: Option<i64>,
    items: u64,
}

/// A node that was started with these lines of keys.
async fn node(keys: &str, clock: &ManualClock) -> Server {
    node_with(keys, clock, |store| store).await
}

async fn node_with(
    keys: &str,
    clock: &ManualClock,
    configure: impl FnOnce(CookieStore<Basket>) -> CookieStore<Basket>,
) -> Server {
    let keys: KeyRing = keys.parse().expect("a ring");
    let layer = SessionLayer::new(configure(CookieStore::new(keys)))
        .cookie(CookieSpec::development())
        .expiry(Expiry::new(IDLE, ABSOLUTE))
        .clock(clock.clone());
    let app = Router::new()
        .route("/in", get(async |mut basket: Session<Basket>| basket.sign_in(7)))
        .route("/add", get(async |mut basket: Session<Basket>| *basket.items_mut() += 1))
        .route("/fill/{items}", get(async |mut basket: Session<Basket>, Path(items)| basket.set_items(items)))
        .route("/show", get(async |basket: Session<Basket>| format!("{:?} {}", basket.user_id(), basket.items())));
    Server::start(app.layer(layer)).await
}

fn key() -> Key {
    keys::generate().expect("random bytes")
}

/// A line of a key file.
fn line(state: &str, key: &Key) -> String {
    format!("{state}:{}\n", *key.reveal())
}

/// The key that sealed what the browser holds.
fn sealed_under(browser: &Browser) -> KeyId {
    let envelope = URL_SAFE_NO_PAD.decode(&browser.cookies()["id"]).expect("base64url");
    KeyId::from_bytes(envelope[1..5].try_into().expect("four bytes"))
}

/// A signed-in visitor.
async fn signed_in(server: &Server) -> Browser {
    let browser = server.browser();
    browser.get("/in").await;
    browser
}

struct Visitor {
    browser: Browser,
    items: u64,
}

impl Visitor {
    async fn new(server: &Server) -> Self {
        Self { browser: signed_in(server).await, items: 0 }
    }

    /// Reads and writes at the nodes in turn; nothing may ever be missing.
    async fn shops_at(&mut self, nodes: &[&Server], phase: &str) {
        for (place, node) in nodes.iter().enumerate() {
            let browser = node.visited_by(&self.browser);
            let expected = format!("Some(7) {}", self.items);
            assert_eq!(browser.get("/show").await.text, expected, "{phase}, visit {place}");
            browser.get("/add").await;
            self.items += 1;
        }
    }
}

/// R36.
#[tokio::test]
async fn a_rotation_on_two_nodes_logs_nobody_out_in_any_of_its_phases() {
    let (clock, old, new) = (ManualClock::new(), key(), key());
    let steps = [
        line("active", &old),
        line("active", &old) + &line("staged", &new),
        line("active", &new) + &line("retiring", &old),
        line("active", &new),
    ];
    let names = ["before", "staged", "promoted", "retired"];
    let (mut one, mut two) = (node(&steps[0], &clock).await, node(&steps[0], &clock).await);
    let mut often = Visitor::new(&one).await;
    let mut reader = Visitor::new(&two).await;
    often.shops_at(&[&one, &two], "before").await;
    for (step, name) in steps.iter().zip(names).skip(1) {
        if name == "retired" {
            // The wait of the third phase: one absolute limit, in which the visitors come again and again.
            let end = clock.now() + ABSOLUTE;
            while clock.now() < end {
                clock.advance(IDLE / 2);
                for visitor in [&mut often, &mut reader] {
                    let browser = one.visited_by(&visitor.browser);
                    if browser.get("/show").await.text != format!("Some(7) {}", visitor.items) {
                        assert!(clock.now() >= end, "only the absolute limit ends a session");
                        *visitor = Visitor::new(&one).await;
                    }
                }
            }
        }
        one = node(step, &clock).await;
        often.shops_at(&[&one, &two, &two, &one, &two], name).await;
        assert_eq!(one.visited_by(&reader.browser).get("/show").await.text, format!("Some(7) {}", reader.items));
        assert_eq!(two.visited_by(&reader.browser).get("/show").await.text, format!("Some(7) {}", reader.items));
        let mut newcomer = Visitor::new(&one).await;
        newcomer.shops_at(&[&two, &one, &two], name).await;
        two = node(step, &clock).await;
        often.shops_at(&[&two, &one], name).await;
        newcomer.shops_at(&[&two, &one], name).await;
        let expected = if name == "staged" { old.id() } else { new.id() };
        assert_eq!(sealed_under(&often.browser), expected, "{name}");
        assert_eq!(sealed_under(&newcomer.browser), expected, "{name}");
    }
    assert_eq!(sealed_under(&reader.browser), new.id(), "reading alone moved the session to the new key");
}

/// What the phase "staged" is for, and a proof that the test above can fail.
#[tokio::test]
async fn a_rotation_without_staging_logs_out_whoever_meets_a_node_that_does_not_know_the_new_key() {
    let (clock, old, new) = (ManualClock::new(), key(), key());
    let behind = node(&line("active", &old), &clock).await;
    let ahead = node(&(line("active", &new) + &line("retiring", &old)), &clock).await;
    let browser = signed_in(&behind).await;
    assert_eq!(ahead.visited_by(&browser).get("/show").await.text, "Some(7) 0");
    assert_eq!(behind.visited_by(&browser).get("/show").await.text, "None 0", "it was sealed anew under the new key");
}

#[tokio::test]
async fn a_session_under_a_retiring_key_is_sealed_anew_with_the_next_answer_and_once() {
    let (clock, old, new) = (ManualClock::new(), key(), key());
    let before = node(&line("active", &old), &clock).await;
    let after = node(&(line("active", &new) + &line("retiring", &old)), &clock).await;
    let visitor = signed_in(&before).await;
    assert_eq!(sealed_under(&visitor), old.id());
    let browser = after.visited_by(&visitor);
    assert_eq!(browser.get("/show").await.set_cookies().len(), 1);
    assert_eq!(sealed_under(&browser), new.id());
    assert_eq!(browser.get("/show").await.set_cookies().len(), 0);
}

#[tokio::test]
async fn what_a_revoked_key_sealed_opens_nothing() {
    let (clock, old, new) = (ManualClock::new(), key(), key());
    let before = node(&line("active", &old), &clock).await;
    let visitor = signed_in(&before).await;
    for revoked in [line("revoked", &old), format!("revoked:{}\n", old.id()), String::new()] {
        let after = node(&(line("active", &new) + &revoked), &clock).await;
        assert_eq!(after.visited_by(&visitor).get("/show").await.text, "None 0", "{revoked}");
    }
}

#[tokio::test]
async fn what_was_sealed_before_a_moment_is_revoked_and_a_new_sign_in_is_not() {
    let (clock, key) = (ManualClock::new(), key());
    let before = node(&line("active", &key), &clock).await;
    let visitor = signed_in(&before).await;
    clock.advance(Duration::from_secs(5));
    let moment = clock.now().since(Timestamp::default()).as_secs();
    let after = node(&(line("active", &key) + &format!("revoke-before:{moment}\n")), &clock).await;
    let browser = after.visited_by(&visitor);
    assert_eq!(browser.get("/show").await.text, "None 0");
    clock.advance(Duration::from_secs(1));
    browser.get("/in").await;
    assert_eq!(browser.get("/show").await.text, "Some(7) 0");
}

/// Two nodes of which one compresses and pads already: what the size of cookies depends on may change while sessions live.
#[tokio::test]
async fn turning_compression_and_padding_on_and_off_logs_nobody_out() {
    let (clock, key) = (ManualClock::new(), key());
    let plain = node(&line("active", &key), &clock).await;
    let compressed = node_with(&line("active", &key), &clock, |store| store.compression(Compression::Deflate)).await;
    let bucket = 256.try_into().expect("not zero");
    let both = node_with(&line("active", &key), &clock, |store| {
        store.compression(Compression::Deflate).padding(Padding::Buckets(bucket))
    })
    .await;
    let mut visitor = Visitor::new(&plain).await;
    visitor.shops_at(&[&plain, &compressed, &both, &plain, &both, &compressed, &plain], "sizes").await;
}
