//! F14. Bytes from outside chose which types were made of them (Tomcat CVE-2025-24813, Rails and Laravel once a key had
//! leaked). A payload here is JSON for one closed struct, and whatever it is, no request panics.

use std::time::Duration;

use bytes::Bytes;
use sessio::{
    Expiry, Rejection,
    clock::{Clock, SystemClock},
    expiry::Lifetime,
    model::ColumnValue,
    record::{Credential, Record, Version},
    store::{Create, Store},
    token::Token,
};
use sessio_standards_tests::places;

/// Whoever can write into the store plants this payload.
async fn plant(store: &impl Store, payload: Vec<u8>) -> String {
    let token = Token::random().expect("random bytes");
    let record = Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(Expiry::default(), SystemClock.now() + Duration::from_secs(5)),
        data: Bytes::from(payload),
        columns: vec![ColumnValue::Null],
    };
    assert_eq!(store.create(&record).await.expect("an answer"), Create::Created);
    token.encode().as_str().to_owned()
}

#[tokio::test]
async fn f14_a_hostile_payload_makes_no_type_of_its_choosing_and_no_panic() {
    let payloads: [Vec<u8>; 10] = [
        br#"{"note":{"$type":"System.Diagnostics.Process","cmd":"id"}}"#.to_vec(),
        br#"{"@class":"java.lang.Runtime","note":"x"}"#.to_vec(),
        b"\x04\x08o:\x0bObject\x00".to_vec(),
        b"O:8:\"stdClass\":0:{}".to_vec(),
        b"cos\nsystem\n(S'id'\ntR.".to_vec(),
        format!("{{\"note\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(),
        format!("{{\"visits\":{}}}", "9".repeat(5000)).into_bytes(),
        br#"{"note":"a","note":"b","visits":-1}"#.to_vec(),
        b"{\"note\":\"\\ud800\"}".to_vec(),
        vec![0xff; 1000],
    ];
    for place in places().await {
        let app = place.app().await;
        let healthy = app.user().await;
        for payload in &payloads {
            let visitor = app.visitor();
            visitor.set_cookie("__Host-id", &plant(&place.store, payload.clone()).await);
            let answer = visitor.get("/show").await;
            assert!(matches!(answer.status.as_u16(), 200 | 500 | 503), "{}: {}", place.name, answer.status);
            assert!(!answer.text.contains("id\""), "{}: {}", place.name, answer.text);
        }
        assert_eq!(healthy.get("/show").await.text, "7 [] 0", "{}: everybody else goes on", place.name);
        assert!(!app.has_heard(|event| format!("{event:?}").contains("cmd")), "{}", place.name);
    }
    assert_eq!(format!("{:?}", Rejection::Malformed), "Malformed");
}
