//! Eight versions of one struct, each with a change of another kind, and what a visitor would notice of each.

use std::collections::BTreeMap;

use sessio::model::SessionModel;

/// What a visitor sees, by names that outlast the fields'.
pub(crate) type Facts = BTreeMap<&'static str, String>;

/// What nobody can tell.
pub(crate) const UNKNOWN: &str = "?";

/// A version of the struct.
pub(crate) trait Version: SessionModel {
    /// Changes every field but who is signed in, to values of this visitor.
    fn fill(&mut self, visitor: u8);

    /// What the fields say.
    fn facts(&self) -> Facts;

    /// What a migration up to this version changes for sessions that are there.
    fn arrive(_facts: &mut Facts) {}

    /// What the way back from it changes.
    fn leave(_facts: &mut Facts) {}
}

fn text(option: Option<&str>) -> String {
    option.unwrap_or("-").into()
}

/// Every third visitor has no voucher, no e-mail address and no taste; every second has a character in the payload that
/// PostgreSQL's JSON functions refuse.
fn some(visitor: u8, value: String) -> Option<String> {
    (visitor % 3 != 2).then_some(value)
}

fn cart(visitor: u8) -> Vec<String> {
    let odd = if visitor % 2 == 1 { "\u{0}\\u0000" } else { "}" };
    vec![format!("tea \"{visitor}\", größe"), odd.into()]
}

fn theme(visitor: u8) -> String {
    format!("dark '{}\"", visitor % 2)
}

pub(crate) mod v1 {
    use super::*;

    #[derive(sessio::Session)]
    #[session(kind = "shop")]
    pub(crate) struct Shop {
        #[session(principal)]
        user_id: Option<i64>,
        cart: Vec<String>,
        theme: String,
        visits: u32,
    }

    impl Version for Shop {
        fn fill(&mut self, visitor: u8) {
            self.cart = cart(visitor);
            self.theme = theme(visitor);
            self.visits = u32::from(visitor) + 1;
        }

        fn facts(&self) -> Facts {
            Facts::from([
                ("user", format!("{:?}", self.user_id)),
                ("cart", format!("{:?}", self.cart)),
                ("theme", self.theme.clone()),
                ("visits", self.visits.to_string()),
            ])
        }
    }
}

/// A field moves from the payload into a column; a new column.
pub(crate) mod v2 {
    use super::*;

    #[derive(sessio::Session)]
    #[session(kind = "shop")]
    pub(crate) struct Shop {
        #[session(principal)]
        user_id: Option<i64>,
        cart: Vec<String>,
        #[session(column, max_len = 20)]
        theme: String,
        visits: u32,
        #[session(column, max_len = 32)]
        coupon: Option<String>,
    }

    impl Version for Shop {
        fn fill(&mut self, visitor: u8) {
            self.cart = cart(visitor);
            self.theme = theme(visitor);
            self.visits = u32::from(visitor) + 1;
            self.coupon = some(visitor, format!("C-{visitor}"));
        }

        fn facts(&self) -> Facts {
            Facts::from([
                ("user", format!("{:?}", self.user_id)),
                ("cart", format!("{:?}", self.cart)),
                ("theme", self.theme.clone()),
                ("visits", self.visits.to_string()),
                ("voucher", text(self.coupon.as_deref())),
            ])
        }
    }
}

/// A renamed column with a unique index; an index.
pub(crate) mod v3 {
    use super::*;

    #[derive(sessio::Session)]
    #[session(kind = "shop")]
    pub(crate) struct Shop {
        #[session(principal)]
        user_id: Option<i64>,
        cart: Vec<String>,
        #[session(index, max_len = 20)]
        theme: String,
        visits: u32,
        #[session(unique, max_len = 32, renamed_from = "coupon")]
        voucher: Option<String>,
    }

    impl Version for Shop {
        fn fill(&mut self, visitor: u8) {
            self.cart = cart(visitor);
            self.theme = theme(visitor);
            self.visits = u32::from(visitor) + 1;
            self.voucher = some(visitor, format!("V-{visitor}"));
        }

        fn facts(&self) -> Facts {
            Facts::from([
                ("user", format!("{:?}", self.user_id)),
                ("cart", format!("{:?}", self.cart)),
                ("theme", self.theme.clone()),
                ("visits", self.visits.to_string()),
                ("voucher", text(self.voucher.as_deref())),
            ])
        }
    }
}

/// A number moves into a column; a new column with a default; users that sessions end with.
pub(crate) mod v4 {
    use super::*;

    #[derive(sessio::Session)]
    #[session(kind = "shop")]
    pub(crate) struct Shop {
        #[session(principal, references = "users(id)", on_delete = "cascade")]
        user_id: Option<i64>,
        cart: Vec<String>,
        #[session(index, max_len = 20)]
        theme: String,
        #[session(column)]
        visits: u32,
        #[session(unique, max_len = 32, renamed_from = "coupon")]
        voucher: Option<String>,
        #[session(column, default = 3)]
        level: i16,
    }

    impl Version for Shop {
        fn fill(&mut self, visitor: u8) {
            self.cart = cart(visitor);
            self.theme = theme(visitor);
            self.visits = u32::from(visitor) + 1;
            self.voucher = some(visitor, format!("V-{visitor}"));
            self.level = -i16::from(visitor);
        }

        fn facts(&self) -> Facts {
            Facts::from([
                ("user", format!("{:?}", self.user_id)),
                ("cart", format!("{:?}", self.cart)),
                ("theme", self.theme.clone()),
                ("visits", self.visits.to_string()),
                ("voucher", text(self.voucher.as_deref())),
                ("level", self.level.to_string()),
            ])
        }

        fn arrive(facts: &mut Facts) {
            facts.entry("level").or_insert("3".into());
        }
    }
}

/// Wider types; an index over two columns.
pub(crate) mod v5 {
    use super::*;

    #[derive(sessio::Session)]
    #[session(kind = "shop", index(user_id, theme))]
    pub(crate) struct Shop {
        #[session(principal, references = "users(id)", on_delete = "cascade")]
        user_id: Option<i64>,
        cart: Vec<String>,
        #[session(index, max_len = 20)]
        theme: String,
        #[session(column)]
        visits: i64,
        #[session(unique, max_len = 32)]
        voucher: Option<String>,
        #[session(column, default = 3)]
        level: i32,
    }

    impl Version for Shop {
        fn fill(&mut self, visitor: u8) {
            self.cart = cart(visitor);
            self.theme = theme(visitor);
            self.visits = i64::from(visitor) + 1;
            self.voucher = some(visitor, format!("V-{visitor}"));
            self.level = -i32::from(visitor);
        }

        fn facts(&self) -> Facts {
            Facts::from([
                ("user", format!("{:?}", self.user_id)),
                ("cart", format!("{:?}", self.cart)),
                ("theme", self.theme.clone()),
                ("visits", self.visits.to_string()),
                ("voucher", text(self.voucher.as_deref())),
                ("level", self.level.to_string()),
            ])
        }
    }
}

/// A column may be NULL; one is gone; one holds JSON; a user stays as long as there is a session.
pub(crate) mod v6 {
    use super::*;

    #[derive(sessio::Session)]
    #[session(kind = "shop", index(user_id, theme))]
    pub(crate) struct Shop {
        #[session(principal, references = "users(id)")]
        user_id: Option<i64>,
        cart: Vec<String>,
        #[session(index, max_len = 20)]
        theme: Option<String>,
        #[session(column)]
        visits: i64,
        #[session(unique, max_len = 32)]
        voucher: Option<String>,
        #[session(json)]
        tags: Vec<String>,
    }

    impl Version for Shop {
        fn fill(&mut self, visitor: u8) {
            self.cart = cart(visitor);
            self.theme = some(visitor, theme(visitor));
            self.visits = i64::from(visitor) + 1;
            self.voucher = some(visitor, format!("V-{visitor}"));
            self.tags = vec![format!("new '{visitor}\\\"")];
        }

        fn facts(&self) -> Facts {
            Facts::from([
                ("user", format!("{:?}", self.user_id)),
                ("cart", format!("{:?}", self.cart)),
                ("theme", text(self.theme.as_deref())),
                ("visits", self.visits.to_string()),
                ("voucher", text(self.voucher.as_deref())),
                ("tags", format!("{:?}", self.tags)),
            ])
        }

        fn arrive(facts: &mut Facts) {
            // Those that an older version has put into the payload on a way back still have it there.
            facts.insert("level", UNKNOWN.into());
            facts.entry("tags").or_insert("[]".into());
        }

        fn leave(facts: &mut Facts) {
            facts.entry("level").or_insert(UNKNOWN.into());
            if facts["theme"] == "-" {
                facts.insert("theme", String::new());
            }
        }
    }
}

/// It may no longer; other types; an index is gone.
pub(crate) mod v7 {
    use super::*;

    #[derive(sessio::Session)]
    #[session(kind = "shop", index(user_id, theme))]
    pub(crate) struct Shop {
        #[session(principal, references = "users(id)")]
        user_id: Option<i64>,
        cart: Vec<String>,
        #[session(column, max_len = 20, default = "plain".to_owned())]
        theme: String,
        #[session(column)]
        visits: f64,
        #[session(unique, max_len = 64)]
        voucher: Option<String>,
        #[session(json)]
        tags: Vec<String>,
    }

    impl Version for Shop {
        fn fill(&mut self, visitor: u8) {
            self.cart = cart(visitor);
            self.theme = theme(visitor);
            self.visits = f64::from(visitor) + 1.0;
            self.voucher = some(visitor, format!("V-{visitor}"));
            self.tags = vec![format!("new '{visitor}\\\"")];
        }

        fn facts(&self) -> Facts {
            Facts::from([
                ("user", format!("{:?}", self.user_id)),
                ("cart", format!("{:?}", self.cart)),
                ("theme", self.theme.clone()),
                ("visits", self.visits.to_string()),
                ("voucher", text(self.voucher.as_deref())),
                ("tags", format!("{:?}", self.tags)),
            ])
        }

        fn arrive(facts: &mut Facts) {
            if facts["theme"] == "-" {
                facts.insert("theme", "plain".into());
            }
        }
    }
}

/// A column goes back into the payload; columns of other types; users do not matter any more.
pub(crate) mod v8 {
    use super::*;

    #[derive(sessio::Session)]
    #[session(kind = "shop", unique(email, flag))]
    pub(crate) struct Shop {
        #[session(column, default = true)]
        flag: bool,
        #[session(principal)]
        user_id: Option<i64>,
        cart: Vec<String>,
        #[session(column, max_len = 20, default = "plain".to_owned())]
        theme: String,
        #[session(column)]
        visits: f64,
        voucher: Option<String>,
        #[session(json)]
        tags: Vec<String>,
        #[session(unique, max_len = 80)]
        email: Option<String>,
        #[session(column, default = "it's \\ new\nhere".to_owned())]
        note: String,
        #[session(column)]
        avatar: Vec<u8>,
        #[session(column)]
        digest: [u8; 4],
        #[session(column, default = 0.5)]
        ratio: f32,
    }

    impl Version for Shop {
        fn fill(&mut self, visitor: u8) {
            self.flag = visitor.is_multiple_of(2);
            self.cart = cart(visitor);
            self.theme = theme(visitor);
            self.visits = f64::from(visitor) + 1.0;
            self.voucher = some(visitor, format!("V-{visitor}"));
            self.tags = vec![format!("new '{visitor}\\\"")];
            self.email = some(visitor, format!("{visitor}@example.org"));
            self.note = format!("note {visitor}");
            self.avatar = vec![0, 255];
            self.digest = [1, 2, 3, 4];
            self.ratio = 0.25;
        }

        fn facts(&self) -> Facts {
            Facts::from([
                ("flag", self.flag.to_string()),
                ("user", format!("{:?}", self.user_id)),
                ("cart", format!("{:?}", self.cart)),
                ("theme", self.theme.clone()),
                ("visits", self.visits.to_string()),
                ("voucher", text(self.voucher.as_deref())),
                ("tags", format!("{:?}", self.tags)),
                ("email", text(self.email.as_deref())),
                ("note", self.note.clone()),
                ("avatar", format!("{:?}", self.avatar)),
                ("digest", format!("{:?}", self.digest)),
                ("ratio", self.ratio.to_string()),
            ])
        }

        fn arrive(facts: &mut Facts) {
            for (name, value) in [
                ("flag", "true"),
                ("email", "-"),
                ("note", "it's \\ new\nhere"),
                ("avatar", "[]"),
                ("digest", "[0, 0, 0, 0]"),
                ("ratio", "0.5"),
            ] {
                facts.entry(name).or_insert(value.into());
            }
        }

        fn leave(facts: &mut Facts) {
            // Bytes have no form in the payload that SQL could write.
            facts.remove("avatar");
            facts.remove("digest");
        }
    }
}
