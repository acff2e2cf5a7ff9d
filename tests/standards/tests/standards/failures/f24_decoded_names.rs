//! F24. A decoded name passed for a `__Host-` cookie (PHP CVE-2020-7070 and CVE-2022-31629, Rack CVE-2020-8184, ASP.NET
//! CVE-2020-1045).

use sessio_standards_tests::{on_every_backend, token};

#[tokio::test]
async fn f24_a_cookie_that_a_subdomain_can_set_never_stands_in_for_the_host_cookie() {
    on_every_backend(async |app, name| {
        let (attacker, victim) = (app.visitor(), app.user().await);
        attacker.get("/in/666").await;
        let planted = token(&attacker);
        for alias in ["%5f%5fHost-id", "__Host%2did", "..Host-id", "__host-id", "\u{3000}__Host-id", "_[Host-id"] {
            let header = format!("{alias}={planted}; __Host-id={}", token(&victim));
            assert_eq!(app.visitor().get_with("/show", &[header.as_bytes()]).await.text, "7 [] 0", "{name}: {alias}");
            let alone = format!("{alias}={planted}");
            assert_eq!(
                app.visitor().get_with("/show", &[alone.as_bytes()]).await.text,
                "nobody [] 0",
                "{name}: {alias}"
            );
        }
    })
    .await;
}
