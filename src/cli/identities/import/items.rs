//! What is to be imported, item by item, as it stands in the file: a line, or an element of a list. A broken item never
//! takes its neighbours with it, as far as that can be told.

use std::io::{self, BufRead};

/// The longest item, in bytes.
const LONGEST: usize = 1024 * 1024;

/// An item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// The line on which it begins, from one.
    pub(super) line: u64,
    /// Its text; `Err` if there is no reading it.
    pub(super) text: Result<String, &'static str>,
}

/// How items are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parted {
    /// Each on a line of its own.
    Lines,
    /// Elements of the list that is the document.
    List,
    /// Elements of the list under this name in the object that is the document.
    ListUnder(&'static str),
}

/// The items of a source, in their order.
pub(super) struct Items<R> {
    source: R,
    line: u64,
    parted: Parted,
    inside: bool,
    ended: bool,
}

impl<R: BufRead> Items<R> {
    pub(super) fn new(source: R, parted: Parted) -> Self {
        Self { source, line: 1, parted, inside: false, ended: false }
    }

    /// The next one that is not blank.
    pub(super) fn next(&mut self) -> io::Result<Option<Item>> {
        match self.parted {
            Parted::Lines => self.next_line(),
            Parted::List | Parted::ListUnder(_) => self.next_element(),
        }
    }

    fn next_line(&mut self) -> io::Result<Option<Item>> {
        loop {
            let line = self.line;
            let (bytes, found) = self.read_line()?;
            if !found {
                return Ok(None);
            }
            self.line += 1;
            if bytes.len() > LONGEST {
                return Ok(Some(Item { line, text: Err("it is longer than 1 MiB") }));
            }
            match String::from_utf8(bytes) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => {
                    let text = text.trim_end_matches(['\r', '\n']).to_owned();
                    return Ok(Some(Item { line, text: Ok(text) }));
                }
                Err(_) => return Ok(Some(Item { line, text: Err("it is not UTF-8") })),
            }
        }
    }

    /// A line, or a little more of it than may be; and whether there was one.
    fn read_line(&mut self) -> io::Result<(Vec<u8>, bool)> {
        let (mut bytes, mut found) = (Vec::new(), false);
        loop {
            let chunk = self.source.fill_buf()?;
            if chunk.is_empty() {
                return Ok((bytes, found));
            }
            found = true;
            let end = chunk.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let taken = end.unwrap_or(chunk.len());
            if bytes.len() <= LONGEST {
                bytes.extend_from_slice(&chunk[..taken]);
            }
            self.source.consume(taken);
            if end.is_some() {
                return Ok((bytes, true));
            }
        }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let Some(byte) = self.source.fill_buf()?.first().copied() else { return Ok(None) };
        self.source.consume(1);
        if byte == b'\n' {
            self.line += 1;
        }
        Ok(Some(byte))
    }

    fn next_element(&mut self) -> io::Result<Option<Item>> {
        if self.ended {
            return Ok(None);
        }
        if !self.inside {
            self.inside = true;
            let found = match self.parted {
                Parted::ListUnder(name) => self.seek(name)?,
                Parted::Lines | Parted::List => self.skip_to(b'[')?,
            };
            if !found {
                self.ended = true;
                let text = Err("there is no such list in it");
                return Ok(Some(Item { line: self.line, text }));
            }
        }
        let first = loop {
            match self.byte()? {
                Some(b',') => {}
                Some(byte) if byte.is_ascii_whitespace() => {}
                Some(b']') | None => {
                    self.ended = true;
                    return Ok(None);
                }
                Some(byte) => break byte,
            }
        };
        self.element(first).map(Some)
    }

    /// The rest of an element, up to where its brackets are closed.
    fn element(&mut self, first: u8) -> io::Result<Item> {
        let line = self.line;
        let (mut bytes, mut depth, mut quoted, mut escaped) = (Vec::new(), 0_u32, false, false);
        let mut next = Some(first);
        while let Some(byte) = next {
            if bytes.len() <= LONGEST {
                bytes.push(byte);
            }
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && !quoted {
                let at = self.source.fill_buf()?.first().copied();
                let is_scalar = !matches!(byte, b'}' | b']' | b'"');
                if !is_scalar || matches!(at, None | Some(b',' | b']')) {
                    break;
                }
            }
            next = self.byte()?;
        }
        let text = match bytes.len() {
            n if n > LONGEST => Err("it is longer than 1 MiB"),
            _ if depth > 0 || quoted => Err("it does not end"),
            _ => String::from_utf8(bytes).map_err(|_| "it is not UTF-8"),
        };
        Ok(Item { line, text })
    }

    fn skip_to(&mut self, wanted: u8) -> io::Result<bool> {
        while let Some(byte) = self.byte()? {
            if byte == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes to the list under this name, which is a member of the outermost object.
    fn seek(&mut self, name: &str) -> io::Result<bool> {
        let (mut depth, mut key) = (0_u32, Vec::new());
        while let Some(byte) = self.byte()? {
            match byte {
                b'"' => {
                    key = self.quoted()?;
                    continue;
                }
                b'[' if depth == 1 && key == name.as_bytes() => return Ok(true),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b':' => continue,
                byte if byte.is_ascii_whitespace() => continue,
                _ => {}
            }
            key.clear();
        }
        Ok(false)
    }

    /// The rest of a text, without its escapes being read.
    fn quoted(&mut self) -> io::Result<Vec<u8>> {
        let (mut text, mut escaped) = (Vec::new(), false);
        while let Some(byte) = self.byte()? {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return Ok(text),
                _ => {}
            }
            if text.len() < 100 {
                text.push(byte);
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str, parted: Parted) -> Vec<(u64, String)> {
        let mut items = Items::new(text.as_bytes(), parted);
        let mut found = Vec::new();
        while let Some(item) = items.next().unwrap() {
            found.push((item.line, item.text.unwrap_or_else(|why| format!("! {why}"))));
        }
        found
    }

    fn told(of: &[(u64, &str)]) -> Vec<(u64, String)> {
        of.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn lines_are_items_and_blank_ones_are_not() {
        assert_eq!(items("a\r\n\n  \nb\n{", Parted::Lines), told(&[(1, "a"), (4, "b"), (5, "{")]));
        let long = format!("a\n{}\nb", "x".repeat(LONGEST + 1));
        assert_eq!(
            items(&long, Parted::Lines),
            told(&[(1, "a"), (2, "! it is longer than 1 MiB"), (3, "b")])
        );
    }

    #[test]
    fn elements_are_cut_where_their_brackets_close() {
        let list = "[\n{\"a\": \"}],{\"},\n  {\"b\": [1, {\"c\": \"\\\"\"}]} , 5, \"x,y\"]";
        let cut =
            [(2, "{\"a\": \"}],{\"}"), (3, "{\"b\": [1, {\"c\": \"\\\"\"}]}"), (3, "5"), (3, "\"x,y\"")];
        assert_eq!(items(list, Parted::List), told(&cut));
        assert_eq!(items("[]", Parted::List), told(&[]));
        assert_eq!(items("[{\"a\": 1", Parted::List), told(&[(1, "! it does not end")]));
        assert_eq!(items("{}", Parted::List), told(&[(1, "! there is no such list in it")]));
    }

    #[test]
    fn a_list_is_found_under_its_name_and_not_under_another() {
        let export = r#"{"realm": "users", "x": {"users": [1]}, "y": ["users", [2]], "users" : [{"id": 3}, {"id": 4}], "z": []}"#;
        let found = items(export, Parted::ListUnder("users"));
        assert_eq!(found, told(&[(1, "{\"id\": 3}"), (1, "{\"id\": 4}")]));
        let none = items("{\"x\": {\"users\": [1]}}", Parted::ListUnder("users"));
        assert_eq!(none, told(&[(1, "! there is no such list in it")]));
    }
}
