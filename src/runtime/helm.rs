//! The thread that steers a run: it takes what signals, the control socket and the watch over files
//! ask for, one after the other, and makes orders to the lane of it.
//!
//! Suppressions that were added while the run goes on are kept here, so that reading the
//! configuration anew does not lose them; they end when their time is over, or with the run.

use std::sync::{Arc, mpsc};

use super::{
    Reload, Setting,
    board::Board,
    lane::{self, Order, Top, Waker},
};
use crate::config::{Plan, plan::Suppression};

/// Takes the answer to a wish.
pub type Answer<T> = Box<dyn FnOnce(Result<T, String>) + Send>;

/// What may be asked of a run.
pub enum Wish {
    /// To end.
    Stop,
    /// To read configuration, rules and lists anew. Files of the outputs are opened anew too, for a
    /// signal asks for both.
    Reload(Option<Answer<Reloaded>>),
    /// Not to raise alerts for a while; the answer is the number to lift it by.
    Suppress(Suppression, Answer<u32>),
    /// To raise them again.
    Lift(u32, Answer<Suppression>),
    /// Who sends most.
    Top(usize, Answer<Top>),
    /// Nothing: the lane has ended.
    Ended,
}

/// What came of reading everything anew.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reloaded {
    /// Rules in force.
    pub rules: usize,
    /// Networks, home among them.
    pub networks: usize,
}

/// What the service manager wants to know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// Everything is being read anew.
    Reloading,
    /// It listens, again.
    Listening,
    /// It ends.
    Stopping,
}

/// What steers a run.
pub(super) struct Helm {
    pub(super) setting: Arc<Setting>,
    pub(super) reload: Reload,
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) waker: Waker,
    pub(super) board: Arc<Board>,
    pub(super) tell: Box<dyn Fn(Phase) + Send>,
    /// Suppressions that were added, with their numbers.
    pub(super) added: Vec<(u32, Suppression)>,
    pub(super) numbered: u32,
}

impl Helm {
    /// Does what is asked until the lane has ended.
    pub(super) fn steer(mut self, asked: &mpsc::Receiver<Wish>) {
        while let Ok(wish) = asked.recv() {
            match wish {
                Wish::Ended => break,
                Wish::Stop => {
                    tracing::info!(
                        "stopping: reading what has come, then saying all there is to say"
                    );
                    (self.tell)(Phase::Stopping);
                    self.order(Order::Stop);
                }
                Wish::Reload(answer) => {
                    let result = self.read_anew();
                    if let Some(answer) = answer {
                        answer(result);
                    }
                }
                Wish::Suppress(suppression, answer) => answer(self.suppress(suppression)),
                Wish::Lift(number, answer) => answer(self.lift(number)),
                Wish::Top(most, answer) => self.order(Order::Top(most, answer)),
            }
        }
    }

    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
        self.waker.wake();
    }

    fn read_anew(&mut self) -> Result<Reloaded, String> {
        (self.tell)(Phase::Reloading);
        let read = (self.reload)(&self.setting);
        let result = match read {
            Ok(new) => {
                let reloaded = Reloaded {
                    rules: new.rules.about.len(),
                    networks: new.plan.networks.all().len(),
                };
                self.setting = Arc::new(new);
                tracing::info!(
                    rules = reloaded.rules,
                    networks = reloaded.networks,
                    "read anew: configuration, rules and lists"
                );
                self.install();
                Ok(reloaded)
            }
            Err(why) => {
                for line in why.lines() {
                    tracing::error!("not read anew, what was in force stays so: {line}");
                }
                self.order(Order::Reopen);
                Err(why)
            }
        };
        self.board.reloaded(result.as_ref().map(drop).map_err(Clone::clone), lane::clock());
        (self.tell)(Phase::Listening);
        result
    }

    fn suppress(&mut self, suppression: Suppression) -> Result<u32, String> {
        let about = &self.setting.rules.about;
        let rule = &suppression.rule;
        if !about.iter().any(|known| known.id.eq_ignore_ascii_case(rule) || known.name == *rule) {
            return Err(format!(
                "no rule has the id or name `{rule}`; `picket ctl rules` lists them"
            ));
        }
        if self.added.len() >= MOST {
            return Err(format!("{MOST} suppressions are in force already; lift some"));
        }
        self.numbered += 1;
        tracing::warn!(
            number = self.numbered,
            rule,
            gt = suppression.gt.map(|gt| gt.to_string()),
            subscriber = suppression.subscriber.is_some(),
            reason = suppression.reason,
            until = suppression.until / 1_000_000_000,
            "suppressed by command"
        );
        self.added.push((self.numbered, suppression));
        self.install();
        Ok(self.numbered)
    }

    fn lift(&mut self, number: u32) -> Result<Suppression, String> {
        let at = self.added.iter().position(|(known, _)| *known == number);
        let Some(at) = at else {
            return Err(format!("no suppression was added under number {number}"));
        };
        let (_, lifted) = self.added.remove(at);
        tracing::warn!(number, rule = lifted.rule, "suppression lifted by command");
        self.install();
        Ok(lifted)
    }

    /// Has the lane put in force what was read last, with the suppressions that were added.
    fn install(&mut self) {
        let now = lane::clock().nanos();
        self.added.retain(|(_, suppression)| suppression.until > now);
        self.board.suppressed(self.added.clone());
        let setting = if self.added.is_empty() {
            Arc::clone(&self.setting)
        } else {
            let mut plan = Plan::clone(&self.setting.plan);
            plan.suppressions.extend(self.added.iter().map(|(_, added)| added.clone()));
            Arc::new(Setting { plan: Arc::new(plan), ..Setting::clone(&self.setting) })
        };
        self.board.put_in_force(Arc::clone(&setting));
        self.order(Order::Install(setting));
    }
}

/// Suppressions that may be added: each is looked at for every hit.
const MOST: usize = 256;
