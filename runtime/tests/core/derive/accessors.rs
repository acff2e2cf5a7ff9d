//! What a struct can do once it derives `Session`, without any web server.

use std::{collections::BTreeSet, fmt::Debug};

use serde::{Deserialize, Serialize};
use sessio::{
    Session,
    model::{ColumnType, HasPrincipal, SessionModel},
    schema::{ColumnDef, IndexDef, Schema},
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Item(u32);

impl From<u32> for Item {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

/// A field of every form.
#[derive(Session)]
struct Forms {
    flag: bool,
    letter: char,
    ratio: f32,
    name: String,
    list: Vec<Item>,
    maybe_number: Option<u64>,
    maybe_name: Option<String>,
    maybe_list: Option<Vec<Item>>,
    maybe_item: Option<Item>,
    item: Item,
    tags: BTreeSet<String>,
    pair: (u8, u8),
}

/// The value, and its type, which is inferred for neither side.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "the type is what is given, not a borrow of it")]
fn is<T: Debug + PartialEq>(given: T, expected: T) {
    assert_eq!(given, expected);
}

#[test]
fn a_getter_gives_what_one_would_write_by_hand() {
    let forms = Forms { maybe_name: Some("a".to_owned()), maybe_list: Some(vec![Item(1)]), ..Forms::fresh() };
    is::<bool>(forms.flag(), false);
    is::<char>(forms.letter(), '\0');
    is::<f32>(forms.ratio(), 0.0);
    is::<&str>(forms.name(), "");
    is::<&[Item]>(forms.list(), &[]);
    is::<Option<u64>>(forms.maybe_number(), None);
    is::<Option<&str>>(forms.maybe_name(), Some("a"));
    is::<Option<&[Item]>>(forms.maybe_list(), Some(&[Item(1)]));
    is::<Option<&Item>>(forms.maybe_item(), None);
    is::<&Item>(forms.item(), &Item(0));
    is::<&BTreeSet<String>>(forms.tags(), &BTreeSet::new());
    is::<&(u8, u8)>(forms.pair(), &(0, 0));
}

#[test]
fn a_setter_takes_what_converts_and_an_option_is_set_to_some() {
    let mut forms = Forms::fresh();
    forms.set_flag(true);
    forms.set_letter('x');
    forms.set_ratio(0.5);
    forms.set_name("shop");
    forms.set_list([Item(1), Item(2)]);
    forms.set_maybe_number(5);
    forms.set_maybe_name('n');
    forms.set_maybe_list(vec![Item(3)]);
    forms.set_maybe_item(4);
    forms.set_item(5);
    forms.set_tags(["a".to_owned()]);
    forms.set_pair([1, 2]);
    assert!(forms.flag());
    assert_eq!(forms.letter(), 'x');
    assert!((forms.ratio() - 0.5).abs() < f32::EPSILON);
    assert_eq!((forms.name(), forms.list()), ("shop", &[Item(1), Item(2)][..]));
    assert_eq!((forms.maybe_number(), forms.maybe_name()), (Some(5), Some("n")));
    assert_eq!((forms.maybe_list(), forms.maybe_item()), (Some(&[Item(3)][..]), Some(&Item(4))));
    assert_eq!((forms.item(), forms.tags().len(), *forms.pair()), (&Item(5), 1, (1, 2)));
}

#[test]
fn a_field_is_changed_in_place_and_cleared() {
    let mut forms = Forms::fresh();
    forms.list_mut().push(Item(1));
    *forms.maybe_number_mut() = Some(1);
    forms.maybe_number_mut().replace(2);
    forms.tags_mut().insert("a".to_owned());
    assert_eq!((forms.list().len(), forms.maybe_number(), forms.tags().len()), (1, Some(2), 1));
    forms.clear_list();
    forms.clear_maybe_number();
    forms.clear_tags();
    assert_eq!((forms.list().len(), forms.maybe_number(), forms.tags().len()), (0, None, 0));
}

/// First values, flash messages, and what is not stored.
#[derive(Session)]
#[session(rename_all = "camelCase")]
struct Desk {
    #[session(default = "light")]
    theme: String,
    #[session(default = if cfg!(any()) { 1 } else { 10 })]
    page_size: u32,
    #[session(default)]
    visits: u32,
    #[session(default = Some(3))]
    retries: Option<u8>,
    #[session(flash)]
    notice: Option<String>,
    #[session(flash)]
    warnings: Vec<String>,
    #[session(skip, default = Cache { hits: 7 })]
    cache: Cache,
    #[session(rename = "lang", alias = "language", alias = "locale", strict)]
    user_language: String,
}

/// Neither serialisable nor `Default`: it is never stored.
struct Cache {
    hits: u32,
}

#[test]
fn a_new_visitor_has_the_defaults_and_clearing_goes_back_to_them() {
    let mut desk = Desk::fresh();
    assert_eq!((desk.theme(), desk.page_size(), desk.visits(), desk.retries()), ("light", 10, 0, Some(3)));
    assert_eq!(desk.cache.hits, 7);
    desk.set_theme("dark");
    desk.set_page_size(50);
    *desk.retries_mut() = None;
    desk.clear_theme();
    desk.clear_page_size();
    desk.clear_retries();
    assert_eq!((desk.theme(), desk.page_size(), desk.retries()), ("light", 10, Some(3)));
}

#[test]
fn a_flash_message_is_taken_once() {
    let mut desk = Desk::fresh();
    desk.set_notice("saved");
    desk.warnings_mut().push("disk almost full".to_owned());
    assert_eq!((desk.take_notice(), desk.take_notice()), (Some("saved".to_owned()), None));
    assert_eq!((desk.take_warnings().len(), desk.take_warnings().len()), (1, 0));
}

#[test]
fn fields_carry_their_stored_names_and_older_ones() {
    let names: Vec<_> = Desk::FIELDS.iter().map(|field| field.name).collect();
    assert_eq!(names, ["theme", "pageSize", "visits", "retries", "notice", "warnings", "lang"]);
    let [.., language] = Desk::FIELDS else { unreachable!() };
    assert_eq!((language.aliases, language.strict), (&["language", "locale"][..], true));
    assert!(Desk::FIELDS[..6].iter().all(|field| field.aliases.is_empty() && !field.strict && field.column.is_none()));
    assert_eq!((Desk::KIND, Desk::SCHEMA), ("desk", Schema::new("desk_sessions", &[], &[])));
    assert_eq!(Desk::PRINCIPAL, None);
}

#[test]
fn a_position_leads_to_its_field_past_the_skipped_ones() {
    let mut desk = Desk::fresh();
    desk.set_user_language("de");
    let mut encoded = Vec::new();
    desk.field(6).encode(&mut encoded).unwrap();
    assert_eq!(encoded, br#""de""#);
    desk.field_mut(6).decode(br#""fr""#).unwrap();
    desk.field_mut(1).decode(b"25").unwrap();
    assert_eq!((desk.user_language(), desk.page_size()), ("fr", 25));
}

type UserId = i64;

/// Columns of every kind.
#[derive(Session)]
#[session(kind = "shop", table = "shops", index(team, user_id), unique(team, device))]
struct Shop {
    cart: Vec<Item>,
    #[session(principal)]
    user_id: Option<UserId>,
    #[session(column = "team_id", renamed_from = "group_id")]
    team: i32,
    #[session(unique, max_len = 64)]
    device: String,
    #[session(json)]
    options: Vec<Item>,
    #[session(column, max_len = 16)]
    token: Option<Vec<u8>>,
}

#[test]
fn the_schema_says_what_the_struct_says() {
    let columns = [
        ColumnDef::new("user_id", ColumnType::Int64, true),
        ColumnDef::new("team_id", ColumnType::Int32, false).renamed_from("group_id"),
        ColumnDef::new("device", ColumnType::Text, false).max_len(64),
        ColumnDef::json("options"),
        ColumnDef::new("token", ColumnType::Bytes, true).max_len(16),
    ];
    let indexes = [
        IndexDef::new(&["user_id"]),
        IndexDef::new(&["device"]).unique(),
        IndexDef::new(&["team_id", "user_id"]),
        IndexDef::new(&["team_id", "device"]).unique(),
    ];
    assert_eq!((Shop::SCHEMA.table, Shop::SCHEMA.columns, Shop::SCHEMA.indexes), ("shops", &columns[..], &indexes[..]));
    let positions: Vec<_> = Shop::FIELDS.iter().map(|field| field.column.map(|(position, _)| position)).collect();
    assert_eq!(positions, [None, Some(0), Some(1), Some(2), Some(3), Some(4)]);
    assert_eq!(Shop::FIELDS[2].aliases, ["group_id"]);
}

#[test]
fn a_column_takes_its_value_there_and_back() {
    let mut shop = Shop::fresh();
    shop.set_device("phone");
    shop.set_options([Item(3)]);
    for index in [3, 4] {
        let (_, codec) = Shop::FIELDS[index].column.unwrap();
        let value = codec.read(shop.field(index)).unwrap();
        let mut other = Shop::fresh();
        codec.write(other.field_mut(index), &value).unwrap();
        assert!(other.field(index).equals(shop.field(index)));
    }
}

#[test]
fn the_principal_is_read_and_set_through_its_trait() {
    let mut shop = Shop::fresh();
    assert_eq!((Shop::PRINCIPAL, shop.principal()), (Some(1), None));
    HasPrincipal::set_principal(&mut shop, Some(7));
    assert_eq!((shop.user_id(), shop.principal()), (Some(&7), Some(&7)));
}
