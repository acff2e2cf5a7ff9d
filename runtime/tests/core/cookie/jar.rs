//! Reading `Cookie` headers, friendly and hostile.

use sessio::cookie::{ChunkNumber, Found, find, find_chunks};

use crate::cookie::request;

const NAME: &str = "__Host-id";

#[test]
fn a_cookie_is_found_wherever_it_stands() {
    for cookies in [
        "__Host-id=abc",
        "a=1; __Host-id=abc; b=2",
        "a=1;__Host-id=abc",
        "a=1;\t __Host-id=abc \t; b=2",
        ";;;__Host-id=abc",
    ] {
        assert_eq!(find(&request([cookies]), NAME), Found::One(b"abc"), "{cookies}");
    }
}

#[test]
fn several_cookie_headers_are_read_as_one() {
    assert_eq!(find(&request(["a=1", "__Host-id=abc", "b=2"]), NAME), Found::One(b"abc"));
    assert_eq!(find(&request(["__Host-id=abc", "__Host-id=xyz"]), NAME), Found::Ambiguous);
}

#[test]
fn a_value_may_be_quoted_empty_or_have_equals_signs() {
    let found =
        [(r#""abc""#, "abc"), (r#""""#, ""), ("", ""), ("a=b=", "a=b="), (r#"""#, r#"""#), (r#"a"b"#, r#"a"b"#)];
    for (value, expected) in found {
        let headers = request([format!("__Host-id={value}")]);
        assert_eq!(find(&headers, NAME), Found::One(expected.as_bytes()), "{value}");
    }
}

#[test]
fn the_same_name_with_other_values_is_nobodys_cookie() {
    assert_eq!(find(&request(["__Host-id=a; __Host-id=b"]), NAME), Found::Ambiguous);
    assert_eq!(find(&request(["__Host-id=a; __Host-id=b; __Host-id=a"]), NAME), Found::Ambiguous);
    assert_eq!(find(&request([r#"__Host-id=a; __Host-id="a"; __Host-id=a"#]), NAME), Found::One(b"a"));
}

/// R26, F24: percent-decoding and Unicode trimming let a name pass for another that the browser protects.
#[test]
fn names_are_compared_as_bytes() {
    let strangers: [&[u8]; 14] = [
        b"__host-id=x",
        b"__Host-ID=x",
        b"__Host%2Did=x",
        b"%5F%5FHost-id=x",
        "\u{2000}__Host-id=x".as_bytes(),
        "__Host-id\u{2000}=x".as_bytes(),
        "\u{a0}__Host-id=x".as_bytes(),
        b"\x85__Host-id=x",
        b"\xa0__Host-id=x",
        b"__Host-id =x",
        b"\"__Host-id\"=x",
        b"$__Host-id=x",
        b"=__Host-id=x",
        b"a,__Host-id=x",
    ];
    for cookies in strangers {
        assert_eq!(find(&request([cookies]), NAME), Found::Absent, "{}", String::from_utf8_lossy(cookies));
    }
}

#[test]
fn junk_is_passed_over() {
    let cookies: [&[u8]; 8] = [
        b"",
        b";;;",
        b"__Host-id",
        b" ; \t;",
        b"=",
        b"===;=;",
        b"\xff\xfe\x80=\xff",
        b"__Host-i; __Host-idd=1; x__Host-id=2",
    ];
    for junk in cookies {
        assert_eq!(find(&request([junk]), NAME), Found::Absent, "{}", String::from_utf8_lossy(junk));
        assert_eq!(find(&request([junk, b"__Host-id=abc"]), NAME), Found::One(b"abc"));
    }
}

#[test]
fn thousands_of_cookies_and_huge_values_change_nothing() {
    let many: Vec<String> = (0..10_000).map(|number| format!("c{number}=v")).collect();
    let huge = format!("a={}; __Host-id={}", "x".repeat(64 * 1024), "y".repeat(64 * 1024));
    assert_eq!(find(&request([many.join("; "), "__Host-id=abc".into()]), NAME), Found::One(b"abc"));
    assert_eq!(find(&request([huge]), NAME), Found::One("y".repeat(64 * 1024).as_bytes()));
    let doubled = vec!["__Host-id=abc"; 10_000].join(";");
    assert_eq!(find(&request([doubled]), NAME), Found::One(b"abc"));
    let bytes = [b"__Host-id=".as_slice(), &[0xff; 100]].concat();
    assert_eq!(find(&request([bytes]), NAME), Found::One(&[0xff; 100]));
}

#[test]
fn chunks_are_ordered_by_number_and_only_canonical_numbers_count() {
    let cookies =
        "id-2=c; id=a; id-1=b; id-01=x; id-0=x; id-8=x; id-10=x; id--1=x; id-+1=x; id-=x; id-1a=x; id1=x; id-٣=x";
    let headers = request([cookies]);
    let chunks = find_chunks(&headers, "id");
    let found: Vec<_> = ChunkNumber::all().map(|number| chunks.get(number)).collect();
    let mut expected = vec![Found::One(b"a".as_slice()), Found::One(b"b"), Found::One(b"c")];
    expected.resize(ChunkNumber::COUNT, Found::Absent);
    assert_eq!(found, expected);
}

#[test]
fn only_what_the_request_carried_is_left_over_and_never_more_than_the_cap() {
    let cookies: Vec<String> = (0..5000).map(|number| format!("id-{number}=x")).collect();
    let headers = request([cookies.join("; ")]);
    let beyond: Vec<_> = find_chunks(&headers, "id").carried().beyond(2).map(ChunkNumber::index).collect();
    assert_eq!(beyond, [2, 3, 4, 5, 6, 7]);
    let headers = request(["id=a; id-5=b; id-5=c"]);
    let carried = find_chunks(&headers, "id").carried();
    assert_eq!(carried.beyond(1).map(ChunkNumber::index).collect::<Vec<_>>(), [5]);
    assert!(carried.contains(ChunkNumber::HEAD));
}
