//! The shop's HTML. Every value is escaped by the template; nothing here changes a session.

use axum::http::{HeaderMap, header};
use maud::{DOCTYPE, Markup, html};
use sessio::{
    CsrfToken, Session, Stored,
    clock::{Clock, SystemClock, Timestamp},
};

use crate::{
    Shop,
    catalogue::{self, Cart, PRODUCTS, Theme, USERS},
};

pub(crate) fn catalogue(shop: &Session<Shop>, notice: Option<&str>) -> Markup {
    page(
        shop,
        notice,
        "Catalogue",
        &html! {
            ul.shelf {
                @for product in &PRODUCTS {
                    li.card {
                        (drawing(product.picture))
                        h2 { (product.name) }
                        p { (product.description) }
                        form method="post" action="/cart/add" {
                            (token(shop))
                            input type="hidden" name="product" value=(product.id);
                            span.price { (product.price) }
                            button { "Add to cart" }
                        }
                    }
                }
            }
        },
    )
}

pub(crate) fn cart(shop: &Session<Shop>, notice: Option<&str>) -> Markup {
    page(
        shop,
        notice,
        "Your cart",
        &html! {
            @if shop.cart().count() == 0 {
                p { "There is nothing in it yet. " a href="/" { "Have a look around." } }
            } @else {
                table {
                    thead { tr { th { "Product" } th { "Quantity" } th.number { "Price" } th {} } }
                    tbody {
                        @for (product, quantity) in shop.cart().lines() {
                            tr {
                                td.lead { (drawing(product.picture)) " " (product.name) }
                                td {
                                    form.inline method="post" action="/cart/quantity" {
                                        (token(shop))
                                        input type="hidden" name="product" value=(product.id);
                                        input type="number" name="quantity" value=(quantity) min="0" max=(Cart::MOST)
                                            aria-label={ "Quantity of " (product.name) };
                                        button.quiet { "Change" }
                                    }
                                }
                                td.number.lead { (product.price.times(quantity)) }
                                td.number {
                                    form method="post" action="/cart/remove" {
                                        (token(shop))
                                        input type="hidden" name="product" value=(product.id);
                                        button.quiet { "Remove" }
                                    }
                                }
                            }
                        }
                    }
                    tfoot { tr { th colspan="2" { "Total" } th.number { (shop.cart().total()) } th {} } }
                }
            }
        },
    )
}

pub(crate) fn sign_in(shop: &Session<Shop>, notice: Option<&str>) -> Markup {
    page(
        shop,
        notice,
        "Sign in",
        &html! {
            p { "Choose who you are. There are no passwords: this shop is an example of sessions." }
            form method="post" action="/sign-in" {
                (fresh_token(shop))
                p { label { input type="checkbox" name="remember"; " Remember me when the browser is closed" } }
                p.buttons {
                    @for user in &USERS { button name="user" value=(user.id) { "Sign in as " (user.name) } }
                }
            }
        },
    )
}

pub(crate) fn devices(shop: &Session<Shop>, notice: Option<&str>, devices: &[Stored<Shop>]) -> Markup {
    let now = SystemClock.now();
    page(
        shop,
        notice,
        "Your devices",
        &html! {
            p { "Every browser in which you are signed in. One that you sign out cannot come back, not even in the middle of a request." }
            table {
                thead { tr { th { "Browser" } th { "Began" } th { "Last seen" } th { "Session" } th {} } }
                tbody {
                    @for device in devices {
                        tr {
                            td.lead { (device.browser()) }
                            td data-label="Began" { (ago(now, device.created_at())) }
                            td data-label="Last seen" { (ago(now, device.seen_at())) }
                            td data-label="Session" { code { (device.id()) } }
                            td.number.lead {
                                @if device.is_current(shop) {
                                    em { "this device" }
                                } @else {
                                    form method="post" action="/devices/end" {
                                        (token(shop))
                                        input type="hidden" name="id" value=(device.id());
                                        button.quiet { "Sign out" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if devices.len() > 1 {
                form method="post" action="/devices/end-others" { (token(shop)) button { "Sign out the others" } }
            }
        },
    )
}

/// A page that needs no session: it belongs to an error.
pub(crate) fn plain(title: &str, text: &str, way_out: &str) -> Markup {
    document(
        Theme::Auto,
        title,
        &html! {
            header { (logo()) }
            main { h1 { (title) } p { (text) } p { a href=(way_out) { "Go on" } } }
        },
    )
}

fn page(shop: &Session<Shop>, notice: Option<&str>, title: &str, content: &Markup) -> Markup {
    document(
        *shop.theme(),
        title,
        &html! {
            header {
                (logo())
                nav {
                    a href="/cart" { "Cart (" (shop.cart().count()) ")" }
                    @match shop.user_id().and_then(catalogue::user) {
                        Some(user) => {
                            a href="/devices" { "Your devices" }
                            form method="post" action="/sign-out" { (token(shop)) button.quiet { "Sign out " (user.name) } }
                        }
                        None => a href="/sign-in" { "Sign in" }
                    }
                }
            }
            main {
                @if let Some(notice) = notice { p.notice role="status" { (notice) } }
                h1 { (title) }
                (content)
            }
            footer { (session_facts(shop)) (theme_choice(shop)) }
        },
    )
}

fn logo() -> Markup {
    html! { a.logo href="/" { (drawing(BAG)) " The sessio shop" } }
}

/// A line drawing. Fonts with pictures are not on every machine.
fn drawing(strokes: &str) -> Markup {
    html! {
        svg viewBox="0 0 24 24" aria-hidden="true" { path d=(strokes) {} }
    }
}

const BAG: &str = "M5 8h14l-1 13H6zM9 11V6a3 3 0 0 1 6 0v5";

/// What the server knows, so that one can watch it change.
fn session_facts(shop: &Session<Shop>) -> Markup {
    let now = SystemClock.now();
    html! {
        @match (shop.id(), shop.created_at(), shop.expires_at()) {
            (Some(id), Some(created_at), Some(expires_at)) => {
                dl {
                    div { dt { "Session" } dd { code { (id) } } }
                    div { dt { "Began" } dd { (ago(now, created_at)) } }
                    div { dt { "Pages seen" } dd id="visits" { (shop.visits()) } }
                    div { dt { "Ends after" } dd { (span(expires_at.since(now).as_secs())) " without a visit" } }
                }
            }
            _ => p { "You have no session: nothing is kept about you, and you have no cookie. Put something into your cart." }
        }
    }
}

/// The hidden field by which a form proves that it is ours. A visitor without a session needs none; asking for it would give
/// them a session.
fn token(shop: &Session<Shop>) -> Markup {
    html! { @if !shop.is_new() { (fresh_token(shop)) } }
}

/// The same for everybody. Without random bytes there is no field, and the form is refused.
fn fresh_token(shop: &Session<Shop>) -> Markup {
    html! {
        @if let Ok(token) = shop.csrf_token() {
            input type="hidden" name=(CsrfToken::FIELD) value=(token);
        }
    }
}

fn theme_choice(shop: &Session<Shop>) -> Markup {
    html! {
        form.themes method="post" action="/theme" {
            (token(shop))
            @for theme in Theme::ALL {
                button.quiet name="theme" value=(theme.name()) aria-pressed=(theme == *shop.theme()) { (theme.name()) }
            }
        }
    }
}

fn document(theme: Theme, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=(theme.name()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · The sessio shop" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/style.css";
            }
            body { (body) }
        }
    }
}

fn ago(now: Timestamp, then: Timestamp) -> String {
    match now.since(then).as_secs() {
        0..60 => "just now".to_owned(),
        seconds => format!("{} ago", span(seconds)),
    }
}

/// A length of time in its largest unit, rounded to the nearest.
fn span(seconds: u64) -> String {
    let (length, unit) = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")]
        .into_iter()
        .find(|(length, _)| seconds >= *length)
        .unwrap_or((1, "second"));
    let count = (seconds + length / 2) / length;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Which browser it says it is, and where it runs: enough for its owner to know it again.
///
/// Only these words are kept, never the header itself, which is as long as a client likes.
pub(crate) fn browser_family(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let first = |families: &[(&str, &'static str)]| {
        families.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, family)| *family)
    };
    // The order matters: Edge says that it is Chrome, and Chrome that it is Safari.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    let browser = browser.unwrap_or("A browser");
    system.map_or_else(|| browser.to_owned(), |system| format!("{browser} on {system}"))
}
