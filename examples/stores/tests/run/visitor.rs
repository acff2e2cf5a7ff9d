//! Somebody with a browser. It keeps the session's cookies and follows no redirect, so a test sees each answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use reqwest::{Client, Method, RequestBuilder, StatusCode, header, redirect};

/// A browser. Clones are its tabs: they share the cookies.
#[derive(Clone)]
pub(crate) struct Visitor {
    client: Client,
    base: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What the program answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) set_cookies: Vec<String>,
    pub(crate) text: String,
}

impl Visitor {
    pub(crate) fn new(base: String) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
        Self { client, base, cookies: Arc::default() }
    }

    /// Somebody else with a copy of the cookies, as they are now.
    pub(crate) fn copy(&self) -> Self {
        Self { cookies: Arc::new(Mutex::new(self.jar().clone())), ..self.clone() }
    }

    /// The same browser at a program that has been started again elsewhere.
    pub(crate) fn at(&self, other: &Self) -> Self {
        Self { base: other.base.clone(), ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(self.url(path))).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.client.delete(self.url(path))).await
    }

    /// Sends a form as a browser would.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.client.request(Method::POST, self.url(path)).form(fields)).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn jar(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        let cookies = self.jar().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let request = if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies) };
        let response = request.send().await.expect("the program answers");
        let set_cookies = response.headers().get_all(header::SET_COOKIE);
        let set_cookies: Vec<_> =
            set_cookies.iter().map(|value| value.to_str().expect("a cookie is ASCII").to_owned()).collect();
        for cookie in &set_cookies {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if attributes.contains("Max-Age=0") {
                self.jar().remove(name);
            } else {
                self.jar().insert(name.to_owned(), value.to_owned());
            }
        }
        Answer { status: response.status(), set_cookies, text: response.text().await.unwrap_or_default() }
    }
}
