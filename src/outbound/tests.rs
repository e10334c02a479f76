//! The guard, against everything that might lead it into the operator's own network, and against servers that mean ill.

mod answers;
mod destinations;
mod tls;
mod trap;

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;

use super::*;
use crate::config::{Mode, Sources};

/// What JSON is fetched as.
const JSON: &[&str] = &["application/json", "application/jwk-set+json"];

/// A resolver that says what the test wants, one line for each question, and the last line again and again.
pub(super) struct Scripted {
    lines: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<usize>,
}

impl Scripted {
    pub(super) fn new(lines: &[&[&str]]) -> Arc<Self> {
        let parse = |line: &&[&str]| line.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self { lines: Mutex::new(lines.iter().map(parse).collect()), asked: Mutex::new(0) })
    }

    pub(super) fn asked(&self) -> usize {
        *locked(&self.asked)
    }
}

impl Resolver for Scripted {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        *locked(&self.asked) += 1;
        let mut lines = locked(&self.lines);
        let line = if lines.len() > 1 { lines.pop_front() } else { lines.front().cloned() };
        Box::pin(std::future::ready(line.ok_or_else(|| io::ErrorKind::NotFound.into())))
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A client with these settings.
pub(super) fn outbound(mode: Mode, given: &[(&str, &str)], authority: Option<&[u8]>) -> Outbound {
    let mut environment: std::collections::BTreeMap<String, String> = [
        ("WAYHOME__SERVER__ISSUER", "https://id.example.org"),
        ("WAYHOME__SECRETS__DATA", "0123456789abcdef0123456789abcdef"),
        ("WAYHOME__COURIER__SMTP_URL", "smtps://mail.example.org"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    environment.extend(given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let outbound_ca = authority.map(|der| {
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
    });
    let (settings, faults) =
        Settings::load(mode, &Sources { environment, outbound_ca, ..Sources::default() });
    Outbound::new(&settings.unwrap_or_else(|| panic!("{faults}"))).unwrap()
}

/// One in production that may reach nothing but the internet.
pub(super) fn strict() -> Outbound {
    outbound(Mode::Production, &[], None)
}

/// One in production that may reach these.
pub(super) fn allowing(what: &str) -> Outbound {
    outbound(Mode::Production, &[("WAYHOME__OUTBOUND__ALLOW", what)], None)
}
