//! Strangers at work on somebody, and what becomes of those around them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use sighej_ble_lab::Failed;
use sighej_lab::Program;
use tokio::time::sleep;

use crate::{
    room::{SOON, end, nudged_alike, open},
    stranger::Stranger,
};

/// What a stranger may make a program's memory grow by, in KiB.
const GROWTH_KIB: usize = 16 * 1024;

/// Somebody, and strangers who are at work on them.
pub(crate) struct Attack {
    pub(crate) one: Program,
    memory_before: usize,
    strangers: Vec<AtWork>,
}

impl Attack {
    pub(crate) fn begin(strangers: Vec<AtWork>) -> Result<Attack, Failed> {
        let mut one = open(0, &["devops", "opera"], &[])?;
        one.wait_until("on the air", SOON, |line| line.json["state"] == "up")?;
        let attack = Attack { memory_before: one.memory_kib()?, one, strangers };
        attack.goes_on()?;
        Ok(attack)
    }

    /// Returns once each has come, once more, to where it can do harm.
    pub(crate) fn goes_on(&self) -> Result<(), Failed> {
        self.strangers.iter().try_for_each(AtWork::go)
    }

    pub(crate) fn two_beside_it_meet(&self) -> Result<(), Failed> {
        let mut pair = (open(2, &["knitting"], &[])?, open(3, &["knitting"], &[])?);
        nudged_alike(&mut pair.0, &mut pair.1, &["knitting"])?;
        end(pair.0)?;
        end(pair.1)
    }

    /// The strangers leave; whom they attacked has grown by no more than it may.
    pub(crate) fn over(self) -> Result<Program, Failed> {
        self.strangers.into_iter().try_for_each(AtWork::stop)?;
        bounded(&self.one, self.memory_before)?;
        Ok(self.one)
    }
}

/// A stranger who misbehaves again and again, in a thread of its own, until it is stopped.
pub(crate) struct AtWork {
    done: Arc<AtomicBool>,
    /// How often it came to where it can do harm.
    times: Arc<AtomicU32>,
    may_begin: Arc<AtomicBool>,
    thread: JoinHandle<Result<(), Failed>>,
}

impl AtWork {
    /// Ready on a controller. What it does says when it has come to where it can do harm.
    pub(crate) fn begin<M>(controller: u8, mut misbehave: M) -> AtWork
    where
        M: AsyncFnMut(&Stranger, &dyn Fn()) -> Result<(), Failed> + Send + 'static,
    {
        let (done, may_begin) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let times = Arc::<AtomicU32>::default();
        let shared = (Arc::clone(&done), Arc::clone(&may_begin), Arc::clone(&times));
        let thread = thread::spawn(move || {
            let (done, may_begin, times) = shared;
            block_on(async {
                let stranger = Stranger::on(controller).await?;
                let works = || {
                    times.fetch_add(1, Relaxed);
                };
                let again_and_again = async {
                    loop {
                        if may_begin.load(Relaxed) {
                            // Being thrown out is what it is after; it comes again.
                            let _thrown_out = misbehave(&stranger, &works).await;
                        }
                        sleep(Duration::from_millis(50)).await;
                    }
                };
                let told_to_stop = async {
                    while !done.load(Relaxed) {
                        sleep(Duration::from_millis(50)).await;
                    }
                };
                tokio::select! {
                    () = again_and_again => {}
                    () = told_to_stop => {}
                }
                Ok(())
            })
        });
        AtWork { done, times, may_begin, thread }
    }

    /// Lets it loose, and returns once it has come to where it can do harm, once more.
    fn go(&self) -> Result<(), Failed> {
        self.may_begin.store(true, Relaxed);
        let (before, mut waited) = (self.times.load(Relaxed), Duration::ZERO);
        while self.times.load(Relaxed) == before {
            if waited > SOON {
                return Err("the stranger gets nowhere, and so shows nothing".into());
            }
            thread::sleep(Duration::from_millis(20));
            waited += Duration::from_millis(20);
        }
        Ok(())
    }

    fn stop(self) -> Result<(), Failed> {
        self.done.store(true, Relaxed);
        self.thread.join().map_err(|_| "the stranger panicked")?
    }
}

pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Whether an attacked program has grown by no more than it may.
pub(crate) fn bounded(program: &Program, before: usize) -> Result<(), Failed> {
    let after = program.memory_kib()?;
    assert!(after < before + GROWTH_KIB, "from {before} KiB to {after} KiB");
    Ok(())
}
