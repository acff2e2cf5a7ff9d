//! A value comes back as it was saved, or saving it is an error that names the field: never another value in silence.

use std::collections::HashMap;

use axum::{Router, extract::Path, routing::get};
use serde::{Deserialize, Serialize};
use sessio::{
    Session, SessionLayer,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, MemoryStore, SqliteStore},
};
use sessio_test_support::{Browser, Server};

/// Its `Serialize` loses a part.
#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
struct Lossy {
    kept: u8,
    #[serde(skip)]
    lost: u8,
}

macro_rules! drawer {
    ($name:ident, $kind:literal) => {
        #[derive(Session)]
        #[session(kind = $kind)]
        struct $name {
            nested: Option<Option<u32>>,
            #[session(json)]
            nested_in_json: Option<Option<u32>>,
            any: Option<serde_json::Value>,
            unit: Option<()>,
            by_pair: HashMap<(u32, u32), u32>,
            lossy: Lossy,
            visits: u32,
        }

        impl $name {
            /// Puts a value in that JSON cannot say, and says what the commit says.
            async fn put(mut drawer: Session<Self>, Path(field): Path<String>) -> String {
                match field.as_str() {
                    "nested" => *drawer.nested_mut() = Some(None),
                    "nested_in_json" => *drawer.nested_in_json_mut() = Some(None),
                    "any" => *drawer.any_mut() = Some(serde_json::Value::Null),
                    "unit" => *drawer.unit_mut() = Some(()),
                    "by_pair" => drop(drawer.by_pair_mut().insert((1, 2), 3)),
                    _ => drawer.lossy_mut().lost = 1,
                }
                let said = drawer.commit().await.expect_err("it would be read as another value").to_string();
                drawer.revert().expect("what is stored decodes");
                said
            }

            async fn fill(mut drawer: Session<Self>) {
                *drawer.nested_mut() = Some(Some(1));
                *drawer.nested_in_json_mut() = Some(Some(2));
                *drawer.any_mut() = Some(serde_json::json!([null, "null"]));
                drawer.lossy_mut().kept = 3;
                *drawer.visits_mut() += 1;
            }

            async fn show(drawer: Session<Self>) -> String {
                let (nested, in_json, any) = (drawer.nested(), drawer.nested_in_json(), drawer.any());
                let any = any.map(ToString::to_string).unwrap_or_default();
                format!("{nested:?} {in_json:?} {any} {} {}", drawer.lossy().kept, drawer.visits())
            }

            fn routes() -> Router {
                Router::new()
                    .route("/put/{field}", get(Self::put))
                    .route("/fill", get(Self::fill))
                    .route("/show", get(Self::show))
            }
        }
    };
}

drawer!(Drawer, "lossless_drawer");
drawer!(SealedDrawer, "lossless_sealed_drawer");

async fn refuses_what_it_would_lose(browser: &Browser) {
    browser.get("/fill").await;
    let before = browser.get("/show").await.text;
    assert_eq!(before, r#"Some(Some(1)) Some(Some(2)) [null,"null"] 3 1"#);
    for field in ["nested", "nested_in_json", "any", "unit", "by_pair", "lossy"] {
        let said = browser.get(&format!("/put/{field}")).await.text;
        assert_eq!(said, format!("field `{field}` cannot be encoded"));
        assert_eq!(browser.get("/show").await.text, before, "{field}");
    }
    browser.get("/fill").await;
    assert_eq!(browser.get("/show").await.text, r#"Some(Some(1)) Some(Some(2)) [null,"null"] 3 2"#);
}

#[tokio::test]
async fn what_json_cannot_say_is_refused_with_the_name_of_the_field_in_memory() {
    let layer = SessionLayer::new(MemoryStore::<Drawer>::new()).cookie(CookieSpec::development());
    let server = Server::start(Drawer::routes().layer(layer)).await;
    refuses_what_it_would_lose(&server.browser()).await;
}

#[tokio::test]
async fn what_json_cannot_say_is_refused_with_the_name_of_the_field_in_columns() {
    let store = SqliteStore::<Drawer>::connect("sqlite::memory:").await.expect("a database in memory");
    store.migrate().await.expect("a table");
    let layer = SessionLayer::new(store).cookie(CookieSpec::development());
    let server = Server::start(Drawer::routes().layer(layer)).await;
    refuses_what_it_would_lose(&server.browser()).await;
}

#[tokio::test]
async fn what_json_cannot_say_is_refused_with_the_name_of_the_field_in_the_sealed_cookie() {
    let keys = KeyRing::new(Key::generate().expect("random bytes"));
    let layer = SessionLayer::new(CookieStore::<SealedDrawer>::new(keys)).cookie(CookieSpec::development());
    let server = Server::start(SealedDrawer::routes().layer(layer)).await;
    refuses_what_it_would_lose(&server.browser()).await;
}
