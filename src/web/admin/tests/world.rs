//! The whole admin listener, without a socket, on a database of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use serde_json::{Value, json};

use crate::clock::ManualClock;
use crate::config::{Clients, Mode, Settings, Sources};
use crate::crypto::{DataSecrets, HashLimits, PasswordHasher, PlainToken, SigningKeys, TokenKind};
use crate::cx::{Env, Shared, Work};
use crate::model::{ApiKeyId, Instant};
use crate::random::{Random, SystemRandom};
use crate::store::api_keys::{self, ApiKey};
use crate::store::{DatabaseUrl, Options, Store};
use crate::web::{Site, gate, routes};

pub(super) struct World {
    site: web::Data<Site>,
    pub(super) clock: Arc<ManualClock>,
    folder: PathBuf,
    pub(super) key: String,
}

pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::in_mode(Mode::Production).await
    }

    pub(super) async fn in_mode(mode: Mode) -> Self {
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
        let outbound = crate::outbound::Outbound::new(&settings).unwrap();
        let env = Env {
            settings,
            clients: Shared::new(Clients::default()),
            signing: Shared::new(SigningKeys::new(Vec::new())),
            secrets,
            mail_key: None,
            outbound,
            client_keys: crate::cx::ClientKeys::default(),
            reveal: crate::cx::Reveal::default(),
            sign_outs: tokio::sync::Notify::new(),
            passwords: PasswordHasher::start(limits, Arc::clone(&random), clock.clone()).unwrap(),
            clock: clock.clone(),
            random,
        };
        let url = DatabaseUrl::Sqlite(folder.join("wayhome.db"));
        let work = Work::new(Arc::new(env), Store::open(&url, Options::default()).unwrap());
        while !work.write(crate::identity::search::rebuild).await.unwrap() {}
        let key = new_key(&work, None).await.1;
        Self {
            site: web::Data::from(Site::new(work, crate::web::Patience::default()).unwrap()),
            clock,
            folder,
            key,
        }
    }

    pub(super) fn work(&self) -> &Work {
        self.site.work()
    }

    pub(super) async fn send(&self, request: TestRequest) -> Heard {
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

    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Heard {
        let bearer = format!("Bearer {}", self.key);
        let request =
            TestRequest::default().method(method).uri(path).insert_header(("Authorization", bearer));
        self.send(match body {
            Some(json) => request.set_json(json),
            None => request,
        })
        .await
    }

    pub(super) async fn get(&self, path: &str) -> Heard {
        self.ask(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Heard {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(super) async fn person(&self, email: &str) -> Value {
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
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn next(&self) -> Option<String> {
        let link = self.header("link").split(',').find(|link| link.ends_with("rel=\"next\""))?;
        Some(link[1..link.find('>').unwrap()].to_owned())
    }

    #[track_caller]
    pub(super) fn refused(&self, status: u16, id: &str) {
        assert_eq!((self.status, self.json["error"]["id"].as_str()), (status, Some(id)), "{}", self.json);
        let error = &self.json["error"];
        assert_eq!(error["code"], status);
        assert!(["status", "request", "reason", "message"].iter().all(|name| error[name].is_string()));
    }
}

/// Another key of this server.
pub(super) async fn new_key(work: &Work, expires_at: Option<Instant>) -> (ApiKeyId, String) {
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
