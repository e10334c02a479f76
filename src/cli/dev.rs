//! `wayhome dev`: one command, and a table of where to go.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::options::Files;
use super::{Done, Failure, runtime};
use crate::app::{self, DemoAddresses, Inputs, Listeners, Loaded, Parts, demo};
use crate::config::{Mode, Settings};
use crate::web::path;

/// What a new `clients.toml` says: comments.
const CLIENTS: &str = include_str!("../../clients.toml");

/// How to run for development.
#[derive(Debug, Args)]
pub(super) struct Dev {
    #[command(flatten)]
    files: Files,
    /// The folder of the database and the data secret [default: ./data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Keep the data in this PostgreSQL database and not in the folder
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// The address of the pages [default: 127.0.0.1:4444]
    #[arg(long, value_name = "ADDR")]
    public: Option<SocketAddr>,
    /// The address of the admin API [default: 127.0.0.1:4445]
    #[arg(long, value_name = "ADDR")]
    admin: Option<SocketAddr>,
    /// The address of the demo app
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4446")]
    demo: SocketAddr,
    /// The address of the demo API
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4447")]
    demo_api: SocketAddr,
}

impl Dev {
    pub(super) fn run(self) -> Done {
        let inputs = self.inputs();
        let Loaded { mut settings, database, mut clients, mut clients_file, warnings, .. } =
            app::load(&inputs)?;
        self.check_loopback(&settings)?;
        let _log = app::start_log(&settings)?;
        for warning in &warnings.0 {
            tracing::warn!("{warning}");
        }
        let demo = DemoAddresses { spa: self.demo, api: self.demo_api };
        let listeners = app::bind(&settings, Some(demo))?;
        settle(&mut settings, &inputs, &listeners).map_err(Failure::failed)?;
        if inputs.clients.is_none() {
            offer_clients_file(clients_file.path());
        }
        if let Some(addresses) = &listeners.demo {
            let client = demo::client(addresses)?;
            if !clients.iter().any(|known| known.id == client.id) {
                clients.push(client.clone());
            }
            clients_file = clients_file.with_built_in(client);
        }
        let table = table(&settings, &listeners, clients_file.path()).map_err(Failure::failed)?;
        runtime()?.block_on(async {
            let work = app::open(Parts::of_this_machine(settings, database, clients)).await?;
            demo::seed(&work).await?;
            let announce = || io::stdout().lock().write_all(table.as_bytes());
            Ok(app::serve(work, listeners, clients_file, announce).await?)
        })
    }

    /// Where to look; the flags stand for variables of the environment.
    fn inputs(&self) -> Inputs {
        let mut inputs = self.files.inputs(Mode::Development);
        let flags = [
            ("WAYHOME__SERVER__DATA_DIR", self.data_dir.as_ref().map(|dir| dir.display().to_string())),
            ("WAYHOME__DATABASE__URL", self.postgres.clone()),
            ("WAYHOME__SERVER__PUBLIC", self.public.map(|address| address.to_string())),
            ("WAYHOME__SERVER__ADMIN", self.admin.map(|address| address.to_string())),
        ];
        for (variable, value) in flags {
            if let Some(value) = value {
                inputs.set(variable, value);
            }
        }
        inputs
    }

    /// Known passwords and an administration without keys are for this machine only.
    fn check_loopback(&self, settings: &Settings) -> Result<(), Failure> {
        let addresses = [settings.public, settings.admin, self.demo, self.demo_api];
        match addresses.into_iter().find(|address| !address.ip().is_loopback()) {
            None => Ok(()),
            Some(open) => Err(Failure::usage(format!(
                "{open} can be reached from other machines; development is for this one only, use `wayhome serve`"
            ))),
        }
    }
}

/// Takes over the ports that were bound: with `:0` the system has chosen, and the issuer names the port.
fn settle(settings: &mut Settings, inputs: &Inputs, listeners: &Listeners) -> io::Result<()> {
    let default = Settings::load(Mode::Development, &crate::config::Sources::default()).0;
    let chosen = default.is_none_or(|default| default.issuer != settings.issuer)
        || inputs.environment.contains_key("WAYHOME__SERVER__ISSUER");
    settings.public = listeners.public.local_addr()?;
    settings.admin = listeners.admin.local_addr()?;
    if !chosen {
        settings.issuer = format!("http://localhost:{}", settings.public.port());
    }
    Ok(())
}

/// A first `clients.toml` with nothing but explanations. Where none can be written, none is needed either.
fn offer_clients_file(path: &Path) {
    let new = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let _exists_or_cannot = new.and_then(|mut file| file.write_all(CLIENTS.as_bytes()));
}

/// What is printed at every start.
fn table(settings: &Settings, listeners: &Listeners, clients: &Path) -> io::Result<String> {
    let issuer = &settings.issuer;
    let mut rows = vec![("Sign-in pages", issuer.clone(), "")];
    if let Some(demo) = &listeners.demo {
        let local = |listener: &std::net::TcpListener| -> io::Result<String> {
            Ok(format!("http://localhost:{}", listener.local_addr()?.port()))
        };
        rows.push(("Demo app", local(&demo.spa)?, "try the whole journey here"));
        rows.push(("Demo API", local(&demo.api)?, "checks the demo app's access tokens"));
    }
    rows.push(("Inbox", format!("{issuer}{}", path::INBOX), "every mail, with its code"));
    rows.push(("Admin API", format!("http://{}", settings.admin), ""));
    rows.push(("Discovery", format!("{issuer}/.well-known/openid-configuration"), ""));
    let people = demo::PEOPLE.map(|(email, _)| ("", email.to_owned(), "password: "));
    let data = if settings.database_url.starts_with("sqlite:") {
        format!("everything is in {} (delete it to start over)", settings.data_dir.display())
    } else {
        "the data is in PostgreSQL".to_owned()
    };
    let mut out = format!("wayhome {} · development · {data}\n\n", env!("CARGO_PKG_VERSION"));
    for (name, value, note) in rows {
        out.push_str(format!("  {name:<14}  {value:<34}  {note}").trim_end());
        out.push('\n');
    }
    out.push('\n');
    for (n, (_, email, note)) in people.into_iter().enumerate() {
        let name = if n == 0 { "People" } else { "" };
        out.push_str(&format!("  {name:<14}  {email:<18}  {note}{}\n", demo::PASSWORD));
    }
    out.push_str(&format!(
        "  {:<14}  {:<18}  yours go into {}; changes apply at once\n\n  Not for production: known passwords, no \
         TLS, this machine only. Stop with Ctrl-C.\n",
        "Client",
        demo::CLIENT,
        clients.display()
    ));
    Ok(out)
}
