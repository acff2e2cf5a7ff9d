//! The check of CSRF tokens, the same for every framework: where a request shows one, and what becomes of it.

use std::{
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use http::StatusCode;

use super::{
    headers::Headers,
    lazy::LazySession,
    origin::{Found, only},
    rejection::SessionRejection,
};
use crate::{
    csrf::{CsrfToken, Shown},
    model::SessionModel,
    session::TokenVerdict,
};

/// Refuses requests that may change something and bring no CSRF token of their session: a layer for axum and tower, a
/// middleware for actix-web.
///
/// It goes *inside* the [`SessionLayer`](super::SessionLayer). Requests that only read (`GET`, `HEAD`, `OPTIONS`, `TRACE`;
/// not WebSockets) pass. Others show the token of [`Session::csrf_token`](crate::Session::csrf_token) in the header
/// `X-CSRF-Token`, or in the field `csrf_token` of an `application/x-www-form-urlencoded` form. The form is read for that,
/// and handed on as it came; every other body is left alone, so a multipart form shows its token in the header. What has
/// no token, several of them or another session's is answered 403, a form beyond the [limit](Self::form_limit) 413.
///
/// Pages that were made before the session's secret was [renewed](super::SessionLayer::renew_after) show an old token. It is
/// taken if the browser itself says that the request comes from this very origin (`Sec-Fetch-Site: same-origin`), which no
/// other site can make it say.
///
/// ```
/// # #[cfg(all(feature = "axum", feature = "memory"))] {
/// use axum::{Router, routing::post};
/// use sessio::{Session, SessionLayer, store::MemoryStore, web::CsrfLayer};
///
/// # #[derive(Session)]
/// # struct Shop { orders: u32 }
/// async fn order(mut shop: Session<Shop>) {
///     *shop.orders_mut() += 1;
/// }
///
/// let app: Router = Router::new()
///     .route("/order", post(order))
///     .layer(CsrfLayer::<Shop>::new())
///     .layer(SessionLayer::new(MemoryStore::<Shop>::new()));
/// # }
/// ```
pub struct CsrfLayer<T> {
    pub(super) rule: CsrfRule,
    model: PhantomData<fn() -> T>,
}

/// What a [`CsrfLayer`] was told.
#[derive(Clone, Copy)]
pub(super) struct CsrfRule {
    pub(super) form_limit: usize,
    pub(super) passes_strangers: bool,
}

impl<T: SessionModel> CsrfLayer<T> {
    /// A check of the tokens of this type's sessions.
    pub const fn new() -> Self {
        Self { rule: CsrfRule { form_limit: 2 * 1024 * 1024, passes_strangers: false }, model: PhantomData }
    }

    /// The longest form that is read, in bytes: 2 MiB by default, which is also what axum takes.
    #[must_use]
    pub const fn form_limit(mut self, bytes: usize) -> Self {
        self.rule.form_limit = bytes;
        self
    }

    /// Lets those pass who have no session, because there is nothing in their name that a forged request could do. So pages
    /// that anybody may see need no token, and their visitors no session.
    ///
    /// Such a page may be in another tab when its visitor gets a session. It shows no token then, and passes if the browser
    /// says that the request comes from this very origin.
    ///
    /// A sign-in is another matter: a forged one signs the visitor in as the attacker. Let its handler take the form as
    /// [`Csrf`], which asks everybody for a token.
    #[must_use]
    pub const fn pass_without_session(mut self) -> Self {
        self.rule.passes_strangers = true;
        self
    }
}

impl<T: SessionModel> Default for CsrfLayer<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for CsrfLayer<T> {
    fn clone(&self) -> Self {
        Self { rule: self.rule, model: PhantomData }
    }
}

impl<T: SessionModel> fmt::Debug for CsrfLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CsrfRule { form_limit, passes_strangers } = self.rule;
        let mut debug = f.debug_struct("CsrfLayer");
        debug.field("kind", &T::KIND).field("form_limit", &form_limit);
        debug.field("passes_strangers", &passes_strangers).finish()
    }
}

/// A handler's argument from the body, `E`, that only a request with a CSRF token of its session `T` gets to.
///
/// The token is shown as for a [`CsrfLayer`], and everybody has to show one, those without a session too: this is what a
/// sign-in needs. The form is read up to the framework's own limit for bodies, 2 MB in axum and 256 KiB in actix-web.
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::{Form, response::Redirect};
/// use sessio::{Session, web::Csrf};
///
/// # #[derive(Session)]
/// # struct Shop { #[session(principal)] user_id: Option<i64> }
/// #[derive(serde::Deserialize)]
/// struct SignIn {
///     user: i64,
/// }
///
/// async fn sign_in(mut shop: Session<Shop>, form: Csrf<Shop, Form<SignIn>>) -> Redirect {
///     // after the password was checked
///     shop.sign_in(form.user);
///     Redirect::to("/")
/// }
/// # }
/// ```
pub struct Csrf<T, E> {
    /// What the framework made of the body.
    pub inner: E,
    model: PhantomData<fn() -> T>,
}

impl<T, E> Csrf<T, E> {
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(super) const fn new(inner: E) -> Self {
        Self { inner, model: PhantomData }
    }

    /// What the framework made of the body.
    pub fn into_inner(self) -> E {
        self.inner
    }
}

impl<T, E> Deref for Csrf<T, E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.inner
    }
}

impl<T, E> DerefMut for Csrf<T, E> {
    fn deref_mut(&mut self) -> &mut E {
        &mut self.inner
    }
}

impl<T, E: fmt::Debug> fmt::Debug for Csrf<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Csrf").field(&self.inner).finish()
    }
}

/// Why a request that needs a CSRF token did not get past the check.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsrfRejection {
    /// It shows no token of its session. Answers 403.
    #[error(
        "the request shows no CSRF token of its session, in the header `X-CSRF-Token` or the form's field `csrf_token`"
    )]
    Token,
    /// The form is too long to be looked into. Answers 413.
    #[error("the form is too long")]
    TooLong,
    /// The form did not arrive whole. Answers 400.
    #[error("the form did not arrive whole")]
    Unread,
    /// There is no session to ask.
    #[error(transparent)]
    Session(#[from] SessionRejection),
}

impl CsrfRejection {
    /// The status of the answer. Its body is empty.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Token => StatusCode::FORBIDDEN,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unread => StatusCode::BAD_REQUEST,
            Self::Session(rejection) => rejection.status(),
        }
    }
}

/// Where a request shows its token.
pub(super) enum Place {
    /// In its headers, or nowhere.
    Headers(Option<Shown>),
    /// In its form, if anywhere.
    Form,
}

impl Place {
    /// What the headers say. A header, even an empty one, goes before the form.
    pub(super) fn of(headers: &impl Headers) -> Self {
        match only(headers, CsrfToken::HEADER) {
            Found::One(text) => Self::Headers(Shown::parse(text.as_bytes())),
            Found::None if is_form(headers) => Self::Form,
            Found::None | Found::Several => Self::Headers(None),
        }
    }
}

fn is_form(headers: &impl Headers) -> bool {
    let Found::One(content_type) = only(headers, "content-type") else { return false };
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The token in a form. The name and the characters of a token are such that no browser escapes them, so nothing is decoded.
pub(super) fn shown_in_form(form: &[u8]) -> Option<Shown> {
    let mut tokens = form
        .split(|byte| *byte == b'&')
        .filter_map(|pair| pair.strip_prefix(CsrfToken::FIELD.as_bytes())?.strip_prefix(b"="));
    match (tokens.next(), tokens.next()) {
        (Some(text), None) => Shown::parse(text),
        _ => None,
    }
}

/// Decides whether a request gets past.
pub(super) async fn check<T: SessionModel>(
    session: &LazySession<T>,
    shown: Option<Shown>,
    is_vouched_for: bool,
    passes_strangers: bool,
) -> Result<(), CsrfRejection> {
    let session = session.session();
    let verdict = session.judge_csrf(shown.as_ref()).await.map_err(SessionRejection::load::<T>)?;
    // The page may be older than the secret, or, where strangers need no token, than the session.
    let is_of_an_old_page = is_vouched_for && (shown.is_some() || passes_strangers);
    if verdict == TokenVerdict::Good || is_of_an_old_page || passes_strangers && verdict == TokenVerdict::NoSession {
        return Ok(());
    }
    session.reject_csrf();
    tracing::warn!(target: "sessio", kind = T::KIND,
        "a request shows no valid CSRF token of its session; put `session.csrf_token()?.field()` into the form, or its text into the \
         header `{}`", CsrfToken::HEADER);
    Err(CsrfRejection::Token)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};

    use super::*;
    use crate::{csrf::CsrfKey, token::Secret};

    #[test]
    fn a_form_shows_exactly_one_token() {
        let key = CsrfKey::of(&Secret::random().unwrap());
        let token = key.token().unwrap();
        let good = |form: &str| shown_in_form(form.as_bytes()).is_some_and(|shown| key.verifies(&shown));
        assert!(good(&format!("csrf_token={token}")));
        assert!(good(&format!("a=1&csrf_token={token}&b=&=&&")));
        assert!(!good(&format!("csrf_token={token}&csrf_token={token}")), "one of them is not ours");
        assert!(!good(&format!("xcsrf_token={token}")) && !good(&format!("csrf_token ={token}")));
        assert!(!good("") && !good("csrf_token") && !good("csrf_token="));
    }

    #[test]
    fn only_a_form_is_looked_into() {
        let is_form = |content_type: &'static str| {
            is_form(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]))
        };
        assert!(is_form("application/x-www-form-urlencoded"));
        assert!(is_form("Application/X-WWW-Form-Urlencoded ; charset=utf-8"));
        assert!(!is_form("multipart/form-data; boundary=x") && !is_form("application/json") && !is_form("text/plain"));
        assert!(!super::is_form(&HeaderMap::new()));
    }
}
