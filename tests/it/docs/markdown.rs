//! The pages of the documentation, as far as the tests read them: fenced blocks, headings, links, tables.

use std::path::{Path, PathBuf};

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    /// What stands behind the fence.
    pub language: String,
    /// What stands between the fences.
    pub text: String,
    /// The line of its first fence.
    pub line: usize,
}

/// A page.
#[derive(Debug)]
pub struct Document {
    /// Relative to the repository.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
    /// Its fenced blocks.
    pub blocks: Vec<Block>,
    /// Its lines outside of fenced blocks, with their numbers.
    pub prose: Vec<(usize, String)>,
}

impl Document {
    /// Reads a page.
    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"));
        Self::parse(Path::new(path), text)
    }

    fn parse(path: &Path, text: String) -> Self {
        let (mut blocks, mut prose, mut open): (Vec<Block>, _, bool) = (Vec::new(), Vec::new(), false);
        for (n, line) in text.lines().enumerate() {
            match line.strip_prefix("```") {
                Some(language) if !open => {
                    blocks.push(Block {
                        language: language.trim().to_owned(),
                        text: String::new(),
                        line: n + 1,
                    });
                    open = true;
                }
                Some(_) => open = false,
                None if open => {
                    let block = blocks.last_mut().expect("a block is open");
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                None => prose.push((n + 1, line.to_owned())),
            }
        }
        assert!(!open, "{}: a fence is not closed", path.display());
        Self { path: path.to_owned(), text, blocks, prose }
    }

    /// The name for messages.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The anchors of its headings, as GitHub makes them.
    pub fn anchors(&self) -> Vec<String> {
        self.headings().map(|(_, heading)| slug(heading)).collect()
    }

    fn headings(&self) -> impl Iterator<Item = (usize, &str)> {
        self.prose.iter().filter_map(|(_, line)| {
            let level = line.bytes().take_while(|b| *b == b'#').count();
            line[level..].strip_prefix(' ').filter(|_| level > 0).map(|text| (level, text.trim()))
        })
    }

    /// The lines below a heading, up to the next one of its level or above.
    pub fn section(&self, heading: &str) -> Vec<&str> {
        let mut lines = Vec::new();
        let mut inside = 0;
        for (_, line) in &self.prose {
            let level = line.bytes().take_while(|b| *b == b'#').count();
            if level > 0 && line[level..].starts_with(' ') {
                if inside > 0 && level <= inside {
                    break;
                }
                if line[level..].trim() == heading {
                    inside = level;
                }
            }
            if inside > 0 {
                lines.push(line.as_str());
            }
        }
        assert!(!lines.is_empty(), "{} has no section {heading:?}", self.name());
        lines
    }

    /// The links that stand in the text: the words in brackets are not looked at.
    pub fn links(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (n, line) in &self.prose {
            for part in without_code(line).split("](").skip(1) {
                found.push((*n, part.split(')').next().unwrap_or_default().to_owned()));
            }
        }
        found
    }

    /// The addresses in angle brackets.
    pub fn addresses(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (_, line) in &self.prose {
            for part in line.split("<http").skip(1) {
                found.push(format!("http{}", part.split('>').next().unwrap_or_default()));
            }
        }
        found
    }
}

/// The code marked with backticks in a text.
pub fn codes(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The first cells of the rows of all tables in these lines, without their heads.
pub fn first_cells(lines: &[&str]) -> Vec<String> {
    rows(lines).into_iter().filter_map(|row| row.into_iter().next()).collect()
}

/// The rows of all tables in these lines, without their heads.
pub fn rows(lines: &[&str]) -> Vec<Vec<String>> {
    let is_row = |line: &str| line.starts_with('|');
    let is_rule = |line: &str| is_row(line) && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    let mut found = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let is_head = lines.get(n + 1).is_some_and(|next| is_rule(next));
        if is_row(line) && !is_rule(line) && !is_head {
            let cells = line.trim().trim_matches('|').split(" |").map(|cell| cell.trim().to_owned());
            found.push(cells.collect());
        }
    }
    found
}

/// The codes in the first cells of all tables in these lines.
pub fn first_codes(lines: &[&str]) -> Vec<String> {
    first_cells(lines).iter().flat_map(|cell| codes(cell)).collect()
}

/// A line without what is marked as code, which is no link.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

/// What GitHub makes of a heading: lower case, hyphens for spaces, no other signs.
fn slug(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
            _ => None,
        })
        .collect()
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All pages, by path.
pub fn all() -> Vec<Document> {
    let mut paths = vec![PathBuf::from("README.md"), PathBuf::from("CHANGELOG.md")];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("the folder of the documentation") {
            let entry = entry.expect("an entry");
            let path = folder.join(entry.file_name());
            if entry.file_type().expect("its type").is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| Document::read(path.to_str().expect("a plain path"))).collect()
}
