//! The parameters of a request, as they came.

/// Parameters of a query or of a form, in their order.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a>(&'a [(String, String)]);

impl<'a> Parameters<'a> {
    /// Over the decoded pairs.
    pub fn new(pairs: &'a [(String, String)]) -> Self {
        Self(pairs)
    }

    /// The value of a parameter. One without a value counts as left out (RFC 6749 3.1, 3.2).
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// All values of a parameter that may be repeated.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that came more than once and may not (RFC 6749 3.1; `resource` may, RFC 8707).
    pub fn repeated(&self) -> Option<&'a str> {
        self.0.iter().enumerate().find_map(|(n, (key, _))| {
            (key != "resource" && self.0[..n].iter().any(|(other, _)| other == key)).then_some(key.as_str())
        })
    }

    /// Whether this parameter came more than once.
    pub fn repeats(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// Whether this parameter came, be it without a value.
    pub fn is_present(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The value of a parameter as it came; empty if it did not.
    pub fn raw(&self, name: &str) -> &'a str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// A parameter with a character that no database keeps.
    pub fn unstorable(&self) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(key, value)| key.contains('\0') || value.contains('\0'))
            .map(|(key, _)| key.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
        given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_parameter_without_a_value_counts_as_left_out() {
        let given = pairs(&[("state", ""), ("nonce", "n")]);
        let given = Parameters::new(&given);
        assert_eq!((given.get("state"), given.get("nonce")), (None, Some("n")));
    }

    #[test]
    fn sec_r02_only_resource_may_be_repeated() {
        let given = pairs(&[("resource", "a"), ("resource", "b"), ("state", "1"), ("x", ""), ("x", "")]);
        assert_eq!(Parameters::new(&given).repeated(), Some("x"));
        assert_eq!(Parameters::new(&given[..3]).repeated(), None);
        assert_eq!(Parameters::new(&given).all("resource").collect::<Vec<_>>(), ["a", "b"]);
    }
}
