//! What the shop sells, who can sign in, and what a cart is. Nothing here knows of the web.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use sessio::merge;

/// Something on the shelf.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// The strokes of a drawing, 24 by 24: the `d` of an SVG path.
    pub(crate) picture: &'static str,
    pub(crate) price: Price,
}

pub(crate) const PRODUCTS: [Product; 6] = [
    Product {
        id: 1,
        name: "Teapot",
        description: "Short and stout.",
        picture: "M6 10h10v6a4 4 0 0 1-4 4h-2a4 4 0 0 1-4-4zM16 12h2a2 2 0 0 1 0 5h-2M6 14 2 9M8 10a3 3 0 0 1 6 0M11 7V5",
        price: Price(2_450),
    },
    Product {
        id: 2,
        name: "Umbrella",
        description: "For the walk home.",
        picture: "M12 4a9 9 0 0 1 9 9H3a9 9 0 0 1 9-9zM12 13v5a2 2 0 0 0 4 0M12 4V2",
        price: Price(1_900),
    },
    Product {
        id: 3,
        name: "Notebook",
        description: "192 pages, dotted.",
        picture: "M6 3h13v18H6zM10 3v18M4 7h3M4 12h3M4 17h3M13 8h3M13 12h3",
        price: Price(890),
    },
    Product {
        id: 4,
        name: "Cactus",
        description: "Asks for very little.",
        picture: "M10 20V5a2 2 0 0 1 4 0v15M10 15H8a2 2 0 0 1-2-2v-3M14 12h2a2 2 0 0 0 2-2V8M7 20h10",
        price: Price(1_275),
    },
    Product {
        id: 5,
        name: "Lamp",
        description: "Warm light, long arm.",
        picture: "M5 21h8M9 21 6 13l6-6M10 5l4 4M10 5l3-3 7 3-3 7-3-3M18 9a2 2 0 0 1-1 3",
        price: Price(5_600),
    },
    Product {
        id: 6,
        name: "Crab & friends",
        description: "A <very> soft toy.",
        picture: "M6 13a6 4 0 0 1 12 0v2a6 4 0 0 1-12 0zM6 12 3 9V5l3 2M18 12l3-3V5l-3 2M7 18l-3 3M17 18l3 3M10 9V7M14 9V7",
        price: Price(3_100),
    },
];

/// The product with this id, if the shop sells it.
pub(crate) fn product(id: u32) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}

/// Somebody who can sign in. They have no passwords: this is an example of sessions, not of keeping passwords.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
}

pub(crate) const USERS: [User; 3] =
    [User { id: 1, name: "Alice" }, User { id: 2, name: "Bob" }, User { id: 3, name: "Carol" }];

/// The user with this id.
pub(crate) fn user(id: i64) -> Option<&'static User> {
    USERS.iter().find(|user| user.id == id)
}

/// An amount of money in cents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Price(u32);

impl Price {
    pub(crate) fn times(self, quantity: u32) -> Self {
        Self(self.0.saturating_mul(quantity))
    }
}

impl std::iter::Sum for Price {
    fn sum<I: Iterator<Item = Self>>(prices: I) -> Self {
        Self(prices.fold(0, |sum, price| sum.saturating_add(price.0)))
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "€ {}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// How many of what. A session field can be any type of your own that serde can read and write.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cart(BTreeMap<u32, u32>);

impl Cart {
    /// The most that a cart holds of one product.
    pub(crate) const MOST: u32 = 99;

    /// Puts one more of the product into the cart.
    pub(crate) fn add(&mut self, product: &Product) {
        self.set(product, self.quantity(product).saturating_add(1));
    }

    /// Changes how many of the product are in the cart; zero takes it out.
    pub(crate) fn set(&mut self, product: &Product, quantity: u32) {
        match quantity.min(Self::MOST) {
            0 => self.0.remove(&product.id),
            quantity => self.0.insert(product.id, quantity),
        };
    }

    pub(crate) fn quantity(&self, product: &Product) -> u32 {
        self.0.get(&product.id).copied().unwrap_or(0)
    }

    /// What is in the cart and still sold, with its quantity.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&'static Product, u32)> {
        PRODUCTS.iter().map(|product| (product, self.quantity(product))).filter(|(_, quantity)| *quantity > 0)
    }

    pub(crate) fn count(&self) -> u32 {
        self.lines().fold(0, |count, (_, quantity)| count.saturating_add(quantity))
    }

    pub(crate) fn total(&self) -> Price {
        self.lines().map(|(product, quantity)| product.price.times(quantity)).sum()
    }
}

/// Two tabs that change the cart at the same time: both changes count, product by product.
impl merge::Add for Cart {
    fn add_changes(base: &Self, mine: &Self, theirs: &Self) -> Self {
        let of = |cart: &Self, id| cart.0.get(id).copied().unwrap_or(0);
        let ids = base.0.keys().chain(mine.0.keys()).chain(theirs.0.keys());
        let merged = ids.map(|id| (*id, merge::add(&of(base, id), &of(mine, id), &of(theirs, id)).min(Self::MOST)));
        Self(merged.filter(|(_, quantity)| *quantity > 0).collect())
    }
}

/// How the pages look.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// As the visitor's system.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
