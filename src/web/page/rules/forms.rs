//! Forms and their controls: group P of the rules of pages.

use super::*;

/// Words that make a password manager take a sign-in form for something else.
const MISLEADING: [&str; 10] = [
    "search",
    "captcha",
    "hint",
    "forgot",
    "newsletter",
    "subscribe",
    "register",
    "signup",
    "create",
    "join",
];

/// Names that would shadow a property of the form.
const SHADOWING: [&str; 8] = ["action", "method", "submit", "id", "target", "elements", "length", "reset"];

#[test]
fn page_p1_every_form_is_a_real_post_with_its_proof() {
    each(|fixture, html| {
        for form in find(html, "form") {
            assert_eq!(form.attr("method"), Some("post"), "{}", fixture.name);
            if fixture.page() == "form_post" {
                // It goes to a client, to which our proof is nobody's business.
                assert!(form.attr("action").is_some_and(|action| action.starts_with("https://")));
                continue;
            }
            assert!(form.attr("action").is_some_and(|action| action.starts_with('/')), "{}", fixture.name);
            let hidden = Selector::parse("input[type=hidden][name=csrf_token][value=proof]").unwrap();
            assert_eq!(form.select(&hidden).count(), 1, "{}", fixture.name);
            let sends = Selector::parse("button[type=submit]").unwrap();
            assert!(form.select(&sends).next().is_some(), "{}", fixture.name);
        }
    });
}

#[test]
fn page_p4_every_visible_control_has_a_label_and_no_placeholder() {
    each(|fixture, html| {
        assert!(!fixture.html.contains("placeholder"), "{}", fixture.name);
        for input in find(html, "input:not([type=hidden]):not(.away)") {
            let id = input.attr("id").unwrap();
            assert_eq!(find(html, &format!("label[for='{id}']")).len(), 1, "{}: {id}", fixture.name);
        }
        for label in find(html, "label") {
            assert_eq!(named(html, label.attr("for").unwrap()), 1, "{}", fixture.name);
        }
    });
}

#[test]
fn page_p5_the_identifier_is_found_by_password_managers() {
    each_of(&["login"], |fixture, html| {
        let input = one(html, "#username");
        assert_eq!(input.attr("name"), Some("identifier"));
        assert!(matches!(input.attr("type"), Some("email" | "text")));
        assert_eq!(input.attr("inputmode"), Some("email"));
        assert_eq!(input.attr("autocomplete"), Some("username webauthn"));
        assert_eq!(input.attr("autocapitalize"), Some("none"));
        assert_eq!(input.attr("spellcheck"), Some("false"));
        assert_eq!(input.attr("readonly").is_some(), fixture.name == "login-again");
    });
}

#[test]
fn page_p6_passwords_and_codes_say_what_they_are() {
    each_of(&["login"], |_, html| {
        let input = one(html, "input[type=password]");
        assert_eq!(input.attr("id"), Some("current-password"));
        assert_eq!(input.attr("name"), Some("password"));
        assert_eq!(input.attr("autocomplete"), Some("current-password"));
        let button = find(html, "#login-form button[type=submit]")[0];
        assert_eq!((button.attr("name"), button.attr("value")), (Some("via"), Some("password")));
    });
    each_of(&["registration", "new_password", "password"], |_, html| {
        let input = one(html, "#new-password");
        assert_eq!(input.attr("name"), Some("password"));
        assert_eq!(input.attr("autocomplete"), Some("new-password"));
    });
}

#[test]
fn page_p8_a_password_is_asked_once_and_can_be_shown() {
    each(|fixture, html| {
        for input in find(html, "input[type=password]") {
            let id = input.attr("id").unwrap();
            let button = one(html, &format!("button[data-reveal='{id}']"));
            assert_eq!(button.attr("type"), Some("button"), "{}", fixture.name);
            assert!(button.attr("class").unwrap().split(' ').any(|class| class == "js"));
        }
        let new = find(html, "input[autocomplete=new-password]").len();
        assert!(new <= 1, "{}", fixture.name);
    });
}

#[test]
fn page_p9_no_password_is_cut_or_filled_in_by_us() {
    each(|fixture, html| {
        assert!(find(html, "[maxlength], [onpaste]").is_empty(), "{}", fixture.name);
        assert!(find(html, "input[type=password][value]").is_empty(), "{}", fixture.name);
    });
}

#[test]
fn page_p10_a_code_is_one_input() {
    each_of(&["code"], |fixture, html| {
        let input = one(html, "#email-code");
        assert_eq!(input.attr("name"), Some("code"));
        assert_eq!(input.attr("type"), Some("text"));
        assert_eq!(input.attr("inputmode"), Some("numeric"));
        assert_eq!(input.attr("autocomplete"), Some("one-time-code"));
        assert_eq!(input.attr("value"), None, "{}", fixture.name);
        assert_eq!(find(html, "input:not([type=hidden])").len(), 1);
    });
}

#[test]
fn page_p11_app_and_backup_code_never_stand_on_one_page() {
    each_of(&["second_factor", "add_app"], |fixture, html| {
        // With a security key alone there is no code to enter.
        if fixture.name.starts_with("second_factor-key_") {
            assert_eq!((named(html, "totpcode"), named(html, "recovery-code")), (0, 0));
            return;
        }
        let is_backup = matches!(fixture.name, "second_factor-backup" | "second_factor-used_wrong");
        let (id, other) =
            if is_backup { ("recovery-code", "totpcode") } else { ("totpcode", "recovery-code") };
        assert_eq!((named(html, id), named(html, other)), (1, 0), "{}", fixture.name);
        let input = one(html, &format!("#{id}"));
        let expected = if is_backup { (None, Some("off")) } else { (Some("numeric"), Some("one-time-code")) };
        assert_eq!((input.attr("inputmode"), input.attr("autocomplete")), expected, "{}", fixture.name);
        assert_eq!((input.attr("type"), input.attr("value")), (Some("text"), None));
    });
}

#[test]
fn page_p12_the_sign_in_form_uses_no_misleading_word() {
    each_of(&["login"], |fixture, html| {
        for element in find(html, "#login-form, #login-form input, #login-form button, #login-form label") {
            let said = [element.attr("id"), element.attr("name"), element.attr("for")]
                .into_iter()
                .flatten()
                .chain(element.text())
                .collect::<String>()
                .to_lowercase();
            for word in MISLEADING {
                assert!(!said.contains(word), "{}: {word} in {said}", fixture.name);
            }
        }
    });
    each_of(&["registration"], |_, html| {
        assert!(one(html, "#register-form").attr("action").unwrap().contains("regist"));
        let heading = words(one(html, "h1"));
        assert!(heading.contains("Create") || heading.contains("Join"), "{heading}");
    });
}

#[test]
fn page_p13_no_control_shadows_a_property_of_its_form() {
    each(|fixture, html| {
        for control in find(html, "input, button, select, textarea") {
            for name in [control.attr("name"), control.attr("id")].into_iter().flatten() {
                assert!(!SHADOWING.contains(&name), "{}: {name}", fixture.name);
            }
        }
    });
}

#[test]
fn page_p14_a_new_password_stands_beside_its_account() {
    each_of(&["new_password", "password"], |_, html| {
        let owner = one(html, "form input.away");
        assert_eq!(owner.attr("type"), Some("email"));
        assert_eq!(owner.attr("autocomplete"), Some("username"));
        assert_eq!(owner.attr("value"), Some("ada@example.org"));
        assert!(owner.attr("readonly").is_some());
        assert_eq!((owner.attr("tabindex"), owner.attr("aria-hidden")), (Some("-1"), Some("true")));
    });
}
