//! Every path of a page, once. Nothing else writes one.

use crate::journey::Step;
use crate::model::{AuthorizationRequestId, FlowId, FlowKind, ParkedChangeId, UserCode};

/// Signing in.
pub const LOGIN: &str = "/login";
/// Choosing between accounts.
pub const CHOICE: &str = "/login/choice";
/// Signing in with a passkey.
pub const LOGIN_PASSKEY: &str = "/login/passkey";
/// What a passkey is to be shown by, as JSON.
pub const LOGIN_PASSKEY_OPTIONS: &str = "/login/passkey/options";
/// The mailed code of a sign-in.
pub const LOGIN_CODE: &str = "/login/code";
/// Another code.
pub const LOGIN_CODE_RESEND: &str = "/login/code/resend";
/// The second step: the code of an authenticator app.
pub const SECOND_FACTOR: &str = "/login/second-factor";
/// The second step: a passkey or a security key.
pub const SECOND_KEY: &str = "/login/security-key";
/// The second step: a backup code.
pub const BACKUP_CODE: &str = "/login/backup-code";
/// Creating an account.
pub const REGISTRATION: &str = "/registration";
/// Creating one with a passkey.
pub const REGISTRATION_PASSKEY: &str = "/registration/passkey";
/// What it is to be made by, as JSON.
pub const REGISTRATION_PASSKEY_OPTIONS: &str = "/registration/passkey/options";
/// The backup codes that come with it.
pub const REGISTRATION_CODES: &str = "/registration/backup-codes";
/// Proving an address.
pub const VERIFICATION: &str = "/verification";
/// Another code for the proof.
pub const VERIFICATION_RESEND: &str = "/verification/resend";
/// The button of a mailed link.
pub const VERIFICATION_LINK: &str = "/verification/link";
/// "This wasn't me."
pub const VERIFICATION_DISOWN: &str = "/verification/disown";
/// Whether another device has gone on.
pub const VERIFICATION_STATUS: &str = "/verification/status";
/// A forgotten password.
pub const RECOVERY: &str = "/recovery";
/// The mailed code.
pub const RECOVERY_CODE: &str = "/recovery/code";
/// Another code.
pub const RECOVERY_RESEND: &str = "/recovery/resend";
/// The button of a mailed link.
pub const RECOVERY_LINK: &str = "/recovery/link";
/// "This wasn't me."
pub const RECOVERY_DISOWN: &str = "/recovery/disown";
/// Whether another device has gone on.
pub const RECOVERY_STATUS: &str = "/recovery/status";
/// The second factor of a recovery: the code of an authenticator app.
pub const RECOVERY_FACTOR: &str = "/recovery/second-factor";
/// The second factor of a recovery: a passkey or a security key.
pub const RECOVERY_KEY: &str = "/recovery/security-key";
/// What it is to be shown by, as JSON.
pub const RECOVERY_KEY_OPTIONS: &str = "/recovery/security-key/options";
/// The second factor of a recovery: a backup code.
pub const RECOVERY_BACKUP_CODE: &str = "/recovery/backup-code";
/// The new password.
pub const NEW_PASSWORD: &str = "/recovery/password";
/// A passkey in its place.
pub const NEW_PASSKEY: &str = "/recovery/passkey";
/// What it is to be made by, as JSON.
pub const NEW_PASSKEY_OPTIONS: &str = "/recovery/passkey/options";
/// The backup codes that come with it.
pub const RECOVERY_CODES: &str = "/recovery/backup-codes";
/// Allowing a client.
pub const CONSENT: &str = "/consent";
/// Another account than the one that is asked for consent.
pub const CONSENT_SWITCH: &str = "/consent/switch";
/// The code that a device shows.
pub const DEVICE: &str = "/device";
/// Whether the device may be connected.
pub const DEVICE_CONFIRM: &str = "/device/confirm";
/// Signing out.
pub const LOGOUT: &str = "/logout";
/// After signing out.
pub const SIGNED_OUT: &str = "/logout/done";
/// The page that pages of clients frame to watch the session.
pub const CHECK_SESSION: &str = "/oauth2/check_session";
/// The account.
pub const ACCOUNT: &str = "/account";
/// One's own data.
pub const PROFILE: &str = "/account/profile";
/// One's own password.
pub const PASSWORD: &str = "/account/password";
/// One's own passkeys and security keys.
pub const PASSKEYS: &str = "/account/passkeys";
/// What one is to be made by, as JSON.
pub const PASSKEYS_OPTIONS: &str = "/account/passkeys/options";
/// One's own second factors.
pub const TWO_STEP: &str = "/account/two-step";
/// An authenticator app is added.
pub const ADD_APP: &str = "/account/two-step/app";
/// New backup codes.
pub const BACKUP_CODES: &str = "/account/two-step/codes";
/// The same as a file.
pub const BACKUP_CODES_FILE: &str = "/account/two-step/codes.txt";
/// One's own devices.
pub const SESSIONS: &str = "/account/sessions";
/// The applications that may use the account.
pub const APPS: &str = "/account/apps";
/// What has happened to the account.
pub const ACTIVITY: &str = "/account/activity";
/// One's data, and the end of the account.
pub const DATA: &str = "/account/data";
/// One's data as a file.
pub const DATA_FILE: &str = "/account/data/download";
/// Takes something back, by the link of a mail.
pub const UNDO: &str = "/account/undo";
/// Sends a code for the address.
pub const ACCOUNT_VERIFY: &str = "/account/verify";
/// A sensitive change that waited for its person.
pub const CONFIRMED: &str = "/account/confirmed";
/// Ory's name for the account.
pub const SETTINGS: &str = "/settings";
/// What can be answered nowhere else.
pub const ERROR: &str = "/error";
/// The inbox of a development server.
pub const INBOX: &str = "/dev/inbox";
/// The same as JSON.
pub const INBOX_JSON: &str = "/dev/inbox.json";

/// The page of a kind of flow.
pub fn of_kind(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Login => LOGIN,
        FlowKind::Registration => REGISTRATION,
        FlowKind::Verification => VERIFICATION,
        FlowKind::Recovery => RECOVERY,
    }
}

/// A path for this flow.
pub fn of_flow(path: &str, flow: FlowId) -> String {
    format!("{path}?flow={flow}")
}

/// A path that begins a flow after this one.
pub fn after(path: &str, flow: FlowId) -> String {
    format!("{path}?after={flow}")
}

/// The sign-in of another account, after this flow.
pub fn switch_after(flow: FlowId) -> String {
    format!("{LOGIN}?after={flow}&switch=yes")
}

/// A path for a waiting request.
pub fn of_request(path: &str, request: AuthorizationRequestId) -> String {
    format!("{path}?login_challenge={request}")
}

/// The page on which the device that shows this code is connected.
pub fn device_confirm(code: &UserCode) -> String {
    format!("{DEVICE_CONFIRM}?user_code={code}")
}

/// The link of a verification mail.
pub fn verification_link(token: &str) -> String {
    format!("{VERIFICATION}?link={token}")
}

/// The link of a recovery mail.
pub fn recovery_link(token: &str) -> String {
    format!("{RECOVERY}?link={token}")
}

/// The page of a link that takes something back, once it was opened.
pub fn opened_undo(sealed: &str) -> String {
    format!("{UNDO}?opened={sealed}")
}

/// Where a change goes on that waited for its person.
pub fn of_change(change: ParkedChangeId) -> String {
    format!("{CONFIRMED}?change={change}")
}

/// The change that goes on at this address of ours, if one does.
pub fn change_at(issuer: &str, location: &str) -> Option<ParkedChangeId> {
    let here = location.strip_prefix(issuer).unwrap_or(location);
    here.strip_prefix(CONFIRMED)?.strip_prefix("?change=")?.parse().ok()
}

/// Where a step leads in this house; `None` for the way to a client, and for the one that is a page itself.
pub fn of_step(step: &Step) -> Option<String> {
    Some(match step {
        Step::Flow(kind, flow) => of_flow(of_kind(*kind), *flow),
        Step::Challenge(kind, request) => of_request(of_kind(*kind), *request),
        Step::SignInCode(flow) => of_flow(LOGIN_CODE, *flow),
        Step::SecondFactor(flow) => of_flow(SECOND_FACTOR, *flow),
        Step::BackupCode(flow) => of_flow(BACKUP_CODE, *flow),
        Step::RecoveryFactor(flow) => of_flow(RECOVERY_FACTOR, *flow),
        Step::RecoveryBackupCode(flow) => of_flow(RECOVERY_BACKUP_CODE, *flow),
        Step::NewPassword(flow) => of_flow(NEW_PASSWORD, *flow),
        Step::NewCodes(FlowKind::Recovery, flow) => of_flow(RECOVERY_CODES, *flow),
        Step::NewCodes(_, flow) => of_flow(REGISTRATION_CODES, *flow),
        Step::Choice(request) => of_request(CHOICE, *request),
        Step::Consent(request) => of_request(CONSENT, *request),
        Step::Return(url) => url.as_str().to_owned(),
        Step::Account => ACCOUNT.to_owned(),
        Step::Client(_) | Step::Lost(_) => return None,
    })
}
