//! Tokens, states and records as bytes: what every other stored form is made of.

use sessio::{
    record::{Credential, Standing},
    token::{SessionId, Token},
    wire,
};
use sessio_standards_tests::hex;

use crate::golden::corpus::{self, CREATED_AT, EXPIRES_AT, SEEN_AT, TOKEN, assert_same, record};

#[test]
fn a_token_of_version_1_names_and_opens_its_session() {
    let token = Token::parse(TOKEN.as_bytes()).expect("a token");
    assert_eq!(token.id, SessionId::from_bytes(std::array::from_fn(|index| u8::try_from(index).expect("a byte"))));
    assert_eq!(token.encode().as_str(), TOKEN);
    // SHA-256 of the bytes 16 to 47, by another implementation.
    assert_eq!(hex(token.secret.hash().as_bytes()), SECRET_HASH);
    assert_eq!(Credential::new(&token.secret).standing(&token.secret, SEEN_AT), Standing::Current);
}

#[test]
fn a_record_of_version_1_is_read_for_ever() {
    let golden = corpus::bytes("record.hex", &wire::encode_record(&record()));
    let read = wire::decode_record(record().id, golden.clone().into()).expect("a record");
    assert_same(&read, &record());
    assert_eq!(wire::encode_record(&record()), golden, "what is written today");
}

#[test]
fn a_state_of_version_1_is_read_for_ever() {
    let written = wire::encode_state(&record().credential, &record().life);
    let golden = corpus::bytes("state.hex", &written);
    let (credential, life) = wire::decode_state(&golden, CREATED_AT, SEEN_AT, EXPIRES_AT).expect("a state");
    assert_eq!((credential, life), (record().credential, record().life));
    assert_eq!(written, golden, "what is written today");
}

const SECRET_HASH: &str = "89c7460452eddff119fea0419e785c74de2ffb139dbe74323aca4a01e198a5dc";
