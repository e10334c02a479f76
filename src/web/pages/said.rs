//! What a page says when it is shown next that has no flow. Nothing remembers it, so it travels in the page's address:
//! sealed, so that nobody else puts words in our mouth, and no log or history can read what was typed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cx::{Env, Fault, Result};
use crate::model::{Notice, Session};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The longest sealed value that every browser and proxy carries in an address.
const LONGEST: usize = 4096;

/// Sentences, and what was typed where something must be mended.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Said {
    /// What to say first.
    pub notices: Vec<Notice>,
    /// What was typed, by control name; never a password.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl Said {
    /// Something worked.
    pub(super) fn success(id: &str) -> Self {
        Self { notices: vec![Notice::success(id)], values: BTreeMap::new() }
    }

    /// The address of a page of the account that will say it in this session.
    pub(super) fn at(self, env: &Env, session: &Session, path: &str) -> Result<String> {
        self.at_for(env, &session.id.to_string(), path)
    }

    /// The address of a page that will say it to whom this names: a session, or a browser.
    pub(super) fn at_for(self, env: &Env, whom: &str, path: &str) -> Result<String> {
        let sealed = self.sealed(env, whom, path)?;
        if sealed.len() <= LONGEST {
            return Ok(format!("{path}?said={sealed}"));
        }
        // What was typed is too long to be carried: its mistakes are still told.
        let sealed = Self { values: BTreeMap::new(), ..self }.sealed(env, whom, path)?;
        Ok(format!("{path}?said={sealed}"))
    }

    /// The page again, with what is wrong.
    pub(super) fn again(self, visit: &Visit, session: &Session) -> Result<Reply> {
        Ok(Reply::see_other(&self.at(visit.env(), session, visit.path())?))
    }

    /// What the address of this visit makes the page say; nothing, if it is not sealed for this session and page.
    pub(super) fn read(visit: &Visit, session: &Session) -> Self {
        Self::read_for(visit, &session.id.to_string())
    }

    /// The same for whom this names.
    pub(super) fn read_for(visit: &Visit, whom: &str) -> Self {
        let said = visit.query_value("said").and_then(|sealed| {
            let plain = visit.env().secrets.open(&place(whom, visit.path()), sealed).ok()?;
            serde_json::from_slice(&plain).ok()
        });
        said.unwrap_or_default()
    }

    fn sealed(&self, env: &Env, whom: &str, path: &str) -> Result<String> {
        let plain = serde_json::to_vec(self).map_err(|why| Fault::Internal(why.to_string()))?;
        Ok(env.secrets.seal(env.random.as_ref(), &place(whom, path), &plain)?)
    }
}

fn place(whom: &str, path: &str) -> String {
    format!("said.{path}.{whom}")
}
