//! For each field, the const that proves its type and the function that makes its first value.
//!
//! Everything else that is emitted names a field's type only through these two, so each trait bound is met once and a type
//! that does not fit is one error.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, ExprLit, Lit};

use super::{at, emit, first, fresh, proof};
use crate::{
    model::{Field, Session, without_self},
    shape::Shape,
};

pub(super) fn expand(session: &Session) -> TokenStream {
    let proofs = session.stored().map(|field| prove(session, field));
    let first_values = session.fields.iter().map(|field| first_value(session, field));
    proofs.chain(first_values).collect()
}

fn prove(session: &Session, field: &Field) -> TokenStream {
    let (runtime, ty, name) = (&session.runtime, &field.ty, proof(&field.ident));
    let span = at(first(&field.written));
    let Some(column) = &field.column else {
        return quote_spanned! {span=>
            const #name: #runtime::__private::FieldOf<#ty> = #runtime::__private::payload::<#ty>();
        };
    };
    let column = &column.name.text;
    let mut value = if field.keys.json.is_some() {
        quote_spanned!(span=> #runtime::__private::json::<#ty>(#column))
    } else if field.keys.principal.is_some() {
        quote_spanned!(span=> #runtime::__private::principal::<#ty>(#column))
    } else {
        quote_spanned!(span=> #runtime::__private::column::<#ty>(#column))
    };
    if let Some(max_len) = &field.keys.max_len {
        let max_len = &max_len.value;
        let check = quote_spanned!(at(max_len.span())=> max_len(#max_len));
        value = quote_spanned!(span=> #value.#check);
    }
    if let Some(from) = &field.keys.renamed_from {
        let from = from.value.value();
        value = quote_spanned!(span=> #value.renamed_from(#from));
    }
    if let Some(key) = session.key_of(field) {
        let check = quote_spanned!(at(key)=> key());
        value = quote_spanned!(span=> #value.#check);
    }
    quote_spanned!(span=> const #name: #runtime::__private::ColumnOf<#ty> = #value;)
}

fn first_value(session: &Session, field: &Field) -> TokenStream {
    let (runtime, ty, name) = (&session.runtime, &field.ty, fresh(&field.ident));
    let value = match (&field.default, &field.shape) {
        // What `default = "guest"` on a `String` can only mean.
        (Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })), Shape::Text) => {
            quote_spanned!(at(text.span())=> ::core::convert::From::from(#text))
        }
        (Some(default), _) => without_self(quote::ToTokens::to_token_stream(default), &session.ident),
        (None, _) => quote_spanned!(at(first(&field.written))=> #runtime::__private::fresh::<#ty>()),
    };
    emit(|span| quote_spanned!(span=> fn #name() -> #ty { #value }))
}
