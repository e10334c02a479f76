//! Clients and their redirect URIs.

use super::*;

fn client(kind: ClientType, uris: &[&str]) -> Client {
    let redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
    Client { redirect_uris, ..Client::preset("c", kind) }
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
