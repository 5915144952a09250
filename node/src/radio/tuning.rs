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

#[cfg(test)]
mod tests {
    use std::{
        sync::{Mutex, atomic::AtomicBool, atomic::Ordering::Relaxed},
        time::Duration,
    };

    use async_trait::async_trait;
    use sighej_ble::{Abilities, Link, PeerAddress, RadioEvent};
    use tokio::time::{Instant, sleep};

    use super::*;

    /// A radio that takes its time, or hangs, and writes down what it is told.
    #[derive(Debug, Default)]
    struct Slow {
        done: Mutex<Vec<Option<u8>>>,
        hangs: AtomicBool,
    }

    impl Slow {
        async fn work(&self, what: Option<u8>) {
            if self.hangs.load(Relaxed) {
                std::future::pending::<()>().await;
            }
            sleep(Duration::from_secs(1)).await;
            self.done.lock().unwrap().push(what);
        }
    }

    #[async_trait]
    impl Radio for Slow {
        fn abilities(&self) -> Abilities {
            Abilities { advertises: true, service_data: true, l2cap: false }
        }
        async fn appear(&self, presence: Presence) -> Result<(), RadioError> {
            self.work(Some(presence.token()[0])).await;
            Ok(())
        }
        async fn fall_silent(&self) {
            self.work(None).await;
        }
        async fn event(&self) -> Option<RadioEvent> {
            None
        }
        async fn connect(&self, _: &PeerAddress) -> Result<Arc<dyn Link>, RadioError> {
            Err(RadioError::Unreachable)
        }
    }

    fn presence(token: u8) -> Presence {
        Presence([token; 9])
    }

    async fn until_idle(tuning: &mut Tuning) {
        while tuning.is_busy() {
            tuning.done().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silence_comes_between_two_identities_and_what_was_overtaken_is_left_out() {
        let radio = Arc::<Slow>::default();
        let mut tuning = Tuning::new(radio.clone());
        tuning.appear(presence(1));
        tuning.appear(presence(2));
        tuning.appear(presence(3));
        let (said, silent) = oneshot::channel();
        tuning.silence(Some(said));
        tuning.appear(presence(4));
        assert!(tuning.is_present());
        until_idle(&mut tuning).await;
        assert_eq!(*radio.done.lock().unwrap(), [Some(1), None, Some(4)]);
        silent.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_radio_that_never_appeared_is_silent_and_left_alone() {
        let radio = Arc::<Slow>::default();
        let mut tuning = Tuning::new(radio.clone());
        let (said, silent) = oneshot::channel();
        tuning.silence(Some(said));
        silent.await.unwrap();
        assert!(!tuning.is_busy() && radio.done.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_radio_that_hangs_is_given_up_and_told() {
        let radio = Arc::<Slow>::default();
        radio.hangs.store(true, Relaxed);
        let mut tuning = Tuning::new(radio.clone());
        let start = Instant::now();
        tuning.appear(presence(1));
        assert!(matches!(tuning.done().await, Done::Appeared(Err(RadioError::TimedOut(_)))));
        let (said, silent) = oneshot::channel();
        tuning.silence(Some(said));
        assert!(matches!(tuning.done().await, Done::Silent));
        silent.await.unwrap();
        assert_eq!(start.elapsed(), 2 * limits::TUNE_WITHIN);
        assert!(start.elapsed() < limits::SILENT_WITHIN);
    }
}
