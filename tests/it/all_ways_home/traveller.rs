//! Somebody on the way, with all that they know: their address, their password, their mailbox.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use super::moves::{Filling, Move};
use crate::app::TestApp;
use crate::browser::Browser;
use crate::factors::{Phone, with_app};
use crate::page::{Form, Page};
use crate::passkeys::create_account;
use crate::people::{OTHER_PASSWORD, PASSWORD};
use crate::relying_party::RelyingParty;

/// How a journey begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// Nobody is signed in.
    Stranger,
    /// The person has never proven their address.
    Unproven,
    /// Somebody is signed in and has not been asked yet.
    SignedIn,
    /// The same, and the client wants them to show who they are.
    Again,
    /// The same, and the client wants them to choose.
    Choose,
    /// The client asks for a new account.
    Create,
    /// The person has an authenticator app, and has shown the first factor.
    SecondStep,
    /// The same, and has shown that the mailbox is theirs, to recover.
    SecondFactor,
    /// Somebody has made an account with a passkey, and is shown their backup codes.
    NewCodes,
}

impl Root {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Stranger,
        Self::Unproven,
        Self::SignedIn,
        Self::Again,
        Self::Choose,
        Self::Create,
        Self::SecondStep,
        Self::SecondFactor,
        Self::NewCodes,
    ];

    fn prompt(self) -> &'static str {
        match self {
            Self::Stranger
            | Self::Unproven
            | Self::SignedIn
            | Self::SecondStep
            | Self::SecondFactor
            | Self::NewCodes => "",
            Self::Again => "login",
            Self::Choose => "select_account",
            Self::Create => "create",
        }
    }
}

/// A form that was sent: on which page, and with what.
type Sent = (Page, Form, Vec<(String, String)>);

/// Somebody on the way.
pub struct Traveller<'a> {
    pub(super) app: &'a TestApp,
    pub(super) client: RelyingParty<'a>,
    /// The `state` of the request.
    pub(super) state: String,
    /// Where they are.
    pub browser: Browser<'a>,
    /// An address that has an account.
    pub(super) address: String,
    /// Its password of today.
    pub(super) password: String,
    /// An address that has none, at first.
    pub(super) new_address: String,
    /// Somebody else with an account.
    other: String,
    /// The authenticator app, of whoever has one.
    phone: Option<Phone>,
    last_form: Option<Sent>,
    log: Vec<String>,
    /// Paths of pages that were seen and of forms that were sent.
    pub trodden: BTreeSet<String>,
    /// Whether the cookies are lost, and no form has been sent since.
    pub(super) unknown: bool,
    /// Whether so much time has passed that the request may have run out.
    pub(super) waited: bool,
}

impl<'a> Traveller<'a> {
    /// A new person in a new browser, on the first page of a request.
    pub fn start(app: &'a TestApp, root: Root) -> Self {
        static TRAVELLERS: AtomicU32 = AtomicU32::new(0);
        let n = TRAVELLERS.fetch_add(1, Ordering::Relaxed);
        let (address, other) = (format!("ada{n}@example.org"), format!("ben{n}@example.org"));
        let person = app.identity(&address);
        let person = if root == Root::Unproven { person.unverified() } else { person };
        let ada = person.with_password(PASSWORD);
        let phone = matches!(root, Root::SecondStep | Root::SecondFactor).then(|| with_app(app, &ada));
        let _ben = app.identity(&other).with_password(PASSWORD);
        let mut browser = app.browser();
        if matches!(root, Root::SignedIn | Root::Again | Root::Choose) {
            browser.open("/login").sign_in(&ada);
        }
        let client = app.relying_party("spa");
        browser.open(client.authorization_url_with(&[("prompt", root.prompt())]));
        if root == Root::SecondStep {
            browser.sign_in(&ada);
        } else if root == Root::SecondFactor {
            browser.click("Forgot your password?").submit([("email", &address)]);
            browser.enter_code_of(app, &address);
        } else if root == Root::NewCodes {
            let new = format!("passkey{n}@example.org");
            browser.click("Create an account");
            create_account(&mut browser, app, &new);
            browser.enter_code_of(app, &new);
        }
        Self {
            app,
            client,
            state: "state-spa-1".to_owned(),
            browser,
            address,
            password: PASSWORD.to_owned(),
            new_address: format!("new{n}@example.org"),
            other,
            phone,
            last_form: None,
            log: vec![format!("{root:?}")],
            trodden: BTreeSet::from(["/oauth2/auth".to_owned()]),
            unknown: false,
            waited: false,
        }
    }

    /// Goes a whole path.
    pub fn go(&mut self, path: &[Move]) {
        self.tread();
        for step in path {
            self.make(step);
        }
    }

    /// The mailed link that this person could open now.
    pub fn link(&self) -> Option<String> {
        let letters = [&self.new_address, &self.address].map(|address| self.app.mailbox().letters(address));
        let newest = letters.into_iter().flatten().filter(|letter| letter.mail.link.is_some());
        newest.max_by_key(|letter| letter.message.created_at)?.mail.link
    }

    /// The codes that this person was mailed, the newest first.
    pub(super) fn codes(&self) -> Vec<String> {
        let letters = [&self.new_address, &self.address].map(|address| self.app.mailbox().letters(address));
        let mut found: Vec<_> = letters.into_iter().flatten().collect();
        found.sort_by_key(|letter| std::cmp::Reverse(letter.message.created_at));
        found.into_iter().filter_map(|letter| letter.mail.code).collect()
    }

    fn make(&mut self, step: &Move) {
        self.log.push(format!("{step:?}"));
        match step {
            Move::Click(words) => {
                self.browser.click(words);
            }
            Move::Send { form, button, filling } => self.send(form, *button, *filling),
            Move::Reload => {
                self.browser.reload();
            }
            Move::WaitForResend => {
                self.app.advance(31);
                self.browser.reload();
            }
            Move::Back => {
                self.browser.back();
            }
            Move::Twice => {
                let (page, form, pairs) = self.last_form.clone().expect("a form was sent");
                let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                let button = form.buttons.first();
                self.browser.send_form(&page, &form, button, &pairs);
            }
            Move::OpenLink => {
                let link = self.link().expect("a link was mailed");
                self.browser.open(link);
            }
            Move::LinkConfirmedElsewhere => self.confirm_elsewhere(),
            Move::LinkDisownedElsewhere => {
                let mut device = self.app.browser();
                device.open(self.link().expect("a link was mailed")).press("This wasn't me");
                self.trodden.insert(format!("{}/disown", device.page().path()));
            }
            Move::OtherTabSignsIn => {
                let mut tab = self.browser.tab();
                tab.open("/login");
                if tab.page().path() == "/login" {
                    tab.sign_in_with(&self.other, PASSWORD);
                }
            }
            Move::HalfAnHour => self.app.advance(31 * 60),
            Move::Day => {
                self.app.advance(25 * 3600);
                self.waited = true;
            }
            Move::CookiesAreLost => {
                self.browser.lose_cookies();
                self.unknown = true;
            }
        }
        self.tread();
    }

    fn confirm_elsewhere(&mut self) {
        let mut device = self.app.browser();
        device.open(self.link().expect("a link was mailed"));
        let form = device.page().main_form().map(|form| form.path().to_owned()).unwrap_or_default();
        device.submit([]);
        self.trodden.insert(form);
        if device.page().path() == "/recovery/password" {
            device.submit([("password", OTHER_PASSWORD)]);
            OTHER_PASSWORD.clone_into(&mut self.password);
        }
    }

    /// Sends a form of the present page.
    pub(super) fn send(&mut self, form: &str, button: usize, filling: Filling) {
        let page = self.browser.page().clone();
        let found = page.forms.iter().find(|known| known.path() == form);
        let form = found.unwrap_or_else(|| panic!("no form {form}: {}", page.text)).clone();
        let pairs = self.filled(&form, filling);
        let borrowed: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let button = form.buttons.get(button);
        self.browser.send_form(&page, &form, button, &borrowed);
        self.unknown = false;
        self.trodden.insert(form.path().to_owned());
        if form.path() == "/recovery/password" && filling == Filling::Right {
            OTHER_PASSWORD.clone_into(&mut self.password);
        }
        self.last_form = Some((page, form, pairs));
    }

    fn filled(&self, form: &Form, filling: Filling) -> Vec<(String, String)> {
        let pick = |right: &str, other: &str, wrong: &str| match filling {
            Filling::Right => Some(right.to_owned()),
            Filling::Other => Some(other.to_owned()),
            Filling::Wrong => Some(wrong.to_owned()),
            Filling::Empty => Some(String::new()),
            Filling::Untouched => None,
        };
        let value = |name: &str| match (form.path(), name) {
            ("/login", "identifier") => pick(&self.address, "nobody@example.org", &self.address),
            ("/login", "password") => pick(&self.password, PASSWORD, "not it at all, not at all"),
            ("/registration/backup-codes", "saved") => pick("true", "", ""),
            ("/registration", "traits.email") => pick(&self.new_address, &self.address, "nonsense"),
            ("/registration", "password") => pick(PASSWORD, PASSWORD, "short"),
            ("/recovery", "email") => pick(&self.address, "nobody@example.org", "nonsense"),
            ("/recovery/password", "password") => pick(OTHER_PASSWORD, OTHER_PASSWORD, "short"),
            ("/login/second-factor" | "/recovery/second-factor", "code") => {
                let code = self.phone.as_ref().map(|phone| phone.next_code(self.app)).unwrap_or_default();
                pick(&code, "", "000000")
            }
            ("/login/backup-code" | "/recovery/backup-code", "code") => {
                let paper = self.phone.as_ref().map(|phone| phone.paper.as_slice()).unwrap_or_default();
                let used = self.log.iter().filter(|step| step.contains("backup-code")).count();
                pick(paper.get(used).map_or("", String::as_str), "", "0000-0000-0000-0000")
            }
            ("/verification" | "/recovery/code" | "/login/code", "code") => {
                let newest = self.codes().first().cloned().unwrap_or_else(|| "12345678".to_owned());
                pick(&newest, "12345678", "12345678")
            }
            _ => None,
        };
        let editable = form.fields.iter().filter(|field| field.editable);
        editable.filter_map(|field| Some((field.name.clone(), value(&field.name)?))).collect()
    }

    fn tread(&mut self) {
        if let Some(page) = self.browser.try_page() {
            self.trodden.insert(page.path().to_owned());
        }
    }
}

impl Drop for Traveller<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the way so far: {}", self.log.join(" → "));
        }
    }
}
