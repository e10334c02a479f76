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

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::app::{Setup, on_both};
use crate::page::{Form, Page};
use moves::{Move, moves_on};
use traveller::{Root, Traveller};

/// More pages than this are no bounded walk.
const MOST_PAGES: usize = 300;

on_both![walk_from_every_page_of_a_waiting_request_the_journey_ends_at_the_client];

/// What makes two pages the same place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    path: String,
    heading: String,
    forms: Vec<String>,
    troubled: bool,
}

impl Place {
    fn of(page: &Page) -> Self {
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
        }
    }
}

fn walk_from_every_page_of_a_waiting_request_the_journey_ends_at_the_client(setup: Setup) {
    let app = setup.start();
    let mut known: BTreeMap<Place, (Root, Vec<Move>)> = BTreeMap::new();
    let mut waiting = VecDeque::new();
    let (mut trodden, mut stranded) = (BTreeSet::new(), Vec::new());
    for root in Root::ALL {
        arrive(&app, root, &[], &mut known, &mut waiting, &mut trodden, &mut stranded);
    }
    while let Some((root, path)) = waiting.pop_front() {
        let mut scout = Traveller::start(&app, root);
        scout.go(&path);
        for next in moves_on(&scout, &path) {
            let path = [path.as_slice(), &[next]].concat();
            arrive(&app, root, &path, &mut known, &mut waiting, &mut trodden, &mut stranded);
        }
        assert!(known.len() < MOST_PAGES, "the walk has no end: {:#?}", known.keys());
    }
    assert!(stranded.is_empty(), "from here nothing leads home:\n{}", stranded.join("\n"));
    beside::everything_is_walked_or_listed(&trodden);
    println!("{} pages, {} paths", known.len(), trodden.len());
    // So that a walk which broke off early is not taken for a short one.
    assert!(known.len() >= 30, "only {} pages were found: {:#?}", known.len(), known.keys());
}

/// Goes a path. A page that was not known yet must lead home, and waits for its moves to be tried.
fn arrive(
    app: &crate::app::TestApp,
    root: Root,
    path: &[Move],
    known: &mut BTreeMap<Place, (Root, Vec<Move>)>,
    waiting: &mut VecDeque<(Root, Vec<Move>)>,
    trodden: &mut BTreeSet<String>,
    stranded: &mut Vec<String>,
) {
    let mut traveller = Traveller::start(app, root);
    traveller.go(path);
    let place = traveller.browser.try_page().map(Place::of);
    let is_new = place.as_ref().is_none_or(|place| !known.contains_key(place));
    if let Some(place) = place.filter(|_| is_new) {
        known.insert(place, (root, path.to_vec()));
        waiting.push_back((root, path.to_vec()));
    }
    // Where a journey has ended already, the ending is looked at.
    if is_new && let Err(why) = traveller.way_home() {
        stranded.push(format!("{root:?} {path:?}: {why}"));
    }
    trodden.append(&mut traveller.trodden);
}
