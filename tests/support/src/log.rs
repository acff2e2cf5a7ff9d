//! What a program says: everything that `tracing` hears at its finest level, spans included, kept for a search.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{level_filters::LevelFilter, subscriber::DefaultGuard};
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

/// All that was logged. A clone is the same log.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens to the whole process, for a test that has it for itself.
    ///
    /// # Panics
    ///
    /// When somebody listens already.
    pub fn of_the_process() -> Self {
        let log = Self::default();
        tracing::subscriber::set_global_default(log.subscriber()).expect("nobody listens yet");
        log
    }

    /// Listens to this thread for as long as the guard lives: to a test with a runtime of one thread.
    pub fn of_this_thread() -> (Self, DefaultGuard) {
        // `tracing` remembers of each place in the program whether anybody listens. A place that another test is the first to
        // reach while this one begins would be remembered as one that nobody listens to, if nobody ever did.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
        let log = Self::default();
        let guard = tracing::subscriber::set_default(log.subscriber());
        (log, guard)
    }

    /// All of it, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Adds something that was said elsewhere.
    pub fn note(&self, text: impl AsRef<str>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(text.as_ref().as_bytes());
        kept.push(b'\n');
    }

    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + 'static {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(self.clone())
            .finish()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
