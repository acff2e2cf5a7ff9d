//! The app in actix-web.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
};

use actix_web::{
    App, Error, HttpRequest, HttpResponse, HttpServer, Responder,
    body::BoxBody,
    dev::Server,
    error::ErrorImATeapot,
    rt::{self, System},
    web::{self, Bytes, Data, Form, Path, Payload, ServiceConfig},
};
use actix_ws::{Message, MessageStream};
use futures_util::{StreamExt, stream};
use sessio::{
    Authenticated, CommitError, Detached, LazySession, Session, SessionLayer,
    web::{Csrf, CsrfLayer, SkipSession},
};
use tokio::sync::oneshot;

use crate::{
    setting::Stop,
    visitor::{self, FORM_LIMIT, Note, Reply, Shared, SignInPage, Visitor},
};

/// Serves the app, on threads of its own, until the answer is dropped.
///
/// # Panics
///
/// When the machine has no free port.
pub async fn serve(shared: Arc<Shared>, layer: SessionLayer<Visitor>, skip: SkipSession) -> (SocketAddr, Stop) {
    let app = move || {
        App::new().app_data(Data::new(Arc::clone(&shared))).configure(|config| routes(config, skip)).wrap(layer.clone())
    };
    run(|listener| Ok(HttpServer::new(app).workers(2).disable_signals().listen(listener)?.run())).await
}

/// Runs a server, on threads of its own, until the answer is dropped.
///
/// # Panics
///
/// When the machine has no free port, or the server does not start.
pub async fn run(start: impl FnOnce(TcpListener) -> io::Result<Server> + Send + 'static) -> (SocketAddr, Stop) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
    let address = listener.local_addr().expect("a bound address");
    let (started, starting) = oneshot::channel();
    thread::spawn(move || {
        System::new().block_on(async move {
            let server = start(listener).expect("the port is bound");
            // Nobody waits for a server whose test has ended already.
            let _ = started.send(server.handle());
            server.await
        })
    });
    let server = starting.await.expect("the server starts");
    (address, Stop::with(move || drop(server.stop(false))))
}

fn routes(config: &mut ServiceConfig, skip: SkipSession) {
    config
        .route("/do/{action}/{value}", web::to(act))
        .route("/lazy/{action}", web::get().to(lazy))
        .route("/account", web::get().to(async |visitor: Authenticated<Visitor>| visitor::account(&visitor)))
        .route("/page", web::to(async |visitor: Authenticated<Visitor, SignInPage>| visitor::account(&visitor)))
        .route(
            "/greeting",
            web::get().to(async |visitor: Option<Authenticated<Visitor>>| visitor::greeting(visitor.as_ref())),
        )
        .route("/payment", web::get().to(async |visitor: Authenticated<Visitor>| visitor::payment(&visitor)))
        .service(web::scope("/guarded").wrap(CsrfLayer::<Visitor>::new().form_limit(FORM_LIMIT)).configure(notes))
        .service(
            web::scope("/guarded-for-some").wrap(CsrfLayer::<Visitor>::new().pass_without_session()).configure(notes),
        )
        .route("/enter", web::post().to(enter))
        .route("/socket", web::get().to(socket))
        .route("/events", web::get().to(events))
        .route("/stream", web::get().to(stream))
        .route("/fail", web::get().to(fail))
        .route("/static/site.css", web::get().to(style_sheet))
        .route("/excluded/show", web::get().to(async |visitor: Session<Visitor>| visitor::show(&visitor)))
        .service(
            web::resource("/skipped")
                .wrap(skip)
                .route(web::get().to(async |visitor: Session<Visitor>| visitor::show(&visitor))),
        );
}

/// What is done by forms and scripts, behind a check of their CSRF tokens.
fn notes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/note").route(web::get().to(async || "a form")).route(web::post().to(note)))
        .route("/echo", web::post().to(async |body: String| body));
}

async fn note(mut visitor: Session<Visitor>, form: Form<Note>) -> Reply {
    visitor.set_note(form.into_inner().note);
    Reply::text("")
}

/// Takes a form with a token, and nothing else.
async fn enter(mut visitor: Session<Visitor>, form: Csrf<Visitor, Form<Note>>) -> Reply {
    visitor.sign_in(7);
    visitor.set_note(form.into_inner().into_inner().note);
    Reply::text("")
}

async fn act(shared: Data<Arc<Shared>>, path: Path<(String, String)>, visitor: Session<Visitor>) -> Reply {
    let (action, value) = path.into_inner();
    visitor::act(&shared, visitor, &action, &value).await
}

async fn lazy(action: Path<String>, visitor: LazySession<Visitor>) -> Reply {
    match action.as_str() {
        "load" => {
            visitor.load().await.map_or_else(|_| Reply::status(503), |visitor| Reply::text(visitor::show(&visitor)))
        }
        _ => Reply::text("untouched"),
    }
}

async fn stream(shared: Data<Arc<Shared>>, mut visitor: Session<Visitor>) -> HttpResponse {
    *visitor.visits_mut() += 1;
    HttpResponse::Ok().streaming(visitor::pieces(&shared))
}

async fn fail(mut visitor: Session<Visitor>) -> Result<String, Error> {
    *visitor.visits_mut() += 1;
    Err(ErrorImATeapot("no coffee"))
}

async fn style_sheet(request: HttpRequest) -> Reply {
    visitor::style_sheet(request.headers().get("if-none-match").and_then(|tag| tag.to_str().ok()))
}

async fn socket(request: HttpRequest, body: Payload, visitor: Session<Visitor>) -> Result<HttpResponse, Error> {
    let visitor = visitor.detach().await?;
    let (response, socket, messages) = actix_ws::handle(&request, body)?;
    rt::spawn(async move { converse(socket, messages, visitor).await.unwrap_or(()) });
    Ok(response)
}

/// Answers messages until the visitor leaves or the session ends.
async fn converse(
    mut socket: actix_ws::Session,
    mut messages: MessageStream,
    mut visitor: Detached<Visitor>,
) -> Result<(), CommitError> {
    loop {
        let message = tokio::select! {
            () = visitor.revoked() => {
                let _ = socket.close(None).await;
                return Ok(());
            }
            message = messages.next() => message,
        };
        let Some(Ok(message)) = message else { return Ok(()) };
        if let Message::Text(text) = message {
            let answer = visitor::hear(&mut visitor, &text).await?;
            if socket.text(answer).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Shows the session, and ends with it.
async fn events(visitor: Session<Visitor>) -> Result<HttpResponse, Error> {
    let visitor = visitor.detach().await?;
    let shown = format!("data: {}\n\n", visitor::show(&visitor));
    let end = async move {
        visitor.revoked().await;
        "data: the end\n\n".to_owned()
    };
    let events = stream::once(async { shown }).chain(stream::once(end));
    let events = events.map(|event| Ok::<_, Error>(Bytes::from(event)));
    Ok(HttpResponse::Ok().content_type("text/event-stream").streaming(events))
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        let status = actix_web::http::StatusCode::from_u16(self.status).expect("the replies of the app are valid");
        let mut response = HttpResponse::build(status);
        for header in self.headers {
            response.append_header(header);
        }
        response.body(self.text)
    }
}
