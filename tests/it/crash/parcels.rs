//! kill -9 at each point where the courier waits: before it claims, while a template is evaluated, while the other side
//! is silent, and when it has answered. What was promised arrives; what arrives twice does so under one key.

use std::collections::{BTreeMap, BTreeSet};

use wayhome::store::Engine;

use super::database::Database;
use super::*;
use crate::app::{Setup, on_both};
use crate::logout_sink::Posted;

/// Where the server dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    /// Right after the promise.
    BeforeClaim,
    /// While a template is evaluated.
    Evaluating,
    /// While the other side does not answer.
    Unanswered,
    /// When the other side has answered.
    Answered,
}

/// A template that takes its time.
const SLOW: &str = "function(ctx) local n = std.foldl(function(a, b) a + b, std.range(1, 60000), 0); \
    { n: n, to: ctx.recipient, code: std.get(ctx.template_data, 'verification_code') }";

/// Who is told: of mails, of events, and of sign-outs.
struct Sinks {
    mails: LogoutSink,
    events: LogoutSink,
    sign_outs: LogoutSink,
}

impl Sinks {
    fn start() -> Self {
        let [mails, events, sign_outs] = [(); 3].map(|()| LogoutSink::start());
        Self { mails, events, sign_outs }
    }

    fn all(&self) -> [&LogoutSink; 3] {
        [&self.mails, &self.events, &self.sign_outs]
    }

    fn came(&self) -> [usize; 3] {
        self.all().map(|sink| sink.posted().len())
    }
}

fn configure(folder: &Path, sinks: &Sinks) {
    std::fs::write(folder.join("mail.jsonnet"), SLOW).unwrap();
    std::fs::write(folder.join("hook.secret"), "a secret of webhooks, long enough").unwrap();
    // Each turn signs in with another browser, which would be news.
    let settings = format!(
        "[login]\nnew_device_mail = false\n[[courier.channel]]\nid = \"email\"\nurl = \"{}\"\nbody = \"mail.jsonnet\"\n\
         [[webhook]]\nid = \"all\"\nurl = \"{}\"\nevents = [\"session.*\"]\nsecret = {{ file = \"hook.secret\" }}\n",
        sinks.mails.url(),
        sinks.events.url(),
    );
    std::fs::write(folder.join("wayhome.toml"), settings).unwrap();
    let clients = format!(
        "[[client]]\nid = \"house\"\ntype = \"spa\"\nskip_consent = true\nredirect_uris = [\"{CALLBACK}\"]\n\
         backchannel_logout_uri = \"{}\"\n",
        sinks.sign_outs.uri()
    );
    std::fs::write(folder.join("clients.toml"), clients).unwrap();
}

/// A server over this folder, on PostgreSQL if there is a database of it.
fn start(folder: &Path, port: u16, database: Option<&Database>) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wayhome"));
    if let Some(database) = database {
        command.env("WAYHOME__DATABASE__URL", database.url());
    }
    Server::start_by(command, folder, port)
}

/// A mail, two events about a session, and the news of a sign-out.
fn promise(server: &Server, turn: usize) -> String {
    let acknowledged = Mutex::new(Acknowledged::default());
    let address = format!("turn{turn}@example.org");
    register(server, &address, &acknowledged).unwrap();
    sign_in(server, false, &acknowledged).unwrap();
    let cookies = acknowledged.into_inner().unwrap().sessions.remove(0);
    let mut jar = Jar(cookies.split("; ").map(|pair| pair.split_once('=').unwrap()).map(owned).collect());
    let page = jar.open(server, "/logout").unwrap();
    let form = page.main_form().unwrap();
    jar.send(server, &form.action, &filled(form, &[])).unwrap();
    address
}

/// Waits until the process evaluates something, or has already delivered what came of it: on a busy machine the moment
/// can pass unseen.
fn wait_for_a_child(server: &Server, is_too_late: impl Fn() -> bool) {
    let tasks = format!("/proc/{}/task", server.child.id());
    let has_child = || {
        let Ok(tasks) = std::fs::read_dir(&tasks) else { return true };
        tasks.flatten().any(|task| {
            std::fs::read_to_string(task.path().join("children")).is_ok_and(|children| !children.is_empty())
        })
    };
    while !has_child() && !is_too_late() {
        thread::yield_now();
    }
}

fn key(posted: &Posted) -> String {
    posted.header("idempotency-key").expect("a key")
}

/// What arrived, by its key; whatever came twice was the same.
fn by_key(sink: &LogoutSink) -> BTreeMap<String, String> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for posted in sink.posted() {
        let body = posted.body.clone();
        if let Some(before) = seen.insert(key(&posted), body.clone()) {
            assert!(before == body || posted.line.contains("signed-out"), "{before}\n{body}");
        }
    }
    seen
}

on_both![sec_f02_no_message_webhook_or_sign_out_is_lost_wherever_the_server_dies];

fn sec_f02_no_message_webhook_or_sign_out_is_lost_wherever_the_server_dies(setup: Setup) {
    let database = (setup.engine() == Engine::Postgres).then(Database::create);
    let (folder, sinks) = (temporary_folder(), Sinks::start());
    configure(&folder, &sinks);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let deaths = [Death::BeforeClaim, Death::Evaluating, Death::Unanswered, Death::Answered];
    let mut promised = BTreeSet::new();
    for (turn, death) in deaths.into_iter().enumerate() {
        let before = sinks.came();
        let server = start(&folder, port, database.as_ref());
        if death == Death::Unanswered {
            sinks.all().iter().for_each(|sink| sink.next(&[Treatment::Hang; 2]));
        }
        promised.insert(promise(&server, turn));
        match death {
            Death::BeforeClaim => {}
            Death::Evaluating => {
                wait_for_a_child(&server, || sinks.mails.posted().len() > before[0]);
            }
            Death::Unanswered | Death::Answered => {
                for (sink, before) in sinks.all().into_iter().zip(before) {
                    sink.wait_for(before + 1);
                }
            }
        }
        // SIGKILL.
        drop(server);
        sinks.all().iter().for_each(|sink| sink.forget_treatments());
        let next = start(&folder, port, database.as_ref());
        let all = turn + 1;
        sinks.mails.wait_until(|posted| posted.iter().map(key).collect::<BTreeSet<_>>().len() == all);
        sinks.sign_outs.wait_until(|posted| posted.iter().map(key).collect::<BTreeSet<_>>().len() == all);
        sinks.events.wait_until(|posted| posted.iter().map(key).collect::<BTreeSet<_>>().len() == 2 * all);
        drop(next);
    }
    let mails = by_key(&sinks.mails);
    let told: BTreeSet<String> = mails
        .values()
        .map(|body| {
            serde_json::from_str::<serde_json::Value>(body).unwrap()["to"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(told, promised);
    // A session begins before it ends, whatever happened in between.
    let events: Vec<(String, String)> = {
        let mut first = BTreeSet::new();
        let posted = sinks.events.posted().into_iter().filter(|one| first.insert(key(one)));
        posted
            .map(|one| one.json())
            .map(|body| {
                let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
                (text(&body["data"]["session_id"]), text(&body["type"]))
            })
            .collect()
    };
    assert_eq!(events.len(), 2 * deaths.len(), "{events:?}");
    for (session, _) in &events {
        let of_it: Vec<&str> =
            events.iter().filter(|(of, _)| of == session).map(|(_, kind)| kind.as_str()).collect();
        assert_eq!(of_it, ["session.started", "session.ended"], "{session}");
    }
    assert_eq!(by_key(&sinks.sign_outs).len(), deaths.len());
    std::fs::remove_dir_all(folder).unwrap();
}
