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
        layer::ClosingRule,
        response::{address, judge},
    },
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
        Excluded { #[pin] handler: F },
        Handler { #[pin] handler: F, slot: Arc<Slot<T>>, rule: ClosingRule },
        Commit { response: Option<Response<B>>, slot: Arc<Slot<T>>, rule: ClosingRule, commit: Commit },
        Refused { status: StatusCode },
    }
}

type Commit = Pin<Box<dyn Future<Output = Closed> + Send>>;

impl<F, T, B> ResponseFuture<F, T, B> {
    pub(super) fn new(handler: F, slot: Arc<Slot<T>>, rule: ClosingRule) -> Self {
        Self { stage: Stage::Handler { handler, slot, rule } }
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
                StageProjection::Handler { handler, slot, rule } => {
                    let response = ready!(handler.poll(context))?;
                    if !slot.is_asked_for() {
                        slot.shut();
                        return Poll::Ready(Ok(response));
                    }
                    let (saves, rule) = (rule.saves(response.status()), rule.clone());
                    let slot = Arc::clone(slot);
                    let closing = Arc::clone(&slot);
                    let commit = Box::pin(async move { closing.close(saves).await });
                    stage.set(Stage::Commit { response: Some(response), slot, rule, commit });
                }
                StageProjection::Commit { response, slot, rule, commit } => {
                    let Closed { cookie, has_ended, committed } = ready!(commit.as_mut().poll(context));
                    let mut response = response.take().expect("a future is not polled after it is ready");
                    if let Err(status) = judge::<T>(committed) {
                        response = refusal(status);
                    }
                    address(slot, cookie, rule.clears(has_ended), response.headers_mut());
                    return Poll::Ready(Ok(response));
                }
                StageProjection::Refused { status } => return Poll::Ready(Ok(refusal(*status))),
            }
        }
    }
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
