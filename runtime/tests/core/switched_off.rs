//! A store that the program was built without. With every feature on there is none, so `cargo xtask test` runs this without.

use sessio::{
    store::{ConnectError, connect},
    testkit::Model,
};

#[tokio::test]
async fn a_backend_that_is_switched_off_names_its_feature() {
    let cases = [
        ("file:sessions", "file:", cfg!(feature = "file"), r#""file""#),
        ("sqlite:shop.db", "sqlite:", cfg!(feature = "sqlite"), r#""sqlite""#),
        ("postgres://localhost/x", "postgres:", cfg!(feature = "postgres"), r#""postgres""#),
        ("postgresql://localhost/x", "postgresql:", cfg!(feature = "postgres"), r#""postgres""#),
        ("mysql://localhost/x", "mysql:", cfg!(feature = "mysql"), r#""mysql""#),
        ("mariadb://localhost/x", "mariadb:", cfg!(feature = "mysql"), r#""mysql""#),
        ("redis://localhost", "redis:", cfg!(feature = "redis"), r#""redis""#),
        ("valkey://localhost", "valkey:", cfg!(feature = "redis"), r#""redis""#),
        ("memcached://a,b", "memcached:", cfg!(feature = "memcached"), r#""memcached""#),
        ("rediss://localhost", "rediss:", cfg!(feature = "redis-tls"), r#""redis-tls""#),
        ("redis+cluster://a,b", "redis+cluster:", cfg!(feature = "redis-cluster"), r#""redis-cluster""#),
        ("redis://a,redis://b", "redis+cluster:", cfg!(feature = "redis-cluster"), r#""redis-cluster""#),
        (
            "rediss+cluster://a",
            "rediss+cluster:",
            cfg!(all(feature = "redis-cluster", feature = "redis-tls")),
            r#""redis-cluster" and "redis-tls""#,
        ),
    ];
    for (url, scheme, is_on, feature) in cases {
        if is_on {
            continue;
        }
        let error = connect::<Model>(url).await.unwrap_err();
        assert!(matches!(error, ConnectError::FeatureOff { .. }));
        assert_eq!(
            error.to_string(),
            format!(
                "this program was built without the session store of `{scheme}`; add {feature} to the features of \
                 `sessio` in Cargo.toml"
            )
        );
    }
}
