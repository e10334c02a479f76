//! From an authorization request as it came to the parameters that count: they stand in the request itself, in a JWT that
//! the client signed, or where the client has left them.

use std::borrow::Cow;
use std::sync::Arc;

use super::protocol::verified;
use super::visit::Visit;
use crate::cx::Result;
use crate::model::{Client, TokenDigest};
use crate::oauth2::pushed::Way;
use crate::oauth2::{self, Asked, AuthorizeError, Error, RequestObject, asked, authorize};
use crate::store;

/// The parameters that count.
pub(super) struct Resolved<'a> {
    /// Neither `request` nor `request_uri` is among them.
    pub(super) parameters: Cow<'a, [(String, String)]>,
    /// How they came.
    pub(super) way: Way,
    /// The digest of their name, if they were pushed.
    pub(super) pushed: Option<TokenDigest>,
}

/// Finds them.
pub(super) async fn resolve<'a>(
    visit: &Visit,
    given: &'a [(String, String)],
) -> Result<std::result::Result<Resolved<'a>, AuthorizeError>> {
    let clients = visit.env().clients.get();
    let refuse = |way_back: &[(String, String)], error: Error| {
        Ok(Err(authorize::refuse(way_back, &clients, visit.settings(), error)))
    };
    let way = Way { pushed: false, signed: false };
    match asked(given, &clients) {
        Err(refusal) => Ok(Err(refusal)),
        Ok(Err(error)) => refuse(given, error),
        Ok(Ok(Asked::Plain)) => Ok(Ok(Resolved { parameters: Cow::Borrowed(given), way, pushed: None })),
        Ok(Ok(Asked::Object(object))) => match open(visit, &object, given).await? {
            Ok(parameters) => {
                let way = Way { signed: true, ..way };
                Ok(Ok(Resolved { parameters: Cow::Owned(parameters), way, pushed: None }))
            }
            Err(error) => refuse(&object.way_back(given), error),
        },
        Ok(Ok(Asked::Pushed { client, digest })) => fetch(visit, &client, digest).await,
    }
}

/// What a client signed, if it did.
async fn open(
    visit: &Visit,
    object: &RequestObject,
    outside: &[(String, String)],
) -> Result<std::result::Result<Vec<(String, String)>, Error>> {
    let env = visit.env();
    Ok(match verified(visit, &object.client, &object.token, &object.entry()).await? {
        Ok(claims) => object.parameters(&claims, outside, &env.settings.issuer, env.clock.now()),
        Err(why) => Err(object.refused(&why)),
    })
}

/// What a client has left. Whether it may still be used is decided when it is.
async fn fetch(
    visit: &Visit,
    client: &Arc<Client>,
    digest: TokenDigest,
) -> Result<std::result::Result<Resolved<'static>, AuthorizeError>> {
    let found =
        visit.read_here(visit.work(), move |cx| Ok(store::pushed_requests::find(cx.db, &digest)?)).await?;
    Ok(match found.filter(|found| found.client_id == client.id) {
        // What the client must sign was signed when it was left.
        Some(found) => Ok(Resolved {
            parameters: Cow::Owned(found.parameters),
            way: Way { pushed: true, signed: true },
            pushed: Some(digest),
        }),
        None => Err(oauth2::unusable(client)),
    })
}
