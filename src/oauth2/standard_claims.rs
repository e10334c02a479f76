//! What is told of a person: the standard claims, by scope and by name (OIDC Core 5.1, 5.4).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::model::{ClaimsRequest, Client, Instant, Scope};

/// The claims of each scope.
pub const BY_SCOPE: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("phone", &["phone_number", "phone_number_verified"]),
    ("address", &["address"]),
];

/// The members of an address (OIDC Core 5.1.1).
const ADDRESS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// What is known of a person.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The traits, by the names of claims.
    pub traits: &'a Value,
    /// The addresses that the person has proven.
    pub proven: &'a [String],
    /// When the traits were last changed.
    pub updated_at: Instant,
}

/// The scope that a claim belongs to.
pub fn scope_of(claim: &str) -> Option<&'static str> {
    BY_SCOPE.iter().find(|(_, claims)| claims.contains(&claim)).map(|(scope, _)| *scope)
}

/// The names of the claims that the scopes ask for.
pub fn of_scopes(scope: &Scope) -> BTreeSet<&str> {
    BY_SCOPE
        .iter()
        .filter(|(name, _)| scope.contains(name))
        .flat_map(|(_, claims)| *claims)
        .copied()
        .collect()
}

/// What of a request for single claims means anything: claims of scopes that the client is registered for, which it may be
/// told, and the level of authentication that it asks for. Others are as if they did not exist (OIDC Core 5.5).
pub fn permitted(asked: ClaimsRequest, client: &Client) -> ClaimsRequest {
    asked.retain(|name| name == "acr" || scope_of(name).is_some_and(|scope| client.scopes.contains(scope)))
}

/// The scopes with those that single claims belong to: what a person is asked for.
pub fn with_claims(scope: &Scope, claims: &ClaimsRequest) -> Scope {
    let more: BTreeSet<&str> = claims.names().filter_map(scope_of).collect();
    let more = more.into_iter().collect::<Vec<_>>().join(" ");
    Scope::parse(&more).map_or_else(|_| scope.clone(), |more| scope.union(&more))
}

/// The claims of these names. One without a value, or with one that the standard does not allow, is left out (OIDC Core
/// 5.3.2).
pub fn tell(names: &BTreeSet<&str>, known: &Known<'_>) -> Map<String, Value> {
    let text = |name: &str| {
        known.traits.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    };
    let mut claims = Map::new();
    for name in names.iter().filter(|name| scope_of(name).is_some()) {
        let value = match *name {
            "updated_at" => Some(json!(known.updated_at.seconds())),
            "email_verified" => {
                text("email").map(|email| json!(known.proven.iter().any(|proven| proven == email)))
            }
            // Nothing here proves a telephone number.
            "phone_number_verified" => text("phone_number").map(|_| json!(false)),
            "birthdate" => text("birthdate").filter(|date| is_birthdate(date)).map(|date| json!(date)),
            "address" => address(known.traits),
            name => text(name).map(|text| json!(text)),
        };
        if let Some(value) = value {
            claims.insert((*name).to_owned(), value);
        }
    }
    claims
}

fn address(traits: &Value) -> Option<Value> {
    let from = traits.get("address")?.as_object()?;
    let members: Map<String, Value> = ADDRESS
        .iter()
        .filter_map(|name| {
            let text = from.get(*name)?.as_str().filter(|text| !text.trim().is_empty())?;
            Some(((*name).to_owned(), json!(text)))
        })
        .collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

/// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY` (OIDC Core 5.1).
fn is_birthdate(text: &str) -> bool {
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    let within = |part: &str, most: u8| part.parse::<u8>().is_ok_and(|number| (1..=most).contains(&number));
    match text.split('-').collect::<Vec<_>>()[..] {
        [year] => digits(year, 4),
        [year, month, day] => {
            digits(year, 4) && digits(month, 2) && digits(day, 2) && within(month, 12) && within(day, 31)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ClientType;

    fn told(traits: &Value, scope: &str) -> String {
        let scope = Scope::parse(scope).unwrap();
        let proven = ["a@b.c".to_owned()];
        let known = Known { traits, proven: &proven, updated_at: Instant::from_seconds(9) };
        let claims = tell(&of_scopes(&scope), &known);
        let mut names: Vec<String> = claims.keys().cloned().collect();
        names.sort();
        names.join(" ")
    }

    #[test]
    fn prov_6_each_scope_tells_its_own_claims_and_no_empty_ones() {
        let traits = json!({"email": "a@b.c", "name": "Ada", "nickname": "", "website": null, "address": {},
                            "birthdate": "soon", "phone_number": " "});
        assert_eq!(told(&traits, "openid"), "");
        assert_eq!(told(&traits, "openid email"), "email email_verified");
        assert_eq!(told(&traits, "openid profile address phone"), "name updated_at");
    }

    #[test]
    fn prov_6_a_person_of_whom_all_is_known_is_told_in_full() {
        let mut traits: Map<String, Value> =
            BY_SCOPE[0].1.iter().map(|name| ((*name).to_owned(), json!("x"))).collect();
        traits.insert("birthdate".to_owned(), json!("1815-12-10"));
        traits.insert("phone_number".to_owned(), json!("+44 20 7946 0000"));
        traits.insert("email".to_owned(), json!("a@b.c"));
        traits.insert("address".to_owned(), json!({"formatted": "x", "country": "UK", "planet": "Earth"}));
        let traits = Value::Object(traits);
        for (scope, claims) in BY_SCOPE {
            let mut names = claims.to_vec();
            names.sort_unstable();
            assert_eq!(told(&traits, scope), names.join(" "));
        }
        let known = Known { traits: &traits, proven: &[], updated_at: Instant::from_seconds(9) };
        let address = tell(&BTreeSet::from(["address", "email_verified"]), &known);
        assert_eq!(
            json!(address),
            json!({"address": {"formatted": "x", "country": "UK"}, "email_verified": false})
        );
    }

    #[test]
    fn birthdates_are_dates_or_years() {
        for (text, good) in [
            ("1815-12-10", true),
            ("0000-02-29", true),
            ("1815", true),
            ("1815-13-10", false),
            ("10.12.1815", false),
        ] {
            assert_eq!(is_birthdate(text), good, "{text}");
        }
    }

    #[test]
    fn a_client_learns_no_claim_of_a_scope_that_it_may_not_ask_for() {
        let mut client = Client::preset("c", ClientType::Web);
        client.scopes = Scope::parse("openid email").unwrap();
        let asked =
            r#"{"userinfo": {"email": null, "phone_number": {"essential": true}, "shoe_size": null}}"#;
        let permitted = permitted(ClaimsRequest::parse(asked).unwrap(), &client);
        assert_eq!(permitted.names().collect::<Vec<_>>(), ["email"]);
        let scope = with_claims(&Scope::parse("openid").unwrap(), &permitted);
        assert_eq!(scope.to_string(), "openid email");
    }
}
