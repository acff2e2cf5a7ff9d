//! R22. Name and value have at most 4096 bytes, an attribute 1024, and a whole line of ours 4093 (RFC 6265bis
//! "Set-Cookie"; ASVS 3.3.5; Safari's limit).

use sessio::{
    cookie::{CookieSpec, SetCookieError},
    store::CookieStore,
};
use sessio_standards_tests::{App, keys};

#[test]
fn r22_name_and_value_are_measured_and_attributes_are_not_part_of_it() {
    let spec = CookieSpec::builder("id").path(format!("/{}", "p".repeat(1023))).build().expect("a path of 1024 bytes");
    assert!(spec.set(&"x".repeat(4094), None).is_ok());
    assert_eq!(spec.set(&"x".repeat(4095), None).unwrap_err(), SetCookieError::TooLarge { size: 4097 });
}

#[test]
fn r22_an_attribute_of_more_than_1024_bytes_does_not_build() {
    assert!(CookieSpec::builder("id").path(format!("/{}", "p".repeat(1024))).build().is_err());
    assert!(CookieSpec::builder("id").domain(format!("{}.com", "d".repeat(1021))).build().is_err());
}

#[tokio::test]
async fn r22_no_set_cookie_of_a_split_session_is_longer_than_4093_bytes() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    for len in (0..5600).step_by(200) {
        let answer = visitor.get(&format!("/large/{len}")).await;
        assert_eq!(answer.status, 200, "{len}");
        assert!(answer.set_cookies().iter().all(|cookie| cookie.len() <= 4093), "{len}");
        assert!(visitor.get("/show").await.text.contains(&"x".repeat(len)), "{len}");
    }
}
