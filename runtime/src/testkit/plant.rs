//! Sessions for an application's own tests: put one into a visitor's hands, and look into one, without the app's login.

use http::HeaderValue;

use crate::{cookie::CookieHeaders, model::SessionModel, session::Presented, web::SessionLayer};

/// Makes a session with what `change` puts into it, and returns the `Cookie` header of a visitor who has it.
///
/// It takes the app's own layer, so it works with every framework and every store, the sealed cookie too, and the session
/// lives by the layer's limits and clock. A principal makes it the session of somebody who has just signed in.
///
/// ```
/// # async fn example() {
/// use sessio::{Session, store::MemoryStore, testkit::{peek, plant}};
///
/// #[derive(Session)]
/// struct Shop {
///     #[session(principal)]
///     user_id: Option<i64>,
///     cart: Vec<String>,
/// }
///
/// let layer = Shop::layer(MemoryStore::new());
/// // let app = app(layer.clone());
/// let cookie = plant(&layer, |shop| {
///     shop.set_user_id(42);
///     shop.cart_mut().push("tea".to_owned());
/// })
/// .await;
/// // Send a request to the app with the header `Cookie: {cookie}`. Then:
/// let shop = peek(&layer, &cookie).await.expect("the session is alive");
/// assert_eq!(shop.cart(), ["tea"]);
/// # }
/// ```
///
/// # Panics
///
/// When the store fails or the value cannot be saved.
pub async fn plant<T: SessionModel>(layer: &SessionLayer<T>, change: impl FnOnce(&mut T)) -> String {
    let mut unit = layer.engine().open(&Presented::nothing()).await.expect("a new visitor's session");
    change(unit.draft.value_mut());
    unit.intents.keep = true;
    unit.commit().await.expect("the planted session is saved");
    let pairs: Vec<_> = unit.cookies.into_iter().filter_map(|cookie| pair(&cookie)).collect();
    pairs.join("; ")
}

/// What the session holds that a `Cookie` header opens; `None` when it opens none. The visitor's activity does not move.
///
/// A response's `Set-Cookie` can be given too, as far as its first semicolon.
///
/// # Panics
///
/// When the store fails, a strict field does not decode, or the text cannot be a header.
pub async fn peek<T: SessionModel>(layer: &SessionLayer<T>, cookie: &str) -> Option<T> {
    let cookie = HeaderValue::from_str(cookie).expect("the value of a `Cookie` header");
    let presented = Presented::Cookies(CookieHeaders::from_iter([cookie]));
    let unit = layer.engine().open(&presented).await.expect("the store answers, and the session decodes");
    unit.life().is_some().then(|| unit.draft.into_value())
}

/// The name and value of a `Set-Cookie` header.
fn pair(cookie: &HeaderValue) -> Option<String> {
    Some(cookie.to_str().ok()?.split(';').next()?.to_owned())
}
