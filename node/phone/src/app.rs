//! Where the app's code runs: on threads of its own, so that nothing in it holds up the node.

use std::{future::Future, io};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::JoinSet,
};

/// Threads for the app's radio. A call of its that blocks holds up the others of the radio, and not the node, which gives each of
/// them up in time.
const THREADS: usize = 2;

/// The way to them.
#[derive(Clone, Debug)]
pub(crate) struct App(Handle);

impl App {
    /// Threads, and the way to them.
    pub(crate) fn start() -> io::Result<(Runtime, App)> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("sighej-app")
            .enable_time()
            .build()?;
        let app = App(runtime.handle().clone());
        Ok((runtime, app))
    }

    /// Does it there, and waits for what comes of it; `None` where it panicked. Whoever gives up waiting has cancelled it.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let mut call = JoinSet::new();
        call.spawn_on(work, &self.0);
        call.join_next().await?.ok()
    }

    /// Does it there, without waiting.
    pub(crate) fn leave(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(work);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{sync::oneshot, time::timeout};

    use super::*;

    #[test]
    fn what_is_given_up_is_cancelled_and_a_panic_is_an_answer() {
        let (runtime, app) = App::start().unwrap();
        runtime.block_on(async {
            let (held, dropped) = oneshot::channel::<()>();
            let endless = async move {
                let _held = held;
                std::future::pending::<()>().await;
            };
            assert!(timeout(Duration::from_millis(50), app.call(endless)).await.is_err());
            assert!(timeout(Duration::from_secs(5), dropped).await.unwrap().is_err());
            let panics = async { panic!("an app's fault") };
            assert_eq!(app.call::<()>(panics).await, None);
        });
        runtime.shutdown_background();
    }
}
