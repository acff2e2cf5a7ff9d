//! F26. A request that was dropped left its answer on the connection for the next, who was somebody else (redis-py
//! CVE-2023-28858). Tests of the store contract drop every operation at every await; here clients leave.

use std::sync::{Arc, OnceLock};

use http::StatusCode;
use sessio::{
    record::{Record, Version},
    store::{Activity, Create, MemoryStore, Store, StoreError, Touch, Update},
    token::{SessionId, Token},
};
use sessio_standards_tests::{Account, App, places, token};
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

/// A store that answers every load with one session, whichever was asked for.
struct Confused {
    sessions: MemoryStore<Account>,
    answers: Arc<OnceLock<SessionId>>,
}

impl Store for Confused {
    type Model = Account;

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        self.sessions.create(record).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        self.sessions.load(*self.answers.get().unwrap_or(&id)).await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        self.sessions.update(expected, record).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.sessions.touch(id, activity).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.sessions.delete(id).await
    }
}

#[tokio::test]
async fn f26_a_store_that_answers_with_another_session_is_an_error_even_if_the_secret_fits() {
    let answers = Arc::new(OnceLock::new());
    let app = App::on(Confused { sessions: MemoryStore::new(), answers: Arc::clone(&answers) }).await;
    let (asking, other) = (app.user().await, app.user().await);
    let [asked, answered] = [&asking, &other].map(|browser| Token::parse(token(browser).as_bytes()).expect("a token"));
    answers.set(answered.id).expect("it is set once");
    assert!(other.get("/show").await.text.starts_with('7'), "what was asked for is shown");
    asking.set_cookie("__Host-id", Token { id: asked.id, secret: answered.secret }.encode().as_str());
    let answer = asking.get("/show").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, ""));
}
