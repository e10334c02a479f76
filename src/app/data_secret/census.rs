//! Which data secret has sealed what: counted, and sealed anew with the first one. Row after row in small transactions, so
//! that a server goes on beside it, and so that whoever was interrupted goes on where they were.

use std::collections::BTreeMap;

use crate::crypto::sealing_key_id;
use crate::cx::{self, Cx, Fault, Work};
use crate::identity::passkeys;
use crate::model::{Event, PasskeyId};
use crate::store;
use crate::store::sealed::{self, SealedColumn, SealedRow};

/// Rows of one transaction.
const BITE: i64 = 200;

/// How many rows each key has sealed, or vouches for: by the ids of the keys and the names of the tables.
pub type Census = BTreeMap<String, BTreeMap<&'static str, u64>>;

/// Counts them all.
pub async fn census(work: &Work) -> cx::Result<Census> {
    let mut census = Census::new();
    let mut count = |id: String, table| *census.entry(id).or_default().entry(table).or_default() += 1;
    for column in SealedColumn::ALL {
        let mut last: Option<SealedRow> = None;
        loop {
            let rows = work.read(move |cx| Ok(sealed::page(cx.db, column, last.as_ref(), BITE)?)).await?;
            for id in rows.iter().filter_map(SealedRow::sealed).filter_map(sealing_key_id) {
                count(id.to_owned(), column.table());
            }
            match rows.into_iter().next_back() {
                Some(row) => last = Some(row),
                None => break,
            }
        }
    }
    let mut last = None;
    loop {
        let rows = work
            .read(move |cx| {
                let rows = store::passkeys::page(cx.db, last, BITE)?;
                Ok(rows.iter().map(|row| (row.id, passkeys::mac_key_id(cx, row))).collect::<Vec<_>>())
            })
            .await?;
        for id in rows.iter().filter_map(|(_, id)| id.clone()) {
            count(id, "passkeys");
        }
        match rows.last() {
            Some((id, _)) => last = Some(*id),
            None => break,
        }
    }
    Ok(census)
}

/// Seals everything anew that an older secret has sealed, and answers how many rows that were. `told` hears of every
/// table that is done, with its number.
pub async fn reseal(work: &Work, mut told: impl FnMut(&'static str, u64)) -> cx::Result<u64> {
    let mut all = 0;
    for column in SealedColumn::ALL {
        let (mut last, mut changed) = (None, 0);
        loop {
            let (end, bite) = work.write(move |cx| bite(cx, column, last.as_ref())).await?;
            changed += bite;
            match end {
                Some(row) => last = Some(row),
                None => break,
            }
        }
        told(column.table(), changed);
        all += changed;
    }
    let (mut last, mut changed) = (None, 0);
    loop {
        let (end, bite) = work.write(move |cx| vouch(cx, last)).await?;
        changed += bite;
        match end {
            Some(id) => last = Some(id),
            None => break,
        }
    }
    told("passkeys", changed);
    all += changed;
    if all > 0 {
        let event = Event::new("data_secret.resealed").with("key_id", work.env().secrets.active_key_id());
        work.write(move |cx| cx.record(event.with("rows", all))).await?;
    }
    Ok(all)
}

/// Some rows: the last one that was looked at, if there are any, and how many were sealed anew.
fn bite(
    cx: &mut Cx<'_>,
    column: SealedColumn,
    after: Option<&SealedRow>,
) -> cx::Result<(Option<SealedRow>, u64)> {
    let rows = sealed::page(cx.db, column, after, BITE)?;
    let mut changed = 0;
    for row in &rows {
        let Some(value) = row.sealed().filter(|value| !cx.env.secrets.is_sealed_by_active(value)) else {
            continue;
        };
        let place = row.place();
        let plain = cx.env.secrets.open(&place, value);
        let plain = plain.map_err(|why| Fault::Crypto(format!("{place} does not open: {why}")))?;
        let fresh = cx.env.secrets.seal(cx.random(), &place, &plain)?;
        changed += u64::from(sealed::replace(cx.db, row, &fresh)?);
    }
    Ok((rows.into_iter().next_back(), changed))
}

/// The same for rows that nobody reads but that a secret vouches for.
fn vouch(cx: &mut Cx<'_>, after: Option<PasskeyId>) -> cx::Result<(Option<PasskeyId>, u64)> {
    let rows = store::passkeys::page(cx.db, after, BITE)?;
    let mut changed = 0;
    for row in &rows {
        changed += u64::from(passkeys::authenticate_anew(cx, row)?);
    }
    Ok((rows.last().map(|row| row.id), changed))
}

/// What a key is still needed for, in words.
pub fn in_words(counts: &BTreeMap<&'static str, u64>) -> String {
    let words: Vec<String> = counts.iter().map(|(table, rows)| format!("{rows} in {table}")).collect();
    words.join(", ")
}
