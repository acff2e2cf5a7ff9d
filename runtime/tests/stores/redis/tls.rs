//! `rediss://`: a server whose certificate only this test's authority vouches for.

use std::{fs, path::Path};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sessio::store::{Create, RedisStore, Store, StoreError};
use sessio_test_support::{OwnServer, free_port};

use crate::redis::model::{Visit, assert_same, record};

#[tokio::test]
async fn a_server_is_trusted_by_its_certificate_only() {
    let folder = std::env::temp_dir().join(format!("sessio-{}", record().id));
    fs::create_dir(&folder).unwrap();
    let authority = make_certificates(&folder);
    let file = |name| folder.join(name).display().to_string();
    let port = free_port();
    let (tls_port, certificate, key) = (port.to_string(), file("certificate.pem"), file("key.pem"));
    let arguments = ["--tls-port", &tls_port, "--tls-cert-file", &certificate, "--tls-key-file", &key];
    let arguments = [&arguments[..], &["--tls-auth-clients", "no"]].concat();
    let Some(_server) = OwnServer::redis(&arguments) else { return };

    let url = format!("rediss://localhost:{port}");
    let trusting = || RedisStore::<Visit>::builder().root_certificates(authority.clone());
    let store = trusting().connect(&url).await.unwrap();
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);

    let stranger = RedisStore::<Visit>::connect(&url).await;
    assert!(matches!(stranger, Err(StoreError::Unavailable(_))), "the system's authorities do not vouch for it");
    let elsewhere = trusting().connect(&format!("rediss://127.0.0.1:{port}")).await;
    assert!(matches!(elsewhere, Err(StoreError::Unavailable(_))), "the certificate is for another name");
    fs::remove_dir_all(&folder).unwrap();
}

/// The certificate of an authority. That of `localhost`, which it vouches for, is put into the folder with its key.
fn make_certificates(folder: &Path) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("certificate.pem"), server.signed_by(&key, &authority).unwrap().pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    authority.pem().into_bytes()
}
