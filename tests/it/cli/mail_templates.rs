//! Mails in the operator's own words, as the command line and the start of the server see them.

use super::command::{Folder, PRODUCTION};

const SETTINGS: &str = "[courier]\ntemplates = \"mails\"\n";

/// What is wrong with a file, and where.
const WRONG: &[(&str, &str, &str)] = &[
    ("recovery_code.txt", "Hello\n{{ code\n", "mails/recovery_code.txt:2: courier.templates: syntax error"),
    (
        "recovery_code.txt",
        "{{ code }}\n\n{{ cod }}",
        "mails/recovery_code.txt:3: courier.templates: there is no variable `cod`",
    ),
    (
        "recovery_code.txt",
        "{{ code }}\n{{ traits.nick }}",
        "mails/recovery_code.txt:2: courier.templates: there is no variable `traits.nick`",
    ),
    (
        "password_changed.txt",
        "{{ code }}",
        "mails/password_changed.txt:1: courier.templates: there is no variable `code`",
    ),
    (
        "recovery_code.html",
        "<p>Hello</p>",
        "mails/recovery_code.html: courier.templates: it does not say the code",
    ),
    (
        "recovery_code.txt",
        "{% if client %}{{ code }}{% endif %}",
        "mails/recovery_code.txt: courier.templates: it says nothing",
    ),
    (
        "recovery_code.txt",
        "Hi{% if client %}{{ code }}{% endif %}",
        "mails/recovery_code.txt: courier.templates: it does not say the code",
    ),
    ("invitation.txt", "Come!", "mails/invitation.txt: courier.templates: it does not say the link"),
    (
        "recovery_code.txt",
        "{{ code }}\n{{ code | shout }}",
        "mails/recovery_code.txt:2: courier.templates: unknown filter",
    ),
    (
        "recovery_code.txt",
        "{{ code }}{% include '../../etc/passwd' %}",
        "mails/recovery_code.txt:1: courier.templates: template not found",
    ),
    (
        "recovry_code.txt",
        "{{ code }}",
        "mails/recovry_code.txt: courier.templates: there is no mail `recovry_code`",
    ),
    ("recovery_code.md", "{{ code }}", "mails/recovery_code.md: courier.templates: its name ends in none of"),
    (
        "xx/recovery_code.txt",
        "{{ code }}",
        "mails/xx/recovery_code.txt: courier.templates: `xx` is none of the languages",
    ),
];

#[test]
fn seed_s3_a_mail_template_that_cannot_be_right_is_named_with_its_line() {
    for (name, code, problem) in WRONG {
        let folder = Folder::new();
        folder.write("wayhome.toml", SETTINGS);
        folder.write(&format!("mails/{name}"), code);
        let done = folder.run(&["config", "check"], PRODUCTION);
        assert_eq!(done.code, 78, "{name}: {}", done.err);
        assert!(done.err.contains(&format!("error: {problem}")), "{name}: {}", done.err);
    }
    let folder = Folder::new();
    folder.write("wayhome.toml", SETTINGS);
    let done = folder.run(&["config", "check"], PRODUCTION);
    assert!(done.code == 78 && done.err.contains("the folder mails cannot be read"), "{}", done.err);
    let (name, code, problem) = WRONG[0];
    folder.write(&format!("mails/{name}"), code);
    let served = folder.run(&["serve"], PRODUCTION);
    assert!(served.code == 78 && served.err.contains(problem), "{}", served.err);
}

#[test]
fn sec_i04_a_mail_template_without_an_end_ends_and_the_server_does_not_start() {
    let doubling = format!("{{% set x = app %}}{}{{{{ code }}}}", "{% set x = x ~ x %}".repeat(40));
    let repeated = "{% set x = 'a' * 1000000000 %}{{ code }}".to_owned();
    let loops = "{% for a in recipient %}".repeat(6) + &"{% endfor %}".repeat(6) + "{{ code }}";
    for code in [doubling, repeated, loops] {
        let folder = Folder::new();
        folder.write("wayhome.toml", SETTINGS);
        folder.write("mails/recovery_code.txt", &code);
        let done = folder.run(&["config", "check"], PRODUCTION);
        assert_eq!(done.code, 78, "{}", done.err);
        assert!(
            done.err.contains("mails/recovery_code.txt:1: courier.templates: engine ran out of fuel"),
            "{}",
            done.err
        );
    }
}

#[test]
fn seed_s6_render_shows_the_operators_words_and_whom_they_are_about() {
    for folder in Folder::with_each_database() {
        folder.write("wayhome.toml", SETTINGS);
        folder.write("mails/recovery_code.txt", "Dear {{ traits.name or recipient }}, {{ code }}\n");
        folder.write("mails/de/recovery_code.txt", "Guten Tag, {{ code }}\n");
        let made =
            folder.run(&["identities", "create", "--email", "ada@example.org", "--name", "Ada"], PRODUCTION);
        let id = made.out.trim().to_owned();
        let render = |more: &[&str]| {
            let words =
                [&["courier", "render", "--template", "recovery_code_valid", "--as", "text"], more].concat();
            let done = folder.run(&words, PRODUCTION);
            assert_eq!((done.code, done.err.as_str()), (0, ""));
            done.out
        };
        assert!(render(&["--identity", &id]).ends_with("\n\nDear Ada, 12345678\n"));
        assert!(render(&["--lang", "de"]).ends_with("\n\nGuten Tag, 12345678\n"));
        let words = ["courier", "render", "--template", "recovery_code", "--as", "text", "--lang", "tlh"];
        assert_eq!(folder.run(&words, PRODUCTION).code, 2);
        folder.write("mails/recovery_code.txt", "No code here");
        let done =
            folder.run(&["courier", "render", "--template", "recovery_code", "--as", "text"], PRODUCTION);
        assert!(done.out.contains("\n12345678\n"), "{}", done.out);
        assert!(done.err.contains("it does not say the code"), "{}", done.err);
    }
}
