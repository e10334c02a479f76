//! `wayhome identities export`: everybody, one on each line, with all that `import` needs to make them again elsewhere.

use std::io::{BufWriter, Write as _};

use clap::Args;
use serde_json::{Map, Value, json};

use crate::cli::{Done, Failure, Place, runtime};
use crate::cx::{Cx, Result, Work};
use crate::identity::administration;
use crate::model::{Identity, IdentityId, Instant};
use crate::store;

/// People of one transaction.
const PAGE: i64 = 500;

/// Whom to export: everybody.
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// Leave the hashes of passwords out
    #[arg(long)]
    without_hashes: bool,
    /// With what people show beside their password: the secrets of their apps, digests of their backup codes, and the public
    /// keys of their passkeys and security keys. Whoever has these lines passes everybody's second step
    #[arg(long)]
    with_second_factors: bool,
    #[command(flatten)]
    place: Place,
}

impl Export {
    pub(super) fn run(self) -> Done {
        runtime()?.block_on(async {
            let work = self.place.open().await?;
            let mut out = BufWriter::new(std::io::stdout());
            let mut after = None;
            loop {
                let what = What { hashes: !self.without_hashes, factors: self.with_second_factors };
                let (lines, last) = page(&work, after, what).await?;
                for line in &lines {
                    writeln!(out, "{line}")?;
                }
                match last {
                    Some(last) => after = Some(last),
                    None => return Ok(out.flush()?),
                }
            }
        })
    }
}

/// What is exported of credentials.
#[derive(Debug, Clone, Copy)]
struct What {
    hashes: bool,
    factors: bool,
}

type Position = (Instant, IdentityId);

async fn page(
    work: &Work,
    after: Option<Position>,
    what: What,
) -> std::result::Result<(Vec<Value>, Option<Position>), Failure> {
    Ok(work
        .read(move |cx| {
            let people = administration::list(cx, after, PAGE)?;
            let last = people.last().map(|person| (person.created_at, person.id));
            let lines = people.iter().map(|person| line(cx, person, what)).collect::<Result<Vec<_>>>()?;
            Ok((lines, last))
        })
        .await?)
}

/// In the shape of the admin API, as `import --format jsonl` reads it.
fn line(cx: &mut Cx<'_>, person: &Identity, what: What) -> Result<Value> {
    let addresses = store::identities::addresses_of(cx.db, person.id)?;
    let addresses: Vec<Value> = addresses
        .iter()
        .map(|address| {
            json!({"value": address.value, "via": "email", "verified": address.verified_at.is_some()})
        })
        .collect();
    let mut line = json!({
        "id": person.id,
        "schema_id": person.schema_id,
        "state": person.state.name(),
        "traits": person.traits,
        "verifiable_addresses": addresses,
        "created_at": person.created_at.rfc3339(),
    });
    for (name, value) in
        [("metadata_public", &person.metadata_public), ("metadata_admin", &person.metadata_admin)]
    {
        if let Some(value) = value {
            line[name] = value.clone();
        }
    }
    if let Some(external_id) = &person.external_id {
        line["external_id"] = json!(external_id);
    }
    let mut credentials = match what.factors {
        true => administration::taken_along(cx, person.id)?,
        false => Map::new(),
    };
    if let Some(hash) = administration::password_hash(cx, person.id)?.filter(|_| what.hashes) {
        let password = json!({"config": {"hashed_password": hash.as_phc()}});
        credentials.insert("password".to_owned(), password);
    }
    if !credentials.is_empty() {
        line["credentials"] = Value::Object(credentials);
    }
    Ok(line)
}
