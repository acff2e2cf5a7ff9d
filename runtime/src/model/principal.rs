//! Whom a session belongs to.

use super::{Column, SessionModel, SessionValue};
use crate::__private::PrincipalSource;

/// A session struct with a `#[session(principal)]` field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no principal",
    label = "nobody can sign in to this session",
    note = "mark the field that says who is signed in: `#[session(principal)] user_id: Option<i64>`"
)]
pub trait HasPrincipal: SessionModel {
    /// What names a principal, such as a user's number.
    type Principal: Column + SessionValue;

    /// Whom the session belongs to, if anybody has signed in.
    fn principal(&self) -> Option<&Self::Principal>;

    /// Makes the session belong to somebody, or to nobody. At commit this gives the session a new secret.
    fn set_principal(&mut self, principal: Option<Self::Principal>);
}

/// The type of a `#[session(principal)]` field: an `Option`, because a new visitor is nobody yet.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a principal",
    label = "not an `Option` of a column type",
    note = "a new visitor is nobody yet, so write `Option<..>` around the type that names your users"
)]
pub trait PrincipalField: Column + SessionValue {
    /// What names a principal.
    type Principal: Column + SessionValue;

    /// The principal, if any.
    fn get(&self) -> Option<&Self::Principal>;

    /// Replaces the principal.
    fn set(&mut self, principal: Option<Self::Principal>);
}

impl<P: Column + SessionValue> PrincipalField for Option<P> {
    type Principal = P;

    fn get(&self) -> Option<&P> {
        self.as_ref()
    }

    fn set(&mut self, principal: Option<P>) {
        *self = principal;
    }
}

#[diagnostic::do_not_recommend]
impl<T: SessionModel + PrincipalSource> HasPrincipal for T {
    type Principal = <T::Field as PrincipalField>::Principal;

    fn principal(&self) -> Option<&Self::Principal> {
        self.principal_field().get()
    }

    fn set_principal(&mut self, principal: Option<Self::Principal>) {
        self.principal_field_mut().set(principal);
    }
}
