//! What is emitted, as a reviewer reads it: a refactoring shows its effect in `macros/expected/`.
//!
//! After a deliberate change: `UPDATE_EXPECT=1 cargo test -p sessio-macros`.

use expect_test::{ExpectFile, expect_file};
use quote::quote;

use super::{TokenStream, session};

fn check(input: TokenStream, expected: &ExpectFile) {
    let file = syn::parse2(session(input)).expect("what is emitted is valid Rust");
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn a_struct_without_keys_gets_a_model_and_accessors() {
    check(
        quote! {
            struct Cart {
                /// What is in it.
                items: Vec<Item>,
                coupon: Option<String>,
            }
        },
        &expect_file!["../../expected/plain.rs"],
    );
}

#[test]
fn the_shop_of_the_readme_gets_a_principal_and_finders() {
    check(
        quote! {
            #[session(table = "shop_sessions")]
            pub struct Shop {
                /// Who is signed in.
                #[session(principal)]
                user_id: Option<i64>,
                cart: Vec<Item>,
                #[session(merge = "add")]
                visits: u32,
                #[session(flash)]
                notice: Option<String>,
            }
        },
        &expect_file!["../../expected/shop.rs"],
    );
}

#[test]
fn every_key_shows_in_what_is_emitted() {
    check(
        quote! {
            #[session(kind = "desk", table = "desks", crate = crate::sessions, rename_all = "camelCase", strict)]
            #[session(index(team, opened_by), unique(team, label))]
            pub(crate) struct Desk {
                #[session(column = "team_id")]
                team: i64,
                #[session(principal, merge = "reject")]
                opened_by: Option<UserId>,
                #[session(unique, max_len = 40, renamed_from = "title", default = "untitled")]
                label: String,
                #[session(json, alias = "opts", merge = policy::newest)]
                options: Options,
                #[session(rename = "n", default = Self::LIMIT)]
                limit: u32,
                #[session(skip, default = Cache::new())]
                cache: Cache,
            }
        },
        &expect_file!["../../expected/every_key.rs"],
    );
}

#[test]
fn a_struct_with_a_mistake_keeps_its_names() {
    check(
        quote! {
            struct Cart {
                #[session(indx)]
                user_id: i64,
                #[session(flash)]
                notice: Option<String>,
            }
        },
        &expect_file!["../../expected/fallback.rs"],
    );
}
