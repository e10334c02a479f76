//! The walk: from the sign-in page of a waiting request every link is followed and every form is sent, rightly and
//! wrongly, breadth first, and meanwhile the world does what it does: time passes, cookies are lost, links are opened
//! elsewhere. From every page that is reached the journey can end at the client, with the `state` of the request.
//!
//! Flows are consumed by walking through them, so each page is reached anew for every move that is tried on it: by a
//! new person, in a new browser, on the shortest path that is known.

mod beside;
mod moves;
mod traveller;
mod way_home;

pub use beside::routes;

use std::collections::{BTreeSet, VecDeque};

use crate::app::{Setup, TestApp, on_both};
use crate::page::{Form, Page};
use moves::{Move, moves_on};
use traveller::{Root, Traveller};

/// More places than this are no bounded walk.
const MOST_PLACES: usize = 500;

on_both![walk_from_every_page_of_a_waiting_request_the_journey_ends_at_the_client];

/// What makes two pages the same place: how they look, what happened on the way, and whether its person holds a code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    path: String,
    heading: String,
    forms: Vec<String>,
    troubled: bool,
    holds_a_code: bool,
    meanwhile: Option<Move>,
}

impl Place {
    fn of(traveller: &Traveller<'_>, page: &Page, path: &[Move]) -> Self {
        // A form whose button cannot be pressed yet is another one.
        let enabled = |form: &Form| form.buttons.iter().filter(|button| button.enabled).count();
        let mut forms: Vec<String> =
            page.forms.iter().map(|form| format!("{} {}", form.path(), enabled(form))).collect();
        forms.sort();
        Self {
            path: page.path().to_owned(),
            heading: page.heading.clone(),
            forms,
            troubled: page.title.starts_with("Error:"),
            holds_a_code: !traveller.codes().is_empty(),
            meanwhile: path.iter().find(|step| step.is_of_the_world()).cloned(),
        }
    }
}

fn walk_from_every_page_of_a_waiting_request_the_journey_ends_at_the_client(setup: Setup) {
    let app = setup.set("login.code", "true").start();
    let mut walk = Walk {
        app: &app,
        places: BTreeSet::new(),
        ahead: VecDeque::new(),
        trodden: BTreeSet::new(),
        stranded: Vec::new(),
    };
    for root in Root::ALL {
        walk.go(root, &[]);
    }
    while let Some((root, path)) = walk.ahead.pop_front() {
        walk.go(root, &path);
        assert!(walk.places.len() < MOST_PLACES, "the walk has no end: {:#?}", walk.places);
    }
    assert!(walk.stranded.is_empty(), "from here nothing leads home:\n{}", walk.stranded.join("\n"));
    beside::everything_is_walked_or_listed(&walk.trodden);
    // So that a walk which broke off early is not taken for a short one.
    assert!(walk.places.len() >= 60, "only {} places were found: {:#?}", walk.places.len(), walk.places);
}

/// What is known so far.
struct Walk<'a> {
    app: &'a TestApp,
    places: BTreeSet<Place>,
    /// Paths that were not gone yet: to a known place and one move on.
    ahead: VecDeque<(Root, Vec<Move>)>,
    trodden: BTreeSet<String>,
    stranded: Vec<String>,
}

impl Walk<'_> {
    /// Goes a path. A place that was not known yet must lead home, and all its moves are to be tried; an ending must be
    /// a good one.
    fn go(&mut self, root: Root, path: &[Move]) {
        let mut traveller = Traveller::start(self.app, root);
        traveller.go(path);
        let place = traveller.browser.try_page().map(|page| Place::of(&traveller, page, path));
        let is_known = place.is_some_and(|place| !self.places.insert(place));
        if !is_known {
            let moves = moves_on(&traveller, path);
            self.ahead.extend(moves.into_iter().map(|next| (root, [path, &[next]].concat())));
            if let Err(why) = traveller.way_home() {
                self.stranded.push(format!("{root:?} {path:?}: {why}"));
            }
        }
        self.trodden.append(&mut traveller.trodden);
    }
}
