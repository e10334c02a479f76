//! The devices page.

use super::{ada, signed_in};
use crate::app::{Setup, on_both};

on_both![
    page_1_4_6_a_device_is_shown_with_how_it_signed_in_and_its_apps,
    page_1_4_6_the_sections_stand_on_every_page_of_the_account,
];

fn page_1_4_6_a_device_is_shown_with_how_it_signed_in_and_its_apps(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    let mut phone = signed_in(&app, &ada);
    let house = app.relying_party("house");
    phone.open(house.authorization_url());
    house.redeem(phone.location());
    browser.open("/account/sessions");
    let rows = |browser: &crate::browser::Browser<'_>| {
        let (_, rest) = browser.page().text.split_once("This device").expect("the current one").to_owned();
        rest.to_owned()
    };
    let text = rows(&browser);
    let (here, there) = text.split_once("Firefox on Linux").expect("the other one");
    assert!(here.contains("with your password") && !here.contains("House App"), "{here}");
    assert!(there.contains("Used for: House App"), "{there}");
    let times = scraper::Html::parse_document(&browser.page().html);
    let times = times.select(&scraper::Selector::parse("time[datetime][title]").unwrap()).count();
    assert_eq!(times, 4);
}

fn page_1_4_6_the_sections_stand_on_every_page_of_the_account(setup: Setup) {
    let app = setup.start();
    let (_, mut browser) = ada(&app);
    let sections = [
        ("/account", "Overview"),
        ("/account/profile", "Profile"),
        ("/account/password", "Password"),
        ("/account/sessions", "Devices"),
        ("/account/apps", "Connected apps"),
        ("/account/activity", "Activity"),
        ("/account/data", "Your data"),
    ];
    for (path, name) in sections {
        browser.open(path).expect_path(path);
        assert_eq!(browser.page().first("nav [aria-current]").as_deref(), Some(name));
        for (to, words) in sections {
            let link = browser.page().links.iter().find(|link| link.text == words && link.href == to);
            assert!(link.is_some(), "{path} has no link to {to}");
        }
    }
}
