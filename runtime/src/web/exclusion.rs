//! Which requests have no session: paths, kinds of request, and single routes.

use super::headers::Headers;

/// A kind of request that a layer can be limited to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Requests that are answered once.
    Http,
    /// Requests that ask for a WebSocket (RFC 6455 section 4.1; RFC 8441 section 4).
    WebSocket,
}

impl Scope {
    /// What a request with this method and these headers asks for.
    pub(super) fn of(method: &str, headers: &impl Headers) -> Self {
        let asks = headers.tokens("upgrade").any(|protocol| protocol.eq_ignore_ascii_case("websocket"));
        // In HTTP/2 a WebSocket is an extended CONNECT. A plain CONNECT asks a proxy for a tunnel, and this is none.
        if asks || method == "CONNECT" { Self::WebSocket } else { Self::Http }
    }
}

/// Takes the sessions, of all types, from the requests of what it is wrapped around: a per-route opt-out.
///
/// An extractor inside answers as if there were no [`SessionLayer`](super::SessionLayer), and the response is left alone.
/// It is a layer for axum and tower, and a middleware for actix-web.
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::{Router, routing::get};
/// use sessio::{Session, SessionLayer, store::MemoryStore, web::SkipSession};
///
/// # #[derive(Session)]
/// # struct Shop { visits: u32 }
/// let app: Router = Router::new()
///     .route("/health", get(async || "well").layer(SkipSession))
///     .layer(SessionLayer::new(MemoryStore::<Shop>::new()));
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SkipSession;

/// The requests that a layer passes on without a session.
#[derive(Clone, Debug, Default)]
pub(super) struct Exclusions {
    patterns: Vec<Pattern>,
    only: Option<Scope>,
}

#[derive(Clone, Debug)]
enum Pattern {
    /// This path.
    Exactly(String),
    /// Every path that begins so. It ends with a slash.
    Below(String),
}

impl Exclusions {
    /// Adds a pattern.
    ///
    /// # Panics
    ///
    /// When it is not a path, or has a `*` elsewhere than in a last segment of its own.
    pub(super) fn add(&mut self, pattern: &str) {
        let (path, is_below) = pattern.strip_suffix("/*").map_or((pattern, false), |path| (path, true));
        assert!(pattern.starts_with('/'), "the excluded path {pattern:?} must begin with `/`");
        assert!(
            !path.contains('*'),
            "the excluded path {pattern:?} has a `*` in it: write `/static/*` for everything below `/static/`"
        );
        self.patterns.push(if is_below {
            Pattern::Below(format!("{path}/"))
        } else {
            Pattern::Exactly(path.to_owned())
        });
    }

    pub(super) fn limit_to(&mut self, scope: Scope) {
        self.only = Some(scope);
    }

    /// Whether a request is passed on without a session.
    pub(super) fn cover(&self, path: &str, scope: impl FnOnce() -> Scope) -> bool {
        let is_named = self.patterns.iter().any(|pattern| match pattern {
            Pattern::Exactly(exact) => path == exact,
            Pattern::Below(prefix) => path.starts_with(prefix),
        });
        is_named || self.only.is_some_and(|only| only != scope())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, path: &str) -> bool {
        let mut exclusions = Exclusions::default();
        exclusions.add(pattern);
        exclusions.cover(path, || Scope::Http)
    }

    #[test]
    fn a_plain_pattern_is_one_path_and_a_star_is_everything_below() {
        assert!(covers("/health", "/health"));
        assert!(
            !covers("/health", "/health/deep") && !covers("/health", "/healthy") && !covers("/health", "/a/health")
        );
        assert!(covers("/static/*", "/static/a/b.css") && covers("/static/*", "/static/"));
        assert!(!covers("/static/*", "/static") && !covers("/static/*", "/statics/a"));
        assert!(covers("/", "/") && !covers("/", "/a"), "the root alone, and not the whole app");
        assert!(covers("/*", "/") && covers("/*", "/a/b"));
    }

    #[test]
    #[should_panic(expected = "must begin with `/`")]
    fn a_pattern_that_is_no_path_is_refused() {
        covers("static/*", "");
    }

    #[test]
    #[should_panic(expected = "for everything below")]
    fn a_star_in_the_middle_is_refused() {
        covers("/static/*.css", "");
    }

    #[test]
    fn a_layer_for_one_kind_of_request_passes_the_other_on() {
        let mut exclusions = Exclusions::default();
        exclusions.limit_to(Scope::Http);
        assert!(exclusions.cover("/", || Scope::WebSocket));
        assert!(!exclusions.cover("/", || Scope::Http));
    }
}
