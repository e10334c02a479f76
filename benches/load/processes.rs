//! What the kernel says about processes and cores, and where they run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{During as _, Failure, Result};

/// The kernel counts time of processes and cores in these (USER_HZ, the same on every Linux).
const TICKS_PER_SECOND: f64 = 100.0;

/// How long a process may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process that ends with this value.
pub struct Process {
    child: Child,
}

/// Keeps cores from sleeping, with processes that run only when nobody else wants to: on a virtual machine it takes a
/// sleeping core so long to wake up that closed loops would measure that.
pub struct Awake(Vec<Process>);

impl Awake {
    /// On these cores.
    pub fn keep(cores: &[usize]) -> Result<Self> {
        let itself = std::env::current_exe()?;
        let spinners = cores.iter().map(|core| {
            Process::start(&core.to_string(), Path::new("chrt"), |command| {
                command.args(["--idle", "0"]).arg(&itself).arg("--keep-awake");
            })
        });
        spinners.collect::<Result<Vec<_>>>().map(Self)
    }

    /// Seconds of CPU that these processes have used.
    pub fn cpu_seconds(&self) -> Result<f64> {
        self.0.iter().map(|process| cpu_seconds(process.id())).sum()
    }
}

/// Does nothing, busily, until the process that asked for it is gone.
pub fn stay_awake() {
    let parent = std::os::unix::process::parent_id();
    let mut number = 0_u64;
    while std::os::unix::process::parent_id() == parent {
        // Not `spin_loop`: its instruction makes a hypervisor take the core away.
        for _ in 0..1_000_000 {
            number = std::hint::black_box(number.wrapping_add(1));
        }
    }
}

impl Process {
    /// Starts `command` on `cores`.
    pub fn start(cores: &str, binary: &Path, prepare: impl FnOnce(&mut Command)) -> Result<Self> {
        let mut command = Command::new("taskset");
        command.arg("-c").arg(cores).arg(binary).stdin(Stdio::null());
        prepare(&mut command);
        Ok(Self { child: command.spawn().during("starting a process with taskset")? })
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to end and waits; whether it ended well.
    pub fn stop(mut self) -> Result<bool> {
        Command::new("kill").arg(self.id().to_string()).status().during("kill")?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.success());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(Failure::new("the server did not stop when it was asked to"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing to do.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// Moves this process to `core`; every thread that it starts later follows.
pub fn move_here(core: &str) -> Result<()> {
    let id = std::process::id().to_string();
    let moved = Command::new("taskset").args(["-a", "-c", "-p", core, &id]).stdout(Stdio::null()).status();
    match moved.during("taskset")?.success() {
        true => Ok(()),
        false => Err(Failure::new(format!("taskset could not move the generator to core {core}"))),
    }
}

/// Seconds of CPU that a process has used, all its threads together.
pub fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).during("the process is gone")?;
    // The name may hold anything, so counting begins behind its closing parenthesis: `utime` and `stime` are 14 and 15.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
    let ticks: Vec<f64> = fields.into_iter().flatten().filter_map(|field| field.parse().ok()).collect();
    match ticks[..] {
        [user, system] => Ok((user + system) / TICKS_PER_SECOND),
        _ => Err(Failure::new("/proc/<pid>/stat cannot be read")),
    }
}

/// Seconds that these cores were busy since the machine started, for whomever, stolen ones included.
pub fn busy_seconds(cores: &[usize]) -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let mut sum = 0.0;
    for core in cores {
        let name = format!("cpu{core}");
        let line = stat.lines().find(|line| line.split_whitespace().next() == Some(name.as_str()));
        let line = line.ok_or_else(|| Failure::new(format!("the machine has no core {core}")))?;
        let ticks: Vec<f64> =
            line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
        // user, nice, system, idle, iowait, irq, softirq, steal; what comes after is counted in user already.
        let waiting = ticks.iter().skip(3).take(2).sum::<f64>();
        sum += ticks.iter().take(8).sum::<f64>() - waiting;
    }
    Ok(sum / TICKS_PER_SECOND)
}

/// Resident memory of a process in bytes.
pub fn resident_bytes(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).during("the process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|text| text.parse::<u64>().ok());
    kib.map(|kib| kib * 1024).ok_or_else(|| Failure::new("/proc/<pid>/status cannot be read"))
}

/// Nanoseconds that the threads of this process have run, and (for this thread only) waited for a core.
pub fn own_nanoseconds() -> Result<(u64, u64)> {
    let read = |path: PathBuf| -> Option<(u64, u64)> {
        let text = std::fs::read_to_string(path).ok()?;
        let mut fields = text.split_whitespace().filter_map(|field| field.parse().ok());
        Some((fields.next()?, fields.next()?))
    };
    let ran = std::fs::read_dir("/proc/self/task")?
        .filter_map(std::result::Result::ok)
        .filter_map(|task| read(task.path().join("schedstat")))
        .map(|(ran, _)| ran)
        .sum();
    let own = read(PathBuf::from("/proc/thread-self/schedstat"));
    own.map(|(_, waited)| (ran, waited)).ok_or_else(|| Failure::new("/proc has no schedstat"))
}
