//! When a session ends by itself: an idle limit that activity moves, and an absolute one that nothing moves.
//!
//! Both are always on, both are decided from server data only, and both are kept in the record, so that "remember me" is
//! a property of one session and survives later writes.

use std::time::Duration;

use crate::clock::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long sessions live. The default is 14 days idle and 30 days in all.
///
/// | preset | idle | absolute | source |
/// |---|---|---|---|
/// | [`Expiry::default`] | 14 days | 30 days | the idle time of the system that this one re-creates; NIST's AAL1 limit |
/// | [`Expiry::aal1`] | 30 days | 30 days | NIST SP 800-63B-4, reauthentication at AAL1 |
/// | [`Expiry::aal2`] | 1 hour | 24 hours | the same at AAL2 |
/// | [`Expiry::aal3`] | 15 minutes | 12 hours | the same at AAL3 |
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Expiry {
    idle: Duration,
    absolute: Duration,
    persistent: bool,
}

impl Expiry {
    /// Sessions that end after `idle` without a request, and after `absolute` in any case.
    ///
    /// The idle limit is never longer than the absolute one: it is cut to it.
    pub const fn new(idle: Duration, absolute: Duration) -> Self {
        let idle = if idle.as_micros() > absolute.as_micros() { absolute } else { idle };
        Self { idle, absolute, persistent: false }
    }

    /// NIST SP 800-63B-4, authenticator assurance level 1.
    pub const fn aal1() -> Self {
        Self::new(Duration::from_secs(30 * DAY), Duration::from_secs(30 * DAY))
    }

    /// NIST SP 800-63B-4, authenticator assurance level 2.
    pub const fn aal2() -> Self {
        Self::new(Duration::from_secs(HOUR), Duration::from_secs(24 * HOUR))
    }

    /// NIST SP 800-63B-4, authenticator assurance level 3.
    pub const fn aal3() -> Self {
        Self::new(Duration::from_secs(15 * MINUTE), Duration::from_secs(12 * HOUR))
    }

    /// The browser keeps the cookie when it is closed ("remember me"): it is sent with a `Max-Age`.
    ///
    /// Without this the cookie has none and ends with the browser session, as OWASP recommends ("Expire and Max-Age
    /// Attributes"); the limits above hold in both cases.
    #[must_use]
    pub const fn persistent(mut self) -> Self {
        self.persistent = true;
        self
    }

    /// The idle limit.
    pub const fn idle(&self) -> Duration {
        self.idle
    }

    /// The absolute limit, counted from the creation or the last reauthentication.
    pub const fn absolute(&self) -> Duration {
        self.absolute
    }

    /// Whether the browser is told to keep the cookie when it is closed.
    pub const fn is_persistent(&self) -> bool {
        self.persistent
    }
}

impl Default for Expiry {
    fn default() -> Self {
        Self::new(Duration::from_secs(14 * DAY), Duration::from_secs(30 * DAY))
    }
}

/// The life of one session, as its record keeps it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lifetime {
    /// When the session was made.
    pub created_at: Timestamp,
    /// The last activity that was recorded. It is at most a tenth of the idle limit behind the truth.
    pub seen_at: Timestamp,
    /// The session is dead from this moment on, or from an earlier one if its limits say so: see [`end`](Self::end).
    pub expires_at: Timestamp,
    /// No activity moves the end beyond this.
    pub absolute_at: Timestamp,
    /// When the visitor last proved who they are: the sign-in or the latest reauthentication. `None` before the first.
    pub authenticated_at: Option<Timestamp>,
    /// How far each activity moves the end.
    pub idle: Duration,
    /// Whether the cookie outlives the browser session.
    pub persistent: bool,
}

impl Lifetime {
    /// The life of a session that begins `now`.
    pub fn begin(expiry: Expiry, now: Timestamp) -> Self {
        let absolute_at = now + expiry.absolute;
        Self {
            created_at: now,
            seen_at: now,
            expires_at: absolute_at.min(now + expiry.idle),
            absolute_at,
            authenticated_at: None,
            idle: expiry.idle,
            persistent: expiry.persistent,
        }
    }

    /// When the session ends if nothing more happens: at `expires_at`, and never later than its limits allow.
    ///
    /// The two differ only where a touch met an update that brought the limits nearer, and the later of both ends was kept.
    pub fn end(&self) -> Timestamp {
        self.expires_at.min(self.absolute_at).min(self.seen_at + self.idle)
    }

    /// Whether the session is over at `now`.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.end() <= now
    }

    /// The limits that the session lives under.
    pub fn expiry(&self) -> Expiry {
        let expiry = Expiry::new(self.idle, self.absolute_at.since(self.created_at));
        if self.persistent { expiry.persistent() } else { expiry }
    }

    /// The same life after activity at `now`. It never shortens what other requests have already earned.
    #[must_use]
    pub fn touched(mut self, now: Timestamp) -> Self {
        self.seen_at = self.seen_at.max(now);
        self.expires_at = self.absolute_at.min(self.seen_at + self.idle);
        self
    }

    #[cfg(feature = "web")]
    /// The same life after activity at `now` as a store is told of it: unmoved, unless it [is due](Self::is_touch_due).
    ///
    /// An end that stays where it is costs a database nothing in its index over the ends.
    #[must_use]
    pub(crate) fn visited(self, now: Timestamp) -> Self {
        if self.is_touch_due(now) { self.touched(now) } else { self }
    }

    /// This life as a store keeps it in place of `kept`: an update never takes a touch back.
    ///
    /// Where activity was recorded meanwhile that is later than this life's, the later of each time stays; otherwise both are
    /// this life's, and so an update may bring the end nearer.
    #[must_use]
    pub fn in_place_of(mut self, kept: &Self) -> Self {
        if kept.seen_at > self.seen_at {
            self.seen_at = kept.seen_at;
            self.expires_at = self.expires_at.max(kept.expires_at);
        }
        self
    }

    /// The same session under other limits ("remember me"), counted from when its visitor last proved who they are, or else
    /// from its creation.
    #[must_use]
    pub fn under(self, expiry: Expiry, now: Timestamp) -> Self {
        Self {
            absolute_at: self.authenticated_at.unwrap_or(self.created_at) + expiry.absolute,
            idle: expiry.idle,
            persistent: expiry.persistent,
            ..self
        }
        .touched(now)
    }

    #[cfg(feature = "web")]
    /// The same session after its visitor has proved again who they are: both limits count from now.
    ///
    /// The session keeps limits of its own where they differ from the layer's in the idle limit or in what becomes of the
    /// cookie; its absolute limit is then as long as it was after the last proof. Others take up the layer's.
    #[must_use]
    pub(crate) fn restarted(self, layers: Expiry, now: Timestamp) -> Self {
        let is_own = (self.idle, self.persistent) != (layers.idle, layers.persistent);
        let expiry = if is_own { self.since_last_proof() } else { layers };
        Self { created_at: self.created_at, idle: self.idle, authenticated_at: Some(now), ..Self::begin(expiry, now) }
    }

    #[cfg(feature = "web")]
    /// The limits as they were when the visitor last proved who they are. What an anonymous visitor had used of them before
    /// stays used.
    fn since_last_proof(&self) -> Expiry {
        let began = self.authenticated_at.unwrap_or(self.created_at);
        let expiry = Expiry::new(self.idle, self.absolute_at.since(began));
        if self.persistent { expiry.persistent() } else { expiry }
    }

    /// Whether recording activity at `now` is worth a store call: at least a tenth of the idle time has passed, and the
    /// absolute limit leaves something to gain.
    pub fn is_touch_due(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= self.idle / 10 && self.touched(now).expires_at > self.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::default() + Duration::from_secs(seconds)
    }

    #[test]
    fn activity_moves_the_idle_end_but_never_the_absolute_one() {
        let life = Lifetime::begin(Expiry::new(Duration::from_secs(100), Duration::from_secs(250)), at(0));
        assert_eq!(life.expires_at, at(100));
        assert_eq!(life.touched(at(90)).expires_at, at(190));
        assert_eq!(life.touched(at(90)).touched(at(180)).expires_at, at(250));
        assert!(life.touched(at(200)).is_over(at(250)));
        assert!(!life.is_over(at(99)));
        assert!(life.is_over(at(100)));
    }

    #[test]
    fn a_touch_is_due_after_a_tenth_of_the_idle_time_and_only_while_it_gains() {
        let life = Lifetime::begin(Expiry::new(Duration::from_secs(100), Duration::from_secs(150)), at(0));
        assert!(!life.is_touch_due(at(9)));
        assert!(life.is_touch_due(at(10)));
        assert!(!life.touched(at(60)).is_touch_due(at(100)), "the absolute limit is reached already");
    }

    #[test]
    fn a_visit_moves_both_times_when_it_is_due_and_neither_before() {
        let life = Lifetime::begin(Expiry::new(Duration::from_secs(100), Duration::from_secs(250)), at(0));
        assert_eq!(life.visited(at(9)), life);
        assert_eq!(life.visited(at(10)), life.touched(at(10)));
    }

    #[test]
    fn an_update_takes_no_touch_back_and_a_touch_no_nearer_limit() {
        let life = Lifetime::begin(Expiry::new(Duration::from_secs(100), Duration::from_secs(250)), at(0));
        let touched = life.touched(at(50));
        assert_eq!(life.touched(at(40)).in_place_of(&touched), touched);
        let nearer = life.under(Expiry::new(Duration::from_secs(10), Duration::from_secs(250)), at(60));
        assert_eq!(nearer.in_place_of(&touched), nearer, "it is the later activity, so it may bring the end nearer");
        let both = nearer.in_place_of(&life.touched(at(61)));
        assert_eq!((both.seen_at, both.expires_at, both.end()), (at(61), at(161), at(71)));
    }

    #[test]
    fn other_limits_count_from_the_last_proof() {
        let expiry = Expiry::new(Duration::from_secs(100), Duration::from_secs(250));
        let life = Lifetime::begin(expiry, at(0));
        assert_eq!(life.under(expiry, at(60)).absolute_at, at(250));
        let proved = Lifetime { authenticated_at: Some(at(50)), ..life };
        assert_eq!(proved.under(expiry, at(60)).absolute_at, at(300));
    }

    #[test]
    fn an_idle_limit_longer_than_the_absolute_one_is_cut() {
        let expiry = Expiry::new(Duration::from_secs(10), Duration::from_secs(5));
        assert_eq!(expiry.idle(), Duration::from_secs(5));
    }

    #[test]
    fn presets_carry_nists_numbers() {
        assert_eq!(Expiry::aal2().idle(), Duration::from_hours(1));
        assert_eq!(Expiry::aal3().absolute(), Duration::from_hours(12));
        assert_eq!(Expiry::aal1().absolute(), Duration::from_secs(30 * DAY));
    }
}
