//! Alerts as lines on stdout.

use std::io::{self, Write};

use super::{
    format::Shape,
    outbox::Item,
    outlet::{Taken, Trouble},
};

/// The standard output of the process.
pub(super) struct StdoutSink {
    pub(super) shape: Shape,
}

impl StdoutSink {
    /// Writes a batch. Whoever reads a pipe may be slow, so the thread is given up for as long.
    pub(super) fn deliver(&self, items: &[Item]) -> Taken {
        let (text, parked) = self.shape.lines(items);
        let written = tokio::task::block_in_place(|| {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        });
        match written {
            Ok(()) => Taken { parked, ..Taken::all(items) },
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                Taken::none(Trouble::Refused("nobody reads stdout any more".into()))
            }
            Err(error) => Taken::none(Trouble::Failing(format!("stdout: {error}"))),
        }
    }
}
