//! `wayhome clients`: what stands in the file, what holds, and secrets.

use super::command::Folder;

const CLIENTS: &str = "[[client]]\nid = \"shop\"\nname = \"Shop\"\ntype = \"web\"\nsecret = { env = \"SHOP_SECRET\" }\n\
                       redirect_uris = [\"https://shop.example.org/cb\"]\n\n\
                       [[client]]\nid = \"tv\"\ntype = \"device\"\n";

/// What a shell gives the shop.
const SECRET: &str = "swordfish of the shop, which nobody sees";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("clients.toml", CLIENTS);
    folder
}

#[test]
fn clients_are_listed_with_their_places() {
    let folder = folder();
    let done = folder.run(&["clients", "list", "--dev"], &[("SHOP_SECRET", SECRET)]);
    let lines: Vec<Vec<&str>> = done.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(
        lines,
        [
            ["ID", "TYPE", "NAME", "WHERE"],
            ["shop", "web", "Shop", "clients.toml:1"],
            ["tv", "device", "tv", "clients.toml:8"],
        ]
    );
    let wrong = folder.run(&["clients", "list", "--dev"], &[]);
    assert_eq!(wrong.code, 78, "a file with faults is told like everywhere: {}", wrong.err);
}

#[test]
fn a_client_is_shown_as_it_stands_and_as_it_is() {
    let folder = folder();
    let show =
        |words: &[&str]| folder.run(&[&["clients", "show"], words].concat(), &[("SHOP_SECRET", SECRET)]);
    let written = show(&["shop", "--dev"]);
    assert_eq!((written.code, written.out.lines().count()), (0, 6), "{}\n{}", written.out, written.err);
    let all = show(&["shop", "--effective", "--dev"]);
    let row = |name: &str| {
        let line = all.out.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("{name}: {}", all.out)).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("redirect_uris"), "redirect_uris [\"https://shop.example.org/cb\"] clients.toml:6");
    assert_eq!(row("secret"), "secret { env = \"SHOP_SECRET\" } clients.toml:5");
    assert_eq!(row("require_pkce"), "require_pkce true preset of web");
    assert_eq!(row("refresh_token_idle"), "refresh_token_idle \"14d\" preset of web");
    assert_eq!(row("policy_uri"), "policy_uri - preset of web");
    for done in [&written, &all] {
        assert!(!done.out.contains("swordfish") && !done.err.contains("swordfish"));
    }
    let nobody = show(&["nobody", "--dev"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.err.contains("there is no client `nobody`"), "{}", nobody.err);
}

#[test]
fn sec_k09_a_new_secret_comes_with_the_lines_that_make_it_good() {
    let folder = folder();
    let run = |words: &[&str]| {
        folder.run(&[&["clients", "new-secret"], words].concat(), &[("SHOP_SECRET", SECRET)])
    };
    let first = run(&["shop", "--overlap", "2h", "--dev"]);
    assert_eq!(first.code, 0, "{}", first.err);
    let secret = first.out.trim();
    assert!(secret.starts_with("wh_cs_") && secret.len() == 55 && first.out.lines().count() == 1);
    assert!(!first.err.contains(secret) && !first.err.contains("swordfish"), "{}", first.err);
    // The lines are put in place of the old ones, as it says; the file is good, and both secrets stand in it.
    let lines = first.err.split("\n\n").nth(1).expect("the lines").trim();
    folder.write("clients.toml", &CLIENTS.replace("secret = { env = \"SHOP_SECRET\" }", lines));
    let check = folder.run(&["config", "check", "--dev"], &[("SHOP_SECRET", SECRET)]);
    assert_eq!((check.code, check.err.as_str()), (0, ""), "{}", check.out);
    let shown = folder.run(&["clients", "show", "shop", "--dev"], &[("SHOP_SECRET", SECRET)]).out;
    assert!(shown.contains("{ env = \"SHOP_SECRET\", until = \"20") && shown.contains("digest"), "{shown}");
    // Another one leaves the old one its end.
    let second = run(&["shop", "--dev"]);
    assert_ne!(second.out, first.out);
    let end = |text: &str| text.split("SHOP_SECRET\", until = \"").nth(1).map(|rest| rest[..20].to_owned());
    assert_eq!(end(&second.err), end(&first.err), "{}", second.err);
    // Without a client, for one that is about to be written; and never for one that has none.
    let alone = run(&["--dev"]);
    assert!(alone.err.contains("secret_sha256 = \""), "{}", alone.err);
    let none = run(&["tv", "--dev"]);
    assert!(none.code == 1 && none.err.contains("has no secret") && none.out.is_empty(), "{}", none.err);
    for overlap in ["soon", "-1h", "400d"] {
        let wrong = run(&["shop", &format!("--overlap={overlap}"), "--dev"]);
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{overlap}");
    }
}
