//! `find_by_..` and `delete_by_..` for each field that is the only key of an index.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;

use super::{
    accessors::{argument, docs},
    emit, proof,
};
use crate::model::{Accessor, Column, Field, Session};

/// Whether the finders work, or only stand in for ones that would.
#[derive(Clone, Copy)]
pub(super) enum Bodies {
    Real,
    Unreachable,
}

pub(super) fn expand(session: &Session, bodies: Bodies) -> TokenStream {
    let ident = &session.ident;
    let finders: Vec<_> = session
        .methods()
        .filter_map(|(field, accessor)| {
            let column = field.column.as_ref()?;
            match accessor {
                Accessor::Find => Some(find(session, field, column, bodies)),
                Accessor::Delete => Some(delete(session, field, column, bodies)),
                _ => None,
            }
        })
        .collect();
    if finders.is_empty() {
        return TokenStream::new();
    }
    emit(|span| {
        quote_spanned! {span=>
            #[automatically_derived]
            impl #ident {
                #(#finders)*
            }
        }
    })
}

fn find(session: &Session, field: &Field, column: &Column, bodies: Bodies) -> TokenStream {
    let (vis, ident, name) = (&session.vis, &field.ident, Accessor::Find.method(&field.ident));
    let docs = docs(field, &format!("Finds the sessions whose `{}` is this.", field.plain()));
    let (argument, value) = argument(session, field);
    let (position, proof) = (Literal::usize_unsuffixed(column.position), proof(ident));
    emit(|span| {
        let body = match bodies {
            Bodies::Real => quote_spanned! {span=>
                __sessio::Into::<__sessio::Sessions<'a, S>>::into(sessions)
                    .find_by_column(#position, &#proof.to_column(&#value))
                    .await
            },
            Bodies::Unreachable => quote_spanned!(span=> ::core::unreachable!()),
        };
        quote_spanned! {span=>
            #docs
            #[doc = ""]
            #[doc = " # Errors"]
            #[doc = ""]
            #[doc = " When the store does not answer."]
            #vis async fn #name<'a, S>(
                sessions: impl __sessio::Into<__sessio::Sessions<'a, S>>,
                #ident: #argument,
            ) -> __sessio::Result<__sessio::Vec<__sessio::Stored<Self>>, __sessio::StoreError>
            where
                S: __sessio::FindByColumn<Model = Self>,
            {
                #body
            }
        }
    })
}

fn delete(session: &Session, field: &Field, column: &Column, bodies: Bodies) -> TokenStream {
    let (vis, ident, name) = (&session.vis, &field.ident, Accessor::Delete.method(&field.ident));
    let docs =
        docs(field, &format!("Ends the sessions whose `{}` is this, and says how many there were.", field.plain()));
    let (argument, value) = argument(session, field);
    let (position, proof) = (Literal::usize_unsuffixed(column.position), proof(ident));
    emit(|span| {
        let body = match bodies {
            Bodies::Real => quote_spanned! {span=>
                __sessio::Into::<__sessio::Sessions<'a, S>>::into(sessions)
                    .delete_by_column(#position, &#proof.to_column(&#value), __sessio::None)
                    .await
            },
            Bodies::Unreachable => quote_spanned!(span=> ::core::unreachable!()),
        };
        quote_spanned! {span=>
            #docs
            #[doc = ""]
            #[doc = " # Errors"]
            #[doc = ""]
            #[doc = " When the store does not answer."]
            #vis async fn #name<'a, S>(
                sessions: impl __sessio::Into<__sessio::Sessions<'a, S>>,
                #ident: #argument,
            ) -> __sessio::Result<__sessio::u64, __sessio::StoreError>
            where
                S: __sessio::FindByColumn<Model = Self>,
            {
                #body
            }
        }
    })
}
