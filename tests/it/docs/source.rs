//! What the source says, for the tables of the reference: names and numbers as they stand there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::markdown::root;

/// A file of the source, up to its tests.
pub fn file(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"));
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// All files below a folder, up to their tests, one after the other.
pub fn folder(path: &str) -> String {
    let mut text = String::new();
    let mut entries: Vec<_> = fs::read_dir(root().join(path))
        .unwrap_or_else(|why| panic!("{path}: {why}"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for entry in entries {
        let relative = entry.strip_prefix(root()).expect("below the repository").to_path_buf();
        let relative = relative.to_str().expect("a plain path").to_owned();
        if entry.is_dir() {
            text.push_str(&folder(&relative));
        } else if is_product(&entry) {
            text.push_str(&file(&relative));
        }
    }
    text
}

fn is_product(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".rs") && !matches!(name, "tests.rs" | "fixtures.rs" | "rules.rs")
}

/// The texts that follow `before` in double quotes.
pub fn quoted_after(source: &str, before: &str) -> BTreeSet<String> {
    source
        .split(before)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned))
        .collect()
}

/// The texts in double quotes that stand behind a status.
pub fn quoted_after_status(source: &str) -> BTreeSet<String> {
    let after = |rest: &str| {
        Some(rest.split_once(',')?.1.trim_start().strip_prefix('"')?.split('"').next()?.to_owned())
    };
    source.split("StatusCode::").skip(1).filter_map(after).collect()
}

/// All texts in double quotes.
pub fn quoted(source: &str) -> BTreeSet<String> {
    source.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What stands between two marks.
pub fn between<'a>(source: &'a str, from: &str, to: &str) -> &'a str {
    let rest = source.split_once(from).unwrap_or_else(|| panic!("the source has no {from:?}")).1;
    rest.split_once(to).unwrap_or_else(|| panic!("the source has no {to:?} after {from:?}")).0
}

/// The public fields of a struct.
pub fn fields(source: &str, name: &str) -> BTreeSet<String> {
    between(source, &format!("pub struct {name} {{"), "\n}")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next().map(str::to_owned))
        .collect()
}

/// The programs of `examples/`.
pub fn examples() -> Vec<String> {
    let folders =
        fs::read_dir(root().join("examples")).expect("examples").map(|entry| entry.expect("an entry"));
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).expect("an example"));
    let files = files.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    files.map(|path| fs::read_to_string(path).expect("a text")).collect()
}
