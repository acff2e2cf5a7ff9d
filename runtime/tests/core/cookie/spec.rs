//! What a `Set-Cookie` of ours says, and which ones cannot be.

use std::time::Duration;

use sessio::cookie::{ChunkNumber, CookieSpec, CookieSpecBuilder, SameSite, SetCookieError};

#[test]
fn the_default_is_the_strictest_that_works_everywhere() {
    let set = CookieSpec::default().set("abc", None).unwrap();
    assert_eq!(set, "__Host-id=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
    assert!(set.is_sensitive());
    assert_eq!(CookieSpec::default(), CookieSpec::builder("__Host-id").build().unwrap());
}

#[test]
fn development_works_over_plain_http() {
    let spec = CookieSpec::development();
    assert_eq!(spec.set("abc", None).unwrap(), "id=abc; Path=/; HttpOnly; SameSite=Lax");
    assert_eq!(spec, CookieSpec::builder("id").insecure().build().unwrap());
}

#[test]
fn a_removal_matches_its_creation_in_everything_but_value_and_age() {
    let spec = CookieSpec::builder("__Secure-id")
        .domain("Shop.Example.com")
        .path("/shop")
        .same_site(SameSite::None)
        .partitioned()
        .script_readable()
        .build()
        .unwrap();
    let attributes = "Path=/shop; Domain=shop.example.com; Secure; SameSite=None; Partitioned";
    assert_eq!(spec.set("abc", None).unwrap(), format!("__Secure-id=abc; {attributes}"));
    let gone = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    assert_eq!(spec.remove(), format!("__Secure-id=; {attributes}; {gone}"));
    assert!(spec.remove().is_sensitive());
    let third = ChunkNumber::new(2).unwrap();
    assert_eq!(spec.set_chunk(third, "abc", None).unwrap(), format!("__Secure-id-2=abc; {attributes}"));
    assert_eq!(spec.remove_chunk(third), format!("__Secure-id-2=; {attributes}; {gone}"));
}

/// R24.
#[test]
fn max_age_is_rounded_up_and_ends_after_400_days() {
    for (age, seconds) in [
        (Duration::from_hours(14 * 24), 1_209_600_u64),
        (Duration::from_millis(1), 1),
        (Duration::from_millis(9_999), 10),
        (Duration::MAX, 34_560_000),
        (CookieSpec::MAX_AGE_LIMIT, 34_560_000),
    ] {
        let expected = format!("id=a; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
        assert_eq!(CookieSpec::development().set("a", Some(age)).unwrap(), expected);
    }
}

/// R22: the limit is of name and value, not of the attributes.
#[test]
fn name_and_value_have_at_most_4096_bytes() {
    let spec = CookieSpec::builder("__Secure-id").path(format!("/{}", "p".repeat(1023))).build().unwrap();
    let fits = 4096 - "__Secure-id".len();
    assert!(spec.set(&"x".repeat(fits), None).is_ok());
    let error = spec.set(&"x".repeat(fits + 1), None).unwrap_err();
    assert_eq!(error, SetCookieError::TooLarge { size: 4097 });
    assert_eq!(error.to_string(), "the cookie's name and value have 4097 bytes, and browsers keep at most 4096");
}

#[test]
fn a_value_cannot_break_out_of_its_header() {
    for value in ["a;b", "a\r\nSet-Cookie: b=c", "a b", "a,b", "a\"b", "a\\b", "é", "\u{0}", "\u{7f}"] {
        let error = CookieSpec::default().set(value, None).unwrap_err();
        assert_eq!(error, SetCookieError::Value, "{value:?}");
    }
    assert_eq!(
        SetCookieError::Value.to_string(),
        "the cookie's value has a character that a cookie cannot carry: encode it first, for example as base64url"
    );
}

#[test]
fn every_prefix_is_accepted_when_its_rules_are_kept_in_whatever_case() {
    for name in
        ["__Secure-id", "__Host-id", "__Http-id", "__Host-Http-id", "__hOST-id", "__SECURE-id", "__Hostid", "_Host-id"]
    {
        assert!(CookieSpec::builder(name).build().is_ok(), "{name}");
    }
    assert!(CookieSpec::builder("__Http-id").domain("example.com").path("/a").build().is_ok());
}

/// R19, R20, R21: each is what browsers refuse, and each error says what to do.
#[test]
fn what_browsers_refuse_does_not_build() {
    let spec = |name: &str| CookieSpec::builder(name);
    let cases: [(CookieSpecBuilder, &str); 17] = [
        (spec(""), "the cookie needs a name; `CookieSpec::default()` is `__Host-id`"),
        (spec("a b"), "the cookie name \"a b\" has ' ' in it: use only ASCII letters, digits, `-` and `_`"),
        (spec("a=b"), "the cookie name \"a=b\" has '=' in it: use only ASCII letters, digits, `-` and `_`"),
        (spec("é"), "the cookie name \"é\" has 'é' in it: use only ASCII letters, digits, `-` and `_`"),
        (spec("a;"), "the cookie name \"a;\" has ';' in it: use only ASCII letters, digits, `-` and `_`"),
        (spec(&"n".repeat(257)), "the cookie's name has 257 bytes: make it at most 256"),
        (
            spec("__Host-id").insecure(),
            "browsers refuse a `__Host-` cookie without Secure: drop `insecure()`, or take `CookieSpec::development()` \
             for plain http",
        ),
        (
            spec("__HOST-id").insecure(),
            "browsers refuse a `__Host-` cookie without Secure: drop `insecure()`, or take `CookieSpec::development()` \
             for plain http",
        ),
        (
            spec("__secure-id").insecure(),
            "browsers refuse a `__Secure-` cookie without Secure: drop `insecure()`, or take \
             `CookieSpec::development()` for plain http",
        ),
        (
            spec("__Http-id").insecure(),
            "browsers refuse a `__Http-` cookie without Secure: drop `insecure()`, or take `CookieSpec::development()` \
             for plain http",
        ),
        (
            spec("__Host-id").path("/a"),
            "browsers refuse a `__Host-` cookie with Path=/a: drop `path(..)`, or choose a name that begins with \
             `__Secure-`",
        ),
        (
            spec("__Host-Http-id").path("/a"),
            "browsers refuse a `__Host-Http-` cookie with Path=/a: drop `path(..)`, or choose a name that begins with \
             `__Secure-`",
        ),
        (
            spec("__Host-id").domain("example.com"),
            "browsers refuse a `__Host-` cookie with a Domain: drop `domain(\"example.com\")`, or choose a name that \
             begins with `__Secure-`",
        ),
        (
            spec("__Host-Http-id").script_readable(),
            "browsers refuse a `__Host-Http-` cookie without HttpOnly: drop `script_readable()`, or choose a name that \
             begins with `__Host-`",
        ),
        (
            spec("__http-id").script_readable(),
            "browsers refuse a `__Http-` cookie without HttpOnly: drop `script_readable()`, or choose a name that begins \
             with `__Secure-`",
        ),
        (
            spec("id").insecure().same_site(SameSite::None),
            "browsers refuse SameSite=None without Secure: drop `insecure()`, or choose `SameSite::Lax`",
        ),
        (
            spec("id").insecure().partitioned(),
            "browsers refuse a Partitioned cookie without Secure: drop `insecure()` (and prefer a name that begins with \
             `__Host-`)",
        ),
    ];
    for (builder, expected) in cases {
        assert_eq!(builder.build().unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_domain_or_path_that_browsers_ignore_does_not_build() {
    let spec = |name: &str| CookieSpec::builder(name);
    let cases: [(CookieSpecBuilder, &str); 10] = [
        (
            spec("id").domain(".example.com"),
            "browsers ignore the dot in front of a cookie's Domain: write `domain(\"example.com\")`",
        ),
        (
            spec("id").domain("127.0.0.1"),
            "an IP address has no subdomains: drop `domain(\"127.0.0.1\")`, and the cookie stays on its own host",
        ),
        (
            spec("id").domain("[::1]"),
            "an IP address has no subdomains: drop `domain(\"[::1]\")`, and the cookie stays on its own host",
        ),
        (
            spec("id").domain(""),
            "\"\" is not a host name: write it like `example.com`, in its ASCII form (`xn--..`) if it has others",
        ),
        (
            spec("id").domain("a.com; Secure"),
            "\"a.com; Secure\" is not a host name: write it like `example.com`, in its ASCII form (`xn--..`) if it has \
             others",
        ),
        (
            spec("id").domain("bücher.example"),
            "\"bücher.example\" is not a host name: write it like `example.com`, in its ASCII form (`xn--..`) if it has \
             others",
        ),
        (spec("id").domain("d".repeat(1025)), "the cookie's Domain has 1025 bytes: make it at most 1024"),
        (
            spec("id").path("shop"),
            "the cookie path \"shop\" must begin with `/` and be of visible ASCII without `;`: percent-encode the rest",
        ),
        (
            spec("id").path("/a;b"),
            "the cookie path \"/a;b\" must begin with `/` and be of visible ASCII without `;`: percent-encode the rest",
        ),
        (spec("id").path(format!("/{}", "p".repeat(1024))), "the cookie's Path has 1025 bytes: make it at most 1024"),
    ];
    for (builder, expected) in cases {
        assert_eq!(builder.build().unwrap_err().to_string(), expected);
    }
}
