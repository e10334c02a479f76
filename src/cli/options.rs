//! Arguments that several commands share.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::app::{self, Inputs, Loaded, Parts};
use crate::config::Mode;
use crate::cx::Work;

/// The files of the configuration.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Files {
    /// The settings [default: ./wayhome.toml, if it is there; or WAYHOME_CONFIG]
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The clients [default: ./clients.toml, if it is there; or WAYHOME_CLIENTS]
    #[arg(long, value_name = "FILE")]
    clients: Option<PathBuf>,
}

impl Files {
    /// Where to look, under this mode.
    pub(super) fn inputs(&self, mode: Mode) -> Inputs {
        let mut inputs = Inputs::usual(mode);
        inputs.config = self.config.clone().or(inputs.config);
        inputs.clients = self.clients.clone().or(inputs.clients);
        inputs
    }
}

/// Which installation a command works on.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Place {
    #[command(flatten)]
    files: Files,
    /// Work on the data of `wayhome dev`
    #[arg(long)]
    dev: bool,
}

impl Place {
    /// Reads the configuration.
    pub(super) fn load(&self) -> Result<Loaded, Failure> {
        let mode = if self.dev { Mode::Development } else { Mode::Production };
        let inputs = self.files.inputs(mode);
        app::load(&inputs).map_err(|error| {
            let failure = Failure::from(error);
            if self.dev || inputs.has_settings_file() {
                return failure;
            }
            failure.hint("to work on the data of `wayhome dev`, add --dev")
        })
    }

    /// Reads the configuration and opens the database, beside a server that may be running.
    pub(super) async fn open(&self) -> Result<Work, Failure> {
        let Loaded { settings, database, clients, .. } = self.load()?;
        Ok(app::open_beside(Parts::of_this_machine(settings, database, clients)).await?)
    }
}
