//! What a browser sends, what it says of itself, and where redirects lead it.

use super::{Browser, From, Hop, target_of};
use crate::http::{Answer, Ask};
use crate::page::Page;

/// A browser follows no more redirects than this.
const MOST_REDIRECTS: usize = 10;

impl Browser<'_> {
    #[track_caller]
    pub(super) fn navigate(&mut self, ask: Ask, from: From, with_cookies: bool) -> &mut Self {
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

    /// A request as this browser sends it from there: what it says of itself, and its cookies.
    pub fn dressed(&self, ask: Ask, from: From, with_cookies: bool) -> Ask {
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
    pub(super) fn exchange(&self, ask: &Ask) -> Answer {
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
