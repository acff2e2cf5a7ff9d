use sessio::{
    Session,
    record::{Record, Version},
    store::{Activity, Create, Store, StoreError, Touch, Update},
    token::SessionId,
};

#[derive(Session)]
struct Cart {
    #[session(index)]
    user_id: i64,
}

struct Blind;

impl Store for Blind {
    type Model = Cart;

    async fn create(&self, _: &Record) -> Result<Create, StoreError> {
        unimplemented!()
    }

    async fn load(&self, _: SessionId) -> Result<Option<Record>, StoreError> {
        unimplemented!()
    }

    async fn update(&self, _: Version, _: &Record) -> Result<Update, StoreError> {
        unimplemented!()
    }

    async fn touch(&self, _: SessionId, _: Activity) -> Result<Touch, StoreError> {
        unimplemented!()
    }

    async fn delete(&self, _: SessionId) -> Result<bool, StoreError> {
        unimplemented!()
    }
}

async fn finds(store: Blind) {
    let _ = Cart::find_by_user_id(&store, 7).await;
}

fn main() {}
