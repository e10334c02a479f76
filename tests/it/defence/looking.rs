//! Whoever only looks changes nothing: scanners of mails, prefetching browsers, crawlers (group S).

use super::every_form::every_form;
use crate::all_ways_home;
use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![sec_s04_no_get_head_or_options_on_any_route_changes_anything_but_flows];

/// A look may begin a flow or a request, and may leave a word for the next page of one.
const BEGUN: [&str; 2] = ["flows", "authorization_requests"];

fn sec_s04_no_get_head_or_options_on_any_route_changes_anything_but_flows(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let mut mailed: Vec<String> = Vec::new();
    let mut link = |to: &str| {
        let link = app.mailbox().link_for(to);
        mailed.push(link.strip_prefix(&app.issuer).expect("a link to us").to_owned());
    };
    let mut forms = every_form(&app);
    for waiting in ["new0@example.org", "lost4@example.org"] {
        link(waiting);
    }
    let mut lost = app.browser();
    lost.open("/recovery").submit([("email", &ann.email)]);
    link(&ann.email);

    let mut targets: Vec<String> =
        all_ways_home::routes().iter().map(|path| path.replace("{name}", "x")).collect();
    targets.extend(mailed);
    targets.extend(["/oauth2/token", "/oauth2/revoke", "/oauth2/introspect", "/userinfo"].map(str::to_owned));
    targets.push(app.relying_party("spa").authorization_url()[app.issuer.len()..].to_owned());
    let before = app.snapshot();
    for method in ["GET", "HEAD", "OPTIONS"] {
        for target in &targets {
            // Somebody without anything, and somebody who is signed in and has proven their address. Who has not is
            // mailed a code when the journey leads them to the page for it.
            let _bare = app.ask(&Ask::get(target).method(method));
            let known = forms.iter_mut().find(|form| form.name == "end a session").expect("the form");
            let answer = known.browser.send(Ask::get(target).method(method), From::OtherSite);
            assert!(answer.status < 500, "{method} {target}: {}", answer.status);
            if let Some(next) = answer.header("location").filter(|next| next.starts_with('/')) {
                let _page = known.browser.send(Ask::get(next).method(method), From::OtherSite);
            }
        }
        // Every page and every submit address with what it speaks of, in the browser that it belongs to.
        for form in &mut forms {
            let answer = form.browser.send(Ask::get(&form.target).method(method), From::Nowhere);
            assert!(answer.status < 500, "{method} {}: {}", form.target, answer.status);
        }
    }
    let mut after = app.snapshot();
    // That a request was refused is a fact, and so bounded as flows are.
    after.forget("events", |row| row["kind"] == "authorize.rejected");
    before.clone().without(&BEGUN).expect_same(&after.clone().without(&BEGUN), "somebody who looked");
    for table in BEGUN {
        for row in before.rows(table) {
            let now = after.rows(table).iter().find(|now| now["id"] == row["id"]);
            let now = now.unwrap_or_else(|| panic!("a row of {table} is gone: {row}"));
            for (column, value) in row.as_object().expect("columns") {
                assert!(column == "notices" || now[column] == *value, "{table}.{column}: {row} became {now}");
            }
        }
    }
    // What was mailed still works.
    lost.enter_code_of(&app, &ann.email).expect_path("/recovery/password");
}
