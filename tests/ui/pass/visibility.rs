//! Accessors are as visible as the struct, wherever it is visible to.

mod outer {
    pub mod inner {
        #[derive(sessio::Session)]
        pub(super) struct Above {
            visits: u32,
        }

        #[derive(sessio::Session)]
        pub(in crate::outer) struct Within {
            visits: u32,
        }

        #[derive(sessio::Session)]
        pub struct Everywhere {
            visits: u32,
        }
    }

    pub fn visits() -> u32 {
        use sessio::model::SessionModel;
        inner::Above::fresh().visits() + inner::Within::fresh().visits()
    }
}

fn main() {
    use sessio::model::SessionModel;
    assert_eq!(outer::visits() + outer::inner::Everywhere::fresh().visits(), 0);
}
