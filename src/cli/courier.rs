//! `wayhome courier`: what waits, what died, and what templates make of it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use serde_json::Value;

use super::{Done, Failure, Place, runtime, table};
use crate::config::{HttpChannel, HttpTarget, JsonnetFile, Settings};
use crate::courier::{
    self, Courier, Evaluator, Language, Resent, Sample, TYPES, TemplateType, Transport, wire_name,
};
use crate::cx::Work;
use crate::identity::administration;
use crate::model::{Channel, MessageId, MessageStatus};
use crate::store;

/// What can be asked of the courier.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List messages, the newest first; never what they say
    List {
        /// Only those that stand there: queued, processing, sent or abandoned
        #[arg(long)]
        status: Option<String>,
        /// Only those to this address
        #[arg(long)]
        recipient: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u16,
        #[command(flatten)]
        place: Place,
    },
    /// Send a dead letter again
    Retry {
        /// The id of the message, as `list` shows it
        id: String,
        /// To another address than before, as a new message
        #[arg(long, value_name = "ADDRESS")]
        to: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Send a sample by the configured way, at once, and tell what came of it
    Test {
        /// To whom
        address: String,
        /// Which one
        #[arg(long, default_value = "verification_code_valid")]
        template: String,
        #[command(flatten)]
        place: Place,
    },
    /// Show a message as it would be sent to somebody
    Render {
        /// Which one
        #[arg(long)]
        template: String,
        /// The id of the identity that it is about; without it, somebody who fits the schema
        #[arg(long)]
        identity: Option<String>,
        /// A file with the body's template, in place of the configured one
        #[arg(long, value_name = "FILE")]
        jsonnet: Option<PathBuf>,
        /// The language that it is in, such as `de`; without it, the language of the settings
        #[arg(long)]
        lang: Option<String>,
        /// What is shown
        #[arg(long = "as", value_enum, default_value_t = Shown::Request)]
        shown: Shown,
        #[command(flatten)]
        place: Place,
    },
    /// Print what receivers get, as a JSON Schema or as types
    Schema {
        /// Types of this language
        #[arg(long, value_enum)]
        lang: Option<Lang>,
    },
}

/// What `render` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shown {
    /// The HTTP request
    Request,
    /// What the template is told
    Context,
    /// The text of the mail
    Text,
    /// The page of the mail
    Html,
}

/// The languages of `schema`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Lang {
    /// Go
    Go,
    /// TypeScript
    Ts,
}

impl Command {
    pub(super) fn run(self) -> Done {
        match self {
            Self::List { status, recipient, limit, place } => list(status, recipient, limit, &place),
            Self::Retry { id, to, place } => retry(&id, to, &place),
            Self::Test { address, template, place } => test(&address, &template, &place),
            Self::Render { template, identity, jsonnet, lang, shown, place } => {
                let asked = Asked {
                    identity: identity.as_deref(),
                    jsonnet: jsonnet.as_deref(),
                    lang: lang.as_deref(),
                };
                render(&template, &asked, shown, &place)
            }
            Self::Schema { lang } => schema(lang),
        }
    }
}

fn list(status: Option<String>, recipient: Option<String>, limit: u16, place: &Place) -> Done {
    let status = match status.as_deref() {
        None => None,
        Some(name) => Some(MessageStatus::parse(name).ok_or_else(|| {
            Failure::usage(format!("`{name}` is none of queued, processing, sent and abandoned"))
        })?),
    };
    let messages = runtime()?.block_on(async {
        let work = place.open().await?;
        let asked = move |cx: &mut crate::cx::Cx<'_>| {
            Ok(store::messages::list(cx.db, None, i64::from(limit), status, recipient.as_deref())?)
        };
        Ok::<_, Failure>(work.read(asked).await?)
    })?;
    let mut rows =
        vec![["ID", "CREATED", "STATUS", "TRIES", "TYPE", "TO", "LAST ERROR"].map(str::to_owned).to_vec()];
    rows.extend(messages.into_iter().map(|message| {
        vec![
            message.id.to_string(),
            message.created_at.rfc3339(),
            message.status.name().to_owned(),
            message.attempts.to_string(),
            wire_name(&message.template_type).to_owned(),
            message.recipient,
            message.last_error.unwrap_or_default(),
        ]
    }));
    Ok(table::write(&mut std::io::stdout(), &rows)?)
}

fn retry(id: &str, to: Option<String>, place: &Place) -> Done {
    let id: MessageId =
        id.parse().map_err(|_| Failure::usage(format!("`{id}` is no id of a message; `list` shows them")))?;
    let resent = runtime()?.block_on(async {
        let work = place.open().await?;
        Ok::<_, Failure>(work.write(move |cx| courier::resend(cx, id, to.as_deref())).await?)
    })?;
    match resent {
        Resent::Queued(id) => {
            writeln!(std::io::stderr(), "It waits in the outbox, as the message {id}.")?;
            Ok(())
        }
        Resent::Unknown => Err(Failure::failed(format!("there is no message {id}"))),
        Resent::Alive(status) => {
            Err(Failure::failed(format!("the message is {}, not abandoned", status.name())))
        }
        Resent::TooLate => Err(Failure::failed("its code works no more; the person must ask for another")),
        Resent::Forgotten => Err(Failure::failed("what it said was forgotten")),
    }
}

/// The type of this name, ours or that of receivers.
fn template_type(name: &str) -> Result<&'static TemplateType, Failure> {
    TemplateType::named(wire_name(name)).ok_or_else(|| {
        let names: Vec<&str> = TYPES.iter().map(|of| of.name).collect();
        Failure::usage(format!("`{name}` is none of {}", names.join(", ")))
    })
}

fn test(address: &str, template: &str, place: &Place) -> Done {
    let of = template_type(template)?;
    let settings = place.load()?.settings;
    let transport = match &settings.courier.smtp {
        Some(smtp) => Transport::Smtp(smtp.clone()),
        None => Transport::Inbox,
    };
    runtime()?.block_on(async {
        let work = place.open().await?;
        let somebody = courier::sample_identity(&settings);
        let sample = courier::sample(&settings, of, address, &somebody, None, work.now())?;
        let mut told = |step: &str, what: &str| {
            // Whoever closes the pipe wants to hear no more of it.
            let _deaf = writeln!(std::io::stdout(), "{step:<9}  {what}");
        };
        Courier::new(work, transport).try_now(&sample, &mut told).await.map_err(Failure::failed)
    })?;
    writeln!(std::io::stdout(), "It was taken.")?;
    Ok(())
}

/// Of whom, with what, and in which language a message is rendered.
struct Asked<'a> {
    identity: Option<&'a str>,
    jsonnet: Option<&'a Path>,
    lang: Option<&'a str>,
}

fn render(template: &str, asked: &Asked<'_>, shown: Shown, place: &Place) -> Done {
    let of = template_type(template)?;
    let (out, warnings) = runtime()?.block_on(async {
        let work = place.open().await?;
        let settings = work.env().settings.clone();
        let (identity, to) = somebody(&work, &settings, asked.identity).await?;
        if let Some(tag) = asked.lang.filter(|tag| settings.languages.choose([*tag]).is_none()) {
            let spoken = settings.languages.tags().join(", ");
            return Err(Failure::usage(format!("`{tag}` is none of the languages {spoken}")));
        }
        let sample = courier::sample(&settings, of, &to, &identity, asked.lang, work.now())?;
        let mail = |part: fn(courier::Rendered) -> String| {
            let none = Failure::failed(format!("this server has no mail of the type {}", of.name));
            sample.rendered.clone().map(part).ok_or(none)
        };
        let out = match shown {
            Shown::Context => pretty(&sample.context)?,
            Shown::Text => mail(|mail| format!("Subject: {}\n\n{}", mail.subject, mail.text))?,
            Shown::Html => mail(|mail| mail.html)?,
            Shown::Request => return request(&settings, sample, &to, &identity, asked.jsonnet).await,
        };
        // What is shown may be ours because theirs is broken.
        let wrong = courier::check_mail_templates(&settings, &Evaluator::of_this_program()).await;
        let warnings = wrong.into_iter().map(|wrong| format!("{}: {}", wrong.place, wrong.problem)).collect();
        Ok::<_, Failure>((out, warnings))
    })?;
    writeln!(std::io::stdout(), "{}", out.trim_end())?;
    for warning in warnings {
        writeln!(std::io::stderr(), "warning: {warning}")?;
    }
    Ok(())
}

/// Whom a sample is about, and where it goes.
async fn somebody(
    work: &Work,
    settings: &Settings,
    identity: Option<&str>,
) -> Result<(Value, String), Failure> {
    let Some(id) = identity else {
        return Ok((courier::sample_identity(settings), "ada@example.org".to_owned()));
    };
    let id = super::identity_id(id)?;
    let found = work
        .read(move |cx| {
            let identity = administration::get(cx, id)?;
            Ok((identity, administration::addresses_of(cx, id)?))
        })
        .await?;
    let (Some(identity), addresses) = found else {
        return Err(Failure::failed(format!("there is no identity {id}")));
    };
    let to = addresses.into_iter().next().map_or_else(|| "ada@example.org".to_owned(), |found| found.value);
    Ok((identity.for_applications(), to))
}

/// The exact request, and what is wrong with the template.
async fn request(
    settings: &Settings,
    sample: Sample,
    to: &str,
    identity: &Value,
    jsonnet: Option<&Path>,
) -> Result<(String, Vec<String>), Failure> {
    let evaluator = Evaluator::of_this_program();
    let channel = channel(settings, Channel::to(to), jsonnet)?;
    let request = courier::request_of(&evaluator, &channel, &sample)
        .await
        .map_err(|why| Failure::failed(why.to_string()))?;
    let mut out = format!("{} {}\n", request.method, request.url);
    let plain = ["content-type", "idempotency-key"];
    for (name, value) in &request.headers {
        let shown = plain.contains(&name.to_ascii_lowercase().as_str());
        out.push_str(&format!("{name}: {}\n", if shown { value.expose() } else { "[redacted]" }));
    }
    out.push_str(&format!("\n{}", request.body));
    let warnings = match &channel.body {
        Some(file) => courier::lint(&evaluator, settings, file, to, identity).await.sentences(),
        None => Vec::new(),
    };
    Ok((out, warnings))
}

/// The configured channel, or one that stands in for it, with this template.
fn channel(settings: &Settings, of: Channel, jsonnet: Option<&Path>) -> Result<HttpChannel, Failure> {
    let body = match jsonnet {
        None => None,
        Some(path) => {
            let name = path.display().to_string();
            let code = std::fs::read_to_string(path)
                .map_err(|why| Failure::failed(format!("the file {name} cannot be read: {why}")))?;
            Some(JsonnetFile { name, code })
        }
    };
    match (settings.courier.over_http(of).cloned(), body) {
        (Some(channel), None) => Ok(channel),
        (Some(channel), body) => Ok(HttpChannel { body, ..channel }),
        (None, Some(body)) => {
            let url = "https://gateway.example.org/".to_owned();
            let headers =
                vec![("content-type".to_owned(), crate::model::SecretText::new("application/json"))];
            let target = HttpTarget { method: "POST".to_owned(), url, headers };
            Ok(HttpChannel { channel: of, target, body: Some(body) })
        }
        (None, None) => {
            let why =
                format!("there is no [[courier.channel]] for {}; name a file with --jsonnet", of.name());
            Err(Failure::failed(why))
        }
    }
}

fn schema(lang: Option<Lang>) -> Done {
    let text = match lang {
        None => pretty(&courier::json_schema())?,
        Some(Lang::Go) => courier::types_in(Language::Go),
        Some(Lang::Ts) => courier::types_in(Language::TypeScript),
    };
    Ok(writeln!(std::io::stdout(), "{}", text.trim_end())?)
}

fn pretty(value: &Value) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(Failure::failed)
}
