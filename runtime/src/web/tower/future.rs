//! The response future: waits for the handler, commits the session, writes the headers.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Response, StatusCode};
use pin_project_lite::pin_project;

use crate::{
    model::SessionModel,
    session::RequestSession,
    web::shared::{Finished, Idle, Shared},
};

pin_project! {
    /// The response of a [`SessionService`](super::SessionService).
    ///
    /// It allocates only when a handler has changed its session. Dropping it before the response is there saves nothing.
    pub struct ResponseFuture<F, T, B> {
        #[pin]
        stage: Stage<F, T, B>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<F, T, B> {
        Excluded { #[pin] handler: F },
        Handler { #[pin] handler: F, session: Arc<RequestSession<T>>, shared: Arc<Shared<T>> },
        Finish { response: Option<Response<B>>, session: Arc<RequestSession<T>>, shared: Arc<Shared<T>> },
        Commit { response: Option<Response<B>>, commit: Commit },
        Refused { status: StatusCode },
    }
}

type Commit = Pin<Box<dyn Future<Output = Finished> + Send>>;

const POLLED_AGAIN: &str = "a future is not polled after it is ready";

impl<F, T, B> ResponseFuture<F, T, B> {
    pub(super) fn new(handler: F, session: Arc<RequestSession<T>>, shared: Arc<Shared<T>>) -> Self {
        Self { stage: Stage::Handler { handler, session, shared } }
    }

    /// Answers what the handler answers.
    pub(super) fn excluded(handler: F) -> Self {
        Self { stage: Stage::Excluded { handler } }
    }

    /// Answers without asking the handler.
    pub(super) fn refused(status: StatusCode) -> Self {
        Self { stage: Stage::Refused { status } }
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
                StageProjection::Excluded { handler } => return handler.poll(context),
                StageProjection::Handler { handler, session, shared } => {
                    let response = ready!(handler.poll(context))?;
                    let (session, shared) = (Arc::clone(session), Arc::clone(shared));
                    // The handler's future may hold a handle, so it goes before the session is finished.
                    stage.set(Stage::Finish { response: Some(response), session, shared });
                }
                StageProjection::Finish { response, session, shared } => {
                    let mut response = response.take().expect(POLLED_AGAIN);
                    match shared.finish_idle(session) {
                        Idle::Untouched => return Poll::Ready(Ok(response)),
                        Idle::Finished(finished) => {
                            write(finished, &mut response);
                            return Poll::Ready(Ok(response));
                        }
                        Idle::Pending => {}
                    }
                    let (status, session, shared) = (response.status(), Arc::clone(session), Arc::clone(shared));
                    let commit = Box::pin(async move { shared.finish(&session, status).await });
                    stage.set(Stage::Commit { response: Some(response), commit });
                }
                StageProjection::Commit { response, commit } => {
                    let finished = ready!(commit.as_mut().poll(context));
                    let mut response = response.take().expect(POLLED_AGAIN);
                    write(finished, &mut response);
                    return Poll::Ready(Ok(response));
                }
                StageProjection::Refused { status } => return Poll::Ready(Ok(refusal(*status))),
            }
        }
    }
}

/// Writes what the session has to say, into a response that says nothing else if it could not be saved.
fn write<B: Default>(finished: Finished, response: &mut Response<B>) {
    if let Some(status) = finished.refusal {
        *response = refusal(status);
    }
    finished.write(response.headers_mut());
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
