//! What one operation costs among few people, and among very many. People come by `wayhome identities import`, with the
//! server at rest; then one user does each operation many times, one at a time, each time for somebody else.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde_json::{Value, json};
use wayhome::clock::SystemClock;
use wayhome::crypto::{HashLimits, PasswordHasher, PlainPassword};
use wayhome::random::SystemRandom;

use crate::browser::{Browser, refused};
use crate::failure::{During as _, Failure, Result};
use crate::http::Answer;
use crate::plan::Bench;
use crate::report::{head, line, row};
use crate::server::{PASSWORD, Setup, Site};
use crate::user::User;
use crate::workload::Workload;

/// People on a page of a list or of a search.
const PAGE: usize = 10;

/// The page that is far behind the first one.
const FAR: usize = 1_000;

/// Names are made of these.
const SYLLABLES: [&str; 20] = [
    "an", "be", "co", "da", "el", "fi", "go", "hu", "ir", "jo", "ka", "lu", "mi", "no", "or", "pe", "ro",
    "si", "tu", "vo",
];

/// What is done.
#[derive(Debug, Clone, Copy)]
enum Operation {
    SignIn,
    ByName,
    ByAddress,
    FirstPage,
    FarPage,
    Patch,
}

impl Operation {
    const ALL: [Self; 6] =
        [Self::SignIn, Self::ByName, Self::ByAddress, Self::FirstPage, Self::FarPage, Self::Patch];

    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::ByName => "search by the beginning of a name",
            Self::ByAddress => "search by address",
            Self::FirstPage => "list, page 1",
            Self::FarPage => "list, page 1,000",
            Self::Patch => "patch",
        }
    }
}

/// Measures every number of people that was asked for.
pub fn measure(bench: &Bench<'_>, folder: &Path) -> Result<Value> {
    let setup = Setup::new(bench.options, folder)?;
    let key = setup.command(&["api-keys", "create", "load"], "")?;
    let hash = hash()?;
    let (mut there, mut results) = (0, Vec::new());
    head(&["people", "operation", "p50", "p99"])?;
    for people in bench.options.people.iter().copied() {
        let file = folder.join(format!("people-{people}.csv"));
        write_people(&file, there..people, &hash)?;
        let begun = Instant::now();
        setup.command(&["identities", "import", "--format", "csv", &file.display().to_string()], "")?;
        let took = begun.elapsed();
        let brought = people - there;
        there = people;
        let server = setup.start()?;
        let administrator = Administrator::new(&setup, &key);
        let latencies = bench.runtime.block_on(operations(&setup.site, administrator, people, bench))?;
        server.process.stop()?;
        for (operation, latency) in &latencies {
            let at = |quantile| milliseconds(latency, quantile);
            row(&[
                people.to_string(),
                operation.name().to_owned(),
                format!("{:.2} ms", at(0.5)),
                format!("{:.2} ms", at(0.99)),
            ])?;
            results.push(json!({
                "people": people, "operation": operation.name(), "p50_ms": at(0.5), "p99_ms": at(0.99),
            }));
        }
        let rate = brought as f64 / took.as_secs_f64().max(0.001);
        row(&[
            people.to_string(),
            format!("import of {brought}"),
            format!("{rate:.0} a second"),
            "–".to_owned(),
        ])?;
        results.push(json!({ "people": people, "imported": brought, "import_seconds": took.as_secs_f64() }));
    }
    line("")?;
    Ok(json!({ "people": results }))
}

fn milliseconds(latency: &Histogram<u64>, quantile: f64) -> f64 {
    latency.value_at_quantile(quantile) as f64 / 1_000.0
}

/// The hash of the password of everybody, as the server makes it.
fn hash() -> Result<String> {
    let limits = HashLimits { workers: 1, ..HashLimits::default() };
    let hasher =
        PasswordHasher::start(limits, Arc::new(SystemRandom), Arc::new(SystemClock)).during("the hasher")?;
    let password = PlainPassword::new(PASSWORD).ok_or_else(|| Failure::new("the password is too long"))?;
    Ok(hasher.hash_blocking(&password).during("hashing")?.as_phc().to_owned())
}

fn write_people(file: &Path, numbers: std::ops::Range<usize>, hash: &str) -> Result<()> {
    let mut text = BufWriter::new(File::create(file)?);
    writeln!(text, "email,name,hash,verified")?;
    for number in numbers {
        writeln!(text, "{},{},\"{hash}\",true", Site::email(number), name(number))?;
    }
    Ok(text.flush()?)
}

/// A number that looks like chance and is always the same.
fn scattered(number: usize) -> usize {
    let mixed = (number as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 33).unwrap_or_default()
}

fn name(number: usize) -> String {
    let mut rest = scattered(number);
    let mut name = String::new();
    for word in 0..2 {
        for syllable in 0..3 {
            let chosen = SYLLABLES.get(rest % SYLLABLES.len()).copied().unwrap_or_default();
            rest /= SYLLABLES.len();
            match chosen.split_at_checked(1) {
                Some((first, others)) if syllable == 0 => {
                    let _ = write!(name, "{}{others}", first.to_uppercase());
                }
                _ => name.push_str(chosen),
            }
        }
        name.push_str(if word == 0 { " " } else { "" });
    }
    name
}

/// Does everything; answers the latencies in microseconds.
async fn operations(
    site: &Site,
    mut administrator: Administrator,
    people: usize,
    bench: &Bench<'_>,
) -> Result<Vec<(Operation, Histogram<u64>)>> {
    let first = format!("/admin/identities?page_size={PAGE}");
    let far = administrator.page(&first, FAR).await?;
    let mut latencies = Vec::new();
    for operation in Operation::ALL {
        let mut latency = Histogram::new_with_bounds(1, 60_000_000, 3).during("the histogram")?;
        for sample in 0..bench.options.samples {
            let number = scattered(sample.wrapping_mul(7_919)) % people;
            let took = match operation {
                Operation::SignIn => sign_in(site, number).await?,
                Operation::ByName => {
                    let beginning: String = name(number).chars().take(3).collect();
                    administrator.finds(&format!("{first}&q={beginning}"), PAGE.min(2)).await?
                }
                Operation::ByAddress => administrator.finds(&by_address(number), 1).await?,
                Operation::FirstPage => administrator.finds(&first, PAGE).await?,
                Operation::FarPage => administrator.finds(&far, PAGE).await?,
                Operation::Patch => administrator.rename(number, sample).await?,
            };
            latency.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
        }
        latencies.push((operation, latency));
    }
    Ok(latencies)
}

fn by_address(number: usize) -> String {
    format!("/admin/identities?credentials_identifier={}", Site::email(number).replace('@', "%40"))
}

/// Authorization, page, password, code and tokens, in a new browser.
async fn sign_in(site: &Site, number: usize) -> Result<Duration> {
    let mut user = User::ready(site, Workload::SignIn, number, Arc::default(), None).await?;
    let begun = Instant::now();
    user.step().await?;
    Ok(begun.elapsed())
}

/// Somebody with a key of the administration API.
struct Administrator {
    browser: Browser,
    key: String,
}

impl Administrator {
    fn new(setup: &Setup, key: &str) -> Self {
        let admin = &setup.admin;
        let browser = Browser::new(admin.address, &format!("http://{}", admin.address));
        Self { browser, key: format!("Authorization: Bearer {}\r\n", key.trim()) }
    }

    /// The address of the page of this number of a list.
    async fn page(&mut self, first: &str, number: usize) -> Result<String> {
        let mut path = first.to_owned();
        for _ in 1..number {
            let answer = good(self.browser.get(&path, &self.key).await?)?;
            let next = answer.link.as_deref().and_then(next);
            path = next.ok_or_else(|| Failure::new("the list has fewer pages than were asked for"))?;
        }
        Ok(path)
    }

    /// How long it takes until at least so many people are found.
    async fn finds(&mut self, path: &str, least: usize) -> Result<Duration> {
        let begun = Instant::now();
        let answer = good(self.browser.get(path, &self.key).await?)?;
        let took = begun.elapsed();
        let found: Vec<Value> = serde_json::from_slice(&answer.body).during("a list of people")?;
        match found.len() >= least {
            true => Ok(took),
            false => {
                Err(Failure::new(format!("{path} found {} people, at least {least} are there", found.len())))
            }
        }
    }

    /// How long it takes to give the person of this number another name.
    async fn rename(&mut self, number: usize, sample: usize) -> Result<Duration> {
        let answer = good(self.browser.get(&by_address(number), &self.key).await?)?;
        let found: Value = serde_json::from_slice(&answer.body).during("a person")?;
        let id = found.pointer("/0/id").and_then(Value::as_str);
        let path = format!("/admin/identities/{}", id.ok_or_else(|| Failure::new("nobody was found"))?);
        let patch =
            json!([{ "op": "replace", "path": "/traits/name", "value": name(sample + 1) }]).to_string();
        let begun = Instant::now();
        good(self.browser.patch(&path, &self.key, &patch).await?)?;
        Ok(begun.elapsed())
    }
}

/// The address of the next page (RFC 8288, `rel="next"`), as a path.
fn next(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let (_, rest) = next.split_once('<')?;
    let (address, _) = rest.split_once('>')?;
    let path = address
        .split_once("://")
        .map_or(address, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    Some(format!("/{}", path.trim_start_matches('/')))
}

fn good(answer: Answer) -> Result<Answer> {
    if answer.status == 200 {
        Ok(answer)
    } else {
        Err(refused("the administration API", answer.status, &answer))
    }
}
