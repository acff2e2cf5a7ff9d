//! Sealed cookies, whole and split. A seal has a random nonce, so these can only be read.
//!
//! The key is the hash of a sentence, so that nowhere stands a key that somebody could copy.

use std::time::Duration;

use sessio::{
    cookie::{Key, KeyRing},
    store::CookieStore,
};
use sessio_standards_tests::{App, keys};
use sha2::{Digest as _, Sha256};

use crate::golden::corpus::{self, CREATED_AT};

fn key() -> Key {
    Key::from_bytes(Sha256::digest("the sealed cookies of sessio's golden corpus, version 1").into()).expect("a key")
}

async fn app(ring: KeyRing) -> App {
    let app = App::on(CookieStore::new(ring)).await;
    app.clock.set(CREATED_AT);
    app
}

/// What the browser holds after these requests, a pair a line.
async fn seal(paths: [&str; 3]) -> String {
    let app = app(KeyRing::new(key())).await;
    let visitor = app.visitor();
    for path in paths {
        visitor.get(path).await;
    }
    visitor.cookies().iter().map(|(name, value)| format!("{name}={value}\n")).collect::<Vec<_>>().concat()
}

async fn opens(name: &str, paths: [&str; 3], expected: &str) {
    let written = seal(paths).await;
    let golden = corpus::text(name, || written);
    for ring in [KeyRing::new(key()), keys().retiring(key()).expect("a ring")] {
        let app = app(ring).await;
        app.clock.advance(Duration::from_hours(24));
        let visitor = app.visitor();
        for (name, value) in golden.lines().filter_map(|line| line.split_once('=')) {
            visitor.set_cookie(name, value);
        }
        assert_eq!(visitor.get("/show").await.text, expected, "{name}");
    }
}

#[tokio::test]
async fn a_sealed_cookie_of_version_1_is_opened_for_ever() {
    opens("sealed.txt", ["/in/7", "/note/golden", "/remember"], "7 [golden] 0").await;
}

#[tokio::test]
async fn a_split_cookie_of_version_1_is_opened_for_ever() {
    opens("split.txt", ["/in/7", "/large/5000", "/visit"], &format!("7 [{}] 1", "x".repeat(5000))).await;
}
