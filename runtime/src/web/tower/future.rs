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
    slot::{Closed, Slot},
    web::{
        SessionLayer,
        response::{address, judge},
    },
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
        Handler { #[pin] handler: F, slot: Arc<Slot<T>>, layer: SessionLayer<T> },
        Close { response: Option<Response<B>>, slot: Arc<Slot<T>>, layer: SessionLayer<T> },
        Commit { response: Option<Response<B>>, slot: Arc<Slot<T>>, layer: SessionLayer<T>, commit: Commit },
        Refused { status: StatusCode },
    }
}

type Commit = Pin<Box<dyn Future<Output = Closed> + Send>>;

const POLLED_AGAIN: &str = "a future is not polled after it is ready";

impl<F, T, B> ResponseFuture<F, T, B> {
    pub(super) fn new(handler: F, slot: Arc<Slot<T>>, layer: SessionLayer<T>) -> Self {
        Self { stage: Stage::Handler { handler, slot, layer } }
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
                StageProjection::Handler { handler, slot, layer } => {
                    let response = ready!(handler.poll(context))?;
                    if !slot.is_asked_for() {
                        slot.shut();
                        return Poll::Ready(Ok(response));
                    }
                    let (slot, layer) = (Arc::clone(slot), layer.clone());
                    // The handler's future may hold a handle, so it goes before the session is closed.
                    stage.set(Stage::Close { response: Some(response), slot, layer });
                }
                StageProjection::Close { response, slot, layer } => {
                    let mut response = response.take().expect(POLLED_AGAIN);
                    if let Some(closed) = slot.close_idle() {
                        finish(slot, layer, closed, &mut response);
                        return Poll::Ready(Ok(response));
                    }
                    let (saves, closing) = (layer.saves(response.status()), Arc::clone(slot));
                    let commit = Box::pin(async move { closing.close(saves).await });
                    let (slot, layer) = (Arc::clone(slot), layer.clone());
                    stage.set(Stage::Commit { response: Some(response), slot, layer, commit });
                }
                StageProjection::Commit { response, slot, layer, commit } => {
                    let closed = ready!(commit.as_mut().poll(context));
                    let mut response = response.take().expect(POLLED_AGAIN);
                    finish(slot, layer, closed, &mut response);
                    return Poll::Ready(Ok(response));
                }
                StageProjection::Refused { status } => return Poll::Ready(Ok(refusal(*status))),
            }
        }
    }
}

/// Tells the browser what became of the session, in a response that says nothing else if it could not be saved.
fn finish<T: SessionModel, B: Default>(
    slot: &Slot<T>,
    layer: &SessionLayer<T>,
    closed: Closed,
    response: &mut Response<B>,
) {
    let Closed { cookie, has_ended, committed } = closed;
    if let Err(status) = judge::<T>(committed) {
        *response = refusal(status);
    }
    address(slot, cookie, layer.clears(has_ended), response.headers_mut());
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
