//! Writers in processes of their own: killed at any moment they leave every session whole, and together they lose
//! nothing. The test starts itself again as the writer, told by an environment variable.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use sessio::{
    record::{Record, Version},
    store::{Create, Enumerate, FileStore, Store, Sweep, Update},
    token::SessionId,
};
use sessio_test_support::is_left_to_the_whole_run;

use crate::visits::{NOW, Visits, counted, id, record, rewritten};

const FOLDER: &str = "SESSIO_TEST_WRITER_FOLDER";
const KILLS: u32 = 1000;
const SESSIONS: u8 = 8;

#[test]
fn a_writer_killed_a_thousand_times_leaves_every_session_whole_and_forgets_no_answered_write() {
    if is_left_to_the_whole_run() {
        return;
    }
    if let Some(folder) = env::var_os(FOLDER) {
        return runtime().block_on(write_until_killed(folder.into()));
    }
    let folder = tempfile::tempdir().unwrap();
    let seed = u64::from_be_bytes(SessionId::random().unwrap().as_bytes()[..8].try_into().unwrap());
    println!("seed {seed}");
    let mut moments = Moments(seed | 1);
    let runtime = runtime();
    let store = runtime.block_on(FileStore::<Visits>::open(folder.path())).unwrap();
    for session in sessions() {
        assert_eq!(runtime.block_on(store.create(&record(session, payload(session, 1)))).unwrap(), Create::Created);
    }

    for kill in 0..KILLS {
        let mut child = start("a_writer_killed", folder.path());
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        // Once it has written, it is in the middle of the next write at nearly every moment.
        let mut answered = [0; SESSIONS as usize];
        let mut line = String::new();
        while !line.starts_with("wrote") {
            line.clear();
            assert_ne!(answers.read_line(&mut line).unwrap(), 0, "the writer did not begin");
        }
        note(&line, &mut answered);
        thread::sleep(moments.next());
        child.kill().unwrap();
        child.wait().unwrap();
        for line in answers.lines() {
            note(&line.unwrap(), &mut answered);
        }

        for (session, answered) in sessions().zip(answered) {
            let whole = runtime.block_on(store.load(session)).unwrap().expect("a session has gone");
            let version = whole.version.get();
            assert_eq!(whole.data, payload(session, version), "session {session} after kill {kill}");
            assert!(version >= answered, "version {answered} was answered and {version} is there, after kill {kill}");
        }
    }
    // Besides the lock.
    let entries = || std::fs::read_dir(store.path().join("00")).unwrap().count() - 1;
    let leftovers = entries() - usize::from(SESSIONS);
    let mut writes = 0;
    for session in sessions() {
        let whole = runtime.block_on(store.load(session)).unwrap().unwrap();
        writes += whole.version.get() - 1;
        // No lock outlives its process: the sessions can be written, and ended.
        assert!(matches!(runtime.block_on(store.update(whole.version, &next(&whole))).unwrap(), Update::Updated));
    }
    println!("{KILLS} kills, {writes} writes, {leftovers} of them cut off with an unfinished file");
    assert!(leftovers > 0, "no kill hit the middle of a write, so nothing was proven");
    assert_eq!(runtime.block_on(store.delete_expired(NOW, 10)).unwrap(), 0);
    assert_eq!(runtime.block_on(store.count()).unwrap(), u64::from(SESSIONS));
    assert_eq!(entries(), usize::from(SESSIONS), "the sweep removes what is unfinished");
}

#[test]
fn processes_that_share_a_counter_lose_no_increment() {
    const PROCESSES: u64 = 3;
    const TASKS: u64 = 4;
    const EACH: u64 = 50;

    if let Some(folder) = env::var_os(FOLDER) {
        return runtime().block_on(async {
            let store = FileStore::<Visits>::open(PathBuf::from(folder)).await.unwrap().without_fsync();
            let tasks = (0..TASKS).map(|_| tokio::spawn(increment(store.clone(), EACH))).collect::<Vec<_>>();
            for task in tasks {
                task.await.unwrap();
            }
        });
    }
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime();
    let store = runtime.block_on(FileStore::<Visits>::open(folder.path())).unwrap();
    assert_eq!(runtime.block_on(store.create(&record(id(1), "0"))).unwrap(), Create::Created);
    let children = (0..PROCESSES).map(|_| start("processes_that_share", folder.path())).collect::<Vec<_>>();
    for mut child in children {
        std::io::copy(&mut child.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
        assert!(child.wait().unwrap().success());
    }
    let last = runtime.block_on(store.load(id(1))).unwrap().unwrap();
    assert_eq!(counted(&last).0, PROCESSES * TASKS * EACH);
    assert_eq!(last.version, Version::new(PROCESSES * TASKS * EACH + 1));
}

async fn increment(store: FileStore<Visits>, times: u64) {
    for _ in 0..times {
        let mut current = store.load(id(1)).await.unwrap().unwrap();
        while let Update::Conflict(theirs) = store.update(current.version, &counted(&current).1).await.unwrap() {
            current = *theirs;
        }
    }
}

/// The writer: two tasks, both on every session, so that locks are fought over when the end comes.
async fn write_until_killed(folder: PathBuf) {
    let store = FileStore::<Visits>::open(folder).await.unwrap();
    // Every other process does without fsync: being killed must not make a difference.
    let store = if std::process::id().is_multiple_of(2) { store } else { store.without_fsync() };
    tokio::join!(write_all(&store), write_all(&store));
}

async fn write_all(store: &FileStore<Visits>) {
    loop {
        for session in sessions() {
            let current = store.load(session).await.unwrap().unwrap();
            let next = next(&current);
            if let Update::Updated = store.update(current.version, &next).await.unwrap() {
                let mut out = std::io::stdout().lock();
                writeln!(out, "wrote {} {}", u128::from_be_bytes(*session.as_bytes()), next.version.get()).unwrap();
                out.flush().unwrap();
            }
        }
    }
}

fn next(current: &Record) -> Record {
    rewritten(current, payload(current.id, current.version.get() + 1))
}

fn note(line: &str, answered: &mut [u64]) {
    // The last line may be cut off by the kill.
    let words = line.split_whitespace().collect::<Vec<_>>();
    if let ["wrote", session, version] = words[..]
        && let (Ok(session), Ok(version)) = (session.parse::<usize>(), version.parse::<u64>())
    {
        answered[session] = answered[session].max(version);
    }
}

/// What a session holds at a version: told by both, and of very different lengths.
fn payload(session: SessionId, version: u64) -> Vec<u8> {
    let line = format!("session {session} at version {version}\n");
    line.repeat(usize::try_from(version * 7919 % 400).unwrap()).into_bytes()
}

/// All in one shard, so that they share its lock.
fn sessions() -> impl Iterator<Item = SessionId> {
    (0..SESSIONS).map(|number| id(number.into()))
}

fn start(test: &str, folder: &Path) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

/// Random moments within 10 milliseconds (xorshift64).
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_micros(self.0 % 10_000)
    }
}
