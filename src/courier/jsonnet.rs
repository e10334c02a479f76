//! The inside of the process that evaluates templates: it limits itself, reads one job, answers it, and ends.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use jrsonnet_evaluator::manifest::JsonFormat;
use jrsonnet_evaluator::tla::TlaArg;
use jrsonnet_evaluator::trace::PathResolver;
use jrsonnet_evaluator::{State, Val, apply_tla};
use rlimit::Resource;
use serde_json::Value;

use super::evaluator::{Answered, Job};

/// Address space, in bytes.
pub(super) const MEMORY: u64 = 512 << 20;

/// Time of the processor.
pub(super) const PROCESSOR_SECONDS: u64 = 2;

/// What an answer may hold, in bytes.
pub(super) const ANSWER: usize = 1 << 20;

/// How deep functions may call each other.
const DEPTH: usize = 200;

/// Reads a job and answers it.
///
/// # Errors
///
/// If the limits cannot be set, the job cannot be read, or nobody takes the answer.
pub fn evaluate_job(input: impl Read, mut output: impl Write) -> io::Result<()> {
    confine()?;
    let job: Job = serde_json::from_reader(input)?;
    serde_json::to_writer(&mut output, &answer(&job))?;
    output.flush()
}

/// From here on this process can take little of the processor and of memory, leave no core, and open no file.
fn confine() -> io::Result<()> {
    // Should memory run out all the same, this process goes first. Where that cannot be said, nothing is lost.
    let _unsaid = std::fs::write("/proc/self/oom_score_adj", "1000");
    Resource::CORE.set(0, 0)?;
    Resource::AS.set(MEMORY, MEMORY)?;
    Resource::CPU.set(PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1)?;
    Resource::NOFILE.set(3, 3)
}

fn answer(job: &Job) -> Answered {
    let outcome = match job {
        Job::Jsonnet { name, code, context } => evaluate(name, code, context),
        Job::Mail(trial) => serde_json::to_string(&trial.run()).map_err(|why| why.to_string()),
    };
    match outcome {
        Ok(body) => Answered::Body(body),
        Err(why) if why == "runtime error: cancel" => Answered::Cancelled,
        Err(why) => Answered::Error(why),
    }
}

/// Calls the function in the file with `ctx`. There is no import, and no variable from outside.
fn evaluate(name: &str, code: &str, context: &Value) -> Result<String, String> {
    let said = |why: jrsonnet_evaluator::Error| why.error().to_string();
    let mut builder = State::builder();
    builder.context_initializer(jrsonnet_stdlib::ContextInitializer::new(PathResolver::FileName));
    let state = builder.build();
    let _entered = state.enter();
    let _depth = jrsonnet_evaluator::stack::limit_stack_depth(DEPTH);
    let made = state.evaluate_snippet(name, code).map_err(said)?;
    let context: Val = serde_json::from_value(context.clone()).map_err(|why| why.to_string())?;
    let value = match &made {
        // The interpreter forgets what the parameter of such a function is called.
        Val::Func(function) if function.is_identity() => context,
        _ => apply_tla(&HashMap::from([("ctx".into(), TlaArg::Val(context))]), made).map_err(said)?,
    };
    value.manifest(JsonFormat::minify()).map_err(said)
}
