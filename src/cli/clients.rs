//! `wayhome clients`. They stand in a file, which is read and never written: what is to be changed is printed.

use std::io::Write as _;
use std::time::Duration;

use clap::Subcommand;

use super::{Done, Failure, Place, table};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{client_keys, parse_duration};
use crate::crypto::{PlainToken, TokenKind, sha256};
use crate::model::{Client, ClientSecret, Instant, KnownSecret};
use crate::random::SystemRandom;

/// The longest time in which two secrets are good.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// What can be asked about the clients.
#[derive(Debug, Subcommand)]
pub(super) enum Clients {
    /// List the clients: id, type, name, and where each stands
    List(Place),
    /// Make a secret and print it, once; and the lines of clients.toml that replace the old one by it
    NewSecret {
        /// The client; without one, only the secret and its digest are made
        id: Option<String>,
        /// How long the old secrets stay good beside the new one
        #[arg(long, value_name = "DURATION", default_value = "24h")]
        overlap: String,
        #[command(flatten)]
        place: Place,
    },
    /// Show what clients.toml says about a client
    Show {
        /// The client
        id: String,
        /// Show every key, with its value and where that comes from
        #[arg(long)]
        effective: bool,
        #[command(flatten)]
        place: Place,
    },
}

impl Clients {
    pub(super) fn run(self) -> Done {
        match self {
            Self::List(place) => list(&place),
            Self::NewSecret { id, overlap, place } => new_secret(id.as_deref(), &overlap, &place),
            Self::Show { id, effective, place } => show(&id, effective, &place),
        }
    }
}

fn list(place: &Place) -> Done {
    let clients = place.load()?.clients;
    if clients.is_empty() {
        writeln!(std::io::stderr(), "There are no clients; they stand in clients.toml.")?;
        return Ok(());
    }
    let mut rows = vec![["ID", "TYPE", "NAME", "WHERE"].map(str::to_owned).to_vec()];
    rows.extend(
        clients.into_iter().map(|client| {
            vec![client.id, client.kind.name().to_owned(), client.name, line_of(&client.origin)]
        }),
    );
    Ok(table::write(&mut std::io::stdout(), &rows)?)
}

/// A place without its column.
fn line_of(place: &str) -> String {
    place.rsplit_once(':').map_or(place, |(line, _)| line).to_owned()
}

pub(super) fn find(clients: Vec<Client>, id: &str) -> Result<Client, Failure> {
    let found = clients.into_iter().find(|client| client.id == id);
    found.ok_or_else(|| {
        Failure::failed(format!("there is no client `{id}`")).hint("`wayhome clients list` lists them")
    })
}

fn show(id: &str, effective: bool, place: &Place) -> Done {
    let loaded = place.load()?;
    let text = loaded.clients_file.read().ok().flatten().unwrap_or_default();
    let client = find(loaded.clients, id)?;
    let file = loaded.clients_file.path().display().to_string();
    let mut rows = vec![["KEY", "VALUE", "FROM"].map(str::to_owned).to_vec()];
    for key in client_keys(&file, &text, &client) {
        let from = match key.place {
            Some(place) => place,
            None if effective => format!("preset of {}", client.kind.name()),
            None => continue,
        };
        let value = if key.value.is_empty() { "-".to_owned() } else { key.value };
        rows.push(vec![key.name.to_owned(), value, from]);
    }
    Ok(table::write(&mut std::io::stdout(), &rows)?)
}

fn new_secret(id: Option<&str>, overlap: &str, place: &Place) -> Done {
    let overlap = parse_duration(overlap).filter(|overlap| *overlap <= LONGEST).ok_or_else(|| {
        Failure::usage(format!("`{overlap}` is no duration up to 365d; write 90s, 15m, 24h or 30d"))
    })?;
    let client = match id {
        Some(id) => Some(find(place.load()?.clients, id)?),
        None => None,
    };
    if let Some(client) = client.as_ref().filter(|client| !client.auth_method.uses_secret()) {
        let why = format!("`{}` authenticates by {} and has no secret", client.id, client.auth_method.name());
        return Err(Failure::failed(why));
    }
    let secret = PlainToken::generate(TokenKind::ClientSecret, &SystemRandom);
    let old = client.as_ref().map_or(&[][..], |client| &client.secrets);
    let lines = lines(&sha256(secret.expose().as_bytes()), old, SystemClock.now(), overlap);
    writeln!(std::io::stdout(), "{}", secret.expose())?;
    let mut out = std::io::stderr();
    match &client {
        Some(client) => writeln!(
            out,
            "This is the new secret of {}. It will not be shown again. In clients.toml, in place of its secret and secret_sha256:\n",
            client.id
        )?,
        None => writeln!(out, "This is a secret. It will not be shown again. For clients.toml:\n")?,
    }
    Ok(writeln!(out, "{lines}")?)
}

/// The lines of `clients.toml`: the new digest, and the old secrets with their end. One that ends earlier by itself keeps
/// its end; one that is over is left out.
fn lines(new: &[u8; 32], old: &[ClientSecret], now: Instant, overlap: Duration) -> String {
    let end = |secret: &ClientSecret| {
        let until = secret.until.map_or(now + overlap, |until| until.min(now + overlap));
        until.rfc3339_seconds()
    };
    let alive = || old.iter().filter(|secret| !secret.is_over(now) && !overlap.is_zero());
    let mut lines = Vec::new();
    let looked_up: Vec<String> = alive()
        .filter_map(|secret| {
            let (kind, of) = secret.source.split_once(':')?;
            Some(format!("{{ {kind} = {of:?}, until = \"{}\" }}", end(secret)))
        })
        .collect();
    match &looked_up[..] {
        [] => {}
        [one] => lines.push(format!("secret = {one}")),
        several => {
            lines.push("secret = [".to_owned());
            lines.extend(several.iter().map(|one| format!("  {one},")));
            lines.push("]".to_owned());
        }
    }
    let digests: Vec<String> = alive()
        .filter_map(|secret| match &secret.known {
            KnownSecret::Sha256(digest) => {
                Some(format!("  {{ digest = \"{}\", until = \"{}\" }},", hex(digest), end(secret)))
            }
            KnownSecret::Plain(_) => None,
        })
        .collect();
    if digests.is_empty() {
        lines.push(format!("secret_sha256 = \"{}\"", hex(new)));
    } else {
        lines.push("secret_sha256 = [".to_owned());
        lines.push(format!("  \"{}\",", hex(new)));
        lines.extend(digests);
        lines.push("]".to_owned());
    }
    lines.join("\n")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check_clients;

    const NOW: Instant = Instant::from_seconds(1_795_530_600);

    fn secrets(lines: &str) -> Vec<ClientSecret> {
        let text = format!("[[client]]\nid = \"a\"\ntype = \"machine\"\nscopes = [\"x\"]\n{lines}\n");
        let (mut clients, faults) = check_clients("clients.toml", &text, &|what| Ok(what.to_owned()));
        assert_eq!(faults.to_string(), "", "{text}");
        clients.remove(0).secrets
    }

    /// What is printed is a file again: the new secret for ever, the old ones until the overlap is over.
    #[test]
    fn sec_k09_the_lines_that_are_printed_hold_the_new_secret_and_the_old_ones_for_a_while() {
        let digest = |n: u8| hex(&[n; 32]);
        let old = format!(
            "secret = [{{ env = \"OLD\" }}, {{ file = \"/run/a \\\"b\\\"\", until = \"2026-11-24T15:00:00Z\" }}]\n\
             secret_sha256 = [\"{}\", {{ digest = \"{}\", until = \"2026-11-24T14:00:00Z\" }}]",
            digest(1),
            digest(2),
        );
        let made = secrets(&lines(&[9; 32], &secrets(&old), NOW, Duration::from_secs(86_400)));
        let told: Vec<(String, Option<i64>)> =
            made.iter().map(|secret| (secret.source.clone(), secret.until.map(Instant::seconds))).collect();
        let tomorrow = Some(NOW.seconds() + 86_400);
        assert_eq!(
            told,
            [
                ("env:OLD".to_owned(), tomorrow),
                ("file:/run/a \"b\"".to_owned(), Some(NOW.seconds() + 1_800)),
                ("sha256".to_owned(), None),
                ("sha256".to_owned(), tomorrow),
            ]
        );
        assert_eq!(made[2].known, KnownSecret::Sha256([9; 32]));
        assert_eq!(made[3].known, KnownSecret::Sha256([1; 32]));
        // At once, or for the first time.
        let only = format!("secret_sha256 = \"{}\"", digest(9));
        assert_eq!(lines(&[9; 32], &secrets(&old), NOW, Duration::ZERO), only);
        assert_eq!(lines(&[9; 32], &[], NOW, Duration::from_secs(60)), only);
    }
}
