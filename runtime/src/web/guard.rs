//! A handler's argument that only signed-in visitors get past.

use std::{
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use http::HeaderValue;

use super::rejection::AuthenticationRejection;
use crate::{model::HasPrincipal, session::Session};

/// The session of a visitor who is signed in, with the principal in hand. It derefs to [`Session<T>`](Session).
///
/// A visitor who is not signed in gets what `R` says: an [`Unauthorized`] 401 by default, or the way to a page where one
/// can [sign in](RedirectTo).
///
/// ```
/// use sessio::{Authenticated, Session, web::RedirectTo};
///
/// #[derive(Session)]
/// struct Shop {
///     #[session(principal)]
///     user_id: Option<i64>,
///     orders: u32,
/// }
///
/// struct SignInPage;
///
/// impl RedirectTo for SignInPage {
///     const PATH: &'static str = "/sign-in";
/// }
///
/// async fn order(mut shop: Authenticated<Shop>) -> String {
///     *shop.orders_mut() += 1;
///     format!("order no. {} of user {}", shop.orders(), shop.principal)
/// }
///
/// async fn account(shop: Authenticated<Shop, SignInPage>) -> String {
///     format!("the account of user {}", shop.principal)
/// }
///
/// async fn greeting(shop: Option<Authenticated<Shop>>) -> String {
///     shop.map_or("Good day".to_owned(), |shop| format!("Good day, {}", shop.principal))
/// }
/// ```
pub struct Authenticated<T: HasPrincipal, R = Unauthorized> {
    /// The session.
    pub session: Session<T>,
    /// Who is signed in. It stays as it was when the request came, whatever becomes of the session.
    pub principal: T::Principal,
    or_else: PhantomData<fn() -> R>,
}

/// What a visitor who is not signed in is answered: 401, or the way to another page.
pub trait OrElse: 'static {
    /// The page, if there is one.
    const PAGE: Option<HeaderValue>;
}

/// Answers 401 with an empty body.
#[derive(Debug)]
pub enum Unauthorized {}

impl OrElse for Unauthorized {
    const PAGE: Option<HeaderValue> = None;
}

/// Sends a visitor who is not signed in to another page, with status 303, if the request was a `GET` or `HEAD`. Others get
/// the 401: [`for_method`](AuthenticationRejection::for_method) says why.
pub trait RedirectTo: 'static {
    /// Where to: a path, or a whole address. What no header can hold does not compile.
    const PATH: &'static str;
}

impl<R: RedirectTo> OrElse for R {
    const PAGE: Option<HeaderValue> = Some(HeaderValue::from_static(R::PATH));
}

impl<T: HasPrincipal<Principal: Clone>, R: OrElse> Authenticated<T, R> {
    /// Lets a session pass if somebody is signed in.
    ///
    /// # Errors
    ///
    /// [`AuthenticationRejection::SignedOut`].
    pub fn admit(session: Session<T>) -> Result<Self, AuthenticationRejection> {
        match session.principal().cloned() {
            Some(principal) => Ok(Self { session, principal, or_else: PhantomData }),
            None => Err(AuthenticationRejection::SignedOut { page: R::PAGE }),
        }
    }
}

impl<T: HasPrincipal, R> Authenticated<T, R> {
    /// The session alone.
    pub fn into_session(self) -> Session<T> {
        self.session
    }
}

impl<T: HasPrincipal, R> Deref for Authenticated<T, R> {
    type Target = Session<T>;

    fn deref(&self) -> &Session<T> {
        &self.session
    }
}

impl<T: HasPrincipal, R> DerefMut for Authenticated<T, R> {
    fn deref_mut(&mut self) -> &mut Session<T> {
        &mut self.session
    }
}

impl<T: HasPrincipal, R> fmt::Debug for Authenticated<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authenticated").field(&self.session).finish()
    }
}
