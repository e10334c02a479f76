//! Whether a password stands in a list of breached ones: in a folder of the operator's, or at a service that is asked for a
//! range of digests and never hears which of them is meant.

use std::path::PathBuf;
use std::time::Duration;

use super::Env;
use crate::crypto::{BreachKey, PlainPassword};

/// How long the service may take. Somebody waits for a page.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is known of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    /// It stands in a list.
    Known,
    /// It stands in none, or there is none.
    Unknown,
    /// A list could not be read; why. The password passes.
    Unread(String),
}

impl Env {
    /// Looks a password up.
    pub async fn look_up_breach(&self, password: &PlainPassword) -> Breach {
        let settings = &self.settings.breaches;
        if settings.folder.is_none() && settings.service.is_none() {
            return Breach::Unknown;
        }
        let key = BreachKey::of(password);
        let mut unread = None;
        if let Some(folder) = settings.folder.clone() {
            match read(folder, key.range().to_owned()).await {
                Ok(list) if key.is_in(&list) => return Breach::Known,
                Ok(_) => {}
                Err(why) => unread = Some(why),
            }
        }
        if let Some(service) = &settings.service {
            let url = format!("{service}{}", key.range());
            let asked = self.outbound.get_with(&url, &["text/plain"], &[("add-padding", "true")]);
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(list)) if key.is_in(&String::from_utf8_lossy(&list)) => return Breach::Known,
                Ok(Ok(_)) => {}
                Ok(Err(why)) => unread = Some(why.to_string()),
                Err(_) => unread = Some("the service took longer than a second".to_owned()),
            }
        }
        unread.map_or(Breach::Unknown, Breach::Unread)
    }
}

/// The list of a range in the folder: `5BAA6.txt`, or `5BAA6`. A range without a file has no passwords.
async fn read(folder: PathBuf, range: String) -> Result<String, String> {
    let read = move || {
        for name in [format!("{range}.txt"), range.clone()] {
            match std::fs::read_to_string(folder.join(name)) {
                Err(why) if why.kind() == std::io::ErrorKind::NotFound && folder.is_dir() => {}
                done => return done.map_err(|why| why.to_string()),
            }
        }
        Ok(String::new())
    };
    tokio::task::spawn_blocking(read).await.map_err(|why| why.to_string())?
}
