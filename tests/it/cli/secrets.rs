//! `wayhome secrets` and `wayhome explain`, beside a server or without one.

use super::command::{Done, Folder, PRODUCTION};
use super::running::Running;

fn run(folder: &Folder, words: &[&str]) -> Done {
    folder.run(words, PRODUCTION)
}

/// The rows of `secrets list`: key id, state, and what it is needed for.
fn rows(folder: &Folder) -> Vec<(String, String, String)> {
    let done = run(folder, &["secrets", "list"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let row = |line: &str| {
        let (id, rest) = line.split_once("  ").expect("columns");
        let (state, needed) = rest.trim_start().split_once("  ").expect("columns");
        (id.to_owned(), state.to_owned(), needed.trim().to_owned())
    };
    done.out.lines().skip(1).map(row).collect()
}

#[test]
fn seed_s37_the_data_secret_is_replaced_from_the_command_line() {
    for folder in Folder::with_each_database() {
        assert_eq!(Running::serve(&folder).stop("TERM"), 0);
        // What stands in the settings is changed by whoever wrote them.
        let refused = run(&folder, &["secrets", "rotate"]);
        assert!(refused.code == 1 && refused.err.contains("`secrets.file`"), "{}", refused.err);
        folder.write("wayhome.toml", "[secrets]\nfile = \"vault/secrets\"\n");
        let missing = run(&folder, &["secrets", "list"]);
        assert!(missing.code == 78 && missing.err.contains("wayhome secrets rotate"), "{}", missing.err);
        let done = run(&folder, &["secrets", "rotate"]);
        assert_eq!((done.code, done.out.as_str()), (0, ""), "{}", done.err);
        let [new, old] = &rows(&folder)[..] else { panic!("not two secrets") };
        assert_eq!((new.1.as_str(), new.2.as_str(), old.1.as_str()), ("seals", "-", "opens"));
        assert!(old.2.contains("2 in signing_keys"), "{}", old.2);
        assert!(done.err.contains(&new.0), "{}", done.err);

        let server = Running::serve(&folder);
        let done = run(&folder, &["secrets", "rotate", "--behind"]);
        assert_eq!(done.code, 0, "{}", done.err);
        server.wait_for_log("data secrets reloaded");
        let third = rows(&folder)[1].clone();
        assert_eq!(third.1, "opens");
        let done = run(&folder, &["secrets", "use", &third.0]);
        assert_eq!(done.code, 0, "{}", done.err);
        server.send("HUP");
        server.wait_for_log(&format!("\"key_id\":\"{}\",\"secrets\":3", third.0));
        let done = run(&folder, &["secrets", "reseal"]);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(done.out.contains("signing_keys: 2\n") && done.err.contains(&third.0), "{}", done.out);
        let after = rows(&folder);
        assert_eq!(after.iter().map(|row| row.1.as_str()).collect::<Vec<_>>(), ["seals", "opens", "opens"]);
        assert_eq!((after[1].2.as_str(), after[2].2.as_str()), ("-", "-"));
        // Codes that were mailed with it may still be under way.
        for (id, why) in [
            (third.0.as_str(), "it is the one that seals"),
            (old.0.as_str(), "still needed until"),
            ("nonsense", "look at `secrets list`"),
        ] {
            let kept = run(&folder, &["secrets", "drop", id]);
            assert!(kept.code == 1 && kept.err.contains(why), "{id}: {}", kept.err);
        }
        assert_eq!(rows(&folder).len(), 3);
        let log = server.stop_and_read_log("TERM");
        let vault = std::fs::read_to_string(folder.path().join("vault/secrets")).expect("the file");
        assert_eq!(vault.lines().count(), 2);
        assert!(vault.lines().all(|secret| secret.len() == 64 && !log.contains(secret)), "{log}");
        // What was sealed anew opens at the next start.
        assert_eq!(Running::serve(&folder).stop("TERM"), 0);
    }
}

#[test]
fn seed_s38_every_lifetime_is_listed_with_where_it_is_set() {
    let folder = Folder::new();
    folder.write("wayhome.toml", "[session]\nidle = \"1h\"\n");
    folder.write(
        "clients.toml",
        "[[client]]\nid = \"notes\"\ntype = \"spa\"\nredirect_uris = [\"http://localhost:5173/callback\"]\n\
         access_token_lifetime = \"5m\"\n\n[[client]]\nid = \"robot\"\ntype = \"machine\"\nscopes = [\"x\"]\n\
         secret_sha256 = \"0000000000000000000000000000000000000000000000000000000000000001\"\n",
    );
    let told = |client: &str| {
        let done = run(&folder, &["explain", "lifetimes", "--client", client]);
        assert_eq!(done.code, 0, "{}", done.err);
        done
    };
    let cells = |done: &Done, what: &str| -> Vec<String> {
        let line = done.out.lines().find(|line| line.starts_with(&format!("{what}  ")));
        let line = line.unwrap_or_else(|| panic!("{what} is not listed:\n{}", done.out));
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
    };
    let notes = told("notes");
    for (what, lives, from) in [
        ("a session, unused", "1h", "session.idle, wayhome.toml:2"),
        ("a session, at most", "24h", "session.absolute, default"),
        ("a code", "1m", "fixed"),
        ("an access token", "5m", "access_token_lifetime, clients.toml:5"),
        ("a refresh token, unused", "8h", "refresh_token_idle, preset of spa"),
        ("a refresh token with all that follow it", "24h", "refresh_token_absolute, preset of spa"),
        ("a page on the way, before its first form", "30m", "fixed"),
        ("a remembered consent", "until it is withdrawn", "fixed"),
    ] {
        assert_eq!(cells(&notes, what)[1..], [lives, from], "{what}");
    }
    assert!(notes.err.contains("offline_access"), "{}", notes.err);
    let robot = told("robot");
    assert!(!robot.out.contains("refresh token") && robot.err.contains("acts for itself"), "{}", robot.out);
    // A variable of the environment is named as such.
    let with = [PRODUCTION, &[("WAYHOME__SESSION__IDLE", "90m")]].concat();
    let done = folder.run(&["explain", "lifetimes", "--client", "notes"], &with);
    assert_eq!(cells(&done, "a session, unused")[1..], ["90m", "session.idle, WAYHOME__SESSION__IDLE"]);
    let none = run(&folder, &["explain", "lifetimes", "--client", "nobody"]);
    assert!(none.code == 1 && none.err.contains("there is no client `nobody`"), "{}", none.err);
}
