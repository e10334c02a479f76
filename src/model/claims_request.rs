//! Single claims that a client asks for, beside those of its scopes (OIDC Core 5.5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where claims are to be told, and which.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// By userinfo.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, RequestedClaim>,
    /// In ID tokens.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, RequestedClaim>,
}

/// How much a claim matters (OIDC Core 5.5.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedClaim {
    /// Whether the client cannot do without.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The values that would do; any, if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// A `claims` parameter that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedClaims;

impl ClaimsRequest {
    /// Reads the parameter. Members that nobody knows mean nothing; members of the wrong type are a fault.
    pub fn parse(text: &str) -> Result<Self, MalformedClaims> {
        let all: Map<String, Value> = serde_json::from_str(text).map_err(|_| MalformedClaims)?;
        let part = |name: &str| match all.get(name) {
            None | Some(Value::Null) => Ok(BTreeMap::new()),
            Some(Value::Object(claims)) => {
                claims.iter().map(|(name, value)| Ok((name.clone(), RequestedClaim::read(value)?))).collect()
            }
            Some(_) => Err(MalformedClaims),
        };
        Ok(Self { userinfo: part("userinfo")?, id_token: part("id_token")? })
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// Only the claims that `keep` keeps.
    pub fn retain(mut self, keep: impl Fn(&str) -> bool) -> Self {
        self.userinfo.retain(|name, _| keep(name));
        self.id_token.retain(|name, _| keep(name));
        self
    }

    /// The names of all claims that are asked for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.userinfo.keys().chain(self.id_token.keys()).map(String::as_str)
    }
}

impl RequestedClaim {
    fn read(value: &Value) -> Result<Self, MalformedClaims> {
        let members = match value {
            Value::Null => return Ok(Self::default()),
            Value::Object(members) => members,
            _ => return Err(MalformedClaims),
        };
        let essential = match members.get("essential") {
            None => false,
            Some(Value::Bool(essential)) => *essential,
            Some(_) => return Err(MalformedClaims),
        };
        let mut values: Vec<Value> = members.get("value").into_iter().cloned().collect();
        match members.get("values") {
            None => {}
            Some(Value::Array(more)) => values.extend(more.iter().cloned()),
            Some(_) => return Err(MalformedClaims),
        }
        Ok(Self { essential, values })
    }

    /// The values that are texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter_map(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prov_3_a_request_for_claims_is_read_as_it_is_meant() {
        let text = r#"{"userinfo": {"email": null, "name": {"essential": true}, "x": {"why": 1}},
                       "id_token": {"acr": {"values": ["a", "b"]}, "sub": {"value": "c"}}, "other": 7}"#;
        let asked = ClaimsRequest::parse(text).unwrap();
        assert!(asked.userinfo["name"].essential && !asked.userinfo["email"].essential);
        assert_eq!(asked.id_token["acr"].texts().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(asked.id_token["sub"].texts().collect::<Vec<_>>(), ["c"]);
        assert_eq!(asked.names().collect::<Vec<_>>(), ["email", "name", "x", "acr", "sub"]);
        let kept = asked.retain(|name| name == "email");
        assert_eq!(serde_json::to_string(&kept).unwrap(), r#"{"userinfo":{"email":{}}}"#);
        assert!(ClaimsRequest::parse(r#"{"userinfo": null}"#).unwrap().is_empty());
    }

    #[test]
    fn what_is_of_the_wrong_type_is_no_request_for_claims() {
        for text in [
            "",
            "[]",
            "7",
            r#"{"userinfo": []}"#,
            r#"{"id_token": {"acr": "aal1"}}"#,
            r#"{"id_token": {"acr": {"essential": "yes"}}}"#,
            r#"{"id_token": {"acr": {"values": "aal1"}}}"#,
        ] {
            assert_eq!(ClaimsRequest::parse(text), Err(MalformedClaims), "{text}");
        }
    }
}
