//! The data secret: from the settings, or in development made once and kept in the data folder; and the proof that
//! it is the one that the database was made with.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use super::StartError;
use crate::config::{Fault, Settings};
use crate::crypto::{CryptoError, DataSecrets};
use crate::cx::Cx;
use crate::model::SecretText;
use crate::random::Random;
use crate::store;

/// The file in the data folder.
const FILE: &str = "data-secret";

/// The row that only the right secret opens.
const CANARY: &str = "canary";
const CANARY_PLACE: &str = "meta.value.canary";
const CANARY_TEXT: &[u8] = b"wayhome";

/// The secrets to work with.
pub(super) fn find(settings: &Settings, random: &dyn Random) -> Result<DataSecrets, StartError> {
    let unusable =
        |place: &str, why: CryptoError| StartError::configuration(Fault::error(place, why.to_string()));
    if !settings.data_secrets.is_empty() {
        return DataSecrets::new(&settings.data_secrets).map_err(|why| unusable("secrets.data", why));
    }
    let path = settings.data_dir.join(FILE).display().to_string();
    let secret = kept(&settings.data_dir, random)
        .map_err(|why| StartError::Refused(format!("the data secret {path} cannot be kept: {why}")))?;
    DataSecrets::new(&[secret]).map_err(|why| unusable(&path, why))
}

/// Reads the kept secret, or makes it. Of two processes that make it at once, one wins and both read the same.
fn kept(folder: &Path, random: &dyn Random) -> io::Result<SecretText> {
    let path = folder.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => return Ok(SecretText::new(text.trim_end())),
        Err(why) if why.kind() == ErrorKind::NotFound => {}
        Err(why) => return Err(why),
    }
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!("{FILE}.{}", random.uuid()));
    let secret: String = random.bytes32().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = private().create_new(true).write(true).open(&draft)?;
    file.write_all(format!("{secret}\n").as_bytes())?;
    file.sync_all()?;
    // A link never replaces what is there, and is there as a whole or not at all.
    let linked = fs::hard_link(&draft, &path);
    fs::remove_file(&draft)?;
    match linked {
        Err(why) if why.kind() != ErrorKind::AlreadyExists => Err(why),
        _ => fs::read_to_string(&path).map(|text| SecretText::new(text.trim_end())),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether this database was made with one of the secrets; a new database remembers the present one.
pub(super) fn prove(cx: &mut Cx<'_>) -> crate::cx::Result<Result<(), StartError>> {
    let sealed = match store::meta::find(cx.db, CANARY)? {
        Some(sealed) => sealed,
        None => {
            let sealed = cx.env.secrets.seal(cx.random(), CANARY_PLACE, CANARY_TEXT)?;
            store::meta::insert_once(cx.db, CANARY, &sealed)?
        }
    };
    let refused = match cx.env.secrets.open(CANARY_PLACE, &sealed) {
        Ok(text) if text.as_slice() == CANARY_TEXT => return Ok(Ok(())),
        Err(CryptoError::UnknownKey(id)) => format!(
            "none of the data secrets is the one that this database was made with (its key id is {id}); put that \
             secret back, behind a newer one if there is one"
        ),
        _ => "the database's proof of its data secret was changed".to_owned(),
    };
    Ok(Err(StartError::configuration(Fault::error("secrets.data", refused))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("wayhome-{name}-{}", std::process::id()));
        let _absent = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn the_secret_is_made_once_and_kept_for_its_owner_only() {
        let folder = folder("secret");
        let first = kept(&folder, &SeededRandom::from_seed(1)).unwrap();
        let second = kept(&folder, &SeededRandom::from_seed(2)).unwrap();
        assert_eq!(first, second);
        assert_eq!(first.expose().len(), 64);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft is left");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn processes_that_start_at_once_agree_on_the_secret() {
        let folder = folder("secrets");
        fs::create_dir_all(&folder).unwrap();
        let threads: Vec<_> = (0..8)
            .map(|seed| {
                let folder = folder.clone();
                std::thread::spawn(move || kept(&folder, &SeededRandom::from_seed(seed)).unwrap())
            })
            .collect();
        let secrets: Vec<SecretText> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(secrets.windows(2).all(|pair| pair[0] == pair[1]));
        fs::remove_dir_all(folder).unwrap();
    }
}
