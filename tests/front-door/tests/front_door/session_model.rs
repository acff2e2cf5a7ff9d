//! `docs/session-model.md` as its reader follows it: the package, three migrations, and the compiler that asks for them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sessio_test_support::is_left_to_the_whole_run;

use crate::{
    document::Document,
    room::{Room, run, try_run},
    shell::Command,
};

/// The package that the page makes.
struct Shop {
    folder: PathBuf,
    /// The commands of the page that are still to be run.
    commands: std::vec::IntoIter<Command>,
}

impl Shop {
    /// Types the next command of the page.
    fn type_next(&mut self, expected: &str) -> String {
        let command = self.commands.next().unwrap_or_else(|| panic!("the page has no command {expected:?}"));
        assert!(command.words.join(" ").starts_with(expected), "{}: {:?}", command.place(), command.words);
        run(&self.folder, &command.variables, &command.arguments())
    }

    /// Puts one text of the library in the place of another.
    fn change(&self, from: &str, to: &str) {
        let library = self.folder.join("src/lib.rs");
        let text = fs::read_to_string(&library).expect("the library");
        assert_eq!(text.matches(from).count(), 1, "{from:?} in\n{text}");
        fs::write(library, text.replace(from, to)).expect("the library");
    }

    /// The program runs the migrations and finds that the table fits.
    fn start(&self) {
        let said = run(&self.folder, &[], &["run"]);
        assert!(said.contains("the table fits the struct"), "{said}");
    }
}

#[test]
fn a_reader_of_the_page_about_session_structs_gets_three_migrations() {
    if is_left_to_the_whole_run() {
        return;
    }
    let room = Room::with_clone("session-model");
    let page = Document::page("docs/session-model.md");
    let rust = page.blocks_in("rust");
    let block = |needle: &str| {
        let found = rust.iter().find(|block| block.contains(needle));
        found.unwrap_or_else(|| panic!("no block of the page has {needle:?}"))
    };
    let text = page.blocks_in("text");

    let folder = room.begin_package("shop");
    let write = |path: &str, text: &str| fs::write(folder.join(path), text).expect("a file of the package");
    let [manifest] = &page.blocks_in("toml")[..] else { panic!("the page has one manifest") };
    write("Cargo.toml", manifest);
    write("src/lib.rs", &format!("//! The sessions.\n\n{}", block("pub struct Shop")));
    write("src/bin/migrate.rs", block("cli::run("));
    write("src/main.rs", block("at_start("));
    let commands: Vec<_> = page.commands().into_iter().filter(|command| command.words[1] == "run").collect();
    let mut shop = Shop { folder: folder.clone(), commands: commands.into_iter() };

    // The first migration: what is printed and what the snapshot says is what the page shows.
    let said = shop.type_next("cargo run --bin migrate -- generate create");
    let listing = text.iter().find(|block| block.contains("_create.up.sql")).expect("the page lists the files");
    for (shown, made) in listing.lines().skip(1).zip(said.lines()) {
        let without_time = |line: &str| line.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        assert_eq!(without_time(shown), without_time(made));
    }
    let snapshot = folder.join("migrations/shop_sessions.schema");
    let shown = text.iter().find(|block| block.starts_with("session-schema")).expect("the page shows the snapshot");
    assert_eq!(&fs::read_to_string(&snapshot).expect("a snapshot"), shown);
    shop.start();

    // The compiler watches: drift is an error at the field, until the migration is there.
    shop.change("#[session(table = \"shop_sessions\")]\n", block("snapshot = "));
    shop.change("    coupon: Option<String>,\n", block("max_len = 32)]\n    coupon: "));
    let (succeeded, said) = try_run(&folder, &[], &["run"]);
    let error = text.iter().find(|block| block.starts_with("error[")).expect("the page shows the error");
    assert!(!succeeded && said.contains(error.trim_end()), "the compiler said:\n{said}");
    assert!(points_at(&said, "coupon: Option<String>"), "the error is not at the field:\n{said}");
    shop.type_next("cargo run --bin migrate -- generate find sessions by their coupon");
    shop.start();

    shop.change(block("max_len = 32)]\n    coupon: "), block("    voucher: "));
    assert!(!try_run(&folder, &[], &["run"]).0, "a renamed column is drift");
    shop.type_next("cargo run --bin migrate -- generate coupons are vouchers");
    shop.start();
    assert_eq!(count(&folder.join("migrations/sqlite"), ".up.sql"), 3);

    let said = shop.type_next("cargo run --bin migrate -- check");
    assert!(said.contains("the migrations are complete"), "{said}");
    let unread: Vec<_> = shop.commands.map(|command| command.place()).collect();
    assert!(unread.is_empty(), "commands that this test does not type: {unread:?}");
}

/// Whether the compiler shows this line of the source.
fn points_at(said: &str, source: &str) -> bool {
    said.lines().any(|line| line.split_once(" | ").is_some_and(|(_, shown)| shown.contains(source)))
}

fn count(folder: &Path, ending: &str) -> usize {
    let names = fs::read_dir(folder).expect("a folder of migrations").map(|entry| entry.expect("an entry").file_name());
    names.filter(|name| name.to_string_lossy().ends_with(ending)).count()
}
