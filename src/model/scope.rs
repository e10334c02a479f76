//! Scopes: what a client asks for and what a person grants (RFC 6749 3.3).

use std::fmt;

/// A list of scope tokens in the order they were given, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope(Vec<String>);

/// A text that holds something that is no scope token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedScope;

impl Scope {
    /// Reads a space-separated list. Each token is `%x21 / %x23-5B / %x5D-7E`, at most 128 characters, at most 100 of
    /// them; the empty text is the empty scope.
    pub fn parse(text: &str) -> Result<Self, MalformedScope> {
        let mut tokens: Vec<String> = Vec::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            let fits =
                token.len() <= 128 && token.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
            if !fits || tokens.len() == 100 {
                return Err(MalformedScope);
            }
            if !tokens.iter().any(|known| known == token) {
                tokens.push(token.to_owned());
            }
        }
        Ok(Self(tokens))
    }

    /// What applications for people usually ask for; `clients.toml` means it where it names no scopes.
    pub fn usual() -> Self {
        Self(["openid", "profile", "email", "offline_access"].map(str::to_owned).to_vec())
    }

    /// Whether this token is part of it.
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|known| known == token)
    }

    /// Whether every token of `other` is part of it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|token| self.contains(token))
    }

    /// The scope without these tokens.
    pub fn without(&self, tokens: &[&str]) -> Self {
        Self(self.0.iter().filter(|token| !tokens.contains(&token.as_str())).cloned().collect())
    }

    /// The tokens that are not part of `other`.
    pub fn beyond<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        self.iter().filter(|token| !other.contains(token))
    }

    /// Both together, this one's tokens first.
    pub fn union(&self, other: &Self) -> Self {
        let mut tokens = self.0.clone();
        tokens.extend(other.beyond(self).map(str::to_owned));
        Self(tokens)
    }

    /// The tokens in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_keeps_its_order_and_says_nothing_twice() {
        let scope = Scope::parse("openid  offline_access openid email").unwrap();
        assert_eq!(scope.to_string(), "openid offline_access email");
        assert!(scope.covers(&Scope::parse("email openid").unwrap()));
        assert!(!scope.covers(&Scope::parse("email admin").unwrap()));
        assert!(Scope::parse("").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_scope_token_is_refused() {
        for text in ["a\"b", "a\\b", "a\tb", "ä", "a\u{0}"] {
            assert_eq!(Scope::parse(text), Err(MalformedScope), "{text:?}");
        }
        let thousand: Vec<String> = (0..1000).map(|n| format!("s{n}")).collect();
        assert_eq!(Scope::parse(&thousand.join(" ")), Err(MalformedScope));
    }
}
