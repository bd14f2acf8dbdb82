//! A value that one branch of the plan finds and others wait for.

use tokio::sync::watch;

/// A value that is found later, or found not to be had.
pub(crate) struct Later<T> {
    sender: watch::Sender<Option<Option<T>>>,
}

impl<T: Clone> Later<T> {
    pub(crate) fn new() -> Self {
        Later { sender: watch::Sender::new(None) }
    }

    /// Says what was found. The first answer holds.
    pub(crate) fn set(&self, value: Option<T>) {
        self.sender.send_if_modified(|slot| {
            let first = slot.is_none();
            if first {
                *slot = Some(value);
            }
            first
        });
    }

    /// What was found. Every branch says so in the end, if only that there is nothing.
    pub(crate) async fn wait(&self) -> Option<T> {
        let mut receiver = self.sender.subscribe();
        let found = receiver.wait_for(Option::is_some).await.ok()?;
        found.clone().flatten()
    }
}
