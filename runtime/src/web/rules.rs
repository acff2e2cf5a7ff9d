//! What a binding needs to know beside the engine.

use std::sync::Arc;

use http::{HeaderValue, StatusCode};

use super::{exclusion::Exclusions, origin::Origins};

/// Which requests have sessions, and what their responses do.
#[derive(Clone, Default)]
pub(super) struct WebRules {
    /// With which responses changes are saved. With all, by default.
    pub(super) passes: Option<Arc<dyn Fn(StatusCode) -> bool + Send + Sync>>,
    /// What the browser is told to forget when a session has ended.
    pub(super) clears: Option<HeaderValue>,
    pub(super) origins: Origins,
    pub(super) exclusions: Exclusions,
}
