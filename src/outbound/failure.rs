//! Why something could not be fetched: one sentence for whoever asked, the reason for the log.

use std::fmt;
use std::net::IpAddr;

/// It could not be fetched. What it says is the same whatever the reason, or the server would tell strangers what is
/// open, closed or there at all in the operator's network.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    reason: Reason,
}

impl Failure {
    pub(super) fn new(reason: Reason) -> Self {
        Self { reason }
    }

    /// Whether it was not even tried.
    pub fn was_blocked(&self) -> bool {
        self.reason.is_of_the_guard()
    }

    /// The reason in words, for the log and the event `outbound.blocked`. It never leaves the house.
    pub fn reason(&self) -> String {
        self.reason.to_string()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it could not be fetched")
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({})", self.reason)
    }
}

impl std::error::Error for Failure {}

/// The reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// No URL at all.
    NotAUrl,
    /// Another scheme than https, or http where only https may be.
    Scheme(String),
    /// A name or password in the URL.
    UserInfo,
    /// A port that this destination must not be asked on.
    Port(u16),
    /// An address that is not on the public internet.
    NotPublic(IpAddr),
    /// The name leads nowhere.
    NoAddress,
    /// Nobody answers there.
    NoConnection,
    /// The certificate or the handshake.
    Tls(String),
    /// The time is over.
    TooSlow,
    /// The connection broke.
    Broken(String),
    /// The answer is no HTTP/1.1 that we understand.
    Malformed(&'static str),
    /// More than the limit.
    TooLarge,
    /// Another status than 200.
    Status(u16),
    /// Another media type than what was asked for.
    MediaType(String),
    /// Compressed, although nobody asked for that.
    Encoded,
    /// A header that would be two.
    Header,
}

impl Reason {
    /// Whether the guard refused before any connection was opened.
    pub(super) fn is_of_the_guard(&self) -> bool {
        matches!(
            self,
            Self::NotAUrl
                | Self::Scheme(_)
                | Self::UserInfo
                | Self::Port(_)
                | Self::NotPublic(_)
                | Self::Header
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAUrl => f.write_str("it is no URL with a host"),
            Self::Scheme(scheme) => write!(f, "the scheme {scheme} is not allowed there"),
            Self::UserInfo => f.write_str("the URL holds a user name or a password"),
            Self::Port(port) => write!(f, "the port {port} is not allowed there"),
            Self::NotPublic(address) => {
                write!(f, "{address} is not on the public internet and not in outbound.allow")
            }
            Self::NoAddress => f.write_str("the name has no address"),
            Self::NoConnection => f.write_str("nobody takes the connection"),
            Self::Tls(why) => write!(f, "TLS failed: {why}"),
            Self::TooSlow => f.write_str("it took too long"),
            Self::Broken(why) => write!(f, "the connection broke: {why}"),
            Self::Malformed(what) => write!(f, "the answer is malformed: {what}"),
            Self::TooLarge => f.write_str("the answer is too large"),
            Self::Status(status) => write!(f, "the status is {status}"),
            Self::MediaType(found) => write!(f, "the media type is `{found}`"),
            Self::Encoded => f.write_str("the answer is compressed"),
            Self::Header => f.write_str("a header holds a line break"),
        }
    }
}
