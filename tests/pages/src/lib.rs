//! The programs on the pages of the documentation, compiled, and run where a page does not say `no_run`.

#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    struct Readme;

    #[doc = include_str!("../../../docs/coming-from.md")]
    struct ComingFrom;

    #[doc = include_str!("../../../docs/guards.md")]
    struct Guards;

    #[doc = include_str!("../../../docs/session-model.md")]
    struct SessionModel;
}
