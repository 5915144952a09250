//! What the radio shows, one change at a time.

use std::{collections::VecDeque, future::Future, pin::Pin, sync::Arc};

use sighej_ble::{Presence, Radio, RadioError};
use tokio::{sync::oneshot, time::timeout};

use super::limits;

/// Passes on what is to be shown, in order, each once the one before is done: a radio that is told to appear while it still
/// falls silent could show two identities at once.
pub(super) struct Tuning {
    radio: Arc<dyn Radio>,
    under_way: Option<Change>,
    /// What follows: at most a silence, and an appearance after it.
    next: VecDeque<Wanted>,
    /// What it shows once everything is done.
    is_present: bool,
    /// Who waits for the silence.
    waiting: Vec<oneshot::Sender<()>>,
}

type Change = (Wanted, Pin<Box<dyn Future<Output = Result<(), RadioError>> + Send>>);

/// What was done.
#[derive(Debug)]
pub(super) enum Done {
    /// It appeared, or could not.
    Appeared(Result<(), RadioError>),
    /// It fell silent.
    Silent,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Presence(Presence),
    Silence,
}

impl Tuning {
    pub(super) fn new(radio: Arc<dyn Radio>) -> Tuning {
        Tuning { radio, under_way: None, next: VecDeque::new(), is_present: false, waiting: Vec::new() }
    }

    /// Whether the device is to be there. What is heard otherwise is of no identity.
    pub(super) fn is_present(&self) -> bool {
        self.is_present
    }

    pub(super) fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Only the latest appearance counts.
    pub(super) fn appear(&mut self, presence: Presence) {
        self.is_present = true;
        self.next.retain(|wanted| *wanted == Wanted::Silence);
        self.next.push_back(Wanted::Presence(presence));
        self.go_on();
    }

    /// What was to be shown before is not shown any more. A radio that was never told to appear is left alone.
    pub(super) fn silence(&mut self, said: Option<oneshot::Sender<()>>) {
        self.waiting.extend(said);
        let is_silent = !self.is_present && self.under_way.is_none();
        self.is_present = false;
        self.next.clear();
        if is_silent {
            self.waiting.drain(..).for_each(tell);
        } else if self.under_way.as_ref().is_none_or(|(wanted, _)| *wanted != Wanted::Silence) {
            self.next.push_back(Wanted::Silence);
            self.go_on();
        }
    }

    /// Waits for what is under way. May be cancelled without loss. Never, where nothing is.
    pub(super) async fn done(&mut self) -> Done {
        let Some((wanted, change)) = &mut self.under_way else { return std::future::pending().await };
        let (wanted, result) = (*wanted, change.await);
        self.under_way = None;
        let done = match wanted {
            Wanted::Presence(_) => Done::Appeared(result),
            Wanted::Silence => {
                self.waiting.drain(..).for_each(tell);
                Done::Silent
            }
        };
        self.go_on();
        done
    }

    fn go_on(&mut self) {
        if self.under_way.is_some() {
            return;
        }
        if let Some(wanted) = self.next.pop_front() {
            let radio = Arc::clone(&self.radio);
            self.under_way = Some((wanted, Box::pin(change(radio, wanted))));
        }
    }
}

async fn change(radio: Arc<dyn Radio>, wanted: Wanted) -> Result<(), RadioError> {
    let (what, done) = match wanted {
        Wanted::Presence(presence) => {
            ("appearing", timeout(limits::TUNE_WITHIN, radio.appear(presence)).await)
        }
        Wanted::Silence => {
            ("falling silent", timeout(limits::TUNE_WITHIN, radio.fall_silent()).await.map(Ok))
        }
    };
    done.unwrap_or(Err(RadioError::TimedOut(what)))
}

fn tell(waiting: oneshot::Sender<()>) {
    // Whoever asked may have gone.
    let _unheard = waiting.send(());
}
