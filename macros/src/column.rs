//! `#[derive(Column)]`: a struct around one value delegates to it, and an enum of names is text.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Data, DataEnum, DataStruct, DeriveInput, Fields, Index, Type, Variant, ext::IdentExt, spanned::Spanned};

use crate::{
    attr::{ColumnKeys, RuntimePath, VariantKeys},
    errors::Errors,
    model::unknown_case,
    name::{self, Case},
};

/// The longest text that is a `VARCHAR` on MySQL without a key of its own, in characters.
const MAX_NAME: usize = 191;

/// The whole derive.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let errors = Errors::new();
    let keys = ColumnKeys::parse(&input.attrs, &errors);
    let runtime = RuntimePath::new(keys.runtime.as_ref().map(|runtime| &runtime.value));
    if let Some(parameter) = input.generics.params.first() {
        let message = format!("a column has one type, so `{}` cannot have parameters; write them out", input.ident);
        errors.on(parameter, message);
    }
    let column = match &input.data {
        Data::Struct(data) => around(&input.ident, data, &keys, &runtime, &errors),
        Data::Enum(data) => names(&input.ident, data, &keys, &runtime, &errors),
        Data::Union(data) => {
            errors.at(data.union_token.span(), "`Column` cannot be derived for unions");
            None
        }
    };
    let mistakes = errors.finish();
    match column {
        Some(column) if mistakes.is_empty() => column,
        _ => {
            let fallback = fallback(&input, &runtime);
            quote!(#mistakes #fallback)
        }
    }
}

/// A struct around one value.
fn around(
    model: &Ident,
    data: &DataStruct,
    keys: &ColumnKeys,
    runtime: &RuntimePath,
    errors: &Errors,
) -> Option<TokenStream> {
    if let Some(rename_all) = &keys.rename_all {
        errors.at(rename_all.key.span(), "`rename_all` names the variants of an enum; this is a struct");
    }
    let mut fields = data.fields.iter();
    let (Some(field), None) = (fields.next(), fields.next()) else {
        let message = format!(
            "a column holds one value, and `{model}` has {} fields; store it with `#[session(json)]`",
            data.fields.len()
        );
        errors.at(model.span(), message);
        return None;
    };
    let member = field.ident.as_ref().map_or_else(|| Index::from(0).into_token_stream(), ToTokens::to_token_stream);
    let (ty, at) = (&field.ty, first(&field.ty));
    let private = runtime.at(at);
    let parts = quote_spanned! {at=>
        const __VALUE: #private::__private::ColumnParts<#ty> = #private::__private::column_parts::<#ty>();
    };
    let span = Span::mixed_site();
    Some(wrap(&quote_spanned! {span=>
        #parts
        #[automatically_derived]
        impl #runtime::model::Column for #model {
            const TYPE: #runtime::model::ColumnType = __VALUE.ty;
            const NULLABLE: ::core::primitive::bool = __VALUE.nullable;
            const AMBIGUOUS: ::core::primitive::bool = __VALUE.ambiguous;

            fn to_column(&self) -> #runtime::model::ColumnValue {
                (__VALUE.to_column)(&self.#member)
            }

            fn from_column(
                value: &#runtime::model::ColumnValue,
            ) -> ::core::result::Result<Self, #runtime::model::ColumnError> {
                ::core::result::Result::map((__VALUE.from_column)(value), |value| Self { #member: value })
            }
        }
    }))
}

/// An enum of names.
fn names(
    model: &Ident,
    data: &DataEnum,
    keys: &ColumnKeys,
    runtime: &RuntimePath,
    errors: &Errors,
) -> Option<TokenStream> {
    let case = keys.rename_all.as_ref().and_then(|rename_all| {
        let case = Case::parse(&rename_all.value.value());
        if case.is_none() {
            errors.at(rename_all.value.span(), unknown_case(&rename_all.value.value()));
        }
        case
    });
    if data.variants.is_empty() {
        errors.at(model.span(), format!("`{model}` has no variant, so there is nothing to store"));
        return None;
    }
    let mut owners: HashMap<String, &Ident> = HashMap::new();
    let mut variants = Vec::new();
    for variant in &data.variants {
        let name = name_of(variant, case, errors);
        if let Some(owner) = owners.insert(name.clone(), &variant.ident) {
            errors.at(variant.ident.span(), format!("the name `{name}` is already used by variant `{owner}`"));
        }
        variants.push((&variant.ident, name));
    }
    let longest =
        variants.iter().map(|(_, name)| name.chars().count()).max().and_then(|max| u32::try_from(max).ok())?;
    let (idents, names): (Vec<_>, Vec<_>) = variants.into_iter().unzip();
    let (text, span) = (model.unraw().to_string(), Span::mixed_site());
    Some(wrap(&quote_spanned! {span=>
        #[automatically_derived]
        impl #runtime::model::Column for #model {
            const TYPE: #runtime::model::ColumnType = #runtime::model::ColumnType::Varchar(#longest);

            fn to_column(&self) -> #runtime::model::ColumnValue {
                #runtime::__private::name_to_column(match self {
                    #(Self::#idents => #names,)*
                })
            }

            fn from_column(
                value: &#runtime::model::ColumnValue,
            ) -> ::core::result::Result<Self, #runtime::model::ColumnError> {
                #runtime::__private::name_from_column(#text, value, |name| match name {
                    #(#names => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                })
            }
        }
    }))
}

fn name_of(variant: &Variant, case: Option<Case>, errors: &Errors) -> String {
    let keys = VariantKeys::parse(&variant.attrs, errors);
    let ident = variant.ident.unraw().to_string();
    if !matches!(variant.fields, Fields::Unit) {
        errors.on(
            &variant.fields,
            format!("a column holds the name of a variant, and `{ident}` holds more; store the field with `#[session(json)]`"),
        );
    }
    let (name, span) = match (&keys.rename, case) {
        (Some(rename), _) => (rename.value.value(), rename.value.span()),
        (None, Some(case)) => (case.apply_to_type(&ident), variant.ident.span()),
        (None, None) => (ident, variant.ident.span()),
    };
    if name.is_empty() {
        errors.at(span, "a stored name cannot be empty");
    } else if name.chars().count() > MAX_NAME {
        errors.at(span, format!("a stored name of more than {MAX_NAME} characters cannot be indexed everywhere"));
    } else if name.contains('\0') {
        errors.at(span, format!("PostgreSQL cannot hold the name `{}`", name::printable(&name)));
    }
    name
}

/// What a type with a mistake gets, so that no use of it is an error of its own.
fn fallback(input: &DeriveInput, runtime: &RuntimePath) -> TokenStream {
    let (model, span) = (&input.ident, Span::mixed_site());
    let (parameters, arguments, bounds) = input.generics.split_for_impl();
    wrap(&quote_spanned! {span=>
        #[automatically_derived]
        impl #parameters #runtime::model::Column for #model #arguments #bounds {
            const TYPE: #runtime::model::ColumnType = #runtime::model::ColumnType::Int64;

            fn to_column(&self) -> #runtime::model::ColumnValue {
                ::core::unreachable!()
            }

            fn from_column(
                _: &#runtime::model::ColumnValue,
            ) -> ::core::result::Result<Self, #runtime::model::ColumnError> {
                ::core::unreachable!()
            }
        }
    })
}

fn wrap(tokens: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    quote_spanned! {span=>
        #[allow(deprecated, unused_qualifications, clippy::all, clippy::nursery, clippy::pedantic)]
        const _: () = {
            #tokens
        };
    }
}

/// The first token's span: on stable a span cannot cover several.
fn first(ty: &Type) -> Span {
    ty.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}
