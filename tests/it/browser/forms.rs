//! How forms are filled and sent.

use super::{Browser, From, target_of};
use crate::http::{Answer, Ask};
use crate::page::{Button, Form, Page};

impl Browser<'_> {
    /// Fills the main form and sends it by its first button. A name that the form does not have fails the test; an
    /// empty value unticks a box.
    #[track_caller]
    pub fn submit<const N: usize>(&mut self, filled: [(&str, &str); N]) -> &mut Self {
        let page = self.page().clone();
        self.submit_on(&page, &filled)
    }

    /// The same on a page that was seen before, as Back or a second click does it.
    #[track_caller]
    pub fn submit_on(&mut self, page: &Page, filled: &[(&str, &str)]) -> &mut Self {
        let form = page.main_form().unwrap_or_else(|| panic!("no form at {}: {}", page.target, page.text));
        let button = form.buttons.iter().find(|button| button.enabled);
        self.send_form(page, form, button, filled)
    }

    /// Presses the button of these words, with what stands in its form.
    #[track_caller]
    pub fn press(&mut self, words: &str) -> &mut Self {
        self.press_with(words, &[])
    }

    /// Fills the form of the button of these words, and presses it.
    #[track_caller]
    pub fn press_with(&mut self, words: &str, filled: &[(&str, &str)]) -> &mut Self {
        let page = self.page().clone();
        self.press_on(&page, words, filled)
    }

    /// The same on a page that was seen before.
    #[track_caller]
    pub fn press_on(&mut self, page: &Page, words: &str, filled: &[(&str, &str)]) -> &mut Self {
        let (form, button) =
            page.button(words).unwrap_or_else(|| panic!("no button says {words:?}: {:#?}", page.forms));
        assert!(button.enabled, "the button {words:?} cannot be pressed now");
        self.send_form(page, form, Some(button), filled)
    }

    /// Sends a form of a page.
    #[track_caller]
    pub fn send_form(
        &mut self,
        page: &Page,
        form: &Form,
        button: Option<&Button>,
        filled: &[(&str, &str)],
    ) -> &mut Self {
        let ask = self.form_of(page, form, button, filled);
        self.navigate(ask, From::OurPage, true)
    }

    /// The request of the main form of a page, filled, as this browser would send it now.
    #[track_caller]
    pub fn prepared(&self, page: &Page, filled: &[(&str, &str)]) -> Ask {
        let form = page.main_form().unwrap_or_else(|| panic!("no form at {}: {}", page.target, page.text));
        let button = form.buttons.iter().find(|button| button.enabled);
        self.dressed(self.form_of(page, form, button, filled), From::OurPage, true)
    }

    /// Sends a request that was prepared, keeps its cookies, and follows nothing.
    #[track_caller]
    pub fn send_prepared(&mut self, ask: &Ask) -> Answer {
        self.exchange(ask)
    }

    /// Presses the button of these words in a form to which the script of the page has added fields.
    #[track_caller]
    pub fn press_adding(
        &mut self,
        words: &str,
        filled: &[(&str, &str)],
        added: &[(&str, &str)],
    ) -> &mut Self {
        let page = self.page().clone();
        let (form, button) =
            page.button(words).unwrap_or_else(|| panic!("no button says {words:?}: {:#?}", page.forms));
        let mut form = form.clone();
        form.fields.retain(|field| added.iter().all(|(name, _)| *name != field.name));
        let pairs = form.pairs(Some(button));
        let mut pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        pairs.retain(|(known, _)| filled.iter().all(|(name, _)| name != known));
        pairs.extend(filled);
        pairs.extend(added);
        let ask = Ask::form(&form.action, &pairs);
        self.navigate(ask, From::OurPage, true)
    }

    #[track_caller]
    fn form_of(&self, page: &Page, form: &Form, button: Option<&Button>, filled: &[(&str, &str)]) -> Ask {
        assert_eq!(form.method, "post", "the form of {}", page.target);
        let mut pairs = form.pairs(button);
        for (name, value) in filled {
            let field = form.field(name).unwrap_or_else(|| panic!("no field {name}: {:#?}", form.fields));
            pairs.retain(|(known, _)| known != name);
            if field.kind != "checkbox" || !value.is_empty() {
                pairs.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let base = self.url_of(&page.target);
        let url = base.join(&form.action).unwrap_or_else(|why| panic!("{}: {why}", form.action));
        Ask::form(&target_of(&url), &borrowed)
    }
}
