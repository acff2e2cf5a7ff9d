//! One wrong rule each. A model that cannot fail proves nothing, so each of these must make the checker find a
//! counter-example.

/// A fault that is put into the rules on purpose.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Mutation {
    /// The secret from before a sign-in keeps a grace, as after a renewal (fixation; case A1).
    OldSecretSurvivesSignIn,
    /// A node refuses by what its cache holds, without asking the store (A3).
    CacheMaySayNo,
    /// A new secret replaces the old one when it is sent, not when it is presented (the first edition; A6).
    OfferReplacesAtOnce,
    /// The grace of a retired secret counts from when its successor was sent (A7).
    GraceFromOffer,
    /// `commit`, `update` and `reload` show what the store holds by then, whoever asks (A1, A2).
    StepShowsWhatIsStored,
    /// A visible step is judged by when its request arrived: a handler that runs on sees on, long after its secret retired.
    StepIsJudgedByItsArrival,
    /// Every request with the current secret is offered another, and all offers are kept.
    OffersWithoutBound,
    /// Every request with the current secret is offered another, and the oldest offer makes room.
    OffersPushOut,
    /// A secret that was sent and never presented stays good for ever.
    OffersAreNeverRetired,
    /// A secret is offered although two that were presented open the session: two browsers live on side by side.
    OffersInDoubt,
    /// The offers beside the presented one retire with the old secret (the table of the design, as it was).
    OtherOffersRetire,
    /// The former secret retires however young it is (the table of the design, as it was).
    FormerSecretRetires,
    /// What the browser must have by now is judged by when the request ends, not by when it arrived.
    PresentedIsJudgedAtItsEnd,
    /// A secret that was retired long ago is refused, and nothing else happens.
    ReuseIsNotNoticed,
    /// A retired secret is served for ever.
    GraceNeverEnds,
    /// A retired secret within its grace is offered a new one: whoever stole it lives on.
    GraceIsOfferedAnother,
    /// A request that ran for longer than the grace is judged by the time of its end, as if it came only then.
    RequestIsJudgedAtItsEnd,
    /// A secret that a sign-in replaced counts as stolen when it is used: whoever planted it can end the session.
    ReplacedCountsAsReused,
    /// A stranger whose secret a sign-in has just replaced begins a new session, over the cookie of the sign-in.
    SupersededBeginsAnew,
    /// A stranger may begin a new session a grace after the sign-in, although another answer is on its way since.
    StrangersWaitForTheSignIn,
    /// A sign-in with a secret that was just replaced is answered with success and signs nobody in (A5).
    SupersededSignInDoesNothing,
    /// A second sign-in of the same user replaces the secret of the first (a double click; A5).
    SecondSignInReplacesFirst,
    /// A second sign-in of the same user makes a new session, and the cart is gone (A5).
    SecondSignInStartsOver,
    /// A second sign-in of the same user makes room among the offers by forgetting the oldest.
    TakingUpPushesOut,
    /// A sign-in takes up the session that it finds, whoever owns it.
    AnybodyTakesUp,
    /// A request whose secret opens nothing any more signs the session out.
    SupersededSignsOut,
    /// The answers of a remembered session carry the current secret again, to move the end of the cookie (the first edition).
    CurrentIsSentAgain,
    /// A write that comes after the end brings the session back.
    LateWriteRevives,
    /// The clocks of two nodes are taken to be equal.
    NoAllowanceForClocks,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::OldSecretSurvivesSignIn,
        Self::CacheMaySayNo,
        Self::OfferReplacesAtOnce,
        Self::GraceFromOffer,
        Self::StepShowsWhatIsStored,
        Self::StepIsJudgedByItsArrival,
        Self::OffersWithoutBound,
        Self::OffersPushOut,
        Self::OffersAreNeverRetired,
        Self::OffersInDoubt,
        Self::OtherOffersRetire,
        Self::FormerSecretRetires,
        Self::PresentedIsJudgedAtItsEnd,
        Self::ReuseIsNotNoticed,
        Self::GraceNeverEnds,
        Self::GraceIsOfferedAnother,
        Self::RequestIsJudgedAtItsEnd,
        Self::ReplacedCountsAsReused,
        Self::SupersededBeginsAnew,
        Self::StrangersWaitForTheSignIn,
        Self::SupersededSignInDoesNothing,
        Self::SecondSignInReplacesFirst,
        Self::SecondSignInStartsOver,
        Self::TakingUpPushesOut,
        Self::AnybodyTakesUp,
        Self::SupersededSignsOut,
        Self::CurrentIsSentAgain,
        Self::LateWriteRevives,
        Self::NoAllowanceForClocks,
    ];
}
