//! What a person does in the shop, in one line each.

use crate::{browser::Browser, program::Program};

/// The shop, opened for one test.
pub(crate) fn open_shop() -> Program {
    Program::start("shop")
}

/// A form of the catalogue by the name of its product.
pub(crate) fn add_button(product: &str) -> String {
    let number =
        ["Teapot", "Umbrella", "Notebook", "Cactus", "Lamp", "Crab & friends"].iter().position(|name| *name == product);
    let number = number.unwrap_or_else(|| panic!("the shop sells no {product}")) + 1;
    format!(".card:nth-of-type({number}) button")
}

impl Browser {
    /// Puts a product into the cart, from the catalogue that is in front.
    pub(crate) async fn add(&self, product: &str) {
        self.click(&add_button(product)).await;
        self.sees(&format!("{product} is in your cart.")).await;
    }

    /// Signs in, from any page of the shop.
    pub(crate) async fn sign_in(&self, user: &str) {
        self.press("Sign in").await;
        self.press(&format!("Sign in as {user}")).await;
        self.sees(&format!("Welcome, {user}.")).await;
    }

    /// Signs in with the box "remember me" ticked.
    pub(crate) async fn sign_in_to_stay(&self, user: &str) {
        self.press("Sign in").await;
        self.click("input[name=remember]").await;
        self.press(&format!("Sign in as {user}")).await;
        self.sees(&format!("Welcome, {user}.")).await;
    }

    /// Signs out, from any page of the shop.
    pub(crate) async fn sign_out(&self, user: &str) {
        self.press(&format!("Sign out {user}")).await;
        self.sees("You are signed out.").await;
    }
}
