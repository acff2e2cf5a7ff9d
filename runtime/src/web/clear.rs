//! `Clear-Site-Data`: what a browser is told to forget when a session has ended.

use http::HeaderValue;

/// What the browser forgets of this origin at the end of a session
/// ([W3C Clear Site Data](https://www.w3.org/TR/clear-site-data/), section 3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SiteData {
    /// Pages and files that it has kept, so that the "back" button shows nothing.
    Cache,
    /// All cookies of the registrable domain, those of its other hosts too.
    Cookies,
    /// What scripts have stored.
    Storage,
    /// Pages that are open: they are loaded again.
    ExecutionContexts,
}

impl SiteData {
    const fn directive(self) -> &'static str {
        match self {
            Self::Cache => "\"cache\"",
            Self::Cookies => "\"cookies\"",
            Self::Storage => "\"storage\"",
            Self::ExecutionContexts => "\"executionContexts\"",
        }
    }

    /// The header's value; `None` when nothing is to be forgotten.
    pub(super) fn header(data: impl IntoIterator<Item = Self>) -> Option<HeaderValue> {
        let directives: Vec<_> = data.into_iter().map(Self::directive).collect();
        let value = HeaderValue::from_str(&directives.join(", ")).expect("directives are ASCII");
        (!value.is_empty()).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_quoted_and_joined() {
        let value = SiteData::header([SiteData::Cache, SiteData::Storage]);
        assert_eq!(value.unwrap(), r#""cache", "storage""#);
        assert_eq!(SiteData::header([]), None);
    }
}
