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
    let Some(file) = &session.snapshot else { return TokenStream::new() };
    // The compiler cannot see that the derive has read the variable, so the emitted code reads it too.
    let tracked = emit(|span| {
        quote_spanned! {span=>
            const _: ::core::option::Option<&::core::primitive::str> = ::core::option_env!(#DRIFT);
        }
    });
    let checks = match env::var(DRIFT) {
        Ok(drift) if drift == "allow" => TokenStream::new(),
        _ => snapshot(session, file),
    };
    tracked.into_iter().chain(checks).collect()
}

fn snapshot(session: &Session, file: &LitStr) -> TokenStream {
    let (name, span) = (file_name(file), file.span());
    let runtime = session.runtime.at(span);
    let mut checks = quote_spanned! {span=>
        const __SNAPSHOT: #runtime::__private::Snapshot =
            #runtime::__private::Snapshot::new(#name, ::core::include_str!(#file));
    };
    let table = &session.table;
    let table_name = &table.text;
    checks.extend(check(span, &quote_spanned!(span=> assert_readable())));
    checks.extend(check(table.span, &quote_spanned!(table.span=> assert_table(#table_name))));
    for (field, _) in session.columns() {
        let proof = proof(&field.ident);
        let (name, ty) = (field.ident.span(), first(&field.written));
        let first_value = first_value(session, field, name);
        checks.extend(check(name, &quote_spanned!(name=> assert_has(&#proof.def, #first_value))));
        checks.extend(check(ty, &quote_spanned!(ty=> assert_same(&#proof.def))));
    }
    for (index, position) in session.indexes.iter().zip(0..) {
        let position = Literal::usize_unsuffixed(position);
        checks.extend(check(index.key, &quote_spanned!(index.key=> assert_index(&__INDEXES[#position]))));
    }
    checks.extend(check(span, &quote_spanned!(span=> assert_nothing_else(__COLUMNS, __INDEXES))));
    checks
}

/// One fact in a const of its own. Everything in it has one span, which is where the compiler reports it.
fn check(span: Span, fact: &TokenStream) -> TokenStream {
    let snapshot = Ident::new("__SNAPSHOT", span);
    quote_spanned!(span=> const _: () = #snapshot.#fact;)
}

/// What existing rows get in the field's column when it is new.
fn first_value(session: &Session, field: &Field, span: Span) -> TokenStream {
    let runtime = session.runtime.at(span);
    let is_given = field.default.is_some() || matches!(field.shape, Shape::Option(..));
    if is_given {
        quote_spanned!(span=> #runtime::__private::FirstValue::Given)
    } else {
        let ty = shape::display(&field.written);
        quote_spanned!(span=> #runtime::__private::FirstValue::Of(#ty))
    }
}

/// What a message calls the file.
fn file_name(path: &LitStr) -> String {
    let path = path.value();
    path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}
