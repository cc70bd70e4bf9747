//! The page of metrics over HTTP/1.1: three paths, and nothing an address elsewhere could misuse.
//!
//! On an address of this host it is plain and open. On any other it needs TLS and a token, which the
//! configuration is checked for. At most [`CONNECTIONS`] connections are served at a time, each
//! for [`LONGEST`]; who sends no whole request within [`PATIENCE`] is hung up on.

use std::{convert::Infallible, io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use crate::config::outputs::Metrics;

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The address cannot be listened on.
    #[error("metrics.listen: cannot listen on {address}: {error}; is another picket running?")]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// A file for TLS, or the token's, cannot be used.
    #[error("{key}: {file}: {what}; {remedy}")]
    File {
        /// Key of the configuration.
        key: &'static str,
        /// Which.
        file: String,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// An address that is listened on.
pub struct Listening {
    listener: std::net::TcpListener,
    tls: Option<Arc<ServerConfig>>,
    /// Digest of the token: digests are compared, so that time tells nothing of it.
    token: Option<[u8; 32]>,
}

impl Listening {
    /// Listens, and reads certificate, key and token.
    ///
    /// # Errors
    ///
    /// Returns an error that names the key and what to do.
    pub fn open(config: &Metrics) -> Result<Self, ListenError> {
        let tls = match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) => Some(Arc::new(server(certificate, key)?)),
            _ => None,
        };
        let token = config.token_file.as_deref().map(token).transpose()?;
        let address = config.listen;
        let failed = |error| ListenError::Address { address, error };
        let listener = std::net::TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        Ok(Self { listener, tls, token })
    }

    /// Returns the address, with the port the system chose where the configuration says 0.
    ///
    /// # Errors
    ///
    /// Returns an error when the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Whether it speaks TLS.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Answers for as long as it is polled.
    pub(super) async fn serve(self, answers: Arc<dyn Answers>) -> io::Result<()> {
        let listener = TcpListener::from_std(self.listener)?;
        let acceptor = self.tls.map(TlsAcceptor::from);
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&room).acquire_owned().await else { return Ok(()) };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of descriptors, most likely: they come back.
                    tracing::warn!(%error, "metrics: a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let (acceptor, answers, token) = (acceptor.clone(), Arc::clone(&answers), self.token);
            tokio::spawn(async move {
                let _place = place;
                let _ = timeout(LONGEST, connection(stream, acceptor, &*answers, token)).await;
            });
        }
    }
}

/// What is answered.
pub(super) trait Answers: Send + Sync {
    /// Returns the page of metrics.
    fn metrics(&self) -> String;
    /// Whether the packet path lives; else why not.
    fn healthy(&self) -> Result<(), String>;
    /// Whether frames can come in and alerts can be kept; else why not.
    fn ready(&self) -> Result<(), String>;
}

async fn connection(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    answers: &dyn Answers,
    token: Option<[u8; 32]>,
) {
    match acceptor {
        None => exchange(stream, answers, token).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await {
                exchange(stream, answers, token).await;
            }
        }
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &dyn Answers,
    token: Option<[u8; 32]>,
) {
    let service =
        service_fn(|request| async move { Ok::<_, Infallible>(answer(&request, answers, token)) });
    // Whoever hangs up in the middle has only himself to tell.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(MOST_OCTETS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn answer(
    request: &Request<Incoming>,
    answers: &dyn Answers,
    token: Option<[u8; 32]>,
) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    if !matches!(path, "/metrics" | "/healthz" | "/readyz") {
        return plain(StatusCode::NOT_FOUND, "there are /metrics, /healthz and /readyz\n".into());
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n".into());
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    let known = token.is_none_or(|token| {
        let given = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let given = given.and_then(|value| value.strip_prefix(b"Bearer "));
        given.is_some_and(|given| <[u8; 32]>::from(Sha256::digest(given)) == token)
    });
    if !known {
        let mut refused = plain(StatusCode::UNAUTHORIZED, "needs the token\n".into());
        refused.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return refused;
    }
    let checked = match path {
        "/healthz" => answers.healthy(),
        "/readyz" => answers.ready(),
        _ => {
            let mut page = plain(StatusCode::OK, answers.metrics());
            let kind = HeaderValue::from_static(super::metrics::CONTENT_TYPE);
            page.headers_mut().insert(CONTENT_TYPE, kind);
            return page;
        }
    };
    match checked {
        Ok(()) => plain(StatusCode::OK, "ok\n".into()),
        Err(why) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

fn plain(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn server(certificate: &Path, key: &Path) -> Result<ServerConfig, ListenError> {
    let wrong = |key: &'static str, file: &Path, what: String, remedy| ListenError::File {
        key,
        file: file.display().to_string(),
        what,
        remedy,
    };
    let remedy = "name a file of PEM certificates, the server's own first";
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong("metrics.certificate", certificate, error.to_string(), remedy))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| {
        wrong("metrics.key", key, error.to_string(), "name a private key in PEM")
    })?;
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|error| wrong("metrics.certificate", certificate, error.to_string(), remedy))
}

/// Reads the token: the first line of the file.
fn token(path: &Path) -> Result<[u8; 32], ListenError> {
    let wrong = |what: String, remedy| ListenError::File {
        key: "metrics.token_file",
        file: path.display().to_string(),
        what,
        remedy,
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| wrong(error.to_string(), "name a file this user may read"))?;
    let token = text.lines().next().unwrap_or_default().trim();
    if token.len() < SHORTEST_TOKEN {
        let what = format!("the token has fewer than {SHORTEST_TOKEN} characters");
        return Err(wrong(what, "write one with: openssl rand -hex 32"));
    }
    Ok(Sha256::digest(token).into())
}

/// Connections at a time.
const CONNECTIONS: usize = 32;
/// How long a connection may last.
const LONGEST: Duration = Duration::from_mins(5);
/// How long a handshake or a request may take to come.
const PATIENCE: Duration = Duration::from_secs(5);
/// Octets of a request's head.
const MOST_OCTETS: usize = 16_384;
const PAUSE: Duration = Duration::from_millis(200);
/// Characters of a token that cannot be guessed.
const SHORTEST_TOKEN: usize = 16;
