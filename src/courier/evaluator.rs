//! Lets the operator's templates be evaluated by a process of their own: one that runs away, or wants all memory there
//! is, ends by itself and takes nobody with it.
//!
//! The process is this program with another command (`wayhome evaluate-template`). It gets no environment, limits itself
//! before it reads anything, and answers on its standard output. Here the clock is watched, and the size of the answer.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::jsonnet::{ANSWER, MEMORY, PROCESSOR_SECONDS};
use super::overrides::{Trial, Tried};
use crate::config::JsonnetFile;

/// The command of this program that evaluates.
pub const COMMAND: &str = "evaluate-template";

/// Processes at the same time.
const AT_ONCE: usize = 4;

/// How long one may take, waiting and all.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the process is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Job {
    /// To evaluate a file with a context.
    Jsonnet {
        /// The name of the file.
        name: String,
        /// What stands in it.
        code: String,
        /// For its argument.
        context: Value,
    },
    /// To try a part of a mail. The body is then a [`Tried`].
    Mail(Trial),
}

/// What came of one context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answered {
    /// JSON in one line.
    Body(String),
    /// The template said `error "cancel"`.
    Cancelled,
    /// What Jsonnet says.
    Error(String),
}

/// Why there is no body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unevaluated {
    /// The template decided that nothing is sent.
    Cancelled,
    /// The template is wrong. The sentence may quote the context.
    Failed(String),
    /// Its process did not start, or was ended.
    Ended(String),
}

impl std::fmt::Display for Unevaluated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cancelled => f.write_str("the template says that nothing is sent"),
            Self::Failed(why) | Self::Ended(why) => f.write_str(why),
        }
    }
}

/// Evaluates templates. Cheap to clone; clones share the number of processes.
#[derive(Debug, Clone)]
pub struct Evaluator {
    program: Arc<Path>,
    room: Arc<Semaphore>,
}

impl Evaluator {
    /// By this program.
    pub fn new(program: PathBuf) -> Self {
        Self { program: program.into(), room: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// By the program of this process, even if another one took its place on the disk meanwhile.
    pub fn of_this_program() -> Self {
        let running = PathBuf::from("/proc/self/exe");
        let program = if running.exists() { Some(running) } else { std::env::current_exe().ok() };
        Self::new(program.unwrap_or_else(|| PathBuf::from("wayhome")))
    }

    /// The body that the template makes of a context.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub async fn evaluate(&self, file: &JsonnetFile, context: &Value) -> Result<String, Unevaluated> {
        let said = |why: &str| format!("the template {} failed: {why}", file.name);
        let (name, code) = (file.name.clone(), file.code.clone());
        match self.answer(&Job::Jsonnet { name, code, context: context.clone() }).await {
            Ok(Answered::Body(body)) => Ok(body),
            Ok(Answered::Cancelled) => Err(Unevaluated::Cancelled),
            Ok(Answered::Error(why)) => Err(Unevaluated::Failed(said(&why))),
            Err(why) => Err(Unevaluated::Ended(said(&why))),
        }
    }

    /// What a template of mails makes of each context, or why its process ended.
    pub(super) async fn try_mail(&self, trial: Trial) -> Result<Tried, String> {
        match self.answer(&Job::Mail(trial)).await? {
            Answered::Body(body) => serde_json::from_str(&body).map_err(|why| why.to_string()),
            Answered::Cancelled => Err("it gave no answer".to_owned()),
            Answered::Error(why) => Err(why),
        }
    }

    async fn answer(&self, job: &Job) -> Result<Answered, String> {
        let question = serde_json::to_vec(job).map_err(|why| why.to_string())?;
        let _place = self.room.acquire().await.map_err(|why| why.to_string())?;
        let asked = tokio::time::timeout(PATIENCE, self.ask(&question)).await;
        let in_time = asked.map_err(|_| format!("it took more than {} seconds", PATIENCE.as_secs()));
        serde_json::from_slice(&in_time.and_then(|answer| answer)?)
            .map_err(|_| "it gave no answer".to_owned())
    }

    async fn ask(&self, question: &[u8]) -> Result<Vec<u8>, String> {
        let mut child = Command::new(&*self.program)
            .arg(COMMAND)
            .env_clear()
            // Else the allocator asks for more address space than the limit allows before it needs any.
            .env("MIMALLOC_ARENA_RESERVE", "32MiB")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|why| format!("its process does not start: {why}"))?;
        let answer = converse(&mut child, question).await.map_err(|why| why.to_string())?;
        if answer.len() > ANSWER {
            return Err(format!("it makes more than {} KiB", ANSWER / 1024));
        }
        let status = child.wait().await.map_err(|why| why.to_string())?;
        match status.success() {
            true => Ok(answer),
            false => Err(end_of(status)),
        }
    }
}

/// Asks, and reads one byte more than an answer may have.
async fn converse(child: &mut Child, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let mut answer = Vec::new();
    let asking = async {
        if let Some(mut stdin) = stdin {
            // Whoever ended early is told by its exit code.
            let _broken = stdin.write_all(question).await;
        }
    };
    let reading = async {
        match stdout {
            Some(stdout) => stdout.take(ANSWER as u64 + 1).read_to_end(&mut answer).await,
            None => Ok(0),
        }
    };
    let ((), read) = tokio::join!(asking, reading);
    read.map(|_| answer)
}

/// How the process came to its end.
fn end_of(status: ExitStatus) -> String {
    match status.signal() {
        // SIGXCPU and SIGKILL: the soft and the hard limit.
        Some(24 | 9) => format!("it took more than {PROCESSOR_SECONDS} seconds of the processor"),
        // SIGABRT and SIGSEGV: there was no memory, or no stack.
        Some(6 | 11) => format!("it wanted more than {} MiB of memory", MEMORY >> 20),
        _ => format!("its process ended with {status}"),
    }
}
