//! `wayhome secrets`. A running server looks at the file of the data secrets every two seconds.

use std::io::Write as _;

use clap::{Args, Subcommand};

use super::{Done, Failure, Place, runtime, table};
use crate::app::data_secret::{self, Needed, SecretsFile, Stand, census, drop_key, in_words};
use crate::random::SystemRandom;

/// What can be done with the data secrets.
#[derive(Debug, Subcommand)]
pub(super) enum Secrets {
    /// List the data secrets by the ids of their keys, and what each is still needed for
    List(Place),
    /// Make a new data secret that seals; those before it still open
    Rotate(Rotate),
    /// Let another one of the data secrets seal
    Use(Chosen),
    /// Seal anew what older secrets have sealed, so that they can be dropped; may be interrupted and called again
    Reseal(Place),
    /// Take a data secret away that nothing needs any more
    Drop(Chosen),
}

/// Where the new secret stands.
#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Behind the others, where it only opens: for servers that do not share the file, until all of them have it
    #[arg(long)]
    behind: bool,
    #[command(flatten)]
    place: Place,
}

/// One of the secrets.
#[derive(Debug, Args)]
pub(super) struct Chosen {
    /// The id of its key, as `list` shows it
    key_id: String,
    #[command(flatten)]
    place: Place,
}

impl Secrets {
    pub(super) fn run(self) -> Done {
        match self {
            Self::List(place) => list(&place),
            Self::Rotate(rotate) => rotate.run(),
            Self::Use(chosen) => promote(&chosen),
            Self::Reseal(place) => reseal(&place),
            Self::Drop(chosen) => drop_one(&chosen),
        }
    }
}

fn list(place: &Place) -> Done {
    let rows = runtime()?.block_on(async {
        let work = place.open().await?;
        let census = census(&work).await?;
        let mut rows = vec![["KEY ID", "STATE", "NEEDED FOR"].map(str::to_owned).to_vec()];
        for (n, id) in work.env().secrets.key_ids().into_iter().enumerate() {
            let needed = census.get(&id).map_or_else(|| "-".to_owned(), in_words);
            rows.push(vec![id, if n == 0 { "seals" } else { "opens" }.to_owned(), needed]);
        }
        Ok::<_, Failure>(rows)
    })?;
    Ok(table::write(&mut std::io::stdout(), &rows)?)
}

/// The file that the secrets stand in.
fn file(place: &Place) -> Result<SecretsFile, Failure> {
    SecretsFile::of(&place.load()?.settings).ok_or_else(|| {
        Failure::failed("the data secrets stand in the settings (`secrets.data`), which no command changes").hint(
            "name a file with `secrets.file`: a new secret goes there, and those of `secrets.data` stay behind it",
        )
    })
}

fn unchanged(file: &SecretsFile, why: data_secret::Unchanged) -> Failure {
    Failure::failed(format!("{} stays as it is: {why}", file.path().display()))
}

impl Rotate {
    fn run(self) -> Done {
        let file = file(&self.place)?;
        let stand = if self.behind { Stand::Last } else { Stand::First };
        let id = file.add(stand, &SystemRandom).map_err(|why| unchanged(&file, why))?;
        // Whoever opens the database remembers the key, before any server works with it.
        let opened = runtime()?.block_on(self.place.open());
        if let Err(why) = opened {
            file.remove(&id).map_err(|why| unchanged(&file, why))?;
            return Err(why);
        }
        let mut err = std::io::stderr();
        if self.behind {
            writeln!(err, "The new data secret has the key id {id}, and opens what others have sealed.")?;
            writeln!(
                err,
                "Give {} to every server, then run `wayhome secrets use {id}`.",
                file.path().display()
            )?;
        } else {
            writeln!(
                err,
                "The data secret with the key id {id} seals from now on; those before it still open."
            )?;
            writeln!(
                err,
                "A running server knows it within seconds. `wayhome secrets reseal` seals the rest anew."
            )?;
        }
        Ok(())
    }
}

fn promote(chosen: &Chosen) -> Done {
    let file = file(&chosen.place)?;
    file.promote(&chosen.key_id).map_err(|why| unchanged(&file, why))?;
    runtime()?.block_on(chosen.place.open())?;
    writeln!(std::io::stderr(), "The data secret with the key id {} seals from now on.", chosen.key_id)?;
    Ok(())
}

fn reseal(place: &Place) -> Done {
    let mut told = Vec::new();
    let (all, id) = runtime()?.block_on(async {
        let work = place.open().await?;
        let all = data_secret::reseal(&work, |table, rows| told.push((table, rows))).await?;
        Ok::<_, Failure>((all, work.env().secrets.active_key_id()))
    })?;
    for (table, rows) in told.into_iter().filter(|(_, rows)| *rows > 0) {
        writeln!(std::io::stdout(), "{table}: {rows}")?;
    }
    writeln!(std::io::stderr(), "{all} values were sealed anew; everything is sealed by the key {id}.")?;
    Ok(())
}

fn drop_one(chosen: &Chosen) -> Done {
    let (file, id) = (file(&chosen.place)?, &chosen.key_id);
    let dropped = runtime()?.block_on(async {
        let work = chosen.place.open().await?;
        if !work.env().secrets.key_ids().contains(id) {
            return Err(Failure::failed(format!(
                "no data secret has the key id {id}; look at `secrets list`"
            )));
        }
        Ok(drop_key(&work, id).await?)
    })?;
    let needed =
        |why: String| Failure::failed(format!("the data secret with the key id {id} is still needed{why}"));
    match dropped {
        Ok(()) => {}
        Err(Needed::Seals) => return Err(needed(": it is the one that seals".to_owned())),
        Err(Needed::For(what)) => {
            return Err(needed(format!(", for {what}")).hint("run `wayhome secrets reseal` first"));
        }
        Err(Needed::Until(at)) => {
            let why = format!(
                " until {}: a server has just sealed with it, and its codes are under way",
                at.rfc3339()
            );
            return Err(needed(why));
        }
    }
    file.remove(id).map_err(|why| unchanged(&file, why))?;
    writeln!(
        std::io::stderr(),
        "The data secret with the key id {id} is gone from {}.",
        file.path().display()
    )?;
    Ok(())
}
