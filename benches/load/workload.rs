//! What is measured.

use clap::ValueEnum;

/// One thing that clients or people do all day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Workload {
    /// GET of the metadata.
    Discovery,
    /// A client's own token, RS256.
    ClientCredentialsRs256,
    /// A client's own token, ES256.
    ClientCredentialsEs256,
    /// A client's own token, EdDSA.
    ClientCredentialsEddsa,
    /// A client's own token, opaque and stored.
    ClientCredentialsOpaque,
    /// Authorization with a living session, then the code for two ES256 tokens.
    CodeEs256,
    /// The same, RS256.
    CodeRs256,
    /// The same, EdDSA.
    CodeEddsa,
    /// A chain of refresh tokens, each for two ES256 tokens.
    RefreshEs256,
    /// The same, RS256.
    RefreshRs256,
    /// The same, EdDSA.
    RefreshEddsa,
    /// Introspection of one of many living opaque tokens.
    Introspection,
    /// Introspection of ES256 tokens of people.
    IntrospectionJwt,
    /// Userinfo for an ES256 token.
    Userinfo,
    /// Authorization, sign-in page, password, code, tokens: each time in a new browser.
    SignIn,
}

impl Workload {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Discovery,
        Self::ClientCredentialsRs256,
        Self::ClientCredentialsEs256,
        Self::ClientCredentialsEddsa,
        Self::ClientCredentialsOpaque,
        Self::CodeEs256,
        Self::CodeRs256,
        Self::CodeEddsa,
        Self::RefreshEs256,
        Self::RefreshRs256,
        Self::RefreshEddsa,
        Self::Introspection,
        Self::IntrospectionJwt,
        Self::Userinfo,
        Self::SignIn,
    ];

    /// Its name on the command line and in the table.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The client that acts.
    pub fn client(self) -> &'static str {
        match self {
            Self::ClientCredentialsRs256 => "load-machine-rs256",
            Self::ClientCredentialsEs256 => "load-machine-es256",
            Self::ClientCredentialsEddsa => "load-machine-eddsa",
            Self::ClientCredentialsOpaque | Self::Introspection | Self::IntrospectionJwt => {
                "load-machine-opaque"
            }
            Self::CodeRs256 | Self::RefreshRs256 => "load-spa-rs256",
            Self::CodeEddsa | Self::RefreshEddsa => "load-spa-eddsa",
            Self::Discovery | Self::CodeEs256 | Self::RefreshEs256 | Self::Userinfo | Self::SignIn => {
                "load-spa-es256"
            }
        }
    }

    /// Whether each user needs a person who has signed in.
    pub fn needs_person(self) -> bool {
        matches!(
            self,
            Self::CodeEs256
                | Self::CodeRs256
                | Self::CodeEddsa
                | Self::RefreshEs256
                | Self::RefreshRs256
                | Self::RefreshEddsa
                | Self::IntrospectionJwt
                | Self::Userinfo
        )
    }
}
