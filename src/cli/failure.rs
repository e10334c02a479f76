//! How a command fails: one plain sentence, and the exit code that a script understands.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use crate::app::StartError;
use crate::cx::Fault;

/// The exit code of a wrong configuration (`EX_CONFIG` of sysexits).
const CONFIGURATION: u8 = 78;

/// A failure, with all that is to be said about it.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    /// It did not work.
    pub(super) fn failed(sentence: impl Display) -> Self {
        Self { code: 1, text: format!("error: {sentence}") }
    }

    /// The arguments make no sense together.
    pub(super) fn usage(sentence: impl Display) -> Self {
        Self { code: 2, text: format!("error: {sentence}") }
    }

    /// With advice.
    pub(super) fn hint(mut self, hint: &str) -> Self {
        self.text.push_str("\nhint: ");
        self.text.push_str(hint);
        self
    }

    /// Says it on standard error.
    pub(super) fn report(self) -> ExitCode {
        if !self.text.is_empty() {
            // With no place left to say something, the exit code says it.
            let _unsaid = writeln!(std::io::stderr(), "{}", self.text);
        }
        ExitCode::from(self.code)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            // Each fault says itself what it is, and there may be warnings among them.
            StartError::Configuration(faults) => Self { code: CONFIGURATION, text: faults.to_string() },
            StartError::Refused(why) => Self::failed(why.replace('\n', "\nerror: ")),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::failed(fault)
    }
}

impl From<std::io::Error> for Failure {
    fn from(why: std::io::Error) -> Self {
        if why.kind() == ErrorKind::BrokenPipe {
            // Whoever reads has read enough.
            return Self { code: 0, text: String::new() };
        }
        Self::failed(format!("the output cannot be written: {why}"))
    }
}
