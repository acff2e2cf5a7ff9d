//! F21. A number of chunks that the client sent was believed (two thousand million `Set-Cookie` headers of
//! traefik-oidc-auth#291; arrays of a client's size in older ASP.NET).

use sessio::{cookie::ChunkNumber, store::CookieStore};
use sessio_standards_tests::{App, keys};

#[tokio::test]
async fn f21_a_claimed_count_of_chunks_costs_nothing_and_clears_at_most_what_was_sent() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    for count in ["9", "99", "2000000000", "18446744073709551616", "-1", "0", "1", "\u{0663}", "2e9", "0x7fffffff"] {
        let header = format!("__Host-id={count}.AAAAAAAA.AAAA; __Host-id-1={count}.AAAAAAAA.AAAA");
        let read = visitor.get_with("/show", &[header.as_bytes()]).await;
        assert_eq!((read.text.as_str(), read.set_cookies().len()), ("nobody [] 0", 0), "{count}");
        let written = visitor.get_with("/note/a", &[header.as_bytes()]).await;
        assert_eq!(written.set_cookies().len(), 2, "{count}: the new session, and the chunk that was sent goes");
    }
    assert_eq!(ChunkNumber::COUNT, 8);
}
