//! A person's browser without JavaScript: a cookie jar, tabs, links, forms, buttons, and what browsers say of
//! themselves.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use url::Url;

use crate::app::TestApp;
use crate::http::{Answer, Ask};
use crate::page::{Button, Form, Page, sentence};

/// A browser follows no more redirects than this.
const MOST_REDIRECTS: usize = 10;

/// Firefox as it names itself.
pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// From where a request comes, as a browser says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Typed, bookmarked, or opened from a mail.
    Nowhere,
    /// From a page of ours.
    OurPage,
    /// From a page of another site.
    OtherSite,
}

impl From {
    fn header(self) -> &'static str {
        match self {
            Self::Nowhere => "none",
            Self::OurPage => "same-origin",
            Self::OtherSite => "cross-site",
        }
    }
}

/// One answer on the way to a page.
#[derive(Debug, Clone)]
pub struct Hop {
    /// The method that was used.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The status.
    pub status: u16,
}

/// The cookies of a browser, by name. All are for one host, as nothing else is ever set.
type Jar = Rc<RefCell<BTreeMap<String, String>>>;

/// One tab of a browser.
pub struct Browser<'a> {
    app: &'a TestApp,
    jar: Jar,
    user_agent: String,
    modern: bool,
    page: Option<Page>,
    history: Vec<Page>,
    location: Option<String>,
    /// How the last navigation went.
    pub chain: Vec<Hop>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            jar: Jar::default(),
            user_agent: FIREFOX.to_owned(),
            modern: true,
            page: None,
            history: Vec::new(),
            location: None,
            chain: Vec::new(),
        }
    }

    /// One that sends neither `Sec-Fetch-Site` nor `Origin`.
    pub fn old_fashioned(mut self) -> Self {
        self.modern = false;
        self
    }

    /// That names itself so.
    pub fn named(mut self, user_agent: &str) -> Self {
        user_agent.clone_into(&mut self.user_agent);
        self
    }

    /// Another tab of the same browser.
    pub fn tab(&self) -> Self {
        let mut tab = Self::new(self.app);
        tab.jar = Rc::clone(&self.jar);
        tab.user_agent.clone_from(&self.user_agent);
        tab.modern = self.modern;
        tab
    }

    /// The cookie of this name.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.borrow().get(name).cloned()
    }

    /// Puts a cookie into the jar.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// Loses one cookie.
    pub fn lose_cookie(&self, name: &str) {
        self.jar.borrow_mut().remove(name);
    }

    /// Loses all cookies.
    pub fn lose_cookies(&self) {
        self.jar.borrow_mut().clear();
    }

    /// Whether somebody is signed in, as far as the jar knows.
    pub fn has_session(&self) -> bool {
        self.jar.borrow().keys().any(|name| name.ends_with("wayhome_session"))
    }

    /// Opens an address. The authorization endpoint is opened as a client does it: from another site.
    #[track_caller]
    pub fn open(&mut self, address: impl AsRef<str>) -> &mut Self {
        let target = self.target(address.as_ref());
        let is_client = target.starts_with("/oauth2/");
        let from = if is_client { From::OtherSite } else { From::Nowhere };
        self.navigate(Ask::get(&target), from, true)
    }

    /// Opens an address that may lie outside, as a redirect would.
    #[track_caller]
    pub fn open_from(&mut self, from: From, address: &str) -> &mut Self {
        let target = self.target(address);
        self.navigate(Ask::get(&target), from, true)
    }

    /// Loads the present page again.
    #[track_caller]
    pub fn reload(&mut self) -> &mut Self {
        let target = self.page().target.clone();
        self.navigate(Ask::get(&target), From::Nowhere, true)
    }

    /// Goes back one page: browsers ask for it again, as nothing of ours is kept (`no-store`).
    #[track_caller]
    pub fn back(&mut self) -> &mut Self {
        let target = match self.location.take() {
            Some(_) => self.history.last().map(|page| page.target.clone()),
            None => self.history.iter().rev().nth(1).map(|page| page.target.clone()),
        };
        let target = target.expect("there is a page to go back to");
        self.navigate(Ask::get(&target), From::Nowhere, true)
    }

    /// The present page.
    #[track_caller]
    pub fn page(&self) -> &Page {
        self.page
            .as_ref()
            .unwrap_or_else(|| panic!("the browser is not on a page of ours: {:?}", self.location))
    }

    /// The present page, unless the browser has left.
    pub fn try_page(&self) -> Option<&Page> {
        self.page.as_ref()
    }

    /// Where the browser has left to.
    #[track_caller]
    pub fn location(&self) -> &str {
        self.location.as_deref().unwrap_or_else(|| {
            let page = self.page();
            panic!("the browser has not left; it is at {}: {}\n{}", page.target, page.heading, page.text)
        })
    }

    /// Where the browser has left to, if it has.
    pub fn try_location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// Follows the link of these words.
    #[track_caller]
    pub fn click(&mut self, words: &str) -> &mut Self {
        let page = self.page();
        let link = page.links.iter().find(|link| link.text == words);
        let href = link.unwrap_or_else(|| panic!("no link says {words:?}: {:#?}", page.links)).href.clone();
        self.follow(&href)
    }

    /// Follows a link to an address.
    #[track_caller]
    pub fn follow(&mut self, href: &str) -> &mut Self {
        let here = self.here();
        let url = here.join(href).unwrap_or_else(|why| panic!("{href}: {why}"));
        if self.is_ours(&url) {
            self.navigate(Ask::get(&target_of(&url)), From::OurPage, true)
        } else {
            self.leave(url.into())
        }
    }

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

    /// A form that a page of another site sends to us: Lax cookies stay at home.
    #[track_caller]
    pub fn forge(&mut self, target: &str, fields: &[(&str, &str)]) -> &mut Self {
        self.navigate(Ask::form(target, fields), From::OtherSite, false)
    }

    /// Sends any request as this browser, keeps its cookies, and follows nothing.
    #[track_caller]
    pub fn send(&mut self, ask: Ask, from: From) -> Answer {
        self.exchange(&self.dressed(ask, from, true))
    }

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

    fn target(&self, address: &str) -> String {
        let url = self.here().join(address).unwrap_or_else(|why| panic!("{address}: {why}"));
        assert!(self.is_ours(&url), "{address} is not ours");
        target_of(&url)
    }

    fn here(&self) -> Url {
        self.url_of(self.page.as_ref().map_or("/", |page| page.target.as_str()))
    }

    fn url_of(&self, target: &str) -> Url {
        Url::parse(&format!("{}{target}", self.app.issuer)).expect("an address of ours")
    }

    fn is_ours(&self, url: &Url) -> bool {
        url.origin().ascii_serialization() == self.app.issuer
    }

    fn leave(&mut self, location: String) -> &mut Self {
        self.page = None;
        self.location = Some(location);
        self
    }

    #[track_caller]
    fn navigate(&mut self, ask: Ask, from: From, with_cookies: bool) -> &mut Self {
        self.chain.clear();
        self.location = None;
        let mut ask = ask;
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.exchange(&self.dressed(ask.clone(), from, with_cookies));
            self.chain.push(Hop {
                method: ask.method.clone(),
                target: ask.target.clone(),
                status: answer.status,
            });
            if answer.status != 303 {
                return self.arrive(&ask, &answer);
            }
            let location = answer.header("location").unwrap_or_default();
            let url =
                self.url_of(&ask.target).join(location).unwrap_or_else(|why| panic!("{location}: {why}"));
            if !self.is_ours(&url) {
                return self.leave(location.to_owned());
            }
            ask = Ask::get(&target_of(&url));
        }
        panic!("the browser is sent around in circles: {:#?}", self.chain);
    }

    #[track_caller]
    fn arrive(&mut self, ask: &Ask, answer: &Answer) -> &mut Self {
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"), "no page at {}: {} {kind}", ask.target, answer.status);
        if ask.method == "POST" {
            // Decision 2: only these answer a form directly.
            let direct = [403, 413, 415, 421, 429, 503].contains(&answer.status);
            assert!(direct, "the form at {} was answered by {} and not by 303", ask.target, answer.status);
        }
        let page = Page::read(answer.status, &ask.target, &answer.text());
        assert!(page.has_a_way_forward(), "a dead end at {}:\n{}", page.target, page.text);
        assert!(!page.heading.is_empty(), "no heading at {}", page.target);
        self.history.push(page.clone());
        self.page = Some(page);
        self
    }

    fn dressed(&self, ask: Ask, from: From, with_cookies: bool) -> Ask {
        let mut ask = ask.with("User-Agent", &self.user_agent).with("Accept", "text/html");
        if self.modern {
            ask = ask.with("Sec-Fetch-Site", from.header()).with("Sec-Fetch-Mode", "navigate");
            if ask.method == "POST" {
                let origin = match from {
                    From::OtherSite => "https://evil.example",
                    From::OurPage | From::Nowhere => self.app.issuer.as_str(),
                };
                ask = ask.with("Origin", origin);
            }
        }
        let jar = self.jar.borrow();
        if with_cookies && !jar.is_empty() {
            let pairs: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            ask = ask.with("Cookie", &pairs.join("; "));
        }
        ask
    }

    #[track_caller]
    fn exchange(&self, ask: &Ask) -> Answer {
        let answer = self.app.ask(ask);
        for line in answer.all("set-cookie") {
            let mut parts = line.split(';').map(str::trim);
            let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if parts.any(|attribute| attribute.eq_ignore_ascii_case("max-age=0")) {
                self.jar.borrow_mut().remove(name);
            } else {
                self.jar.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

fn target_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
