//! The items that were refused, as they stood in the file: once they are put right, they are a file to import.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use super::items::Item;
use crate::cli::Failure;

/// A file that is made when it is needed.
pub(super) struct Rejects {
    path: PathBuf,
    /// The line of names of a table.
    head: Option<String>,
    file: Option<BufWriter<File>>,
}

impl Rejects {
    /// What an earlier run has left there is written again, as far as it still counts.
    pub(super) fn create(path: PathBuf) -> Result<Self, Failure> {
        match std::fs::remove_file(&path) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::failed(format!("{} cannot be written: {why}", path.display())))
            }
            _ => Ok(Self { path, head: None, file: None }),
        }
    }

    pub(super) fn begin_with(&mut self, head: &str) {
        self.head = Some(head.to_owned());
    }

    /// Keeps an item. One that could not be read cannot be kept either; its line was told.
    pub(super) fn add(&mut self, item: &Item) -> Result<(), Failure> {
        let text = item.text.as_deref().unwrap_or_default();
        let failed = |why: std::io::Error| {
            Failure::failed(format!("{} cannot be written: {why}", self.path.display()))
        };
        if self.file.is_none() {
            let mut file = BufWriter::new(File::create(&self.path).map_err(failed)?);
            if let Some(head) = &self.head {
                writeln!(file, "{head}").map_err(failed)?;
            }
            self.file = Some(file);
        }
        if let Some(file) = &mut self.file {
            // An element of a list may have been several lines; JSON means the same without them.
            writeln!(file, "{}", text.replace(['\r', '\n'], " ")).map_err(failed)?;
        }
        Ok(())
    }

    /// Where they are, if there are any.
    pub(super) fn finish(self) -> Result<Option<String>, Failure> {
        let Some(mut file) = self.file else { return Ok(None) };
        let path = self.path.display().to_string();
        file.flush().map_err(|why| Failure::failed(format!("{path} cannot be written: {why}")))?;
        Ok(Some(path))
    }
}
