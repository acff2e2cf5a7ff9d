//! Two session types in one app do not see each other.

use axum::{Router, routing::get};
use http::StatusCode;
use sessio::{ConfigError, Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use sessio_test_support::Server;

#[derive(Session)]
#[session(kind = "first_of_several")]
struct Shop {
    note: String,
}

#[derive(Session)]
struct Admin {
    note: String,
}

mod twin {
    #[derive(sessio::Session)]
    pub(super) struct Twins {
        a: u8,
    }

    pub(super) mod other {
        #[derive(sessio::Session)]
        pub(in super::super) struct Twins {
            a: u8,
        }
    }
}

fn named(name: &str) -> CookieSpec {
    CookieSpec::builder(name).insecure().build().expect("a cookie that a browser takes")
}

fn app(shop_cookie: &str, admin_cookie: &str) -> Router {
    Router::new()
        .route(
            "/show",
            get(async |shop: Session<Shop>, admin: Session<Admin>| format!("{}/{}", shop.note(), admin.note())),
        )
        .route("/shop", get(async |mut shop: Session<Shop>| shop.set_note("customer")))
        .route("/admin", get(async |mut admin: Session<Admin>| admin.set_note("boss")))
        .layer(SessionLayer::new(MemoryStore::<Shop>::new()).cookie(named(shop_cookie)))
        .layer(SessionLayer::new(MemoryStore::<Admin>::new()).cookie(named(admin_cookie)))
}

#[tokio::test]
async fn two_types_live_side_by_side() {
    let server = Server::start(app("shop", "admin")).await;
    let browser = server.browser();
    browser.get("/shop").await;
    browser.get("/admin").await;
    assert_eq!(browser.cookies().len(), 2);
    assert_eq!(browser.get("/show").await.text, "customer/boss");
}

#[tokio::test]
async fn a_token_of_one_kind_is_nothing_to_the_other() {
    let server = Server::start(app("shop", "admin")).await;
    let browser = server.browser();
    browser.get("/shop").await;
    let token = browser.cookies()["shop"].clone();
    browser.set_cookie("admin", &token);
    assert_eq!(browser.get("/show").await.text, "customer/");
}

#[tokio::test]
async fn two_types_with_one_cookie_are_told_to_take_two() {
    let server = Server::start(app("id", "id")).await;
    assert_eq!(server.browser().get("/shop").await.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn an_app_without_the_layer_answers_500_and_says_nothing() {
    let app = Router::new().route("/", get(async |_shop: Session<Shop>| "never"));
    let answer = Server::start(app).await.browser().get("/").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.text, "");
}

#[test]
fn two_types_of_one_kind_are_refused_when_the_second_layer_is_built() {
    let _first = SessionLayer::new(MemoryStore::<twin::Twins>::new());
    let second = SessionLayer::try_new(MemoryStore::<twin::other::Twins>::new());
    let error = second.expect_err("the kind is taken");
    assert!(matches!(error, ConfigError::KindTaken { kind: "twins", .. }));
    assert!(error.to_string().contains("give one of them `#[session(kind = \"..\")]`"), "{error}");
    assert!(SessionLayer::try_new(MemoryStore::<twin::Twins>::new()).is_ok(), "the same type may have several layers");
}
