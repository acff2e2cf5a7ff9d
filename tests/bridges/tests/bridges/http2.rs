//! HTTP/2 splits the cookies of a request over several headers. The session is put together from all of them.

use std::net::SocketAddr;

use actix_web::{App, HttpServer, rt::System, web};
use axum::{Router, extract::Path, routing::get};
use sessio::{
    Session, SessionLayer,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, MemoryStore},
};
use sessio_bridge_tests::{Connection, Visits, listen};

fn fill(visits: &mut Visits, length: usize) {
    visits.set_note("x".repeat(length));
}

async fn with_axum(layer: SessionLayer<Visits>) -> SocketAddr {
    let app = Router::new()
        .route("/fill/{length}", get(async |Path(length), mut visits: Session<Visits>| fill(&mut visits, length)))
        .route("/length", get(async |visits: Session<Visits>| visits.note().len().to_string()))
        .layer(layer);
    let (listener, address) = listen().await;
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn with_actix(layer: SessionLayer<Visits>) -> SocketAddr {
    let (listener, address) = listen().await;
    let listener = listener.into_std().expect("a socket");
    std::thread::spawn(move || {
        System::new().block_on(async move {
            let fill = async |length: web::Path<usize>, mut visits: Session<Visits>| {
                fill(&mut visits, length.into_inner());
                "filled"
            };
            let length = async |visits: Session<Visits>| visits.note().len().to_string();
            let app = move || {
                App::new()
                    .route("/fill/{length}", web::get().to(fill))
                    .route("/length", web::get().to(length))
                    .wrap(layer.clone())
            };
            let server = HttpServer::new(app).workers(1).disable_signals().listen_auto_h2c(listener);
            server.expect("the port is bound").run().await
        })
    });
    address
}

fn layers() -> [SessionLayer<Visits>; 2] {
    let keys = KeyRing::new(Key::generate().expect("random bytes"));
    let layers = [Visits::layer(MemoryStore::new()), Visits::layer(CookieStore::new(keys))];
    layers.map(|layer| layer.cookie(CookieSpec::development()))
}

async fn a_session_comes_back_whole(address: SocketAddr, cookies: usize) {
    let mut visitor = Connection::open(address).await;
    visitor.cookies.insert("a".to_owned(), "1".to_owned());
    visitor.cookies.insert("id-theme".to_owned(), "dark".to_owned());
    visitor.head("/fill/5000").await;
    assert_eq!(visitor.cookies.len(), 2 + cookies, "{:?}", visitor.cookies.keys());
    assert_eq!(visitor.text("/length").await, "5000");
    visitor.cookies.remove("id");
    assert_eq!(visitor.text("/length").await, "0", "it was in those headers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_found_in_the_split_cookies_of_http2() {
    let [in_memory, sealed] = layers();
    a_session_comes_back_whole(with_axum(in_memory.clone()).await, 1).await;
    a_session_comes_back_whole(with_axum(sealed.clone()).await, 2).await;
    a_session_comes_back_whole(with_actix(in_memory).await, 1).await;
    a_session_comes_back_whole(with_actix(sealed).await, 2).await;
}
