//! `wayhome serve`.

use clap::Args;

use super::options::Files;
use super::{Done, runtime};
use crate::app::{self, Loaded, Parts};
use crate::config::Mode;

/// How to run in production.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    files: Files,
}

impl Serve {
    pub(super) fn run(self) -> Done {
        let Loaded { settings, database, clients, clients_file, warnings, .. } =
            app::load(&self.files.inputs(Mode::Production))?;
        let _log = app::start_log(&settings)?;
        for warning in &warnings.0 {
            tracing::warn!("{warning}");
        }
        let listeners = app::bind(&settings, None)?;
        runtime()?.block_on(async {
            let work = app::open(Parts::of_this_machine(settings, database, clients)).await?;
            Ok(app::serve(work, listeners, clients_file, || Ok(())).await?)
        })
    }
}
