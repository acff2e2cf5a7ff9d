//! The guard from outside: a program of its own that is given orders over a pipe and outlives whoever gave them.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

#[test]
fn when_the_pipe_ends_what_is_watched_is_stopped_and_the_folder_is_removed() {
    let (mut guard, folder) = start_guard();
    std::fs::create_dir(folder.join("data")).unwrap();
    std::fs::write(folder.join("data/file"), "left behind").unwrap();
    let mut obedient = sleeper("exec sleep 600");
    let mut stubborn = sleeper("trap '' QUIT; echo ready; while :; do sleep 1; done");
    let mut forgotten = sleeper("exec sleep 600");
    BufReader::new(stubborn.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let mut orders = guard.stdin.take().unwrap();
    for (child, signal) in [(&obedient, Signal::TERM), (&stubborn, Signal::QUIT), (&forgotten, Signal::KILL)] {
        writeln!(orders, "watch {} {}", child.id(), signal.as_raw()).unwrap();
    }
    writeln!(orders, "forget {}", forgotten.id()).unwrap();

    drop(orders);

    assert_eq!(obedient.wait().unwrap().signal(), Some(Signal::TERM.as_raw()));
    assert_eq!(stubborn.wait().unwrap().signal(), Some(Signal::KILL.as_raw()));
    assert!(guard.wait().unwrap().success());
    assert!(!folder.exists());
    assert!(forgotten.try_wait().unwrap().is_none());
    forgotten.kill().unwrap();
    forgotten.wait().unwrap();
}

#[test]
fn signals_that_end_a_run_do_not_end_its_guard() {
    let (mut guard, folder) = start_guard();
    let pid = Pid::from_child(&guard);
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::TERM] {
        kill_process(pid, signal).unwrap();
    }
    let mut watched = sleeper("exec sleep 600");
    let mut orders = guard.stdin.take().unwrap();
    writeln!(orders, "watch {} {}", watched.id(), Signal::KILL.as_raw()).unwrap();

    drop(orders);

    assert_eq!(watched.wait().unwrap().signal(), Some(Signal::KILL.as_raw()));
    assert!(guard.wait().unwrap().success());
    assert!(!folder.exists());
}

fn start_guard() -> (Child, PathBuf) {
    let mut guard = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("guard")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let mut folder = String::new();
    BufReader::new(guard.stdout.take().unwrap()).read_line(&mut folder).unwrap();
    let folder = Path::new(folder.trim_end()).to_owned();
    assert!(folder.is_dir());
    (guard, folder)
}

fn sleeper(script: &str) -> Child {
    Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).process_group(0).spawn().unwrap()
}
