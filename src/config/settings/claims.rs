//! Traits under the names of the claims that clients know (OIDC Core 5.1), as the schema says.

use serde_json::{Map, Value};

use super::IdentitySettings;

/// The claims that a trait can be told as. Others are not for a schema to say: what this server vouches for itself, such
/// as `sub`, `acr` or `email_verified` (I05).
pub const MAPPED_CLAIMS: [&str; 15] = [
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
    "email",
    "phone_number",
];

/// How deep properties may lie that are claims.
const DEPTH: usize = 8;

impl IdentitySettings {
    /// Traits of this schema by the names of claims: each under its own name, and what the schema calls `claim` under
    /// that one.
    pub fn claims(&self, schema_id: &str, traits: Value) -> Value {
        let Some(schema) = self.schema_of(schema_id) else { return traits };
        let mut mapped = Map::new();
        collect(schema, &traits, DEPTH, &mut mapped);
        match traits {
            Value::Object(mut claims) => {
                claims.extend(mapped);
                Value::Object(claims)
            }
            other => other,
        }
    }
}

fn collect(schema: &Value, traits: &Value, depth: usize, mapped: &mut Map<String, Value>) {
    for (name, of) in schema["properties"].as_object().into_iter().flatten() {
        let Some(value) = traits.get(name) else { continue };
        if let Some(claim) = of["wayhome"]["claim"].as_str().filter(|claim| MAPPED_CLAIMS.contains(claim)) {
            mapped.insert(claim.to_owned(), value.clone());
        }
        if depth > 1 {
            collect(of, value, depth - 1, mapped);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::config::{Mode, Settings, Sources};

    #[test]
    fn sec_i05_a_trait_is_told_as_the_claim_that_its_schema_names_and_as_no_other() {
        let mut identity = Settings::load(Mode::Development, &Sources::default()).0.unwrap().identity;
        identity.schema = json!({"properties": {
            "mail": {"wayhome": {"claim": "email"}},
            "who": {"properties": {"first": {"wayhome": {"claim": "given_name"}}}},
            "evil": {"wayhome": {"claim": "sub"}},
            "worse": {"wayhome": {"claim": "email_verified"}},
        }});
        let traits = json!({
            "mail": "a@b.example", "who": {"first": "Ada"}, "evil": "x", "worse": true, "locale": "de",
        });
        let claims = identity.claims("default", traits.clone());
        let mut expected = traits.clone();
        expected["email"] = json!("a@b.example");
        expected["given_name"] = json!("Ada");
        assert_eq!(claims, expected);
        assert_eq!(identity.claims("gone", traits.clone()), traits);
    }
}
