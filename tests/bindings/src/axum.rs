//! The app in axum.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use axum::{
    Form, Router,
    body::Body,
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::{IntoResponse, Response, Sse, sse},
    routing::{any, get, post},
};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, StatusCode};
use sessio::{
    Authenticated, CommitError, Detached, LazySession, Session, SessionLayer,
    web::{Csrf, CsrfLayer, SkipSession},
};
use tokio::net::TcpListener;

use crate::{
    setting::Stop,
    visitor::{self, FORM_LIMIT, Note, Reply, Shared, SignInPage, Visitor},
};

/// Serves the app until the answer is dropped.
///
/// # Panics
///
/// When the machine has no free port.
pub async fn serve(shared: Arc<Shared>, layer: SessionLayer<Visitor>, skip: SkipSession) -> (SocketAddr, Stop) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free loopback port");
    let address = listener.local_addr().expect("a bound address");
    let app = app(shared, layer, skip);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    (address, Stop::with(move || server.abort()))
}

fn app(shared: Arc<Shared>, layer: SessionLayer<Visitor>, skip: SkipSession) -> Router {
    Router::new()
        .route("/do/{action}/{value}", any(act))
        .route("/lazy/{action}", get(lazy))
        .route("/account", get(async |visitor: Authenticated<Visitor>| visitor::account(&visitor)))
        .route("/page", any(async |visitor: Authenticated<Visitor, SignInPage>| visitor::account(&visitor)))
        .route("/greeting", get(async |visitor: Option<Authenticated<Visitor>>| visitor::greeting(visitor.as_ref())))
        .route("/payment", get(async |visitor: Authenticated<Visitor>| visitor::payment(&visitor)))
        .nest("/guarded", notes().layer(CsrfLayer::<Visitor>::new().form_limit(FORM_LIMIT)))
        .nest("/guarded-for-some", notes().layer(CsrfLayer::<Visitor>::new().pass_without_session()))
        .route("/enter", post(enter))
        .route("/socket", get(socket))
        .route("/events", get(events))
        .route("/stream", get(stream))
        .route("/fail", get(fail))
        .route("/static/site.css", get(style_sheet))
        .route("/excluded/show", get(async |visitor: Session<Visitor>| visitor::show(&visitor)))
        .route("/skipped", get(async |visitor: Session<Visitor>| visitor::show(&visitor)).layer(skip))
        .layer(layer)
        .with_state(shared)
}

/// What is done by forms and scripts, behind a check of their CSRF tokens.
fn notes() -> Router<Arc<Shared>> {
    Router::new().route("/note", get(async || "a form").post(note)).route("/echo", post(async |body: String| body))
}

async fn note(mut visitor: Session<Visitor>, Form(form): Form<Note>) {
    visitor.set_note(form.note);
}

/// Takes a form with a token, and nothing else.
async fn enter(mut visitor: Session<Visitor>, form: Csrf<Visitor, Form<Note>>) {
    visitor.sign_in(7);
    visitor.set_note(form.into_inner().0.note);
}

async fn act(
    State(shared): State<Arc<Shared>>,
    Path((action, value)): Path<(String, String)>,
    visitor: Session<Visitor>,
) -> Reply {
    visitor::act(&shared, visitor, &action, &value).await
}

async fn lazy(Path(action): Path<String>, visitor: LazySession<Visitor>) -> Reply {
    match action.as_str() {
        "load" => {
            visitor.load().await.map_or_else(|_| Reply::status(503), |visitor| Reply::text(visitor::show(&visitor)))
        }
        _ => Reply::text("untouched"),
    }
}

async fn stream(State(shared): State<Arc<Shared>>, mut visitor: Session<Visitor>) -> Body {
    *visitor.visits_mut() += 1;
    Body::from_stream(visitor::pieces(&shared))
}

async fn fail(mut visitor: Session<Visitor>) -> Result<(), StatusCode> {
    *visitor.visits_mut() += 1;
    Err(StatusCode::IM_A_TEAPOT)
}

async fn style_sheet(headers: HeaderMap) -> Reply {
    visitor::style_sheet(headers.get("if-none-match").and_then(|tag| tag.to_str().ok()))
}

async fn socket(upgrade: WebSocketUpgrade, visitor: Session<Visitor>) -> Result<Response, CommitError> {
    let visitor = visitor.detach().await?;
    Ok(upgrade.on_upgrade(async |socket| converse(socket, visitor).await.unwrap_or(())))
}

/// Answers messages until the visitor leaves or the session ends.
async fn converse(mut socket: WebSocket, mut visitor: Detached<Visitor>) -> Result<(), CommitError> {
    loop {
        let message = tokio::select! {
            () = visitor.revoked() => {
                let _ = socket.send(Message::Close(None)).await;
                return Ok(());
            }
            message = socket.recv() => message,
        };
        let Some(Ok(message)) = message else { return Ok(()) };
        if let Message::Text(text) = message {
            let answer = visitor::hear(&mut visitor, &text).await?;
            if socket.send(Message::text(answer)).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Shows the session, and ends with it.
async fn events(visitor: Session<Visitor>) -> Result<impl IntoResponse, CommitError> {
    let visitor = visitor.detach().await?;
    let shown = sse::Event::default().data(visitor::show(&visitor));
    let end = Box::pin(async move {
        visitor.revoked().await;
        sse::Event::default().data("the end")
    });
    let events = stream::once(async { shown }).chain(stream::once(end));
    Ok(Sse::new(events.map(Ok::<_, Infallible>)))
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(Body::from(self.text)).expect("the replies of the app are valid")
    }
}
