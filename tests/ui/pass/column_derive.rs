//! Enums of names and newtypes as columns, also where everything is called something else.
#![deny(missing_docs, unused_qualifications, clippy::all)]

use sessio::{
    Session,
    model::{Column, ColumnType, ColumnValue, SessionModel},
};

/// A raw identifier and a variant of an odd name.
#[derive(Clone, Copy, Column, Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
#[session(rename_all = "SCREAMING-KEBAB-CASE")]
#[allow(non_camel_case_types)]
pub enum r#Plan {
    /// Nothing to pay.
    #[default]
    FreeOfCharge,
    /// A word of the language.
    r#type,
    /// Not ASCII.
    #[session(rename = "größer")]
    Larger,
}

mod elsewhere {
    #![allow(missing_docs)]
    pub struct Option;
    pub struct Result;
    pub struct String;
    #[derive(Clone, sessio::Column, Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
    pub struct UserId {
        pub r#number: i64,
    }
}

type Inner = [u8; 4];

/// Behind an alias.
#[derive(Clone, Column, Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct Key(Inner);

/// The session.
#[derive(Session)]
pub struct Cart {
    #[session(principal)]
    user_id: Option<elsewhere::UserId>,
    #[session(unique)]
    key: Key,
    #[session(index)]
    plan: Plan,
}

fn main() {
    let [user_id, key, plan] = Cart::SCHEMA.columns else { unreachable!() };
    assert_eq!((user_id.ty, user_id.nullable), (ColumnType::Int64, true));
    assert_eq!((key.ty, key.nullable), (ColumnType::Binary(4), false));
    assert_eq!((plan.ty, plan.nullable), (ColumnType::Varchar(14), false));
    for (plan, name) in [(Plan::FreeOfCharge, "FREE-OF-CHARGE"), (Plan::r#type, "TYPE"), (Plan::Larger, "größer")] {
        assert_eq!(plan.to_column(), ColumnValue::Text(name.into()));
        assert_eq!(Plan::from_column(&plan.to_column()).unwrap(), plan);
    }
    assert!(Plan::from_column(&ColumnValue::Text("gold".into())).is_err());
}
