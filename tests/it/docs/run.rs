//! Runs a page: its commands in their order, in a folder of their own, on ports of their own.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use wayhome::random::{Random as _, SystemRandom};

use super::markdown::{Block, Document, root};

const STAND_IN: &str = include_str!("stand_in.sh");

/// The commands that are stood in for.
const COMMANDS: [&str; 10] =
    ["wayhome", "cargo", "curl", "python3", "node", "sudo", "useradd", "install", "setpriv", "systemctl"];

/// The ports that the documentation speaks of.
const PORTS: [&str; 6] = ["4444", "4445", "4446", "4447", "4448", "5173"];

/// The folders of a machine that the documentation speaks of.
const FOLDERS: [&str; 6] = [
    "/etc/wayhome",
    "/etc/systemd/system",
    "/var/lib/wayhome",
    "/var/backups",
    "/usr/local/bin",
    "/run/secrets",
];

/// A page that is run. Whatever it started is stopped at the end.
pub struct Run {
    folder: PathBuf,
    /// The ports in place of those of the documentation, in their order.
    ports: Vec<u16>,
    replacements: Vec<(String, String)>,
    environment: Vec<(String, String)>,
}

impl Run {
    /// Prepares a folder. `replacements` are made in every block.
    pub fn prepare(replacements: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("wayhome-docs-{}", SystemRandom.uuid().simple()));
        let work = folder.join("wayhome");
        for made in ["bin", "messages", "templates/mail", "wayhome/tests", "wayhome/target/release"] {
            fs::create_dir_all(folder.join(made)).expect("a folder");
        }
        for made in FOLDERS.iter().filter(|made| !made.contains("wayhome")) {
            fs::create_dir_all(folder.join(&made[1..])).expect("a folder");
        }
        let script = folder.join("bin/stand_in");
        write_executable(&script, STAND_IN);
        for command in COMMANDS {
            symlink(&script, folder.join("bin").join(command)).expect("a link");
        }
        symlink(root().join("examples"), work.join("examples")).expect("a link");
        symlink(env!("CARGO_BIN_EXE_wayhome"), work.join("target/release/wayhome")).expect("a link");
        // The test command is the one that runs this test.
        let tests = fs::metadata(root().join("tests/run")).expect("tests/run");
        assert_ne!(tests.permissions().mode() & 0o111, 0, "tests/run can be executed");
        write_executable(&work.join("tests/run"), "#!/bin/sh\n");
        // All are held at once, so that they differ.
        let held = PORTS.map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let ports: Vec<u16> = held.iter().map(|port| port.local_addr().expect("a port").port()).collect();
        let mut replacements: Vec<(String, String)> =
            replacements.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        replacements.extend(FOLDERS.map(|path| (path.to_owned(), format!("{}{path}", folder.display()))));
        Self { folder, ports, replacements, environment: Vec::new() }
    }

    /// With this variable.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The text as it is run here: other ports first, as what comes after brings numbers of its own.
    pub fn here(&self, text: &str) -> String {
        let mut ported = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, numbered) = rest.split_at(at);
            let end = numbered.find(|c: char| !c.is_ascii_digit()).unwrap_or(numbered.len());
            let (number, after) = numbered.split_at(end);
            ported.push_str(before);
            match PORTS.iter().position(|port| *port == number) {
                Some(n) => ported.push_str(&self.ports[n].to_string()),
                None => ported.push_str(number),
            }
            rest = after;
        }
        ported.push_str(rest);
        self.replacements.iter().fold(ported, |text, (from, to)| text.replace(from, to))
    }

    /// Runs all blocks of a page that are commands, files or outputs.
    pub fn page(&self, page: &Document) {
        self.make_secrets(page);
        let mut script = format!("set -euo pipefail\ncd '{}'\n", self.folder.join("wayhome").display());
        for (n, block) in page.blocks.iter().enumerate() {
            if block.language == "sh" {
                script.push_str(&format!("echo {} >\"$ROOT/line\"\n{{\n", block.line));
                script.push_str(&self.here(&block.text));
                script.push_str(&format!("}} >\"$ROOT/out.{n}\"\n"));
            } else if let Some(file) = file_of(block) {
                let prepared = self.folder.join(format!("file.{n}"));
                fs::write(&prepared, self.here(&block.text)).expect("a file");
                script.push_str(&format!("cp '{}' '{}'\n", prepared.display(), self.here(&file)));
            }
        }
        let output = self.bash(&script);
        let line = fs::read_to_string(self.folder.join("line")).unwrap_or_default();
        assert!(
            output.status.success(),
            "{}, the commands at line {}: {}\n{}\n{}",
            page.name(),
            line.trim(),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        self.compare_outputs(page);
    }

    fn bash(&self, script: &str) -> Output {
        let ports =
            PORTS.iter().zip(&self.ports).map(|(name, port)| (format!("PORT_{name}"), port.to_string()));
        #[allow(clippy::disallowed_methods, reason = "the commands of the machine are where they are")]
        let path = std::env::var("PATH").unwrap_or_default();
        Command::new("bash")
            .arg("-c")
            .arg(script)
            .env("ROOT", &self.folder)
            .env("PATH", format!("{}/bin:{path}", self.folder.display()))
            .env("WAYHOME_BINARY", env!("CARGO_BIN_EXE_wayhome"))
            .envs(ports)
            .envs(self.environment.iter().cloned())
            .output()
            .expect("bash runs")
    }

    /// What an `output` block says is what the commands before it have printed; `…` stands for anything.
    fn compare_outputs(&self, page: &Document) {
        for (n, pair) in page.blocks.windows(2).enumerate() {
            if pair[1].language != "output" {
                continue;
            }
            assert_eq!(pair[0].language, "sh", "{}:{}", page.name(), pair[1].line);
            let printed = fs::read_to_string(self.folder.join(format!("out.{n}"))).expect("an output");
            let expected = self.here(&pair[1].text);
            assert!(
                fits(expected.trim_end(), printed.trim_end()),
                "{}:{} says\n{expected}\nand it is\n{printed}",
                page.name(),
                pair[1].line
            );
        }
    }

    /// The files of secrets that the page speaks of.
    fn make_secrets(&self, page: &Document) {
        for part in page.text.split("/run/secrets/").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            let path = self.folder.join("run/secrets").join(name);
            fs::write(path, "a secret of the documentation's tests\n").expect("a secret");
        }
    }

    /// Checks the settings or clients of a block by `wayhome config check`.
    pub fn check(&self, page: &Document, block: &Block) {
        self.make_secrets(page);
        let file = self.folder.join("checked.toml");
        fs::write(&file, self.here(&block.text)).expect("a file");
        let (option, whole) = match block.text.contains("[[client]]") {
            true => ("--clients", false),
            false => ("--config", block.text.contains("issuer")),
        };
        let mut check = Command::new(env!("CARGO_BIN_EXE_wayhome"));
        check.args(["config", "check", option]).arg(&file).current_dir(&self.folder);
        check.env("SHOP_SECRET", "a secret of the documentation's tests");
        if whole {
            check.env("WAYHOME__SECRETS__DATA", "a data secret of the documentation's tests");
            check.env("WAYHOME__COURIER__SMTP_URL", "smtps://mail.example.org");
        } else {
            check.arg("--dev");
        }
        let output = check.output().expect("wayhome runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && told.is_empty(), "{}:{}\n{told}", page.name(), block.line);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let pids = fs::read_to_string(self.folder.join("pids")).unwrap_or_default();
        for pid in pids.split_whitespace() {
            drop(Command::new("kill").arg(pid).output());
        }
        for _ in 0..100 {
            let alive = |pid: &str| Path::new("/proc").join(pid).join("exe").exists();
            if !pids.split_whitespace().any(alive) {
                break;
            }
            #[allow(clippy::disallowed_methods, reason = "processes end in their own time")]
            std::thread::sleep(Duration::from_millis(50));
        }
        // What is left behind lies in the folder for temporary files.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The file that a block is: its first line names it in a comment.
fn file_of(block: &Block) -> Option<String> {
    if !matches!(block.language.as_str(), "toml" | "html" | "ini") {
        return None;
    }
    let first = block.text.lines().next()?;
    let name = first.strip_prefix("# ").or_else(|| first.strip_prefix("<!-- ")?.strip_suffix(" -->"))?;
    (!name.contains(' ') && name.contains('.')).then(|| name.to_owned())
}

fn write_executable(path: &Path, text: &str) {
    fs::write(path, text).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("its mode");
}

/// Whether the pattern is the text; `…` is anything within a line.
fn fits(pattern: &str, text: &str) -> bool {
    let (patterns, lines): (Vec<&str>, Vec<&str>) = (pattern.lines().collect(), text.lines().collect());
    patterns.len() == lines.len()
        && patterns.iter().zip(&lines).all(|(pattern, line)| line_fits(pattern, line))
}

fn line_fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn an_ellipsis_stands_for_anything_in_its_line() {
    for (pattern, text, expected) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("link …", "link http://x", true),
        ("code  … …", "code  1234 5678", true),
        ("a…c", "abd", false),
        ("a\n…", "a", false),
    ] {
        assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
    }
}
