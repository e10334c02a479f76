//! A text that must not be shown.

use std::fmt;

use zeroize::Zeroize;

/// A plain secret: no `Serialize`, no useful `Debug`, erased when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// Takes the secret in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Lets the secret out, to whom must have it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
