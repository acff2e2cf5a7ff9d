//! The derive of sessio: a plain struct becomes a typed session.
//!
//! It reads the struct and emits metadata and accessors; what a session *does* is written in the runtime crate. The stages:
//! `attr` reads the keys, `model` joins them with the fields, `check` finds what does not fit, `expand` writes the code.

mod attr;
mod check;
mod column;
mod errors;
mod expand;
mod model;
mod name;
mod shape;

use proc_macro::TokenStream;

/// Makes a struct with named fields a typed session.
///
/// ```
/// use sessio::{Session, model::SessionModel};
///
/// /// What the shop remembers about a visitor.
/// #[derive(Session)]
/// #[session(table = "shop_sessions")]
/// pub struct Shop {
///     /// Who is signed in.
///     #[session(principal)]
///     user_id: Option<i64>,
///     cart: Vec<String>,
///     #[session(merge = "add")]
///     visits: u32,
///     #[session(flash)]
///     notice: Option<String>,
/// }
///
/// let mut shop = Shop::fresh();
/// shop.cart_mut().push("teapot".to_owned());
/// shop.set_visits(shop.visits() + 1);
/// shop.set_notice("Added to your cart");
/// assert_eq!(shop.take_notice().as_deref(), Some("Added to your cart"));
/// ```
///
/// A field may be of any type that is `Serialize + DeserializeOwned + PartialEq + Send + Sync + 'static`. The struct has no
/// parameters, because one type is one table. Nothing else has to be derived.
///
/// # What it adds
///
/// - `SessionModel`, and `HasPrincipal` where a field is the `principal`: what the runtime asks about the struct.
/// - `Shop::layer(store)`, where a framework is switched on.
/// - Accessors, as visible as the struct and with the field's own doc comment:
///
/// | method | for | gives or takes |
/// |---|---|---|
/// | `cart()` | every stored field | a primitive by value, `&str`, `&[T]`, `Option<&T>`, else `&T` |
/// | `set_cart(..)` | every stored field | a primitive, else `impl Into<T>`; for an `Option<T>` the `T`, and it becomes `Some` |
/// | `cart_mut()` | every stored field | `&mut T` |
/// | `clear_cart()` | every stored field | back to what a new visitor has |
/// | `take_notice()` | `flash` | the value, which is then gone |
/// | `find_by_user_id(&store, ..)` | a column with an index of its own | the sessions with this value |
/// | `delete_by_user_id(&store, ..)` | a column with an index of its own | ends them and says how many there were |
///
/// The form of a getter follows how the type is written: behind an alias it is a plain `&T`. A field whose accessor would
/// clash with a method of the handle `Session<T>`, such as `id` or `expiry`, is an error.
///
/// # Keys on the struct
///
/// | key | effect | without it |
/// |---|---|---|
/// | `kind = "shop"` | tells this type's sessions from another's, in every store and seal | the struct's name in snake case |
/// | `table = "shops"` | the table that an SQL store uses | the kind with `_sessions` behind it |
/// | `rename_all = "camelCase"` | the case of stored names and columns, as serde spells them | the fields' own names |
/// | `index(a, b)`, `unique(a, b)` | an index over the columns of these fields; may repeat | |
/// | `strict` | every field is `strict` | |
/// | `snapshot = "../migrations/shop.schema"` | the table is compared with the checked-in file while the struct compiles | nothing is compared |
/// | `lock = "shop.lock"` | the shape of each stored field is compared with the checked-in file while the struct compiles | nothing is compared |
/// | `crate = ::path` | where the crate `sessio` is, beginning with `::` or `crate` | `::sessio` |
///
/// # Keys on a field
///
/// | key | effect |
/// |---|---|
/// | `default = expression` | what a new visitor has, instead of the type's `Default` |
/// | `rename = "name"` | the name under which the field is stored |
/// | `alias = "name"` | an older name; when a session has both, the one that was written last is read; may repeat |
/// | `skip` | the field is not stored and has no accessors; it starts from its default in each request |
/// | `strict` | a stored value that does not decode refuses the session, instead of becoming the default |
/// | `secret` | nothing that sessio says shows the value: no error, event or log, and the struct gets a `Debug` without it. It has no column |
/// | `merge = "policy"` | when overlapping requests both changed it: `last` (the default), `add`, `max`, `min`, `union`, `append`, or `reject` |
/// | `merge = path` | the same, by a function `fn(base: &T, mine: &T, theirs: &T) -> T` |
/// | `flash` | a message for the next page: it gets `take_..`, and a newer message survives the taking of an older one |
/// | `principal` | an `Option` that says who is signed in; when it changes, the session gets a new secret. Has a column with an index |
/// | `column`, `column = "name"` | a typed column of its own in an SQL store; its type must be a `Column` |
/// | `index`, `unique` | a column with an index |
/// | `json` | a column that holds any value as JSON |
/// | `max_len = 64` | the longest text in characters, or bytes, of the column; a longer value is refused when the session is saved, by every store. An indexed `String` needs it |
/// | `references = "users(id)"` | the column refers to a row of another table; a session that refers to none is refused by the database |
/// | `on_delete = "cascade"` | what happens to the session when that row goes: `cascade`, `set null` or `restrict` (the default) |
/// | `upgrade = path` | a stored value that does not decode goes through `fn(Old) -> Option<T>`, where `Old` is any type that can be deserialized |
/// | `renamed_from = "name"` | the column's older name, for migrations; also read as an `alias` |
///
/// # Checked-in files
///
/// With `snapshot`, a struct whose columns, references or indexes differ from those that the last migration made does not compile. The
/// path is relative to the source file, as for `include_str!`. The program that generates the migration contains the struct,
/// so it is built with the environment variable `SESSIO_DRIFT=allow`, which switches the comparison off:
/// `SESSIO_DRIFT=allow cargo run --bin migrate -- generate`. The same command makes the first snapshot.
///
/// With `lock`, a struct that could not read what live sessions hold does not compile. The file has a line
/// `field <name> <shape>` for each stored field, which `sessio::schema::lock_of` writes. A field whose type has changed
/// needs `upgrade` or `default`, and the older shape in the file: `field level string was uint8`. A type of your own is
/// pinned by the way it is written in the struct; a change inside of it is not seen unless it is
/// `sessio::schema::Shaped`.
///
/// # Upgrades
///
/// ```
/// use sessio::{Session, model::SessionModel};
///
/// #[derive(Session)]
/// struct Player {
///     /// Was a number until the levels got names.
///     #[session(upgrade = level_of_number)]
///     level: String,
/// }
///
/// fn level_of_number(level: u8) -> Option<String> {
///     ["wood", "gold"].get(usize::from(level)).map(|name| (*name).to_owned())
/// }
/// ```
///
/// An upgrade is asked only when the stored value is not of the field's type. Reading alone writes nothing: the older
/// value stays stored until the field is changed, so that a rollback finds it. `None` means that the value is lost, as
/// without an upgrade.
///
/// # Errors
///
/// What does not fit is a compile error that says what to write instead, all of them at once. What only a type can tell
/// (not storable, not a column, a number with `max_len`) the compiler says through traits and constants, under the field.
#[proc_macro_derive(Session, attributes(session))]
pub fn derive_session(input: TokenStream) -> TokenStream {
    expand::session(input.into()).into()
}

/// Makes a struct around one value, or an enum of names, the type of a column.
///
/// ```
/// use sessio::{
///     Column,
///     model::{ColumnType, ColumnValue},
/// };
///
/// #[derive(Column)]
/// struct UserId(i64);
///
/// #[derive(Column)]
/// #[session(rename_all = "snake_case")]
/// enum Plan {
///     FreeOfCharge,
///     #[session(rename = "pro")]
///     Professional,
/// }
///
/// assert_eq!(UserId::TYPE, ColumnType::Int64);
/// assert_eq!(Plan::TYPE, ColumnType::Varchar(14));
/// assert_eq!(Plan::FreeOfCharge.to_column(), ColumnValue::Text("free_of_charge".into()));
/// ```
///
/// The struct's column is that of its value. The enum's column is text, not an enumeration of the database: a new variant
/// needs a migration only where its name is the longest. A field also has to be `Serialize` and `Deserialize`, for stores
/// without columns.
///
/// # Keys
///
/// | key | on | effect |
/// |---|---|---|
/// | `rename_all = "snake_case"` | the enum | the case of the names, as serde spells it; without it they are as written |
/// | `rename = "name"` | a variant | its name |
/// | `crate = ::path` | the type | where the crate `sessio` is |
#[proc_macro_derive(Column, attributes(session))]
pub fn derive_column(input: TokenStream) -> TokenStream {
    column::expand(input.into()).into()
}
