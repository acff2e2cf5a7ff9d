//! What a response tells caches when it depended on a session.

use http::HeaderValue;

use super::headers::Headers;

/// Marks a response whose making depended on the session: it differs by cookie, and no shared cache may keep it.
///
/// Sources: OWASP Session Management, "Web Content Caching"; CVE-2023-30861, CVE-2024-26144. What the handler says itself
/// stays, unless it would let a cache hand one visitor's response to another.
pub(super) fn mark_as_personal(headers: &mut impl Headers) {
    if !headers.tokens("vary").any(|token| token == "*" || token.eq_ignore_ascii_case("cookie")) {
        headers.append("vary", HeaderValue::from_static("cookie"));
    }
    let is_private = |token: &str| token.eq_ignore_ascii_case("no-store") || token.eq_ignore_ascii_case("private");
    if !headers.tokens("cache-control").any(is_private) {
        headers.replace("cache-control", HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use http::{
        HeaderMap, HeaderName,
        header::{CACHE_CONTROL, VARY},
    };

    use super::*;

    fn marked(entries: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers: HeaderMap =
            entries.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        mark_as_personal(&mut headers);
        headers
    }

    #[test]
    fn a_response_that_depended_on_the_session_is_not_cached() {
        let headers = marked(&[]);
        assert_eq!(headers[VARY], "cookie");
        assert_eq!(headers[CACHE_CONTROL], "no-store");
    }

    #[test]
    fn a_public_cache_rule_gives_way_and_a_private_one_stays() {
        assert_eq!(marked(&[(CACHE_CONTROL, "public, max-age=60")])[CACHE_CONTROL], "no-store");
        assert_eq!(marked(&[(CACHE_CONTROL, "max-age=60, Private")])[CACHE_CONTROL], "max-age=60, Private");
    }

    #[test]
    fn other_vary_names_are_kept() {
        let headers = marked(&[(VARY, "accept-encoding")]);
        assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), ["accept-encoding", "cookie"]);
        assert_eq!(marked(&[(VARY, "Accept, Cookie")]).get_all(VARY).iter().count(), 1);
    }
}
