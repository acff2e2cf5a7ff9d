//! Writing the code: one file for each thing that a struct gets, joined here.

mod accessors;
#[cfg(test)]
mod expected;
mod fallback;
mod fields;
mod finders;
mod model;
mod pins;
mod schema;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::DeriveInput;

use crate::{attr::RuntimePath, check, errors::Errors, model::Session};

/// The whole derive: from the struct's tokens to the code behind it, or to everything that is wrong with it.
pub(crate) fn session(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let errors = Errors::new();
    let session = check::shape(&input, &errors).map(|fields| Session::new(&input, fields, &errors));
    if let Some(session) = &session {
        check::session(session, &errors);
    }
    let mistakes = errors.finish();
    match session {
        Some(session) if mistakes.is_empty() => wrap(
            &session.runtime,
            &[
                fields::expand(&session),
                schema::expand(&session),
                model::expand(&session),
                accessors::expand(&session),
                finders::expand(&session, finders::Bodies::Real),
                pins::expand(&session),
                bind(&session),
            ],
        ),
        Some(session) => {
            let fallback = wrap(
                &session.runtime,
                &[
                    fallback::model(&input),
                    fallback::fields(&session),
                    accessors::expand(&session),
                    finders::expand(&session, finders::Bodies::Unreachable),
                    bind(&session),
                ],
            );
            emit(|_| quote::quote!(#mistakes #fallback))
        }
        None if !check::is_sized(&input) => mistakes,
        None => {
            let fallback = wrap(&RuntimePath::new(None), &[fallback::model(&input)]);
            emit(|_| quote::quote!(#mistakes #fallback))
        }
    }
}

/// Everything stands in one anonymous const, so that no helper's name is seen outside.
fn wrap(runtime: &RuntimePath, parts: &[TokenStream]) -> TokenStream {
    emit(|span| {
        quote_spanned! {span=>
            #[allow(
                dead_code,
                deprecated,
                non_snake_case,
                non_upper_case_globals,
                unused_qualifications,
                unused_variables,
                clippy::all,
                clippy::nursery,
                clippy::pedantic,
            )]
            const _: () = {
                // Short names for everything below: what is emitted most is read most, by the compiler too.
                use #runtime::__private as __sessio;
                #(#parts)*
            };
        }
    })
}

fn bind(session: &Session) -> TokenStream {
    let Session { ident, vis, runtime, .. } = session;
    emit(|span| quote_spanned!(span=> #runtime::__bind! { #vis #ident }))
}

/// Names of what is emitted are looked up where the derive stands, but its local variables are its own.
fn emit(tokens: impl FnOnce(Span) -> TokenStream) -> TokenStream {
    tokens(Span::mixed_site())
}

/// The const that proves what the field's type can do.
fn proof(field: &Ident) -> Ident {
    format_ident!("__FIELD_{}", field)
}

/// The function that makes a new visitor's value of the field.
fn fresh(field: &Ident) -> Ident {
    format_ident!("__fresh_{}", field)
}

/// The first token's span: on stable a span cannot cover several.
fn first(tokens: &impl ToTokens) -> Span {
    tokens.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}
