//! F11. After a change to the code the tag was not verified any more (ASP.NET Core CVE-2026-40372). So every bit of a
//! token, of a sealed cookie and of a split one is flipped here, over the interface; some over HTTP.

use http::{HeaderMap, HeaderValue, header::COOKIE};
use sessio::{
    clock::Timestamp,
    cookie::{Budget, Carried, CookieSpec, Presented, SealedCookie},
    record::{Credential, Standing},
    store::CookieStore,
    token::Token,
};
use sessio_standards_tests::{App, keys, on_every_backend, token};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn cookies(set: &[HeaderValue]) -> Vec<Vec<u8>> {
    set.iter().map(|cookie| cookie.as_bytes().split(|byte| *byte == b';').next().expect("a pair").to_vec()).collect()
}

fn request(cookies: &[Vec<u8>]) -> Option<HeaderMap> {
    let header = HeaderValue::from_bytes(&cookies.join(&b"; "[..])).ok()?;
    Some(HeaderMap::from_iter([(COOKIE, header)]))
}

/// Flips each bit of each value, and says how many flips a header could carry at all.
fn flip_every_bit(cookie: &SealedCookie, len: usize, chunks: usize) -> usize {
    let whole = cookies(&cookie.write(&vec![b'x'; len], None, NOW, Carried::default()).expect("cookies"));
    assert_eq!(whole.len(), chunks);
    let opens = |cookies: &[Vec<u8>]| {
        request(cookies).map(|headers| matches!(cookie.read(&headers, NOW).0, Presented::Opened(_)))
    };
    assert_eq!(opens(&whole), Some(true));
    let mut tried = 0;
    for chunk in 0..chunks {
        let value = whole[chunk].iter().position(|byte| *byte == b'=').expect("a pair") + 1;
        for position in value..whole[chunk].len() {
            for bit in 0..8 {
                let mut flipped = whole.clone();
                flipped[chunk][position] ^= 1 << bit;
                let Some(opens) = opens(&flipped) else { continue };
                assert!(!opens, "chunk {chunk}, byte {position}, bit {bit}");
                tried += 1;
            }
        }
    }
    tried
}

#[test]
fn f11_every_flipped_bit_of_a_sealed_cookie_opens_nothing() {
    let cookie = SealedCookie::new(CookieSpec::default(), &keys(), "account");
    let tried = flip_every_bit(&cookie, 100, 1);
    assert!(tried > 1400, "{tried}");
}

#[test]
fn f11_every_flipped_bit_of_a_split_cookie_opens_nothing() {
    let cookie = SealedCookie::new(CookieSpec::default(), &keys(), "account").with_budget(Budget::new(32 * 1024));
    let tried = flip_every_bit(&cookie, 3100, 2);
    assert!(tried > 29_000, "{tried}");
}

#[test]
fn f11_every_flipped_bit_of_a_token_opens_nothing() {
    let token = Token::random().expect("random bytes");
    let (text, credential) = (token.encode(), Credential::new(&token.secret));
    let mut tried = 0;
    for position in 0..Token::TEXT_LEN {
        for bit in 0..8 {
            let mut flipped = text.as_str().as_bytes().to_vec();
            flipped[position] ^= 1 << bit;
            let Some(other) = Token::parse(&flipped) else { continue };
            let opens = other.id == token.id && credential.standing(&other.secret, NOW) == Standing::Current;
            assert!(!opens, "byte {position}, bit {bit}");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried} were tokens");
}

#[tokio::test]
async fn f11_a_cookie_with_a_flipped_bit_is_a_fresh_visitor_over_http() {
    on_every_backend(async |app, name| {
        let real = token(&app.user().await);
        for position in (0..real.len()).step_by(7) {
            let mut flipped = real.clone().into_bytes();
            flipped[position] ^= 1;
            let header = [b"__Host-id=", flipped.as_slice()].concat();
            assert_eq!(app.visitor().get_with("/show", &[&header]).await.text, "nobody [] 0", "{name}: {position}");
        }
        let header = format!("__Host-id={real}");
        assert_eq!(app.visitor().get_with("/show", &[header.as_bytes()]).await.text, "7 [] 0", "{name}");
    })
    .await;
}

#[tokio::test]
async fn f11_a_split_cookie_with_a_flipped_bit_is_a_fresh_visitor_over_http() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    visitor.get("/large/5000").await;
    let cookies = visitor.cookies();
    for changed in cookies.keys() {
        for position in (0..cookies[changed].len()).step_by(397) {
            let pairs = cookies.iter().map(|(name, value)| {
                let mut value = value.clone().into_bytes();
                if name == changed {
                    value[position] ^= 1;
                }
                [name.as_bytes(), b"=", value.as_slice()].concat()
            });
            let header = pairs.collect::<Vec<_>>().join(&b"; "[..]);
            assert_eq!(visitor.get_with("/show", &[&header]).await.text, "nobody [] 0", "{changed}: {position}");
        }
    }
}
