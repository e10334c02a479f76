//! A client library that shares no code with the product: what the crate `openidconnect` believes of its answers.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::http::{Request, Response};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SyncHttpClient, TokenResponse as _,
};
use url::Url;
use wayhome::clock::Clock as _;

use crate::app::{CLIENT_SECRET, Setup, TestApp, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    prov_1_a_public_client_on_openidconnect_signs_in_refreshes_and_reads_userinfo,
    prov_1_a_confidential_client_on_openidconnect_is_believed_and_a_wrong_verifier_is_not,
    prov_1_openidconnect_believes_an_id_token_of_each_algorithm,
];

/// The library's way to the server.
struct Wire<'a>(&'a TestApp);

impl SyncHttpClient for Wire<'_> {
    type Error = openidconnect::http::Error;

    fn call(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Self::Error> {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let mut ask = Ask::get(target).method(request.method().as_str());
        for (name, value) in request.headers() {
            ask = ask.with(name.as_str(), value.to_str().expect("a header of ASCII"));
        }
        ask.body = request.into_body();
        let answer = self.0.ask(&ask);
        let mut response = Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(name, value);
        }
        response.body(answer.body)
    }
}

fn metadata(app: &TestApp) -> CoreProviderMetadata {
    let issuer = IssuerUrl::new(app.issuer.clone()).expect("a URL");
    CoreProviderMetadata::discover(&issuer, &Wire(app)).expect("the metadata is believed")
}

/// Makes the client of the library; its type says which endpoints are known, so that only a macro can give it.
macro_rules! client {
    ($app:expr, $id:expr, $secret:expr, $redirect:expr) => {
        CoreClient::from_provider_metadata(
            metadata($app),
            ClientId::new($id.to_owned()),
            $secret.map(|secret: &str| ClientSecret::new(secret.to_owned())),
        )
        .set_redirect_uri(RedirectUrl::new($redirect.to_owned()).expect("a URL"))
        .set_auth_type(if $secret.is_some() { AuthType::BasicAuth } else { AuthType::RequestBody })
    };
}

/// A sign-in that was begun.
struct Begun {
    url: Url,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

macro_rules! begin {
    ($client:expr) => {{
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = $client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge);
        let (url, state, nonce) = request.url();
        Begun { url, state, nonce, verifier }
    }};
}

/// A new person goes there, signs in and allows; the code that comes back.
fn come_home(app: &TestApp, begun: &Begun) -> AuthorizationCode {
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open(begun.url.as_str()).sign_in(&ada);
    if browser.try_location().is_none() {
        browser.press("Allow");
    }
    let url = Url::parse(browser.location()).expect("a URL");
    let of =
        |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    assert_eq!(of("state").as_ref(), Some(begun.state.secret()));
    assert_eq!(of("iss").as_ref(), Some(&app.issuer));
    AuthorizationCode::new(of("code").expect("a code"))
}

fn prov_1_a_public_client_on_openidconnect_signs_in_refreshes_and_reads_userinfo(setup: Setup) {
    let app = setup.start();
    let client = client!(&app, "spa", None::<&str>, "http://localhost:5173/callback");
    let begun = begin!(client);
    let code = come_home(&app, &begun);
    let exchange = client.exchange_code(code).expect("a token endpoint").set_pkce_verifier(begun.verifier);
    let tokens = exchange.request(&Wire(&app)).expect("tokens");

    let verifier = client.id_token_verifier().set_time_fn(time(&app));
    let id_token = tokens.id_token().expect("an ID token");
    let claims = id_token.claims(&verifier, &begun.nonce).expect("the ID token is believed");
    assert!(id_token.claims(&verifier, &Nonce::new("another".to_owned())).is_err());
    let (alg, key) =
        (id_token.signing_alg().expect("an algorithm"), id_token.signing_key(&verifier).expect("a key"));
    let hash = AccessTokenHash::from_token(tokens.access_token(), alg, key).expect("a hash");
    assert_eq!(claims.access_token_hash(), Some(&hash));

    let ask =
        client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).expect("userinfo");
    let person: CoreUserInfoClaims = ask.request(&Wire(&app)).expect("userinfo is believed");
    assert_eq!(person.email().map(|email| email.as_str()), Some("ada@example.org"));
    assert_eq!(person.email_verified(), Some(true));

    let refresh = tokens.refresh_token().expect("a refresh token");
    let renewal = client.exchange_refresh_token(refresh).expect("a token endpoint");
    let next = renewal.request(&Wire(&app)).expect("fresh tokens");
    assert_ne!(next.refresh_token().map(|token| token.secret()), Some(refresh.secret()));
    let fresh = next.id_token().expect("an ID token").claims(&verifier, |_: Option<&Nonce>| Ok(()));
    assert_eq!(fresh.expect("it is believed").subject(), claims.subject());
}

fn prov_1_a_confidential_client_on_openidconnect_is_believed_and_a_wrong_verifier_is_not(setup: Setup) {
    let app = setup.start();
    let client = client!(&app, "shop", Some(CLIENT_SECRET), "https://shop.example.org/callback");
    let begun = begin!(client);
    let code = come_home(&app, &begun);
    let (_, another) = PkceCodeChallenge::new_random_sha256();
    let wrong = client.exchange_code(code.clone()).expect("a token endpoint").set_pkce_verifier(another);
    match wrong.request(&Wire(&app)) {
        Err(RequestTokenError::ServerResponse(answer)) => {
            assert_eq!(answer.error().to_string(), "invalid_grant");
        }
        other => panic!("a wrong verifier gave {other:?}"),
    }
    let right = client.exchange_code(code).expect("a token endpoint").set_pkce_verifier(begun.verifier);
    let tokens = right.request(&Wire(&app)).expect("tokens");
    let verifier = client.id_token_verifier().set_time_fn(time(&app));
    let claims = tokens.id_token().expect("an ID token").claims(&verifier, &begun.nonce);
    assert_eq!(claims.expect("it is believed").issuer().as_str(), app.issuer);
}

fn prov_1_openidconnect_believes_an_id_token_of_each_algorithm(setup: Setup) {
    let algorithms = [
        ("PS256", CoreJwsSigningAlgorithm::RsaSsaPssSha256),
        ("ES256", CoreJwsSigningAlgorithm::EcdsaP256Sha256),
        ("EdDSA", CoreJwsSigningAlgorithm::EdDsa),
    ];
    let registered = algorithms.each_ref().map(|(name, _)| {
        format!(
            "\n[[client]]\nid = \"{name}\"\ntype = \"spa\"\nredirect_uris = [\"http://localhost:5199/{name}\"]\nid_token_alg = \"{name}\"\n"
        )
    });
    for (name, algorithm) in algorithms {
        let app = setup.clone().clients(&registered.concat()).start();
        let client = client!(&app, name, None::<&str>, &format!("http://localhost:5199/{name}"));
        let begun = begin!(client);
        let code = come_home(&app, &begun);
        let exchange =
            client.exchange_code(code).expect("a token endpoint").set_pkce_verifier(begun.verifier);
        let tokens = exchange.request(&Wire(&app)).expect("tokens");
        // The keys are those of now: that of an algorithm is made when a client first asks for it.
        let verifier =
            client.id_token_verifier().set_time_fn(time(&app)).set_allowed_algs([algorithm.clone()]);
        let claims = tokens.id_token().expect("an ID token").claims(&verifier, &begun.nonce);
        assert!(claims.is_ok(), "{name}: {claims:?}");
    }
}

/// The server's time, for the library.
fn time(app: &TestApp) -> impl Fn() -> DateTime<Utc> + Send + Sync + 'static {
    let clock = Arc::clone(&app.clock);
    move || DateTime::from_timestamp(clock.now().seconds(), 0).expect("an instant")
}
