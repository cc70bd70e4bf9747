//! A task an output: asks the writer for what is owed, hands it over, says how far it got.

use std::{sync::Arc, sync::atomic::Ordering, time::Duration};

use tokio::sync::{oneshot, watch};

use super::{
    status::{SinkBoard, lock},
    writer::{Command, Parked, Shared},
};
use crate::{
    config::Subscribers,
    sink::{
        outbox::{Item, Seq, Settlement},
        outlet::{Outlet, Taken, Trouble},
    },
};

/// An output and everything its task needs.
pub(super) struct Pump {
    pub(super) outlet: Outlet,
    pub(super) board: Arc<SinkBoard>,
    pub(super) form: Subscribers,
    pub(super) shared: Arc<Shared>,
    pub(super) news: watch::Receiver<Seq>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) after: Seq,
}

impl Pump {
    /// Works until it is told to stop.
    pub(super) async fn run(mut self) {
        let mut pause = SHORTEST;
        tokio::select! {
            () = self.outlet.prepare(&self.board) => {}
            _ = self.stop.wait_for(|stop| *stop) => {}
        }
        loop {
            if self.board.reopen.swap(false, Ordering::AcqRel) {
                self.outlet.reopen();
            }
            // Marked before asking: what comes in between wakes the wait below.
            self.news.mark_unchanged();
            let Some(items) = self.ask().await else { return };
            if items.is_empty() {
                tokio::select! {
                    changed = self.news.changed() => if changed.is_err() { return },
                    _ = self.stop.wait_for(|stop| *stop) => return,
                }
                continue;
            }
            let taken = tokio::select! {
                taken = self.outlet.deliver(&items, &self.board) => taken,
                _ = self.stop.wait_for(|stop| *stop) => return,
            };
            if let Some(trouble) = self.settle(&items, taken) {
                self.board.trouble(&trouble);
                let waits = matches!(trouble, Trouble::Refused(_));
                let pause_now = if waits { LONGEST.min(pause * 4) } else { pause };
                pause = LONGEST.min(pause * 2);
                tokio::select! {
                    () = tokio::time::sleep(pause_now) => {}
                    _ = self.stop.wait_for(|stop| *stop) => return,
                }
            } else {
                pause = SHORTEST;
            }
        }
    }

    /// Returns what is owed; `None` when nobody answers any more.
    async fn ask(&self) -> Option<Vec<Item>> {
        let (reply, answer) = oneshot::channel();
        let sink = self.board.name.clone();
        self.send(Command::Batch { sink, form: self.form, after: self.after, reply });
        answer.await.ok()
    }

    /// Tells the writer how far the output got; returns why it got no further.
    fn settle(&mut self, items: &[Item], taken: Taken) -> Option<Trouble> {
        if let Some(up_to) = taken.up_to {
            let behind = items.iter().filter(|item| item.seq <= up_to).count();
            let refused = taken.parked.len();
            self.board.parked(u64::try_from(refused).unwrap_or_default());
            if taken.trouble.is_none() || behind > refused {
                let took = behind.saturating_sub(refused);
                self.board.took(u64::try_from(took).unwrap_or_default());
            }
            let parked = taken.parked.iter().filter_map(|(seq, reason)| {
                let item = items.iter().find(|item| item.seq == *seq)?;
                // A notice that is refused is not told of by another.
                (!item.key.starts_with("sensor:")).then(|| Parked {
                    id: item.id.clone(),
                    level: item.level,
                    reason: reason.clone(),
                })
            });
            let parked = parked.collect();
            self.after = up_to;
            let settlement =
                Settlement { sink: self.board.name.clone(), up_to, parked: taken.parked };
            self.send(Command::Settle { settlement, parked });
        }
        taken.trouble
    }

    fn send(&self, command: Command) {
        lock(&self.shared.inbox).commands.push(command);
        self.shared.wake.notify_one();
    }
}

/// Between two tries of an output that does not take alerts, growing from one to the other.
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);
