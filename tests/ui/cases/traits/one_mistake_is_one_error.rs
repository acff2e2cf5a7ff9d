use sessio::{
    Session,
    model::{HasPrincipal, SessionModel},
};

#[derive(Session)]
struct Cart {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(colum)]
    visits: u32,
    #[session(flash)]
    notice: Option<String>,
}

fn uses<T: HasPrincipal>(_: &T) {}

fn everywhere() {
    let mut cart = Cart::fresh();
    uses(&cart);
    cart.set_visits(cart.visits() + 1);
    cart.clear_user_id();
    cart.set_notice("welcome");
    let _: Option<String> = cart.take_notice();
    let _: Option<&str> = cart.notice();
}

fn main() {}
