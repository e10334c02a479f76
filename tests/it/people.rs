//! People that exist before the test begins.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use wayhome::crypto::{PasswordHash, PlainPassword};
use wayhome::identity::administration::{self, NewIdentity};
use wayhome::model::{IdentityId, IdentityState};

use crate::app::TestApp;

/// A password that keeps all rules.
pub const PASSWORD: &str = "river lantern cobalt orchard";

/// Another one.
pub const OTHER_PASSWORD: &str = "seven quiet harbours in fog";

/// Somebody who is about to exist.
#[must_use = "nobody exists before `with_password` or `without_password`"]
pub struct NewPerson<'a> {
    app: &'a TestApp,
    email: String,
    traits: Value,
    verified: bool,
    state: IdentityState,
}

/// Somebody.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id, which is the subject of tokens.
    pub id: IdentityId,
    /// The address.
    pub email: String,
    /// The password, if there is one.
    pub password: String,
}

impl Person {
    /// The subject of their tokens.
    pub fn subject(&self) -> String {
        self.id.to_string()
    }
}

impl<'a> NewPerson<'a> {
    pub(crate) fn new(app: &'a TestApp, email: &str) -> Self {
        let traits = json!({ "email": email });
        Self { app, email: email.to_owned(), traits, verified: true, state: IdentityState::Active }
    }

    /// With a name.
    pub fn named(mut self, name: &str) -> Self {
        self.traits["name"] = json!(name);
        self
    }

    /// With other traits.
    pub fn traits(mut self, traits: Value) -> Self {
        self.traits = traits;
        self
    }

    /// Whose address is not proven.
    pub fn unverified(mut self) -> Self {
        self.verified = false;
        self
    }

    /// Who is switched off.
    pub fn inactive(mut self) -> Self {
        self.state = IdentityState::Inactive;
        self
    }

    /// With this password.
    pub fn with_password(self, password: &str) -> Person {
        self.make(Some(password))
    }

    /// Who cannot sign in with one.
    pub fn without_password(self) -> Person {
        self.make(None)
    }

    fn make(self, password: Option<&str>) -> Person {
        let hash = password.map(|text| hashed(self.app, text));
        let new = NewIdentity {
            schema_id: self.app.work().env().settings.identity.schema_id.clone(),
            traits: self.traits,
            state: self.state,
            metadata_public: None,
            metadata_admin: None,
            password: hash,
            verified: self.verified,
        };
        let made = self.app.write(move |cx| administration::create(cx, new));
        let identity = made.unwrap_or_else(|why| panic!("{}: {why:?}", self.email));
        Person { id: identity.id, email: self.email, password: password.unwrap_or_default().to_owned() }
    }
}

/// The hash of a password. Hashing is slow, and what people had before a test is no subject of it.
fn hashed(app: &TestApp, password: &str) -> PasswordHash {
    static KNOWN: Mutex<BTreeMap<String, PasswordHash>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hash) = known().get(password) {
        return hash.clone();
    }
    let plain = PlainPassword::new(password).expect("a password of reasonable length");
    let hash = app.wait(app.work().env().passwords.hash(plain)).expect("it is hashed");
    known().insert(password.to_owned(), hash.clone());
    hash
}
