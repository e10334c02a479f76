//! What people do again and again.

use crate::app::TestApp;
use crate::browser::Browser;
use crate::people::Person;

impl Browser<'_> {
    /// Fills in the sign-in form.
    #[track_caller]
    pub fn sign_in(&mut self, who: &Person) -> &mut Self {
        self.sign_in_with(&who.email, &who.password)
    }

    /// Fills in the sign-in form with whatever somebody types.
    #[track_caller]
    pub fn sign_in_with(&mut self, identifier: &str, password: &str) -> &mut Self {
        self.submit([("identifier", identifier), ("password", password)])
    }

    /// Fills in the form of a new account.
    #[track_caller]
    pub fn register(&mut self, email: &str, password: &str) -> &mut Self {
        self.submit([("traits.email", email), ("traits.name", "Ada"), ("password", password)])
    }

    /// Types the newest code that was mailed to an address.
    #[track_caller]
    pub fn enter_code_of(&mut self, app: &TestApp, address: &str) -> &mut Self {
        let code = app.mailbox().code_for(address);
        self.submit([("code", &code)])
    }

    /// Opens the newest link that was mailed to an address.
    #[track_caller]
    pub fn open_link_of(&mut self, app: &TestApp, address: &str) -> &mut Self {
        let link = app.mailbox().link_for(address);
        self.open(link)
    }
}
