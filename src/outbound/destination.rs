//! Where a URL leads, once it is read as browsers read it (WHATWG), with all odd spellings of addresses undone.

use std::net::IpAddr;

use url::{Host, Url};

use super::failure::Reason;

/// Where keys and notices are asked for on the public internet.
const PUBLIC_PORTS: [u16; 2] = [443, 8443];

/// Ports from 1024 on that belong to something that is no web server, and that a request must never be sent to.
const OTHERS_PORTS: [u16; 14] =
    [1433, 1521, 2049, 2375, 2379, 3306, 5432, 5672, 6379, 6443, 9042, 9300, 11211, 27017];

/// A destination.
pub(super) struct Destination {
    url: Url,
    name: String,
    literal: Option<IpAddr>,
    port: u16,
}

impl Destination {
    /// Reads a URL that may come from anybody.
    pub(super) fn parse(text: &str) -> Result<Self, Reason> {
        let url = Url::parse(text).map_err(|_| Reason::NotAUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(Reason::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Reason::UserInfo);
        }
        let (name, literal) = match url.host().ok_or(Reason::NotAUrl)? {
            Host::Domain(name) => (name.strip_suffix('.').unwrap_or(name).to_owned(), None),
            Host::Ipv4(address) => (address.to_string(), Some(IpAddr::V4(address))),
            Host::Ipv6(address) => (address.to_string(), Some(IpAddr::V6(address))),
        };
        let port = url.port_or_known_default().ok_or(Reason::NotAUrl)?;
        Ok(Self { url, name, literal, port })
    }

    /// The name of the host, in small letters and without the dot of the root.
    pub(super) fn name_in_rules(&self) -> &str {
        &self.name
    }

    /// The address, if the URL holds one in place of a name.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        self.literal
    }

    /// The port.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is spoken to with TLS.
    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// http only where the operator answers for the way (`ours`).
    pub(super) fn admits_scheme(&self, ours: bool) -> Result<(), Reason> {
        if self.is_https() || ours { Ok(()) } else { Err(Reason::Scheme("http".to_owned())) }
    }

    /// The ports of https; where the operator answers for the host, any that may be a web server's.
    pub(super) fn admits_port(&self, ours: bool) -> Result<(), Reason> {
        let high = self.port >= 1024 && !OTHERS_PORTS.contains(&self.port);
        if PUBLIC_PORTS.contains(&self.port) || (ours && (self.port == 80 || high)) {
            Ok(())
        } else {
            Err(Reason::Port(self.port))
        }
    }

    /// The value of `Host`.
    pub(super) fn host_header(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Path and query, as they are sent. Neither can hold a space or a line break: the URL was parsed.
    pub(super) fn target(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }
}
