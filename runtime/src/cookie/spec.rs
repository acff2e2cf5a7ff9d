//! What our cookie looks like: one checked [`CookieSpec`] writes the cookie, its chunks and their removal.
//!
//! A browser drops a cookie that breaks its rules without a word, and the application then forgets every visitor. So each
//! rule is checked when the spec is built. And since all `Set-Cookie` headers of a session come from one spec, a removal
//! has the same name, path, domain and partition as what it removes; with others it would remove nothing.
//!
//! Source: draft-ietf-httpbis-rfc6265bis ("Cookie Name Prefixes", "Set-Cookie", "Storage Model", "Cookie Lifetime
//! Limits"), its successor draft-ietf-httpbis-layered-cookies (`__Http-`, `__Host-Http-`), and CHIPS (`Partitioned`).

use std::{fmt, time::Duration};

use http::HeaderValue;

use super::{
    browser::{self, CookieSpecError},
    jar::ChunkNumber,
};

/// The name and attributes of a cookie that browsers accept.
///
/// The default is `__Host-id`, Secure, `HttpOnly`, SameSite=Lax, Path=/: the `__Host-` prefix makes the browser refuse a
/// cookie of that name from any other host or over plain http.
///
/// ```
/// use sessio::cookie::{CookieSpec, SameSite};
///
/// let spec = CookieSpec::builder("__Secure-id").domain("example.com").same_site(SameSite::Strict).build()?;
/// let cookie = spec.set("value", None)?;
/// assert_eq!(cookie, "__Secure-id=value; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Strict");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CookieSpec {
    name: String,
    /// All attributes but the lifetime, each with its `; ` in front.
    attributes: String,
    secure: bool,
}

impl CookieSpec {
    /// The longest that browsers keep a cookie: 400 days.
    pub const MAX_AGE_LIMIT: Duration = Duration::from_hours(400 * 24);
    /// The most bytes that name and value may have together.
    pub const SIZE_LIMIT: usize = 4096;
    /// The most bytes that the value of one attribute may have.
    pub const ATTRIBUTE_LIMIT: usize = 1024;
    /// The most bytes that a name may have, so that the value has room.
    pub const NAME_LIMIT: usize = 256;

    /// Begins a spec with this name: Secure, `HttpOnly`, SameSite=Lax and Path=/ until told otherwise.
    ///
    /// | a name that begins with | makes browsers insist on |
    /// |---|---|
    /// | `__Secure-` | Secure |
    /// | `__Host-` | Secure, Path=/, no Domain |
    /// | `__Http-` | Secure, `HttpOnly` |
    /// | `__Host-Http-` | Secure, `HttpOnly`, Path=/, no Domain |
    ///
    /// The case of a prefix does not matter to browsers, nor here.
    pub fn builder(name: impl Into<String>) -> CookieSpecBuilder {
        CookieSpecBuilder {
            name: name.into(),
            domain: None,
            path: "/".to_owned(),
            same_site: SameSite::Lax,
            secure: true,
            http_only: true,
            partitioned: false,
        }
    }

    /// A cookie for plain http on the developer's machine: named `id` and not Secure.
    ///
    /// Browsers keep the default cookie for https. Most count `http://localhost` and `http://127.0.0.1` as that, Safari does
    /// not. In production use the default.
    pub fn development() -> Self {
        Self::builder("id").insecure().finish()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether browsers send the cookie over https only.
    #[cfg(feature = "web")]
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// The `Set-Cookie` that gives the cookie this value.
    ///
    /// Without a `max_age` the cookie ends with the browser session. Its seconds are rounded up, and cut to
    /// [`CookieSpec::MAX_AGE_LIMIT`]. The header is marked sensitive, so that HTTP libraries neither log nor index it.
    pub fn set(&self, value: &str, max_age: Option<Duration>) -> Result<HeaderValue, SetCookieError> {
        self.set_chunk(ChunkNumber::HEAD, value, max_age)
    }

    /// The `Set-Cookie` that removes the cookie: as [`CookieSpec::set`] made it, but empty and long expired.
    pub fn remove(&self) -> HeaderValue {
        self.remove_chunk(ChunkNumber::HEAD)
    }

    /// As [`CookieSpec::set`], for one of the cookies that a long value is split over.
    pub fn set_chunk(
        &self,
        number: ChunkNumber,
        value: &str,
        max_age: Option<Duration>,
    ) -> Result<HeaderValue, SetCookieError> {
        self.set_parts(number, ["", value], max_age)
    }

    /// As [`CookieSpec::remove`], for one of the cookies that a long value is split over.
    pub fn remove_chunk(&self, number: ChunkNumber) -> HeaderValue {
        const EXPIRED: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        let mut line = self.line(number, ["", ""], EXPIRED.len());
        line.extend(EXPIRED.as_bytes());
        header(line)
    }

    /// As [`CookieSpec::set_chunk`], with the value in two parts that need no joining first.
    pub(super) fn set_parts(
        &self,
        number: ChunkNumber,
        value: [&str; 2],
        max_age: Option<Duration>,
    ) -> Result<HeaderValue, SetCookieError> {
        let size = self.name.len() + number.suffix().len() + value[0].len() + value[1].len();
        if size > Self::SIZE_LIMIT {
            return Err(SetCookieError::TooLarge { size });
        }
        if !value.iter().all(|part| part.bytes().all(is_cookie_octet)) {
            return Err(SetCookieError::Value);
        }
        let max_age = max_age.map(whole_seconds);
        let mut line = self.line(number, value, max_age.map_or(0, |seconds| MAX_AGE.len() + decimal_len(seconds)));
        if let Some(seconds) = max_age {
            line.extend(MAX_AGE.as_bytes());
            push_decimal(&mut line, seconds);
        }
        Ok(header(line))
    }

    /// How many bytes a `Set-Cookie` of ours takes besides the value, at most.
    #[cfg(feature = "cookie")]
    pub(super) fn overhead(&self, number: ChunkNumber) -> usize {
        let max_age = MAX_AGE.len() + decimal_len(whole_seconds(Self::MAX_AGE_LIMIT));
        self.name.len() + number.suffix().len() + "=".len() + self.attributes.len() + max_age
    }

    /// `name=value; attributes`, with room for exactly `more`: a vector without spare room becomes a header as it is.
    fn line(&self, number: ChunkNumber, value: [&str; 2], more: usize) -> Vec<u8> {
        let parts = [&self.name, number.suffix(), "=", value[0], value[1], &self.attributes];
        let mut line = Vec::with_capacity(parts.iter().map(|part| part.len()).sum::<usize>() + more);
        for part in parts {
            line.extend(part.as_bytes());
        }
        line
    }
}

impl Default for CookieSpec {
    fn default() -> Self {
        Self::builder("__Host-id").finish()
    }
}

/// When browsers send the cookie with a request that another site caused.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SameSite {
    /// Never, not even when a visitor follows a link.
    Strict,
    /// Only when a visitor follows a link.
    #[default]
    Lax,
    /// Always. Needs Secure, and protection against cross-site request forgery by other means.
    None,
}

impl fmt::Display for SameSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        })
    }
}

/// A [`CookieSpec`] in the making. [`CookieSpecBuilder::build`] checks it as a whole.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct CookieSpecBuilder {
    pub(super) name: String,
    pub(super) domain: Option<String>,
    pub(super) path: String,
    pub(super) same_site: SameSite,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) partitioned: bool,
}

impl CookieSpecBuilder {
    /// Sends the cookie to this host and all below it. Without it, which is safer, only to the host that set it.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sends the cookie only for paths below this one. It hides nothing: scripts of other paths can still reach it.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// When to send the cookie with requests that other sites cause.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Keeps one cookie for each site that embeds this one (CHIPS). Browsers advise a `__Host-` name with it.
    pub fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// Drops Secure, so that the cookie works, and can be read by anyone on the way, over plain http.
    pub fn insecure(mut self) -> Self {
        self.secure = false;
        self
    }

    /// Drops `HttpOnly`, so that a script, and one that was injected too, can read the cookie.
    pub fn script_readable(mut self) -> Self {
        self.http_only = false;
        self
    }

    /// The spec, unless a browser would refuse or ignore a part of it. The error says which, and what to write instead.
    pub fn build(self) -> Result<CookieSpec, CookieSpecError> {
        browser::check(&self)?;
        Ok(self.finish())
    }

    fn finish(self) -> CookieSpec {
        let domain = self.domain.map(|domain| format!("; Domain={}", domain.to_ascii_lowercase()));
        let attributes = [
            format!("; Path={}", self.path),
            domain.unwrap_or_default(),
            if self.secure { "; Secure".to_owned() } else { String::new() },
            if self.http_only { "; HttpOnly".to_owned() } else { String::new() },
            format!("; SameSite={}", self.same_site),
            if self.partitioned { "; Partitioned".to_owned() } else { String::new() },
        ];
        CookieSpec { name: self.name, attributes: attributes.concat(), secure: self.secure }
    }
}

/// A value that cannot be a cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SetCookieError {
    /// Browsers drop it.
    #[error("the cookie's name and value have {size} bytes, and browsers keep at most {limit}", limit = CookieSpec::SIZE_LIMIT)]
    TooLarge {
        /// The bytes of name and value together.
        size: usize,
    },
    /// It has a character with a meaning of its own in a `Cookie` header.
    #[error("the cookie's value has a character that a cookie cannot carry: encode it first, for example as base64url")]
    Value,
}

const MAX_AGE: &str = "; Max-Age=";

/// RFC 6265 section 4.1.1, `cookie-octet`.
fn is_cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

/// Rounded up: a cookie that has half a second left is not one to remove.
fn whole_seconds(age: Duration) -> u64 {
    let age = age.min(CookieSpec::MAX_AGE_LIMIT);
    age.as_secs() + u64::from(age.subsec_nanos() > 0)
}

fn decimal_len(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |digits| digits as usize + 1)
}

fn push_decimal(line: &mut Vec<u8>, number: u64) {
    use std::io::Write as _;
    write!(line, "{number}").expect("a vector takes all that is written");
}

fn header(line: Vec<u8>) -> HeaderValue {
    let header = HeaderValue::try_from(line);
    let mut header = header.expect("spec and value were checked to be visible ASCII");
    header.set_sensitive(true);
    header
}
