//! Where a journey without a client may end: checked once, when the journey begins (S25, S26, S43).

use url::{Position, Url};

/// A URL that was checked against the allowed return URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnUrl(String);

impl ReturnUrl {
    /// A return URL that was checked before it was stored. Only for the store.
    pub fn from_row(url: String) -> Self {
        Self(url)
    }

    /// The absolute URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a return URL was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnUrlRefusal {
    /// It is no URL, or holds what URLs of honest people do not: user information, backslashes, encoded slashes,
    /// control characters, or more than 2,000 characters.
    Malformed,
    /// Its scheme is not one that people are sent to.
    Scheme,
    /// No rule allows it.
    NotAllowed,
}

/// One rule: `https://a` allows any path of that origin, `https://a/b` that path, `https://a/b/` and `https://a/b/*` all
/// below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnUrlRule {
    text: String,
    origin: String,
    path: PathRule,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PathRule {
    Any,
    Exactly(String),
    Below(String),
}

impl ReturnUrlRule {
    /// Reads a rule; `None` if it is not an absolute http or https URL without query, fragment and user information.
    pub fn parse(text: &str) -> Option<Self> {
        let url = plain_url(text)?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        let origin = url[..Position::BeforePath].to_owned();
        let written = text.get(text.find("://")? + 3..)?;
        let path = if !written.contains('/') {
            PathRule::Any
        } else if let Some(base) = url.path().strip_suffix('*').filter(|base| base.ends_with('/')) {
            PathRule::Below(base.to_owned())
        } else if url.path().ends_with('/') {
            PathRule::Below(url.path().to_owned())
        } else {
            PathRule::Exactly(url.path().to_owned())
        };
        Some(Self { text: text.to_owned(), origin, path })
    }

    /// The rule as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn allows(&self, url: &Url) -> bool {
        url[..Position::BeforePath] == self.origin
            && match &self.path {
                PathRule::Any => true,
                PathRule::Exactly(path) => url.path() == path,
                PathRule::Below(base) => url.path().starts_with(base.as_str()),
            }
    }
}

/// All rules of an installation. Relative URLs are resolved against the issuer and against nothing else (S26).
#[derive(Debug, Clone)]
pub struct AllowedReturnUrls {
    issuer: Url,
    rules: Vec<ReturnUrlRule>,
}

impl AllowedReturnUrls {
    /// The issuer's own origin is always allowed; `rules` are the configured ones and those of registered clients.
    /// `None` if the issuer is no URL.
    pub fn new(issuer: &str, rules: Vec<ReturnUrlRule>) -> Option<Self> {
        let issuer = Url::parse(issuer).ok()?;
        Some(Self { issuer, rules })
    }

    /// Adds a rule.
    pub fn allow(&mut self, rule: ReturnUrlRule) {
        self.rules.push(rule);
    }

    /// The rules as they were written.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(ReturnUrlRule::as_str)
    }

    /// Checks a URL that came from outside.
    pub fn check(&self, received: &str) -> Result<ReturnUrl, ReturnUrlRefusal> {
        let url = if received.starts_with('/') {
            if received.starts_with("//") {
                return Err(ReturnUrlRefusal::Malformed);
            }
            clean(received).then_some(()).ok_or(ReturnUrlRefusal::Malformed)?;
            let url = self.issuer.join(received).map_err(|_| ReturnUrlRefusal::Malformed)?;
            let same = url[..Position::BeforePath] == self.issuer[..Position::BeforePath];
            return if same { Ok(ReturnUrl(url.into())) } else { Err(ReturnUrlRefusal::Malformed) };
        } else {
            plain_url(received).ok_or(ReturnUrlRefusal::Malformed)?
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ReturnUrlRefusal::Scheme);
        }
        let own = url[..Position::BeforePath] == self.issuer[..Position::BeforePath];
        if own || self.rules.iter().any(|rule| rule.allows(&url)) {
            Ok(ReturnUrl(url.into()))
        } else {
            Err(ReturnUrlRefusal::NotAllowed)
        }
    }
}

/// An absolute URL that reads the same to everybody: the parser changed nothing in scheme, host and path.
fn plain_url(text: &str) -> Option<Url> {
    if !clean(text) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && !authority.contains('@')
        && !authority.is_empty()
        && url.scheme().eq_ignore_ascii_case(scheme);
    plain.then_some(url)
}

fn clean(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    !text.is_empty()
        && text.len() <= 2000
        && text.bytes().all(|b| (0x21..=0x7E).contains(&b) && b != b'\\')
        && !["%2f", "%5c", "%00", "%09", "%0a", "%0d", "%2e", "%25"]
            .iter()
            .any(|hidden| path_part(&lower).contains(hidden))
        && !path_part(&lower).split('/').any(|segment| matches!(segment, "." | ".."))
        && !path_part(&lower).get(1..).is_some_and(|path| !path.contains("://") && path.contains("//"))
}

/// What comes before the query and the fragment.
fn path_part(text: &str) -> &str {
    text.split(['?', '#']).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(rules: &[&str]) -> AllowedReturnUrls {
        let rules = rules.iter().map(|rule| ReturnUrlRule::parse(rule).unwrap()).collect();
        AllowedReturnUrls::new("https://identity.example.org", rules).unwrap()
    }

    #[test]
    fn seed_s43_a_rule_allows_what_it_says_and_nothing_beside_it() {
        let table: &[(&str, &str, bool)] = &[
            ("https://a.com/login", "https://a.com/login", true),
            ("https://a.com/login", "https://a.com/login?x=1", true),
            ("https://a.com/login", "https://a.com/login-evil", false),
            ("https://a.com/login", "https://a.com/login/", false),
            ("https://a.com/app/", "https://a.com/app/x", true),
            ("https://a.com/app/", "https://a.com/app", false),
            ("https://a.com/app/*", "https://a.com/app/x/y", true),
            ("https://a.com/app/*", "https://a.com/apple", false),
            ("https://a.com", "https://a.com/anything", true),
            ("https://a.com", "https://a.com", true),
            ("https://a.com", "https://a.com.evil.io", false),
            ("https://a.com", "https://evil.io/https://a.com", false),
            ("https://a.com", "http://a.com/", false),
            ("https://a.com", "https://a.com:8443/", false),
            ("https://a.com", "https://evilapp.test", false),
            ("http://localhost:5173", "http://localhost:5173/x", true),
        ];
        for (rule, url, expected) in table {
            assert_eq!(allowed(&[rule]).check(url).is_ok(), *expected, "{rule} {url}");
        }
    }

    #[test]
    fn seed_s26_a_relative_url_belongs_to_the_issuer() {
        let url = allowed(&["https://api.example.org/"]).check("/login").unwrap();
        assert_eq!(url.as_str(), "https://identity.example.org/login");
    }

    #[test]
    fn sec_r06_disguised_urls_are_refused() {
        let allowed = allowed(&["https://app.test", "https://id.test"]);
        for url in [
            "//evil.test",
            "/\\evil.test",
            "/%09/evil.test",
            "/%0a//evil",
            "https:evil.test",
            "///evil.test",
            "\\\\evil.test",
            "/..//evil.test",
            "/../x",
            "https://id.test.evil.test",
            "https://id.test@evil.test",
            "https://evil.test@id.test",
            "javascript:alert(1)",
            "javascript://app.test/%0aalert(1)",
            "data:text/html,x",
            "https://app.test%2f@evil.test",
            "https://app.test/%2e%2e/x",
            "https://app.test/a%252fb",
            "https://app.test/\tx",
            " https://app.test/",
            "https://app.test/ ",
            "https://аpp.test/",
            "https://",
            "",
        ] {
            assert!(allowed.check(url).is_err(), "{url:?}");
        }
    }

    #[test]
    fn seed_s25_what_was_checked_needs_no_second_look() {
        let allowed = allowed(&["https://app.test"]);
        let url = allowed.check("https://app.test/done?x=%2F#top").unwrap();
        assert_eq!(allowed.check(url.as_str()), Ok(url));
    }
}
