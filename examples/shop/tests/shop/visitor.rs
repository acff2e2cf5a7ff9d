//! A visitor of the shop, who sends the forms of its pages.

use std::{
    ops::Deref,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use http::{StatusCode, header};
use sessio_test_support::{Answer, Browser, Program};

/// A running shop.
pub(crate) struct Shop(pub(crate) Program);

impl Shop {
    /// Opens the shop on a free port, with its database in this folder.
    pub(crate) fn open(folder: &Path) -> Self {
        Self::open_with(folder, &[])
    }

    pub(crate) fn open_with(folder: &Path, variables: &[(&str, &str)]) -> Self {
        Self(Program::start(PROGRAM, folder, &[], variables))
    }

    /// Somebody who has never been here.
    pub(crate) fn visitor(&self) -> Visitor {
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0";
        Visitor { browser: self.0.browser().using(agent), token: Arc::default() }
    }

    /// A visitor of another shop of the site, or of this one before it was opened again, who comes here now.
    pub(crate) fn visited_by(&self, visitor: &Visitor) -> Visitor {
        Visitor { browser: self.0.visited_by(&visitor.browser), token: Arc::clone(&visitor.token) }
    }
}

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_shop");

/// A browser. Clones are its tabs: they share the cookie.
#[derive(Clone)]
pub(crate) struct Visitor {
    browser: Browser,
    /// The hidden token of the page that was seen last.
    token: Arc<Mutex<Option<String>>>,
}

impl Visitor {
    /// With another browser.
    pub(crate) fn using(self, agent: &'static str) -> Self {
        Self { browser: self.browser.using(agent), ..self }
    }

    /// Somebody else with a copy of the cookie, as it is now.
    pub(crate) fn thief(&self) -> Self {
        Self { browser: self.browser.copy(), token: Arc::default() }
    }

    /// Opens a page.
    pub(crate) async fn see(&self, path: &str) -> Page {
        self.read(self.browser.get(path).await)
    }

    /// Opens a page with this as its cookies.
    pub(crate) async fn see_with(&self, cookie: &str) -> Page {
        self.read(self.browser.get_with("/", &[cookie.as_bytes()]).await)
    }

    /// Sends a form of the page that was seen last, as the browser would.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token();
        let mut fields = fields.to_vec();
        fields.extend(token.as_deref().map(|token| ("csrf_token", token)));
        self.forge(path, &fields).await
    }

    /// Sends a form that no page of the shop has made.
    pub(crate) async fn forge(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.read(self.browser.submit(path, fields).await)
    }

    /// Sends what no browser would.
    pub(crate) async fn submit_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> Page {
        let token = self.token().unwrap_or_default();
        let headers = [(header::CONTENT_TYPE.as_str(), content_type), ("x-csrf-token", &token)];
        self.read(self.browser.post(path, &headers, body).await)
    }

    /// Sends a form that the shop takes, and sees the page that it leads to.
    pub(crate) async fn submit_and_see(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.submit(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {answer:?}");
        self.see(answer.location().expect("a redirect leads somewhere")).await
    }

    fn token(&self) -> Option<String> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn read(&self, answer: Answer) -> Page {
        if let Some(token) = answer.between(r#"name="csrf_token" value=""#, "\"") {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.to_owned());
        }
        Page(answer)
    }
}

/// What the shop answered.
#[derive(Debug)]
pub(crate) struct Page(Answer);

impl Page {
    /// The cookie that the page sets.
    pub(crate) fn set_cookie(&self) -> Option<&str> {
        self.set_cookies().first().copied()
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

impl Deref for Page {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.0
    }
}
