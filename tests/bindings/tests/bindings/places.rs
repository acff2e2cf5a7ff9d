//! Where a layer can be put, in both frameworks: around a part of an app, around one route, beside the layer of another type,
//! and around another one of its own type.

use std::rc::Rc;

use actix_web::{App, HttpServer, rt, web as actix};
use axum::{Router, routing::get};
use http::StatusCode;
use sessio::{LazySession, Session, SessionLayer, cookie::CookieSpec, model::SessionModel, store::MemoryStore};
use sessio_binding_tests::{Stop, actix::run};
use sessio_test_support::{Browser, Server};

#[derive(Session)]
#[session(kind = "places_shop")]
struct Shop {
    #[session(merge = "add")]
    count: u32,
}

#[derive(Session)]
struct Admin {
    #[session(merge = "add")]
    count: u32,
}

async fn shop(mut shop: Session<Shop>) -> String {
    *shop.count_mut() += 1;
    shop.count().to_string()
}

async fn admin(mut admin: Session<Admin>) -> String {
    *admin.count_mut() += 1;
    admin.count().to_string()
}

async fn both(shop: Session<Shop>, admin: Session<Admin>) -> String {
    format!("{}/{}", shop.count(), admin.count())
}

fn layer<T: SessionModel>(cookie: &str) -> SessionLayer<T> {
    let cookie = CookieSpec::builder(cookie).insecure().build().expect("a cookie that browsers take");
    SessionLayer::new(MemoryStore::new()).cookie(cookie)
}

/// An app in both frameworks, whose parts have layers of their own. The excluded path is given as it reaches the layer.
async fn apps() -> [(&'static str, Browser, Stop); 2] {
    let part = Router::new().route("/shop", get(shop)).route("/open", get(shop));
    let app = Router::new()
        .nest("/part", part.layer(layer::<Shop>("part").exclude(["/open"])))
        .route("/one", get(shop).layer(layer::<Shop>("one")))
        .route("/outside", get(shop))
        .nest(
            "/two",
            Router::new()
                .route("/shop", get(shop))
                .route("/admin", get(admin))
                .route("/both", get(both))
                .layer(layer::<Shop>("shop"))
                .layer(layer::<Admin>("admin")),
        )
        .nest(
            "/twice",
            Router::new().route("/shop", get(shop)).layer(layer::<Shop>("inner")).layer(layer::<Shop>("outer")),
        );
    let server = Server::start(app).await;
    let axum = ("axum", server.browser(), Stop::with(move || drop(server)));

    let part = layer::<Shop>("part").exclude(["/part/open"]);
    let (one, two, other) = (layer::<Shop>("one"), layer::<Shop>("shop"), layer::<Admin>("admin"));
    let (inner, outer) = (layer::<Shop>("inner"), layer::<Shop>("outer"));
    let app = move || {
        let part = actix::scope("/part")
            .route("/shop", actix::get().to(shop))
            .route("/open", actix::get().to(shop))
            .wrap(part.clone());
        let two = actix::scope("/two")
            .route("/shop", actix::get().to(shop))
            .route("/admin", actix::get().to(admin))
            .route("/both", actix::get().to(both))
            .wrap(two.clone())
            .wrap(other.clone());
        let twice =
            actix::scope("/twice").route("/shop", actix::get().to(shop)).wrap(inner.clone()).wrap(outer.clone());
        App::new()
            .service(part)
            .service(actix::resource("/one").route(actix::get().to(shop)).wrap(one.clone()))
            .route("/outside", actix::get().to(shop))
            .service(two)
            .service(twice)
    };
    let (address, stop) =
        run(|listener| Ok(HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run())).await;
    [axum, ("actix-web", Browser::new(format!("http://{address}")), stop)]
}

fn cookie_names(browser: &Browser) -> Vec<String> {
    browser.cookies().into_keys().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layer_around_a_part_of_an_app_leaves_the_rest_alone() {
    for (framework, browser, _server) in apps().await {
        assert_eq!(browser.get("/part/shop").await.text, "1", "{framework}");
        assert_eq!(browser.get("/part/shop").await.text, "2", "{framework}");
        assert_eq!(cookie_names(&browser), ["part"], "{framework}");
        for path in ["/outside", "/part/open"] {
            assert_eq!(browser.get(path).await.status, StatusCode::INTERNAL_SERVER_ERROR, "{framework} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layer_can_belong_to_one_route() {
    for (framework, browser, _server) in apps().await {
        assert_eq!(browser.get("/one").await.text, "1", "{framework}");
        assert_eq!(browser.get("/one").await.text, "2", "{framework}");
        assert_eq!(browser.get("/part/shop").await.text, "1", "{framework}: another layer, another store");
        assert_eq!(browser.get("/outside").await.status, StatusCode::INTERNAL_SERVER_ERROR, "{framework}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_session_types_share_an_app_and_a_handler() {
    for (framework, browser, _server) in apps().await {
        browser.get("/two/shop").await;
        browser.get("/two/admin").await;
        browser.get("/two/admin").await;
        assert_eq!(browser.get("/two/both").await.text, "1/2", "{framework}");
        assert_eq!(cookie_names(&browser), ["admin", "shop"], "{framework}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_layers_of_one_type_the_inner_one_has_the_session() {
    for (framework, browser, _server) in apps().await {
        assert_eq!(browser.get("/twice/shop").await.text, "1", "{framework}");
        assert_eq!(browser.get("/twice/shop").await.text, "2", "{framework}");
        assert_eq!(cookie_names(&browser), ["inner"], "{framework}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_of_actix_web_may_hold_what_no_other_thread_may_see() {
    let sessions = layer::<Shop>("shop");
    let local = async |lazy: LazySession<Shop>| {
        let here = Rc::new("here");
        let mut shop = lazy.load().await?;
        rt::task::yield_now().await;
        *shop.count_mut() += 1;
        shop.update(|shop| *shop.count_mut() += 1).await?;
        Ok::<_, actix_web::Error>(format!("{here}: {}", shop.count()))
    };
    let app = move || App::new().route("/", actix::get().to(local)).wrap(sessions.clone());
    let (address, _stop) =
        run(|listener| Ok(HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run())).await;
    let browser = Browser::new(format!("http://{address}"));
    assert_eq!(browser.get("/").await.text, "here: 2");
    assert_eq!(browser.get("/").await.text, "here: 4");
}
