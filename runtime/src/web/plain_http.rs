//! Says in the log, once per layer, that a Secure cookie meets plain http, where browsers drop it.
//!
//! Such a visitor is a stranger with each request, and nothing else in the program tells why. A request does not name its
//! scheme, and a proxy may have ended the TLS, so the program can only look for signs. Two are good enough:
//!
//! - the browser says that a page of this very host sent the request, and that the page came over plain http (`Origin`);
//! - a browser opens a page on the machine's own address, and no proxy stands between (`Host`, `Accept`).
//!
//! A header is the client's word, so a sign leads to one log line and to nothing else: the cookie stays Secure.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    headers::Headers,
    origin::{Found, only},
};
use crate::cookie::CookieSpec;

/// What a server knows of the connection itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Transport {
    /// The server speaks TLS, or the request's address says https.
    Tls,
    /// Plain http between the program and the browser, or a proxy.
    Unknown,
}

/// Whether a layer has said it.
#[derive(Debug, Default)]
pub(super) struct PlainHttp {
    is_told: AtomicBool,
}

impl PlainHttp {
    /// What to look for with such a cookie: nothing, where it is not Secure.
    pub(super) fn of(cookie: &CookieSpec) -> Option<Self> {
        cookie.is_secure().then(Self::default)
    }

    /// Looks at a request, and writes the line if this is the first one that calls for it.
    pub(super) fn look(&self, kind: &str, cookie: &str, transport: Transport, headers: &impl Headers) {
        if self.is_told.load(Ordering::Relaxed)
            || transport == Transport::Tls
            || !shows_plain_http(headers)
            || self.is_told.swap(true, Ordering::Relaxed)
        {
            return;
        }
        tracing::warn!(target: "sessio", kind, cookie,
            "a browser uses this app over plain http, and the session cookie is Secure: Safari drops such a cookie, and every \
             browser does on another host than localhost, so each request begins without a session. While developing, give \
             the layer `.cookie(CookieSpec::development())`; in production serve https. If a proxy in front of this program \
             speaks https, let it send `X-Forwarded-Proto: https`. This is said once");
    }
}

/// Whether a browser reached the app over plain http, as far as the request shows.
fn shows_plain_http(headers: &impl Headers) -> bool {
    // A request without one `Host` is HTTP/2, which browsers speak over TLS alone, or does not come from a browser.
    let Found::One(host) = only(headers, "host") else { return false };
    match only(headers, "origin") {
        Found::One(origin) => {
            let page = origin.strip_prefix("http://");
            page.is_some_and(|page| page.eq_ignore_ascii_case(host)) && !is_forwarded_from_https(headers)
        }
        Found::None => is_this_machine(host) && opens_a_page(headers) && !comes_through_a_proxy(headers),
        Found::Several => false,
    }
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(address) => address.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    let top = name.rsplit('.').next().unwrap_or_default();
    top.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Browsers ask for HTML by name when they open a page; health checks and command lines take anything.
fn opens_a_page(headers: &impl Headers) -> bool {
    headers.tokens("accept").any(|kind| kind.starts_with("text/html"))
}

/// Whether a proxy says that the browser's side is https.
fn is_forwarded_from_https(headers: &impl Headers) -> bool {
    headers.tokens("x-forwarded-proto").any(|scheme| scheme.eq_ignore_ascii_case("https"))
        || headers.tokens("forwarded").flat_map(|element| element.split(';')).any(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("proto") && value.trim_matches([' ', '"']).eq_ignore_ascii_case("https")
        })
}

/// Whether a proxy has left a trace. nginx leaves none but `Connection: close`, unless it is told to; no browser sends that.
fn comes_through_a_proxy(headers: &impl Headers) -> bool {
    const TRACES: [&str; 6] =
        ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
    TRACES.into_iter().any(|name| !matches!(only(headers, name), Found::None))
        || headers.tokens("connection").any(|option| option.eq_ignore_ascii_case("close"))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn shows(entries: &[(&'static str, &'static str)]) -> bool {
        let entry = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        shows_plain_http(&entries.iter().map(entry).collect::<HeaderMap>())
    }

    const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    #[test]
    fn a_page_that_a_browser_opens_on_this_machine_came_over_plain_http() {
        for host in ["127.0.0.1:3000", "localhost", "LocalHost:80", "shop.localhost:3000", "[::1]:3000", "127.8.8.8"] {
            assert!(shows(&[("host", host), PAGE]), "{host}");
        }
        for host in
            ["shop.example.com", "10.0.0.7:3000", "localhost.example.com", "[2001:db8::1]:80", "", "127.0.0.1.x"]
        {
            assert!(!shows(&[("host", host), PAGE]), "{host}");
        }
    }

    #[test]
    fn the_browser_names_the_scheme_of_the_page_that_sends_a_form() {
        let host = ("host", "shop.example.com:8080");
        assert!(shows(&[host, ("origin", "http://shop.example.com:8080")]));
        assert!(!shows(&[host, ("origin", "https://shop.example.com:8080")]));
        assert!(!shows(&[host, ("origin", "http://shop.example.com")]), "the page of another port");
        assert!(!shows(&[host, ("origin", "http://evil.example")]));
        assert!(!shows(&[host, ("origin", "null")]));
        assert!(!shows(&[("host", "localhost"), PAGE, ("origin", "https://localhost")]), "the browser says https");
    }

    #[test]
    fn a_health_check_and_a_command_line_are_no_browsers() {
        let host = ("host", "127.0.0.1:3000");
        assert!(!shows(&[host]));
        assert!(!shows(&[host, ("accept", "*/*")]));
    }

    #[test]
    fn a_request_through_a_proxy_is_not_judged_by_the_address_of_the_program() {
        let host = ("host", "127.0.0.1:3000");
        for trace in [
            ("x-forwarded-proto", "https"),
            ("x-forwarded-for", "203.0.113.7"),
            ("forwarded", "for=203.0.113.7;proto=https"),
            ("via", "1.1 proxy"),
            ("connection", "close"),
        ] {
            assert!(!shows(&[host, PAGE, trace]), "{trace:?}");
        }
        assert!(shows(&[host, PAGE, ("connection", "keep-alive")]));
    }

    #[test]
    fn a_proxy_that_says_https_is_believed() {
        let form = [("host", "shop.example.com"), ("origin", "http://shop.example.com")];
        for proxy in [
            ("x-forwarded-proto", "https"),
            ("x-forwarded-proto", "http, HTTPS"),
            ("forwarded", "for=192.0.2.60; Proto=\"https\""),
            ("forwarded", "for=192.0.2.60, for=10.0.0.1;proto=https"),
        ] {
            assert!(!shows(&[&form[..], &[proxy]].concat()), "{proxy:?}");
        }
        assert!(shows(&[&form[..], &[("x-forwarded-proto", "http")]].concat()));
    }
}
