//! For which resources a token is (RFC 8707, decision 19).

use super::parameters::Parameters;
use super::{Error, ErrorCode};
use crate::model::{Client, Scope};

/// The resources asked for, which must be the client's; else all of the client's; else the issuer. With `openid` the
/// issuer is among them, for userinfo.
pub(super) fn settle(
    client: &Client,
    asked: &[String],
    scope: &Scope,
    issuer: &str,
) -> Result<Vec<String>, Error> {
    if asked.iter().any(|resource| resource != issuer && !client.audience.contains(resource)) {
        let text = "A resource is not registered for the client.";
        return Err(Error::new(ErrorCode::InvalidTarget, text));
    }
    let mut audience = if asked.is_empty() { client.audience.clone() } else { asked.to_vec() };
    if audience.is_empty() || (scope.contains("openid") && !audience.iter().any(|aud| aud == issuer)) {
        audience.push(issuer.to_owned());
    }
    Ok(audience)
}

/// Fewer resources than were granted, where the token request names some (RFC 8707 2.2). The issuer stays for
/// userinfo.
pub(super) fn narrow(
    granted: &[String],
    form: &Parameters<'_>,
    scope: &Scope,
    issuer: &str,
) -> Result<Vec<String>, Error> {
    let mut asked: Vec<String> = form.all("resource").map(str::to_owned).collect();
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    if asked.iter().any(|resource| !granted.contains(resource)) {
        return Err(Error::new(ErrorCode::InvalidTarget, "A resource was not granted."));
    }
    asked.dedup();
    if scope.contains("openid") && !asked.iter().any(|aud| aud == issuer) {
        asked.push(issuer.to_owned());
    }
    Ok(asked)
}
