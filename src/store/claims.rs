//! Requests for single claims, as a column keeps them.

use super::{Error, Result};
use crate::model::ClaimsRequest;

/// The text of a column; nothing where nothing is asked for.
pub(super) fn to_column(claims: &ClaimsRequest) -> Result<Option<String>> {
    if claims.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(claims).map(Some).map_err(|why| Error::Query(why.to_string()))
}

/// Reads the column; `None` if it holds something else.
pub(super) fn from_column(column: Option<&str>) -> Option<ClaimsRequest> {
    column.map_or_else(|| Some(ClaimsRequest::default()), |text| serde_json::from_str(text).ok())
}
