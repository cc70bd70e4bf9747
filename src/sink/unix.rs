//! Alerts to a Unix socket somebody listens on: lines on a stream, or a datagram each.
//!
//! There is no acknowledgement: what the socket took counts as delivered. Who hung up is noticed
//! before a batch, so that at most what was on its way at that moment is missing there.

use std::{io, path::PathBuf};

use tokio::{
    io::AsyncWriteExt,
    net::{UnixDatagram, UnixStream},
};

use super::{
    format::Shape,
    outbox::Item,
    outlet::{Taken, Trouble},
};
use crate::config::outputs::{self, UnixKind};

/// A Unix socket.
pub(super) struct UnixSink {
    path: PathBuf,
    kind: UnixKind,
    shape: Shape,
    stream: Option<UnixStream>,
}

impl UnixSink {
    pub(super) fn new(config: &outputs::Unix) -> Self {
        let path = config.path.clone();
        Self { path, kind: config.kind, shape: config.format.into(), stream: None }
    }

    pub(super) async fn deliver(&mut self, items: &[Item]) -> Taken {
        let taken = match self.kind {
            UnixKind::Stream => self.stream(items).await,
            UnixKind::Datagram => self.datagrams(items).await,
        };
        taken.unwrap_or_else(|error| {
            self.stream = None;
            let text = format!("{}: {error}", self.path.display());
            Taken::none(match error.kind() {
                io::ErrorKind::PermissionDenied => Trouble::Refused(text),
                _ => Trouble::Away(text),
            })
        })
    }

    async fn stream(&mut self, items: &[Item]) -> io::Result<Taken> {
        let (text, parked) = self.shape.lines(items);
        if self.stream.as_ref().is_some_and(hung_up) {
            self.stream = None;
        }
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(UnixStream::connect(&self.path).await?),
        };
        stream.write_all(text.as_bytes()).await?;
        Ok(Taken { parked, ..Taken::all(items) })
    }

    async fn datagrams(&self, items: &[Item]) -> io::Result<Taken> {
        let socket = UnixDatagram::unbound()?;
        socket.connect(&self.path)?;
        let mut taken = Taken::default();
        for item in items {
            let sent = match self.shape.text(item) {
                Ok(text) => socket.send(text.as_bytes()).await,
                Err(reason) => {
                    taken.parked.push((item.seq, reason));
                    Ok(0)
                }
            };
            match sent {
                Ok(_) => {}
                Err(error) if error.raw_os_error() == Some(MESSAGE_TOO_LONG) => {
                    taken.parked.push((item.seq, format!("too large for a datagram: {error}")));
                }
                Err(error) => {
                    taken.trouble =
                        Some(Trouble::Away(format!("{}: {error}", self.path.display())));
                    return Ok(taken);
                }
            }
            taken.up_to = Some(item.seq);
        }
        Ok(taken)
    }
}

/// Whether the other side closed: there is something to read, and it is the end.
fn hung_up(stream: &UnixStream) -> bool {
    let mut octet = [0];
    match stream.try_read(&mut octet) {
        Ok(read) => read == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    }
}

/// `EMSGSIZE` of Linux.
pub(super) const MESSAGE_TOO_LONG: i32 = 90;
