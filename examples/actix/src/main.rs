//! A small shop in actix-web: a cart, notices that are shown once, a sign-in, and a page for customers alone.
//!
//! Run it with `cargo run -p sessio-example-actix` and open <http://127.0.0.1:3000>. `PORT` chooses another port.

use std::{env, io};

use actix_web::{
    App, HttpServer,
    web::{self, Form, Html, Redirect, ServiceConfig},
};
use maud::{Markup, html};
use serde::Deserialize;
use sessio::{Authenticated, Session, cookie::CookieSpec, store::MemoryStore, web::RedirectTo};

/// What the shop remembers about a visitor.
#[derive(Session)]
struct Shop {
    /// Who is signed in. Changing it gives the session a new secret.
    #[session(principal)]
    user_id: Option<i64>,
    /// If two tabs add something at the same time, both stay.
    #[session(merge = "append")]
    cart: Vec<String>,
    /// Said on the next page, once.
    #[session(flash)]
    notice: Option<String>,
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    // Made once, outside the closure that runs for each worker: all of them share one store.
    // The cookie is for plain http on one's own machine. Leave `cookie` out where there is https.
    let sessions = Shop::layer(MemoryStore::new()).cookie(CookieSpec::development());
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000);
    let server =
        HttpServer::new(move || App::new().configure(routes).wrap(sessions.clone())).bind(("127.0.0.1", port))?;
    println!("http://{}", server.addrs()[0]);
    server.run().await
}

fn routes(config: &mut ServiceConfig) {
    config
        .route("/", web::get().to(catalogue))
        .route("/cart", web::post().to(add))
        .route("/orders", web::get().to(orders))
        .route("/orders", web::post().to(order))
        .route("/in", web::post().to(sign_in))
        .route("/out", web::post().to(sign_out));
}

async fn catalogue(mut shop: Session<Shop>) -> Html {
    let notice = shop.take_notice();
    page(&html! {
        @if let Some(notice) = notice { p { b { (notice) } } }
        form method="post" action="/cart" {
            @for product in ["Teapot", "Kettle", "Cup"] { button name="product" value=(product) { (product) } " " }
        }
        p { "In your cart: " (shop.cart().join(", ")) }
        @if shop.user_id().is_some() {
            form method="post" action="/orders" { button { "Order" } }
            form method="post" action="/out" { button { "Sign out" } }
        } @else {
            form method="post" action="/in" { button { "Sign in" } }
        }
        p { a href="/orders" { "Your account" } }
    })
}

#[derive(Deserialize)]
struct Choice {
    product: String,
}

async fn add(mut shop: Session<Shop>, choice: Form<Choice>) -> Redirect {
    let product = choice.into_inner().product;
    shop.set_notice(format!("{product} is in your cart."));
    shop.cart_mut().push(product);
    home()
}

async fn sign_in(mut shop: Session<Shop>) -> Redirect {
    // A real shop checks a password here. The cart stays.
    shop.sign_in(1);
    shop.set_notice("Welcome.");
    home()
}

async fn sign_out(mut shop: Session<Shop>) -> Redirect {
    shop.sign_out();
    // The session has ended for good. What is set from here on belongs to a new one.
    shop.set_notice("You are signed out.");
    home()
}

/// Where the account sends those who are not signed in.
struct Catalogue;

impl RedirectTo for Catalogue {
    const PATH: &'static str = "/";
}

/// Only customers get here; others are sent to the catalogue.
async fn orders(shop: Authenticated<Shop, Catalogue>) -> Html {
    page(&html! {
        p { "Customer no. " (shop.principal) ". " a href="/" { "Back" } }
    })
}

/// Only customers get here; others get a 401.
async fn order(mut shop: Authenticated<Shop>) -> Redirect {
    let count = shop.cart().len();
    shop.clear_cart();
    shop.set_notice(format!("{count} things are on their way."));
    home()
}

fn home() -> Redirect {
    Redirect::to("/").see_other()
}

fn page(content: &Markup) -> Html {
    let page = html! {
        (maud::DOCTYPE)
        title { "A small shop" }
        (content)
    };
    Html::new(page.into_string())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use actix_web::rt;
    use reqwest::{Client, redirect::Policy};
    use sessio::testkit::{peek, plant};

    use super::*;

    #[actix_web::test]
    async fn a_customer_fills_a_cart_signs_in_orders_and_signs_out() {
        let sessions = Shop::layer(MemoryStore::new()).cookie(CookieSpec::development());
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
        let address = listener.local_addr().expect("a bound address");
        let layer = sessions.clone();
        let server = HttpServer::new(move || App::new().configure(routes).wrap(layer.clone())).workers(1);
        rt::spawn(server.disable_signals().listen(listener).expect("a bound port").run());
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        let url = |path: &str| format!("http://{address}{path}");

        let stranger = client.get(url("/orders")).send().await.expect("an answer");
        assert_eq!((stranger.status().as_u16(), &stranger.headers()["location"]), (303, &"/".parse().expect("a path")));
        let stranger = client.post(url("/orders")).send().await.expect("an answer");
        assert_eq!(stranger.status(), 401);

        let mut cookie = plant(&sessions, |shop| shop.cart_mut().push("Cup".to_owned())).await;
        for (path, form) in [("/cart", "product=Teapot"), ("/in", "")] {
            let request = client.post(url(path)).header("cookie", &cookie).body(form);
            let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), 303, "{path}");
            if let Some(new) = answer.headers().get("set-cookie") {
                let new = new.to_str().expect("a cookie is text");
                new.split(';').next().expect("a pair").clone_into(&mut cookie);
            }
        }
        let shop = peek(&sessions, &cookie).await.expect("a session");
        assert_eq!((shop.user_id(), shop.cart()), (Some(1), &["Cup".to_owned(), "Teapot".to_owned()][..]));
        let page = client.get(url("/")).header("cookie", &cookie).send().await.expect("an answer");
        assert!(page.text().await.expect("a page").contains("Welcome."));
        client.post(url("/orders")).header("cookie", &cookie).send().await.expect("an answer");
        let shop = peek(&sessions, &cookie).await.expect("a session");
        assert_eq!((shop.cart().len(), shop.notice()), (0, Some("2 things are on their way.")));
        client.post(url("/out")).header("cookie", &cookie).send().await.expect("an answer");
        assert!(peek(&sessions, &cookie).await.is_none());
    }
}
