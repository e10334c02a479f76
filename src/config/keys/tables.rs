//! The keys of tables that may stand several times.

/// One key of a table that may stand several times. Such tables stand in the file only.
#[derive(Debug)]
pub struct TableKey {
    /// The name.
    pub name: &'static str,
    /// What its value looks like.
    pub form: &'static str,
    /// What it means.
    pub doc: &'static str,
}

const fn in_table(name: &'static str, form: &'static str, doc: &'static str) -> TableKey {
    TableKey { name, form, doc }
}

const URL: TableKey = in_table(
    "url",
    "text",
    "Where it is sent: http or https, without a password. It may lie inside your network. Redirects are not followed. Required.",
);
const METHOD: TableKey = in_table("method", "text", "`POST` (the default), `PUT` or `PATCH`.");
const HEADERS: TableKey = in_table(
    "headers",
    "table",
    "Headers beside ours, like `{ \"X-API-KEY\" = { env = \"NAME\" } }`: a value is a text, or `{ env = \"NAME\" }` or `{ file = \"PATH\" }` if it is a secret. `Content-Type` is `application/json` without it.",
);
const AUTH: TableKey = in_table(
    "auth",
    "table",
    "`{ type = \"basic\", user = \"…\", password = { env = \"NAME\" } }`, or `{ type = \"api_key\", name = \"X-API-KEY\", value = { env = \"NAME\" }, in = \"header\" }`; `in` may be `cookie`.",
);

/// The keys of `[[courier.channel]]`.
pub const CHANNEL_KEYS: &[TableKey] = &[
    in_table(
        "id",
        "text",
        "`email` or `sms`: which messages go this way, in place of `courier.smtp_url`. Required.",
    ),
    URL,
    METHOD,
    HEADERS,
    AUTH,
    in_table(
        "body",
        "text",
        "A file with a Jsonnet function of `ctx` that makes the body; without it the body is the context itself (`wayhome courier schema`).",
    ),
];

/// The keys of `[[webhook]]`.
pub const WEBHOOK_KEYS: &[TableKey] = &[
    in_table("id", "text", "Names it in lists and in the log. Required."),
    in_table(
        "events",
        "list of texts",
        "Which events are told: names such as `identity.created`, where `*` stands for any letters. Required.",
    ),
    in_table(
        "secret",
        "table, or list of tables",
        "What signs: `{ env = \"NAME\" }` or `{ file = \"PATH\" }`, with `whsec_` and base64, or any text of 24 bytes or more. With two, there are two signatures. Required.",
    ),
    URL,
    METHOD,
    HEADERS,
    AUTH,
    in_table(
        "body",
        "text",
        "A file with a Jsonnet function of `ctx`, the payload, that makes the body. `error \"cancel\"` in it means that nothing is sent.",
    ),
];

/// The tables that may stand several times.
pub const TABLES: &[(&str, &[TableKey])] = &[("courier.channel", CHANNEL_KEYS), ("webhook", WEBHOOK_KEYS)];
