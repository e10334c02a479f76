//! The file of the data secrets: one on each line, the first seals. Empty lines and lines with `#` say nothing.
//!
//! It is always replaced as a whole, so that whoever reads it sees either what was there or what is there now.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::config::Settings;
use crate::crypto::{CryptoError, key_id_of};
use crate::model::SecretText;
use crate::random::Random;

/// The file in the data folder.
const FILE: &str = "data-secret";

/// Where a new secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Before the others: it seals.
    First,
    /// Behind the others: it opens.
    Last,
}

/// Why the file stays as it is.
#[derive(Debug)]
pub enum Unchanged {
    /// It cannot be read or written.
    Io(io::Error),
    /// A secret in it cannot be used.
    Unusable(CryptoError),
    /// No secret in it has this key id.
    Unknown(String),
    /// It is the only secret.
    Only,
}

impl std::fmt::Display for Unchanged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(why) if why.kind() == ErrorKind::AlreadyExists => {
                f.write_str("another command changes it, or was interrupted: then take away the file beside it that ends in .new")
            }
            Self::Io(why) => why.fmt(f),
            Self::Unusable(why) => why.fmt(f),
            Self::Unknown(id) => write!(f, "no secret in it has the key id {id}"),
            Self::Only => f.write_str("it is the only secret in it"),
        }
    }
}

impl std::error::Error for Unchanged {}

impl From<io::Error> for Unchanged {
    fn from(why: io::Error) -> Self {
        Self::Io(why)
    }
}

impl From<CryptoError> for Unchanged {
    fn from(why: CryptoError) -> Self {
        Self::Unusable(why)
    }
}

/// The file of the data secrets.
#[derive(Debug, Clone)]
pub struct SecretsFile(PathBuf);

impl SecretsFile {
    /// The one that the settings name, or in development that of the data folder; `None` if all secrets stand in the
    /// settings themselves.
    pub fn of(settings: &Settings) -> Option<Self> {
        let named = settings.secrets_file.clone();
        let own = || (settings.data_secrets.is_empty()).then(|| settings.data_dir.join(FILE));
        named.or_else(own).map(Self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Its secrets, in their order.
    pub(super) fn read(&self) -> io::Result<Vec<SecretText>> {
        Ok(lines(&fs::read_to_string(&self.0)?).map(SecretText::new).collect())
    }

    /// The same; if the file is not there, it is made with a new secret. Of two processes that make it at once, one wins
    /// and both read the same.
    pub(super) fn read_or_make(&self, random: &dyn Random) -> io::Result<Vec<SecretText>> {
        match self.read() {
            Err(why) if why.kind() == ErrorKind::NotFound => {}
            done => return done,
        }
        self.make_folder()?;
        let draft = self.0.with_extension(random.uuid().to_string());
        write(&draft, &format!("{}\n", fresh(random)))?;
        // A link never replaces what is there, and is there as a whole or not at all.
        let linked = fs::hard_link(&draft, &self.0);
        fs::remove_file(&draft)?;
        match linked {
            Err(why) if why.kind() != ErrorKind::AlreadyExists => Err(why),
            _ => self.read(),
        }
    }

    /// Adds a new secret; its key id.
    pub fn add(&self, stand: Stand, random: &dyn Random) -> Result<String, Unchanged> {
        let secret = fresh(random);
        let id = key_id_of(&SecretText::new(secret.as_str()))?;
        self.change(|text| {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            Ok(match stand {
                Stand::First => format!("{secret}\n{text}"),
                Stand::Last => format!("{text}{end}{secret}\n"),
            })
        })?;
        Ok(id)
    }

    /// Brings the secret with this key id before the others.
    pub fn promote(&self, id: &str) -> Result<(), Unchanged> {
        self.change(|text| {
            let (secret, rest) = without(text, id)?;
            Ok(format!("{secret}\n{rest}"))
        })
    }

    /// Takes the secret with this key id away, unless it is the only one.
    pub fn remove(&self, id: &str) -> Result<(), Unchanged> {
        self.change(|text| {
            let (_, rest) = without(text, id)?;
            if lines(&rest).next().is_none() { Err(Unchanged::Only) } else { Ok(rest) }
        })
    }

    fn make_folder(&self) -> io::Result<()> {
        match self.0.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => fs::create_dir_all(folder),
            None => Ok(()),
        }
    }

    fn change(&self, make: impl FnOnce(&str) -> Result<String, Unchanged>) -> Result<(), Unchanged> {
        self.make_folder()?;
        let mut draft = self.0.clone().into_os_string();
        draft.push(".new");
        let draft = PathBuf::from(draft);
        // Whoever has made the draft changes the file, and nobody else.
        write(&draft, "")?;
        let changed = (|| {
            let text = match fs::read_to_string(&self.0) {
                Err(why) if why.kind() == ErrorKind::NotFound => String::new(),
                read => read?,
            };
            let text = make(&text)?;
            fs::write(&draft, &text)?;
            OpenOptions::new().write(true).open(&draft)?.sync_all()?;
            Ok(fs::rename(&draft, &self.0)?)
        })();
        if changed.is_err() {
            fs::remove_file(&draft)?;
        }
        changed
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The secret with this key id, and the text without its line.
fn without(text: &str, id: &str) -> Result<(String, String), Unchanged> {
    let mut found = None;
    for secret in lines(text) {
        if key_id_of(&SecretText::new(secret))? == id {
            found = Some(secret.to_owned());
        }
    }
    let secret = found.ok_or_else(|| Unchanged::Unknown(id.to_owned()))?;
    let rest = text.lines().filter(|line| line.trim() != secret).map(|line| format!("{line}\n")).collect();
    Ok((secret, rest))
}

fn fresh(random: &dyn Random) -> String {
    random.bytes32().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a new file for its owner only.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.create_new(true).write(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    /// A file in a folder of the test's own, which is gone when this is dropped.
    struct Fresh(SecretsFile);

    impl Fresh {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("wayhome-{name}-{}", std::process::id()));
            let _absent = fs::remove_dir_all(&folder);
            Self(SecretsFile(folder.join(FILE)))
        }

        fn ids(&self) -> Vec<String> {
            self.0.read().unwrap().iter().map(|secret| key_id_of(secret).unwrap()).collect()
        }

        fn files(&self) -> usize {
            fs::read_dir(self.0.path().parent().unwrap()).unwrap().count()
        }
    }

    impl Drop for Fresh {
        fn drop(&mut self) {
            let _absent = fs::remove_dir_all(self.0.path().parent().unwrap());
        }
    }

    fn is_private(path: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).unwrap().permissions().mode() & 0o777 == 0o600
    }

    #[test]
    fn the_secret_is_made_once_and_kept_for_its_owner_only() {
        let file = Fresh::new("secret");
        let first = file.0.read_or_make(&SeededRandom::from_seed(1)).unwrap();
        let second = file.0.read_or_make(&SeededRandom::from_seed(2)).unwrap();
        assert_eq!(first, second);
        assert_eq!((first.len(), first[0].expose().len()), (1, 64));
        assert!(is_private(file.0.path()));
        assert_eq!(file.files(), 1, "no draft is left");
    }

    #[test]
    fn processes_that_start_at_once_agree_on_the_secret() {
        let file = Fresh::new("secrets");
        let threads: Vec<_> = (0..8)
            .map(|seed| {
                let file = file.0.clone();
                std::thread::spawn(move || file.read_or_make(&SeededRandom::from_seed(seed)).unwrap())
            })
            .collect();
        let secrets: Vec<Vec<SecretText>> =
            threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(secrets.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn seed_s37_a_new_secret_comes_first_or_last_and_an_old_one_goes() {
        let (file, random) = (Fresh::new("rotation"), SeededRandom::from_seed(1));
        let first = file.0.add(Stand::First, &random).unwrap();
        let second = file.0.add(Stand::First, &random).unwrap();
        let third = file.0.add(Stand::Last, &random).unwrap();
        assert_eq!(file.ids(), [second.as_str(), &first, &third]);
        assert!(is_private(file.0.path()));
        file.0.promote(&third).unwrap();
        assert_eq!(file.ids(), [third.as_str(), &second, &first]);
        file.0.remove(&first).unwrap();
        file.0.remove(&third).unwrap();
        assert_eq!(file.ids(), std::slice::from_ref(&second));
        assert!(matches!(file.0.remove(&second), Err(Unchanged::Only)));
        assert!(matches!(file.0.remove(&first), Err(Unchanged::Unknown(_))));
        assert_eq!(file.ids(), [second]);
        assert_eq!(file.files(), 1, "no draft is left");
    }

    #[test]
    fn seed_s37_what_else_stands_in_the_file_stays() {
        let file = Fresh::new("remarks");
        let (old, other) = ("o".repeat(40), "p".repeat(40));
        fs::create_dir_all(file.0.path().parent().unwrap()).unwrap();
        fs::write(file.0.path(), format!("# kept in the safe\n\n{old}\n{other}")).unwrap();
        let id = file.0.add(Stand::Last, &SeededRandom::from_seed(1)).unwrap();
        assert_eq!(file.ids().len(), 3);
        file.0.remove(&id).unwrap();
        file.0.remove(&key_id_of(&SecretText::new(old)).unwrap()).unwrap();
        assert_eq!(fs::read_to_string(file.0.path()).unwrap(), format!("# kept in the safe\n\n{other}\n"));
    }

    #[test]
    fn of_two_commands_that_change_the_file_at_once_one_is_told() {
        let file = Fresh::new("twice");
        file.0.add(Stand::First, &SeededRandom::from_seed(1)).unwrap();
        let before = file.ids();
        fs::write(file.0.path().with_extension("new"), "").unwrap();
        let refused = file.0.add(Stand::First, &SeededRandom::from_seed(2)).unwrap_err();
        assert!(refused.to_string().contains(".new"), "{refused}");
        assert_eq!(file.ids(), before);
    }
}
