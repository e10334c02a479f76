//! Every page in every state, for the tests of the rules and for looking at.

use std::sync::Arc;

use super::*;
use crate::text::Catalogue;

/// What somebody hostile would put into each value that we show.
const HOSTILE: &str = r#""><script>alert(1)</script>&'"#;

/// A page in a state.
pub struct Fixture {
    /// `page-state`.
    pub name: &'static str,
    /// The document.
    pub html: String,
}

impl Fixture {
    /// The page without its state.
    pub fn page(&self) -> &'static str {
        self.name.split('-').next().unwrap()
    }

    /// Whether the state has something to mend.
    pub fn is_wrong(&self) -> bool {
        self.name.ends_with("_wrong")
    }
}

/// All of them.
pub fn all() -> Vec<Fixture> {
    let mut all = Vec::new();
    let mut add = |name: &'static str, page: &dyn Page| {
        all.push(Fixture { name, html: page.render_page().unwrap() });
    };
    sign_in(&mut add);
    registration(&mut add);
    codes(&mut add);
    recovery(&mut add);
    consent(&mut add);
    account(&mut add);
    sign_out(&mut add);
    errors(&mut add);
    inbox(&mut add);
    all
}

type Add<'a> = &'a mut dyn FnMut(&'static str, &dyn Page);

fn sign_in(add: Add<'_>) {
    add("login-fresh", &login());
    let mut page = login();
    page.client_name = None;
    page.registration_link = None;
    add("login-alone", &page);
    let mut page = login();
    "ada@example.org".clone_into(&mut page.identifier);
    page.notices = vec![Notice::info("flow.renewed")];
    add("login-renewed", &page);
    page.identifier_is_email = false;
    page.notices = vec![Notice::error("login.mismatch").on("password")];
    page.misses = 1;
    add("login-mismatch_wrong", &page);
    page.misses = 3;
    add("login-third_miss_wrong", &page);
    page.notices = vec![Notice::error("login.slow_down").with("minutes", 5)];
    add("login-slow_down_wrong", &page);
    let mut page = login();
    page.notices = vec![
        Notice::error("field.empty").on("identifier").with("field", "email"),
        Notice::error("field.empty").on("password").with("field", "password"),
    ];
    add("login-empty_wrong", &page);
    let mut page = login();
    page.known_as = some("ada@example.org");
    "ada@example.org".clone_into(&mut page.identifier);
    page.switch_link = some("/login?flow=1&switch=yes");
    page.registration_link = None;
    add("login-again", &page);
    let mut page = login();
    page.client_name = some(HOSTILE);
    HOSTILE.clone_into(&mut page.identifier);
    page.recovery_link = some(HOSTILE);
    page.notices = vec![Notice::error("login.disabled").with("support", HOSTILE)];
    add("login-hostile_wrong", &page);

    let mut page = ChooserPage {
        frame: frame(),
        client_name: some("Acme Notes"),
        notices: Vec::new(),
        form: form("/login/choice?flow=1"),
        signed_in_as: "ada@example.org".to_owned(),
        other: None,
    };
    add("chooser-one", &page);
    page.other = some("ben@example.org");
    add("chooser-two", &page);
    page.other = some(HOSTILE);
    HOSTILE.clone_into(&mut page.signed_in_as);
    add("chooser-hostile", &page);
}

fn registration(add: Add<'_>) {
    let mut page = RegistrationPage {
        frame: frame(),
        client_name: some("Acme Notes"),
        form: form("/registration?flow=1"),
        notices: Vec::new(),
        fields: fields(),
        password_min: 15,
        login_link: some("/login?after=1"),
    };
    add("registration-fresh", &page);
    "ada@example".clone_into(&mut page.fields[0].value);
    page.notices = vec![
        Notice::error("email.format").on("traits.email"),
        Notice::error("field.wrong").on("traits.site").with("field", "website"),
        Notice::error("pw.short").on("password").with("min", 15).with("n", 7),
    ];
    add("registration-all_wrong", &page);
    for field in &mut page.fields {
        HOSTILE.clone_into(&mut field.value);
        HOSTILE.clone_into(&mut field.label);
        field.hint = some(HOSTILE);
    }
    page.notices = vec![Notice::error("pw.context").on("password").with("word", HOSTILE)];
    add("registration-hostile_wrong", &page);
}

fn codes(add: Add<'_>) {
    add("code-verification", &code());
    let mut page = code();
    page.resend_wait = Some(30);
    page.notices = vec![Notice::success("code.sent")];
    add("code-wait", &page);
    let mut page = code();
    page.tell_that_mail_is_down();
    add("code-mail_down", &page);
    let mut page = code();
    page.resend_wait = Some(30);
    page.skip_link = some("/account");
    page.frame.development = true;
    add("code-optional", &page);
    let mut page = code();
    page.purpose = CodePurpose::Recovery;
    page.certain = false;
    "a•••@example.org".clone_into(&mut page.address);
    add("code-recovery", &page);
    page.notices = vec![Notice::error("code.mismatch").on("code")];
    add("code-mismatch_wrong", &page);
    page.notices = vec![Notice::error("code.too_many").on("code")];
    add("code-too_many_wrong", &page);
    let mut page = code();
    HOSTILE.clone_into(&mut page.address);
    HOSTILE.clone_into(&mut page.from_address);
    page.status_path = some(HOSTILE);
    add("code-hostile", &page);

    let mut page = LinkPage {
        frame: frame(),
        client_name: some("Acme Notes"),
        notices: Vec::new(),
        address: "ada@example.org".to_owned(),
        purpose: CodePurpose::Verification,
        elsewhere: true,
        asked_at: "24 November 2026, 10:12 UTC".to_owned(),
        asked_from: "Firefox on Linux, 203.0.113.7".to_owned(),
        form: Some(form("/verification/link?flow=1")),
        disown: Some(form("/verification/disown?flow=1")),
        login_link: some("/login?after=1"),
    };
    add("link-elsewhere", &page);
    page.purpose = CodePurpose::Recovery;
    page.elsewhere = false;
    page.disown = None;
    add("link-recovery", &page);
    page.notices = vec![Notice::error("link.used")];
    page.form = None;
    HOSTILE.clone_into(&mut page.asked_from);
    HOSTILE.clone_into(&mut page.address);
    add("link-used_wrong", &page);
}

fn recovery(add: Add<'_>) {
    let mut page = RecoveryPage {
        frame: frame(),
        client_name: some("Acme Notes"),
        form: form("/recovery?flow=1"),
        notices: Vec::new(),
        email: String::new(),
        signed_in_as: None,
        login_link: some("/login?after=1"),
    };
    add("recovery-fresh", &page);
    "ada@example".clone_into(&mut page.email);
    page.notices = vec![Notice::error("email.format").on("email")];
    add("recovery-format_wrong", &page);
    page.signed_in_as = some("Ada Lovelace");
    page.notices = Vec::new();
    add("recovery-signed_in", &page);

    let mut page = NewPasswordPage {
        frame: frame(),
        client_name: some("Acme Notes"),
        form: form("/recovery/password?flow=1"),
        notices: Vec::new(),
        identifier: "ada@example.org".to_owned(),
        password_min: 15,
    };
    add("new_password-fresh", &page);
    page.notices = vec![Notice::error("pw.common").on("password")];
    add("new_password-common_wrong", &page);
}

fn consent(add: Add<'_>) {
    let text = frame().text;
    let permission = |scope: &str| Permission {
        scope: scope.to_owned(),
        title: text.say(&format!("scope.{scope}.title"), &[]),
        line: text.say(&format!("scope.{scope}.line"), &[]),
    };
    let mut page = ConsentPage {
        frame: frame(),
        form: form("/consent?flow=1"),
        notices: Vec::new(),
        client_name: "Acme Notes".to_owned(),
        identifier: "ada@example.org".to_owned(),
        switch: Some(form("/consent/switch?flow=1")),
        permissions: ["openid", "profile", "email", "phone", "address", "offline_access"]
            .map(permission)
            .to_vec(),
        destination: "notes.acme.example".to_owned(),
        policy_uri: some("https://notes.acme.example/privacy"),
        tos_uri: some("https://notes.acme.example/terms"),
        offer_remember: true,
    };
    add("consent-fresh", &page);
    page.offer_remember = false;
    page.switch = None;
    page.permissions = vec![permission("openid")];
    page.notices = vec![Notice::info("flow.reopened")];
    page.tos_uri = None;
    add("consent-small", &page);
    HOSTILE.clone_into(&mut page.client_name);
    HOSTILE.clone_into(&mut page.destination);
    HOSTILE.clone_into(&mut page.permissions[0].title);
    page.policy_uri = some("javascript:alert(1)");
    add("consent-hostile", &page);
}

fn account(add: Add<'_>) {
    let mut page = AccountPage {
        frame: frame(),
        notices: Vec::new(),
        name: some("Ada Lovelace"),
        address: some("ada@example.org"),
        verified: true,
        verify_form: None,
        logout_form: form("/logout"),
    };
    add("account-verified", &page);
    page.name = None;
    page.verified = false;
    page.verify_form = Some(form("/account/verify"));
    page.notices = vec![Notice::success("password.changed")];
    add("account-unverified", &page);
    page.name = some(HOSTILE);
    page.address = None;
    add("account-hostile", &page);

    let mut page = ProfilePage {
        frame: frame(),
        notices: vec![Notice::success("profile.saved")],
        form: form("/account/profile"),
        fields: fields(),
        logout_form: form("/logout"),
    };
    add("profile-saved", &page);
    page.notices =
        vec![Notice::error("field.too_long").on("traits.name").with("field", "name").with("max", 100)];
    add("profile-long_wrong", &page);

    let mut page = PasswordPage {
        frame: frame(),
        notices: Vec::new(),
        form: form("/account/password"),
        identifier: "ada@example.org".to_owned(),
        password_min: 15,
        ask_current: false,
        logout_form: form("/logout"),
    };
    add("password-recent", &page);
    page.ask_current = true;
    page.notices = vec![
        Notice::error("password.mismatch_current").on("current_password"),
        Notice::error("pw.same").on("password"),
    ];
    add("password-both_wrong", &page);

    let row = |id: &str, device: &str, place: &str, current| SessionRow {
        id: id.to_owned(),
        device: device.to_owned(),
        place: place.to_owned(),
        signed_in: moment("2026-11-22T09:00:00Z", "2 days ago"),
        last_seen: moment("2026-11-24T10:12:00Z", "just now"),
        current,
    };
    let mut page = SessionsPage {
        frame: frame(),
        notices: vec![Notice::success("session.ended")],
        sessions: vec![
            row("b", "Safari on iPhone", "203.0.113.7", false),
            row("a", "Firefox on Linux", "", true),
            row("c", HOSTILE, HOSTILE, false),
        ],
        form: form("/account/sessions"),
        logout_form: form("/logout"),
    };
    add("sessions-hostile", &page);
    page.sessions.retain(|row| row.current);
    page.notices = Vec::new();
    add("sessions-one", &page);
}

fn sign_out(add: Add<'_>) {
    let mut page = LogoutPage {
        frame: frame(),
        form: form("/logout"),
        signed_in_as: some("Ada Lovelace"),
        stay_link: "/account".to_owned(),
        applications: vec!["Acme Notes".to_owned(), HOSTILE.to_owned()],
    };
    add("logout-hostile", &page);
    page.signed_in_as = None;
    page.applications.clear();
    add("logout-alone", &page);

    let mut page =
        SignedOutPage { frame: frame(), login_link: "/login".to_owned(), back: None, developer: Vec::new() };
    add("signed_out-alone", &page);
    page.back = Some(("Acme Notes".to_owned(), "https://notes.acme.example/".to_owned()));
    page.developer = vec![("post_logout_redirect_uri".to_owned(), HOSTILE.to_owned())];
    add("signed_out-hostile", &page);
}

fn errors(add: Add<'_>) {
    let pairs = |of: &[(&str, &str)]| -> Vec<(String, String)> {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let error = |id: &str, status| ErrorPage {
        frame: frame(),
        id: id.to_owned(),
        args: Vec::new(),
        status,
        primary: None,
        secondary: pairs(&[("go.account", "/account"), ("go.sign_in", "/login")]),
        at: "2026-11-24T10:12:00Z".to_owned(),
        developer: Vec::new(),
        retry_after: None,
    };
    add("error-not_found", &error("not_found", 404));
    let mut page = error("redirect_uri_mismatch", 400);
    page.primary = Some((
        "go.client".to_owned(),
        pairs(&[("client", "Acme Notes")]),
        "https://notes.acme.example/".to_owned(),
    ));
    add("error-redirect", &page);
    page.developer = pairs(&[
        ("Received", "http://127.0.0.1:5173/callback"),
        ("Registered", "http://localhost:5173/callback"),
        ("Differs", "at character 8, in the host"),
    ]);
    add("error-developer", &page);
    page.developer = pairs(&[(HOSTILE, HOSTILE)]);
    page.primary = Some(("go.client".to_owned(), pairs(&[("client", HOSTILE)]), HOSTILE.to_owned()));
    add("error-hostile", &page);
    let mut page = error("too_many_requests", 429);
    page.retry_after = Some(300);
    page.secondary = Vec::new();
    add("error-slow", &page);
    let mut page = error("wrong_host", 421);
    page.args = pairs(&[("host", "127.0.0.1:4444"), ("issuer", "http://localhost:4444")]);
    page.primary = Some(("go.right_address".to_owned(), Vec::new(), "http://localhost:4444/".to_owned()));
    add("error-wrong_host", &page);
    add("error-unheard_of", &error("unheard_of", 500));
}

fn inbox(add: Add<'_>) {
    let mut page = InboxPage { frame: frame(), messages: Vec::new() };
    add("inbox-empty", &page);
    let message = |id: &str, code: Option<&str>, link: Option<&str>, text: &str| InboxMessage {
        id: id.to_owned(),
        to: "ada@example.org".to_owned(),
        subject: "Your code for Wayhome".to_owned(),
        at: moment("2026-11-24T10:12:00Z", "just now"),
        text: text.to_owned(),
        code: code.map(str::to_owned),
        link: link.map(str::to_owned),
        status: "sent".to_owned(),
    };
    page.messages = vec![
        message(
            "2",
            Some("1234 5678"),
            Some("http://localhost:4444/verification?token=x"),
            "Your code is 1234 5678",
        ),
        message("1", None, Some("javascript:alert(1)"), HOSTILE),
    ];
    add("inbox-hostile", &page);
}

fn login() -> LoginPage {
    LoginPage {
        frame: frame(),
        client_name: some("Acme Notes"),
        form: form("/login?flow=1"),
        notices: Vec::new(),
        identifier: String::new(),
        identifier_is_email: true,
        known_as: None,
        switch_link: None,
        recovery_link: some("/recovery?after=1"),
        registration_link: some("/registration?after=1"),
        misses: 0,
    }
}

fn code() -> CodePage {
    CodePage {
        frame: frame(),
        client_name: some("Acme Notes"),
        purpose: CodePurpose::Verification,
        form: form("/verification?flow=1"),
        notices: Vec::new(),
        address: "ada@example.org".to_owned(),
        certain: true,
        from_address: "accounts@acme.example".to_owned(),
        resend: form("/verification/resend?flow=1"),
        resend_wait: None,
        change_link: some("/registration?flow=1"),
        skip_link: None,
        login_link: some("/login?after=1"),
        status_path: some("/verification/status?flow=1"),
    }
}

fn fields() -> Vec<Field> {
    let field = |name: &str, label: &str, kind, autocomplete: &str| Field {
        name: format!("traits.{name}"),
        id: name.to_owned(),
        label: label.to_owned(),
        kind,
        autocomplete: autocomplete.to_owned(),
        value: String::new(),
        hint: None,
        optional: true,
    };
    let email = Field {
        hint: some("We'll send a code to check it's yours."),
        optional: false,
        ..field("email", "Email", FieldKind::Email, "username")
    };
    let news = Field {
        value: "true".to_owned(),
        ..field("beta", "Show me new things early", FieldKind::Checkbox, "")
    };
    vec![
        email,
        field("name", "Name", FieldKind::Text, "name"),
        field("phone", "Phone", FieldKind::Tel, "tel"),
        field("site", "Website", FieldKind::Url, "url"),
        field("age", "Age", FieldKind::Number, ""),
        news,
    ]
}

fn frame() -> Frame {
    Frame {
        text: Arc::new(Catalogue::english().unwrap()),
        app_name: "Acme Accounts".to_owned(),
        request_id: "01JDEXAMPLE".to_owned(),
        support_url: some("https://acme.example/help"),
        privacy_url: some("https://acme.example/privacy"),
        terms_url: some("https://acme.example/terms"),
        development: false,
    }
}

fn form(action: &str) -> Form {
    Form { action: action.to_owned(), csrf: "proof".to_owned() }
}

fn moment(iso: &str, shown: &str) -> Moment {
    Moment { iso: iso.to_owned(), shown: shown.to_owned() }
}

fn some(value: &str) -> Option<String> {
    Some(value.to_owned())
}
