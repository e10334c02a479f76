//! `/admin/keys`: the keys that tokens are signed with, in Hydra's shapes. There is one set, which has both names that
//! Hydra has for its two, and only its public parts are ever shown.

use std::sync::Arc;

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::input::{self, Query};
use super::refusal::{Answer, Refused};
use crate::crypto::SignatureAlgorithm;
use crate::cx::Fault;
use crate::oauth2::keys::{self, FreshKey};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// What the set is called: by Hydra's name of the keys of ID tokens, and of access tokens.
const SETS: [&str; 2] = ["hydra.openid.id-token", "hydra.jwt.access-token"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    alg: String,
    #[serde(rename = "use")]
    purpose: String,
    kid: Option<String>,
}

/// `GET /admin/keys/{set}`: what the public key set shows at this moment.
pub(super) async fn list(visit: Visit) -> Answer {
    Query::of(&visit, &[])?;
    known_set(&visit)?;
    visit.work().read(keys::refresh).await?;
    Ok(Reply::json(StatusCode::OK, &visit.env().signing.get().jwks())?)
}

/// `POST /admin/keys/{set}`: makes a key that signs at once, as Hydra does; the one before it stays published while its
/// tokens live.
pub(super) async fn create(visit: Visit) -> Answer {
    known_set(&visit)?;
    let body: Body = input::json(&visit)?;
    let algorithm = SignatureAlgorithm::parse(&body.alg).ok_or_else(|| {
        let names = SignatureAlgorithm::ALL.map(SignatureAlgorithm::name).join(", ");
        Refused::bad_request("invalid_key", format!("alg is one of {names}.")).at("/alg")
    })?;
    if body.purpose != "sig" {
        return Err(Refused::bad_request("invalid_key", "use is sig; no other keys are kept.")
            .at("/use")
            .into());
    }
    if body.kid.is_some_and(|kid| !kid.is_empty()) {
        let reason = "kid cannot be chosen: it is the thumbprint of the key (RFC 7638). Leave it out.";
        return Err(Refused::bad_request("invalid_key", reason).at("/kid").into());
    }
    let env = Arc::clone(visit.work().env());
    let fresh = tokio::task::spawn_blocking(move || FreshKey::make(&env, algorithm))
        .await
        .map_err(|why| Fault::Internal(why.to_string()))??;
    let shown = fresh.public().jwk().clone();
    if !visit.work().write(move |cx| keys::rotate_now(cx, &fresh)).await? {
        let reason = "Somebody else replaces this key at the same moment. Look at the set.";
        return Err(Refused::conflict("key_changed", reason).into());
    }
    visit.work().read(keys::refresh).await?;
    Ok(Reply::json(StatusCode::CREATED, &json!({ "keys": [shown] }))?)
}

fn known_set(visit: &Visit) -> Answer<()> {
    match SETS.contains(&visit.path_part("set")) {
        true => Ok(()),
        false => Err(Refused::not_found("key set").into()),
    }
}
