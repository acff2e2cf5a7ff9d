//! What a struct with mistakes gets: the same names with nothing behind them.
//!
//! Without it every use of the struct would be an error of its own, and the one that matters would drown.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};
use syn::{DeriveInput, parse_quote};

use super::{emit, model::principal, proof};
use crate::model::Session;

/// The traits.
pub(super) fn model(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let mut generics = input.generics.clone();
    generics
        .make_where_clause()
        .predicates
        .push(parse_quote!(Self: ::core::marker::Sized + ::core::marker::Send + ::core::marker::Sync + 'static));
    let (parameters, arguments, bounds) = generics.split_for_impl();
    emit(|span| {
        quote_spanned! {span=>
            #[automatically_derived]
            impl #parameters __sessio::SessionModel for #ident #arguments #bounds {
                const KIND: &'static __sessio::str = "";
                const FIELDS: &'static [__sessio::Field] = &[];
                const SCHEMA: __sessio::Schema = __sessio::Schema::new("", &[], &[]);
                const PRINCIPAL: __sessio::Option<__sessio::usize> = __sessio::None;

                fn fresh() -> Self {
                    ::core::unreachable!()
                }

                fn copy(&self) -> __sessio::Option<Self> {
                    ::core::unreachable!()
                }

                fn field(&self, _: __sessio::usize) -> &dyn __sessio::Value {
                    ::core::unreachable!()
                }

                fn field_mut(&mut self, _: __sessio::usize) -> &mut dyn __sessio::Value {
                    ::core::unreachable!()
                }
            }
        }
    })
}

/// What the accessors stand on, and the principal.
pub(super) fn fields(session: &Session) -> TokenStream {
    let proofs = session.stored().map(|field| {
        let (ty, name) = (&field.ty, proof(&field.ident));
        let of = format_ident!("{}", if field.column.is_some() { "mistaken_column" } else { "mistaken" });
        let kind = format_ident!("{}", if field.column.is_some() { "MistakenColumnOf" } else { "FieldOf" });
        emit(|span| {
            quote_spanned! {span=>
                const #name: __sessio::#kind<#ty> = __sessio::#of::<#ty>();
            }
        })
    });
    proofs.chain(principal(session)).collect()
}
