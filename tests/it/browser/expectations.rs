//! What a test expects of the page that a browser shows.

use super::Browser;
use crate::page::sentence;

impl Browser<'_> {
    /// Fails the test unless the page says the sentence of this id.
    #[track_caller]
    pub fn expect_says(&mut self, id: &str) -> &mut Self {
        self.expect_says_with(id, &[])
    }

    /// The same for a sentence with values.
    #[track_caller]
    pub fn expect_says_with(&mut self, id: &str, args: &[(&str, &str)]) -> &mut Self {
        let page = self.page();
        assert!(page.says(id, args), "{} does not say {:?}:\n{}", page.target, sentence(id, args), page.text);
        self
    }

    /// Fails the test unless the heading is the sentence of this id.
    #[track_caller]
    pub fn expect_heading(&mut self, id: &str) -> &mut Self {
        self.expect_heading_with(id, &[])
    }

    /// The same for a sentence with values.
    #[track_caller]
    pub fn expect_heading_with(&mut self, id: &str, args: &[(&str, &str)]) -> &mut Self {
        let page = self.page();
        assert_eq!(page.heading, sentence(id, args), "at {}:\n{}", page.target, page.text);
        self
    }

    /// Fails the test unless the browser is at this path.
    #[track_caller]
    pub fn expect_path(&mut self, path: &str) -> &mut Self {
        let page = self.page();
        assert_eq!(page.path(), path, "{}:\n{}", page.heading, page.text);
        self
    }

    /// Fails the test unless this is an error page with this id and status.
    #[track_caller]
    pub fn expect_error(&mut self, id: &str, status: u16) -> &mut Self {
        let page = self.page();
        assert_eq!((page.error_id().as_deref(), page.status), (Some(id), status), "{}", page.text);
        self
    }
}
