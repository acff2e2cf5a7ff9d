//! Somebody with a browser. It keeps the session cookie and follows no redirect, so a test sees each answer.

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::{Client, RequestBuilder, StatusCode, header, redirect};

/// A browser. Clones are its tabs: they share the cookie.
#[derive(Clone)]
pub(crate) struct Visitor {
    client: Client,
    base: String,
    agent: &'static str,
    cookie: Arc<Mutex<Option<String>>>,
    /// The hidden token of the page that was seen last.
    token: Arc<Mutex<Option<String>>>,
}

/// What the shop answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) set_cookie: Option<String>,
    pub(crate) text: String,
}

impl Visitor {
    pub(crate) fn new(base: String) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
        Self {
            client,
            base,
            agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
            cookie: Arc::default(),
            token: Arc::default(),
        }
    }

    /// With another browser.
    pub(crate) fn using(mut self, agent: &'static str) -> Self {
        self.agent = agent;
        self
    }

    /// Somebody else with a copy of the cookie, as it is now.
    pub(crate) fn thief(&self) -> Self {
        Self { cookie: Arc::new(Mutex::new(self.cookie())), token: Arc::default(), ..self.clone() }
    }

    /// The same browser at a shop that has been opened again elsewhere.
    pub(crate) fn at(&self, other: &Self) -> Self {
        Self { base: other.base.clone(), ..self.clone() }
    }

    pub(crate) fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_cookie(&self, cookie: &str) {
        *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) = Some(cookie.to_owned());
    }

    /// Opens a page.
    pub(crate) async fn see(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.base))).await
    }

    /// Sends a form of the page that was seen last, as the browser would.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        let mut fields = fields.to_vec();
        fields.extend(token.as_deref().map(|token| ("csrf_token", token)));
        self.send(self.post(path).form(&fields)).await
    }

    /// Sends a form that no page of the shop has made.
    pub(crate) async fn forge(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.post(path).form(fields)).await
    }

    fn token(&self) -> Option<String> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends what no browser would.
    pub(crate) async fn submit_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let token = self.token().unwrap_or_default();
        self.send(self.post(path).header(header::CONTENT_TYPE, content_type).header("x-csrf-token", token).body(body))
            .await
    }

    /// Sends a form that the shop takes, and sees the page that it leads to.
    pub(crate) async fn submit_and_see(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.submit(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {answer:?}");
        self.see(answer.location.as_deref().expect("a redirect leads somewhere")).await
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.base))
    }

    async fn send(&self, mut request: RequestBuilder) -> Answer {
        request = request.header(header::USER_AGENT, self.agent);
        if let Some(cookie) = self.cookie() {
            request = request.header(header::COOKIE, cookie);
        }
        let response = request.send().await.expect("the shop answers");
        let text_of = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (location, set_cookie) = (text_of(header::LOCATION), text_of(header::SET_COOKIE));
        if let Some(set_cookie) = &set_cookie {
            let pair = set_cookie.split(';').next().map(str::to_owned);
            *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) =
                pair.filter(|_| !set_cookie.contains("Max-Age=0"));
        }
        let (status, text) = (response.status(), response.text().await.unwrap_or_default());
        let answer = Answer { status, location, set_cookie, text };
        if let Some(token) = answer.between(r#"name="csrf_token" value=""#, "\"") {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.to_owned());
        }
        answer
    }
}

impl Answer {
    /// The text between two marks of the page.
    pub(crate) fn between(&self, before: &str, after: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found)
    }

    /// What the page says about the request before.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.between(r#"<p class="notice" role="status">"#, "</p>")
    }

    /// How many things are in the cart.
    pub(crate) fn cart(&self) -> Option<&str> {
        self.between(r#"<a href="/cart">Cart ("#, ")")
    }

    /// Who is signed in.
    pub(crate) fn user(&self) -> Option<&str> {
        self.between("Sign out ", "</button>").filter(|user| user.len() < 10)
    }
}
