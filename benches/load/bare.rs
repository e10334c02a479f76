//! The bare limits: what a signature, a hash, a commit cost when nothing is around them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom as Chance;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use serde_json::json;
use wayhome::clock::{Clock as _, SystemClock};
use wayhome::crypto::{
    Expected, HashLimits, PasswordHasher, PlainPassword, SignatureAlgorithm, SigningKey, SigningKeys,
};
use wayhome::model::{
    AccessToken, Assurance, ClaimsRequest, Grant, GrantId, IdentityId, Instant, RefreshToken, RefreshTokenId,
    Scope, SessionId, TokenDigest,
};
use wayhome::random::{Random as _, SystemRandom};
use wayhome::store::{
    Connection, DatabaseUrl, Migrations, Options, Store, access_tokens, grants, refresh_tokens,
};

use crate::failure::{During as _, Failure, Result};
use crate::measure::{per_cpu_second, per_second};

/// As the writer of the server is set up: WAL, FULL.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192; \
     PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;";

/// Times per second on one core; zero where a limit was not measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bare {
    /// RSA-2048 signatures, parsed key.
    pub rsa_sign: f64,
    /// P-256 signatures, parsed key.
    pub p256_sign: f64,
    /// Ed25519 signatures, parsed key.
    pub ed25519_sign: f64,
    /// RS256 JWTs, decoded and validated.
    pub rsa_verify: f64,
    /// ES256 JWTs, decoded and validated.
    pub p256_verify: f64,
    /// EdDSA JWTs, decoded and validated.
    pub ed25519_verify: f64,
    /// Argon2id 19 MiB, two passes, in fresh memory.
    pub argon2_fresh: f64,
    /// The same on the library's worker, which uses its memory again.
    pub argon2: f64,
    /// Rows per second, one to a commit; its inverse is the cost of a sync.
    pub commit_1: f64,
    /// Rows per second, 16 to a commit.
    pub commit_16: f64,
    /// Rows per second, 64 to a commit.
    pub commit_64: f64,
    /// Rows per second through the library's store with 64 that wait.
    pub store_64: f64,
    /// Rotations of a refresh token per second, 16 to a commit.
    pub rotation_16: f64,
    /// Answers of a bare actix server to GET, 16 users.
    pub http_static: f64,
    /// Answers of a bare actix server to a POST of a form, 16 users.
    pub http_form: f64,
}

/// Measures all but the HTTP ones, each for `seconds`.
pub fn measure(folder: &Path, seconds: f64) -> Result<Bare> {
    let mut bare = Bare::default();
    signatures(&mut bare, seconds)?;
    hashes(&mut bare, seconds)?;
    commits(&mut bare, folder, seconds)?;
    store(&mut bare, folder, seconds)?;
    Ok(bare)
}

fn signatures(bare: &mut Bare, seconds: f64) -> Result<()> {
    let message = [b'x'; 600];
    let chance = Chance::new();
    let (rs256, rsa) = SigningKey::generate(SignatureAlgorithm::Rs256).during("making a key")?;
    let (es256, p256) = SigningKey::generate(SignatureAlgorithm::Es256).during("making a key")?;
    let (eddsa, ed25519) = SigningKey::generate(SignatureAlgorithm::EdDsa).during("making a key")?;
    let rsa = RsaKeyPair::from_pkcs8(&rsa).during("reading a key")?;
    let p256 = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &p256).during("reading a key")?;
    let ed25519 = Ed25519KeyPair::from_pkcs8(&ed25519).during("reading a key")?;
    let mut signature = vec![0; rsa.public_modulus_len()];
    bare.rsa_sign = per_cpu_second(seconds, || {
        rsa.sign(&RSA_PKCS1_SHA256, &chance, &message, &mut signature).during("signing")
    })?;
    bare.p256_sign = per_cpu_second(seconds, || p256.sign(&chance, &message).during("signing").map(drop))?;
    bare.ed25519_sign = per_cpu_second(seconds, || ed25519.try_sign(&message).during("signing").map(drop))?;
    let now = SystemClock.now();
    let claims = json!({
        "iss": "https://id.test", "sub": "5f0c4a39-2d0a-4b61-9a53-2f6a5d4b8f11", "aud": ["https://api.test"],
        "exp": now.seconds() + 6_000, "iat": now.seconds(), "client_id": "spa", "scope": "openid profile email",
        "jti": "5f0c4a39-2d0a-4b61-9a53-2f6a5d4b8f11.5f0c4a392d0a4b619a532f6a5d4b8f11",
    });
    let tokens = [&rs256, &es256, &eddsa].map(|key| key.sign("at+jwt", &claims));
    let keys = SigningKeys::new(vec![rs256, es256, eddsa]);
    let expected = Expected { typ: "at+jwt", issuer: "https://id.test", now, expired_is_fine: false };
    let [rs256, es256, eddsa] = tokens;
    let (rs256, es256, eddsa) =
        (rs256.during("signing")?, es256.during("signing")?, eddsa.during("signing")?);
    bare.rsa_verify =
        per_cpu_second(seconds, || keys.verify(&rs256, expected).during("verifying").map(drop))?;
    bare.p256_verify =
        per_cpu_second(seconds, || keys.verify(&es256, expected).during("verifying").map(drop))?;
    bare.ed25519_verify =
        per_cpu_second(seconds, || keys.verify(&eddsa, expected).during("verifying").map(drop))?;
    Ok(())
}

fn hashes(bare: &mut Bare, seconds: f64) -> Result<()> {
    let limits = HashLimits { workers: 1, ..HashLimits::default() };
    let hasher =
        PasswordHasher::start(limits, Arc::new(SystemRandom), Arc::new(SystemClock)).during("the hasher")?;
    let password = || {
        PlainPassword::new("river lantern cobalt orchard")
            .ok_or_else(|| Failure::new("the password is too long"))
    };
    let known = password()?;
    let hash = hasher.hash_blocking(&known).during("hashing")?;
    bare.argon2_fresh = per_cpu_second(seconds, || hasher.hash_blocking(&known).during("hashing").map(drop))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    bare.argon2 = per_cpu_second(seconds, || {
        let verdict = runtime.block_on(hasher.verify(password()?, Some(hash.clone()))).during("hashing")?;
        if verdict.matches { Ok(()) } else { Err(Failure::new("the password does not match its own hash")) }
    })?;
    Ok(())
}

/// A database of its own beside the server's, on the same disk.
fn database(folder: &Path, name: &str) -> Result<Connection> {
    let path = folder.join(name);
    let path = path.to_str().ok_or_else(|| Failure::new("the folder is not Unicode"))?;
    let mut connection = SqliteConnection::establish(path).during("opening SQLite")?;
    connection.batch_execute(PRAGMAS).during("setting SQLite up")?;
    let mut db = Connection::Sqlite(connection);
    Migrations::run(&mut db).during("migrating")?;
    Ok(db)
}

fn scope(text: &str) -> Result<Scope> {
    Scope::parse(text).map_err(|_| Failure::new("a scope is malformed"))
}

fn access_token(now: Instant) -> Result<AccessToken> {
    Ok(AccessToken {
        digest: TokenDigest::from_bytes(SystemRandom.bytes32()),
        grant: None,
        client_id: "load-machine-opaque".to_owned(),
        identity: None,
        scope: scope("read")?,
        audience: vec!["https://api.load.example".to_owned()],
        created_at: now,
        expires_at: now + Duration::from_secs(86_400),
    })
}

fn commits(bare: &mut Bare, folder: &Path, seconds: f64) -> Result<()> {
    let mut db = database(folder, "bare.db")?;
    let mut rows = |size: u32| -> Result<f64> {
        let groups = per_second(seconds, || {
            db.batch("BEGIN IMMEDIATE").during("BEGIN")?;
            for _ in 0..size {
                access_tokens::insert(&mut db, &access_token(SystemClock.now())?).during("INSERT")?;
            }
            db.batch("COMMIT").during("COMMIT")
        })?;
        Ok(groups * f64::from(size))
    };
    bare.commit_1 = rows(1)?;
    bare.commit_16 = rows(16)?;
    bare.commit_64 = rows(64)?;
    bare.rotation_16 = rotations(&mut db, seconds)?;
    Ok(())
}

/// The statements of a rotation: find the token, find its grant, spend it, write its successor.
fn rotations(db: &mut Connection, seconds: f64) -> Result<f64> {
    let now = SystemClock.now();
    let mut heads = Vec::new();
    for _ in 0..16 {
        let grant = Grant {
            id: GrantId::from_uuid(SystemRandom.uuid()),
            client_id: "load-spa-es256".to_owned(),
            identity: IdentityId::from_uuid(SystemRandom.uuid()),
            session: SessionId::from_uuid(SystemRandom.uuid()),
            scope: scope("openid profile email offline_access")?,
            audience: vec!["https://api.load.example".to_owned()],
            claims: ClaimsRequest::default(),
            offline: true,
            auth_time: now,
            acr: Assurance::Aal1,
            amr: vec!["pwd".to_owned()],
            created_at: now,
            expires_at: now + Duration::from_secs(86_400),
            ended_at: None,
        };
        grants::insert(db, &grant).during("INSERT")?;
        let head = refresh_token(&grant, 0, now);
        refresh_tokens::insert(db, &head).during("INSERT")?;
        heads.push(head.digest);
    }
    let groups = per_second(seconds, || {
        db.batch("BEGIN IMMEDIATE").during("BEGIN")?;
        for head in &mut heads {
            let lost = || Failure::new("a row is gone");
            let token = refresh_tokens::find(db, head).during("SELECT")?.ok_or_else(lost)?;
            let grant = grants::find(db, token.grant).during("SELECT")?.ok_or_else(lost)?;
            refresh_tokens::consume(db, token.id, SystemClock.now()).during("UPDATE")?;
            let next = refresh_token(&grant, token.generation + 1, now);
            refresh_tokens::insert(db, &next).during("INSERT")?;
            *head = next.digest;
        }
        db.batch("COMMIT").during("COMMIT")
    })?;
    Ok(groups * 16.0)
}

fn refresh_token(grant: &Grant, generation: i64, now: Instant) -> RefreshToken {
    RefreshToken {
        id: RefreshTokenId::from_uuid(SystemRandom.uuid()),
        digest: TokenDigest::from_bytes(SystemRandom.bytes32()),
        grant: grant.id,
        generation,
        created_at: now,
        expires_at: grant.expires_at,
        used_at: None,
    }
}

fn store(bare: &mut Bare, folder: &Path, seconds: f64) -> Result<()> {
    let url = DatabaseUrl::Sqlite(folder.join("store.db"));
    let store = Store::open(&url, Options::default()).during("opening the store")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let rounds = per_second(seconds, || {
        let mut waiting = Vec::with_capacity(64);
        for _ in 0..64 {
            let token = access_token(SystemClock.now())?;
            waiting.push(store.write(move |db| access_tokens::insert(db, &token)));
        }
        runtime.block_on(async {
            for answer in waiting {
                answer.await.during("a write")?;
            }
            Ok(())
        })
    })?;
    bare.store_64 = rounds * 64.0;
    Ok(())
}
