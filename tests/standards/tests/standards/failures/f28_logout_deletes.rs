//! F28. Signing out emptied the session in memory and left what was stored (Spring Security CVE-2023-20862).

use std::time::Duration;

use sessio_standards_tests::places;

#[tokio::test]
async fn f28_a_sign_out_deletes_the_record_and_empties_nothing() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.user().await;
        visitor.get("/note/stored").await;
        let before = [visitor.copy(), visitor.copy()];
        visitor.get("/out").await;
        assert_eq!(place.count().await, 0, "{}: there is no record, not an empty one", place.name);
        visitor.get("/note/next").await;
        for copy in before {
            assert_eq!(copy.get("/show").await.text, "nobody [] 0", "{}", place.name);
            app.clock.advance(Duration::from_secs(11));
        }
        assert_eq!(visitor.get("/show").await.text, "nobody [next] 0", "{}: the next session is its own", place.name);
    }
}
