//! Reading and writing headers, whichever version of `http` a framework speaks.

use http::HeaderValue;

use crate::cookie::CookieHeaders;

/// The headers of a request or a response. Names are in lower case.
pub(super) trait Headers {
    /// The values under a name that are text.
    fn texts(&self, name: &'static str) -> impl Iterator<Item = &str>;

    /// The `Cookie` headers.
    fn cookies(&self) -> CookieHeaders;

    /// Adds a value beside those that are there.
    fn append(&mut self, name: &'static str, value: HeaderValue);

    /// Puts a value in the place of those that are there.
    fn replace(&mut self, name: &'static str, value: HeaderValue);

    /// The parts of a comma-separated list, which several headers may share.
    fn tokens(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.texts(name).flat_map(|value| value.split(',')).map(str::trim)
    }
}

impl Headers for http::HeaderMap {
    fn texts(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
    }

    fn cookies(&self) -> CookieHeaders {
        CookieHeaders::of(self)
    }

    fn append(&mut self, name: &'static str, value: HeaderValue) {
        self.append(name, value);
    }

    fn replace(&mut self, name: &'static str, value: HeaderValue) {
        self.insert(name, value);
    }
}
