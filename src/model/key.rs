//! The life of a signing key.

/// What a signing key is for at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, so that everybody knows it before it signs.
    Next,
    /// Signs; there is just one for each algorithm.
    Active,
    /// Signs no more. Its private part is gone; its public part is published for as long as a token of it may live.
    Retired,
}

impl KeyState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Next, Self::Active, Self::Retired];

    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
