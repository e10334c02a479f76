//! Why the server does not start.

use std::fmt;

use crate::config::{Fault, Faults};
use crate::cx;
use crate::store::OpenError;

/// Why the server, or a command beside it, does not start.
#[derive(Debug)]
pub enum StartError {
    /// What it was told is wrong, all of it at once.
    Configuration(Faults),
    /// Something else is in the way; a sentence.
    Refused(String),
}

impl StartError {
    /// One fault of the configuration.
    pub(super) fn configuration(fault: Fault) -> Self {
        Self::Configuration(Faults(vec![fault]))
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(faults) => faults.fmt(f),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StartError {}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotMigrated(_) => Self::configuration(
                Fault::error("database.migrate", error.to_string())
                    .hint("run `wayhome migrate`, or set database.migrate = true"),
            ),
            OpenError::InUse(path) => Self::Refused(format!(
                "another server uses the database {}; stop it first, or choose another with server.data_dir",
                path.display()
            )),
            OpenError::Store(_) => Self::Refused(error.to_string()),
            OpenError::Io(why) => Self::Refused(format!("the database cannot be opened: {why}")),
        }
    }
}

impl From<cx::Fault> for StartError {
    fn from(fault: cx::Fault) -> Self {
        Self::Refused(fault.to_string())
    }
}
