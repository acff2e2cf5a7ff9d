//! Getters, setters and the rest: inherent methods that a Rust programmer would have written by hand.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};

use super::{emit, fields::fresh_value};
use crate::{
    model::{Accessor, Field, Session, without_self},
    shape::Shape,
};

pub(super) fn expand(session: &Session) -> TokenStream {
    let ident = &session.ident;
    let methods = session.methods().map(|(field, accessor)| method(session, field, accessor));
    emit(|span| {
        quote_spanned! {span=>
            #[automatically_derived]
            impl #ident {
                #(#methods)*
            }
        }
    })
}

fn method(session: &Session, field: &Field, accessor: Accessor) -> TokenStream {
    let (vis, ident, ty) = (&session.vis, &field.ident, &field.ty);
    let (plain, fresh, name) = (field.plain(), fresh_value(field), accessor.method(&field.ident));
    emit(|span| match accessor {
        Accessor::Get => {
            let docs = docs(field, &format!("The value of `{plain}`."));
            let (output, body) = getter(session, field);
            quote_spanned! {span=>
                #docs
                #[must_use]
                #vis fn #name(&self) -> #output { #body }
            }
        }
        Accessor::Set => {
            let docs = docs(field, &format!("Sets `{plain}`."));
            let (argument, value) = argument(session, field);
            quote_spanned! {span=>
                #docs
                #vis fn #name(&mut self, #ident: #argument) { self.#ident = #value; }
            }
        }
        Accessor::Mut => {
            let docs = docs(field, &format!("The value of `{plain}`, to be changed in place."));
            quote_spanned! {span=>
                #docs
                #[must_use]
                #vis fn #name(&mut self) -> &mut #ty { &mut self.#ident }
            }
        }
        Accessor::Clear => {
            let docs = docs(field, &format!("Puts `{plain}` back to what a new visitor has."));
            quote_spanned! {span=>
                #docs
                #vis fn #name(&mut self) { self.#ident = #fresh; }
            }
        }
        Accessor::Take => {
            let docs = docs(field, &format!("Takes the value of `{plain}` and leaves what a new visitor has."));
            quote_spanned! {span=>
                #docs
                #vis fn #name(&mut self) -> #ty { __sessio::replace(&mut self.#ident, #fresh) }
            }
        }
        // These stand in `finders`.
        Accessor::Find | Accessor::Delete => TokenStream::new(),
    })
}

/// The field's own doc comment, then what the method does.
pub(super) fn docs(field: &Field, what: &str) -> TokenStream {
    let attrs = &field.attrs;
    let blank = attrs.iter().any(|attr| attr.path().is_ident("doc")).then_some("").into_iter();
    let what = format!(" {what}");
    emit(|span| quote_spanned!(span=> #(#attrs)* #(#[doc = #blank])* #[doc = #what]))
}

fn getter(session: &Session, field: &Field) -> (TokenStream, TokenStream) {
    let (ident, ty) = (&field.ident, &field.ty);
    let outside = |ty: &syn::Type| without_self(ty.to_token_stream(), &session.ident);
    emit_pair(|span| match &field.shape {
        Shape::Primitive(_) => (ty.clone(), quote_spanned!(span=> self.#ident)),
        Shape::Text => (quote_spanned!(span=> &__sessio::str), quote_spanned!(span=> &self.#ident)),
        Shape::List(item) => {
            let item = outside(item);
            (quote_spanned!(span=> &[#item]), quote_spanned!(span=> &self.#ident))
        }
        Shape::Option(inner, present) => match &**inner {
            Shape::Primitive(_) => (ty.clone(), quote_spanned!(span=> self.#ident)),
            Shape::Text => (
                quote_spanned!(span=> __sessio::Option<&__sessio::str>),
                quote_spanned!(span=> __sessio::Option::as_deref(&self.#ident)),
            ),
            Shape::List(item) => {
                let item = outside(item);
                (
                    quote_spanned!(span=> __sessio::Option<&[#item]>),
                    quote_spanned!(span=> __sessio::Option::as_deref(&self.#ident)),
                )
            }
            Shape::Option(..) | Shape::Other => {
                let present = outside(present);
                (
                    quote_spanned!(span=> __sessio::Option<&#present>),
                    quote_spanned!(span=> __sessio::Option::as_ref(&self.#ident)),
                )
            }
        },
        Shape::Other => (quote_spanned!(span=> &#ty), quote_spanned!(span=> &self.#ident)),
    })
}

/// What a setter or finder takes, and the field's value from it.
///
/// A primitive is taken as it is: with `impl Into<u32>` the literal `5` would be an `i32` and not fit.
pub(super) fn argument(session: &Session, field: &Field) -> (TokenStream, TokenStream) {
    let (ident, ty) = (&field.ident, &field.ty);
    emit_pair(|span| match &field.shape {
        Shape::Primitive(_) => (ty.clone(), ident.to_token_stream()),
        Shape::Option(inner, present) => {
            let present = without_self(present.to_token_stream(), &session.ident);
            match &**inner {
                Shape::Primitive(_) => (present, quote_spanned!(span=> __sessio::Some(#ident))),
                _ => (
                    quote_spanned!(span=> impl __sessio::Into<#present>),
                    quote_spanned!(span=> __sessio::Some(__sessio::Into::into(#ident))),
                ),
            }
        }
        _ => (quote_spanned!(span=> impl __sessio::Into<#ty>), quote_spanned!(span=> __sessio::Into::into(#ident))),
    })
}

fn emit_pair(tokens: impl FnOnce(proc_macro2::Span) -> (TokenStream, TokenStream)) -> (TokenStream, TokenStream) {
    tokens(proc_macro2::Span::mixed_site())
}
