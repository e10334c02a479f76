//! A person's browser without JavaScript: a cookie jar, tabs, links, forms, buttons, and what browsers say of
//! themselves.

mod expectations;
mod forms;
mod network;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use url::Url;

use crate::app::TestApp;
use crate::http::{Answer, Ask};
use crate::page::Page;

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
}

fn target_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
