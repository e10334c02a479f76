//! The headers that an answer has because of what it is.

use actix_web::http::header::{HeaderName, HeaderValue};

/// Which headers an answer carries (security 2.2, architecture decision 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A page from which a form may end at a client: no `form-action`, no opener policy.
    FlowPage,
    /// A page that never leaves.
    OwnPage,
    /// The one page that pages of other sites may frame (OIDC Session Management 3.2).
    Framed,
    /// A redirect.
    Redirect,
    /// JSON of an API.
    Json,
    /// JSON that anybody may read and keep for a while.
    Document,
    /// A file that never changes under its path.
    Asset,
}

/// Names and values that are made once, when the program is built.
type Headers<const N: usize> = [(HeaderName, HeaderValue); N];

const fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}

const POLICY: &str = "publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), \
     camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()";

static ALL: Headers<1> = [header("x-content-type-options", "nosniff")];

static UNFRAMED: Headers<1> = [header("x-frame-options", "DENY")];

/// What a page from which a form may end at a client may load.
pub(super) const FLOW_SOURCES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

static FLOW: Headers<7> = [
    header("content-security-policy", FLOW_SOURCES),
    header("cache-control", "no-store"),
    header("referrer-policy", "same-origin"),
    header("cross-origin-resource-policy", "same-origin"),
    header("permissions-policy", POLICY),
    header("x-robots-tag", "noindex, nofollow"),
    header("vary", "Cookie, Sec-Fetch-Site, Origin"),
];

static OWN: Headers<8> = [
    header(
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    header("cache-control", "no-store"),
    header("referrer-policy", "same-origin"),
    header("cross-origin-opener-policy", "same-origin"),
    header("cross-origin-resource-policy", "same-origin"),
    header("permissions-policy", POLICY),
    header("x-robots-tag", "noindex, nofollow"),
    header("vary", "Cookie, Sec-Fetch-Site, Origin"),
];

static FRAMED: Headers<6> = [
    header(
        "content-security-policy",
        "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'",
    ),
    header("cache-control", "no-store"),
    header("referrer-policy", "no-referrer"),
    header("cross-origin-resource-policy", "cross-origin"),
    header("permissions-policy", POLICY),
    header("x-robots-tag", "noindex, nofollow"),
];

static REDIRECT: Headers<5> = [
    header("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    header("cache-control", "no-store"),
    header("referrer-policy", "no-referrer"),
    header("x-robots-tag", "noindex, nofollow"),
    header("vary", "Cookie, Sec-Fetch-Site, Origin"),
];

static JSON: Headers<6> = [
    header(
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
    ),
    header("cache-control", "no-store"),
    header("pragma", "no-cache"),
    header("referrer-policy", "no-referrer"),
    header("cross-origin-resource-policy", "same-origin"),
    header("vary", "Origin"),
];

static DOCUMENT: Headers<5> = [
    header(
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
    ),
    header("cache-control", "public, max-age=300, stale-if-error=86400"),
    header("referrer-policy", "no-referrer"),
    header("cross-origin-resource-policy", "cross-origin"),
    header("access-control-allow-origin", "*"),
];

static ASSET: Headers<4> = [
    header("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
    header("cache-control", "public, max-age=31536000, immutable"),
    header("referrer-policy", "no-referrer"),
    header("cross-origin-resource-policy", "same-origin"),
];

/// What the headers of a class say.
pub(super) fn class_headers(class: Class) -> impl Iterator<Item = &'static (HeaderName, HeaderValue)> {
    let own: &[_] = match class {
        Class::FlowPage => &FLOW,
        Class::OwnPage => &OWN,
        Class::Framed => &FRAMED,
        Class::Redirect => &REDIRECT,
        Class::Json => &JSON,
        Class::Document => &DOCUMENT,
        Class::Asset => &ASSET,
    };
    let unframed: &[_] = if class == Class::Framed { &[] } else { &UNFRAMED };
    ALL.iter().chain(unframed).chain(own)
}
