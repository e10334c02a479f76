//! What a client asks the authorization endpoint for, and on which way it comes back.

/// A response type (OAuth 2.0 Multiple Response Type Encoding Practices 3, OIDC Core 3). The order of its words means
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseType {
    /// A code: the only one for new applications.
    Code,
    /// An ID token at once.
    IdToken,
    /// An ID token and an access token at once.
    IdTokenToken,
    /// A code, and an ID token at once.
    CodeIdToken,
    /// A code, and an access token at once.
    CodeToken,
    /// A code, and both tokens at once.
    CodeIdTokenToken,
}

impl ResponseType {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Code,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
    ];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// Reads the words in any order; a word that comes twice, or is unknown, is no response type.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words: Vec<&str> = text.split(' ').collect();
        words.sort_unstable();
        let sorted = words.join(" ");
        Self::ALL.into_iter().find(|known| known.name() == sorted)
    }

    /// Whether it brings a code.
    pub fn has_code(self) -> bool {
        !matches!(self, Self::IdToken | Self::IdTokenToken)
    }

    /// Whether it brings an ID token from the authorization endpoint.
    pub fn has_id_token(self) -> bool {
        !matches!(self, Self::Code | Self::CodeToken)
    }

    /// Whether it brings an access token from the authorization endpoint.
    pub fn has_token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Whether tokens pass through the browser's address: the implicit and hybrid flows.
    pub fn is_front_channel(self) -> bool {
        self != Self::Code
    }

    /// The way that answers take if the request names none.
    pub fn usual_mode(self) -> ResponseMode {
        if self.is_front_channel() { ResponseMode::Fragment } else { ResponseMode::Query }
    }
}

/// The way on which an answer comes back (OAuth 2.0 Multiple Response Type Encoding Practices 2.1, OAuth 2.0 Form Post
/// Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment, which no server sees.
    Fragment,
    /// As a form that the browser posts there.
    FormPost,
}

impl ResponseMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// Reads the registered name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_response_type_come_in_any_order_and_once() {
        assert_eq!(ResponseType::parse("token code id_token"), Some(ResponseType::CodeIdTokenToken));
        assert_eq!(ResponseType::parse("token id_token"), Some(ResponseType::IdTokenToken));
        for text in ["", "token", "none", "code code", "code  id_token", "Code", "code id_token none"] {
            assert_eq!(ResponseType::parse(text), None, "{text}");
        }
        for known in ResponseType::ALL {
            assert_eq!(ResponseType::parse(known.name()), Some(known));
        }
    }
}
