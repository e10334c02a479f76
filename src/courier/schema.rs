//! What a receiver gets, for its programmer: a JSON Schema of the context, which is the default body, and types for
//! languages.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::types::{About, TYPES, TemplateType};

/// A language that types can be printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Go, with the tags of `encoding/json`.
    Go,
    /// TypeScript.
    TypeScript,
}

/// A text or something else, of a key of the data.
fn kind_of(key: &str) -> Value {
    match key {
        "expires_in_minutes" | "left" => json!({"type": "integer"}),
        "traits" => json!({"type": "object"}),
        _ => json!({"type": "string"}),
    }
}

/// What some type tells beside what all tell.
fn own_keys() -> BTreeSet<&'static str> {
    TYPES.iter().flat_map(|of| of.data).copied().collect()
}

fn required(of: &TemplateType) -> Vec<&'static str> {
    let mut keys = vec!["to", "request_url", "transient_payload"];
    keys.extend(of.data);
    if of.about != About::Nobody {
        keys.push("identity");
    }
    keys
}

/// The JSON Schema (2020-12).
pub fn json_schema() -> Value {
    let names: Vec<&str> = TYPES.iter().map(|of| of.name).collect();
    let mut data: Map<String, Value> =
        own_keys().into_iter().map(|key| (key.to_owned(), kind_of(key))).collect();
    data.insert("to".to_owned(), json!({"type": "string"}));
    data.insert("request_url".to_owned(), json!({"type": "string"}));
    data.insert("transient_payload".to_owned(), json!({"type": "object"}));
    data.insert("identity".to_owned(), json!({"$ref": "#/$defs/identity"}));
    data.insert(
        "oauth2_login_request".to_owned(),
        json!({
            "type": "object",
            "properties": {"client": {"type": "object", "properties": {"client_name": {"type": "string"}}}},
        }),
    );
    let cases: Vec<Value> = TYPES
        .iter()
        .map(|of| {
            json!({
                "if": {"properties": {"template_type": {"const": of.name}}},
                "then": {"properties": {"template_data": {"required": required(of)}}},
            })
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A message of the courier",
        "type": "object",
        "required": ["recipient", "subject", "body", "template_type", "template_data", "message_type", "request_headers"],
        "properties": {
            "recipient": {"type": "string", "description": "An email address, or + and digits."},
            "subject": {"type": "string"},
            "body": {"type": "string", "description": "The text."},
            "html_body": {"type": "string", "description": "The same with markup; emails only."},
            "template_type": {"enum": names},
            "template_data": {"type": "object", "properties": data},
            "message_type": {"enum": ["email", "sms"]},
            "request_headers": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
        "allOf": cases,
        "$defs": {
            "identity": {
                "type": "object",
                "required": ["id", "schema_id", "traits", "metadata_public"],
                "properties": {
                    "id": {"type": ["string", "null"], "description": "Null for somebody who is about to register."},
                    "schema_id": {"type": "string"},
                    "traits": {"type": "object"},
                    "metadata_public": {},
                },
            },
        },
    })
}

/// The types in a language.
pub fn types_in(language: Language) -> String {
    match language {
        Language::Go => go(),
        Language::TypeScript => typescript(),
    }
}

fn go() -> String {
    let field = |key: &str| {
        let kind = match key {
            "expires_in_minutes" | "left" => "int",
            "traits" => "json.RawMessage",
            _ => "string",
        };
        format!("\t{} {kind} `json:\"{key},omitempty\"`\n", camel(key))
    };
    let own: String = own_keys().into_iter().map(field).collect();
    let names: String =
        TYPES.iter().map(|of| format!("\t{} TemplateType = \"{}\"\n", camel(of.name), of.name)).collect();
    format!(
        "// Made by `wayhome courier schema --lang go`.\n\npackage courier\n\nimport \"encoding/json\"\n\n\
         type TemplateType string\n\nconst (\n{names})\n\n\
         type Message struct {{\n\
         \tRecipient string `json:\"recipient\"`\n\
         \tSubject string `json:\"subject\"`\n\
         \tBody string `json:\"body\"`\n\
         \tHTMLBody string `json:\"html_body,omitempty\"`\n\
         \tTemplateType TemplateType `json:\"template_type\"`\n\
         \tTemplateData TemplateData `json:\"template_data\"`\n\
         \tMessageType string `json:\"message_type\"`\n\
         \tRequestHeaders map[string][]string `json:\"request_headers\"`\n}}\n\n\
         type TemplateData struct {{\n\
         \tTo string `json:\"to\"`\n\
         \tRequestURL string `json:\"request_url\"`\n\
         \tTransientPayload json.RawMessage `json:\"transient_payload\"`\n\
         \tIdentity *Identity `json:\"identity,omitempty\"`\n\
         \tOAuth2LoginRequest *OAuth2LoginRequest `json:\"oauth2_login_request,omitempty\"`\n{own}}}\n\n\
         type Identity struct {{\n\
         \tID *string `json:\"id\"`\n\
         \tSchemaID string `json:\"schema_id\"`\n\
         \tTraits json.RawMessage `json:\"traits\"`\n\
         \tMetadataPublic json.RawMessage `json:\"metadata_public\"`\n}}\n\n\
         type OAuth2LoginRequest struct {{\n\
         \tClient OAuth2Client `json:\"client\"`\n}}\n\n\
         type OAuth2Client struct {{\n\
         \tClientName string `json:\"client_name\"`\n}}\n"
    )
}

fn typescript() -> String {
    let kind = |key: &str| match key {
        "expires_in_minutes" | "left" => "number",
        "traits" => "Record<string, unknown>",
        _ => "string",
    };
    let data = |of: &TemplateType| {
        let mut lines: String = of.data.iter().map(|key| format!("  {key}: {};\n", kind(key))).collect();
        if of.about != About::Nobody {
            lines.push_str("  identity: Identity;\n");
        }
        format!("export interface {}Data extends Data {{\n{lines}}}\n\n", camel(of.name))
    };
    let all: String = TYPES.iter().map(data).collect();
    let cases: String =
        TYPES.iter().map(|of| format!("\n  | Of<\"{}\", {}Data>", of.name, camel(of.name))).collect();
    format!(
        "// Made by `wayhome courier schema --lang ts`.\n\n\
         export interface Identity {{\n  id: string | null;\n  schema_id: string;\n  traits: Record<string, unknown>;\n  \
         metadata_public: unknown;\n}}\n\n\
         export interface Data {{\n  to: string;\n  request_url: string;\n  transient_payload: Record<string, unknown>;\n  \
         oauth2_login_request?: {{ client: {{ client_name: string }} }};\n}}\n\n{all}\
         export interface Of<Type extends string, TemplateData extends Data> {{\n  recipient: string;\n  subject: string;\n  \
         body: string;\n  html_body?: string;\n  template_type: Type;\n  template_data: TemplateData;\n  \
         message_type: \"email\" | \"sms\";\n  request_headers: Record<string, string[]>;\n}}\n\n\
         export type Message ={cases};\n"
    )
}

/// `recovery_code_valid` as `RecoveryCodeValid`.
fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| match word {
            "url" => "URL".to_owned(),
            word => {
                let (first, rest) = word.split_at(word.len().min(1));
                format!("{}{rest}", first.to_uppercase())
            }
        })
        .collect()
}
