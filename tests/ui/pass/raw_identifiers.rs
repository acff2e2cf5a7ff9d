//! A raw identifier is stored, and named by its accessors, without `r#`.

use sessio::{Session, model::SessionModel};

#[derive(Session)]
#[session(unique(r#type, r#match))]
struct r#Loop {
    #[session(index, max_len = 8)]
    r#type: String,
    #[session(column, flash)]
    r#match: Option<i64>,
}

fn main() {
    let mut session = r#Loop::fresh();
    session.set_type("a");
    session.set_match(1);
    assert_eq!((session.r#type(), session.r#match()), ("a", Some(1)));
    session.type_mut().push('b');
    session.clear_type();
    assert_eq!(session.take_match(), Some(1));
    assert_eq!(r#Loop::KIND, "loop");
    assert_eq!(r#Loop::FIELDS.iter().map(|field| field.name).collect::<Vec<_>>(), ["type", "match"]);
    assert_eq!(r#Loop::SCHEMA.columns[0].name, "type");
}
