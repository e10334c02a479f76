//! The whole admin listener, without a socket.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use serde_json::{Value, json};

use super::*;
use crate::clock::ManualClock;
use crate::config::{Clients, Mode, Settings, Sources};
use crate::crypto::{DataSecrets, HashLimits, PasswordHasher, PlainToken, SigningKeys, TokenKind};
use crate::cx::{Env, Shared, Work};
use crate::model::{ApiKeyId, Instant};
use crate::random::{Random, SystemRandom};
use crate::store::api_keys::{self, ApiKey};
use crate::store::{DatabaseUrl, Options, Store};
use crate::web::{Site, gate, routes};

struct World {
    site: web::Data<Site>,
    clock: Arc<ManualClock>,
    folder: PathBuf,
    key: String,
}

struct Heard {
    status: u16,
    headers: HeaderMap,
    json: Value,
}

impl World {
    async fn new() -> Self {
        Self::in_mode(Mode::Production).await
    }

    async fn in_mode(mode: Mode) -> Self {
        let folder = std::env::temp_dir().join(format!("wayhome-admin-{}", SystemRandom.uuid()));
        let environment: BTreeMap<String, String> = [
            ("WAYHOME__SERVER__ISSUER", "https://id.example.org"),
            ("WAYHOME__SECRETS__DATA", "0123456789abcdef0123456789abcdef"),
            ("WAYHOME__COURIER__SMTP_URL", "smtps://mail.example.org"),
            ("WAYHOME__COURIER__FROM", "login@example.org"),
            ("WAYHOME__RETURN_URLS__ALLOWED", "https://app.example.org"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let (settings, faults) = Settings::load(mode, &Sources { environment, ..Sources::default() });
        let settings = settings.unwrap_or_else(|| panic!("{faults}"));
        let clock = Arc::new(ManualClock::at(Instant::from_seconds(1_795_530_600)));
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let limits = HashLimits { memory_kib: 64, iterations: 1, workers: 1, queue: 8 };
        let secrets = DataSecrets::new(&settings.data_secrets).unwrap();
        let env = Env {
            settings,
            clients: Shared::new(Clients::default()),
            signing: Shared::new(SigningKeys::new(Vec::new())),
            secrets,
            passwords: PasswordHasher::start(limits, Arc::clone(&random), clock.clone()).unwrap(),
            clock: clock.clone(),
            random,
        };
        let url = DatabaseUrl::Sqlite(folder.join("wayhome.db"));
        let work = Work::new(Arc::new(env), Store::open(&url, Options::default()).unwrap());
        let key = new_key(&work, None).await.1;
        Self { site: web::Data::from(Site::new(work).unwrap()), clock, folder, key }
    }

    fn work(&self) -> &Work {
        self.site.work()
    }

    async fn send(&self, request: TestRequest) -> Heard {
        let app = init_service(
            App::new().wrap(from_fn(gate::admin)).app_data(self.site.clone()).configure(routes::admin),
        )
        .await;
        let peer = "127.0.0.1:9".parse().unwrap();
        let request = request.insert_header(("Host", "localhost:4445")).peer_addr(peer);
        let response = call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Heard { status, headers, json }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Heard {
        let bearer = format!("Bearer {}", self.key);
        let request =
            TestRequest::default().method(method).uri(path).insert_header(("Authorization", bearer));
        self.send(match body {
            Some(json) => request.set_json(json),
            None => request,
        })
        .await
    }

    async fn get(&self, path: &str) -> Heard {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Heard {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn person(&self, email: &str) -> Value {
        let made = self.post("/admin/identities", json!({"traits": {"email": email}})).await;
        assert_eq!(made.status, 201, "{}", made.json);
        made.json
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.folder);
    }
}

impl Heard {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn next(&self) -> Option<String> {
        let link = self.header("link").split(',').find(|link| link.ends_with("rel=\"next\""))?;
        Some(link[1..link.find('>').unwrap()].to_owned())
    }

    #[track_caller]
    fn refused(&self, status: u16, id: &str) {
        assert_eq!((self.status, self.json["error"]["id"].as_str()), (status, Some(id)), "{}", self.json);
        let error = &self.json["error"];
        assert_eq!(error["code"], status);
        assert!(["status", "request", "reason", "message"].iter().all(|name| error[name].is_string()));
    }
}

async fn new_key(work: &Work, expires_at: Option<Instant>) -> (ApiKeyId, String) {
    let secret = PlainToken::generate(TokenKind::ApiKey, &SystemRandom);
    let (digest, text) = (secret.digest(), secret.expose().to_owned());
    let id = ApiKeyId::from_uuid(SystemRandom.uuid());
    work.write(move |cx| {
        let key = ApiKey {
            id,
            name: "test".to_owned(),
            created_at: cx.now,
            expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        Ok(api_keys::insert(cx.db, &key, &digest)?)
    })
    .await
    .unwrap();
    (id, text)
}

/// Each address of the table with an id in it, and some that are not in the table.
fn doors() -> Vec<(Method, String)> {
    let id = "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11";
    let mut doors: Vec<(Method, String)> =
        endpoints().into_iter().map(|endpoint| (endpoint.method, endpoint.at.replace("{id}", id))).collect();
    doors.push((Method::PATCH, "/admin/identities".to_owned()));
    doors.push((Method::GET, "/admin".to_owned()));
    doors.push((Method::GET, "/admin/identities/".to_owned()));
    doors.push((Method::GET, "/login".to_owned()));
    doors
}

#[actix_web::test]
async fn sec_g01_no_address_answers_to_anybody_without_a_living_key() {
    let world = World::new().await;
    let (revoked_id, revoked) = new_key(world.work(), None).await;
    world.work().write(move |cx| Ok(api_keys::revoke(cx.db, revoked_id, cx.now)?)).await.unwrap();
    let (_, expired) = new_key(world.work(), Some(world.work().now())).await;
    let other = |kind| PlainToken::generate(kind, &SystemRandom).expose().to_owned();
    let presented = [
        String::new(),
        format!("Bearer {revoked}"),
        format!("Bearer {expired}"),
        format!("Bearer {}", other(TokenKind::ApiKey)),
        format!("Bearer {}", other(TokenKind::Session)),
        format!("Bearer {}", other(TokenKind::Access)),
        format!("Bearer {}x", world.key),
        format!("Basic {}", world.key),
        world.key.clone(),
        "Bearer".to_owned(),
        "Bearer eyJhbGciOiJub25lIn0.e30.".to_owned(),
    ];
    for (method, path) in doors() {
        for authorization in &presented {
            let mut request = TestRequest::default()
                .method(method.clone())
                .uri(&path)
                .insert_header(("Cookie", "__Host-wayhome_session=x; __Host-wayhome_browser=y"));
            if !authorization.is_empty() {
                request = request.insert_header(("Authorization", authorization.as_str()));
            }
            let heard = world.send(request).await;
            let id = if authorization.is_empty() { "api_key_required" } else { "api_key_invalid" };
            heard.refused(401, id);
            assert!(heard.header("www-authenticate").starts_with("Bearer realm="), "{method} {path}");
        }
    }
    for path in ["/health/alive", "/health/ready"] {
        assert_eq!(world.send(TestRequest::get().uri(path)).await.status, 200);
    }
}

#[actix_web::test]
async fn sec_g01_two_keys_at_once_are_no_key() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.key);
    let request = TestRequest::get()
        .uri("/version")
        .append_header(("Authorization", bearer.as_str()))
        .append_header(("Authorization", bearer.as_str()));
    world.send(request).await.refused(401, "api_key_invalid");
}

#[actix_web::test]
async fn in_development_no_key_is_needed_but_a_wrong_one_is_told() {
    let world = World::in_mode(Mode::Development).await;
    assert_eq!(world.send(TestRequest::get().uri("/version")).await.status, 200);
    let request = TestRequest::get().uri("/version").insert_header(("Authorization", "Bearer nonsense"));
    world.send(request).await.refused(401, "api_key_invalid");
}

#[actix_web::test]
async fn the_use_of_a_key_is_noted_at_most_once_a_minute() {
    let world = World::new().await;
    let last = || async {
        let keys = world.work().read(|cx| Ok(api_keys::list(cx.db)?)).await.unwrap();
        keys[0].last_used_at
    };
    assert_eq!(last().await, None);
    world.get("/version").await;
    let first = last().await;
    assert_eq!(first, Some(world.work().now()));
    world.clock.advance(Duration::from_secs(59));
    world.get("/version").await;
    assert_eq!(last().await, first);
    world.clock.advance(Duration::from_secs(1));
    world.get("/version").await;
    assert_eq!(last().await, Some(world.work().now()));
}

#[actix_web::test]
async fn seed_s7_a_cookie_changes_nothing() {
    let world = World::new().await;
    world.person("anna@example.com").await;
    let ask = |cookie: Option<&'static str>| {
        let mut request = TestRequest::get()
            .uri("/admin/identities")
            .insert_header(("Authorization", format!("Bearer {}", world.key)));
        if let Some(cookie) = cookie {
            request = request.insert_header(("Cookie", cookie));
        }
        world.send(request)
    };
    let without = ask(None).await;
    for cookie in ["__Host-wayhome_browser=wh_br_x", "csrf_token=1; ory_kratos_session=2", "\u{fffd}", ""] {
        let with = ask(Some(cookie)).await;
        assert_eq!((with.status, &with.json), (without.status, &without.json));
        let headers = |heard: &Heard| {
            let mut all: Vec<String> = heard
                .headers
                .iter()
                .filter(|(name, _)| name.as_str() != "x-request-id")
                .map(|(name, value)| format!("{name}: {value:?}"))
                .collect();
            all.sort();
            all
        };
        assert_eq!(headers(&with), headers(&without));
        assert!(with.headers.get("set-cookie").is_none());
    }
}

#[actix_web::test]
async fn what_stands_nowhere_or_is_used_otherwise_is_told_in_orys_shape() {
    let world = World::new().await;
    world.get("/admin/nothing").await.refused(404, "no_such_endpoint");
    let heard = world.ask(Method::PATCH, "/admin/identities", Some(json!([]))).await;
    heard.refused(405, "method_not_allowed");
    assert_eq!(heard.header("allow"), "GET, HEAD, POST");
    let bearer = ("Authorization", format!("Bearer {}", world.key));
    let form = TestRequest::post().uri("/admin/identities").insert_header(bearer.clone());
    let form = form.set_form([("traits", "x")]);
    world.send(form).await.refused(415, "unsupported_media_type");
    let large = TestRequest::post().uri("/admin/identities").insert_header(bearer);
    let large = large.insert_header(("Content-Type", "application/json")).set_payload(vec![b' '; 1 << 21]);
    world.send(large).await.refused(413, "too_large");
    world.post("/admin/identities", json!([])).await.refused(400, "malformed_body");
    let id = "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11";
    for path in ["identities", "sessions", "courier/messages", "clients"] {
        world.get(&format!("/admin/{path}/{id}")).await.refused(404, "not_found");
    }
    for path in ["identities", "sessions", "courier/messages"] {
        world.get(&format!("/admin/{path}/1'%20OR%20'1'='1")).await.refused(400, "malformed_id");
    }
}

#[actix_web::test]
async fn an_identity_is_made_read_replaced_and_deleted() {
    let world = World::new().await;
    let made = world
        .post(
            "/admin/identities",
            json!({
                "schema_id": "default",
                "traits": {"email": "Anna@Example.com", "name": "Anna"},
                "metadata_admin": {"crm": 1},
                "credentials": {"password": {"config": {"password": "river lantern cobalt orchard"}}},
                "verifiable_addresses":
                    [{"value": "anna@example.com", "via": "email", "verified": true, "status": "completed"}],
            }),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.json);
    let path = made.header("location").to_owned();
    assert_eq!(path, format!("/admin/identities/{}", made.json["id"].as_str().unwrap()));
    assert_eq!(made.json["state"], "active");
    assert_eq!(made.json["schema_url"], "https://id.example.org/schemas/ZGVmYXVsdA");
    assert_eq!(made.json["metadata_admin"], json!({"crm": 1}));
    assert_eq!(made.json["metadata_public"], Value::Null);
    let address = &made.json["verifiable_addresses"][0];
    assert_eq!((&address["verified"], &address["status"]), (&json!(true), &json!("completed")));
    assert_eq!(made.json["recovery_addresses"][0]["value"], "Anna@Example.com");
    assert_eq!(made.json["credentials"]["password"]["identifiers"], json!(["Anna@Example.com"]));
    assert!(!made.json.to_string().contains("argon2"));
    assert_eq!(world.get(&path).await.json, made.json);

    world.clock.advance(Duration::from_secs(5));
    let body = json!({"traits": {"email": "anna@example.net"}, "state": "inactive"});
    let replaced = world.ask(Method::PUT, &path, Some(body)).await;
    assert_eq!(replaced.status, 200, "{}", replaced.json);
    assert_eq!(replaced.json["state"], "inactive");
    assert_ne!(replaced.json["state_changed_at"], made.json["state_changed_at"]);
    assert_eq!(replaced.json["created_at"], made.json["created_at"]);
    assert_eq!(replaced.json["metadata_admin"], Value::Null);
    assert_eq!(replaced.json["verifiable_addresses"][0]["verified"], false);
    assert!(replaced.json["credentials"]["password"].is_object());

    assert_eq!(world.ask(Method::DELETE, &path, None).await.status, 204);
    world.ask(Method::DELETE, &path, None).await.refused(404, "not_found");
    world.get(&path).await.refused(404, "not_found");
}

#[actix_web::test]
async fn a_writer_who_insists_on_what_they_read_loses_to_a_faster_one() {
    let world = World::new().await;
    let person = world.person("anna@example.com").await;
    let path = format!("/admin/identities/{}", person["id"].as_str().unwrap());
    let tag = format!("\"{}\"", person["version"]);
    let put = |name: &str| {
        let body = json!({"traits": {"email": "anna@example.com", "name": name}, "state": "active"});
        let request = TestRequest::put().uri(&path).insert_header(("If-Match", tag.as_str())).set_json(body);
        world.send(request.insert_header(("Authorization", format!("Bearer {}", world.key))))
    };
    assert_eq!(put("Ann").await.status, 200);
    put("Anne").await.refused(412, "identity_changed");
    assert_eq!(world.get(&path).await.json["traits"]["name"], "Ann");
}

#[actix_web::test]
async fn sec_g05_what_is_not_an_administrators_to_set_is_refused() {
    let world = World::new().await;
    let person = world.person("anna@example.com").await;
    let path = format!("/admin/identities/{}", person["id"].as_str().unwrap());
    for name in [
        "id",
        "created_at",
        "updated_at",
        "state_changed_at",
        "schema_url",
        "version",
        "role",
        "verified",
        "aal",
        "tenant_id",
        "external_id",
        "traits.email",
    ] {
        let mut body = json!({"traits": {"email": "ben@example.com"}, "state": "active"});
        body[name] = json!("x");
        world.post("/admin/identities", body.clone()).await.refused(400, "malformed_body");
        world.ask(Method::PUT, &path, Some(body)).await.refused(400, "malformed_body");
    }
    for credentials in [
        json!({"oidc": {}}),
        json!({"password": {"type": "password"}}),
        json!({"password": {"config": {"hash": "x"}}}),
    ] {
        let body = json!({"traits": {"email": "ben@example.com"}, "credentials": credentials});
        world.post("/admin/identities", body).await.refused(400, "malformed_body");
    }
    let body = json!({
        "traits": {"email": "ben@example.com"},
        "verifiable_addresses": [{"value": "anna@example.com", "via": "email", "verified": true}],
    });
    world.post("/admin/identities", body).await.refused(400, "invalid_identity");
    assert_eq!(world.get(&path).await.json, person);
    assert_eq!(world.get("/admin/identities").await.json.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_with_the_place() {
    let world = World::new().await;
    world.person("anna@example.com").await;
    let heard = world.post("/admin/identities", json!({"traits": {"email": "nobody"}})).await;
    heard.refused(400, "invalid_identity");
    assert_eq!(heard.json["error"]["details"]["faults"][0]["pointer"], "/traits/email");
    let heard = world.post("/admin/identities", json!({"schema_id": "x", "traits": {}})).await;
    heard.refused(400, "invalid_identity");
    let heard = world.post("/admin/identities", json!({"traits": {"email": "ANNA@example.com"}})).await;
    heard.refused(409, "address_taken");
    for (config, id) in [
        (json!({"password": "short"}), "invalid_credentials"),
        (json!({"password": "passwordpassword"}), "invalid_credentials"),
        (json!({"hashed_password": "$2b$10$x"}), "invalid_credentials"),
        (json!({"password": "a b c d e f g h i", "hashed_password": "x"}), "invalid_credentials"),
        (json!({"password": 1}), "malformed_body"),
    ] {
        let credentials = json!({"password": {"config": config}});
        let body = json!({"traits": {"email": "ben@example.com"}, "credentials": credentials});
        world.post("/admin/identities", body).await.refused(400, id);
    }
    let body = json!({"traits": {"email": "ben@example.com"}, "metadata_admin": {"x": "\u{0}"}});
    world.post("/admin/identities", body).await.refused(400, "unstorable_character");
}

#[actix_web::test]
async fn sec_i01_lists_come_in_pages_that_nobody_can_forge() {
    let world = World::new().await;
    let mut all = Vec::new();
    for n in 0..5 {
        all.push(world.person(&format!("p{n}@example.com")).await["id"].clone());
        if n % 2 == 0 {
            world.clock.advance(Duration::from_secs(1));
        }
    }
    let mut seen = Vec::new();
    let mut next = Some("/admin/identities?page_size=2".to_owned());
    while let Some(path) = next {
        let heard = world.get(&path).await;
        assert_eq!(heard.status, 200, "{}", heard.json);
        assert!(heard.header("link").starts_with("</admin/identities?page_size=2>; rel=\"first\""));
        let page = heard.json.as_array().unwrap();
        assert!((1..=2).contains(&page.len()));
        seen.extend(page.iter().map(|person| person["id"].clone()));
        next = heard.next();
    }
    let sorted = |mut ids: Vec<Value>| {
        ids.sort_by_key(Value::to_string);
        ids
    };
    assert_eq!(sorted(seen), sorted(all.clone()));

    let token = world.get("/admin/identities?page_size=2").await.next().unwrap();
    let forged = token.replace("page_token=", "page_token=AAAA");
    world.get(&forged).await.refused(400, "invalid_page_token");
    let elsewhere = token.replace("/admin/identities", "/admin/courier/messages");
    world.get(&elsewhere).await.refused(400, "invalid_page_token");
    for (query, id) in [
        ("page_size=0", "invalid_page_size"),
        ("page_size=1001", "invalid_page_size"),
        ("page_size=x", "invalid_page_size"),
        ("page_size=1&page_size=2", "repeated_parameter"),
        ("page_token=%00", "unstorable_character"),
        ("sort=id", "unknown_parameter"),
        ("order=desc%3B%20DROP%20TABLE", "unknown_parameter"),
        ("ids=1%27%20OR%201", "malformed_id"),
    ] {
        world.get(&format!("/admin/identities?{query}")).await.refused(400, id);
    }
    let two: Vec<&str> = all[..2].iter().map(|id| id.as_str().unwrap()).collect();
    let heard = world.get(&format!("/admin/identities?ids={}&ids={}", two[0], two[1])).await;
    assert_eq!(heard.json.as_array().unwrap().len(), 2);
    let heard = world.get("/admin/identities?credentials_identifier=P3%40Example.com").await;
    assert_eq!(heard.json[0]["traits"]["email"], "p3@example.com");
    let heard = world.get("/admin/identities?credentials_identifier=nobody").await;
    assert_eq!(heard.json, json!([]));
}

#[actix_web::test]
async fn seed_s7_a_recovery_code_is_made_and_its_way_back_is_checked_at_birth() {
    let world = World::new().await;
    let id = world.person("anna@example.com").await["id"].clone();
    let body = json!({
        "identity_id": id, "expires_in": "15m", "flow_type": "browser", "return_to": "https://app.example.org/x",
    });
    let heard = world.post("/admin/recovery/code", body).await;
    assert_eq!(heard.status, 201, "{}", heard.json);
    let link = heard.json["recovery_link"].as_str().unwrap();
    assert!(link.starts_with("https://id.example.org/recovery?flow="), "{link}");
    let code = heard.json["recovery_code"].as_str().unwrap();
    assert!(code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit()));
    assert!(!link.contains(code));
    assert_eq!(heard.json["expires_at"], (world.work().now() + Duration::from_secs(900)).rfc3339());

    for (member, value, status, refusal) in [
        ("return_to", json!("https://evil.test/"), 400, "self_service_flow_return_to_forbidden"),
        ("return_to", json!("javascript:alert(1)"), 400, "self_service_flow_return_to_forbidden"),
        ("expires_in", json!("1d"), 400, "invalid_expires_in"),
        ("expires_in", json!("1s"), 400, "invalid_expires_in"),
        ("expires_in", json!("9999h"), 400, "invalid_expires_in"),
        ("flow_type", json!("api"), 400, "malformed_body"),
        ("identity_id", json!("x"), 400, "malformed_id"),
        ("identity_id", json!("9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11"), 404, "not_found"),
        ("unknown", json!(1), 400, "malformed_body"),
    ] {
        let mut body = json!({"identity_id": id});
        body[member] = value;
        world.post("/admin/recovery/code", body).await.refused(status, refusal);
    }
    let body = json!({"traits": {"email": "anna@example.com"}, "state": "inactive"});
    let path = format!("/admin/identities/{}", id.as_str().unwrap());
    assert_eq!(world.ask(Method::PUT, &path, Some(body)).await.status, 200);
    let heard = world.post("/admin/recovery/code", json!({"identity_id": id})).await;
    heard.refused(409, "identity_inactive");
}

#[actix_web::test]
async fn introspection_wants_a_token_and_says_nothing_about_strangers() {
    let world = World::new().await;
    let bearer = ("Authorization", format!("Bearer {}", world.key));
    let ask = |form: Vec<(&'static str, &'static str)>| {
        let request = TestRequest::post().uri("/admin/oauth2/introspect").insert_header(bearer.clone());
        world.send(request.set_form(form))
    };
    let heard = ask(vec![("token", "eyJhbGciOiJub25lIn0.e30.")]).await;
    assert_eq!((heard.status, heard.json), (200, json!({"active": false})));
    ask(vec![]).await.refused(400, "token_missing");
    ask(vec![("token", "a"), ("token", "b")]).await.refused(400, "repeated_parameter");
    ask(vec![("token", "a"), ("scope", "\"")]).await.refused(400, "invalid_scope");
    let json = world.post("/admin/oauth2/introspect", json!({"token": "a"})).await;
    json.refused(415, "unsupported_media_type");
}

#[test]
fn the_reference_names_every_endpoint() {
    let page = include_str!("../../../docs/admin-api.md");
    for endpoint in endpoints().iter().filter(|endpoint| endpoint.at != "/version") {
        let wanted = format!("`{} {}`", endpoint.method, endpoint.at);
        assert!(page.contains(&wanted), "docs/admin-api.md does not name {wanted}");
    }
    assert!(page.contains("$ADMIN/version"));
}
