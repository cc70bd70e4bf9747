//! The thread that owns the outbox.
//!
//! It takes what was offered, keeps it, several at a time in one transaction, then answers the
//! outputs. When the disk refuses, it makes room, and when that does not help either it tries again
//! each second; alerts then wait in the bounded queue, which gives up the least grave first.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, PoisonError, atomic::Ordering, mpsc::SyncSender},
    time::{Duration, SystemTime},
};

use tokio::sync::{oneshot, watch};

use super::{
    notice::{self, Notice},
    queue::Queue,
    render::Renderers,
    status::{OutboxStatus, Progress, SinkBoard, Status, lock},
};
use crate::{
    config::{Plan, Subscribers},
    engine::{Alert, alert::Level},
    event::fields::Names,
    sink::outbox::{Entry, Item, Outbox, OutboxError, Seq, Settlement},
};

/// An alert as it was offered.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) alert: Alert,
    pub(super) plan: Arc<Plan>,
    pub(super) names: Arc<Names>,
}

/// What the tasks of the outputs and the owner ask of the writer.
#[derive(Debug)]
pub(super) enum Command {
    /// What is owed behind a place.
    Batch { sink: String, form: Subscribers, after: Seq, reply: oneshot::Sender<Vec<Item>> },
    /// An output took something; parked items come with their ids and levels.
    Settle { settlement: Settlement, parked: Vec<Parked> },
    /// Answer when everything offered before is on disk.
    Flush(SyncSender<()>),
}

/// An item that an output refused for what it is.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) id: String,
    pub(super) level: Level,
    pub(super) reason: String,
}

/// What is handed to the writer.
#[derive(Debug)]
pub(super) struct Inbox {
    pub(super) offers: Queue<Offer>,
    /// What is in force for what is offered.
    pub(super) plan: Arc<Plan>,
    pub(super) commands: Vec<Command>,
    /// What the queue gave up, not told yet.
    pub(super) lost: Vec<(Level, String, u64)>,
    pub(super) lost_untold: u64,
    pub(super) stop: bool,
}

/// What everybody shares.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) inbox: Mutex<Inbox>,
    pub(super) wake: Condvar,
    pub(super) outbox: Mutex<OutboxStatus>,
    pub(super) progress: Arc<Progress>,
    pub(super) boards: Vec<Arc<SinkBoard>>,
}

impl Shared {
    /// Returns what is known of the outbox and the outputs.
    pub(super) fn status(&self) -> Status {
        let offered = lock(&self.inbox).offers.len();
        let mut outbox = lock(&self.outbox).clone();
        outbox.waiting += u64::try_from(offered).unwrap_or(u64::MAX);
        Status { outbox, sinks: self.boards.iter().map(|board| board.status()).collect() }
    }
}

/// The writer's own.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) outbox: Outbox,
    pub(super) renderers: Renderers,
    /// Tells the outputs that there is something new.
    pub(super) news: watch::Sender<Seq>,
    /// Rendered, and not kept yet.
    pub(super) backlog: Vec<Entry>,
    pub(super) unsettled: Vec<Settlement>,
    pub(super) notices: BTreeMap<String, Notice>,
    /// The gravest level that a full disk has cost, until it has room again.
    pub(super) floor: Option<Level>,
}

impl Writer {
    /// Works until it is told to stop and everything is kept that can be.
    pub(super) fn run(mut self) {
        loop {
            let (commands, stop) = self.wait();
            let mut flushes = Vec::new();
            let mut batches = Vec::new();
            for command in commands {
                match command {
                    Command::Settle { settlement, parked } => self.settled(settlement, parked),
                    Command::Flush(reply) => flushes.push(reply),
                    batch @ Command::Batch { .. } => batches.push(batch),
                }
            }
            let urgent = stop || !flushes.is_empty();
            let mut kept = self.keep(urgent);
            // Everything offered before a flush: the queue may hold more than one round takes.
            while kept && urgent && self.waiting() > 0 {
                kept = self.keep(urgent);
            }
            for batch in batches {
                self.answer(batch);
            }
            if kept {
                for reply in flushes {
                    // Whoever asked may have given up.
                    let _ = reply.try_send(());
                }
            } else {
                lock(&self.shared.inbox).commands.extend(flushes.into_iter().map(Command::Flush));
            }
            if stop {
                break;
            }
        }
    }

    /// Waits for something to do. With nothing to do it looks after retention now and then; with a
    /// disk that refused it tries again soon.
    fn wait(&mut self) -> (Vec<Command>, bool) {
        let stuck = !self.backlog.is_empty() || !self.unsettled.is_empty();
        let patience = if stuck { RETRY } else { TIDY };
        let idle = |inbox: &mut Inbox| {
            let offers = !stuck && inbox.offers.len() > 0;
            // A flush that could not be granted must not spin.
            let commands = inbox.commands.iter().any(|c| !stuck || !matches!(c, Command::Flush(_)));
            !inbox.stop && !offers && !commands
        };
        let waited = self.shared.wake.wait_timeout_while(lock(&self.shared.inbox), patience, idle);
        let (mut inbox, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        let commands = core::mem::take(&mut inbox.commands);
        let stop = inbox.stop;
        drop(inbox);
        if timeout.timed_out() && !stuck {
            match self.outbox.tidy(now()) {
                Ok((_, lost)) => {
                    for gone in lost {
                        self.lost(gone.level, &gone.id, gone.at, "no output took it for too long");
                    }
                }
                Err(error) => tracing::warn!(%error, "old alerts could not be deleted"),
            }
        }
        (commands, stop)
    }

    fn waiting(&self) -> usize {
        lock(&self.shared.inbox).offers.len()
    }

    /// Keeps what was offered and what outputs took. Returns whether that worked.
    fn keep(&mut self, urgent: bool) -> bool {
        self.take_offers();
        self.drop_lesser();
        self.take_notices(urgent);
        if self.backlog.is_empty() && self.unsettled.is_empty() {
            return true;
        }
        let waited = u64::try_from(self.backlog.len()).unwrap_or_default();
        let mut written =
            self.outbox.write(&self.backlog, &self.unsettled, now()).map(|written| (written, 0));
        if written.as_ref().is_err_and(OutboxError::is_full) {
            written = self.squeeze();
        }
        match written {
            Ok((written, dropped)) => {
                let kept = waited.saturating_sub(dropped);
                self.backlog.clear();
                self.unsettled.clear();
                for gone in written.lost {
                    self.lost(gone.level, &gone.id, gone.at, "the outbox is full");
                }
                self.publish(kept, String::new());
                self.news.send_replace(written.last);
                true
            }
            Err(error) => {
                self.publish(0, error.to_string());
                false
            }
        }
    }

    fn take_offers(&mut self) {
        let mut inbox = lock(&self.shared.inbox);
        let mut offers = Vec::new();
        while self.backlog.len() + offers.len() < ROUND {
            let Some(offer) = inbox.offers.pop() else { break };
            offers.push(offer);
        }
        let lost = core::mem::take(&mut inbox.lost);
        let untold = core::mem::take(&mut inbox.lost_untold);
        drop(inbox);
        for (level, id, at) in lost {
            self.lost(level, &id, at, "more came than the disk could take");
        }
        if untold > 0 {
            tracing::error!(alerts = untold, "alerts lost beyond those listed");
        }
        for offer in offers {
            match self.renderers.alert(&offer.alert, &offer.plan, &offer.names) {
                Ok(entry) => self.backlog.push(entry),
                Err(error) => tracing::error!(%error, id = %offer.alert.id, "an alert has no text"),
            }
        }
    }

    /// Puts what Picket has to say of itself behind the alerts; the last word when there is time.
    fn take_notices(&mut self, urgent: bool) {
        if self.backlog.len() >= ROUND + NOTICES {
            return;
        }
        let sensor = self.renderers.sensor().to_owned();
        let due = |notice: &&mut Notice| if urgent { notice.grew() } else { notice.is_due() };
        for notice in self.notices.values_mut().filter(due) {
            let document = notice.tell(&sensor);
            match self.renderers.notice(notice.at(), &document) {
                Ok(entry) => self.backlog.push(entry),
                Err(error) => tracing::error!(%error, "a notice has no text"),
            }
        }
    }

    pub(super) fn lost(&mut self, level: Level, id: &str, at: u64, reason: &str) {
        {
            let mut status = lock(&self.shared.outbox);
            for (known, count) in Level::ALL.into_iter().zip(&mut status.lost) {
                *count += u64::from(known == level);
            }
        }
        tracing::error!(id, level = level.name(), reason, "alert lost");
        self.notices
            .entry(String::new())
            .or_insert_with(|| Notice::new(&notice::LOST, None, id, at))
            .add(level, at, reason);
    }

    fn settled(&mut self, settlement: Settlement, parked: Vec<Parked>) {
        for item in parked {
            tracing::error!(
                sink = settlement.sink,
                id = item.id,
                reason = item.reason,
                "alert refused for what it is; it stays in the outbox"
            );
            let notice = self.notices.entry(settlement.sink.clone()).or_insert_with(|| {
                Notice::new(&notice::REFUSED, Some(&settlement.sink), &item.id, now())
            });
            notice.add(item.level, now(), &item.reason);
        }
        // Of one output only the last place counts.
        match self.unsettled.iter_mut().find(|waiting| waiting.sink == settlement.sink) {
            Some(waiting) => {
                waiting.up_to = waiting.up_to.max(settlement.up_to);
                waiting.parked.extend(settlement.parked);
            }
            None => self.unsettled.push(settlement),
        }
    }

    fn answer(&self, command: Command) {
        let Command::Batch { sink, form, after, reply } = command else { return };
        let items = self.outbox.batch(&sink, after, form, BATCH_ROWS, BATCH_OCTETS);
        let items = items.unwrap_or_else(|error| {
            tracing::error!(%error, sink, "the outbox cannot be read");
            Vec::new()
        });
        // Whoever asked may be gone.
        let _ = reply.send(items);
    }

    fn publish(&self, kept: u64, error: String) {
        for board in &self.shared.boards {
            board.owed.store(self.outbox.cursor(&board.name).owed, Ordering::Release);
        }
        let works = error.is_empty();
        let mut status = lock(&self.shared.outbox);
        status.kept += kept;
        status.waiting = u64::try_from(self.backlog.len()).unwrap_or(u64::MAX);
        status.octets = self.outbox.octets();
        if status.error != error {
            if error.is_empty() {
                tracing::info!("the outbox takes alerts again");
            } else {
                tracing::error!(error, "the outbox takes nothing; alerts wait in memory");
            }
            status.error = error;
        }
        drop(status);
        // A disk that refuses is no progress, however often it does.
        if works {
            self.shared.progress.step();
        } else {
            self.shared.progress.look();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long alerts were kept is not event time")]
pub(super) fn now() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_nanos()).ok())
        .unwrap_or_default()
}

/// Alerts kept in one transaction.
const ROUND: usize = 512;
/// Notices there may be: one of losses, one an output.
const NOTICES: usize = 16;
const BATCH_ROWS: usize = 500;
const BATCH_OCTETS: usize = 1 << 20;
const RETRY: Duration = Duration::from_secs(1);
const TIDY: Duration = Duration::from_secs(60);
