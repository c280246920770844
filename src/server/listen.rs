//! `podarium serve`: the listener, its limits, and its orderly end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use podarium_host::{Player, Speed};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::certificate::{CertificateError, new_identity};
use crate::engine::{self, Command};
use crate::exchange::Doors;
use crate::kubeconfig;

/// How many connections there may be at once; more wait for one to end.
const CONNECTIONS: usize = 512;
/// How many streams one HTTP/2 connection may have open, as in the real server.
const STREAMS: u32 = 250;
/// How long a client may take for its TLS greeting, and for the head of a request.
const GREETING: Duration = Duration::from_secs(10);
/// What the head of a request may weigh.
const LARGEST_HEAD: usize = 64 << 10;

/// How to serve.
pub struct Serve {
    pub listen: SocketAddr,
    pub kubeconfig: PathBuf,
    pub speed: Speed,
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: std::io::Error },
    #[error("{path}: {error}", path = path.display())]
    Kubeconfig { path: PathBuf, error: std::io::Error },
    #[error("the operating system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Serves until `end` comes, e.g. [`asked_to_end`]. `ready` is told the address once clients can come.
pub fn serve(mut player: Player, how: &Serve, ready: impl FnOnce(SocketAddr), end: impl Future<Output = ()>) -> Result<(), ServeError> {
    player.set_speed(how.speed);
    // The control plane has come up before anybody can ask it.
    player.step_by(Duration::from_secs(1));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let clients = player.simulation().world().cluster.authority().pem().to_owned();
    let (commands, thread) = engine::start(player);
    let served = runtime.block_on(listen(how, &clients, &commands, ready, end));
    // If the engine has ended already, its thread says why.
    let _ = commands.send(Command::Stop);
    drop(runtime);
    let ended = thread.join().unwrap_or_else(|_| Err(std::io::Error::other("the simulation broke; this is a bug of Podarium")));
    served.and(ended.map_err(ServeError::Io))
}

async fn listen(
    how: &Serve,
    clients: &str,
    commands: &std::sync::mpsc::Sender<Command>,
    ready: impl FnOnce(SocketAddr),
    end: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let listener = TcpListener::bind(how.listen).await.map_err(|error| ServeError::Listen { address: how.listen, error })?;
    let address = listener.local_addr()?;
    let identity = new_identity(address.ip(), clients)?;
    let token = kubeconfig::new_token()?;
    let text = kubeconfig::text(reachable(address), &identity.authority_pem, &token);
    kubeconfig::write(&how.kubeconfig, &text).map_err(|error| ServeError::Kubeconfig { path: how.kubeconfig.clone(), error })?;
    let tls = TlsAcceptor::from(identity.tls);
    let doors = Doors { commands: commands.clone(), token: token.into(), numbers: Arc::new(AtomicU64::new(1)), certificate: None };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    ready(address);
    let mut end = std::pin::pin!(end);
    loop {
        let place = tokio::select! {
            () = &mut end => return Ok(()),
            place = places.clone().acquire_owned() => place.expect("the semaphore is never closed"),
        };
        let accepted = tokio::select! {
            () = &mut end => return Ok(()),
            accepted = listener.accept() => accepted,
        };
        // A connection that broke before it was accepted concerns nobody else.
        let Ok((stream, _)) = accepted else { continue };
        let (tls, doors) = (tls.clone(), doors.clone());
        tokio::spawn(async move {
            connection(stream, tls, doors).await;
            drop(place);
        });
    }
}

/// An address that listens everywhere is reached here.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::new([127, 0, 0, 1].into(), address.port()) } else { address }
}

/// Whatever goes wrong in a connection ends that connection and nothing else.
async fn connection(stream: TcpStream, tls: TlsAcceptor, doors: Doors) {
    let _ = stream.set_nodelay(true);
    let Ok(Ok(stream)) = tokio::time::timeout(GREETING, tls.accept(stream)).await else { return };
    let mut server = Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(GREETING).max_buf_size(LARGEST_HEAD);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(LARGEST_HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30));
    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first()).map(|certificate| Arc::from(certificate.as_ref()));
    let doors = Doors { certificate: shown, ..doors };
    let service = service_fn(move |request| doors.clone().answer(request));
    let _ = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
}

/// Comes with Ctrl-C or SIGTERM.
#[cfg(unix)]
pub async fn asked_to_end() {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    let Ok(mut terminate) = terminate else { return interrupted().await };
    tokio::select! {
        () = interrupted() => {}
        _ = terminate.recv() => {}
    }
}

/// Comes with Ctrl-C.
#[cfg(not(unix))]
pub async fn asked_to_end() {
    interrupted().await;
}

/// Without a way to hear of Ctrl-C the server goes on until it is killed.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
