//! Sessions without a request: a command line that looks into any store, changes what is there and ends it. An admin
//! page, a nightly job or a script does the same.
//!
//! ```text
//! cargo run -p store-examples --bin sqlite         -- sqlite:guests.db         # in one terminal: sign in there
//! cargo run -p store-examples --bin backend_access -- sqlite:guests.db list    # in another
//! ```
//!
//! | command | what it does | stores |
//! |---|---|---|
//! | `show ID`, `move ID CITY`, `end ID` | loads, edits, ends one | all |
//! | `list`, `count`, `clear` | shows, counts, ends all | all but Memcached |
//! | `of NAME`, `end-of NAME` | shows, ends those of a principal | SQL, Redis |
//! | `in CITY`, `end-in CITY` | shows, ends those with a value in an indexed column | SQL, Redis |
//! | `sweep [DAYS]` | deletes what has expired, or will have in so many days | SQL, file |
//!
//! Shows `Sessions`, the typed view of a store, and how a program asks a store that it does not know what it can.

use std::{env, time::Duration};

use anyhow::{Context, bail};
use sessio::{
    Sessions, Stored,
    clock::{Clock, SystemClock},
    store::{AnyStore, Enumerate, Sweep},
};
use store_examples::Guest;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [url, command @ ..] = arguments.as_slice() else {
        bail!("say which store, such as sqlite:guests.db, and what to do with it, such as list");
    };
    let store = sessio::store::connect::<Guest>(url).await?;
    match command {
        ["show" | "move" | "end", ..] => one(&store, command).await,
        ["list" | "count" | "clear"] => all(&store, command).await,
        ["of" | "end-of" | "in" | "end-in", _] => some(&store, command).await,
        ["sweep"] => sweep(&store, 0).await,
        ["sweep", days] => sweep(&store, days.parse().context("a number of days")?).await,
        _ => bail!("there is no such command; the head of this program lists them"),
    }
}

/// One session, by its id. An id is no secret: it opens nothing.
async fn one(store: &AnyStore<Guest>, command: &[&str]) -> anyhow::Result<()> {
    let sessions = Sessions::of(store);
    match command {
        ["show", id] => match sessions.load(id.parse()?).await? {
            Some(guest) => show(&guest),
            None => println!("There is no such session."),
        },
        // If a request saves the session meanwhile, the change is made once more, on what it saved.
        ["move", id, city] => sessions.edit(id.parse()?, |guest| guest.set_city(*city)).await?,
        // No request that is still under way can bring it back.
        ["end", id] if sessions.end(id.parse()?).await? => println!("Ended."),
        ["end", _] => println!("There is no such session."),
        _ => bail!("that takes an id; `list` shows them"),
    }
    Ok(())
}

async fn all(store: &AnyStore<Guest>, command: &[&str]) -> anyhow::Result<()> {
    let Some(store) = store.enumerable() else { bail!("{} cannot list its sessions", store.backend()) };
    match command {
        ["count"] => println!("{}", store.count().await?),
        ["clear"] => println!("{} ended.", store.delete_all().await?),
        _ => {
            let mut after = None;
            loop {
                let page = Sessions::of(&store).list(after, 100).await?;
                page.sessions.iter().for_each(show);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
    }
    Ok(())
}

async fn some(store: &AnyStore<Guest>, command: &[&str]) -> anyhow::Result<()> {
    let Some(store) = store.findable() else { bail!("{} cannot find sessions", store.backend()) };
    let sessions = Sessions::of(&store);
    match command {
        ["of", name] => sessions.of_principal(*name).await?.iter().for_each(show),
        ["end-of", name] => println!("{} ended.", sessions.end_all_of(*name).await?),
        // The derive writes these two for each field that has an index.
        ["in", city] => Guest::find_by_city(&store, *city).await?.iter().for_each(show),
        ["end-in", city] => println!("{} ended.", Guest::delete_by_city(&store, *city).await?),
        _ => {}
    }
    Ok(())
}

/// Once. A server has a `Sweeper` that does it again and again.
async fn sweep(store: &AnyStore<Guest>, days: u32) -> anyhow::Result<()> {
    const BATCH: u32 = 1_000;
    let Some(store) = store.sweepable() else { bail!("{} removes what has expired by itself", store.backend()) };
    let moment = SystemClock.now() + Duration::from_hours(24) * days;
    let mut total = 0;
    loop {
        let deleted = store.delete_expired(moment, BATCH).await?;
        total += deleted;
        if deleted < u64::from(BATCH) {
            break;
        }
    }
    println!("{total} deleted.");
    Ok(())
}

fn show(guest: &Stored<Guest>) {
    let (name, seen) = (guest.name().unwrap_or("somebody"), SystemClock.now().since(guest.seen_at()).as_secs());
    println!("{} {name} of {}, {} visits, seen {seen} s ago", guest.id(), guest.city(), guest.visits());
}
