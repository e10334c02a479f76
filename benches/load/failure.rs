//! Why there is no figure.

use std::fmt;

/// What a fallible step answers.
pub type Result<T> = std::result::Result<T, Failure>;

/// A sentence for the person who runs the benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(String);

impl Failure {
    /// Says why.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(why: std::io::Error) -> Self {
        Self(why.to_string())
    }
}

/// Says what was tried when something failed.
pub trait During<T> {
    /// Puts `what` before the reason.
    fn during(self, what: &str) -> Result<T>;
}

impl<T, E: fmt::Display> During<T> for std::result::Result<T, E> {
    fn during(self, what: &str) -> Result<T> {
        self.map_err(|why| Failure(format!("{what}: {why}")))
    }
}
