//! What the engine learns, kept while a run goes on: the lane makes the octets, this thread writes
//! them, so that no disk ever holds up a frame.

use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use crate::learnt::{self, LearntError};

/// The lane's end.
pub(super) struct Keeping {
    snapshots: SyncSender<Vec<u8>>,
}

/// The disk's end.
pub(super) struct Writer {
    snapshots: Receiver<Vec<u8>>,
    dir: PathBuf,
}

/// Makes both ends for a directory.
pub(super) fn pair(dir: PathBuf) -> (Keeping, Writer) {
    let (to, from) = sync_channel(1);
    (Keeping { snapshots: to }, Writer { snapshots: from, dir })
}

impl Keeping {
    /// Hands a snapshot over; one that finds the one before not written yet is dropped, for the next
    /// will know more.
    pub(super) fn offer(&self, snapshot: Vec<u8>) -> bool {
        self.snapshots.try_send(snapshot).is_ok()
    }

    /// Hands the last one over. The lane has ended: now it may wait.
    pub(super) fn close(self, snapshot: Vec<u8>) {
        // Should the writer have panicked, its thread says so.
        let _ = self.snapshots.send(snapshot);
    }
}

impl Writer {
    /// Writes what comes until the lane has ended. What became of the last is returned; earlier
    /// failures are logged.
    pub(super) fn run(self) -> Result<(), LearntError> {
        let mut last = Ok(());
        while let Ok(snapshot) = self.snapshots.recv() {
            last = learnt::store(&self.dir, &snapshot);
            match &last {
                Ok(()) => tracing::debug!(octets = snapshot.len(), "what was learnt is kept"),
                Err(error) => tracing::error!(%error, "what was learnt is not kept"),
            }
        }
        last
    }
}
