//! Everything that rows keep sealed, column by column: for whoever counts it, or seals it anew.
//!
//! Places are written by those who seal; this module knows them too, and `app::tests::secrets` proves that both agree.

use diesel::prelude::*;

use super::schema::{
    credentials, factor_setups, flows, messages, meta, parked_changes, signing_keys, webhook_deliveries,
};
use super::{Connection, Result, each};

/// A column that holds sealed texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedColumn {
    /// Keys of the installation.
    Meta,
    /// Hashes of passwords, and the secrets of authenticator apps.
    Credentials,
    /// What somebody is setting up.
    FactorSetups,
    /// What was typed and waits for a confirmation.
    ParkedChanges,
    /// Accounts that wait for the proof of their address.
    Flows,
    /// Mails.
    Messages,
    /// What webhooks are told.
    WebhookDeliveries,
    /// Private keys.
    SigningKeys,
}

impl SealedColumn {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Meta,
        Self::SigningKeys,
        Self::Credentials,
        Self::FactorSetups,
        Self::ParkedChanges,
        Self::Flows,
        Self::Messages,
        Self::WebhookDeliveries,
    ];

    /// The name of its table.
    pub fn table(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Credentials => "credentials",
            Self::FactorSetups => "factor_setups",
            Self::ParkedChanges => "parked_changes",
            Self::Flows => "flows",
            Self::Messages => "messages",
            Self::WebhookDeliveries => "webhook_deliveries",
            Self::SigningKeys => "signing_keys",
        }
    }
}

/// A row of such a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    column: SealedColumn,
    key: String,
    /// Whose it is and what, where the key does not say so.
    of: String,
    kind: String,
    text: String,
}

/// In the state of a flow, where serde puts it: no other text of JSON can hold these quotation marks.
const PENDING: &str = "\"pending\":\"";

impl SealedRow {
    /// The sealed value; `None` if the row has none.
    pub fn sealed(&self) -> Option<&str> {
        let value = match self.column {
            SealedColumn::Flows => self.text.split_once(PENDING)?.1.split('"').next()?,
            _ => self.text.as_str(),
        };
        Some(value).filter(|value| value.starts_with("v1."))
    }

    /// What it was sealed for.
    pub fn place(&self) -> String {
        let Self { key, of, kind, .. } = self;
        match self.column {
            SealedColumn::Meta if key == "canary" => format!("meta.value.{key}"),
            SealedColumn::Meta => key.clone(),
            SealedColumn::Credentials if kind == "password" => format!("credentials.secret.{of}"),
            SealedColumn::Credentials => format!("credentials.{kind}.{of}"),
            SealedColumn::FactorSetups => format!("factor_setups.{kind}.{of}"),
            SealedColumn::ParkedChanges => format!("parked_changes.sealed.{key}"),
            SealedColumn::Flows => format!("flows.state.{key}"),
            SealedColumn::Messages => format!("messages.data.{key}"),
            SealedColumn::WebhookDeliveries => format!("webhook_deliveries.data.{key}"),
            SealedColumn::SigningKeys => format!("signing_keys.private_key.{key}"),
        }
    }
}

macro_rules! page {
    ($db:expr, $table:ident, $key:ident, $text:ident, $after:expr, $limit:expr) => {
        each!($db, c => $table::table
            .filter($table::$key.gt($after))
            .order($table::$key.asc())
            .limit($limit)
            .select(($table::$key, $table::$text))
            .load::<(String, String)>(c))?
    };
}

/// At most `limit` rows after that one, in the order of their keys; from the first on without one.
pub fn page(
    db: &mut Connection,
    column: SealedColumn,
    after: Option<&SealedRow>,
    limit: i64,
) -> Result<Vec<SealedRow>> {
    let last = after.map_or("", |row| row.key.as_str());
    let pairs = match column {
        SealedColumn::Meta => page!(db, meta, name, value, last, limit),
        SealedColumn::ParkedChanges => page!(db, parked_changes, id, sealed, last, limit),
        SealedColumn::Flows => page!(db, flows, id, state, last, limit),
        SealedColumn::Messages => page!(db, messages, id, data, last, limit),
        SealedColumn::WebhookDeliveries => page!(db, webhook_deliveries, id, data, last, limit),
        SealedColumn::SigningKeys => page!(db, signing_keys, kid, private_key, last, limit),
        SealedColumn::Credentials => {
            let rows: Vec<(String, String, String, String)> = each!(db, c => credentials::table
                .filter(credentials::id.gt(last))
                .order(credentials::id.asc())
                .limit(limit)
                .select((credentials::id, credentials::identity_id, credentials::kind, credentials::secret))
                .load::<(String, String, String, String)>(c))?;
            return Ok(rows
                .into_iter()
                .map(|(key, of, kind, text)| SealedRow { column, key, of, kind, text })
                .collect());
        }
        SealedColumn::FactorSetups => return setups(db, after, limit),
    };
    let row = |(key, text)| SealedRow { column, key, of: String::new(), kind: String::new(), text };
    Ok(pairs.into_iter().map(row).collect())
}

/// Their key is a pair.
fn setups(db: &mut Connection, after: Option<&SealedRow>, limit: i64) -> Result<Vec<SealedRow>> {
    let (last, kind) = after.map_or(("", ""), |row| (row.key.as_str(), row.kind.as_str()));
    let rows: Vec<(String, String, String)> = each!(db, c => factor_setups::table
        .filter(factor_setups::identity_id.ge(last))
        .filter(factor_setups::identity_id.gt(last).or(factor_setups::kind.gt(kind)))
        .order((factor_setups::identity_id.asc(), factor_setups::kind.asc()))
        .limit(limit)
        .select((factor_setups::identity_id, factor_setups::kind, factor_setups::secret))
        .load::<(String, String, String)>(c))?;
    let row = |(key, kind, text): (String, String, String)| SealedRow {
        column: SealedColumn::FactorSetups,
        of: key.clone(),
        key,
        kind,
        text,
    };
    Ok(rows.into_iter().map(row).collect())
}

macro_rules! replace {
    ($db:expr, $table:ident, $text:ident, $key:expr, $old:expr, $new:expr) => {
        each!($db, c => diesel::update($table::table.find($key))
            .filter($table::$text.eq($old))
            .set($table::$text.eq($new))
            .execute(c))?
    };
}

/// Puts `sealed` in the place of the row's sealed value: `false` if the row has changed since it was read, or is gone.
pub fn replace(db: &mut Connection, row: &SealedRow, sealed: &str) -> Result<bool> {
    let Some(before) = row.sealed() else { return Ok(false) };
    let (old, new) = (&row.text, &row.text.replace(before, sealed));
    let key = &row.key;
    let changed = match row.column {
        SealedColumn::Meta => replace!(db, meta, value, key, old, new),
        SealedColumn::Credentials => replace!(db, credentials, secret, key, old, new),
        SealedColumn::FactorSetups => replace!(db, factor_setups, secret, (key, &row.kind), old, new),
        SealedColumn::ParkedChanges => replace!(db, parked_changes, sealed, key, old, new),
        SealedColumn::Flows => replace!(db, flows, state, key, old, new),
        SealedColumn::Messages => replace!(db, messages, data, key, old, new),
        SealedColumn::WebhookDeliveries => replace!(db, webhook_deliveries, data, key, old, new),
        SealedColumn::SigningKeys => replace!(db, signing_keys, private_key, key, old, new),
    };
    Ok(changed == 1)
}
