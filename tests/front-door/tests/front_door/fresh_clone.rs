//! The README's commands in a fresh clone, word for word.

use rustix::process::Signal;
use sessio_test_support::is_left_to_the_whole_run;

use crate::{
    document::Document,
    program::Program,
    room::{Room, run},
    shell::Command,
};

#[tokio::test]
async fn the_commands_of_the_readme_work_in_a_fresh_clone() {
    if is_left_to_the_whole_run() {
        return;
    }
    let room = Room::with_clone("clone");
    let clone = room.path("sessio");
    let mut lines = Vec::new();
    for block in Document::page("README.md").blocks_in("sh") {
        lines.extend(block.lines().map(str::to_owned));
    }
    let commands: Vec<_> = lines.iter().filter_map(|line| Command::read("README.md", 0, line)).collect();
    assert_eq!(commands.len(), lines.len(), "each line is a command: {lines:?}");
    let words: Vec<_> = commands.iter().map(|command| command.words.join(" ")).collect();
    assert_eq!(words, ["cargo run", "cargo xtask test"], "a new command of the README needs its test here");

    // On Ctrl-C, and as a service manager stops it.
    for signal in [Signal::INT, Signal::TERM] {
        let shop = Program::start(&clone, &commands[0].arguments());
        let catalogue = shop.browser().get("/").await;
        assert_eq!(catalogue.status, 200);
        assert!(catalogue.text.contains("action=\"/cart/add\""), "no catalogue:\n{}", catalogue.text);
        assert!(catalogue.set_cookies().is_empty(), "who only looks around has no session");
        let status = shop.stop(signal);
        assert!(status.success(), "{status}");
    }
    // This test is part of what the other command runs, so here it is only read, as for a real run.
    run(&clone, &[], &["xtask", "help", "test"]);
}
