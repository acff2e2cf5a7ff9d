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
        .columns()
        .filter(|(field, _)| field.accessors(session.has_finder(field)).contains(&Accessor::Find))
        .map(|(field, column)| finders(session, field, column, bodies))
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

fn finders(session: &Session, field: &Field, column: &Column, bodies: Bodies) -> TokenStream {
    let (vis, runtime, ident) = (&session.vis, &session.runtime, &field.ident);
    let (find, delete) = (Accessor::Find.method(ident), Accessor::Delete.method(ident));
    let (position, proof, plain) = (Literal::usize_unsuffixed(column.position), proof(ident), field.plain());
    let (argument, value) = argument(session, field);
    let find_docs = docs(field, &format!("Finds the sessions whose `{plain}` is this."));
    let delete_docs = docs(field, &format!("Ends the sessions whose `{plain}` is this, and says how many there were."));
    emit(|span| {
        let (find_body, delete_body) = match bodies {
            Bodies::Real => {
                let column = quote_spanned!(span=> &#proof.to_column(&#value));
                let sessions =
                    quote_spanned!(span=> ::core::convert::Into::<#runtime::store::Sessions<'a, S>>::into(sessions));
                (
                    quote_spanned!(span=> #sessions.find_by_column(#position, #column).await),
                    quote_spanned!(span=> #sessions.delete_by_column(#position, #column, ::core::option::Option::None).await),
                )
            }
            Bodies::Unreachable => {
                (quote_spanned!(span=> ::core::unreachable!()), quote_spanned!(span=> ::core::unreachable!()))
            }
        };
        quote_spanned! {span=>
            #find_docs
            #[doc = ""]
            #[doc = " # Errors"]
            #[doc = ""]
            #[doc = " When the store does not answer."]
            #vis async fn #find<'a, S>(
                sessions: impl ::core::convert::Into<#runtime::store::Sessions<'a, S>>,
                #ident: #argument,
            ) -> ::core::result::Result<
                #runtime::__private::Vec<#runtime::store::Stored<Self>>,
                #runtime::store::StoreError,
            >
            where
                S: #runtime::store::FindByColumn<Model = Self>,
            {
                #find_body
            }

            #delete_docs
            #[doc = ""]
            #[doc = " # Errors"]
            #[doc = ""]
            #[doc = " When the store does not answer."]
            #vis async fn #delete<'a, S>(
                sessions: impl ::core::convert::Into<#runtime::store::Sessions<'a, S>>,
                #ident: #argument,
            ) -> ::core::result::Result<::core::primitive::u64, #runtime::store::StoreError>
            where
                S: #runtime::store::FindByColumn<Model = Self>,
            {
                #delete_body
            }
        }
    })
}
