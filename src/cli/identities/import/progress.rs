//! How far an import has come, as the database keeps it, and as people read it.

use std::io::Write as _;

use serde::{Deserialize, Serialize};

use crate::cli::{Done, Failure};
use crate::cx::{Fault, Work};
use crate::store::meta;

/// How far an import has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The items that are done, refused ones included.
    pub(super) done: u64,
    /// The numbers of those that were refused, in their order.
    pub(super) refused: Vec<u64>,
}

impl Progress {
    /// What an earlier run has left.
    pub(super) async fn read(work: &Work, name: &str) -> Result<Self, Failure> {
        let name = name.to_owned();
        let found = work.read(move |cx| Ok::<_, Fault>(meta::find(cx.db, &name)?)).await?;
        Ok(found.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    pub(super) fn as_text(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// The items up to this one are done, those of the batch among them that were refused.
    pub(super) fn advance<'a>(
        &mut self,
        done: u64,
        batch: impl Iterator<Item = (&'a Option<String>, &'a u64)>,
    ) {
        self.refused.extend(batch.filter(|(why, _)| why.is_some()).map(|(_, number)| *number));
        self.refused.sort_unstable();
        self.done = done;
    }

    pub(super) fn was_refused(&self, number: u64) -> bool {
        self.refused.binary_search(&number).is_ok()
    }

    pub(super) fn sentence(&self) -> String {
        let refused = u64::try_from(self.refused.len()).unwrap_or(u64::MAX);
        format!("{} imported, {refused} refused", self.done.saturating_sub(refused))
    }

    /// The last word. With items refused, the exit code says so.
    pub(super) fn end(&self, items: u64, rejects: Option<String>) -> Done {
        let rest = self.done.saturating_sub(items);
        if rest > 0 {
            return Err(Failure::failed("the file is shorter than when it was imported"));
        }
        match rejects {
            None => {
                writeln!(std::io::stdout(), "{}", self.sentence())?;
                Ok(())
            }
            Some(path) => {
                writeln!(std::io::stdout(), "{}", self.sentence())?;
                Err(Failure::failed(format!("what was refused stands in {path}"))
                    .hint("put it right, and import that file"))
            }
        }
    }
}

/// Says something on standard error, where it is not in the way of what is printed.
pub(super) fn say(sentence: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stderr(), "{sentence}")?)
}
