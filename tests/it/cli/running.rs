//! A server as a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Child, Command};
use std::thread::JoinHandle;

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
    log: Option<JoinHandle<String>>,
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
        let mut child = folder.command(DEV, &[]).spawn().unwrap();
        let log = read_log(&mut child);
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
        Self { child, log: Some(log), table, pages, demo, api, host: None }
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
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        while !first.contains("\"msg\":\"ready\"") {
            assert!(log.read_line(&mut first).unwrap() > 0, "it ended: {first}");
        }
        let rest = std::thread::spawn(move || {
            log.read_to_string(&mut first).unwrap();
            first
        });
        let pages = format!("http://{public}");
        let nowhere = String::new;
        Self {
            child,
            log: Some(rest),
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
        self.log.take().unwrap().join().unwrap()
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

/// Reads the log, so that its pipe is never full.
fn read_log(child: &mut Child) -> JoinHandle<String> {
    let mut stderr = child.stderr.take().unwrap();
    std::thread::spawn(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).unwrap();
        log
    })
}
