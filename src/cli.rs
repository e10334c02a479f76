//! The command line. A command reads its arguments, calls what does the work, and says in one sentence what came of
//! it: results on standard output, everything else on standard error.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong arguments, 78 wrong configuration.

mod api_keys;
mod clients;
mod config;
mod courier;
mod dev;
mod events;
mod explain;
mod failure;
mod identities;
mod keys;
mod migrate;
mod options;
mod secrets;
mod serve;
mod table;
mod webhooks;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::model::IdentityId;
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
    /// Say what holds for a client, and why.
    #[command(subcommand)]
    Explain(explain::Explain),
    /// Make, list and revoke the keys of the admin API.
    #[command(subcommand)]
    ApiKeys(api_keys::ApiKeys),
    /// List and replace the keys that tokens are signed with.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// List and replace the data secrets, which seal what the database must not show.
    #[command(subcommand)]
    Secrets(secrets::Secrets),
    /// Look after messages: list, send again, try, preview, describe.
    #[command(subcommand)]
    Courier(courier::Command),
    /// Evaluates a template of the courier; the server starts it, limits it, and asks it by its standard input.
    #[command(hide = true)]
    EvaluateTemplate,
    /// List what happened.
    #[command(subcommand)]
    Events(events::Command),
    /// List what webhooks were told, and tell it again.
    #[command(subcommand)]
    Webhooks(webhooks::Command),
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
        Command::Explain(explain) => explain.run(),
        Command::ApiKeys(api_keys) => api_keys.run(),
        Command::Keys(keys) => keys.run(),
        Command::Secrets(secrets) => secrets.run(),
        Command::Courier(courier) => courier.run(),
        Command::EvaluateTemplate => evaluate_template(),
        Command::Events(events) => events.run(),
        Command::Webhooks(webhooks) => webhooks.run(),
        Command::Identities(identities) => identities.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// The inside of the process that evaluates.
fn evaluate_template() -> Done {
    let outcome = crate::courier::evaluate_job(std::io::stdin().lock(), std::io::stdout().lock());
    outcome.map_err(|why| Failure::failed(format!("nothing was evaluated: {why}")))
}

/// The id of an identity that somebody typed.
fn identity_id(text: &str) -> Result<IdentityId, Failure> {
    text.parse().map_err(|_| Failure::usage(format!("`{text}` is no id of an identity")))
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
