//! Whether a request is the visitor's own will, or that of a page of another origin.
//!
//! A browser sends cookies with whatever any page makes it send. For what may change something it also says who made it:
//! `Sec-Fetch-Site`, which no script can set, in every browser since 2023; before that, `Origin`. So the first line against
//! forged requests needs no token. Sources: W3C Fetch Metadata Request Headers; OWASP Cross-Site Request Forgery
//! Prevention, "Fetch Metadata headers" and "Using Standard Headers to Verify Origin"; RFC 6455 section 10.2.

use super::{exclusion::Scope, headers::Headers};

/// The pages whose requests may reach sessions: those of the app's own origin, and those that the app trusts.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    trusted: Vec<String>,
    trusts_all: bool,
}

impl Origins {
    /// Trusts an origin.
    ///
    /// # Panics
    ///
    /// When it is not the form in which browsers send one.
    pub(super) fn trust(&mut self, origin: &str) {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
        let is_origin = !host.is_empty()
            && !host.contains(['/', '?', '#', '@', '*'])
            && !host.chars().any(|c| c.is_whitespace() || c.is_ascii_uppercase());
        assert!(
            is_origin,
            "the trusted origin {origin:?} must be a scheme, a host in lower case and perhaps a port, as in \
             `https://app.example.com`"
        );
        self.trusted.push(origin.to_owned());
    }

    pub(super) fn trust_all(&mut self) {
        self.trusts_all = true;
    }

    /// Whether a request may reach the session. `authority` is the host that its address names, if it names one.
    ///
    /// What has neither header comes from no browser, or from one whose cookies are the last of its worries.
    pub(super) fn admit(&self, method: &str, authority: Option<&str>, headers: &impl Headers) -> bool {
        if self.trusts_all || is_safe(method, headers) {
            return true;
        }
        let origin = match only(headers, "origin") {
            Found::None => None,
            Found::One(origin) => Some(origin),
            Found::Several => return false,
        };
        if origin.is_some_and(|origin| self.trusted.iter().any(|trusted| trusted == origin)) {
            return true;
        }
        match (only(headers, "sec-fetch-site"), origin) {
            // `none` is the visitor, who has typed the address or opened a bookmark.
            (Found::One(site), _) => matches!(site, "same-origin" | "none"),
            (Found::Several, _) => false,
            (Found::None, None) => true,
            (Found::None, Some(origin)) => {
                let host = match only(headers, "host") {
                    Found::One(host) => authority.or(Some(host)),
                    _ => authority,
                };
                // The scheme is not compared: behind a proxy nobody here knows it.
                origin
                    .split_once("://")
                    .is_some_and(|(_, from)| host.is_some_and(|host| host.eq_ignore_ascii_case(from)))
            }
        }
    }
}

/// Whether a request only reads. A WebSocket begins with a `GET` and then does what it likes (OWASP WebSocket Security,
/// "Cross-Site WebSocket Hijacking").
pub(super) fn is_safe(method: &str, headers: &impl Headers) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE") && Scope::of(method, headers) == Scope::Http
}

/// Whether the browser itself says that a page of this very origin has made the request. No other page can make it say so.
#[cfg(any(feature = "tower", feature = "actix"))]
pub(super) fn is_vouched_for(headers: &impl Headers) -> bool {
    matches!(only(headers, "sec-fetch-site"), Found::One("same-origin"))
}

/// A header that comes once.
pub(super) enum Found<'h> {
    None,
    One(&'h str),
    Several,
}

pub(super) fn only<'h>(headers: &'h impl Headers, name: &'static str) -> Found<'h> {
    let mut texts = headers.texts(name);
    match (texts.next(), texts.next()) {
        (None, _) => Found::None,
        (Some(one), None) => Found::One(one),
        (Some(_), Some(_)) => Found::Several,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn admits(method: &str, entries: &[(&'static str, &'static str)]) -> bool {
        let mut origins = Origins::default();
        origins.trust("https://app.example.com");
        let entry = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let headers: HeaderMap = entries.iter().map(entry).collect();
        origins.admit(method, None, &headers)
    }

    const HOST: (&str, &str) = ("host", "shop.example.com");

    #[test]
    fn what_only_reads_may_come_from_anywhere() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert!(admits(method, &[HOST, ("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]));
        }
    }

    #[test]
    fn what_may_change_something_comes_from_our_pages_or_from_no_browser() {
        for method in ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "get"] {
            assert!(admits(method, &[HOST]), "no browser");
            assert!(admits(method, &[HOST, ("sec-fetch-site", "same-origin")]));
            assert!(admits(method, &[HOST, ("sec-fetch-site", "none")]));
            assert!(!admits(method, &[HOST, ("sec-fetch-site", "cross-site")]));
            assert!(!admits(method, &[HOST, ("sec-fetch-site", "same-site")]), "a sibling is another origin");
            assert!(!admits(method, &[HOST, ("sec-fetch-site", "SAME-ORIGIN")]), "no browser writes it so");
            assert!(admits(method, &[HOST, ("origin", "https://shop.example.com")]));
            assert!(!admits(method, &[HOST, ("origin", "https://shop.example.com.evil.example")]));
            assert!(!admits(method, &[HOST, ("origin", "https://shop.example.com:8443")]));
            assert!(!admits(method, &[HOST, ("origin", "null")]), "a sandboxed frame");
            assert!(!admits(method, &[("origin", "https://shop.example.com")]), "nobody knows our name");
        }
    }

    #[test]
    fn the_word_of_the_browser_goes_before_what_the_host_is_called() {
        assert!(admits("POST", &[HOST, ("sec-fetch-site", "same-origin"), ("origin", "https://behind.a.proxy")]));
        assert!(!admits("POST", &[HOST, ("sec-fetch-site", "cross-site"), ("origin", "https://shop.example.com")]));
    }

    #[test]
    fn a_trusted_origin_is_let_in() {
        assert!(admits("POST", &[HOST, ("sec-fetch-site", "same-site"), ("origin", "https://app.example.com")]));
        assert!(admits("POST", &[HOST, ("origin", "https://app.example.com")]));
        assert!(!admits("POST", &[HOST, ("origin", "http://app.example.com")]), "another scheme is another origin");
    }

    #[test]
    fn headers_that_come_twice_are_believed_by_nobody() {
        let twice = [HOST, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")];
        assert!(!admits("POST", &twice));
        assert!(!admits("POST", &[HOST, ("origin", "https://app.example.com"), ("origin", "https://evil.example")]));
    }

    #[test]
    fn a_websocket_is_no_mere_get() {
        let socket = [HOST, ("upgrade", "websocket"), ("origin", "https://evil.example")];
        assert!(!admits("GET", &socket));
        assert!(admits("GET", &[HOST, ("upgrade", "websocket"), ("origin", "https://shop.example.com")]));
    }

    #[test]
    #[should_panic(expected = "must be a scheme, a host in lower case")]
    fn a_trusted_origin_with_a_path_is_refused() {
        Origins::default().trust("https://app.example.com/");
    }
}
