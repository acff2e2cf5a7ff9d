//! The response future: waits for the handler, commits the session, writes the headers.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Response, StatusCode};
use pin_project_lite::pin_project;

use super::layer::CommitWhen;
use crate::{
    engine::CookieChange,
    error::CommitError,
    model::SessionModel,
    slot::Slot,
    web::headers::{add_cookie, mark_as_personal},
};

pin_project! {
    /// The response of a [`SessionService`](super::SessionService).
    ///
    /// It allocates only when a handler has asked for its session. Dropping it before the response is there saves nothing.
    pub struct ResponseFuture<F, T, B> {
        #[pin]
        stage: Stage<F, T, B>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<F, T, B> {
        Handler { #[pin] handler: F, slot: Arc<Slot<T>>, commits: Option<Arc<CommitWhen>> },
        Commit { response: Option<Response<B>>, slot: Arc<Slot<T>>, commit: Commit },
        Misconfigured,
    }
}

type Commit = Pin<Box<dyn Future<Output = Result<Option<CookieChange>, CommitError>> + Send>>;

impl<F, T, B> ResponseFuture<F, T, B> {
    pub(super) fn new(handler: F, slot: Arc<Slot<T>>, commits: Option<Arc<CommitWhen>>) -> Self {
        Self { stage: Stage::Handler { handler, slot, commits } }
    }

    /// Answers 500 without asking the handler.
    pub(super) fn misconfigured() -> Self {
        Self { stage: Stage::Misconfigured }
    }
}

impl<F, T, B, E> Future for ResponseFuture<F, T, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    T: SessionModel,
    B: Default,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut stage = self.project().stage;
        loop {
            match stage.as_mut().project() {
                StageProjection::Handler { handler, slot, commits } => {
                    let response = ready!(handler.poll(context))?;
                    if !slot.is_opened() {
                        return Poll::Ready(Ok(response));
                    }
                    let saves = commits.as_ref().is_none_or(|passes| passes(response.status()));
                    let slot = Arc::clone(slot);
                    let closing = Arc::clone(&slot);
                    let commit = Box::pin(async move { closing.close(saves).await });
                    stage.set(Stage::Commit { response: Some(response), slot, commit });
                }
                StageProjection::Commit { response, slot, commit } => {
                    let committed = ready!(commit.as_mut().poll(context));
                    let response = response.take().expect("a future is not polled after it is ready");
                    return Poll::Ready(Ok(finish(slot, committed, response)));
                }
                StageProjection::Misconfigured => return Poll::Ready(Ok(refusal(StatusCode::INTERNAL_SERVER_ERROR))),
            }
        }
    }
}

/// Tells the browser what the commit did. A failure replaces the response, because what it says did not happen.
fn finish<T: SessionModel, B: Default>(
    slot: &Slot<T>,
    committed: Result<Option<CookieChange>, CommitError>,
    mut response: Response<B>,
) -> Response<B> {
    match committed {
        Ok(change) => {
            if let Some(change) = change {
                slot.engine.write_cookie(change, |cookie| add_cookie(response.headers_mut(), cookie));
            }
        }
        Err(error) => {
            tracing::error!(target: "sessio", kind = T::KIND, error = &error as &dyn Error,
                "a session could not be saved");
            response = refusal(match error {
                CommitError::Conflict { .. } => StatusCode::CONFLICT,
                CommitError::Encode { .. } => StatusCode::INTERNAL_SERVER_ERROR,
                #[cfg(feature = "cookie")]
                CommitError::CookieTooLarge { .. } => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::SERVICE_UNAVAILABLE,
            });
        }
    }
    mark_as_personal(response.headers_mut());
    response
}

fn refusal<B: Default>(status: StatusCode) -> Response<B> {
    let mut response = Response::new(B::default());
    *response.status_mut() = status;
    response
}

impl<F, T, B> fmt::Debug for ResponseFuture<F, T, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
