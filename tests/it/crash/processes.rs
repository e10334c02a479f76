//! Two processes on one PostgreSQL, as they stand behind one load balancer: what one of them gave, the other gives no
//! second time.

use std::collections::BTreeSet;
use std::sync::Barrier;

use super::database::Database;
use super::*;

/// How many redeem one code at the same time, and how many refresh one token.
const REDEEMERS: usize = 100;
const REFRESHERS: usize = 50;

/// How often.
const TURNS: usize = 3;

/// A process on this database, under this name.
fn process(database: &Database, host: &str, folder: &Path, port: u16) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wayhome"));
    command
        .env("WAYHOME__DATABASE__URL", database.url())
        .env("WAYHOME__LIMITS__TOKEN_FAILURES_PER_MINUTE", "0")
        .env("WAYHOME__SECRETS__DATA", "the data secret of two processes of one name");
    Server::start_under(host, command, folder, port)
}

/// Sends the same request many times at once, to each process in turn.
fn at_once(count: usize, servers: [&Server; 2], ask: &Ask) -> Vec<Answer> {
    let start = Barrier::new(count);
    thread::scope(|scope| {
        let all: Vec<_> = (0..count)
            .map(|n| {
                let (start, server) = (&start, servers[n % 2]);
                scope.spawn(move || {
                    start.wait();
                    server.ask(ask).expect("an answer")
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("an answer")).collect()
    })
}

// sec_t02
#[test]
fn sec_c09_two_processes_redeem_a_code_once_and_a_family_has_one_successor() {
    let database = Database::create();
    let folders = [temporary_folder(), temporary_folder()];
    let clients = format!(
        "[[client]]\nid = \"house\"\ntype = \"spa\"\nskip_consent = true\nredirect_uris = [\"{CALLBACK}\"]\n"
    );
    folders.iter().for_each(|folder| std::fs::write(folder.join("clients.toml"), &clients).unwrap());
    let [here, there] =
        [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let host = format!("localhost:{here}");
    let one = process(&database, &host, &folders[0], here);
    let two = process(&database, &host, &folders[1], there);
    for turn in 0..TURNS {
        let signs_in_at = if turn % 2 == 0 { &one } else { &two };
        let (code, _) = arrive(signs_in_at, "anna@example.com").expect("a code");
        let answers = at_once(REDEEMERS, [&one, &two], &redemption(&code));
        let (good, bad): (Vec<&Answer>, Vec<&Answer>) =
            answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(good.len(), 1, "one code gave tokens more or less than once");
        for answer in bad {
            assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_grant".into()));
        }
        let mut present = good[0].json()["refresh_token"].as_str().unwrap().to_owned();
        for _ in 0..TURNS {
            let answers = at_once(REFRESHERS, [&one, &two], &refreshing(&present));
            let successors: BTreeSet<String> = answers
                .into_iter()
                .map(|answer| answer.expect(200).json()["refresh_token"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(successors.len(), 1, "the family has forked");
            present = successors.into_iter().next().unwrap();
        }
    }
    drop((one, two));
    folders.iter().for_each(|folder| std::fs::remove_dir_all(folder).unwrap());
}
