//! The traits: `SessionModel`, and `PrincipalSource` where a field says whom the session belongs to.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;

use super::{
    emit,
    fields::{access, fresh_value},
    first, proof,
};
use crate::{
    attr::MergeKey,
    model::{Field, Session},
};

pub(super) fn expand(session: &Session) -> TokenStream {
    let Session { ident, kind, table, .. } = session;
    let (kind, table) = (&kind.text, &table.text);
    let fields = session.stored().map(|field| metadata(session, field));
    let principal = match session.principal().and_then(|field| field.position).map(Literal::usize_unsuffixed) {
        Some(position) => emit(|span| quote_spanned!(span=> __sessio::Some(#position))),
        None => emit(|span| quote_spanned!(span=> __sessio::None)),
    };
    let first_values = session.fields.iter().map(|field| {
        let (ident, fresh) = (&field.ident, fresh_value(field));
        emit(|span| quote_spanned!(span=> #ident: #fresh))
    });
    let copies = session.fields.iter().map(|field| {
        let ident = &field.ident;
        if field.position.is_none() {
            let fresh = fresh_value(field);
            return emit(|span| quote_spanned!(span=> #ident: #fresh));
        }
        let access = access(field);
        emit(|span| quote_spanned!(span=> #ident: (#access.clone?)(&self.#ident)))
    });
    let skips = session
        .fields
        .iter()
        .any(|field| field.position.is_none())
        .then(|| emit(|span| quote_spanned!(span=> const SKIPS: bool = true;)));
    let has_principal = session
        .principal()
        .map(|_| emit(|span| quote_spanned!(span=> fn has_principal(&self) -> bool { __sessio::has_principal(self) })));
    let arms = |way: &str| -> TokenStream {
        let stored = session.stored().zip(0..);
        stored.map(|(field, position)| arm(field, position, way)).collect()
    };
    let (shared, exclusive) = (arms("shared"), arms("exclusive"));
    let model = emit(|span| {
        quote_spanned! {span=>
            #[automatically_derived]
            impl __sessio::SessionModel for #ident {
                const KIND: &'static __sessio::str = #kind;
                const FIELDS: &'static [__sessio::Field] = &[#(#fields),*];
                const SCHEMA: __sessio::Schema =
                    __sessio::Schema::new(#table, __COLUMNS, __INDEXES);
                const PRINCIPAL: __sessio::Option<__sessio::usize> = #principal;
                #skips

                fn fresh() -> Self {
                    Self { #(#first_values),* }
                }

                fn copy(&self) -> __sessio::Option<Self> {
                    __sessio::Some(Self { #(#copies),* })
                }

                #has_principal

                fn field(&self, index: __sessio::usize) -> &dyn __sessio::Value {
                    match index {
                        #shared
                        _ => __sessio::no_such_field(#kind, index),
                    }
                }

                fn field_mut(&mut self, index: __sessio::usize) -> &mut dyn __sessio::Value {
                    match index {
                        #exclusive
                        _ => __sessio::no_such_field(#kind, index),
                    }
                }
            }
        }
    });
    let (source, debug) = (self::principal(session), debug(session));
    emit(|_| quote::quote!(#model #source #debug))
}

/// `Debug` without the secret fields. One of the program's own would be a second, and does not compile.
fn debug(session: &Session) -> Option<TokenStream> {
    let secret = session.stored().find_map(|field| field.keys.secret.as_ref())?;
    let (ident, name) = (&session.ident, session.ident.unraw().to_string());
    let span = Span::mixed_site().located_at(secret.key.span());
    Some(quote_spanned! {span=>
        #[automatically_derived]
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __sessio::debug(#name, self, f)
            }
        }
    })
}

fn metadata(session: &Session, field: &Field) -> TokenStream {
    let name = &field.name.text;
    let mut metadata = emit(|span| quote_spanned!(span=> __sessio::Field::new(#name)));
    let aliases = session.aliases(field);
    if !aliases.is_empty() {
        metadata = emit(|span| quote_spanned!(span=> #metadata.aliases(&[#(#aliases),*])));
    }
    if let Some(merge) = merge(field) {
        metadata = emit(|span| quote_spanned!(span=> #metadata.merge(#merge)));
    }
    if field.strict {
        metadata = emit(|span| quote_spanned!(span=> #metadata.strict()));
    }
    if field.keys.secret.is_some() {
        metadata = emit(|span| quote_spanned!(span=> #metadata.secret()));
    }
    if let Some(upgrade) = field.keys.upgrade.as_ref().map(|upgrade| &upgrade.value) {
        let (ty, span) = (&field.ty, first(upgrade));
        let upgrade = quote_spanned!(span=> &__sessio::TypedUpgrade::<_, #ty>(#upgrade));
        metadata = emit(|span| quote_spanned!(span=> #metadata.upgrade(#upgrade)));
    }
    if let Some(column) = &field.column {
        let (position, proof) = (Literal::usize_unsuffixed(column.position), proof(&field.ident));
        metadata = emit(|span| quote_spanned!(span=> #metadata.column(#position, #proof.codec)));
    }
    metadata
}

/// The merge policy, unless it is the default.
fn merge(field: &Field) -> Option<TokenStream> {
    let ty = &field.ty;
    let policy = |name: &str, span: Span| {
        let name = Ident::new(name, span);
        quote_spanned!(span=> __sessio::merge::#name)
    };
    let function = match (&field.keys.merge, &field.keys.flash) {
        (Some(merge), _) => match &merge.value {
            MergeKey::Policy(name) => match name.value().as_str() {
                "last" => return None,
                "reject" => return Some(emit(|span| quote_spanned!(span=> __sessio::Merge::Reject))),
                function => policy(function, name.span()),
            },
            MergeKey::Function(function) => function.to_token_stream(),
        },
        (None, Some(flash)) => policy("flash", flash.key.span()),
        (None, None) => return None,
    };
    Some(emit(|span| quote_spanned!(span=> __sessio::Merge::Typed(&__sessio::TypedMerge::<#ty>(#function)))))
}

fn arm(field: &Field, position: usize, way: &str) -> TokenStream {
    let (ident, access, position) = (&field.ident, access(field), Literal::usize_unsuffixed(position));
    emit(|span| {
        let function = Ident::new(way, span);
        let borrow = if way == "exclusive" {
            quote_spanned!(span=> &mut self.#ident)
        } else {
            quote_spanned!(span=> &self.#ident)
        };
        quote_spanned!(span=> #position => (#access.#function)(#borrow),)
    })
}

pub(super) fn principal(session: &Session) -> Option<TokenStream> {
    let field = session.principal()?;
    let (model, ident, ty) = (&session.ident, &field.ident, &field.ty);
    Some(emit(|span| {
        quote_spanned! {span=>
            #[automatically_derived]
            impl __sessio::PrincipalSource for #model {
                type Field = #ty;

                fn principal_field(&self) -> &Self::Field {
                    &self.#ident
                }

                fn principal_field_mut(&mut self) -> &mut Self::Field {
                    &mut self.#ident
                }
            }
        }
    }))
}
