//! How somebody who wants nothing but to come home gets there from any page.

use std::collections::BTreeMap;

use super::moves::Filling;
use super::traveller::Traveller;

/// A way home is not longer than this.
const PATIENCE: usize = 24;

/// How often the same thing is tried at the same place.
const TRIES: usize = 2;

impl Traveller<'_> {
    /// Goes on with right answers until the journey ends at the client with its `state`.
    pub fn way_home(&mut self) -> Result<(), String> {
        let mut tried: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
        let mut seen = Vec::new();
        for _ in 0..PATIENCE {
            if let Some(location) = self.browser.try_location() {
                return self.ending(location);
            }
            let page = self.browser.page().clone();
            seen.push(format!("{} {:?}", page.path(), page.heading));
            if page.error_id().as_deref() == Some("request_expired") && self.waited {
                // It waited for too long: the page names the client and leads back to it.
                let back = page.links.iter().any(|link| link.text == "Back to Acme Notes");
                return if back { Ok(()) } else { Err("no way back to the client".to_owned()) };
            }
            let form = page.main_form().map(|form| form.path().to_owned()).unwrap_or_default();
            let place = format!("{} {form}", page.path());
            let mut may = |what: &'static str| {
                let count = tried.entry((place.clone(), what)).or_default();
                *count += 1;
                *count <= TRIES
            };
            let button =
                page.main_form().and_then(|form| form.buttons.iter().position(|button| button.enabled));
            let has_link = |words: &str| page.links.iter().any(|link| link.text == words);
            let knows_code = !self.codes().is_empty();
            match (form.as_str(), button) {
                // Decision 11: the form is what gives the journey back, whatever it says.
                (_, Some(button)) if self.unknown => self.send(&form, button, Filling::Right),
                ("/verification" | "/recovery/code" | "/login/code", Some(button))
                    if knows_code && may("code") =>
                {
                    self.send(&form, button, Filling::Right);
                }
                ("/verification" | "/recovery/code" | "/login/code", _) if may("resend") => {
                    self.app.advance(31);
                    self.browser.reload();
                    let again =
                        self.browser.try_page().is_some_and(|page| page.button("Send a new code").is_some());
                    if again {
                        self.browser.press("Send a new code");
                    }
                }
                (
                    "/login/second-factor"
                    | "/login/backup-code"
                    | "/recovery/second-factor"
                    | "/recovery/backup-code",
                    Some(button),
                ) if may("second") => self.send(&form, button, Filling::Right),
                (
                    "/login"
                    | "/registration"
                    | "/registration/backup-codes"
                    | "/recovery"
                    | "/recovery/password",
                    Some(button),
                ) if may("right") => self.send(&form, button, Filling::Right),
                ("/consent" | "/login/choice" | "/verification/link" | "/recovery/link", Some(button))
                    if may("press") =>
                {
                    self.send(&form, button, Filling::Untouched)
                }
                _ if has_link("Back to sign in") && may("back") => {
                    self.browser.click("Back to sign in");
                }
                _ if has_link("Sign in") && may("sign in") => {
                    self.browser.click("Sign in");
                }
                ("/login", _) if has_link("Forgot your password?") && may("forgot") => {
                    self.browser.click("Forgot your password?");
                }
                _ => return Err(format!("stuck after {}: {}", seen.join(" → "), page.text)),
            }
        }
        Err(format!("no end after {}", seen.join(" → ")))
    }

    fn ending(&self, location: &str) -> Result<(), String> {
        let callback = self.client.callback(location);
        if callback.state != self.state {
            return Err(format!("the state of another request: {location}"));
        }
        match (&callback.code, callback.error.as_deref()) {
            (Some(_), _) => {
                let answer = self.client.redeem_answer(location);
                match answer.status {
                    200 => Ok(()),
                    _ => Err(format!("the code is no good: {}", answer.text())),
                }
            }
            (None, Some("access_denied" | "login_required")) => Ok(()),
            (None, error) => Err(format!("the error {error:?}")),
        }
    }
}
