//! `wayhome identities`.

mod export;
mod import;
mod set;

use std::io::{Read as _, Write as _};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Done, Failure, Place, runtime};
use crate::crypto::PasswordHash;
use crate::cx::Work;
use crate::identity::administration::{self, NewIdentity, Refusal};
use crate::identity::recovery::{self, OnExisting};
use crate::identity::{lift_lock, passwords};
use crate::model::{Continuation, IdentityId, IdentityState};
use crate::text::Catalogue;
use crate::web::path;

/// How long the code and the link of `recover` are good.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// What can be done for people.
#[derive(Debug, Subcommand)]
pub(super) enum Identities {
    /// Create a person and print their id. You vouch for the address: it counts as verified
    Create(Create),
    /// Change what is known of a person, and print it
    Set(set::Set),
    /// Make many people of those in a file; what is interrupted goes on with the same command
    Import(import::Import),
    /// Print everybody, one on each line, with the hashes of their passwords
    Export(export::Export),
    /// Print a link and a code that let a person choose a new password, good for an hour
    Recover(Recover),
    /// Forget wrong passwords and codes, so that a person who was locked by them can sign in at once
    Unlock(Unlock),
}

/// Whom to create.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// The address of the person
    #[arg(long)]
    email: String,
    /// The name of the person
    #[arg(long)]
    name: Option<String>,
    /// Read the first password from standard input; without one, use `recover`
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    place: Place,
}

/// Whom to help.
#[derive(Debug, Args)]
pub(super) struct Recover {
    /// The address of the person
    email: String,
    /// Where the person goes afterwards; `return_urls.allowed` must have it
    #[arg(long, value_name = "URL")]
    return_to: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Whom to unlock.
#[derive(Debug, Args)]
pub(super) struct Unlock {
    /// The id of the person
    id: IdentityId,
    #[command(flatten)]
    place: Place,
}

impl Identities {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Create(create) => create.run(),
            Self::Set(set) => set.run(),
            Self::Import(import) => import.run(),
            Self::Export(export) => export.run(),
            Self::Recover(recover) => recover.run(),
            Self::Unlock(unlock) => unlock.run(),
        }
    }
}

impl Create {
    fn run(self) -> Done {
        let typed = if self.password_stdin { Some(password()?) } else { None };
        let created = runtime()?.block_on(async {
            let work = self.place.open().await?;
            let about = [self.email.as_str(), self.name.as_deref().unwrap_or_default()];
            let password = typed.map(|typed| hash(&work, &typed, &about)).transpose()?;
            let mut traits = json!({ "email": self.email });
            if let Some(name) = self.name {
                traits["name"] = json!(name);
            }
            let person = NewIdentity {
                schema_id: work.env().settings.identity.schema_id.clone(),
                traits,
                state: IdentityState::Active,
                metadata_public: None,
                metadata_admin: None,
                password,
                verified: true,
            };
            Ok::<_, Failure>(work.write(move |cx| administration::create(cx, person)).await?)
        })?;
        match created {
            Ok(identity) => Ok(writeln!(std::io::stdout(), "{}", identity.id)?),
            Err(refusal) => Err(Failure::failed(refusal_text(&refusal))),
        }
    }
}

/// Why a wish was not done, in a sentence.
fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::AddressTaken(address) => format!("the address {address} belongs to somebody already"),
        Refusal::Invalid(misfits) => {
            let reasons: Vec<String> =
                misfits.iter().map(|misfit| format!("{}: {}", misfit.pointer, misfit.reason)).collect();
            format!("the identity schema refuses this: {}", reasons.join("; "))
        }
        Refusal::Patch(misfit) => format!("{}: {}", misfit.pointer, misfit.reason),
        Refusal::ExternalIdTaken => "this external id belongs to somebody already".to_owned(),
        Refusal::IdTaken => "this id belongs to somebody already".to_owned(),
        Refusal::NotFound => "there is no such person".to_owned(),
        Refusal::Conflict | Refusal::TestFailed(_) => "somebody else was faster; try again".to_owned(),
    }
}

/// One line, without its end.
fn password() -> Result<String, Failure> {
    let mut text = String::new();
    // A byte more than any password may have, so that one too long is seen to be.
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|why| Failure::failed(format!("the password cannot be read: {why}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A first password obeys the rules of all passwords.
fn hash(work: &Work, typed: &str, about: &[&str]) -> Result<PasswordHash, Failure> {
    let settings = &work.env().settings;
    let words: Vec<&str> = about.iter().copied().chain([settings.name.as_str()]).collect();
    let password = passwords::check(settings, typed, &words).map_err(|notice| {
        let sentence = Catalogue::english().map(|words| words.notice(&notice));
        Failure::failed(format!("the password is refused: {}", sentence.unwrap_or(notice.id)))
    })?;
    work.env().passwords.hash_blocking(&password).map_err(Failure::failed)
}

impl Recover {
    fn run(self) -> Done {
        let email = self.email.clone();
        let made = runtime()?.block_on(async {
            let work = self.place.open().await?;
            let continuation = continuation(&work, self.return_to.as_deref())?;
            let made = work
                .write(move |cx| {
                    let Some(identity) = administration::find_by_address(cx, &self.email)? else {
                        return Ok(None);
                    };
                    let (id, replace) = (identity.id, OnExisting::Replace);
                    let made = recovery::create_by_administrator(cx, id, LIFETIME, continuation, replace)?;
                    Ok(made.made())
                })
                .await?;
            let issuer = work.env().settings.issuer.clone();
            Ok::<_, Failure>(
                made.map(|made| {
                    (format!("{issuer}{}", path::of_flow(path::RECOVERY, made.flow.id)), made.code)
                }),
            )
        })?;
        let Some((link, code)) = made else {
            return Err(Failure::failed(format!("{email} is the address of nobody who may sign in")));
        };
        let mut out = std::io::stdout();
        writeln!(out, "link  {link}\ncode  {}", code.in_groups())?;
        Ok(())
    }
}

impl Unlock {
    fn run(self) -> Done {
        let id = self.id;
        let found = runtime()?.block_on(async {
            let work = self.place.open().await?;
            Ok::<_, Failure>(work.write(move |cx| lift_lock(cx, id)).await?)
        })?;
        if found { Ok(()) } else { Err(Failure::failed(format!("there is nobody of the id {id}"))) }
    }
}

fn continuation(work: &Work, return_to: Option<&str>) -> Result<Continuation, Failure> {
    let Some(url) = return_to else { return Ok(Continuation::Account) };
    let env = work.env();
    env.settings
        .allowed_return_urls(env.clients.get().return_url_rules())
        .and_then(|allowed| allowed.check(url).ok())
        .map(Continuation::Return)
        .ok_or_else(|| Failure::failed(format!("return_urls.allowed does not have {url}")))
}
