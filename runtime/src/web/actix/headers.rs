//! The way between `http` 0.2, which actix-web speaks, and `http` 1, which the engine speaks.

use actix_web::http::{
    StatusCode,
    header::{COOKIE, HeaderMap, HeaderName, HeaderValue},
};

use crate::{cookie::CookieHeaders, web::headers::Headers};

/// A status of the engine's, which knows only those that have a name.
pub(super) fn status(status: http::StatusCode) -> StatusCode {
    StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A response's status, as the application's rule for commits reads it.
pub(super) fn engine_status(status: StatusCode) -> http::StatusCode {
    http::StatusCode::from_u16(status.as_u16()).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn value(value: &http::HeaderValue) -> HeaderValue {
    HeaderValue::from_bytes(value.as_bytes()).expect("both versions of `http` allow the same bytes in a header")
}

impl Headers for HeaderMap {
    fn texts(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.get_all(name).filter_map(|value| value.to_str().ok())
    }

    fn cookies(&self) -> CookieHeaders {
        self.get_all(COOKIE).filter_map(|value| http::HeaderValue::from_bytes(value.as_bytes()).ok()).collect()
    }

    fn append(&mut self, name: &'static str, value: http::HeaderValue) {
        self.append(HeaderName::from_static(name), self::value(&value));
    }

    fn replace(&mut self, name: &'static str, value: http::HeaderValue) {
        self.insert(HeaderName::from_static(name), self::value(&value));
    }
}
