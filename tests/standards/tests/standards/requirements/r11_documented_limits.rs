//! R11. The presets have NIST's numbers, and the numbers are documented (ASVS 7.1.1; NIST SP 800-63B-4, 5.2).

use std::{fs, path::Path, time::Duration};

use sessio::{Expiry, store::MemoryStore};
use sessio_standards_tests::App;

const PRESETS: [(&str, Expiry, &str, &str); 4] = [
    ("Expiry::default()", Expiry::new(days(14), days(30)), "14 days", "30 days"),
    ("Expiry::aal1()", Expiry::aal1(), "30 days", "30 days"),
    ("Expiry::aal2()", Expiry::aal2(), "1 hour", "24 hours"),
    ("Expiry::aal3()", Expiry::aal3(), "15 minutes", "12 hours"),
];

const fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

#[test]
fn r11_the_documented_limits_are_the_limits() {
    assert_eq!(Expiry::default(), PRESETS[0].1);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/security.md");
    let page = fs::read_to_string(page).expect("the page");
    for (name, expiry, idle, absolute) in PRESETS {
        assert!(page.contains(&format!("| `{name}` | {idle} | {absolute} |")), "{name} is not on the page");
        assert_eq!((expiry.idle(), expiry.absolute()), (read(idle), read(absolute)), "{name}");
    }
}

fn read(text: &str) -> Duration {
    let (number, unit) = text.split_once(' ').expect("a number and a unit");
    let number: u64 = number.parse().expect("a number");
    match unit.trim_end_matches('s') {
        "minute" => Duration::from_mins(number),
        "hour" => Duration::from_hours(number),
        "day" => days(number),
        other => panic!("{other} is no unit of this page"),
    }
}

#[tokio::test]
async fn r11_a_preset_is_what_an_app_gets() {
    for (name, expiry, ..) in PRESETS {
        let app = App::configured(MemoryStore::new(), |layer| layer.expiry(expiry)).await;
        let visitor = app.user().await;
        app.clock.advance(expiry.idle().saturating_sub(Duration::from_secs(1)));
        assert_eq!(visitor.get("/show").await.text, "7 [] 0", "{name}");
        app.clock.advance(expiry.idle());
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{name}");
    }
}
