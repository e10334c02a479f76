//! CBOR as authenticators write it (RFC 8949, CTAP2 8): definite lengths, no tags, no floating point, no key twice, not
//! deep. Whatever is announced must be there, so that a length costs nothing but a comparison.

/// How deep items may lie in each other.
const DEPTH: usize = 8;

/// How many items there may be, in all depths together.
const PARTS: usize = 256;

/// An item that borrows from its bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item<'a> {
    /// A whole number.
    Integer(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// A list.
    Array(Vec<Item<'a>>),
    /// Pairs, in their order; no key comes twice.
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// `false`, `true` or `null`.
    Simple,
}

impl<'a> Item<'a> {
    /// The value of a key of a map.
    pub(super) fn get(&self, key: &Item<'_>) -> Option<&Item<'a>> {
        let Item::Map(pairs) = self else { return None };
        pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The bytes, if it is bytes.
    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Item::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// How many pairs a map has.
    pub(super) fn pairs(&self) -> Option<usize> {
        match self {
            Item::Map(pairs) => Some(pairs.len()),
            _ => None,
        }
    }
}

/// Reads one item, and says what follows it. `None` if there is none.
pub(super) fn first(bytes: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let mut reader = Reader { rest: bytes, left: PARTS };
    let item = reader.item(DEPTH)?;
    Some((item, reader.rest))
}

/// Reads one item with nothing behind it.
pub(super) fn whole(bytes: &[u8]) -> Option<Item<'_>> {
    first(bytes).filter(|(_, rest)| rest.is_empty()).map(|(item, _)| item)
}

struct Reader<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// The number behind an initial byte.
    fn number(&mut self, detail: u8) -> Option<u64> {
        let length = match detail {
            0..=23 => return Some(u64::from(detail)),
            24..=27 => 1_usize << (detail - 24),
            // Lengths that are only known at the end, and what nobody uses.
            _ => return None,
        };
        Some(self.take(length)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn item(&mut self, depth: usize) -> Option<Item<'a>> {
        let depth = depth.checked_sub(1)?;
        self.left = self.left.checked_sub(1)?;
        let initial = *self.take(1)?.first()?;
        let (kind, detail) = (initial >> 5, initial & 0x1f);
        if kind == 7 {
            return matches!(detail, 20..=22).then_some(Item::Simple);
        }
        let number = self.number(detail)?;
        Some(match kind {
            0 => Item::Integer(i64::try_from(number).ok()?),
            1 => Item::Integer(-1 - i64::try_from(number).ok()?),
            2 => Item::Bytes(self.take(usize::try_from(number).ok()?)?),
            3 => Item::Text(std::str::from_utf8(self.take(usize::try_from(number).ok()?)?).ok()?),
            4 => {
                let mut elements = Vec::new();
                for _ in 0..number {
                    elements.push(self.item(depth)?);
                }
                Item::Array(elements)
            }
            5 => {
                let mut pairs: Vec<(Item<'a>, Item<'a>)> = Vec::new();
                for _ in 0..number {
                    let key = self.item(depth)?;
                    if pairs.iter().any(|(known, _)| *known == key) {
                        return None;
                    }
                    let value = self.item(depth)?;
                    pairs.push((key, value));
                }
                Item::Map(pairs)
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(byte).collect()
    }

    #[test]
    fn what_rfc_8949_writes_is_read() {
        for (text, item) in [
            ("00", Item::Integer(0)),
            ("17", Item::Integer(23)),
            ("1864", Item::Integer(100)),
            ("1a000f4240", Item::Integer(1_000_000)),
            ("1b000000e8d4a51000", Item::Integer(1_000_000_000_000)),
            ("20", Item::Integer(-1)),
            ("3863", Item::Integer(-100)),
            ("3903e7", Item::Integer(-1_000)),
            ("44 01020304", Item::Bytes(&[1, 2, 3, 4])),
            ("64 49455446", Item::Text("IETF")),
            ("62 c3bc", Item::Text("ü")),
            ("f4", Item::Simple),
            ("80", Item::Array(vec![])),
            ("82 01 20", Item::Array(vec![Item::Integer(1), Item::Integer(-1)])),
            ("a1 61 61 01", Item::Map(vec![(Item::Text("a"), Item::Integer(1))])),
        ] {
            assert_eq!(whole(&hex(text)), Some(item), "{text}");
        }
    }

    #[test]
    fn sec_w09_what_is_broken_deep_or_endless_is_refused() {
        for text in [
            "",
            "0000",                // something behind it
            "5b 0000000040000000", // a gigabyte of bytes
            "9b 00000000ffffffff", // four milliards of elements
            "bb ffffffffffffffff", // more pairs than can be
            "5f 4101 ff",          // no length
            "9f 01 ff",
            "c0 00",  // a tag
            "f93c00", // 1.0
            "fb3ff0000000000000",
            "f7",                 // undefined
            "1c",                 // reserved
            "1bffffffffffffffff", // beyond 63 bits
            "3bffffffffffffffff",
            "62 c3 28",       // no UTF-8
            "a2 01 00 01 00", // a key twice
            "a2 6161 00 6161 01",
            "a1 01", // no value
        ] {
            assert_eq!(whole(&hex(text)), None, "{text}");
        }
        let nested = |depth: usize| [vec![0x81; depth], vec![0]].concat();
        assert!(whole(&nested(DEPTH - 1)).is_some());
        assert!(whole(&nested(DEPTH)).is_none());
        assert!(whole(&nested(10_000)).is_none());
        let list = |count: u16| [&[0x99][..], &count.to_be_bytes(), &vec![0; usize::from(count)]].concat();
        assert!(whole(&list(255)).is_some());
        assert!(whole(&list(256)).is_none());
    }
}
