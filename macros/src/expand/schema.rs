//! The table as constants.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};

use super::{emit, proof};
use crate::model::Session;

pub(super) fn expand(session: &Session) -> TokenStream {
    let columns = session.columns().map(|(field, _)| proof(&field.ident));
    let indexes = session.indexes.iter().map(|index| {
        let columns = index
            .fields
            .iter()
            .filter_map(|(position, _)| session.fields[*position].column.as_ref().map(|column| &column.name.text));
        let unique = index.unique.then(|| format_ident!("unique")).into_iter();
        emit(|span| quote_spanned!(span=> __sessio::IndexDef::new(&[#(#columns),*]) #(.#unique())*))
    });
    emit(|span| {
        quote_spanned! {span=>
            const __COLUMNS: &[__sessio::ColumnDef] = &[#(#columns.def),*];
            const __INDEXES: &[__sessio::IndexDef] = &[#(#indexes),*];
        }
    })
}
