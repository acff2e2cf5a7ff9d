//! Checked-in files that the struct is compared with, as free consts: only those are evaluated by `cargo check` too.
//!
//! The derive reads no file. It emits `include_str!` with the user's own literal, so the path is relative to the source
//! file, a missing file is an error under the literal, and the compiler notices a change of the file by itself.

use std::env;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::LitStr;

use super::{emit, first, proof};
use crate::{
    model::{Field, Session},
    shape::{self, Shape},
};

/// The environment variable that lets a struct with drift compile. Without it the program that writes the migration
/// could not be built, as it contains the struct.
const DRIFT: &str = "SESSIO_DRIFT";

pub(super) fn expand(session: &Session) -> TokenStream {
    if session.snapshot.is_none() && session.lock.is_none() {
        return TokenStream::new();
    }
    // The compiler cannot see that the derive has read the variable, so the emitted code reads it too.
    let tracked = emit(|span| {
        quote_spanned! {span=>
            const _: __sessio::Option<&__sessio::str> = ::core::option_env!(#DRIFT);
        }
    });
    let mut pins = TokenStream::new();
    pins.extend(tracked);
    if session.lock.is_some() {
        pins.extend(shapes(session));
    }
    if env::var(DRIFT).is_ok_and(|drift| drift == "allow") {
        return pins;
    }
    pins.extend(session.snapshot.as_ref().map(|file| snapshot(session, file)));
    pins.extend(session.lock.as_ref().map(|file| lock(session, file)));
    pins
}

/// The table against the snapshot.
fn snapshot(session: &Session, path: &LitStr) -> TokenStream {
    let file = File { constant: "__SNAPSHOT", ty: "Snapshot", path };
    let mut checks = file.read();
    let (table, span) = (&session.table.text, session.table.span);
    checks.extend(file.check(span, &quote_spanned!(span=> assert_table(#table))));
    for (field, _) in session.columns() {
        let (proof, span) = (proof(&field.ident), field.ident.span());
        let first_value = first_value(field, span);
        checks.extend(file.check(span, &quote_spanned!(span=> assert_has(&#proof.def, #first_value))));
        let span = first(&field.written);
        checks.extend(file.check(span, &quote_spanned!(span=> assert_same(&#proof.def))));
        if let Some(references) = &field.keys.references {
            let span = references.value.span();
            checks.extend(file.check(span, &quote_spanned!(span=> assert_reference(&#proof.def))));
        }
    }
    for (index, position) in session.indexes.iter().zip(0..) {
        let (position, span) = (Literal::usize_unsuffixed(position), index.key);
        checks.extend(file.check(span, &quote_spanned!(span=> assert_index(&__INDEXES[#position]))));
    }
    let span = path.span();
    checks.extend(file.check(span, &quote_spanned!(span=> assert_nothing_else(__COLUMNS, __INDEXES))));
    checks
}

/// What existing rows get in the field's column when it is new.
fn first_value(field: &Field, span: Span) -> TokenStream {
    if field.default.is_some() || matches!(field.shape, Shape::Option(..)) {
        quote_spanned!(span=> __sessio::FirstValue::Given)
    } else {
        let ty = shape::display(&field.written);
        quote_spanned!(span=> __sessio::FirstValue::Of(#ty))
    }
}

/// The shapes of the stored fields, and the trait through which they can be written to a file.
fn shapes(session: &Session) -> TokenStream {
    let model = &session.ident;
    let pinned = session.stored().map(|field| {
        let (name, ty, aliases) = (&field.name.text, &field.ty, session.aliases(field));
        let written = shape::display(&field.written);
        let older = if field.keys.upgrade.is_some() || field.keys.default.is_some() { "Handled" } else { "Lost" };
        emit(|span| {
            let older = Ident::new(older, span);
            quote_spanned! {span=>
                __sessio::Pinned {
                    name: #name,
                    aliases: &[#(#aliases),*],
                    shape: __sessio::shape_or(__sessio::Probe::<#ty>::SHAPE, #written),
                    older: __sessio::Older::#older,
                }
            }
        })
    });
    let positions = session.stored().zip(0..).map(|(_, position)| Literal::usize_unsuffixed(position));
    emit(|span| {
        quote_spanned! {span=>
            use __sessio::Unshaped as _;
            const __PINNED: &[__sessio::Pinned] = &[#(#pinned),*];
            #[automatically_derived]
            impl __sessio::Locked for #model {
                const SHAPES: &'static [__sessio::Shape] = &[#(__PINNED[#positions].shape),*];
            }
        }
    })
}

/// The shapes against the lock.
fn lock(session: &Session, path: &LitStr) -> TokenStream {
    let file = File { constant: "__LOCK", ty: "Lock", path };
    let mut checks = file.read();
    for (field, position) in session.stored().zip(0..) {
        let (position, span) = (Literal::usize_unsuffixed(position), field.ident.span());
        checks.extend(file.check(span, &quote_spanned!(span=> assert_has(&__PINNED[#position]))));
        let span = first(&field.written);
        checks.extend(file.check(span, &quote_spanned!(span=> assert_same(&__PINNED[#position]))));
    }
    let span = path.span();
    checks.extend(file.check(span, &quote_spanned!(span=> assert_nothing_else(__PINNED))));
    checks
}

/// A checked-in file in the emitted code.
struct File<'a> {
    constant: &'static str,
    ty: &'static str,
    path: &'a LitStr,
}

impl File<'_> {
    /// The const that holds the file, and the one that says whether it can be read.
    fn read(&self) -> TokenStream {
        let (path, span) = (self.path, self.path.span());
        let (constant, ty) = (Ident::new(self.constant, span), Ident::new(self.ty, span));
        let name = self.name();
        let file = quote_spanned! {span=>
            const #constant: __sessio::#ty =
                __sessio::#ty::new(#name, ::core::include_str!(#path));
        };
        file.into_iter().chain(self.check(span, &quote_spanned!(span=> assert_readable()))).collect()
    }

    /// One fact in a const of its own. Everything in it has one span, which is where the compiler reports it.
    fn check(&self, span: Span, fact: &TokenStream) -> TokenStream {
        let constant = Ident::new(self.constant, span);
        quote_spanned!(span=> const _: () = #constant.#fact;)
    }

    /// What a message calls the file.
    fn name(&self) -> String {
        let path = self.path.value();
        path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
    }
}
