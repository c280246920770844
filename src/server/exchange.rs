//! One exchange: from hyper's request to a simulated one, and from simulated pieces of an answer to a streamed body.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Either, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use podarium_api::Status;
use podarium_course::Caller;
use podarium_machine::{HttpEvent, HttpRequest};

use crate::engine::{BACKLOG, Command, Exchange};
use crate::gzip;
use crate::openapi_v2;
use crate::protobuf::{self, ProtobufError};
use crate::terminal::{has_terminal, through_terminal};
use crate::upgrade::Upgrade;

/// What a request's body may weigh before it is not even shown to the API server, which has a lower limit of its own
/// (3 MiB) with an answer of its own.
const LARGEST_BODY: usize = 16 << 20;
/// How long a client may take to send its body.
const BODY_TIME: Duration = Duration::from_secs(60);

pub type Answer = Response<Either<Full<Bytes>, Stream>>;

/// The bytes of an answer that does not come in pieces.
pub fn whole_body(body: Either<Full<Bytes>, Stream>) -> Option<Bytes> {
    let Either::Left(mut full) = body else { return None };
    let frame = futures_util::FutureExt::now_or_never(full.frame()).flatten()?.ok()?;
    frame.into_data().ok()
}

fn accepts_gzip(request: &Request<Incoming>) -> bool {
    let accepted = request.headers().get(hyper::header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|value| value.split(',').any(|one| one.trim().split(';').next() == Some("gzip")))
}

/// What every exchange needs.
#[derive(Clone)]
pub struct Doors {
    pub commands: Sender<Command>,
    pub token: std::sync::Arc<str>,
    pub numbers: std::sync::Arc<std::sync::atomic::AtomicU64>,
    /// The certificate that the client of this connection has shown, and whose key it has.
    pub certificate: Option<std::sync::Arc<[u8]>>,
}

impl Doors {
    pub async fn answer(self, mut request: Request<Incoming>) -> Result<Answer, Infallible> {
        let has_terminal = has_terminal(request.uri());
        let upgrade = Upgrade::asked_for(&request).map(|wanted| (wanted, hyper::upgrade::on(&mut request), has_terminal));
        let compresses = accepts_gzip(&request);
        let (head, body) = request.into_parts();
        let is_own = self.is_own(&head.headers);
        let read = tokio::time::timeout(BODY_TIME, Limited::new(body, LARGEST_BODY).collect()).await;
        let body = match read {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                return Ok(refuse(&Status::new(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")));
            }
            Ok(Err(_)) => return Ok(refuse(&Status::bad_request("the body of the request could not be read"))),
            Err(_) => return Ok(refuse(&Status::new(408, "Timeout", "the body of the request did not come in time"))),
        };
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        if head.uri.path() == "/podarium/step" {
            return Ok(match is_own {
                true => self.step(head.method.as_str(), head.uri.query().unwrap_or_default()).await,
                false => refuse(&Status::new(401, "Unauthorized", "Unauthorized")),
            });
        }
        // The token of this server means nothing in the cluster; every other token is the cluster's to judge.
        let headers = head.headers.iter().filter(|(name, _)| !is_own || *name != hyper::header::AUTHORIZATION);
        let headers = headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let mut request = HttpRequest {
            method: head.method.as_str().to_owned(),
            url: target.to_owned(),
            headers: headers.collect(),
            body: body.to_vec(),
            ..HttpRequest::default()
        };
        if let Some((wanted, ..)) = &upgrade {
            wanted.rewrite(&mut request);
        }
        let as_protobuf = openapi_v2::asked_for(&mut request);
        let caller = if is_own { Caller::Admin } else { Caller::Other { certificate: self.certificate.as_deref().map(<[u8]>::to_vec) } };
        Ok(match as_json(request) {
            Ok(request) => {
                let answer = self.ask(request, caller, upgrade).await;
                gzip::compressed(if as_protobuf { openapi_v2::translated(answer) } else { answer }, compresses)
            }
            Err(error) => refuse(&Status::bad_request(error.to_string())),
        })
    }

    /// Whether a request carries the token of this server's own kubeconfig.
    fn is_own(&self, headers: &HeaderMap) -> bool {
        let stated = headers.get(hyper::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        stated.and_then(|value| value.split_once(' ')).is_some_and(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && same(token.trim().as_bytes(), self.token.as_bytes())
        })
    }

    async fn ask(self, request: HttpRequest, caller: Caller, upgrade: Option<(Upgrade, OnUpgrade, bool)>) -> Answer {
        let exchange = Exchange(self.numbers.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        let (sender, mut answers) = tokio::sync::mpsc::channel(BACKLOG);
        let command = Command::Request { exchange, request: Box::new(request), caller, answers: sender };
        if self.commands.send(command).is_err() {
            return refuse(&gone());
        }
        let commands = self.commands.clone();
        let line = Line { exchange, commands: self.commands, done: false };
        match (answers.recv().await, upgrade) {
            (Some(HttpEvent::Response(response)), _) => {
                let mut line = line;
                line.done = true;
                with_head(response.status, &response.headers, Either::Left(Full::new(response.body.into())))
            }
            (Some(HttpEvent::Head { status: 101, headers }), Some((wanted, upgrade, has_terminal))) => {
                let answer = wanted.agree(with_head(101, &headers, Either::Left(Full::default())));
                let answers = if has_terminal { through_terminal(answers) } else { answers };
                wanted.start(upgrade, answers, line, commands);
                answer
            }
            (Some(HttpEvent::Head { status, headers }), _) => with_head(status, &headers, Either::Right(Stream { answers, line })),
            (Some(HttpEvent::Chunk(_) | HttpEvent::End | HttpEvent::Failed(_)) | None, _) => refuse(&gone()),
        }
    }

    /// `POST /podarium/step?by=10s`: the clock of a cluster that is served at speed 0.
    async fn step(self, method: &str, query: &str) -> Answer {
        let by = query.split('&').find_map(|pair| pair.strip_prefix("by="));
        let by = by.and_then(|text| podarium_course::Period::parse_text(text).ok());
        let (true, Some(by)) = (method == "POST", by) else {
            return refuse(&Status::bad_request("write POST /podarium/step?by=10s, with a time such as 500ms, 10s or 5m"));
        };
        let (done, now) = tokio::sync::oneshot::channel();
        if self.commands.send(Command::Step { by: by.0, done }).is_err() {
            return refuse(&gone());
        }
        match now.await {
            Ok(now) => with_head(200, &[], Either::Left(Full::new(format!("{now}\n").into()))),
            Err(_) => refuse(&gone()),
        }
    }
}

/// The same request with a body that is JSON if it was protobuf.
fn as_json(mut request: HttpRequest) -> Result<HttpRequest, ProtobufError> {
    let content = request.headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some((_, media_type)) = content.filter(|(_, media_type)| media_type.starts_with(protobuf::MEDIA_TYPE)) {
        "application/json".clone_into(media_type);
        if !request.body.is_empty() {
            request.body = protobuf::to_json(&request.body)?.to_string().into_bytes();
        }
    }
    Ok(request)
}

/// Compares without telling by its duration how much was right.
fn same(given: &[u8], right: &[u8]) -> bool {
    given.len() == right.len() && given.iter().zip(right).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

fn gone() -> Status {
    Status::new(503, "ServiceUnavailable", "the simulation has ended")
}

fn refuse(status: &Status) -> Answer {
    let body = status.as_meta();
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
    with_head(status.code(), &headers, Either::Left(Full::new(body.into())))
}

fn with_head(status: u16, headers: &[(String, String)], body: Either<Full<Bytes>, Stream>) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

/// Hangs up when it is dropped before its end.
pub struct Line {
    pub exchange: Exchange,
    commands: Sender<Command>,
    pub done: bool,
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.done {
            // If the engine has ended there is nothing to hang up.
            let _ = self.commands.send(Command::HangUp(self.exchange));
        }
    }
}

/// A body that goes on: a watch, a followed log.
pub struct Stream {
    answers: tokio::sync::mpsc::Receiver<HttpEvent>,
    line: Line,
}

impl Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.answers.poll_recv(ctx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(HttpEvent::Chunk(bytes))) => Poll::Ready(Some(Ok(Frame::data(bytes.into())))),
            Poll::Ready(_) => {
                self.line.done = true;
                Poll::Ready(None)
            }
        }
    }
}
