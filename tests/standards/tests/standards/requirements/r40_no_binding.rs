//! R40. A session is bound to no address and no browser: such a binding is a signal, not a lock (OWASP "Binding the Session
//! ID to Other User Properties"; NIST SP 800-63B-4, 5.3). An application that wants the signal keeps a field for it.

use sessio_standards_tests::on_every_backend;

#[tokio::test]
async fn r40_another_browser_version_or_address_does_not_end_a_session() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        for (header, value) in [
            ("user-agent", "One/1.0"),
            ("user-agent", "One/2.0"),
            ("x-forwarded-for", "192.0.2.7"),
            ("x-forwarded-for", "2001:db8::7"),
            ("accept-language", "mi"),
        ] {
            assert_eq!(visitor.get_as("/show", &[(header, value)]).await.text, "7 [] 0", "{name}: {header}");
        }
    })
    .await;
}
