//! The numbers in `limits-and-lifetimes.md`. Most stand in the source as constants of their modules; a line there that
//! changes must be changed on the page, and here.

use super::markdown::{Document, rows};
use super::source;

/// Where a number stands, how, and what the page says.
const NUMBERS: &[(&str, &str, &str, &str)] = &[
    (
        "src/model/flow.rs",
        "UNTOUCHED_FLOW: Duration = Duration::from_secs(30 * 60)",
        "a page that nobody has answered (a flow)",
        "30 minutes",
    ),
    (
        "src/model/flow.rs",
        "TOUCHED_FLOW: Duration = Duration::from_secs(24 * 60 * 60)",
        "a flow after its last answered form",
        "24 hours",
    ),
    (
        "src/model/parked_change.rs",
        "PARKED: Duration = Duration::from_secs(10 * 60)",
        "a sensitive change, until its person has shown again who they are",
        "10 minutes",
    ),
    (
        "src/model/undo.rs",
        "UNDO: Duration = Duration::from_secs(7 * 24 * 3_600)",
        "the link that puts an old address back, or keeps an account",
        "7 days",
    ),
    (
        "src/model/undo.rs",
        "UNDO: Duration = Duration::from_secs(7 * 24 * 3_600)",
        "an account, from the wish to delete it until it is gone",
        "7 days",
    ),
    (
        "src/web/pages/account/activity.rs",
        "MONTH: Duration = Duration::from_secs(30 * 24 * 3_600)",
        "the activity of an account",
        "30 days",
    ),
    (
        "src/model/authorization.rs",
        "UNTOUCHED_REQUEST: Duration = Duration::from_secs(40 * 60)",
        "an authorization request before its first answered form",
        "40 minutes",
    ),
    (
        "src/model/authorization.rs",
        "TOUCHED_REQUEST: Duration = Duration::from_secs(48 * 60 * 60)",
        "an authorization request after that",
        "48 hours",
    ),
    (
        "src/journey/waiting.rs",
        "ARRIVAL: Duration = Duration::from_secs(60)",
        "a request that came by POST, until its browser follows",
        "60 seconds",
    ),
    (
        "src/model/pushed_request.rs",
        "PUSHED_REQUEST: Duration = Duration::from_secs(90)",
        "a pushed request",
        "90 seconds",
    ),
    ("src/oauth2/client_assertion.rs", "LONGEST: i64 = 300", "an assertion of a client", "5 minutes"),
    (
        "src/cx/client_keys.rs",
        "FRESH: Duration = Duration::from_secs(10 * 60)",
        "keys from a client's `jwks_uri`",
        "10 minutes",
    ),
    (
        "src/cx/client_keys.rs",
        "USABLE: Duration = Duration::from_secs(24 * 3_600)",
        "keys from a client's `jwks_uri`",
        "24 hours",
    ),
    (
        "src/cx/client_keys.rs",
        "BETWEEN: Duration = Duration::from_secs(60)",
        "between two requests to a client's `jwks_uri`",
        "60 seconds",
    ),
    ("src/crypto/compact.rs", "MAX_LENGTH: usize = 16 * 1024", "a JWT that a client signs", "16 KiB"),
    ("src/oauth2/logout_token.rs", "LOGOUT_TOKEN_SECONDS: i64 = 120", "a logout token", "2 minutes"),
    (
        "src/identity/sessions.rs",
        "NEWS: Duration = Duration::from_secs(24 * 3_600)",
        "the news of a sign-out for a client's server, until it is given up",
        "24 hours",
    ),
    (
        "src/web/pages/logout.rs",
        "JUST_NOW: Duration = Duration::from_secs(300)",
        "the frames of applications on the page after a sign-out",
        "5 minutes",
    ),
    (
        "src/notifier/schedule.rs",
        "ATTEMPTS: i64 = 10;",
        "attempts to tell a client's server of a sign-out",
        "10: after 5, 15 and 45 seconds",
    ),
    ("src/notifier.rs", "AT_ONCE: usize = 16", "clients that are told at the same time", "16"),
    (
        "src/cx/webhooks.rs",
        "LIFETIME: Duration = Duration::from_secs(3 * 86_400)",
        "an event for a webhook, until it is given up",
        "3 days",
    ),
    (
        "src/courier/webhooks.rs",
        "ATTEMPTS: i64 = 13",
        "attempts to tell a webhook of an event",
        "13: after 5, 15",
    ),
    ("src/courier/jsonnet.rs", "MEMORY: u64 = 512 << 20", "the memory of a template's process", "512 MiB"),
    ("src/courier/jsonnet.rs", "ANSWER: usize = 1 << 20", "what a template makes", "1 MiB"),
    (
        "src/courier/jsonnet.rs",
        "PROCESSOR_SECONDS: u64 = 2",
        "the evaluation of a template",
        "2 of the processor",
    ),
    (
        "src/courier/evaluator.rs",
        "PATIENCE: Duration = Duration::from_secs(5)",
        "the evaluation of a template",
        "5 seconds",
    ),
    (
        "src/outbound.rs",
        "OPERATORS: Duration = Duration::from_secs(10)",
        "everything that is asked of a gateway or a webhook",
        "10 seconds",
    ),
    ("src/outbox.rs", "OF_ONE: usize = 4", "deliveries to one destination at the same time", "4"),
    ("src/web/cookies.rs", "Duration::days(400)", "the browser's cookie", "400 days"),
    (
        "src/oauth2/authorize/code.rs",
        "CODE_LIFETIME: Duration = Duration::from_secs(60)",
        "an authorization code",
        "60 seconds",
    ),
    (
        "src/oauth2/authorize/code.rs",
        "LOOP_WINDOW: Duration = Duration::from_secs(30)",
        "codes without an exchange, until a loop is broken",
        "in 30 seconds",
    ),
    (
        "src/oauth2/authorize/code.rs",
        "LOOP_CODES: usize = 5",
        "codes without an exchange, until a loop is broken",
        "5 in",
    ),
    ("src/model/client.rs", "access: Duration::from_secs(600)", "an access token", "10 minutes"),
    (
        "src/oauth2/device.rs",
        "LIFETIME: Duration = Duration::from_secs(600)",
        "a device code and its user code",
        "10 minutes",
    ),
    (
        "src/oauth2/device.rs",
        "INTERVAL: Duration = Duration::from_secs(5)",
        "between two questions of a device",
        "5 seconds",
    ),
    (
        "src/oauth2/token/device.rs",
        "SLOW_DOWN: Duration = Duration::from_secs(5)",
        "between two questions of a device",
        "5 more after each",
    ),
    (
        "src/oauth2/device/tries.rs",
        "TRIES: i64 = 5",
        "wrong codes of devices, of one browser or one network",
        "5; then",
    ),
    (
        "src/oauth2/device/tries.rs",
        "BLOCK: Duration = Duration::from_secs(600)",
        "wrong codes of devices, of one browser or one network",
        "for 10 minutes",
    ),
    (
        "src/identity/login/second.rs",
        "WAIT: Duration = Duration::from_secs(10 * 60)",
        "a first factor, until the second one",
        "10 minutes",
    ),
    ("src/identity/factors/trust.rs", "TRUST_DAYS: u64 = 30", "a trusted device", "30 days"),
    (
        "src/identity/factors/setup.rs",
        "WAIT: Duration = Duration::from_secs(30 * 60)",
        "the key of an authenticator app, until its first code",
        "30 minutes",
    ),
    (
        "src/identity/factors/backup_codes.rs",
        "SHOWN: Duration = Duration::from_secs(30 * 60)",
        "new backup codes on their page",
        "30 minutes",
    ),
    ("src/identity/factors/backup_codes.rs", "BACKUP_CODES: usize = 10", "backup codes of one person", "10"),
    (
        "src/identity/factors/tries.rs",
        "name: \"totp\", tries: 5, window: Duration::from_secs(5 * 60)",
        "wrong codes of an authenticator app, of one person",
        "5 within 5 minutes",
    ),
    (
        "src/identity/factors/tries.rs",
        "name: \"backup-codes\", tries: 5, window: Duration::from_secs(3_600)",
        "wrong backup codes, of one person",
        "5 within an hour",
    ),
    ("src/oauth2/claims.rs", "ID_TOKEN_SECONDS: i64 = 600", "an ID token", "10 minutes"),
    (
        "src/model/client.rs",
        "(hours(8), hours(24)) } else { (hours(14 * 24), hours(30 * 24))",
        "a refresh token that is not used",
        "8 hours for `spa`, else 14 days",
    ),
    (
        "src/model/client.rs",
        "(hours(8), hours(24)) } else { (hours(14 * 24), hours(30 * 24))",
        "all refresh tokens of a sign-in",
        "24 hours for `spa`, else 30 days",
    ),
    (
        "src/oauth2/token/refresh.rs",
        "WINDOW: Duration = Duration::from_secs(10)",
        "a used refresh token still gives the same successor",
        "10 seconds",
    ),
    (
        "src/oauth2/token/code.rs",
        "DOUBLE_REQUEST: Duration = Duration::from_secs(2)",
        "a used code comes again without harm",
        "2 seconds",
    ),
    ("src/oauth2/token/code.rs", "TRIES: i64 = 3", "wrong PKCE verifiers for one code", "3"),
    ("src/identity/codes.rs", "CODE_MINUTES: u64 = 10", "a mailed code and its link", "10 minutes"),
    ("src/identity/codes.rs", "TRIES: i64 = 5", "tries of a mailed code", "5"),
    (
        "src/identity/codes.rs",
        "BETWEEN: Duration = Duration::from_secs(30)",
        "codes for one address",
        "30 seconds apart",
    ),
    (
        "src/identity/codes.rs",
        "SHORT: (usize, Duration) = (3, Duration::from_secs(15 * 60))",
        "codes for one address",
        "3 in 15 minutes",
    ),
    (
        "src/identity/codes.rs",
        "LONG: (usize, Duration) = (10, Duration::from_secs(24 * 3_600))",
        "codes for one address",
        "10 in 24 hours",
    ),
    (
        "src/cli/identities.rs",
        "LIFETIME: Duration = Duration::from_secs(3_600)",
        "a code of `wayhome identities recover`",
        "1 hour",
    ),
    (
        "src/web/admin/invitations.rs",
        "USUAL: Duration = Duration::from_secs(72 * 60 * 60)",
        "the link of an invitation",
        "72 hours",
    ),
    ("src/identity/administration/patch.rs", "OPERATIONS: usize = 100", "operations of a patch", "100"),
    ("src/web/admin/bulk.rs", "MOST: usize = 1000", "identities that are changed at once", "1,000"),
    (
        "src/web/admin/bulk.rs",
        "MOST_PASSWORDS: usize = 200",
        "identities that are changed at once",
        "200 with",
    ),
    ("src/identity/administration/external_id.rs", "LENGTH: usize = 255", "an external id", "255 characters"),
    (
        "src/identity/administration/brought.rs",
        "CODES: usize = 100",
        "backup codes of one person",
        "100 that",
    ),
    ("src/identity/search/filter.rs", "MOST: usize = 5", "a filter of identities", "5 conditions"),
    ("src/identity/search/filter.rs", "LONGEST: usize = 2_000", "a filter of identities", "2,000 bytes"),
    ("src/crypto/passwords/foreign.rs", "LONGEST: usize = 4096", "a hash from elsewhere", "4,096 bytes"),
    ("src/cli/identities/import/items.rs", "LONGEST: usize = 1024 * 1024", "an item of an import", "1 MiB"),
    (
        "src/cx/mail.rs",
        "NOTICE_LIFETIME: Duration = Duration::from_secs(24 * 3_600)",
        "a notice by mail, until it is given up",
        "24 hours",
    ),
    (
        "src/identity/login/choice.rs",
        "CHOICE: Duration = Duration::from_secs(10 * 60)",
        "a right password, until the choice between two accounts",
        "10 minutes",
    ),
    (
        "src/model/passkey.rs",
        "WEBAUTHN_CHALLENGE: Duration = Duration::from_secs(120)",
        "a challenge for a passkey",
        "2 minutes",
    ),
    (
        "src/identity/passkeys/enrolment.rs",
        "MOST: usize = 30",
        "passkeys and security keys of one person",
        "30",
    ),
    ("src/identity/passkeys/enrolment.rs", "NAME: usize = 60", "the name of a passkey", "60 characters"),
    ("src/web/classes.rs", "public, max-age=300", "metadata and keys in caches", "5 minutes"),
    ("src/identity/throttle.rs", "free: 5,", "wrong passwords for one person without a wait", "5; then"),
    (
        "src/identity/throttle.rs",
        "longest: Duration::from_secs(15 * 60)",
        "wrong passwords for one person without a wait",
        "15 minutes",
    ),
    (
        "src/identity/throttle.rs",
        "last: 100,",
        "wrong passwords in a row, until only recovery or an administrator helps",
        "100",
    ),
    ("src/courier/schedule.rs", "ATTEMPTS: i64 = 5", "deliveries of a mail", "5"),
    (
        "src/crypto/passwords.rs",
        "PATIENCE: Duration = Duration::from_secs(2)",
        "the wait for a check",
        "2 seconds",
    ),
    ("src/web/body.rs", "BODY: usize = 64 * 1024", "a body", "64 KiB"),
    ("src/web/body.rs", "BODY * 16", "a body", "1 MiB"),
    ("src/web/body.rs", "PARAMETERS: usize = 1000", "parameters of a query or form", "1,000"),
    ("src/identity/passwords.rs", "MAX_CHARACTERS: usize = 256", "a password", "256 characters"),
    ("src/crypto/passwords.rs", "MAX_BYTES: usize = 1024", "a password", "1,024 bytes"),
    ("src/identity/sessions.rs", "MOST: usize = 50", "sessions of one person", "50"),
    ("src/config/identity.schema.json", "\"maxLength\": 254", "an email address", "254 characters"),
    ("src/config/identity.schema.json", "\"maxLength\": 200", "a name", "200 characters"),
    ("src/oauth2/authorize/rules.rs", "(\"state\", 2048)", "`state`", "2,048 bytes"),
    ("src/oauth2/authorize/rules.rs", "(\"nonce\", 1024)", "`nonce`", "1,024 bytes"),
    ("src/oauth2/authorize/rules.rs", "(\"scope\", 4096)", "`scope`", "4,096 bytes"),
    ("src/oauth2/authorize/rules.rs", "SCOPES: usize = 100", "`scope`", "100 scopes"),
    ("src/oauth2/authorize/rules.rs", "(\"id_token_hint\", 16_384)", "`id_token_hint`", "16,384 bytes"),
    ("src/oauth2/authorize/rules.rs", "(\"login_hint\", 320)", "`login_hint`", "320 bytes"),
    ("src/oauth2/authorize/rules.rs", "RESOURCES: usize = 10", "`resource`", "10"),
    ("src/model/return_url.rs", "text.len() <= 2000", "a return URL", "2,000 characters"),
    ("src/config/clients/uris.rs", "uri.len() > 2_000", "a redirect URI", "2,000 characters"),
    ("src/config/clients/client.rs", "id.len() <= 128", "a `client_id`", "128 characters"),
    ("src/config/clients/name.rs", "LONGEST: usize = 100", "the name of a client", "100 characters"),
    (
        "src/web/patience.rs",
        "head: Duration::from_secs(10)",
        "the head of a request must come within",
        "10 seconds",
    ),
    (
        "src/web/patience.rs",
        "body: Duration::from_secs(20)",
        "the body of a request must come within",
        "20 seconds",
    ),
    (
        "src/web/patience.rs",
        "idle: Duration::from_secs(30)",
        "a connection without a request is kept",
        "30 seconds",
    ),
    ("src/web/patience.rs", "if waited > patience.idle {", "an answer must be read within", "40 seconds"),
    (
        "src/app/stop.rs",
        "DRAIN: Duration = Duration::from_secs(20)",
        "requests that have begun, when the server stops",
        "20 seconds",
    ),
    (
        "src/app/server.rs",
        "LAST_MESSAGES: Duration = Duration::from_secs(10)",
        "mails under way, when the server stops",
        "10 seconds",
    ),
    (
        "src/courier/relay.rs",
        "CONNECT: Duration = Duration::from_secs(3)",
        "a connection to the mail server",
        "3 seconds",
    ),
    (
        "src/courier/relay.rs",
        "DELIVERY: Duration = Duration::from_secs(10)",
        "a delivery to the mail server",
        "10 seconds",
    ),
    (
        "src/outbound.rs",
        "connect: Duration::from_secs(3)",
        "a connection to a server of a client (`jwks_uri` and the like)",
        "3 seconds",
    ),
    (
        "src/outbound.rs",
        "total: Duration::from_secs(5)",
        "everything that is asked of such a server",
        "5 seconds",
    ),
    (
        "src/outbound.rs",
        "BODY_LIMIT: usize = 256 * 1024",
        "a document that a client's server gives",
        "256 KiB",
    ),
    ("src/identity/sessions.rs", "MOST_KNOWN: usize = 20", "browsers of one person that are known", "20;"),
    (
        "src/identity/sessions.rs",
        "KNOWN: Duration = Duration::from_secs(90 * 86_400)",
        "browsers of one person that are known",
        "90 days",
    ),
    (
        "src/identity/guessing/alarm.rs",
        "FRICTION: Duration = Duration::from_secs(15 * 60)",
        "an attack makes guessing harder for",
        "15 minutes",
    ),
    ("src/identity/codes.rs", "FEWER_TRIES: i64 = 2", "tries of a mailed code", "2 while"),
    (
        "src/cx/reveal.rs",
        "REVEALED: Duration = Duration::from_secs(60 * 60)",
        "queries and addresses in the log, with `log.reveal`",
        "60 minutes",
    ),
    (
        "src/cx/breaches.rs",
        "PATIENCE: Duration = Duration::from_secs(1)",
        "a question about a breached password",
        "1 second",
    ),
    (
        "src/app/data_secret/watch.rs",
        "SEALS_AFTER: Duration = Duration::from_secs(10)",
        "a new data secret in the file, until it seals",
        "10 seconds",
    ),
    (
        "src/app/data_secret.rs",
        "QUIET: Duration = Duration::from_secs(15 * 60)",
        "a data secret, after a server has last sealed with it, until it can be dropped",
        "15 minutes",
    ),
    ("src/store/postgres.rs", "statement_timeout = '15s'", "a statement on PostgreSQL", "15 seconds"),
    (
        "src/app/janitor.rs",
        "WEEK: Duration = Duration::from_secs(7 * 86_400)",
        "flows, mails and deliveries to webhooks",
        "7 days",
    ),
    (
        "src/app/janitor.rs",
        "DAY: Duration = Duration::from_secs(86_400)",
        "authorization requests, pushed requests, codes, grants",
        "1 day",
    ),
    ("src/app/janitor.rs", "kept: WEEK, delete: store::undos", "links that take something back", "7 days"),
    (
        "src/app/janitor.rs",
        "kept: WEEK, delete: store::flows",
        "flows, mails and deliveries to webhooks",
        "7 days",
    ),
    (
        "src/app/janitor.rs",
        "kept: WEEK, delete: store::messages",
        "flows, mails and deliveries to webhooks",
        "7 days",
    ),
];

#[test]
fn every_limit_is_the_one_in_the_source() {
    let page = Document::read("docs/reference/limits-and-lifetimes.md");
    let told = rows(&page.text.lines().collect::<Vec<_>>());
    let mut faults = Vec::new();
    for (file, number, what, value) in NUMBERS {
        let source = source::file(file).split_whitespace().collect::<Vec<_>>().join(" ");
        if !source.contains(number) {
            faults.push(format!("{file} does not say `{number}` any more"));
        }
        if !told.iter().any(|row| row[0] == *what && row[1].contains(value)) {
            faults.push(format!("the page does not say {value:?} of {what:?}"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_limit_of_a_setting_is_its_default() {
    let page = Document::read("docs/reference/limits-and-lifetimes.md");
    let words = |default: &str| {
        let default = default.trim_matches('"');
        let unit = match default.chars().last() {
            Some('s') => " second",
            Some('m') => " minute",
            Some('h') => " hour",
            Some('d') => " day",
            _ => "",
        };
        format!("{}{unit}", default.trim_end_matches(|c: char| c.is_ascii_alphabetic()))
    };
    let mut seen = 0;
    for row in rows(&page.text.lines().collect::<Vec<_>>()) {
        let Some(key) = row.get(2).map(|cell| cell.trim_matches('`')).filter(|key| !key.is_empty()) else {
            continue;
        };
        let Some(key) = wayhome::config::KEYS.iter().find(|known| known.path == key) else {
            assert!(!key.contains('.'), "there is no key {key}");
            continue;
        };
        if key.path != "identity.schema" {
            assert!(row[1].contains(&words(key.default)), "{} is {} by default", key.path, key.default);
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}
