//! What is emitted is documented, used or allowed to be unused, and never warned about.

#![deny(missing_docs, unused_qualifications, unused, non_snake_case, non_upper_case_globals, unreachable_pub)]
#![deny(warnings, deprecated, rust_2018_idioms, rust_2024_compatibility, single_use_lifetimes, unused_lifetimes)]
#![deny(missing_debug_implementations, trivial_casts, trivial_numeric_casts, unused_results, let_underscore_drop)]

use sessio::Session;

/// The shop.
#[derive(Debug, Session)]
#[session(index(user_id, theme), strict)]
pub struct Shop {
    /// Who is signed in.
    ///
    /// Nobody, at first.
    #[session(principal)]
    user_id: Option<i64>,
    #[session(flash)]
    notice: Option<String>,
    #[session(column, max_len = 8, default = "light")]
    theme: String,
    /// The cart before there were two.
    #[deprecated]
    #[session(column)]
    cart: i64,
    /// What was looked up.
    #[session(skip)]
    pub cache: u8,
}

#[derive(Debug, Session)]
struct Unused {
    notice: Option<String>,
    #[session(unique)]
    number: i32,
}

fn main() {}
