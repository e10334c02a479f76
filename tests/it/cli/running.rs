//! A server as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::command::{Folder, PRODUCTION};

/// Development on ports that the system chooses.
pub const DEV: &[&str] = &[
    "dev",
    "--public",
    "127.0.0.1:0",
    "--admin",
    "127.0.0.1:0",
    "--demo",
    "127.0.0.1:0",
    "--demo-api",
    "127.0.0.1:0",
];

/// A server that runs. It is killed when this is dropped.
pub struct Running {
    child: Child,
    log: Log,
    /// What it printed at its start.
    pub table: String,
    /// Where its pages are.
    pub pages: String,
    /// Where the demo is.
    pub demo: String,
    /// Where the demo's API is.
    pub api: String,
    host: Option<&'static str>,
}

impl Running {
    /// `wayhome dev`, as soon as it has said where it is.
    pub fn dev(folder: &Folder) -> Self {
        Self::dev_with(folder, &[])
    }

    /// The same, with more flags.
    pub fn dev_with(folder: &Folder, flags: &[&str]) -> Self {
        let mut child = folder.command(&[DEV, flags].concat(), &[]).spawn().unwrap();
        let log = Log::of(&mut child);
        let mut table = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while !table.contains("Ctrl-C") {
            assert!(lines.read_line(&mut table).unwrap() > 0, "it ended: {table}");
        }
        let address = |name: &str| {
            let line = table.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
            line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned()
        };
        let (pages, demo, api) = (address("Sign-in pages"), address("Demo app"), address("Demo API"));
        Self { child, log, table, pages, demo, api, host: None }
    }

    /// `wayhome serve`, as soon as its log says that it is ready.
    pub fn serve(folder: &Folder) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let public = format!("127.0.0.1:{port}");
        let mut environment = PRODUCTION.to_vec();
        environment.extend([
            ("WAYHOME__SERVER__PUBLIC", public.as_str()),
            ("WAYHOME__SERVER__ADMIN", "127.0.0.1:0"),
        ]);
        let mut child = folder.command(&["serve"], &environment).spawn().unwrap();
        let log = Log::of(&mut child);
        log.wait_for("\"msg\":\"ready\"");
        let pages = format!("http://{public}");
        let nowhere = String::new;
        Self {
            child,
            log,
            table: nowhere(),
            pages,
            demo: nowhere(),
            api: nowhere(),
            host: Some("id.example.org"),
        }
    }

    /// Status and body.
    pub fn get(&self, base: &str, path: &str) -> (u16, String) {
        self.request(base, path, None)
    }

    /// The same, with an access token.
    pub fn get_with_token(&self, base: &str, path: &str, token: &str) -> (u16, String) {
        self.request(base, path, Some(token))
    }

    fn request(&self, base: &str, path: &str, token: Option<&str>) -> (u16, String) {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        let mut request = ureq::Agent::new_with_config(config).get(format!("{base}{path}"));
        if let Some(host) = self.host {
            request = request.header("Host", host);
        }
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut answer = request.call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// Sends a signal and waits for the end: the exit code.
    pub fn stop(mut self, signal: &str) -> i32 {
        self.signal(signal)
    }

    /// The same; the log in place of the exit code, which must be 0.
    pub fn stop_and_read_log(mut self, signal: &str) -> String {
        assert_eq!(self.signal(signal), 0);
        self.log.whole()
    }

    /// Waits until the log says this.
    #[track_caller]
    pub fn wait_for_log(&self, text: &str) {
        self.log.wait_for(text);
    }

    /// Sends a signal and does not wait.
    pub fn send(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
    }

    fn signal(&mut self, signal: &str) -> i32 {
        self.send(signal);
        self.child.wait().unwrap().code().unwrap()
    }

    /// Waits for the end that a signal has asked for: the exit code.
    pub fn wait(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended before.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// What a server logs, read as it comes, so that its pipe is never full.
struct Log {
    said: Arc<(Mutex<String>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

impl Log {
    fn of(child: &mut Child) -> Self {
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let said = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let (text, more) = (Arc::clone(&said), Arc::clone(&said));
        let reader = std::thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|read| read > 0) {
                text.0.lock().unwrap().push_str(&std::mem::take(&mut line));
                more.1.notify_all();
            }
        });
        Self { said, reader: Some(reader) }
    }

    #[track_caller]
    fn wait_for(&self, wanted: &str) {
        let text = self.said.0.lock().unwrap();
        let patience = Duration::from_secs(60);
        let (text, waited) =
            self.said.1.wait_timeout_while(text, patience, |text| !text.contains(wanted)).unwrap();
        assert!(!waited.timed_out(), "the log never says {wanted:?}:\n{text}");
    }

    /// All of it, once the server has ended.
    fn whole(&mut self) -> String {
        self.reader.take().unwrap().join().unwrap();
        self.said.0.lock().unwrap().clone()
    }
}
