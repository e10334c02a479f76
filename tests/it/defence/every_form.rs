//! Every form that a page of ours has, filled rightly and not yet sent: what others try to do with it is up to the test.

use crate::app::TestApp;
use crate::browser::Browser;
use crate::http::Ask;
use crate::page::{Form, Page};
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};

/// A form that would do what it is for, if its button were pressed.
pub struct Filled<'a> {
    /// What it is for.
    pub name: &'static str,
    /// Whose it is.
    pub browser: Browser<'a>,
    /// Where it is sent.
    pub target: String,
    /// What is sent.
    pub fields: Vec<(String, String)>,
    /// The tokens of the other forms of the same page.
    pub neighbours: Vec<String>,
}

impl<'a> Filled<'a> {
    /// The form of the present page that is sent to `path`, with these values.
    #[track_caller]
    fn of(name: &'static str, browser: Browser<'a>, path: &str, values: &[(&str, &str)]) -> Self {
        let page: &Page = browser.page();
        let form = page.forms.iter().find(|form| form.path() == path);
        let form = form.unwrap_or_else(|| panic!("{name}: {} has no form for {path}", page.target));
        let button = form.buttons.iter().find(|button| button.enabled);
        assert!(button.is_some(), "{name}: the form cannot be sent");
        let mut fields = form.pairs(button);
        for (name, value) in values {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let others = page.forms.iter().filter(|other| other.action != form.action);
        let token = |form: &Form| form.field("csrf_token").map(|field| field.value.clone());
        let neighbours = others.filter_map(token).collect();
        Self { name, target: form.action.clone(), fields, neighbours, browser }
    }

    /// The token in it.
    pub fn token(&self) -> &str {
        let found = self.fields.iter().find(|(name, _)| name == "csrf_token");
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The same form with another token.
    pub fn with_token(&self, token: Option<&str>) -> Ask {
        let others = self.fields.iter().filter(|(name, _)| name != "csrf_token");
        let mut fields: Vec<(&str, &str)> = others.map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields.extend(token.map(|token| ("csrf_token", token)));
        Ask::form(&self.target, &fields).with("Cookie", &self.cookies())
    }

    /// As it is.
    pub fn right(&self) -> Ask {
        self.with_token(Some(self.token()))
    }

    fn cookies(&self) -> String {
        let names = ["wayhome_browser", "wayhome_session"];
        let pairs = names.iter().filter_map(|name| Some(format!("{name}={}", self.browser.cookie(name)?)));
        pairs.collect::<Vec<_>>().join("; ")
    }
}

/// All of them, each of another person in another browser.
pub fn every_form(app: &TestApp) -> Vec<Filled<'_>> {
    let waiting = waiting(app);
    let mut all = flows(app);
    all.extend(proofs(app));
    all.extend(requests(app));
    all.extend(accounts(app));
    all.extend(consoles(app));
    all.push(confirmed(app, waiting));
    all
}

/// Somebody whose sign-in was too old for the change that they have sent.
fn waiting(app: &TestApp) -> Browser<'_> {
    let who = somebody(app, "waiting");
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who).open("/account/profile");
    app.advance(11 * 60);
    browser.submit([("traits.name", "Whoever waits")]).expect_path("/login");
    browser
}

/// They show who they are in another tab.
fn confirmed<'a>(app: &'a TestApp, mut browser: Browser<'a>) -> Filled<'a> {
    let known = app.snapshot();
    let id = known.rows("parked_changes")[0]["id"].as_str().expect("an id").to_owned();
    let mut tab = browser.tab();
    tab.open("/account/profile").submit([("traits.name", "Another tab")]).submit([("password", PASSWORD)]);
    let address = format!("/account/confirmed?change={id}");
    browser.open(&address);
    Filled::of("a change that has waited", browser, "/account/confirmed", &[])
}

fn somebody(app: &TestApp, name: &str) -> Person {
    app.identity(&format!("{name}@example.org")).named("Ada").with_password(PASSWORD)
}

fn flows(app: &TestApp) -> Vec<Filled<'_>> {
    let mut all = Vec::new();
    let who = somebody(app, "login");
    let mut browser = app.browser();
    browser.open("/login");
    all.push(Filled::of("sign in", browser, "/login", &[("identifier", &who.email), ("password", PASSWORD)]));
    let mut browser = app.browser();
    browser.open("/registration");
    let values = [("traits.email", "new@example.org"), ("password", PASSWORD)];
    all.push(Filled::of("create an account", browser, "/registration", &values));
    let who = somebody(app, "recovery");
    let mut browser = app.browser();
    browser.open("/recovery");
    all.push(Filled::of("ask for a code", browser, "/recovery", &[("email", &who.email)]));
    let who = somebody(app, "password");
    let mut browser = app.browser();
    browser.open("/recovery").submit([("email", &who.email)]).enter_code_of(app, &who.email);
    all.push(Filled::of("reset", browser, "/recovery/password", &[("password", OTHER_PASSWORD)]));
    all
}

/// What is done with a code or a link.
fn proofs(app: &TestApp) -> Vec<Filled<'_>> {
    let mut all = Vec::new();
    for (name, path) in [
        ("prove the address", "/verification"),
        ("another code for the address", "/verification/resend"),
        ("prove the address by a link", "/verification/link"),
        ("that was not me, at a registration", "/verification/disown"),
    ] {
        let address = format!("new{}@example.org", all.len());
        let mut browser = app.browser();
        browser.open("/registration").register(&address, PASSWORD);
        let code = app.mailbox().code_for(&address);
        all.push(proof(app, name, path, browser, &address, &code));
    }
    for (name, path) in [
        ("type the code of a recovery", "/recovery/code"),
        ("another code for a recovery", "/recovery/resend"),
        ("recover by a link", "/recovery/link"),
        ("that was not me, at a recovery", "/recovery/disown"),
    ] {
        let who = somebody(app, &format!("lost{}", all.len()));
        let mut browser = app.browser();
        browser.open("/recovery").submit([("email", &who.email)]);
        let code = app.mailbox().code_for(&who.email);
        all.push(proof(app, name, path, browser, &who.email, &code));
    }
    all
}

fn proof<'a>(
    app: &'a TestApp,
    name: &'static str,
    path: &str,
    mut browser: Browser<'a>,
    address: &str,
    code: &str,
) -> Filled<'a> {
    if path.ends_with("/resend") {
        app.advance(31);
        browser.reload();
        return Filled::of(name, browser, path, &[]);
    }
    if path.ends_with("/disown") {
        // Only another browser than the one that asked can say so.
        browser = app.browser();
    }
    if path.ends_with("/link") || path.ends_with("/disown") {
        browser.open_link_of(app, address);
        return Filled::of(name, browser, path, &[]);
    }
    Filled::of(name, browser, path, &[("code", code)])
}

/// What a client's request waits for.
fn requests(app: &TestApp) -> Vec<Filled<'_>> {
    let rp = app.relying_party("spa");
    let signed_in = |name: &str, prompt: &str| {
        let who = somebody(app, name);
        let mut browser = app.browser();
        browser.open("/login").sign_in(&who);
        browser.open(rp.authorization_url_with(&[("prompt", prompt)]));
        browser
    };
    let remember = [("answer", "allow"), ("remember", "yes")];
    vec![
        Filled::of("allow", signed_in("allow", ""), "/consent", &remember),
        Filled::of("another account", signed_in("switch", ""), "/consent/switch", &[]),
        Filled::of(
            "choose the account",
            signed_in("choice", "select_account"),
            "/login/choice",
            &[("choice", "continue")],
        ),
    ]
}

/// What people do with their accounts.
fn accounts(app: &TestApp) -> Vec<Filled<'_>> {
    let signed_in = |name: &str, page: &str| {
        let who = somebody(app, name);
        let (mut other, mut browser) = (app.browser(), app.browser());
        other.open("/login").sign_in(&who);
        browser.open("/login").sign_in(&who);
        browser.open(page);
        browser
    };
    let who = app.identity("unproven@example.org").unverified().with_password(PASSWORD);
    let mut unproven = app.browser();
    unproven.open("/login").sign_in(&who).open("/account");
    let profile = [("traits.email", "profile@example.org"), ("traits.name", "Eve")];
    let password = [("password", OTHER_PASSWORD), ("end_others", "yes")];
    vec![
        Filled::of("sign out", signed_in("logout", "/logout"), "/logout", &[]),
        Filled::of("other data", signed_in("profile", "/account/profile"), "/account/profile", &profile),
        Filled::of(
            "other password",
            signed_in("change", "/account/password"),
            "/account/password",
            &password,
        ),
        Filled::of(
            "end a session",
            signed_in("devices", "/account/sessions"),
            "/account/sessions",
            &[("session", "others")],
        ),
        Filled::of("prove the old address", unproven, "/account/verify", &[]),
    ]
}

/// What else people do with their accounts.
fn consoles(app: &TestApp) -> Vec<Filled<'_>> {
    let signed_in = |name: &str| {
        let who = somebody(app, name);
        let mut browser = app.browser();
        browser.open("/login").sign_in(&who);
        browser
    };
    let mut apps = signed_in("apps");
    apps.open(app.relying_party("spa").authorization_url()).press("Allow").open("/account/apps");
    let mut activity = signed_in("activity");
    activity.open("/account/activity");
    let mut data = signed_in("data");
    data.open("/account/data");
    let mut changed = signed_in("changed");
    changed.open("/account/profile").submit([("traits.email", "changed2@example.org")]);
    changed.enter_code_of(app, "changed2@example.org");
    let mut undo = app.browser();
    undo.open_link_of(app, "changed@example.org");
    let whose = [("email", "data@example.org")];
    vec![
        Filled::of("take the access of an app away", apps, "/account/apps", &[]),
        Filled::of("that was not me, in the activity", activity, "/account/activity", &[]),
        Filled::of("delete the account", data, "/account/data", &whose),
        Filled::of("put the old address back", undo, "/account/undo", &[]),
    ]
}
