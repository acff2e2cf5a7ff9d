//! Processes: a test that needs one for itself, and programs that a test starts.

use std::{
    any, env,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
};

use crate::{
    Browser,
    not_run::{NOT_RUN, say_not_run},
};

/// In a process that runs one test alone, the name of that test.
pub(crate) const IS_ALONE: &str = "SESSIO_TEST_IS_ALONE";

/// Runs a test in a process of its own, for what belongs to a whole process: its log, its panic hook, what the kernel counts.
/// It is this program again, told to run that test alone. To be called in the test function itself, whose name it takes.
///
/// # Panics
///
/// When the test fails there.
pub fn in_its_own_process(test: impl FnOnce()) {
    if is_alone() {
        return test();
    }
    start_alone(name_of(&test), &[]);
}

/// As [`in_its_own_process`], where the library at the path that `library` gives stands before those of the system.
///
/// # Panics
///
/// When the test fails there.
pub fn in_its_own_process_with(library: impl FnOnce() -> PathBuf, test: impl FnOnce()) {
    if is_alone() {
        return test();
    }
    start_alone(name_of(&test), &[("LD_PRELOAD", library())]);
}

fn is_alone() -> bool {
    env::var_os(IS_ALONE).is_some()
}

fn start_alone(test: &str, variables: &[(&str, PathBuf)]) {
    let mut command = Command::new(env::current_exe().expect("this program has a file"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(IS_ALONE, test);
    let output = command.envs(variables.iter().map(|(name, value)| (name, value))).output();
    let output = output.expect("this program starts again");
    let [said, complained] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    for line in said.lines() {
        match line.split_once(NOT_RUN) {
            Some((_, rest)) => say_not_run(rest),
            None => println!("{line}"),
        }
    }
    eprintln!("{complained}");
    assert!(output.status.success() && said.contains("1 passed"), "{test} failed in a process of its own");
}

/// The name of the test whose closure this is, as the harness has it.
fn name_of<F>(_closure: &F) -> &'static str {
    let path = any::type_name::<F>();
    let path = path.split_once("::").map_or(path, |(_crate, path)| path);
    path.split("::{{closure}}").next().unwrap_or(path)
}

/// A program that a test has started, which says on its first line where it listens. It ends when this is dropped.
#[derive(Debug)]
pub struct Program {
    process: Child,
    base: String,
}

impl Program {
    /// Starts it on a free port, in this folder.
    ///
    /// # Panics
    ///
    /// When it does not say where it listens.
    pub fn start(path: &str, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = command(path, folder, arguments, &[("PORT", "0")]);
        let mut process =
            command.envs(variables.iter().copied()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let stdout = process.stdout.take().expect("stdout is a pipe");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the program says where it is");
        let port = line.trim_end().rsplit_once(':').filter(|(said, _)| said.contains("http://")).map(|(_, port)| port);
        let port: u16 = port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("{path} says {line:?}"));
        Self { process, base: format!("http://127.0.0.1:{port}") }
    }

    /// Runs a program to its end.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn run(path: &str, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        command(path, folder, arguments, variables).output().expect("the program starts")
    }

    /// Somebody who has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(self.base.clone())
    }

    /// A visitor of another program of the site, or of this one before it was started again, who comes here now.
    pub fn visited_by(&self, browser: &Browser) -> Browser {
        browser.at(&self.base)
    }

    /// Its port.
    pub fn port(&self) -> &str {
        self.base.rsplit(':').next().unwrap_or_default()
    }

    /// Asks it to end, as a service manager does, and waits until it has.
    ///
    /// # Panics
    ///
    /// When it has ended already.
    pub fn stop(mut self) -> ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()), "it has ended already");
        self.process.wait().expect("it ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a developer has set for their own programs is not the tests' business.
const INHERITED: [&str; 6] =
    ["RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "RUST_LOG", "SESSIO_KEYS", "SESSION_STORE", "SHOP_ADDR"];

fn command(path: &str, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(path);
    for inherited in INHERITED {
        command.env_remove(inherited);
    }
    command.args(arguments).current_dir(folder).envs(variables.iter().copied());
    command
}
