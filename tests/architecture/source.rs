//! Rust source as the rules see it: words and marks without comments and tests, and the literals apart.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A piece of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// An identifier, a keyword or a number.
    Word(String),
    /// A sign.
    Mark(char),
    /// What stands between the quotes of a text.
    Text(String),
}

/// A piece and its line.
#[derive(Debug, Clone)]
pub struct Token {
    /// Counted from 1.
    pub line: usize,
    /// What stands there.
    pub piece: Piece,
}

impl Token {
    /// Whether it is this word.
    pub fn is(&self, word: &str) -> bool {
        matches!(&self.piece, Piece::Word(own) if own == word)
    }

    /// Whether it is this sign.
    pub fn marks(&self, sign: char) -> bool {
        self.piece == Piece::Mark(sign)
    }
}

/// A path of names, as `crate::model::Instant`; the trees of `use` are spread.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// Counted from 1.
    pub line: usize,
    /// Its segments.
    pub path: Vec<String>,
}

/// One file.
#[derive(Debug)]
pub struct Source {
    /// Relative to the repository.
    pub path: String,
    /// What counts: everything but comments and what is compiled for tests only.
    pub tokens: Vec<Token>,
    /// The modules of other files that are compiled for tests only.
    pub test_modules: Vec<String>,
}

impl Source {
    /// Reads the text of the file at `path`.
    pub fn parse(path: &str, text: &str) -> Self {
        let (tokens, test_modules) = without_tests(tokens(text));
        Self { path: path.to_owned(), tokens, test_modules }
    }

    /// The names of its module from the root: `["web", "page", "code"]`; nothing for the root itself.
    pub fn module(&self) -> Vec<&str> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inner.split('/').filter(|name| *name != "mod" && *name != "lib").collect()
    }

    /// The module of the first rank.
    pub fn layer(&self) -> &str {
        self.module().first().copied().unwrap_or("lib")
    }

    /// Every path that it names.
    pub fn names(&self) -> Vec<Named> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let continues = at > 0 && self.tokens[at - 1].marks(':');
            let used = at > 0 && self.tokens[at - 1].is("use");
            if matches!(self.tokens[at].piece, Piece::Word(_)) && !continues && (used || self.joins(at + 1)) {
                at = self.spread(at, Vec::new(), &mut found);
            } else {
                at += 1;
            }
        }
        found
    }

    fn joins(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.marks(':'))
            && self.tokens.get(at + 1).is_some_and(|token| token.marks(':'))
    }

    fn spread(&self, mut at: usize, mut path: Vec<String>, found: &mut Vec<Named>) -> usize {
        while let Some(token) = self.tokens.get(at) {
            match &token.piece {
                Piece::Word(word) => {
                    path.push(word.clone());
                    at += 1;
                    if self.joins(at) {
                        at += 2;
                        continue;
                    }
                }
                Piece::Mark('{') => {
                    at += 1;
                    while self.tokens.get(at).is_some_and(|token| !token.marks('}')) {
                        let next = self.spread(at, path.clone(), found);
                        at = next.max(at + 1);
                        while self.tokens.get(at).is_some_and(|token| !token.marks(',') && !token.marks('}'))
                        {
                            at += 1;
                        }
                        at += usize::from(self.tokens.get(at).is_some_and(|token| token.marks(',')));
                    }
                    return at + 1;
                }
                Piece::Mark(_) | Piece::Text(_) => {}
            }
            found.push(Named { line: token.line, path });
            return at;
        }
        at
    }

    /// The texts.
    pub fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.tokens.iter().filter_map(|token| match &token.piece {
            Piece::Text(text) => Some((token.line, text.as_str())),
            Piece::Word(_) | Piece::Mark(_) => None,
        })
    }

    /// The lines in which these words and marks follow each other.
    pub fn lines_with(&self, sequence: &str) -> Vec<usize> {
        let wanted: Vec<Piece> = tokens(sequence).into_iter().map(|token| token.piece).collect();
        let here = |window: &[Token]| window.iter().map(|token| &token.piece).eq(wanted.iter());
        self.tokens.windows(wanted.len()).filter(|window| here(window)).map(|window| window[0].line).collect()
    }
}

/// Every file of `src/` that is part of the product.
pub fn product() -> io::Result<Vec<Source>> {
    let mut all = Vec::new();
    for path in files(Path::new("src"), &["rs"])? {
        all.push(Source::parse(&path.to_string_lossy(), &fs::read_to_string(&path)?));
    }
    let mut only_tests = HashSet::new();
    for source in &all {
        let mut folder = source.module().join("/");
        if !folder.is_empty() {
            folder.push('/');
        }
        only_tests.extend(source.test_modules.iter().map(|name| format!("src/{folder}{name}")));
    }
    let is_test = |path: &str| {
        only_tests.iter().any(|module| {
            path.strip_prefix(module.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        })
    };
    all.retain(|source| !is_test(&source.path));
    Ok(all)
}

/// The files below a folder that end like this, in order; what was installed or made is left out.
pub fn files(folder: &Path, endings: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.ends_with("node_modules") || path.ends_with("tests/browser/out") {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, endings)?);
        } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Splits a text into its pieces.
fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < letters.len() {
        let start = at;
        let piece = match letters[at] {
            '/' if letters.get(at + 1) == Some(&'/') => {
                at = until(&letters, at, |at| letters[at] == '\n');
                None
            }
            '/' if letters.get(at + 1) == Some(&'*') => {
                at = end_of_comment(&letters, at);
                None
            }
            'r' | 'b' | 'c' | '"' if opens_text(&letters, at).is_some() => {
                let (content, end) = opens_text(&letters, at).unwrap_or((String::new(), at + 1));
                at = end;
                Some(Piece::Text(content))
            }
            '\'' => {
                at = end_of_character(&letters, at);
                None
            }
            letter if letter.is_alphanumeric() || letter == '_' => {
                at = until(&letters, at, |at| !(letters[at].is_alphanumeric() || letters[at] == '_'));
                Some(Piece::Word(letters[start..at].iter().collect()))
            }
            letter => {
                at += 1;
                (!letter.is_whitespace()).then_some(Piece::Mark(letter))
            }
        };
        if let Some(piece) = piece {
            found.push(Token { line, piece });
        }
        line += letters[start..at.min(letters.len())].iter().filter(|letter| **letter == '\n').count();
    }
    found
}

fn until(letters: &[char], from: usize, stops: impl Fn(usize) -> bool) -> usize {
    (from..letters.len()).find(|at| stops(*at)).unwrap_or(letters.len())
}

fn end_of_comment(letters: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while at + 1 < letters.len() {
        match (letters[at], letters[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') if depth == 1 => return at + 2,
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    letters.len()
}

/// The content and the end of the text that opens here, if one does: `"…"`, `b"…"`, `r#"…"#`.
fn opens_text(letters: &[char], from: usize) -> Option<(String, usize)> {
    let quote = until(letters, from, |at| !matches!(letters[at], 'b' | 'c' | 'r' | '#'));
    let prefix: String = letters[from..quote].iter().collect();
    let hashes = prefix.chars().filter(|letter| *letter == '#').count();
    let raw = prefix.contains('r');
    let known = ["", "b", "c", "r", "br", "cr"].contains(&prefix.trim_end_matches('#'));
    if letters.get(quote) != Some(&'"') || !known || (hashes > 0 && !raw) {
        return None;
    }
    let mut at = quote + 1;
    while at < letters.len() {
        let closed = letters[at] == '"'
            && letters
                .get(at + 1..at + 1 + hashes)
                .is_some_and(|rest| rest.iter().all(|letter| *letter == '#'));
        if closed {
            return Some((letters[quote + 1..at].iter().collect(), at + 1 + hashes));
        }
        at += if letters[at] == '\\' && !raw { 2 } else { 1 };
    }
    None
}

/// The end of `'a'`, `'\n'` or of the quote of a lifetime.
fn end_of_character(letters: &[char], from: usize) -> usize {
    match (letters.get(from + 1), letters.get(from + 2)) {
        (Some('\\'), _) => until(letters, from + 3, |at| letters[at] == '\'') + 1,
        (_, Some('\'')) => from + 3,
        _ => from + 1,
    }
}

/// Takes out what stands behind `#[cfg(test)]`, and says which modules of other files do.
fn without_tests(all: Vec<Token>) -> (Vec<Token>, Vec<String>) {
    let opening: Vec<Piece> = tokens("#[cfg(test)]").into_iter().map(|token| token.piece).collect();
    let (mut kept, mut modules, mut at) = (Vec::new(), Vec::new(), 0);
    while at < all.len() {
        let here = &all[at..(at + opening.len()).min(all.len())];
        if !here.iter().map(|token| &token.piece).eq(opening.iter()) {
            kept.push(all[at].clone());
            at += 1;
            continue;
        }
        let end = end_of_item(&all, at + opening.len());
        for (index, token) in all[at..end].iter().enumerate() {
            let bodiless = all.get(at + index + 2).is_some_and(|next| next.marks(';'));
            if let (true, Some(Piece::Word(name)), true) =
                (token.is("mod"), all.get(at + index + 1).map(|next| &next.piece), bodiless)
            {
                modules.push(name.clone());
            }
        }
        at = end;
    }
    (kept, modules)
}

fn end_of_item(all: &[Token], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_i32);
    while let Some(token) = all.get(at) {
        match token.piece {
            Piece::Mark('{' | '(' | '[') => depth += 1,
            Piece::Mark('}') if depth == 1 => return at + 1,
            Piece::Mark('}' | ')' | ']') if depth == 0 => return at,
            Piece::Mark('}' | ')' | ']') => depth -= 1,
            Piece::Mark(';') if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}
