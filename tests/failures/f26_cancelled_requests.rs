//! F26. A request that was dropped left its answer on the connection for the next, who was somebody else (redis-py
//! CVE-2023-28858). Tests of the store contract drop every operation at every await; here clients leave.

use sessio_standards_tests::places;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn f26_no_visitor_gets_the_session_of_one_who_left() {
    for place in places().await {
        let app = place.app().await;
        let mut visitors = Vec::new();
        for user in 0..8 {
            let visitor = app.visitor();
            visitor.get(&format!("/in/{user}")).await;
            visitors.push((user, visitor));
        }
        let mut leaving = JoinSet::new();
        for (user, visitor) in &visitors {
            for round in 0..24_u64 {
                let (user, visitor) = (*user, visitor.clone());
                leaving.spawn(async move {
                    if round % 3 == 0 {
                        let text = visitor.get("/show").await.text;
                        assert!(text.starts_with(&format!("{user} [")), "user {user} saw {text}");
                    } else {
                        let yields = round * 2;
                        visitor
                            .get_and_leave("/visit", async {
                                for _ in 0..yields {
                                    tokio::task::yield_now().await;
                                }
                            })
                            .await;
                    }
                });
            }
        }
        while let Some(done) = leaving.join_next().await {
            done.unwrap_or_else(|error| panic!("{}: {error}", place.name));
        }
        for (user, visitor) in &visitors {
            let text = visitor.get("/show").await.text;
            assert!(text.starts_with(&format!("{user} []")), "{}: {text}", place.name);
        }
    }
}
