//! One user: a connection, and what is done over and over on it.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use wayhome::crypto::{base64url, sha256};
use wayhome::random::{Random as _, SystemRandom};

use crate::browser::{Browser, Way, refused};
use crate::failure::{During as _, Failure, Result};
use crate::http::Answer;
use crate::server::{PASSWORD, REDIRECT_URI, SECRET, Site};
use crate::verify::Checks;
use crate::workload::Workload;

/// The scopes that the SPA asks for.
const SCOPE: &str = "openid+profile+email+offline_access";

/// `REDIRECT_URI` inside a query or a form.
const REDIRECT_URI_ENCODED: &str = "https%3A%2F%2Fapp.load.example%2Fcallback";

/// A user of the server.
pub struct User {
    browser: Browser,
    task: Task,
    email: String,
    checks: Option<Arc<Checks>>,
}

/// What the user does.
enum Task {
    /// A GET, or a POST of a form, to the bare server.
    Bare { form: bool },
    /// A workload.
    Work {
        workload: Workload,
        client: &'static str,
        basic: String,
        held: Held,
        pool: Arc<Vec<String>>,
        turn: usize,
    },
}

/// The tokens that the user has.
#[derive(Default)]
struct Held {
    access: String,
    refresh: String,
    /// The refresh token before; it gives the same successor again for a while (decision 18).
    before: String,
    /// The one before that: whoever presents it has stolen it.
    spent: String,
}

/// The answer of the token endpoint.
#[derive(Deserialize)]
struct Tokens<'a> {
    #[serde(borrow)]
    access_token: Cow<'a, str>,
    #[serde(borrow)]
    refresh_token: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id_token: Option<Cow<'a, str>>,
}

impl User {
    /// A user of the bare server.
    pub fn of_bare_server(site: &Site, form: bool) -> Self {
        let browser = Browser::new(site.address, &site.origin);
        Self { browser, task: Task::Bare { form }, email: String::new(), checks: None }
    }

    /// The user of this number, ready for the workload: people have signed in, chains have begun.
    pub async fn ready(
        site: &Site,
        workload: Workload,
        number: usize,
        pool: Arc<Vec<String>>,
        checks: Option<Arc<Checks>>,
    ) -> Result<Self> {
        let client = workload.client();
        let basic = format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("{client}:{SECRET}")));
        let task = Task::Work { workload, client, basic, held: Held::default(), pool, turn: number * 7_919 };
        let browser = Browser::new(site.address, &site.origin);
        let mut user = Self { browser, task, email: Site::email(number), checks };
        if workload.needs_person() {
            // The tokens of people are made for a SPA, whoever shows them later.
            let client = if client.starts_with("load-spa") { client } else { Workload::CodeEs256.client() };
            let tokens = user.sign_in(client).await?;
            user.hold(tokens);
        }
        Ok(user)
    }

    /// Does it once.
    pub async fn step(&mut self) -> Result<()> {
        let Task::Work { workload, client, .. } = &self.task else { return self.bare().await };
        let (workload, client) = (*workload, *client);
        match workload {
            Workload::Discovery => {
                let answer = self.browser.get("/.well-known/openid-configuration", "").await?;
                good("discovery", answer).map(drop)
            }
            Workload::ClientCredentialsRs256
            | Workload::ClientCredentialsEs256
            | Workload::ClientCredentialsEddsa
            | Workload::ClientCredentialsOpaque => self.client_credentials().await.map(drop),
            Workload::CodeEs256 | Workload::CodeRs256 | Workload::CodeEddsa => {
                let (answer, proof) = self.authorize(client).await?;
                match self.browser.follow(answer, REDIRECT_URI).await? {
                    Way::End(location) => self.redeem(client, &location, &proof).await.map(drop),
                    Way::Page(_) => Err(Failure::new("a living session was shown a page")),
                }
            }
            Workload::RefreshEs256 | Workload::RefreshRs256 | Workload::RefreshEddsa => {
                self.refresh(client).await
            }
            Workload::Introspection | Workload::IntrospectionJwt => self.introspect().await,
            Workload::Userinfo => self.userinfo().await,
            Workload::SignIn => {
                self.browser.forget();
                self.sign_in(client).await.map(drop)
            }
        }
    }

    /// Once more at the end, where everything is checked: what was spent is dead, and takes its family with it.
    pub async fn finish(&mut self) -> Result<()> {
        let Task::Work {
            workload: Workload::RefreshEs256 | Workload::RefreshRs256 | Workload::RefreshEddsa,
            client,
            held,
            ..
        } = &self.task
        else {
            return Ok(());
        };
        for token in [held.spent.clone(), held.refresh.clone()] {
            let form = format!("grant_type=refresh_token&client_id={client}&refresh_token={token}");
            let answer = self.browser.post("/oauth2/token", "", &form).await?;
            if answer.status != 400 || !answer.text().contains("invalid_grant") {
                return Err(Failure::new("a spent refresh token, or one of its family, still works"));
            }
        }
        Ok(())
    }

    /// A client's own token.
    pub async fn client_credentials(&mut self) -> Result<String> {
        let Task::Work { basic, client, .. } = &self.task else { return Err(Failure::new("no client")) };
        let answer =
            self.browser.post("/oauth2/token", basic, "grant_type=client_credentials&scope=read").await?;
        let body = good("client_credentials", answer)?;
        let tokens = self.read(&body, client, None)?;
        Ok(tokens.0)
    }

    async fn bare(&mut self) -> Result<()> {
        let answer = match self.task {
            Task::Bare { form: true } => {
                self.browser.post("/", "", "grant_type=client_credentials&scope=read").await?
            }
            _ => self.browser.get("/", "").await?,
        };
        good("the bare server", answer).map(drop)
    }

    /// Asks for a code. Answers what came back, with the state, the nonce and the verifier.
    async fn authorize(&mut self, client: &str) -> Result<(Answer, Proof)> {
        let proof = Proof::new();
        let challenge = base64url(&sha256(proof.verifier.as_bytes()));
        let path = format!(
            "/oauth2/auth?response_type=code&client_id={client}&redirect_uri={REDIRECT_URI_ENCODED}&scope={SCOPE}\
             &state={}&nonce={}&code_challenge={challenge}&code_challenge_method=S256",
            proof.state, proof.nonce,
        );
        Ok((self.browser.get(&path, "").await?, proof))
    }

    async fn sign_in(&mut self, client: &str) -> Result<(String, String)> {
        let (answer, proof) = self.authorize(client).await?;
        let Way::Page(page) = self.browser.follow(answer, REDIRECT_URI).await? else {
            return Err(Failure::new("a new browser was not asked to sign in"));
        };
        let email = self.email.clone();
        let location = self.browser.sign_in(&page, &email, PASSWORD, REDIRECT_URI).await?;
        self.redeem(client, &location, &proof).await
    }

    async fn redeem(&mut self, client: &str, location: &str, proof: &Proof) -> Result<(String, String)> {
        let query = location.split_once('?').map_or("", |(_, query)| query);
        let find = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let code = find("code").ok_or_else(|| Failure::new(format!("no code came back: {query}")))?;
        if find("state") != Some(&proof.state) {
            return Err(Failure::new("the state was lost on the way"));
        }
        let form = format!(
            "grant_type=authorization_code&client_id={client}&code={code}&code_verifier={}\
             &redirect_uri={REDIRECT_URI_ENCODED}",
            proof.verifier,
        );
        let answer = self.browser.post("/oauth2/token", "", &form).await?;
        let body = good("the code", answer)?;
        self.read(&body, client, Some(&proof.nonce))
    }

    async fn refresh(&mut self, client: &str) -> Result<()> {
        let Task::Work { held, .. } = &self.task else { return Ok(()) };
        let form = format!("grant_type=refresh_token&client_id={client}&refresh_token={}", held.refresh);
        let answer = self.browser.post("/oauth2/token", "", &form).await?;
        let body = good("the refresh", answer)?;
        let tokens = self.read(&body, client, None)?;
        self.hold(tokens);
        Ok(())
    }

    async fn introspect(&mut self) -> Result<()> {
        let Task::Work { basic, held, pool, turn, workload, .. } = &mut self.task else { return Ok(()) };
        *turn = turn.wrapping_add(104_729);
        let pooled = pool.get(*turn % pool.len().max(1)).filter(|_| *workload == Workload::Introspection);
        let form = format!("token={}", pooled.unwrap_or(&held.access));
        let answer = self.browser.post("/oauth2/introspect", basic, &form).await?;
        let body = good("introspection", answer)?;
        match body.windows(13).any(|part| part == b"\"active\":true") {
            true => Ok(()),
            false => Err(Failure::new("a living token was called dead")),
        }
    }

    async fn userinfo(&mut self) -> Result<()> {
        let Task::Work { held, .. } = &self.task else { return Ok(()) };
        let header = format!("Authorization: Bearer {}\r\n", held.access);
        let answer = self.browser.get("/userinfo", &header).await?;
        let body = good("userinfo", answer)?;
        if self.checks.is_some() && !String::from_utf8_lossy(&body).contains(&self.email) {
            return Err(Failure::new("userinfo does not tell the address of its person"));
        }
        Ok(())
    }

    fn hold(&mut self, (access, refresh): (String, String)) {
        if let Task::Work { held, .. } = &mut self.task {
            held.spent = std::mem::replace(&mut held.before, std::mem::replace(&mut held.refresh, refresh));
            held.access = access;
        }
    }

    /// The access token and the refresh token (empty if there is none), checked if that was asked for.
    fn read(&self, body: &[u8], client: &str, nonce: Option<&str>) -> Result<(String, String)> {
        let tokens: Tokens<'_> = serde_json::from_slice(body).during("the answer has no tokens")?;
        let refresh = tokens.refresh_token.unwrap_or_default();
        if let (Some(checks), Task::Work { held, workload, .. }) = (&self.checks, &self.task) {
            if *workload != Workload::ClientCredentialsOpaque {
                checks.access_token(&tokens.access_token, client)?;
            }
            if let Some(id_token) = &tokens.id_token {
                checks.id_token(id_token, client, nonce)?;
            }
            if !held.refresh.is_empty() && (refresh.is_empty() || refresh == held.refresh.as_str()) {
                return Err(Failure::new("a refresh token did not rotate"));
            }
        }
        Ok((tokens.access_token.into_owned(), refresh.into_owned()))
    }
}

/// What only the one who asked for a code knows.
struct Proof {
    state: String,
    nonce: String,
    verifier: String,
}

impl Proof {
    fn new() -> Self {
        let chance = base64url(&SystemRandom.bytes32());
        let (state, nonce) = (chance.chars().take(20).collect(), chance.chars().skip(20).collect());
        Self { state, nonce, verifier: base64url(&SystemRandom.bytes32()) }
    }
}

fn good(what: &str, answer: Answer) -> Result<Vec<u8>> {
    if answer.status == 200 { Ok(answer.body) } else { Err(refused(what, answer.status, &answer)) }
}
