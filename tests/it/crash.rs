//! kill -9 in the middle of a run of sign-ins, on the embedded database: what was answered is true after the restart.

mod database;
mod parcels;
mod processes;

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use wayhome::clock::{Clock as _, SystemClock};
use wayhome::crypto::{SignatureAlgorithm, SigningKey, SigningKeys, base64url, sha256};
use wayhome::random::{Random as _, SystemRandom};

use crate::http::{self, Answer, Ask, encoded};
use crate::logout_sink::{LogoutSink, Treatment};
use crate::page::{Form, Page};

const PASSWORD: &str = "river lantern cobalt orchard";
const CALLBACK: &str = "http://localhost:5175/callback";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-1";

/// How often the server is killed, and how many acknowledged facts it gets to state before.
const ROUNDS: usize = 3;
const FACTS: u64 = 30;

/// A server in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    host: String,
}

impl Server {
    /// Starts `wayhome dev` over a folder and waits until it says that it is ready.
    fn start(folder: &Path, port: u16) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_wayhome")), folder, port)
    }

    /// The same where no file may grow beyond so many KiB: a disk that is full.
    fn start_on_a_small_disk(folder: &Path, port: u16, kib: u32) -> Self {
        let mut command = Command::new("bash");
        let script = format!("trap '' XFSZ; ulimit -S -f {kib}; exec \"$@\"");
        command.args(["-c", &script, "bash", env!("CARGO_BIN_EXE_wayhome")]);
        Self::start_by(command, folder, port)
    }

    fn start_by(command: Command, folder: &Path, port: u16) -> Self {
        Self::start_under(&format!("localhost:{port}"), command, folder, port)
    }

    /// The same under a name that another server may have, too.
    fn start_under(host: &str, mut command: Command, folder: &Path, port: u16) -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let host = host.to_owned();
        let child = command
            .current_dir(folder)
            .args(["dev", "--clients", "clients.toml", "--data-dir", "data"])
            .args(["--public", &address.to_string(), "--admin", &free()])
            .args(["--demo", &free(), "--demo-api", &free()])
            .env("WAYHOME__SERVER__ISSUER", format!("http://{host}"))
            .env("WAYHOME__SERVER__LOG", "error")
            .env("WAYHOME__LIMITS__REQUESTS_PER_MINUTE", "0")
            .env("WAYHOME__LIMITS__FLOWS_PER_MINUTE", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        // From here on it is killed whatever happens.
        let mut server = Self { child, address, host };
        let mut lines = BufReader::new(server.child.stdout.take().unwrap()).lines();
        let ready = lines.any(|line| line.is_ok_and(|line| line.contains("Not for production")));
        assert!(ready, "the server did not start");
        server
    }

    /// An answer, or nothing if the server died before it gave one.
    fn ask(&self, ask: &Ask) -> Option<Answer> {
        let request = ask.bytes(&self.host);
        http::parse(&http::try_raw(self.address, &request)?, false).ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already; whatever a test does, no server outlives it.
        let _dead_already = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// What the server has answered, and what must therefore be so for ever.
#[derive(Default)]
struct Acknowledged {
    /// Codes that gave tokens.
    spent: Vec<String>,
    /// Refresh tokens that were revoked.
    revoked: Vec<String>,
    /// Refresh tokens that stand.
    standing: Vec<String>,
    /// Session cookies.
    sessions: Vec<String>,
    /// Addresses that a mail was promised to.
    mailed: Vec<String>,
}

#[test]
fn sec_f05_a_full_disk_refuses_what_writes_serves_what_reads_and_passes_when_there_is_room() {
    let folder = temporary_folder();
    std::fs::write(folder.join("clients.toml"), "").unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Server::start_on_a_small_disk(&folder, port, 2048);
    let login = Ask::get("/login");
    let full = (0..2000).map(|_| server.ask(&login).unwrap()).find(|answer| answer.status != 303).unwrap();
    assert_eq!(full.status, 503, "{}", full.text());
    assert!(full.header("retry-after").is_some() && full.text().contains("id=\"error-title\""));
    let token = Ask::form("/oauth2/revoke", &[("client_id", "demo-spa"), ("token", "x")]);
    let refused = server.ask(&token).unwrap();
    assert!(matches!(refused.status, 200 | 503), "{}", refused.text());
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration", "/health/alive"] {
        assert_eq!(server.ask(&Ask::get(path)).unwrap().status, 200, "{path}");
    }
    let pid = server.child.id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().unwrap();
    assert!(raised.success());
    assert_eq!(server.ask(&login).unwrap().status, 303, "there is room, and nobody noticed");
    drop(server);
    std::fs::remove_dir_all(folder).unwrap();
}

/// A worker that fails takes the others with it; else they would go on for ever, and the server with them.
struct OverWhenLost<'a>(&'a AtomicBool);

impl Drop for OverWhenLost<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

// sec_t03: what was revoked before the restart stays so after it.
#[test]
fn sec_f01_what_was_answered_survives_kill_9_and_nothing_spent_comes_back() {
    let folder = temporary_folder();
    std::fs::write(
        folder.join("clients.toml"),
        format!(
            "[[client]]\nid = \"house\"\ntype = \"spa\"\nskip_consent = true\nredirect_uris = [\"{CALLBACK}\"]\n"
        ),
    )
    .unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let acknowledged = Mutex::new(Acknowledged::default());
    for round in 0..ROUNDS {
        let server = Server::start(&folder, port);
        let (facts, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let enough = usize::try_from(10 + SystemRandom.below(FACTS)).unwrap();
        thread::scope(|scope| {
            for worker in 0..3 {
                let (server, facts, over, acknowledged) = (&server, &facts, &over, &acknowledged);
                scope.spawn(move || {
                    let _over = OverWhenLost(over);
                    for turn in 0.. {
                        if over.load(Ordering::Relaxed) {
                            return;
                        }
                        let name = format!("r{round}-w{worker}-t{turn}@example.org");
                        let done = if worker == 0 {
                            register(server, &name, acknowledged)
                        } else {
                            sign_in(server, turn % 2 == 0, acknowledged)
                        };
                        if done.is_none() {
                            return;
                        }
                        if facts.fetch_add(1, Ordering::Relaxed) + 1 == enough {
                            over.store(true, Ordering::Relaxed);
                            // In the middle of whatever the others do.
                            let pid = server.child.id().to_string();
                            assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
                        }
                    }
                });
            }
        });
        drop(server);
        let server = Server::start(&folder, port);
        check(&server, &mut acknowledged.lock().unwrap());
        drop(server);
    }
    let told = acknowledged.into_inner().unwrap();
    assert!(told.spent.len() > ROUNDS && told.revoked.len() > 1 && told.mailed.len() > ROUNDS);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn sec_f15_a_sign_out_is_told_after_kill_9_by_the_server_that_follows() {
    let (folder, sink) = (temporary_folder(), LogoutSink::start());
    let registration = format!(
        "[[client]]\nid = \"house\"\ntype = \"spa\"\nskip_consent = true\nredirect_uris = [\"{CALLBACK}\"]\n\
         backchannel_logout_uri = \"{}\"\n",
        sink.uri()
    );
    std::fs::write(folder.join("clients.toml"), registration).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Server::start(&folder, port);
    let acknowledged = Mutex::new(Acknowledged::default());
    sign_in(&server, false, &acknowledged).unwrap();
    let cookies = acknowledged.into_inner().unwrap().sessions.remove(0);
    let mut jar = Jar(cookies.split("; ").map(|pair| pair.split_once('=').unwrap()).map(owned).collect());
    // The client is down while the person signs out, and the server dies after that.
    sink.next(&[Treatment::Drop]);
    let page = jar.open(&server, "/logout").unwrap();
    let form = page.main_form().unwrap();
    jar.send(&server, &form.action, &filled(form, &[])).unwrap();
    sink.wait_for(1);
    // Most likely it has written down that this failed. If not, the next server waits until the lease is over.
    jar.open(&server, "/login").unwrap();
    drop(server);
    let _next = Server::start(&folder, port);
    let posted = sink.wait_for(2);
    let claims: Vec<_> = posted.iter().map(|posted| posted.parts().1).collect();
    assert_eq!((&claims[0]["sid"], &claims[0]["sub"]), (&claims[1]["sid"], &claims[1]["sub"]));
    assert_ne!(claims[0]["jti"], claims[1]["jti"]);
    std::fs::remove_dir_all(folder).unwrap();
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn check(server: &Server, told: &mut Acknowledged) {
    for token in &told.revoked {
        assert_eq!(
            refresh(server, token).unwrap().json()["error"],
            "invalid_grant",
            "a revoked token came back"
        );
    }
    for session in &told.sessions {
        let account = Ask::get("/account").with("cookie", session);
        assert_eq!(server.ask(&account).unwrap().status, 200, "a session was lost");
    }
    for address in &told.mailed {
        let inbox =
            server.ask(&Ask::get(&format!("/dev/inbox.json?{}", encoded(&[("to", address)])))).unwrap();
        let mails = inbox.json();
        assert_eq!(mails.as_array().map(Vec::len), Some(1), "{address} has not exactly one mail");
        assert!(mails[0]["code"].is_string(), "{address} was mailed no code");
    }
    for token in &told.standing {
        let answer = refresh(server, token).unwrap();
        assert_eq!(answer.status, 200, "an acknowledged refresh token was lost: {}", answer.text());
    }
    // A replay ends what the code gave, so it comes last, and nothing stands after it.
    for code in &told.spent {
        assert_eq!(redeem(server, code).unwrap().json()["error"], "invalid_grant", "a spent code came back");
    }
    told.standing.clear();
}

/// A sign-in up to the code, with the cookies of the browser.
fn arrive(server: &Server, identifier: &str) -> Option<(String, String)> {
    let challenge = base64url(&sha256(VERIFIER.as_bytes()));
    let query = encoded(&[
        ("client_id", "house"),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid offline_access"),
        ("state", "s"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let mut jar = Jar::default();
    let page = jar.open(server, &format!("/oauth2/auth?{query}"))?;
    let form = page.main_form().unwrap();
    let fields = filled(form, &[("identifier", identifier), ("password", PASSWORD)]);
    let answer = jar.send(server, &form.action, &fields)?;
    let location = answer.header("location").unwrap().to_owned();
    let code = url::Url::parse(&location).unwrap();
    let code = code.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    Some((code, jar.header()))
}

/// A whole sign-in: to the code, to the tokens, and perhaps to a revocation.
fn sign_in(server: &Server, revoke: bool, acknowledged: &Mutex<Acknowledged>) -> Option<()> {
    let (code, cookies) = arrive(server, if revoke { "anna@example.com" } else { "ben@example.com" })?;
    acknowledged.lock().unwrap().sessions.push(cookies);
    let tokens = redeem(server, &code)?;
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    let token = tokens.json()["refresh_token"].as_str().unwrap().to_owned();
    {
        let mut told = acknowledged.lock().unwrap();
        told.spent.push(code);
        if !revoke {
            told.standing.push(token);
            return Some(());
        }
    }
    let fields = [("client_id", "house"), ("token", token.as_str())];
    assert_eq!(server.ask(&Ask::form("/oauth2/revoke", &fields))?.status, 200);
    acknowledged.lock().unwrap().revoked.push(token);
    Some(())
}

/// A registration up to the page that promises a mail.
fn register(server: &Server, address: &str, acknowledged: &Mutex<Acknowledged>) -> Option<()> {
    let mut jar = Jar::default();
    let page = jar.open(server, "/registration")?;
    let form = page.main_form().unwrap();
    let fields = filled(form, &[("traits.email", address), ("password", PASSWORD)]);
    let answer = jar.send(server, &form.action, &fields)?;
    assert!(answer.header("location").unwrap().contains("/verification?flow="), "{}", answer.text());
    acknowledged.lock().unwrap().mailed.push(address.to_owned());
    Some(())
}

fn redeem(server: &Server, code: &str) -> Option<Answer> {
    server.ask(&redemption(code))
}

fn redemption(code: &str) -> Ask {
    Ask::form(
        "/oauth2/token",
        &[
            ("grant_type", "authorization_code"),
            ("client_id", "house"),
            ("redirect_uri", CALLBACK),
            ("code", code),
            ("code_verifier", VERIFIER),
        ],
    )
}

fn refresh(server: &Server, token: &str) -> Option<Answer> {
    server.ask(&refreshing(token))
}

fn refreshing(token: &str) -> Ask {
    let fields = [("grant_type", "refresh_token"), ("client_id", "house"), ("refresh_token", token)];
    Ask::form("/oauth2/token", &fields)
}

/// The cookies of one person.
#[derive(Default)]
struct Jar(Vec<(String, String)>);

impl Jar {
    fn header(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep(&mut self, answer: &Answer) {
        for line in answer.all("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.0.retain(|(known, _)| known != name);
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Opens a page, through our own redirects.
    fn open(&mut self, server: &Server, target: &str) -> Option<Page> {
        let mut target = target.to_owned();
        for _ in 0..5 {
            let answer = server.ask(&Ask::get(&target).with("cookie", &self.header()))?;
            self.keep(&answer);
            match answer.header("location") {
                Some(location) => target = location.to_owned(),
                None => return Some(Page::read(answer.status, &target, &answer.text())),
            }
        }
        panic!("{target} goes in circles");
    }

    fn send(&mut self, server: &Server, target: &str, fields: &[(String, String)]) -> Option<Answer> {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let ask =
            Ask::form(target, &fields).with("cookie", &self.header()).with("sec-fetch-site", "same-origin");
        let answer = server.ask(&ask)?;
        self.keep(&answer);
        assert_eq!(answer.status, 303, "{}", answer.text());
        Some(answer)
    }
}

/// The form's own fields, with what a person types.
fn filled(form: &Form, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs = form.pairs(None);
    for (name, value) in typed {
        pairs.retain(|(known, _)| known != name);
        pairs.push(((*name).to_owned(), (*value).to_owned()));
    }
    pairs
}

fn temporary_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("wayhome-crash-{}", SystemRandom.uuid().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn sec_k07_an_assertion_that_was_used_stays_used_after_kill_9() {
    let folder = temporary_folder();
    let (key, _) = SigningKey::generate(SignatureAlgorithm::EdDsa).unwrap();
    let keys = SigningKeys::new(vec![key]);
    let clients = format!(
        "[[client]]\nid = \"robot\"\ntype = \"machine\"\nscopes = [\"jobs\"]\n\
         token_endpoint_auth_method = \"private_key_jwt\"\njwks = '{}'\n",
        keys.jwks()
    );
    std::fs::write(folder.join("clients.toml"), clients).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Server::start(&folder, port);
    let now = SystemClock.now().seconds();
    let claims = |jti: &str| {
        serde_json::json!({
            "iss": "robot", "sub": "robot", "aud": format!("http://localhost:{port}"),
            "jti": jti, "iat": now, "exp": now + 240,
        })
    };
    let key = keys.active(SignatureAlgorithm::EdDsa).unwrap();
    let assertion = key.sign("client-authentication+jwt", &claims("one")).unwrap();
    let token = |server: &Server, assertion: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        server.ask(&Ask::form("/oauth2/token", &fields)).unwrap()
    };
    let first = token(&server, &assertion);
    assert_eq!(first.status, 200, "{}", first.text());
    // SIGKILL: nothing that was not durable is there afterwards.
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let server = Server::start(&folder, port);
    assert_eq!(token(&server, &assertion).status, 401);
    let other = key.sign("client-authentication+jwt", &claims("two")).unwrap();
    assert_eq!(token(&server, &other).status, 200);
    drop(server);
    std::fs::remove_dir_all(folder).unwrap();
}
