//! `wayhome identities import`: many people from a file, in batches. How far it has come is written in the transaction of
//! each batch, so that whoever is interrupted goes on with the same command, and nothing is lost or doubled.

mod formats;
mod items;
mod progress;
mod rejects;

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::PathBuf;

use clap::Args;

use super::refusal_text;
use crate::cli::{Done, Failure, Place, runtime};
use crate::crypto::{PasswordHash, base64url, sha256};
use crate::cx::{self, Cx, Fault, Work};
use crate::identity::administration::{self, Imported};
use crate::identity::{passwords, traits};
use crate::store::{self, meta};
use crate::text::Catalogue;
pub(in crate::cli) use formats::Format;
use formats::{Person, Read, Reader};
use items::{Item, Items};
use progress::Progress;
use rejects::Rejects;

/// People of one transaction.
const BATCH: usize = 200;

/// The part of the file by which it is known again, in bytes.
const BEGINNING: usize = 64 * 1024;

/// With so many bad items it is the wrong file, or the wrong format.
const MOST_REFUSED: usize = 10_000;

/// What to import.
#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// The file; `-` is standard input
    file: PathBuf,
    /// What the file is
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// The identity schema of everybody in the file [default: the one that an item names, else `default`]
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// Where items that are refused are written as they are [default: FILE.rejected]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Begin anew although this file was imported before, as a whole or in part
    #[arg(long)]
    restart: bool,
    #[command(flatten)]
    place: Place,
}

/// Somebody who can be written, with the item that they were read from.
struct Ready {
    item: Item,
    number: u64,
    imported: Imported,
}

impl Import {
    pub(super) fn run(self) -> Done {
        let source: Box<dyn io::Read> =
            match self.file.to_str() {
                Some("-") => Box::new(io::stdin()),
                _ => Box::new(File::open(&self.file).map_err(|why| {
                    Failure::failed(format!("{} cannot be read: {why}", self.file.display()))
                })?),
            };
        runtime()?.block_on(self.import(source))
    }

    async fn import(self, mut source: Box<dyn io::Read>) -> Done {
        let beginning = beginning(&mut source)?;
        let work = self.place.open().await?;
        let settings = &work.env().settings;
        let named = self.schema.clone().unwrap_or_default();
        if !named.is_empty() && settings.identity.schema_of(&named).is_none() {
            return Err(Failure::usage(format!("there is no identity schema {named}")));
        }
        let schema_id = match self.format {
            Format::Jsonl | Format::Kratos => named.clone(),
            _ if named.is_empty() => settings.identity.schema_id.clone(),
            _ => named.clone(),
        };
        let name = format!("import.{}", base64url(&sha256(&[&beginning, named.as_bytes()].concat())));
        let before = if self.restart { Progress::default() } else { Progress::read(&work, &name).await? };
        let mut rejects = Rejects::create(self.rejects_path())?;
        let parted = self.format.parted(&beginning);
        let mut items = Items::new(BufReader::new(io::Cursor::new(beginning).chain(source)), parted);
        let mut reader = Reader::new(self.format, schema_id);
        let mut run = Run { work: &work, name: &name, progress: before, batch: Vec::new(), said: 0 };
        run.said = run.progress.done;
        if run.progress.done > 0 {
            progress::say(&format!("{} items were imported before; going on after them", run.progress.done))?;
        }
        let mut number = 0;
        while let Some(item) = items.next()? {
            let text = item.text.as_deref();
            let read = match text {
                Ok(text) => reader.read(&run.work.env().settings, text),
                Err(why) => Read::Bad((*why).to_owned()),
            };
            if let (Read::Names, Ok(text)) = (&read, text) {
                rejects.begin_with(text);
                continue;
            }
            number += 1;
            if number <= run.progress.done {
                // It was done by an earlier run; what was refused then stands among the rejects of this one.
                if run.progress.was_refused(number) {
                    rejects.add(&item)?;
                }
                continue;
            }
            match read {
                Read::Names => {}
                Read::Bad(why) => run.refuse(&mut rejects, &item, number, &why)?,
                Read::Person(person) => match ready(run.work, *person) {
                    Ok(imported) => run.batch.push(Ready { item, number, imported }),
                    Err(why) => run.refuse(&mut rejects, &item, number, &why)?,
                },
            }
            if run.batch.len() == BATCH {
                run.commit(&mut rejects, number).await?;
            }
        }
        run.commit(&mut rejects, number).await?;
        run.progress.end(number, rejects.finish()?)
    }

    fn rejects_path(&self) -> PathBuf {
        self.rejects.clone().unwrap_or_else(|| match self.file.to_str() {
            Some("-") => PathBuf::from("import.rejected"),
            _ => {
                let mut path = self.file.clone().into_os_string();
                path.push(".rejected");
                PathBuf::from(path)
            }
        })
    }
}

/// The first part of a source, which it is known by.
fn beginning(source: &mut dyn io::Read) -> Result<Vec<u8>, Failure> {
    let mut beginning = Vec::new();
    source
        .take(u64::try_from(BEGINNING).unwrap_or_default())
        .read_to_end(&mut beginning)
        .map_err(|why| Failure::failed(format!("the file cannot be read: {why}")))?;
    Ok(beginning)
}

/// A password as it is typed obeys the rules of all passwords.
fn ready(work: &Work, person: Person) -> Result<Imported, String> {
    let Person { mut imported, plain_password } = person;
    if imported.new.schema_id.is_empty() {
        imported.new.schema_id.clone_from(&work.env().settings.identity.schema_id);
    }
    if let Some(typed) = plain_password {
        imported.new.password = Some(hash(work, &imported, &typed)?);
    }
    Ok(imported)
}

fn hash(work: &Work, imported: &Imported, typed: &str) -> Result<PasswordHash, String> {
    let settings = &work.env().settings;
    let words = traits::words(&imported.new.traits);
    let words: Vec<&str> = words.iter().map(String::as_str).chain([settings.name.as_str()]).collect();
    let password = passwords::check(settings, typed, &words).map_err(|notice| {
        let sentence = Catalogue::english().map(|words| words.notice(&notice));
        format!("the password is refused: {}", sentence.unwrap_or(notice.id))
    })?;
    work.env().passwords.hash_blocking(&password).map_err(|why| why.to_string())
}

/// An import under way.
struct Run<'a> {
    work: &'a Work,
    /// Where its progress is written.
    name: &'a str,
    progress: Progress,
    batch: Vec<Ready>,
    /// The items that were spoken of last.
    said: u64,
}

impl Run<'_> {
    fn refuse(&mut self, rejects: &mut Rejects, item: &Item, number: u64, why: &str) -> Result<(), Failure> {
        progress::say(&format!("line {}: {why}", item.line))?;
        rejects.add(item)?;
        self.progress.refused.push(number);
        if self.progress.refused.len() > MOST_REFUSED {
            return Err(Failure::failed(format!("more than {MOST_REFUSED} items are refused"))
                .hint("look whether --format is right, and go on with the same command"));
        }
        Ok(())
    }

    /// Writes what has gathered, and how far that is.
    async fn commit(&mut self, rejects: &mut Rejects, done: u64) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        let (people, from): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|ready| (ready.imported, (ready.item, ready.number))).unzip();
        let progress = self.progress.clone();
        let name = self.name.to_owned();
        let (refused, numbers): (Vec<Option<String>>, Vec<u64>) = {
            let numbers: Vec<u64> = from.iter().map(|(_, number)| *number).collect();
            let of_items = numbers.clone();
            let written = self
                .work
                .write(move |cx| {
                    let refused = administration::import_all(cx, people)?;
                    let refused: Vec<Option<String>> =
                        refused.iter().map(|why| why.as_ref().map(refusal_text)).collect();
                    let mut progress = progress;
                    progress.advance(done, refused.iter().zip(&of_items));
                    keep(cx, &name, &progress)?;
                    Ok(refused)
                })
                .await;
            (written.map_err(retry)?, numbers)
        };
        self.progress.advance(done, refused.iter().zip(&numbers));
        for (why, (item, _)) in refused.iter().zip(&from) {
            if let Some(why) = why {
                progress::say(&format!("line {}: {why}", item.line))?;
                rejects.add(item)?;
            }
        }
        if self.progress.done - self.said >= 10_000 {
            self.said = self.progress.done;
            progress::say(&self.progress.sentence())?;
        }
        Ok(())
    }
}

fn keep(cx: &mut Cx<'_>, name: &str, progress: &Progress) -> cx::Result<()> {
    let value = progress.as_text();
    meta::insert_once(cx.db, name, &value)?;
    Ok(meta::replace(cx.db, name, &value)?)
}

/// Nothing of the batch was written, so the same command goes on there.
fn retry(fault: Fault) -> Failure {
    let why = match fault {
        Fault::Store(store::Error::Duplicate(_)) => "somebody else has written at the same moment".to_owned(),
        other => other.to_string(),
    };
    Failure::failed(why).hint("go on with the same command")
}
