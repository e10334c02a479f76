//! `wayhome migrate`.

use std::io::Write as _;

use super::{Done, Place};
use crate::app::StartError;
use crate::store::Store;

/// Brings the tables up to date.
pub(super) fn run(place: &Place) -> Done {
    let loaded = place.load()?;
    let ran = Store::migrate(&loaded.database).map_err(StartError::from)?;
    let mut out = std::io::stdout();
    match &ran[..] {
        [] => writeln!(out, "The tables are up to date.")?,
        names => writeln!(out, "The tables are up to date now. Migrations that ran: {}.", names.join(", "))?,
    }
    Ok(())
}
