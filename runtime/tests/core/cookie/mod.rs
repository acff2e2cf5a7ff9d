//! What cookies promise: specs that browsers accept, reading that no header disturbs, seals that only we can make.

use http::{HeaderMap, HeaderValue, header::COOKIE};
use sessio::clock::Timestamp;

#[cfg(feature = "cookie-compression")]
mod compression;
mod jar;
mod keys;
mod seal;
mod sealed;
mod spec;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// A request with these `Cookie` headers.
fn request<T: AsRef<[u8]>>(cookies: impl IntoIterator<Item = T>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for cookie in cookies {
        headers.append(COOKIE, HeaderValue::from_bytes(cookie.as_ref()).unwrap());
    }
    headers
}

/// A browser's cookies of one site: it keeps what it is told to keep, and sends it in the order of creation.
#[derive(Clone, Default)]
struct Browser(Vec<(String, String)>);

impl Browser {
    fn receive(&mut self, set: &[HeaderValue]) {
        for header in set {
            let (pair, attributes) = header.to_str().unwrap().split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.0.retain(|(known, _)| known != name);
            if !attributes.contains("Max-Age=0") {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn request(&self) -> HeaderMap {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { HeaderMap::new() } else { request([pairs.join("; ")]) }
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }
}
