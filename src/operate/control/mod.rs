//! The control socket: a Unix socket that answers `picket ctl` and `picket top`.
//!
//! Without a group it is for root and the user of the sensor alone (mode 0600); with one, for its
//! members too (0660). Who is at the other end is asked of the kernel for each connection, and what
//! changes something is logged with it. At most [`CONNECTIONS`] are served at a time.

mod answers;
mod peers;
pub mod protocol;

use std::{
    fs, io,
    os::unix::{fs::PermissionsExt, net::UnixStream as Probe},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustix::fs::Mode;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::timeout,
};

use self::{
    peers::Allowed,
    protocol::{Hello, LONGEST_LINE, PROTOCOL, Reply, Request},
};
use super::Desk;
use crate::config::outputs::Control;

/// Why there is no control socket.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// It cannot be made.
    #[error("control.socket: {path}: {error}; {remedy}")]
    Socket {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
        /// What to do.
        remedy: &'static str,
    },
    /// Another program answers there.
    #[error("control.socket: {0}: another picket answers there; give each its own")]
    Taken(PathBuf),
    /// There is no such group.
    #[error("control.group: there is no group `{0}`; make it with `groupadd --system {0}`")]
    NoGroup(String),
}

/// A socket that is listened on; removed when dropped.
pub struct Socket {
    listener: std::os::unix::net::UnixListener,
    allowed: Allowed,
    path: PathBuf,
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Socket {
    /// Makes the socket, and the directory it is in.
    ///
    /// # Errors
    ///
    /// Returns an error that names the key and what to do.
    pub fn open(config: &Control) -> Result<Self, ControlError> {
        let path = config.socket.clone();
        let failed = |error: io::Error| ControlError::Socket {
            path: config.socket.clone(),
            remedy: match error.kind() {
                io::ErrorKind::PermissionDenied => "name a place this user may write to",
                _ => "name another place",
            },
            error,
        };
        let allowed = match &config.group {
            Some(name) => peers::group(name).ok_or_else(|| ControlError::NoGroup(name.clone()))?,
            None => Allowed::default(),
        };
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).map_err(failed)?;
        }
        if Probe::connect(&path).is_ok() {
            return Err(ControlError::Taken(path));
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        // Nobody else may open it in the moment before its mode is set.
        let before = rustix::process::umask(Mode::RWXG | Mode::RWXO);
        let listener = std::os::unix::net::UnixListener::bind(&path);
        rustix::process::umask(before);
        let listener = listener.map_err(failed)?;
        let socket = Self { listener, allowed, path };
        if let Some(gid) = socket.allowed.gid {
            std::os::unix::fs::chown(&socket.path, None, Some(gid)).map_err(failed)?;
        }
        let mode = if socket.allowed.gid.is_some() { 0o660 } else { 0o600 };
        fs::set_permissions(&socket.path, fs::Permissions::from_mode(mode)).map_err(failed)?;
        socket.listener.set_nonblocking(true).map_err(failed)?;
        Ok(socket)
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Answers for as long as it is polled.
    pub(super) async fn serve(self, desk: Arc<Desk>) -> io::Result<()> {
        let listener = UnixListener::from_std(self.listener.try_clone()?)?;
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&room).acquire_owned().await else { return Ok(()) };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "control: a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let (desk, allowed) = (Arc::clone(&desk), self.allowed.clone());
            tokio::spawn(async move {
                let _place = place;
                // Whoever hangs up in the middle has only himself to tell.
                let _ = converse(stream, &desk, &allowed).await;
            });
        }
    }
}

async fn converse(mut stream: UnixStream, desk: &Desk, allowed: &Allowed) -> io::Result<()> {
    let peer = stream.peer_cred()?;
    let refused = !allowed.admits(peer.uid(), peer.gid());
    let hello = Hello {
        picket: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: PROTOCOL,
        sensor: desk.sensor().to_owned(),
        refused: refused.then(|| {
            "this socket is for root, the user of the sensor and the members of control.group"
                .into()
        }),
    };
    say(&mut stream, &hello).await?;
    if refused {
        tracing::warn!(uid = peer.uid(), pid = peer.pid(), "control: refused");
        return Ok(());
    }
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = (&mut stream).take(LONGEST_LINE);
        let reading = limited.read_until(b'\n', &mut line);
        match timeout(LONGEST_SILENCE, reading).await {
            Ok(Ok(read)) if read > 0 && line.ends_with(b"\n") => {}
            _ => return Ok(()),
        }
        let result = match serde_json::from_slice::<Request>(&line) {
            Ok(request) => {
                if answers::changes_something(&request) {
                    tracing::info!(uid = peer.uid(), pid = peer.pid(), ?request, "control");
                }
                answers::answer(desk, request).await
            }
            Err(error) => Err(format!("not understood: {error}")),
        };
        say(stream.get_mut(), &Reply::from(result)).await?;
    }
}

async fn say(stream: &mut UnixStream, what: &impl serde::Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    timeout(PATIENCE, stream.write_all(&line)).await?
}

/// Connections at a time.
const CONNECTIONS: usize = 16;
/// Who asks nothing for so long is hung up on.
const LONGEST_SILENCE: Duration = Duration::from_mins(10);
/// How long an answer may take to be read.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(200);

/// Whether this machine has a group.
#[must_use]
pub fn has_group(name: &str) -> bool {
    peers::group(name).is_some()
}
