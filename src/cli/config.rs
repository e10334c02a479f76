//! `wayhome config`.

use std::io::Write as _;

use clap::Subcommand;

use super::{Done, Place, runtime};
use crate::app::{self, StartError};
use crate::config;
use crate::courier::Evaluator;

/// What can be asked about the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Check the settings, the environment and the clients, and tell all faults at once. Opens no database
    Check(Place),
    /// Print the manual of all settings, as Markdown
    Reference,
}

impl Config {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Check(place) => check(&place),
            Self::Reference => Ok(write!(std::io::stdout(), "{}", config::reference())?),
        }
    }
}

fn check(place: &Place) -> Done {
    let mut loaded = place.load()?;
    let templates =
        runtime()?.block_on(app::check_templates(&loaded.settings, &Evaluator::of_this_program()));
    if templates.are_fatal() {
        return Err(StartError::Configuration(templates).into());
    }
    loaded.warnings.0.extend(templates.0);
    if !loaded.warnings.0.is_empty() {
        writeln!(std::io::stderr(), "{}", loaded.warnings)?;
    }
    let clients = match loaded.clients.len() {
        1 => "1 client".to_owned(),
        n => format!("{n} clients"),
    };
    writeln!(std::io::stdout(), "The configuration is good: {} with {clients}.", loaded.settings.issuer)?;
    Ok(())
}
