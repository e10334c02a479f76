//! `wayhome keys`, beside a server or without one.

use super::command::{Done, Folder, PRODUCTION};
use super::running::Running;

/// The rows of `keys list`: kid, algorithm, state.
fn rows(folder: &Folder) -> Vec<[String; 3]> {
    let done = folder.run(&["keys", "list"], PRODUCTION);
    assert_eq!(done.code, 0, "{}", done.err);
    let row = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        [(); 3].map(|()| words.next().unwrap())
    };
    done.out.lines().skip(1).map(row).collect()
}

fn states(folder: &Folder, algorithm: &str) -> Vec<String> {
    let mut states: Vec<String> =
        rows(folder).into_iter().filter(|row| row[1] == algorithm).map(|row| row[2].clone()).collect();
    states.sort();
    states
}

fn rotate(folder: &Folder, more: &[&str]) -> Done {
    folder.run(&[&["keys", "rotate"], more].concat(), PRODUCTION)
}

#[test]
fn keys_are_replaced_from_the_command_line() {
    for folder in Folder::with_each_database() {
        let none = folder.run(&["keys", "list"], PRODUCTION);
        assert_eq!((none.code, none.out.as_str()), (0, ""), "{}", none.err);
        assert!(none.err.contains("the first start of a server makes them"), "{}", none.err);
        assert_eq!(rotate(&folder, &[]).code, 1);
        let server = Running::serve(&folder);
        let first = rows(&folder);
        assert_eq!(first.len(), 2);
        // Beside the running server.
        let done = rotate(&folder, &[]);
        assert_eq!((done.code, done.out.as_str()), (0, ""), "{}", done.err);
        assert!(
            done.err.contains("RS256 is signed with the key") && done.err.contains(" from 20"),
            "{}",
            done.err
        );
        for algorithm in ["RS256", "ES256"] {
            assert_eq!(states(&folder, algorithm), ["active", "next"]);
        }
        let known = rows(&folder);
        let again = rotate(&folder, &["--alg", "ES256"]);
        assert!(again.code == 0 && again.err.contains("has a next key already"), "{}", again.err);
        assert_eq!(rows(&folder), known, "a second call changes nothing");
        let now = rotate(&folder, &["--alg", "ES256", "--now"]);
        assert!(now.code == 0 && now.err.contains("from now on"), "{}", now.err);
        assert_eq!(states(&folder, "ES256"), ["active", "retired", "retired"]);
        assert_eq!(states(&folder, "RS256"), ["active", "next"]);
        // One that nobody has asked for before signs at once, as there is none that it could follow.
        assert_eq!(rotate(&folder, &["--alg", "EdDSA"]).code, 0);
        assert_eq!(states(&folder, "EdDSA"), ["active"]);
        assert_eq!(server.stop("TERM"), 0);
        // What the commands have made is what the next server works with, and nobody prints what is private.
        let server = Running::serve(&folder);
        let (status, set) = server.get(&server.pages, "/.well-known/jwks.json");
        assert_eq!(status, 200);
        for row in rows(&folder) {
            assert!(set.contains(&row[0]), "{row:?}");
        }
        assert!(!set.contains("\"d\":") && set.contains("OKP"), "{set}");
        let log = server.stop_and_read_log("TERM");
        assert!(!log.contains("PRIVATE") && !log.contains("v1."), "{log}");
    }
}

#[test]
fn an_algorithm_that_is_none_of_ours_is_refused_with_the_list_of_those() {
    let folder = Folder::new();
    for algorithm in ["none", "HS256", "es256", ""] {
        let done = rotate(&folder, &["--alg", algorithm]);
        assert_eq!(done.code, 2, "{algorithm}");
        assert!(done.err.contains("RS256, PS256, ES256, EdDSA"), "{}", done.err);
    }
}
