//! The rules of browsers for a cookie's name and attributes. Each error says what to write instead.

use std::net::IpAddr;

use super::spec::{CookieSpec, CookieSpecBuilder, SameSite};

/// A cookie that browsers would refuse or misread.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieSpecError {
    /// No name.
    #[error("the cookie needs a name; `CookieSpec::default()` is `__Host-id`")]
    EmptyName,
    /// A character that names cannot have.
    #[error("the cookie name {name:?} has {character:?} in it: use only ASCII letters, digits, `-` and `_`")]
    NameCharacter {
        /// The whole name.
        name: String,
        /// The first wrong character.
        character: char,
    },
    /// A name or attribute over its limit.
    #[error("the cookie's {part} has {size} bytes: make it at most {limit}")]
    TooLong {
        /// Which part.
        part: &'static str,
        /// Its size in bytes.
        size: usize,
        /// The most that it may have.
        limit: usize,
    },
    /// The name's prefix demands Secure.
    #[error(
        "browsers refuse a `{prefix}` cookie without Secure: drop `insecure()`, or take `CookieSpec::development()` for \
         plain http"
    )]
    PrefixNeedsSecure {
        /// The prefix of the name.
        prefix: &'static str,
    },
    /// The name's prefix demands `HttpOnly`.
    #[error(
        "browsers refuse a `{prefix}` cookie without HttpOnly: drop `script_readable()`, or choose a name that begins \
         with `{instead}`"
    )]
    PrefixNeedsHttpOnly {
        /// The prefix of the name.
        prefix: &'static str,
        /// The prefix that asks for all of this but `HttpOnly`.
        instead: &'static str,
    },
    /// The name's prefix demands Path=/.
    #[error(
        "browsers refuse a `{prefix}` cookie with Path={path}: drop `path(..)`, or choose a name that begins with \
         `__Secure-`"
    )]
    PrefixNeedsRootPath {
        /// The prefix of the name.
        prefix: &'static str,
        /// The path that was asked for.
        path: String,
    },
    /// The name's prefix forbids a Domain.
    #[error(
        "browsers refuse a `{prefix}` cookie with a Domain: drop `domain(\"{domain}\")`, or choose a name that begins \
         with `__Secure-`"
    )]
    PrefixForbidsDomain {
        /// The prefix of the name.
        prefix: &'static str,
        /// The domain that was asked for.
        domain: String,
    },
    /// `SameSite=None` without Secure.
    #[error("browsers refuse SameSite=None without Secure: drop `insecure()`, or choose `SameSite::Lax`")]
    SameSiteNoneNeedsSecure,
    /// `Partitioned` without Secure.
    #[error(
        "browsers refuse a Partitioned cookie without Secure: drop `insecure()` (and prefer a name that begins with \
         `__Host-`)"
    )]
    PartitionedNeedsSecure,
    /// A domain with a dot in front.
    #[error("browsers ignore the dot in front of a cookie's Domain: write `domain(\"{domain}\")`")]
    DomainDot {
        /// The domain without the dot.
        domain: String,
    },
    /// An IP address for a domain.
    #[error("an IP address has no subdomains: drop `domain(\"{domain}\")`, and the cookie stays on its own host")]
    DomainIsAddress {
        /// The address.
        domain: String,
    },
    /// Not a host name.
    #[error(
        "{domain:?} is not a host name: write it like `example.com`, in its ASCII form (`xn--..`) if it has others"
    )]
    Domain {
        /// What was asked for.
        domain: String,
    },
    /// Not a path.
    #[error(
        "the cookie path {path:?} must begin with `/` and be of visible ASCII without `;`: percent-encode the rest"
    )]
    Path {
        /// What was asked for.
        path: String,
    },
}

pub(super) fn check(spec: &CookieSpecBuilder) -> Result<(), CookieSpecError> {
    check_name(&spec.name)?;
    check_path(&spec.path)?;
    spec.domain.as_deref().map_or(Ok(()), check_domain)?;
    check_prefix(spec)?;
    if !spec.secure && spec.same_site == SameSite::None {
        return Err(CookieSpecError::SameSiteNoneNeedsSecure);
    }
    if !spec.secure && spec.partitioned {
        return Err(CookieSpecError::PartitionedNeedsSecure);
    }
    Ok(())
}

/// RFC 6265 section 4.1.1: a name is a token of HTTP.
fn check_name(name: &str) -> Result<(), CookieSpecError> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    check_length("name", name, CookieSpec::NAME_LIMIT)?;
    match name.chars().find(|c| !is_token(*c)) {
        Some(character) => Err(CookieSpecError::NameCharacter { name: name.to_owned(), character }),
        None if name.is_empty() => Err(CookieSpecError::EmptyName),
        None => Ok(()),
    }
}

fn check_path(path: &str) -> Result<(), CookieSpecError> {
    check_length("Path", path, CookieSpec::ATTRIBUTE_LIMIT)?;
    let is_path = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';');
    if is_path { Ok(()) } else { Err(CookieSpecError::Path { path: path.to_owned() }) }
}

fn check_domain(domain: &str) -> Result<(), CookieSpecError> {
    let is_label = |label: &str| {
        let is_plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && is_plain && !label.starts_with('-') && !label.ends_with('-')
    };
    check_length("Domain", domain, CookieSpec::ATTRIBUTE_LIMIT)?;
    if let Some(domain) = domain.strip_prefix('.') {
        return Err(CookieSpecError::DomainDot { domain: domain.to_owned() });
    }
    if domain.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Err(CookieSpecError::DomainIsAddress { domain: domain.to_owned() });
    }
    let is_host = domain.len() <= 253 && domain.split('.').all(is_label);
    if is_host { Ok(()) } else { Err(CookieSpecError::Domain { domain: domain.to_owned() }) }
}

fn check_prefix(spec: &CookieSpecBuilder) -> Result<(), CookieSpecError> {
    let Some(&Prefix { text: prefix, host, http }) = PREFIXES.iter().find(|prefix| prefix.begins(&spec.name)) else {
        return Ok(());
    };
    if !spec.secure {
        return Err(CookieSpecError::PrefixNeedsSecure { prefix });
    }
    if http && !spec.http_only {
        let instead = if host { "__Host-" } else { "__Secure-" };
        return Err(CookieSpecError::PrefixNeedsHttpOnly { prefix, instead });
    }
    if host && spec.path != "/" {
        return Err(CookieSpecError::PrefixNeedsRootPath { prefix, path: spec.path.clone() });
    }
    match &spec.domain {
        Some(domain) if host => Err(CookieSpecError::PrefixForbidsDomain { prefix, domain: domain.clone() }),
        _ => Ok(()),
    }
}

fn check_length(part: &'static str, text: &str, limit: usize) -> Result<(), CookieSpecError> {
    let size = text.len();
    if size > limit { Err(CookieSpecError::TooLong { part, size, limit }) } else { Ok(()) }
}

/// What browsers ask of a cookie whose name begins so, besides Secure.
struct Prefix {
    text: &'static str,
    /// Path=/ and no Domain.
    host: bool,
    /// `HttpOnly`.
    http: bool,
}

/// The longer before the shorter that it begins with.
const PREFIXES: [Prefix; 4] = [
    Prefix { text: "__Host-Http-", host: true, http: true },
    Prefix { text: "__Host-", host: true, http: false },
    Prefix { text: "__Http-", host: false, http: true },
    Prefix { text: "__Secure-", host: false, http: false },
];

impl Prefix {
    fn begins(&self, name: &str) -> bool {
        name.get(..self.text.len()).is_some_and(|start| start.eq_ignore_ascii_case(self.text))
    }
}
