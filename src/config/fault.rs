//! What is wrong with a file, where, and what was probably meant.

use std::fmt;

/// Whether the server starts in spite of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It does not.
    Error,
    /// It does, and says so.
    Warning,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// `file:line:column`, or the name of an environment variable.
    pub place: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault that keeps the server from starting.
    pub fn error(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { severity: Severity::Error, place: place.into(), problem: problem.into(), hint: None }
    }

    /// A fault that the server can live with.
    pub fn warning(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, problem) }
    }

    /// With advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the known name that is most like an unknown one, if one is.
    pub fn did_you_mean<'a>(self, received: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let nearest = known
            .into_iter()
            .map(|name| (strsim::damerau_levenshtein(name, received), name))
            .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
            .min();
        match nearest {
            Some((_, name)) => self.hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        // A key without a place of its own is its own place.
        let problem = self.problem.strip_prefix(&format!("{}: ", self.place)).unwrap_or(&self.problem);
        write!(f, "{severity}: {}: {problem}", self.place)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  {hint}"),
            None => Ok(()),
        }
    }
}

/// All faults that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Adds one.
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Whether one of them keeps the server from starting.
    pub fn are_fatal(&self) -> bool {
        self.0.iter().any(|fault| fault.severity == Severity::Error)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
