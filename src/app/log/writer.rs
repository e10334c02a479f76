//! The one thread that writes the log. Whoever has a line only puts it down: a system call for each line costs more than
//! the rest of a short answer.
//!
//! Lines lie for [`GATHER`] and are then written together, in their order. A warning or an error waits until it is
//! written, and so does everybody when [`FULL`] bytes lie: a log that is read too slowly slows the server down, and
//! loses nothing. What standard error refuses is counted and told as soon as it takes lines again.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may lie.
const GATHER: Duration = Duration::from_millis(5);

/// The most bytes that lie.
const FULL: usize = 256 * 1024;

/// The log as long as the process wants it: dropped, it has written everything.
#[must_use = "what lies is written when this is dropped"]
pub struct Log {
    lines: Lines,
    thread: Option<JoinHandle<()>>,
}

impl Log {
    /// Writes to `out` from now on; `lost` words the line about lines that were refused.
    pub(super) fn start(
        out: impl Write + Send + 'static,
        lost: impl Fn(usize) -> String + Send + 'static,
    ) -> io::Result<Self> {
        let lines = Lines::default();
        let own = lines.clone();
        let thread = thread::Builder::new().name("log".to_owned()).spawn(move || own.write_all(out, lost))?;
        Ok(Self { lines, thread: Some(thread) })
    }

    /// Where lines are put down.
    pub(super) fn lines(&self) -> Lines {
        self.lines.clone()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.lines.lock().ends = true;
        self.lines.0.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, the hook of panics has said so.
            let _ended = thread.join();
        }
    }
}

/// Where lines are put down. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Shared>);

#[derive(Default)]
struct Shared {
    table: Mutex<Table>,
    /// For the thread: something lies, or must not lie any longer.
    wake: Condvar,
    /// For everybody else: what lay was written.
    written: Condvar,
}

#[derive(Default)]
struct Table {
    lying: Vec<u8>,
    /// Batches that were taken away, and those of them that were written.
    taken: u64,
    done: u64,
    /// Somebody waits until what lies is written.
    hurry: bool,
    ends: bool,
    /// Nobody writes any more.
    over: bool,
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a line down, and waits until it is written if it is urgent.
    fn put(&self, line: &[u8], urgent: bool) -> io::Result<()> {
        let mut table = self.lock();
        while table.lying.len() >= FULL && !table.over {
            table = self.0.written.wait(table).unwrap_or_else(PoisonError::into_inner);
        }
        if table.over {
            return io::stderr().write_all(line);
        }
        let wakes = table.lying.is_empty() || table.lying.len() + line.len() >= FULL || urgent;
        table.lying.extend_from_slice(line);
        table.hurry |= urgent;
        if wakes {
            self.0.wake.notify_one();
        }
        let batch = table.taken + 1;
        while urgent && table.done < batch && !table.over {
            table = self.0.written.wait(table).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// The life of the thread.
    fn write_all(&self, mut out: impl Write, lost: impl Fn(usize) -> String) {
        let (mut batch, mut missing) = (Vec::new(), 0);
        while self.take(&mut batch) {
            if missing > 0 && out.write_all(lost(missing).as_bytes()).is_ok() {
                missing = 0;
            }
            if missing > 0 || out.write_all(&batch).and_then(|()| out.flush()).is_err() {
                missing += batch.iter().filter(|byte| **byte == b'\n').count();
            }
            batch.clear();
            self.lock().done += 1;
            self.0.written.notify_all();
        }
        self.lock().over = true;
        self.0.written.notify_all();
    }

    /// Waits for lines, lets them gather, and takes them away; `false` if none will come any more.
    fn take(&self, batch: &mut Vec<u8>) -> bool {
        let wake = &self.0.wake;
        let idle = |table: &mut Table| table.lying.is_empty() && !table.ends;
        let table = wake.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let patient = |table: &mut Table| !table.hurry && !table.ends && table.lying.len() < FULL;
        let waited = wake.wait_timeout_while(table, GATHER, patient);
        let (mut table, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if table.lying.is_empty() {
            return false;
        }
        std::mem::swap(&mut table.lying, batch);
        (table.hurry, table.taken) = (false, table.taken + 1);
        true
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Pen<'a>;

    fn make_writer(&'a self) -> Pen<'a> {
        Pen { lines: self, urgent: false }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Pen<'a> {
        Pen { lines: self, urgent: *about.level() <= Level::WARN }
    }
}

/// Puts one line down.
pub(super) struct Pen<'a> {
    lines: &'a Lines,
    urgent: bool,
}

impl Write for Pen<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.lines.put(line, self.urgent).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Standard error of a test: it takes what comes, or nothing.
    struct Out {
        kept: Arc<Mutex<Vec<u8>>>,
        refuses: Arc<Mutex<bool>>,
        /// Each write waits for one of these, where there is one.
        turns: Option<Receiver<()>>,
    }

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Some(turns) = &self.turns {
                // Without a sender everything goes through.
                let _turn = turns.recv();
            }
            if *self.refuses.lock().unwrap() {
                return Err(io::Error::other("nobody reads"));
            }
            self.kept.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Reader {
        kept: Arc<Mutex<Vec<u8>>>,
        refuses: Arc<Mutex<bool>>,
    }

    impl Reader {
        fn text(&self) -> String {
            String::from_utf8(self.kept.lock().unwrap().clone()).unwrap()
        }
    }

    fn log(turns: Option<Receiver<()>>) -> (Log, Reader) {
        let (kept, refuses) = (Arc::default(), Arc::default());
        let out = Out { kept: Arc::clone(&kept), refuses: Arc::clone(&refuses), turns };
        let log = Log::start(out, |lines| format!("{lines} lost\n")).unwrap();
        (log, Reader { kept, refuses })
    }

    #[test]
    fn everything_is_written_in_its_order_when_the_log_ends() {
        let (log, reader) = log(None);
        let lines = log.lines();
        for n in 0..20_000 {
            lines
                .put(format!("line {n} of a log that is longer than what may lie\n").as_bytes(), false)
                .unwrap();
        }
        drop(log);
        let text = reader.text();
        assert!(text.len() > 2 * FULL);
        for (n, line) in text.lines().enumerate() {
            assert!(line.starts_with(&format!("line {n} ")), "{line} is not number {n}");
        }
        assert_eq!(text.lines().count(), 20_000);
    }

    #[test]
    fn an_urgent_line_is_written_before_anything_goes_on_and_all_before_it() {
        let (log, reader) = log(None);
        log.lines().put(b"first\n", false).unwrap();
        log.lines().put(b"warning\n", true).unwrap();
        assert_eq!(reader.text(), "first\nwarning\n");
    }

    #[test]
    fn a_log_that_nobody_reads_holds_back_and_its_memory_is_bounded() {
        let (turns, waiting): (Sender<()>, _) = channel();
        let (log, reader) = log(Some(waiting));
        let lines = log.lines();
        let (told, progress) = channel();
        let busy = thread::spawn(move || {
            for n in 0..8 {
                lines.put(&[b'x'; FULL / 2], false).unwrap();
                told.send((n, lines.lock().lying.len())).unwrap();
            }
        });
        // Two halves lie while at most two others are being written: then nothing goes on without a reader.
        let before: Vec<_> = progress.iter().take(2).collect();
        assert!(before.iter().all(|(_, lying)| *lying <= 3 * FULL / 2), "{before:?}");
        drop(turns);
        busy.join().unwrap();
        assert!(progress.iter().all(|(_, lying)| lying <= 3 * FULL / 2));
        drop(log);
        assert_eq!(reader.text().len(), 4 * FULL);
    }

    #[test]
    fn lines_that_were_refused_are_counted_and_told() {
        let (log, reader) = log(None);
        *reader.refuses.lock().unwrap() = true;
        log.lines().put(b"one\ntwo\n", true).unwrap();
        log.lines().put(b"three\n", true).unwrap();
        *reader.refuses.lock().unwrap() = false;
        log.lines().put(b"four\n", true).unwrap();
        assert_eq!(reader.text(), "3 lost\nfour\n");
    }

    #[test]
    fn a_line_after_the_end_finds_its_own_way() {
        let (log, reader) = log(None);
        let lines = log.lines();
        drop(log);
        // On standard error, without the thread: it must not wait for anybody.
        lines.put(b"", true).unwrap();
        assert_eq!(reader.text(), "");
    }
}
