//! The command line. A command reads its arguments, calls what does the work, and says in one sentence what came of
//! it: results on standard output, everything else on standard error.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong arguments, 78 wrong configuration.

mod api_keys;
mod clients;
mod config;
mod dev;
mod failure;
mod identities;
mod keys;
mod migrate;
mod options;
mod serve;
mod table;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use failure::Failure;
use options::Place;

/// What a command answers.
type Done = Result<(), Failure>;

/// An OAuth2 and OpenID Connect provider with its sign-in pages, its people and its mails in one process.
#[derive(Debug, Parser)]
#[command(name = "wayhome", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Wayhome {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Every setting is also an environment variable: server.issuer is WAYHOME__SERVER__ISSUER. \
     `wayhome config reference` lists them all.\n\nExit codes: 0 done, 1 failed, 2 wrong arguments, 78 wrong \
     configuration.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run on this machine for development: one command, no files needed, with people, a demo app and an inbox.
    Dev(dev::Dev),
    /// Run in production.
    Serve(serve::Serve),
    /// Bring the tables of the database up to date.
    Migrate(Place),
    /// Check the configuration, or print its manual.
    #[command(subcommand)]
    Config(config::Config),
    /// List the clients, show what holds for one, and make secrets for them.
    #[command(subcommand)]
    Clients(clients::Clients),
    /// Make, list and revoke the keys of the admin API.
    #[command(subcommand)]
    ApiKeys(api_keys::ApiKeys),
    /// List and replace the keys that tokens are signed with.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Create people, and help them back in.
    #[command(subcommand)]
    Identities(identities::Identities),
}

/// Runs the command that these arguments name, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match Wayhome::try_parse_from(arguments) {
        Ok(wayhome) => wayhome.command,
        Err(error) => {
            let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // With no place left to say something, the exit code says it.
            let _unsaid = error.print();
            return ExitCode::from(if asked_for { 0 } else { 2 });
        }
    };
    let done = match command {
        Command::Dev(dev) => dev.run(),
        Command::Serve(serve) => serve.run(),
        Command::Migrate(place) => migrate::run(&place),
        Command::Config(config) => config.run(),
        Command::Clients(clients) => clients.run(),
        Command::ApiKeys(api_keys) => api_keys.run(),
        Command::Keys(keys) => keys.run(),
        Command::Identities(identities) => identities.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// The runtime of a command. The listeners bring their own threads.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|why| Failure::failed(format!("the runtime does not start: {why}")))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_contradict_nothing() {
        Wayhome::command().debug_assert();
    }
}
