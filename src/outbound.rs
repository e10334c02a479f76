//! The only way out of the process over HTTP (`security.md` Z12).
//!
//! A client's `jwks_uri` is an address that somebody else chose, and this server stands inside the operator's
//! network. So: https only, a name is resolved once and the address that was judged is the one that is connected to,
//! nothing but the public internet unless the operator names it, no redirect, no proxy of the environment, no
//! compression, little time and little room. Whoever asked learns that it did not work and not why; the log learns
//! why.
//!
//! What the operator wrote into the settings, a gateway for mails or the target of a webhook, may lie anywhere, and over
//! http too; the rest holds there as well.

mod addresses;
#[cfg(test)]
#[allow(dead_code, reason = "the tests of the whole server use the rest of it")]
pub(crate) mod certificate;
mod destination;
mod exchange;
mod failure;
mod resolver;
mod tls;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::Url;

use crate::config::{AllowedDestination, Settings};
use destination::Destination;
use exchange::Request;
pub use failure::Failure;
use failure::Reason;
use resolver::{Resolver, SystemResolver};
use tls::Tls;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Until there is a connection, whichever of the addresses answers.
    connect: Duration,
    /// Everything, from the name to the last byte.
    total: Duration,
}

/// The patience of a server in use.
const PATIENCE: Patience = Patience { connect: Duration::from_secs(3), total: Duration::from_secs(5) };

/// How long everything may take that is asked of what the operator chose.
const OPERATORS: Duration = Duration::from_secs(10);

/// What a body may hold.
const BODY_LIMIT: usize = 256 * 1024;

/// So many addresses of a name are tried.
const ADDRESSES: usize = 4;

/// The header that names what is sent: the same at every attempt, so that a receiver knows what it has already.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What goes where the operator wants it.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// `POST`, `PUT` or the like.
    pub method: &'a str,
    /// Where to.
    pub url: &'a str,
    /// Headers beside `Host`, `Content-Length` and those of every request.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is sent.
    pub body: &'a [u8],
}

/// The guarded client. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    allow: Arc<[AllowedDestination]>,
    development: bool,
    resolver: Arc<dyn Resolver>,
    tls: Arc<Tls>,
    patience: Patience,
}

impl Outbound {
    /// As the settings have it; `Err` says what is wrong with the authorities in `outbound.ca_file`.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        Ok(Self {
            allow: settings.outbound.allow.clone().into(),
            development: settings.is_development(),
            resolver: Arc::new(SystemResolver),
            tls: Arc::new(Tls::new(settings.outbound.authorities.as_deref())?),
            patience: PATIENCE,
        })
    }

    /// The body at this address: an answer with status 200 and one of the media types `accept`.
    pub async fn get(&self, url: &str, accept: &[&str]) -> Result<Vec<u8>, Failure> {
        self.get_with(url, accept, &[]).await
    }

    /// The same, with headers beside those of every request.
    pub async fn get_with(
        &self,
        url: &str,
        accept: &[&str],
        headers: &[(&str, &str)],
    ) -> Result<Vec<u8>, Failure> {
        let answer = self.ask(url, &Request::Get { accept, headers }).await?;
        Ok(answer.body)
    }

    /// Sends a form, under a key that is the same at every attempt, and gives the status of the answer, whose body is
    /// not read.
    pub async fn post_form(&self, url: &str, key: &str, fields: &[(&str, &str)]) -> Result<u16, Failure> {
        // In one expression: the serializer may not be held while the answer is waited for.
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded"), (IDEMPOTENCY_KEY, key)];
        let request = Request::Leave { method: "POST", headers: &headers, body: form.as_bytes() };
        Ok(self.ask(url, &request).await?.status)
    }

    /// Sends a body where the operator wants it, and gives the status of the answer, whose body is not read. No
    /// redirect is followed.
    pub async fn deliver(&self, to: &Delivery<'_>) -> Result<u16, Failure> {
        let broken = |text: &str| text.bytes().any(|byte| byte < b' ' || byte == 0x7f);
        let asked = async {
            if to.headers.iter().any(|(name, value)| broken(name) || broken(value)) {
                return Err(Reason::Header);
            }
            let destination = Destination::parse(to.url)?;
            let addresses = self.resolved(&destination).await?;
            let addresses: Vec<SocketAddr> = addresses
                .into_iter()
                .map(|address| SocketAddr::new(address, destination.port()))
                .take(ADDRESSES)
                .collect();
            let request = Request::Leave { method: to.method, headers: to.headers, body: to.body };
            self.converse(&destination, &addresses, &request).await
        };
        let answer = tokio::time::timeout(OPERATORS, asked).await.unwrap_or(Err(Reason::TooSlow));
        answer.map(|answer| answer.status).map_err(Failure::new)
    }

    async fn ask(&self, url: &str, request: &Request<'_>) -> Result<exchange::Answer, Failure> {
        let asked = async {
            let destination = Destination::parse(url)?;
            let addresses = self.admitted(&destination).await?;
            self.converse(&destination, &addresses, request).await
        };
        let result = tokio::time::timeout(self.patience.total, asked).await;
        result.unwrap_or(Err(Reason::TooSlow)).map_err(|reason| {
            let host = host_of(url);
            if reason.is_of_the_guard() {
                tracing::warn!(host, %reason, "outbound.blocked");
            } else {
                tracing::warn!(host, %reason, "outbound.failed");
            }
            Failure::new(reason)
        })
    }

    /// The addresses that may be connected to. One that may not spoils them all: nobody's honest name leads both to
    /// the internet and into a private network.
    async fn admitted(&self, destination: &Destination) -> Result<Vec<SocketAddr>, Reason> {
        let named = self.allow.iter().any(
            |rule| matches!(rule, AllowedDestination::Host(host) if *host == destination.name_in_rules()),
        );
        let found = self.resolved(destination).await?;
        let mut addresses = Vec::new();
        let mut all_ours = true;
        for address in found.into_iter().map(|address| address.to_canonical()) {
            let ours = named || self.answers_for(address);
            if !ours && !addresses::is_public(address) {
                return Err(Reason::NotPublic(address));
            }
            all_ours &= ours;
            addresses.push(SocketAddr::new(address, destination.port()));
        }
        if addresses.is_empty() {
            return Err(Reason::NoAddress);
        }
        destination.admits_scheme(all_ours)?;
        destination.admits_port(all_ours)?;
        addresses.truncate(ADDRESSES);
        Ok(addresses)
    }

    async fn resolved(&self, destination: &Destination) -> Result<Vec<IpAddr>, Reason> {
        match destination.literal() {
            Some(address) => Ok(vec![address]),
            None => self.resolver.resolve(destination.name_in_rules()).await.map_err(|_| Reason::NoAddress),
        }
    }

    /// Whether the operator answers for this address.
    fn answers_for(&self, address: IpAddr) -> bool {
        (self.development && address.is_loopback())
            || self.allow.iter().any(
                |rule| matches!(rule, AllowedDestination::Network(network) if network.contains(&address)),
            )
    }

    async fn converse(
        &self,
        destination: &Destination,
        addresses: &[SocketAddr],
        request: &Request<'_>,
    ) -> Result<exchange::Answer, Reason> {
        let connecting = async {
            for address in addresses {
                if let Ok(stream) = TcpStream::connect(address).await {
                    return Ok(stream);
                }
            }
            Err(Reason::NoConnection)
        };
        let connected = tokio::time::timeout(self.patience.connect, connecting).await;
        let stream = connected.unwrap_or(Err(Reason::NoConnection))?;
        let mut stream: Box<dyn Stream> = if destination.is_https() {
            Box::new(self.tls.over(stream, destination).await?)
        } else {
            Box::new(stream)
        };
        exchange::run(&mut stream, destination, request).await
    }
}

/// A connection, with TLS or without.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// What the log may say of an address: neither its path nor what stands before an `@`.
fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
