mod shop {
    #[derive(sessio::Session)]
    pub struct Shop {
        cart: Cart,
    }

    #[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Cart(u32);

    #[derive(sessio::Session)]
    pub(self) struct Hidden {
        visits: u32,
    }
}

fn reads(hidden: &shop::Hidden) -> u32 {
    hidden.visits()
}

fn main() {}
