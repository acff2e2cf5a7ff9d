use sessio::Session;

type UserId = i64;
type Maybe<T> = Option<T>;

#[derive(Session)]
struct Shop {
    #[session(index, references = "users(id)", on_delete = "set null")]
    user_id: UserId,
    #[session(index, references = "users(id)", on_delete = "set null")]
    other_id: Maybe<i64>,
}

fn main() {}
