//! The walk: from the sign-in page of a waiting request every link is followed and every form is sent, rightly and
//! wrongly, breadth first, and meanwhile the world does what it does: time passes, cookies are lost, links are opened
//! elsewhere. From every page that is reached the journey can end at the client, with the `state` of the request.
//!
//! Flows are consumed by walking through them, so each page is reached anew for every move that is tried on it: by a
//! new person, in a new browser, on one of the shortest paths.

mod beside;
mod moves;
mod traveller;
mod way_home;

pub use beside::routes;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use crate::app::{Setup, TestApp, on_both};
use crate::page::{Form, Page};
use moves::{Move, moves_on};
use traveller::{Root, Traveller};

/// So many walk at the same time, each through a house of their own, as some of them set its clock.
const WALKERS: usize = 3;

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
    let setup = setup.set("login.code", "true");
    let houses: Vec<TestApp> = (0..WALKERS).map(|_| setup.clone().start()).collect();
    let found = Mutex::new(Found::default());
    let mut ahead: Vec<Walk> = Root::ALL.map(|root| (root, Vec::new())).into();
    while !ahead.is_empty() {
        let (walks, further) = (Mutex::new(ahead.into_iter()), Mutex::new(Vec::new()));
        let next = || walks.lock().unwrap().next();
        thread::scope(|scope| {
            for house in &houses {
                scope.spawn(|| {
                    while let Some(walk) = next() {
                        further.lock().unwrap().extend(go(house, &found, &walk));
                    }
                });
            }
        });
        ahead = further.into_inner().unwrap();
        let places = &found.lock().unwrap().places;
        assert!(places.len() < MOST_PLACES, "the walk has no end: {places:#?}");
    }
    let Found { places, trodden, stranded } = found.into_inner().unwrap();
    assert!(stranded.is_empty(), "from here nothing leads home:\n{}", stranded.join("\n"));
    beside::everything_is_walked_or_listed(&trodden);
    // So that a walk which broke off early is not taken for a short one.
    assert!(places.len() >= 60, "only {} places were found: {places:#?}", places.len());
}

/// From where, and which way.
type Walk = (Root, Vec<Move>);

/// What is known so far.
#[derive(Default)]
struct Found {
    places: BTreeSet<Place>,
    trodden: BTreeSet<String>,
    stranded: Vec<String>,
}

/// Goes one way, and says which ways lead on from its end. A place that was not known yet must lead home, and all its
/// moves are to be tried; an ending must be a good one.
fn go(house: &TestApp, found: &Mutex<Found>, (root, path): &Walk) -> Vec<Walk> {
    let mut traveller = Traveller::start(house, *root);
    traveller.go(path);
    let place = traveller.browser.try_page().map(|page| Place::of(&traveller, page, path));
    let is_known = place.is_some_and(|place| !found.lock().unwrap().places.insert(place));
    let (mut further, mut home) = (Vec::new(), Ok(()));
    if !is_known {
        further.extend(
            moves_on(&traveller, path).into_iter().map(|next| (*root, [&path[..], &[next]].concat())),
        );
        home = traveller.way_home();
    }
    let mut found = found.lock().unwrap();
    found.trodden.append(&mut traveller.trodden);
    found.stranded.extend(home.err().map(|why| format!("{root:?} {path:?}: {why}")));
    further
}
