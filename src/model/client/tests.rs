//! Clients and their redirect URIs.

use super::*;

fn client(kind: ClientType, uris: &[&str]) -> Client {
    Client {
        id: "c".to_owned(),
        name: "C".to_owned(),
        kind,
        auth_method: if kind.is_public() { AuthMethod::None } else { AuthMethod::Basic },
        secrets: Vec::new(),
        redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
        post_logout_redirect_uris: Vec::new(),
        grant_types: vec![GrantType::AuthorizationCode],
        scopes: Scope::default(),
        audience: Vec::new(),
        skip_consent: false,
        require_pkce: true,
        allow_registration: true,
        client_uri: None,
        initiate_login_uri: None,
        policy_uri: None,
        tos_uri: None,
        development: false,
        access_token_format: AccessTokenFormat::Jwt,
        access_token_alg: SigningPreference::Es256,
        id_token_alg: SigningPreference::Rs256,
        lifetimes: TokenLifetimes {
            access: Duration::from_secs(600),
            refresh_idle: Duration::from_secs(8 * 3600),
            refresh_absolute: Duration::from_secs(24 * 3600),
        },
        origin: "clients.toml:1".to_owned(),
    }
}

#[test]
fn sec_r01_a_redirect_uri_matches_byte_for_byte() {
    let web = client(ClientType::Web, &["https://app.test/cb"]);
    assert_eq!(web.redirect_uri("https://app.test/cb").as_deref(), Some("https://app.test/cb"));
    for near in [
        "https://app.test/cb/",
        "https://app.test/cb?x=1",
        "https://app.test/cb#f",
        "https://app.test/CB",
        "HTTPS://APP.TEST/cb",
        "https://app.test:443/cb",
        "https://app.test/cb%2f",
        "https://app.test/cb/../cb",
        "https://app.test/cb/..;/e",
        "https://app.test/cb/%2e%2e/e",
        "https://app.test/cb/..%252fe",
        "https://app.test.evil.test/cb",
        "https://appxtest/cb",
        "https://app.test@evil.test/cb",
        "https://app.test\\@evil.test/cb",
        "https://evil.test\\.app.test/cb",
        "//app.test/cb",
        "https:app.test/cb",
        "https:///app.test/cb",
        " https://app.test/cb",
        "https://app.test/cb ",
        "https://app.test/c\tb",
        "https://app.test/cb\r\n",
        "https://app.test/cb\0",
        "https://app．test/cb",
        "https://xn--pp-fka.test/cb",
        "http://app.test/cb",
        "http://127.0.0.1:1/cb",
        "",
    ] {
        assert_eq!(web.redirect_uri(near), None, "{near:?}");
    }
}

#[test]
fn sec_r03_only_a_native_client_chooses_its_loopback_port() {
    let native = client(ClientType::Native, &["http://127.0.0.1/cb", "com.example.app:/cb"]);
    for good in ["http://127.0.0.1:49152/cb", "http://127.0.0.1/cb", "com.example.app:/cb"] {
        assert_eq!(native.redirect_uri(good).as_deref(), Some(good));
    }
    for near in [
        "http://127.0.0.1:49152/cb?x=1",
        "http://localhost:1/cb",
        "http://127.0.0.2/cb",
        "http://[::1]:1/cb",
        "http://127.0.0.1:80@evil.test/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.1/cb",
        "http://0x7f000001/cb",
        "https://127.0.0.1/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1.evil.test/cb",
        "com.example.app://cb",
    ] {
        assert_eq!(native.redirect_uri(near), None, "{near:?}");
    }
    let six = client(ClientType::Native, &["http://[::1]/cb"]);
    assert!(six.redirect_uri("http://[::1]:5000/cb").is_some());
    assert_eq!(client(ClientType::Web, &["http://127.0.0.1/cb"]).redirect_uri("http://127.0.0.1:2/cb"), None);
}

#[test]
fn seed_s30_a_near_miss_is_explained() {
    let spa = client(ClientType::Spa, &["http://localhost:5173/callback"]);
    for (received, why) in [
        ("http://127.0.0.1:5173/callback", "the host differs"),
        ("http://localhost:5174/callback", "the port differs"),
        ("https://localhost:5173/callback", "the scheme differs"),
        ("http://localhost:5173/callback/", "the slash at the end differs"),
        ("http://localhost:5173/other", "the path differs"),
        ("http://localhost:5173/callback?x", "the query differs"),
    ] {
        assert_eq!(spa.nearest_redirect_uri(received).unwrap().1, why, "{received}");
    }
}

#[test]
fn sec_p08_only_public_clients_open_an_origin() {
    let spa = client(ClientType::Spa, &["http://localhost:5173/callback", "http://localhost:5173/silent"]);
    assert_eq!(spa.cors_origins(), ["http://localhost:5173"]);
    assert!(client(ClientType::Web, &["https://app.test/cb"]).cors_origins().is_empty());
    assert!(client(ClientType::Native, &["com.example.app:/cb"]).cors_origins().is_empty());
}
