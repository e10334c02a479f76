//! The rules that every answer keeps, whatever the test is about (security 2.2 and 2.3, decisions 1, 2 and 9): a lint of
//! headers and cookies around every request of every test here. sec_s08, sec_p07, sec_r09.

use crate::http::{Answer, Ask};

const FLOW_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
const OWN_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const REDIRECT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
const API_POLICY: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";
const ASSET_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Checks an answer of the public listener.
#[track_caller]
pub fn check(issuer: &str, ask: &Ask, answer: &Answer) {
    let rules = Rules { ask, answer };
    rules.everywhere(issuer.starts_with("https:"));
    let path = ask.target.split('?').next().unwrap_or_default();
    let is_framed = path == "/oauth2/check_session" && answer.status == 200;
    match is_framed {
        true => rules.lacks("x-frame-options"),
        false => rules.has("x-frame-options", "DENY"),
    }
    match answer.header("content-type") {
        Some("text/html; charset=utf-8") if is_framed => rules.framed(),
        Some("text/html; charset=utf-8") => rules.page(path),
        Some("application/json") if is_document(path) && answer.status == 200 => rules.document(),
        Some("application/json") => rules.api(),
        Some("application/jwt") if path == "/userinfo" && answer.status == 200 => rules.api(),
        Some("text/plain; charset=utf-8") if path == "/account/two-step/codes.txt" => rules.api(),
        Some(_) if path.starts_with("/static/") => rules.asset(),
        Some(other) => rules.broken(&format!("has the unexpected type {other}")),
        None if answer.status == 303 => rules.redirect(),
        None if answer.status == 304 => {}
        None => rules.must(answer.body.is_empty(), "has a body without a type"),
    }
    let may_set_cookies = answer.status == 303
        || answer.status == 200
            && answer.header("content-type").is_some_and(|of| of.starts_with("text/html"));
    rules.must(
        answer.header("set-cookie").is_none() || may_set_cookies,
        "sets a cookie, and is no page and no redirect",
    );
}

/// Whether everybody may read what is there.
fn is_document(path: &str) -> bool {
    ["/.well-known/", "/schemas"].iter().any(|start| path.starts_with(start))
}

/// Checks an answer of the admin listener.
#[track_caller]
pub fn check_admin(ask: &Ask, answer: &Answer) {
    let rules = Rules { ask, answer };
    rules.everywhere(false);
    rules.has("x-frame-options", "DENY");
    rules.must(answer.header("set-cookie").is_none(), "sets a cookie");
    rules.must(answer.status != 303, "redirects");
    if answer.header("content-type").is_some() {
        rules.api();
    }
}

struct Rules<'a> {
    ask: &'a Ask,
    answer: &'a Answer,
}

impl Rules<'_> {
    #[track_caller]
    fn broken(&self, what: &str) {
        panic!(
            "the answer {} to {} {} {what}\n{:#?}\n{}",
            self.answer.status,
            self.ask.method,
            self.ask.target,
            self.answer.headers,
            self.answer.text()
        );
    }

    #[track_caller]
    fn must(&self, holds: bool, what: &str) {
        if !holds {
            self.broken(what);
        }
    }

    #[track_caller]
    fn has(&self, name: &str, value: &str) {
        self.must(
            self.answer.all(name).collect::<Vec<_>>() == [value],
            &format!("should have exactly one {name}: {value}"),
        );
    }

    #[track_caller]
    fn lacks(&self, name: &str) {
        self.must(self.answer.header(name).is_none(), &format!("should have no {name}"));
    }

    #[track_caller]
    fn everywhere(&self, https: bool) {
        self.must(
            !matches!(self.answer.status, 301 | 302 | 307 | 308),
            "redirects by another status than 303",
        );
        self.has("x-content-type-options", "nosniff");
        for name in ["server", "x-powered-by", "x-xss-protection", "last-modified"] {
            self.lacks(name);
        }
        self.must(self.answer.header("x-request-id").is_some(), "has no request id");
        match https {
            true => self.has("strict-transport-security", "max-age=31536000"),
            false => self.lacks("strict-transport-security"),
        }
        // The tag of an identity is for `If-Match`, and for no cache.
        let is_versioned = self.ask.target.starts_with("/admin/identities");
        if self.answer.header("cache-control") == Some("no-store") && !is_versioned {
            self.lacks("etag");
        }
        for cookie in self.answer.all("set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let attributes: Vec<&str> = attributes.split(';').map(str::trim).collect();
            // A script of ours reads it in a frame of another site.
            let watched = pair.contains("wayhome_state=");
            let same_site = if watched && https { "SameSite=None" } else { "SameSite=Lax" };
            self.must(
                [same_site, "Path=/"].iter().all(|one| attributes.contains(one))
                    && attributes.contains(&"HttpOnly") != watched,
                "sets a cookie without its attributes",
            );
            self.must(attributes.contains(&"Secure") == https, "has the wrong idea of Secure");
            self.must(pair.starts_with("__Host-") == https, "has the wrong idea of __Host-");
            let domain = attributes.iter().any(|one| one.to_ascii_lowercase().starts_with("domain"));
            self.must(!domain, "sets a cookie for a domain");
        }
    }

    #[track_caller]
    fn page(&self, path: &str) {
        let own = path.starts_with("/account") && self.answer.status == 200;
        let frames = format!("{FLOW_POLICY}; frame-src http");
        match self.answer.header("content-security-policy") {
            Some(policy) if path.ends_with("/logout") || path == "/logout/done" => {
                self.must(policy == FLOW_POLICY || policy.starts_with(&frames), "has another policy");
            }
            _ => self.has("content-security-policy", if own { OWN_POLICY } else { FLOW_POLICY }),
        }
        self.has("cache-control", "no-store");
        self.has("referrer-policy", "same-origin");
        self.has("cross-origin-resource-policy", "same-origin");
        self.has("x-robots-tag", "noindex, nofollow");
        self.has("vary", "Cookie, Sec-Fetch-Site, Origin");
        self.must(self.answer.header("permissions-policy").is_some(), "has no Permissions-Policy");
        self.lacks("access-control-allow-origin");
        match own {
            true => self.has("cross-origin-opener-policy", "same-origin"),
            false => self.lacks("cross-origin-opener-policy"),
        }
    }

    /// The one page that other sites may frame.
    #[track_caller]
    fn framed(&self) {
        self.has(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'",
        );
        self.has("cache-control", "no-store");
        self.has("referrer-policy", "no-referrer");
        self.has("cross-origin-resource-policy", "cross-origin");
        self.lacks("set-cookie");
    }

    #[track_caller]
    fn redirect(&self) {
        self.has("content-security-policy", REDIRECT_POLICY);
        self.has("cache-control", "no-store");
        self.has("referrer-policy", "no-referrer");
        self.must(self.answer.all("location").count() == 1, "has no single Location");
        self.must(self.answer.body.is_empty(), "redirects with a body");
    }

    #[track_caller]
    fn api(&self) {
        self.has("content-security-policy", API_POLICY);
        self.has("cache-control", "no-store");
        self.has("referrer-policy", "no-referrer");
        self.has("cross-origin-resource-policy", "same-origin");
    }

    #[track_caller]
    fn document(&self) {
        self.has("content-security-policy", API_POLICY);
        self.has("cache-control", "public, max-age=300, stale-if-error=86400");
        self.has("referrer-policy", "no-referrer");
        self.has("cross-origin-resource-policy", "cross-origin");
        self.has("access-control-allow-origin", "*");
    }

    #[track_caller]
    fn asset(&self) {
        self.has("content-security-policy", ASSET_POLICY);
        self.has("cache-control", "public, max-age=31536000, immutable");
        self.has("cross-origin-resource-policy", "same-origin");
    }
}
