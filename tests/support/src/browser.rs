//! A visitor's browser.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderMap, Method, StatusCode, header};

/// A visitor. Clones are tabs of one browser: they share their cookies.
#[derive(Clone, Debug)]
pub struct Browser {
    client: reqwest::Client,
    base: String,
    agent: Option<&'static str>,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// Where a redirect leads.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION)?.to_str().ok()
    }

    /// The text between two marks of the page.
    pub fn between(&self, before: &str, after: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found)
    }

    /// The `Set-Cookie` headers, in their order.
    pub fn set_cookies(&self) -> Vec<&str> {
        set_cookies(&self.headers).collect()
    }
}

impl Browser {
    /// A visitor of the server at this address, `http://127.0.0.1:port`. It goes where a redirect leads only when asked to.
    ///
    /// # Panics
    ///
    /// When the machine has no randomness for a client.
    pub fn new(base: String) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self { client: client.expect("a client"), base, agent: None, cookies: Arc::default() }
    }

    /// One that calls itself by this name.
    #[must_use]
    pub fn using(self, agent: &'static str) -> Self {
        Self { agent: Some(agent), ..self }
    }

    /// Another browser with the same cookies, as they are now.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { cookies: Arc::new(Mutex::new(self.cookies())), ..self.clone() }
    }

    /// The same browser at another server of the site, or at the same one after it was started again.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// Asks for a page, and keeps the cookies of the answer.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &self.cookie_header()).await
    }

    /// As [`get`](Self::get), with another method.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn request(&self, method: Method, path: &str) -> Answer {
        self.send(method, path, &self.cookie_header()).await
    }

    /// Sends a body with these headers, as a form or a script of some page does.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Answer {
        let mut request = self.prepare(Method::POST, path, &self.cookie_header()).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.finish(request).await
    }

    /// Sends a form as a page does.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.finish(self.prepare(Method::POST, path, &self.cookie_header()).form(fields)).await
    }

    /// Asks for a page with these headers.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn get_as(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.prepare(Method::GET, path, &self.cookie_header());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.finish(request).await
    }

    /// Asks for a page and says whether the server answered at all.
    pub async fn is_answered(&self, path: &str) -> bool {
        self.prepare(Method::GET, path, &self.cookie_header()).send().await.is_ok()
    }

    /// As [`get`](Self::get), with these `Cookie` headers instead of the kept ones.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn get_with(&self, path: &str, cookie_headers: &[&[u8]]) -> Answer {
        let headers: Vec<_> = cookie_headers.iter().map(|value| value.to_vec()).collect();
        self.send(Method::GET, path, &headers).await
    }

    /// As [`get`](Self::get), and returns when the headers are there; the body is still to come.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn head_of(&self, path: &str) -> reqwest::Response {
        let response = self.open(Method::GET, path, &self.cookie_header()).await;
        self.keep(response.headers());
        response
    }

    /// Asks and does not wait for the whole answer: drops the connection when `gone` is done.
    pub async fn get_and_leave(&self, path: &str, gone: impl Future) {
        let headers = self.cookie_header();
        let request = self.send(Method::GET, path, &headers);
        tokio::select! {
            _ = request => {}
            _ = gone => {}
        }
    }

    /// The cookies that the browser holds.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a cookie into the browser.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_owned());
    }

    fn cookie_header(&self) -> Vec<Vec<u8>> {
        let pairs: Vec<_> = self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { Vec::new() } else { vec![pairs.join("; ").into_bytes()] }
    }

    async fn send(&self, method: Method, path: &str, cookie_headers: &[Vec<u8>]) -> Answer {
        self.finish(self.prepare(method, path, cookie_headers)).await
    }

    async fn finish(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = Answer { status, headers, text: response.text().await.unwrap_or_default() };
        self.keep(&answer.headers);
        answer
    }

    async fn open(&self, method: Method, path: &str, cookie_headers: &[Vec<u8>]) -> reqwest::Response {
        self.prepare(method, path, cookie_headers).send().await.expect("the server answers")
    }

    fn prepare(&self, method: Method, path: &str, cookie_headers: &[Vec<u8>]) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(agent) = self.agent {
            request = request.header(header::USER_AGENT, agent);
        }
        cookie_headers.iter().fold(request, |request, value| request.header(header::COOKIE, value.as_slice()))
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for cookie in set_cookies(headers) {
            let pair = cookie.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            if cookie.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn set_cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok())
}
