//! R28. The end of a session can tell the browser to forget what it keeps of the site (OWASP "Clear-Site-Data").

use sessio::{
    store::{CookieStore, MemoryStore},
    web::SiteData,
};
use sessio_standards_tests::{App, keys};

#[tokio::test]
async fn r28_a_sign_out_clears_what_the_app_names_and_no_other_answer_does() {
    let data = [SiteData::Cache, SiteData::Cookies, SiteData::Storage];
    let server_side = App::configured(MemoryStore::new(), |layer| layer.clear_site_data(data)).await;
    let sealed = App::configured(CookieStore::new(keys()), |layer| layer.clear_site_data(data)).await;
    for app in [server_side, sealed] {
        let visitor = app.visitor();
        for path in ["/note/a", "/in/7", "/rotate", "/show"] {
            assert!(!visitor.get(path).await.headers.contains_key("clear-site-data"), "{path}");
        }
        let answer = visitor.get("/out").await;
        assert_eq!(answer.headers["clear-site-data"], "\"cache\", \"cookies\", \"storage\"");
    }
}

#[tokio::test]
async fn r28_by_default_nothing_is_cleared() {
    let app = App::on(MemoryStore::new()).await;
    assert!(!app.user().await.get("/out").await.headers.contains_key("clear-site-data"));
}
