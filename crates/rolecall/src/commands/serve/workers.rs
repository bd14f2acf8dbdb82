//! The threads that serve: one for each processor, kept there where the system can.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// A runtime with as many workers as there are processors for them. Where this process may use the whole of each, a worker
/// stays on its own: calls that are answered together else draw the workers onto one processor, while the other one
/// idles (decision 0063). Fails where threads cannot be started.
pub fn runtime() -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.enable_all();
    #[cfg(target_os = "linux")]
    stay::each_on_its_own(&mut builder);
    builder.build()
}

#[cfg(target_os = "linux")]
mod stay {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::available_parallelism;

    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use tokio::runtime::Builder;

    pub(super) fn each_on_its_own(builder: &mut Builder) {
        let Some(processors) = processors() else { return };
        builder.worker_threads(processors.len());
        // The workers are the first threads that a runtime starts; a later one would begin where its starter has to stay.
        let started = AtomicUsize::new(0);
        builder.on_thread_start(move || {
            let number = started.fetch_add(1, Ordering::Relaxed);
            let own = processors.get(number).map(std::slice::from_ref);
            // Whoever may not stay somewhere runs where the system wants.
            let _ = sched_setaffinity(None, &set(own.unwrap_or(&processors)));
        });
    }

    /// The processors that this process may use; none where a limit on its time gives it less than them.
    fn processors() -> Option<Vec<usize>> {
        let allowed = sched_getaffinity(None).ok()?;
        let processors: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|number| allowed.is_set(*number)).collect();
        let whole = available_parallelism().is_ok_and(|count| count.get() == processors.len());
        (whole && processors.len() > 1).then_some(processors)
    }

    fn set(processors: &[usize]) -> CpuSet {
        let mut set = CpuSet::new();
        for processor in processors {
            set.set(*processor);
        }
        set
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::thread::sched_getaffinity;

    use super::*;

    #[test]
    fn workers_stay_and_others_do_not() {
        let count = || sched_getaffinity(None).map(|set| set.count()).unwrap_or_default();
        let (all, runtime) = (count(), runtime().unwrap());
        // One that works for others, and one that a worker started.
        let (worker, other) = runtime.block_on(async {
            let worker =
                tokio::spawn(async move { (count(), tokio::task::spawn_blocking(count).await.unwrap()) });
            worker.await.unwrap()
        });
        let whole = std::thread::available_parallelism().unwrap().get() == usize::try_from(all).unwrap();
        assert_eq!((worker, other), (if whole { 1 } else { all }, all));
    }
}
