//! The two cookies: one long-lived for the browser, one for the session (decision 9). With session management there is
//! a third, which scripts may read: it says only whether the session is still the same.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::{self, HeaderMap};

use crate::config::Settings;
use crate::crypto::{PlainToken, TokenKind};
use crate::model::TokenDigest;

/// A year and a bit: browsers allow no more than 400 days.
const BROWSER_LIFETIME: Duration = Duration::days(400);

/// What came in the cookies.
pub struct Cookies {
    /// The browser's.
    pub browser: Option<PlainToken>,
    /// The digest of the session's.
    pub session: Option<TokenDigest>,
}

fn name(settings: &Settings, kind: TokenKind) -> &'static str {
    match (kind, settings.is_https()) {
        (TokenKind::Browser, true) => "__Host-wayhome_browser",
        (TokenKind::Browser, false) => "wayhome_browser",
        (_, true) => "__Host-wayhome_session",
        (_, false) => "wayhome_session",
    }
}

/// Reads them. A name that comes twice was tossed in by somebody, and counts as absent (S09).
pub fn read(headers: &HeaderMap, settings: &Settings) -> Cookies {
    let find = |kind: TokenKind| {
        let wanted = name(settings, kind);
        let mut found = headers
            .get_all(header::COOKIE)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == wanted)
            .map(|(_, value)| value);
        let first = found.next()?;
        if found.next().is_some() {
            return None;
        }
        PlainToken::parse(kind, first)
    };
    Cookies {
        browser: find(TokenKind::Browser),
        session: find(TokenKind::Session).map(|token| token.digest()),
    }
}

/// A cookie that carries the token.
pub fn carrying(settings: &Settings, kind: TokenKind, token: &PlainToken) -> Cookie<'static> {
    let mut cookie = plain(settings, kind, token.expose().to_owned());
    if kind == TokenKind::Browser {
        cookie.set_max_age(BROWSER_LIFETIME);
    }
    cookie
}

/// A cookie that takes the session's away.
pub fn without_session(settings: &Settings) -> Cookie<'static> {
    let mut cookie = plain(settings, TokenKind::Session, String::new());
    cookie.set_max_age(Duration::ZERO);
    cookie
}

/// What scripts may know of the session (OIDC Session Management 3). The frame that reads it stands in pages of other
/// sites, so it must be sent there, which browsers allow only over TLS.
pub fn with_state(settings: &Settings, value: String) -> Cookie<'static> {
    let https = settings.is_https();
    Cookie::build(if https { "__Host-wayhome_state" } else { "wayhome_state" }, value)
        .path("/")
        .http_only(false)
        .secure(https)
        .same_site(if https { SameSite::None } else { SameSite::Lax })
        .finish()
}

/// A cookie that takes it away: nobody is signed in.
pub fn without_state(settings: &Settings) -> Cookie<'static> {
    let mut cookie = with_state(settings, String::new());
    cookie.set_max_age(Duration::ZERO);
    cookie
}

fn plain(settings: &Settings, kind: TokenKind, value: String) -> Cookie<'static> {
    Cookie::build(name(settings, kind), value)
        .path("/")
        .http_only(true)
        .secure(settings.is_https())
        .same_site(SameSite::Lax)
        .finish()
}
