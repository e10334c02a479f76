//! Reading connections of a worker's own, for point reads of a few microseconds (architecture, Storage). They lie in the
//! request's `Site`, so that a server takes its connections along when it ends.

use std::sync::{Mutex, PoisonError};

use crate::cx::{Fault, Result};
use crate::store::{Connection, Engine, Store};

/// As many as were ever needed at once: one for each worker.
#[derive(Default)]
pub(super) struct Readers(Mutex<Vec<Connection>>);

impl Readers {
    /// Whether a read waits for nothing but this machine.
    pub fn are_possible(&self, store: &Store) -> bool {
        store.engine() == Engine::Sqlite
    }

    /// Runs `read` on an idle connection, or on a new one.
    pub fn with<T>(&self, store: &Store, read: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => store.own_reader()?.ok_or_else(|| Fault::Internal("no own reader".to_owned()))?,
        };
        let answer = read(&mut connection);
        if answer.is_ok() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        answer
    }
}
