//! F22. Chunks of an older, longer session stayed behind and spoilt the next (dotnet/aspnetcore#4639).

use sessio::store::CookieStore;
use sessio_standards_tests::{App, keys};

#[tokio::test]
async fn f22_shrinking_removes_exactly_the_chunks_that_are_left_over() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    visitor.get("/large/5000").await;
    assert_eq!(visitor.cookies().keys().collect::<Vec<_>>(), ["__Host-id", "__Host-id-1"]);
    let answer = visitor.get("/large/10").await;
    let names: Vec<_> = answer.set_cookies().iter().filter_map(|cookie| cookie.split('=').next()).collect();
    assert_eq!(names, ["__Host-id", "__Host-id-1"]);
    assert!(answer.set_cookies()[1].starts_with("__Host-id-1=;"));
    assert_eq!(visitor.cookies().len(), 1);
    assert!(visitor.get("/show").await.text.contains("[xxxxxxxxxx]"));
}

#[tokio::test]
async fn f22_a_chunk_of_another_generation_is_no_session_and_goes_with_the_next_answer() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    visitor.get("/large/5000").await;
    let stale = visitor.cookies()["__Host-id-1"].clone();
    visitor.get("/large/5001").await;
    visitor.set_cookie("__Host-id-1", &stale);
    assert_eq!(visitor.get("/show").await.text, "nobody [] 0");
    visitor.get("/large/10").await;
    assert_eq!(visitor.cookies().len(), 1);
    assert!(visitor.get("/show").await.text.contains("[xxxxxxxxxx]"));
}

#[tokio::test]
async fn f22_signing_out_removes_every_chunk() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    visitor.get("/large/5000").await;
    visitor.get("/out").await;
    assert_eq!(visitor.cookies().len(), 0);
}
