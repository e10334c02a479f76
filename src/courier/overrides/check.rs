//! Looks at the operator's mail templates before anybody waits for a mail: names, words, variables, and what comes of
//! them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use minijinja::UndefinedBehavior;
use serde_json::{Value, json};

use super::{Broken, Own, PARTS, Trial, carries, engine, is_shared, lack};
use crate::config::{MailTemplate, Settings};
use crate::courier::Evaluator;
use crate::courier::samples;
use crate::courier::types::TYPES;

/// The longest file.
const LONGEST_FILE: usize = 64 << 10;

/// What may be missing in a mail: then the variable is `none`.
const OPTIONAL: [&str; 6] = ["reply_to", "recovery_url", "when", "browser", "network", "client"];

/// What is never long.
const SHORT: [&str; 4] = ["code", "link", "language", "direction"];

/// As long as somebody may make what they call themselves, and longer.
const LONG: usize = 2_000;

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// `file`, or `file:line`.
    pub place: String,
    /// The sentence.
    pub problem: String,
}

/// Everything that is wrong with the operator's mail templates. Mails that are sent with one of these would come in our
/// words, or in a wrong form.
pub async fn check_mail_templates(settings: &Settings, evaluator: &Evaluator) -> Vec<Wrong> {
    let files = &settings.courier.templates;
    let mails: BTreeMap<&str, Value> = TYPES
        .iter()
        .filter_map(|of| of.ours)
        .filter_map(|ours| Some((ours, samples::variables(settings, ours, None)?)))
        .collect();
    let mut wrong: Vec<Wrong> =
        files.iter().flat_map(|file| faults(settings, &mails, file)).map(Wrong::from).collect();
    // What cannot be read cannot be tried.
    if wrong.is_empty() {
        let trials =
            files.iter().filter(|file| !is_shared(&file.name)).map(|file| tried(settings, evaluator, file));
        wrong.extend(join_all(trials).await.into_iter().flatten().map(Wrong::from));
    }
    wrong
}

impl From<Broken> for Wrong {
    fn from(Broken { place, why }: Broken) -> Self {
        Self { place, problem: why }
    }
}

/// What can be seen without filling it.
fn faults(settings: &Settings, mails: &BTreeMap<&str, Value>, file: &MailTemplate) -> Vec<Broken> {
    let at = |line: usize, why: String| Broken { place: format!("{}:{line}", file.place), why };
    let whole = |why: String| vec![Broken { place: file.place.clone(), why }];
    if let Some(tag) = &file.language
        && !settings.languages.tags().contains(&tag.as_str())
    {
        let spoken = settings.languages.tags().join(", ");
        return whole(format!("`{tag}` is none of the languages {spoken}"));
    }
    let (mail, part) = file.name.rsplit_once('.').unwrap_or((&file.name, ""));
    if !is_shared(&file.name) && !PARTS.contains(&part) {
        return whole(format!("its name ends in none of .{}", PARTS.join(", .")));
    }
    if !is_shared(&file.name) && !mails.contains_key(mail) {
        let names: Vec<&str> = mails.keys().copied().collect();
        return whole(format!("there is no mail `{mail}`; there are {}", names.join(", ")));
    }
    if file.code.len() > LONGEST_FILE {
        return whole(format!("it is longer than {} KiB", LONGEST_FILE >> 10));
    }
    let engine = engine(UndefinedBehavior::Strict);
    let template = match engine.template_from_named_str(&file.name, &file.code) {
        Ok(template) => template,
        Err(error) => {
            return vec![
                Own::of(std::slice::from_ref(file), file.language.as_deref().unwrap_or_default())
                    .broken(&error),
            ];
        }
    };
    let known = |mail: &Value, name: &str| mail.get(name).is_some();
    let traits = traits_of(settings);
    let mut unknown: Vec<(usize, String)> = template
        .undeclared_variables(true)
        .into_iter()
        .filter(|path| {
            let (name, within) = path.split_once('.').unwrap_or((path, ""));
            let is_known = match is_shared(&file.name) {
                true => mails.values().any(|variables| known(variables, name)),
                false => mails.get(mail).is_some_and(|variables| known(variables, name)),
            };
            let member = within.split('.').next().unwrap_or_default();
            !is_known || !within.is_empty() && !(name == "traits" && traits.contains(member))
        })
        .map(|path| (line_of(&file.code, &path), path))
        .collect();
    unknown.sort();
    let sentence = |path: &str| {
        let names: BTreeSet<&str> = mails
            .iter()
            .filter(|(known, _)| is_shared(&file.name) || **known == mail)
            .filter_map(|(_, variables)| variables.as_object())
            .flat_map(|variables| variables.keys().map(String::as_str))
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        format!("there is no variable `{path}` in this mail; there are {}", names.join(", "))
    };
    unknown.into_iter().map(|(line, path)| at(line, sentence(&path))).collect()
}

/// The traits that somebody may have.
fn traits_of(settings: &Settings) -> BTreeSet<&str> {
    let schemas = settings.identity.schemas();
    schemas
        .filter_map(|(_, schema)| schema["properties"].as_object())
        .flat_map(|all| all.keys().map(String::as_str))
        .collect()
}

/// The line of a variable: the first on which its name stands inside of braces.
fn line_of(code: &str, path: &str) -> usize {
    let name = path.split('.').next_back().unwrap_or(path);
    let part_of_a_word =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let stands = |at: &usize| {
        let (before, after) = (&code[..*at], &code[at + name.len()..]);
        let opened = before.rfind("{{").max(before.rfind("{%"));
        let closed = before.rfind("}}").max(before.rfind("%}"));
        opened > closed
            && !part_of_a_word(before.chars().next_back())
            && !part_of_a_word(after.chars().next())
    };
    let at = code.match_indices(name).map(|(at, _)| at).find(stands).unwrap_or_default();
    code[..at].matches('\n').count() + 1
}

/// What comes of a part of a mail, in each language that it may be in: with everything, with nothing that may be
/// missing, and with very long names.
async fn tried(settings: &Settings, evaluator: &Evaluator, file: &MailTemplate) -> Vec<Broken> {
    let (mail, part) = file.name.rsplit_once('.').unwrap_or((&file.name, ""));
    let default = settings.languages.default();
    let folders = settings.courier.templates.iter().filter_map(|other| other.language.as_deref());
    let languages: BTreeSet<&str> = match &file.language {
        Some(language) => BTreeSet::from([language.as_str()]),
        None => folders.chain([default.tag()]).collect(),
    };
    for language in languages {
        let Some(usual) = samples::variables(settings, mail, Some(language)) else { continue };
        let contexts = vec![usual.clone(), bare(&usual), long(&usual)];
        let trial = Trial {
            files: settings.courier.templates.clone(),
            language: language.to_owned(),
            name: file.name.clone(),
            contexts,
        };
        let at_file = |why: String| vec![Broken { place: file.place.clone(), why }];
        match evaluator.try_mail(trial).await {
            Err(why) => return at_file(why),
            Ok(Err(broken)) => return vec![broken],
            Ok(Ok(said)) if said.iter().any(|said| said.trim().is_empty()) => {
                return at_file("it says nothing at all".to_owned());
            }
            Ok(Ok(said)) if !said.iter().all(|said| carries(part, said, &usual)) => {
                return at_file(lack(&usual));
            }
            Ok(Ok(_)) => {}
        }
    }
    Vec::new()
}

/// Without whatever may be missing.
fn bare(usual: &Value) -> Value {
    let mut bare = usual.clone();
    for name in OPTIONAL {
        if let Some(value) = bare.get_mut(name) {
            *value = Value::Null;
        }
    }
    bare["traits"] = json!({});
    bare
}

/// With long words in place of short ones.
fn long(usual: &Value) -> Value {
    let mut long = usual.clone();
    for (name, value) in long.as_object_mut().into_iter().flatten() {
        if value.is_string() && !SHORT.contains(&name.as_str()) {
            *value = "W".repeat(LONG).into();
        }
    }
    long
}
