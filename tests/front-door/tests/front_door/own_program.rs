//! The README's program as a package of one's own: its dependencies, its text, and a browser.

use std::fs;

use sessio_test_support::is_left_to_the_whole_run;

use crate::{
    document::Document,
    program::Program,
    room::{Room, run},
};

#[tokio::test]
async fn the_program_of_the_readme_is_a_shop_of_its_own() {
    if is_left_to_the_whole_run() {
        return;
    }
    let room = Room::with_clone("own-program");
    let readme = Document::page("README.md");
    let commands = readme.commands();
    let new = commands.iter().find(|command| command.words[1] == "new").expect("the README says how a package begins");
    // Beside the checkout, and without a repository of its own.
    run(&room.path(""), &[], &[&new.arguments()[..], &["--vcs", "none"]].concat());
    let package = room.begin_package(&new.words[2]);

    let [program] = &readme.blocks_in("rust")[..] else { panic!("the README has one program") };
    let [dependencies] = &readme.blocks_in("toml")[..] else { panic!("the README has one list of dependencies") };
    let manifest = package.join("Cargo.toml");
    let begun = fs::read_to_string(&manifest).expect("a manifest");
    assert!(begun.trim_end().ends_with("[dependencies]"), "{begun}");
    fs::write(&manifest, begun + dependencies).expect("a manifest");
    assert_eq!(program.matches("127.0.0.1:3000").count(), 1);
    // Another program may have that port.
    fs::write(package.join("src/main.rs"), program.replace("127.0.0.1:3000", "127.0.0.1:0")).expect("a program");

    let shop = Program::start(&package, &["run"]);
    let browser = shop.browser();
    let empty = browser.get("/cart").await;
    assert!(empty.text.contains("<p> 0 in your cart.</p>"), "{}", empty.text);
    assert!(empty.set_cookies().is_empty());

    let form = [("content-type", "application/x-www-form-urlencoded")];
    let added = browser.post("/cart", &form, "product=7").await;
    assert_eq!((added.status.as_u16(), &added.headers["location"]), (303, &"/cart".parse().expect("a path")));
    let [cookie] = &added.set_cookies()[..] else { panic!("one cookie: {:?}", added.set_cookies()) };
    // Over plain http Safari keeps no Secure cookie, and none of a name that promises one.
    assert!(cookie.starts_with("id=") && !cookie.contains("Secure"), "{cookie}");
    let shown = browser.get("/cart").await;
    assert!(shown.text.contains("<p>Added to your cart. 1 in your cart.</p>"), "{}", shown.text);
    let again = browser.get("/cart").await;
    assert!(again.text.contains("<p> 1 in your cart.</p>"), "a notice is shown once: {}", again.text);
    assert!(package.join("shop.db").exists());
}
