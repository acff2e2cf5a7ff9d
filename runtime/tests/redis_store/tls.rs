//! `rediss://`: a server with a certificate that only this test's authority vouches for.

use std::{fs, path::Path, process::Command};

use sessio::store::{Create, RedisStore, Store, StoreError};

use crate::{
    model::{Visit, assert_same, record},
    server::{OwnServer, not_run},
};

#[tokio::test]
async fn a_server_is_trusted_by_its_certificate_only() {
    const TEST: &str = "a_server_is_trusted_by_its_certificate_only";
    let folder = std::env::temp_dir().join(format!("sessio-{}", record().id));
    fs::create_dir(&folder).unwrap();
    if !make_certificate(&folder) {
        return not_run(TEST, "openssl cannot make a certificate on this machine").unwrap_or_default();
    }
    let file = |name| folder.join(name).display().to_string();
    let port = OwnServer::free_port();
    let (tls_port, certificate, key) = (port.to_string(), file("certificate.pem"), file("key.pem"));
    let arguments = ["--tls-port", &tls_port, "--tls-cert-file", &certificate, "--tls-key-file", &key];
    let arguments = [&arguments[..], &["--tls-auth-clients", "no"]].concat();
    let Some(_server) = OwnServer::start(TEST, &arguments) else { return };

    let url = format!("rediss://localhost:{port}");
    let trusting = RedisStore::<Visit>::builder().root_certificates(fs::read(&certificate).unwrap());
    let store = trusting.connect(&url).await.unwrap();
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);

    let stranger = RedisStore::<Visit>::connect(&url).await;
    assert!(matches!(stranger, Err(StoreError::Unavailable(_))), "the system's authorities do not vouch for it");
    fs::remove_dir_all(&folder).unwrap();
}

fn make_certificate(folder: &Path) -> bool {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(folder)
        .output();
    made.is_ok_and(|output| output.status.success())
}
