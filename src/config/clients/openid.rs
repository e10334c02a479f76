//! What OpenID Connect and the extensions of OAuth2 add to a client: response types, keys, sign-out, subjects.

use serde_json::Value as Json;
use url::Url;

use super::reader::Reader;
use crate::config::Fault;
use crate::config::document::{Entry, Node, Value};
use crate::model::{
    AuthMethod, Client, ClientType, GrantType, LogoutChannel, ResponseMode, ResponseType, SubjectType,
};

impl Reader<'_> {
    /// Reads all of it into a client that is complete otherwise.
    pub(super) fn openid(&mut self, client: Client) -> Client {
        let response_types = self.response_types(&client);
        let response_modes = self.response_modes(&client, &response_types);
        let client = Client {
            response_types,
            response_modes,
            jwks: self.jwks(),
            jwks_uri: self.guarded_uri("jwks_uri"),
            assertion_alg: self.algorithm("token_endpoint_auth_signing_alg"),
            require_pushed: self.flag("require_pushed_authorization_requests", client.require_pushed),
            require_signed_request: self.flag("require_signed_request_object", client.require_signed_request),
            request_object_alg: self.algorithm("request_object_signing_alg"),
            backchannel_logout: self
                .logout_channel("backchannel_logout_uri", "backchannel_logout_session_required"),
            frontchannel_logout: self
                .logout_channel("frontchannel_logout_uri", "frontchannel_logout_session_required"),
            subject_type: self.subject_type(&client),
            userinfo_alg: self.algorithm("userinfo_signed_response_alg"),
            ..client
        };
        self.keys_are_there(&client);
        self.frontchannel_is_at_home(&client);
        client
    }

    /// Only what is named is permitted, and more than `code` is worth a warning: tokens in the address of a browser stay
    /// in histories and logs (RFC 9700 2.1.2).
    fn response_types(&mut self, client: &Client) -> Vec<ResponseType> {
        let Some(texts) = self.texts("response_types") else { return client.response_types.clone() };
        let mut types: Vec<ResponseType> = Vec::new();
        for (text, place) in texts {
            match ResponseType::parse(&text) {
                Some(known) if types.contains(&known) => {}
                Some(known) => types.push(known),
                None => {
                    let fault = Fault::error(place, format!("response_types: `{text}` is not supported"));
                    self.faults.add(fault.did_you_mean(&text, ResponseType::ALL.map(ResponseType::name)));
                }
            }
        }
        if types.iter().any(|kind| kind.is_front_channel()) {
            let problem = "tokens that pass through the browser's address are for old applications; new ones use code with PKCE";
            self.warn("response_types", problem);
        }
        let codes = client.grant_types.contains(&GrantType::AuthorizationCode);
        if !codes && types.iter().any(|kind| kind.has_code()) {
            self.wrong("response_types", "a response type with code needs the grant type authorization_code");
        }
        types
    }

    fn response_modes(&mut self, client: &Client, types: &[ResponseType]) -> Vec<ResponseMode> {
        let Some(texts) = self.texts("response_modes") else {
            let mut usual = client.response_modes.clone();
            if types.iter().any(|kind| kind.is_front_channel()) {
                usual.push(ResponseMode::Fragment);
            }
            return usual;
        };
        let mut modes: Vec<ResponseMode> = Vec::new();
        for (text, place) in texts {
            match ResponseMode::parse(&text) {
                Some(ResponseMode::FormPost) if client.kind == ClientType::Native => {
                    let problem = "response_modes: a native client has no server that takes a form";
                    self.faults.add(Fault::error(place, problem));
                }
                Some(known) if modes.contains(&known) => {}
                Some(known) => modes.push(known),
                None => {
                    let fault = Fault::error(place, format!("response_modes: `{text}` is not supported"));
                    self.faults.add(fault.did_you_mean(&text, ResponseMode::ALL.map(ResponseMode::name)));
                }
            }
        }
        for kind in types {
            if !modes.contains(&kind.usual_mode()) && !modes.contains(&ResponseMode::FormPost) {
                let mode = kind.usual_mode().name();
                self.wrong("response_modes", format!("answers of `{}` come by {mode}", kind.name()));
            }
        }
        modes
    }

    /// The keys by value: a JWK Set as a text, or in a file. Whether each key is fit is looked at where it is used.
    fn jwks(&mut self) -> Option<Json> {
        let node = self.find("jwks")?.clone();
        let text = match node.value {
            Value::Text(text) => text,
            Value::Table(entries) => match &entries[..] {
                [Entry { name, node: Node { value: Value::Text(path), .. }, .. }] if name == "file" => {
                    match (self.look_up)(&format!("file:{path}")) {
                        Ok(text) => text,
                        Err(why) => {
                            self.wrong("jwks", why);
                            return None;
                        }
                    }
                }
                _ => {
                    self.wrong("jwks", "write { file = \"PATH\" }, or the JWK Set as a text");
                    return None;
                }
            },
            _ => {
                self.wrong("jwks", "write { file = \"PATH\" }, or the JWK Set as a text");
                return None;
            }
        };
        let set: Option<Json> = serde_json::from_str(&text).ok();
        let set = set.filter(|set| set["keys"].as_array().is_some_and(|keys| !keys.is_empty()));
        if set.is_none() {
            self.wrong("jwks", "expected a JWK Set: {\"keys\": [ … ]}");
        }
        let private = ["d", "p", "q", "k"];
        if set
            .as_ref()
            .and_then(|set| set["keys"].as_array())
            .is_some_and(|keys| keys.iter().any(|key| private.iter().any(|member| key.get(member).is_some())))
        {
            self.wrong("jwks", "it holds a private or a shared key; register the public keys only");
            return None;
        }
        set
    }

    /// An address that this server calls: https, or http on this machine, where only development reaches it.
    fn guarded_uri(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let url = Url::parse(&text).ok();
        let problem = match &url {
            None => Some("it is no absolute URL"),
            Some(url) if url.fragment().is_some() => Some("it must have no fragment"),
            Some(url) if !url.username().is_empty() || url.password().is_some() => {
                Some("it must have no user information")
            }
            Some(url) if url.scheme() == "https" => None,
            Some(url)
                if url.scheme() == "http"
                    && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) =>
            {
                None
            }
            Some(_) => Some("it must begin with https:// (http only on this machine)"),
        };
        match problem {
            Some(problem) => {
                self.wrong(name, format!("`{text}`: {problem}"));
                None
            }
            None => Some(text),
        }
    }

    fn logout_channel(&mut self, uri: &str, required: &str) -> Option<LogoutChannel> {
        let session_required = self.flag(required, false);
        let uri = self.guarded_uri(uri);
        if uri.is_none() && self.find(required).is_some() {
            self.warn(required, "it has no effect without the address");
        }
        uri.map(|uri| LogoutChannel { uri, session_required })
    }

    /// A sector is named by a host: that of `sector_identifier_uri`, else the one that all redirect URIs share (OIDC Core
    /// 8.1).
    fn subject_type(&mut self, client: &Client) -> SubjectType {
        let pairwise = self.choice("subject_type", &[("public", false), ("pairwise", true)]).unwrap_or(false);
        let named = self.guarded_uri("sector_identifier_uri");
        if !pairwise {
            if self.find("sector_identifier_uri").is_some() {
                self.warn("sector_identifier_uri", "it has no effect without subject_type = \"pairwise\"");
            }
            return SubjectType::Public;
        }
        let host = |uri: &str| Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned));
        let mut hosts: Vec<Option<String>> = match &named {
            Some(uri) => vec![host(uri)],
            None => client.redirect_uris.iter().map(|uri| host(uri)).collect(),
        };
        hosts.sort();
        hosts.dedup();
        match &hosts[..] {
            [Some(sector)] => SubjectType::Pairwise { sector: sector.clone() },
            _ => {
                let problem = "pairwise subjects need one host: write sector_identifier_uri, as the redirect URIs do not share one";
                self.wrong("subject_type", problem);
                SubjectType::Public
            }
        }
    }

    /// Whoever signs must be known by keys, in one way.
    fn keys_are_there(&mut self, client: &Client) {
        let written = |name: &str| self.find(name).is_some();
        let (by_value, by_reference) = (written("jwks"), written("jwks_uri"));
        if by_value && by_reference {
            self.wrong("jwks_uri", "write jwks or jwks_uri, not both");
        }
        if by_value || by_reference {
            return;
        }
        if client.auth_method == AuthMethod::PrivateKeyJwt {
            self.wrong("jwks_uri", "private_key_jwt needs the client's public keys: write jwks_uri or jwks");
        } else if client.require_signed_request {
            self.wrong("jwks_uri", "signed requests need the client's public keys: write jwks_uri or jwks");
        }
    }

    /// The address of a front-channel sign-out shares its origin with a redirect URI (OIDC Front-Channel Logout 2).
    fn frontchannel_is_at_home(&mut self, client: &Client) {
        let origin = |uri: &str| Url::parse(uri).ok().map(|url| url.origin().ascii_serialization());
        let Some(channel) = &client.frontchannel_logout else { return };
        let home = origin(&channel.uri);
        if !client.redirect_uris.iter().any(|uri| origin(uri) == home) {
            let problem = "its scheme, host and port must be those of a redirect URI";
            self.wrong("frontchannel_logout_uri", problem);
        }
    }
}
