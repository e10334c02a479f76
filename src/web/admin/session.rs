//! The shape of a session (Kratos' `session`).

use serde_json::{Value, json};

use crate::model::{Assurance, Instant, Session};

/// A session, with its identity if that is to stand there, and with its device.
pub(in crate::web) fn shape(session: &Session, now: Instant, identity: Option<Value>, device: bool) -> Value {
    let completed_at = session.authenticated_at.rfc3339();
    let methods: Vec<Value> = methods(&session.amr, session.assurance)
        .into_iter()
        .map(|(method, aal)| json!({"method": method, "aal": aal.name(), "completed_at": completed_at}))
        .collect();
    let mut json = json!({
        "id": session.id,
        "active": session.is_alive(now),
        "issued_at": session.created_at.rfc3339(),
        "expires_at": session.idle_expires_at.min(session.expires_at).rfc3339(),
        "authenticated_at": completed_at,
        "authenticator_assurance_level": session.assurance.name(),
        "authentication_methods": methods,
    });
    if device {
        json["devices"] = json!([{
            "id": session.id,
            "ip_address": session.peer,
            "user_agent": session.user_agent,
        }]);
    }
    if let Some(identity) = identity {
        json["identity"] = identity;
    }
    json
}

/// Ory's names for what RFC 8176 says of a sign-in, each with the level that it is good for. A touch, and that there were two
/// factors, are no methods of their own. A code that works once is that of an app after another factor, and a mailed one
/// before it.
fn methods(amr: &[String], reached: Assurance) -> Vec<(&str, Assurance)> {
    let has = |name: &str| amr.iter().any(|how| how == name);
    let has_password = has("pwd");
    let mut methods: Vec<&str> = amr
        .iter()
        .filter(|how| !matches!(how.as_str(), "user" | "mfa"))
        .map(|how| match how.as_str() {
            "pwd" => "password",
            "otp" if has_password => "totp",
            "otp" => "code",
            "hwk" | "swk" if has_password || has("otp") => "webauthn",
            "hwk" | "swk" => "passkey",
            other => other,
        })
        .collect();
    if methods == ["code"] && has("mfa") {
        methods.push("totp");
    }
    let is_alone = methods.len() == 1;
    let level = |n: usize| if n == 0 && !is_alone { Assurance::Aal1 } else { reached };
    methods.into_iter().enumerate().map(|(n, method)| (method, level(n))).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{IdentityId, SessionId, TokenDigest};

    #[test]
    fn a_session_has_orys_shape_and_no_token() {
        let at = Instant::from_seconds;
        let session = Session {
            id: SessionId::from_uuid(Uuid::from_u128(1)),
            identity: IdentityId::from_uuid(Uuid::from_u128(2)),
            browser: TokenDigest::from_bytes([7; 32]),
            assurance: Assurance::Aal1,
            amr: vec!["pwd".to_owned()],
            user_agent: "curl".to_owned(),
            peer: "203.0.113.9".to_owned(),
            created_at: at(0),
            authenticated_at: at(60),
            last_seen_at: at(60),
            idle_expires_at: at(120),
            expires_at: at(600),
            ended_at: None,
        };
        assert_eq!(
            shape(&session, at(100), None, true),
            json!({
                "id": "00000000-0000-0000-0000-000000000001",
                "active": true,
                "issued_at": "1970-01-01T00:00:00.000000Z",
                "expires_at": "1970-01-01T00:02:00.000000Z",
                "authenticated_at": "1970-01-01T00:01:00.000000Z",
                "authenticator_assurance_level": "aal1",
                "authentication_methods": [
                    {"method": "password", "aal": "aal1", "completed_at": "1970-01-01T00:01:00.000000Z"}
                ],
                "devices": [{
                    "id": "00000000-0000-0000-0000-000000000001",
                    "ip_address": "203.0.113.9", "user_agent": "curl",
                }],
            })
        );
        assert_eq!(shape(&session, at(120), None, false)["active"], false);
    }

    #[test]
    fn methods_have_orys_names_and_the_levels_that_they_are_good_for() {
        let named = |amr: &[&str]| {
            let amr: Vec<String> = amr.iter().map(|&how| how.to_owned()).collect();
            let how: Vec<&str> = amr.iter().map(String::as_str).collect();
            methods(&amr, Assurance::of(&how))
                .into_iter()
                .map(|(method, aal)| format!("{method} {}", aal.name()))
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(named(&["pwd"]), "password aal1");
        assert_eq!(named(&["otp"]), "code aal1");
        assert_eq!(named(&["pwd", "otp", "mfa"]), "password aal1, totp aal2");
        assert_eq!(named(&["otp", "mfa"]), "code aal1, totp aal2");
        assert_eq!(named(&["swk", "user", "mfa"]), "passkey aal2");
        assert_eq!(named(&["pwd", "hwk", "user", "mfa"]), "password aal1, webauthn aal2");
        assert_eq!(named(&["otp", "hwk", "user", "mfa"]), "code aal1, webauthn aal2");
    }
}
