//! What a response tells browsers and caches when it depended on a session.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CACHE_CONTROL, SET_COOKIE, VARY},
};

/// Marks a response whose making depended on the session: it differs by cookie, and no shared cache may keep it.
///
/// Sources: OWASP Session Management, "Web Content Caching"; CVE-2023-30861, CVE-2024-26144. What the handler says itself
/// stays, unless it would let a cache hand one visitor's response to another.
pub(super) fn mark_as_personal(headers: &mut HeaderMap) {
    if !varies_by_cookie(headers) {
        headers.append(VARY, HeaderValue::from_static("cookie"));
    }
    if !is_kept_private(headers) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Adds a cookie beside those that are there already.
pub(super) fn add_cookie(headers: &mut HeaderMap, cookie: HeaderValue) {
    headers.append(SET_COOKIE, cookie);
}

fn varies_by_cookie(headers: &HeaderMap) -> bool {
    tokens(headers, VARY).any(|token| token == "*" || token.eq_ignore_ascii_case("cookie"))
}

fn is_kept_private(headers: &HeaderMap) -> bool {
    tokens(headers, CACHE_CONTROL)
        .any(|token| token.eq_ignore_ascii_case("no-store") || token.eq_ignore_ascii_case("private"))
}

fn tokens(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
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
