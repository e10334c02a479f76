//! `/admin/clients`: the clients as they are loaded, to read (Hydra's `oAuth2Client`). Their secrets are not in it.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::go_duration;
use super::input::Query;
use super::paging::Page;
use super::refusal::{Answer, Refused};
use crate::model::{AccessTokenFormat, Client, GrantType, LogoutChannel, SigningPreference, SubjectType};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// `GET /admin/clients`: by id.
pub(super) async fn list(visit: Visit) -> Answer {
    let query = Query::of(&visit, &["page_size", "page_token", "client_name", "owner"])?;
    let page = Page::of(&visit, &query, "clients")?;
    // No client has an owner.
    let (name, owned) = (query.one("client_name")?, query.one("owner")?.is_some());
    let clients = visit.env().clients.get();
    let mut found: Vec<&Client> = clients
        .iter()
        .map(AsRef::as_ref)
        .filter(|client: &&Client| !owned && name.is_none_or(|name| client.name == name))
        .filter(|client| page.after_name().is_none_or(|last| client.id.as_str() > last))
        .take(page.size + 1)
        .collect();
    let next = page.cut(&mut found, |client| client.id.as_bytes().to_vec());
    let rows: Vec<Value> = found.into_iter().map(shape).collect();
    page.reply(&visit, &rows, next)
}

/// `GET /admin/clients/{id}`.
pub(super) async fn get(visit: Visit) -> Answer {
    Query::of(&visit, &[])?;
    let found = visit.env().clients.get().find(visit.path_part("id"));
    let client = found.ok_or_else(|| Refused::not_found("client"))?;
    Ok(Reply::json(StatusCode::OK, &shape(&client))?)
}

fn shape(client: &Client) -> Value {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let address = |channel: &Option<LogoutChannel>| channel.as_ref().map(|channel| channel.uri.clone());
    let needed =
        |channel: &Option<LogoutChannel>| channel.as_ref().is_some_and(|channel| channel.session_required);
    let lifespan =
        |grant: GrantType, of: std::time::Duration| client.may_use(grant).then(|| go_duration::text(of));
    let lives = client.lifetimes;
    json!({
        "client_id": client.id,
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "grant_types": client.grant_types.iter().map(|grant| grant.name()).collect::<Vec<_>>(),
        "response_types": client.response_types.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "scope": client.scopes.to_string(),
        "audience": client.audience,
        "owner": "",
        "policy_uri": text(&client.policy_uri),
        "tos_uri": text(&client.tos_uri),
        "client_uri": text(&client.client_uri),
        "logo_uri": "",
        "contacts": [],
        "allowed_cors_origins": client.cors_origins(),
        "client_secret_expires_at": 0,
        "subject_type": match client.subject_type {
            SubjectType::Public => "public",
            SubjectType::Pairwise { .. } => "pairwise",
        },
        "jwks": client.jwks.clone().unwrap_or_else(|| json!({})),
        "jwks_uri": text(&client.jwks_uri),
        "token_endpoint_auth_method": client.auth_method.name(),
        "token_endpoint_auth_signing_alg": client.assertion_alg.map(SigningPreference::name),
        "request_object_signing_alg": client.request_object_alg.map(SigningPreference::name),
        "userinfo_signed_response_alg": client.userinfo_alg.map_or("none", SigningPreference::name),
        "backchannel_logout_uri": address(&client.backchannel_logout),
        "backchannel_logout_session_required": needed(&client.backchannel_logout),
        "frontchannel_logout_uri": address(&client.frontchannel_logout),
        "frontchannel_logout_session_required": needed(&client.frontchannel_logout),
        "metadata": {},
        "skip_consent": client.skip_consent,
        "skip_logout_consent": null,
        "access_token_strategy": match client.access_token_format {
            AccessTokenFormat::Jwt => "jwt",
            AccessTokenFormat::Opaque => "opaque",
        },
        "authorization_code_grant_access_token_lifespan": lifespan(GrantType::AuthorizationCode, lives.access),
        "authorization_code_grant_refresh_token_lifespan":
            lifespan(GrantType::AuthorizationCode, lives.refresh_idle),
        "refresh_token_grant_access_token_lifespan": lifespan(GrantType::RefreshToken, lives.access),
        "refresh_token_grant_refresh_token_lifespan": lifespan(GrantType::RefreshToken, lives.refresh_idle),
        "client_credentials_grant_access_token_lifespan":
            lifespan(GrantType::ClientCredentials, lives.access),
        "wayhome": own(client),
    })
}

/// What the shape of Hydra has no room for.
fn own(client: &Client) -> Value {
    json!({
        "type": client.kind.name(),
        "has_secret": !client.secrets.is_empty(),
        "require_pkce": client.require_pkce,
        "require_pushed_authorization_requests": client.require_pushed,
        "require_signed_request_object": client.require_signed_request,
        "response_modes": client.response_modes.iter().map(|mode| mode.name()).collect::<Vec<_>>(),
        "sector": match &client.subject_type {
            SubjectType::Public => None,
            SubjectType::Pairwise { sector } => Some(sector),
        },
        "registration": client.allow_registration,
        "development": client.development,
        "initiate_login_uri": client.initiate_login_uri,
        "access_token_alg": client.access_token_alg.name(),
        "id_token_alg": client.id_token_alg.name(),
        "refresh_token_absolute": go_duration::text(client.lifetimes.refresh_absolute),
        "origin": client.origin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check_clients;

    #[test]
    fn sec_g03_a_client_is_shown_without_its_secret() {
        let file = r#"
            [[client]]
            id = "shop"
            name = "Shop"
            type = "web"
            secret = { env = "SHOP_SECRET" }
            redirect_uris = ["https://shop.test/cb"]
        "#;
        let secret = "a secret that is long enough to be one";
        let (clients, faults) = check_clients("clients.toml", file, &|_| Ok(secret.to_owned()));
        assert_eq!((clients.len(), faults.are_fatal()), (1, false), "{faults}");
        let json = shape(&clients[0]);
        let text = json.to_string();
        assert!(!text.contains(secret) && !text.contains("SHOP_SECRET"), "{text}");
        assert!(json.get("client_secret").is_none());
        assert_eq!(json["wayhome"]["has_secret"], true);
        assert_eq!(json["client_id"], "shop");
        assert_eq!(json["grant_types"][0], "authorization_code");
        assert_eq!(json["authorization_code_grant_access_token_lifespan"], "10m0s");
        assert_eq!(json["token_endpoint_auth_method"], "client_secret_basic");
    }
}
