//! What travels to a thread that owns a connection, and back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::store::{Connection, Error};

/// Work on its way to a connection, and its answer on the way back.
pub(super) trait Job: Send {
    /// Runs the work; whether its changes are to be kept.
    fn run(&mut self, db: &mut Connection) -> bool;

    /// Sends the answer. With a failure, that becomes the answer in place of a success.
    fn answer(self: Box<Self>, failure: Option<&Error>);

    /// Whether the work failed in a way that the connection may not have survived.
    fn spoilt_connection(&self) -> bool;
}

pub(super) struct Carried<T, E, F> {
    work: Option<F>,
    result: Option<std::result::Result<T, E>>,
    spoilt: bool,
    back: oneshot::Sender<std::result::Result<T, E>>,
}

impl<T, E, F> Carried<T, E, F> {
    /// With the way back for the answer.
    pub(super) fn new(work: F, back: oneshot::Sender<std::result::Result<T, E>>) -> Self {
        Self { work: Some(work), result: None, spoilt: false, back }
    }
}

impl<T, E, F> Job for Carried<T, E, F>
where
    T: Send,
    E: From<Error> + Send,
    F: FnOnce(&mut Connection) -> std::result::Result<T, E> + Send,
{
    fn run(&mut self, db: &mut Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| work(db))).unwrap_or_else(|_| {
            self.spoilt = true;
            Err(Error::Query("the work panicked".to_owned()).into())
        });
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, failure: Option<&Error>) {
        let result = match (self.result, failure) {
            (Some(Ok(_)) | None, Some(why)) => Err(Error::Unavailable(why.to_string()).into()),
            (Some(result), _) => result,
            (None, None) => Err(Error::Unavailable("the work was not run".to_owned()).into()),
        };
        // Nobody waits any more: the fact stands, the answer is not needed.
        let _gone = self.back.send(result);
    }

    fn spoilt_connection(&self) -> bool {
        self.spoilt
    }
}
