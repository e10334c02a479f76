//! How the databases answer.

use diesel::sql_types::Text;
use serde_json::json;
use uuid::Uuid;

use super::super::fresh::databases;
use super::super::{Engine, Options, Store, identities};
use super::*;

/// A line of a plan, as each database calls it.
#[derive(QueryableByName)]
struct OfSqlite {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct OfPostgres {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

fn plan(db: &mut Connection, asked: Asked) -> String {
    let lines: Vec<String> = match db {
        Connection::Sqlite(c) => asked
            .explained(Engine::Sqlite)
            .load::<OfSqlite>(c)
            .unwrap()
            .into_iter()
            .map(|line| line.detail)
            .collect(),
        Connection::Postgres(c) => asked
            .explained(Engine::Postgres)
            .load::<OfPostgres>(c)
            .unwrap()
            .into_iter()
            .map(|line| line.line)
            .collect(),
    };
    lines.join("\n")
}

#[track_caller]
fn check(plan: &str, index: &str, slow: &[&str]) {
    assert!(plan.contains(index), "{index}\n{plan}");
    for slow in slow {
        assert!(!plan.contains(slow), "{slow}\n{plan}");
    }
}

fn id(n: u128) -> IdentityId {
    IdentityId::from_uuid(Uuid::from_u128(n))
}

fn identity(n: u128) -> Identity {
    let at = Instant::from_seconds(i64::try_from(n).unwrap() / 3);
    Identity {
        id: id(n),
        schema_id: if n.is_multiple_of(2) { "default" } else { "staff" }.to_owned(),
        traits: json!({}),
        state: if n.is_multiple_of(5) { IdentityState::Inactive } else { IdentityState::Active },
        state_changed_at: at,
        metadata_public: None,
        metadata_admin: None,
        version: 1,
        created_at: at,
        updated_at: at,
        external_id: None,
    }
}

fn entry(person: &Identity, values: Vec<(String, Vec<u8>)>, words: Vec<Vec<u8>>) -> Entry {
    Entry { identity: person.id, created_at: person.created_at, values, words }
}

fn value(n: u128) -> (String, Vec<u8>) {
    ("traits.n".to_owned(), (n % 3).to_string().into_bytes())
}

/// All that the pages of a question hold.
fn numbers(db: &mut Connection, conditions: &Conditions) -> Vec<u128> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = list(db, conditions, after, 4).unwrap();
        let Some(last) = page.last() else { return seen };
        after = Some((last.created_at, last.id));
        seen.extend(page.iter().map(|identity| identity.id.uuid().as_u128()));
    }
}

fn words(db: &mut Connection, prefix: &str, conditions: &Conditions) -> Vec<u128> {
    let (mut seen, mut after) = (Vec::new(), None::<(Vec<u8>, IdentityId)>);
    loop {
        let from = after.as_ref().map(|(word, id)| (word.as_slice(), *id));
        let page = beginning(db, prefix, conditions, from, 4).unwrap();
        let Some((last, word)) = page.last() else { return seen };
        after = Some((word.clone(), last.id));
        seen.extend(page.iter().map(|(identity, _)| identity.id.uuid().as_u128()));
    }
}

#[tokio::test]
async fn seed_s19_every_question_walks_along_an_index_in_the_order_of_its_answer() {
    for fresh in databases() {
        let store = Store::open(&fresh.url, Options::default()).unwrap();
        store
            .write(|db| {
                if db.engine() == Engine::Postgres {
                    // A table of nothing is always read whole, unless that is forbidden.
                    db.batch("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")?;
                }
                let state = Conditions { state: Some(IdentityState::Inactive), ..Conditions::default() };
                let schema = Conditions { schema_id: Some("staff".to_owned()), ..Conditions::default() };
                let one = Conditions { values: vec![value(1)], ..Conditions::default() };
                let both = Conditions { values: vec![value(1), value(2)], ..state.clone() };
                let address = Conditions { addresses: vec!["a@b.example".to_owned()], ..both.clone() };
                let after = Some((Instant::from_seconds(5), id(7)));
                let after_word = Some((&b"ada"[..], id(7)));
                for (asked, index) in [
                    (by_age(&Conditions::default(), after, 9), "identities_by_age"),
                    (by_age(&state, after, 9), "identities_by_state"),
                    (by_age(&schema, after, 9), "identities_by_schema"),
                    (by_age(&one, after, 9), "trait_index_by_value"),
                    (by_word("ada", &Conditions::default(), after_word, 9), "search_words_by_word"),
                ] {
                    check(
                        &plan(db, asked),
                        index,
                        &["SCAN", "TEMP B-TREE", "Sort", "Seq Scan", "MULTI-INDEX"],
                    );
                }
                // PostgreSQL chooses among several conditions by what it has counted; here it has counted nothing.
                for (asked, index) in [
                    (by_age(&both, after, 9), "trait_index_by_value"),
                    (by_age(&address, after, 9), "addresses_canonical"),
                    (by_word("ada", &both, after_word, 9), "search_words_by_word"),
                ] {
                    match db.engine() {
                        Engine::Sqlite => {
                            check(&plan(db, asked), index, &["SCAN", "TEMP B-TREE", "MULTI-INDEX"])
                        }
                        Engine::Postgres => check(&plan(db, asked), "Index", &["Seq Scan"]),
                    }
                }
                Ok::<_, super::super::Error>(())
            })
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn seed_s19_pages_neither_repeat_nor_hide_anybody() {
    for fresh in databases() {
        let store = Store::open(&fresh.url, Options::default()).unwrap();
        store
            .write(|db| {
                for n in 0..30 {
                    let person = identity(n);
                    identities::insert_all(db, std::iter::once(&person))?;
                    let word = |text: &str| text.as_bytes().to_vec();
                    let words = [word("ada"), word(&format!("adam {n}")), word("é"), word("zoe")];
                    let values = vec![value(n), ("state".to_owned(), b"x".to_vec())];
                    index(db, &[entry(&person, values, words.to_vec())])?;
                }
                // Written again, it stands in place of what was there.
                forget(db, id(3))?;
                index(db, &[entry(&identity(3), vec![value(1)], vec![b"bob".to_vec()])])?;
                let all: Vec<u128> = (0..30).collect();
                let but = |left_out: u128| all.iter().copied().filter(|n| *n != left_out).collect::<Vec<_>>();
                assert_eq!(numbers(db, &Conditions::default()), all);
                assert_eq!(words(db, "ada", &Conditions::default()), but(3));
                assert_eq!(
                    words(db, "adam 2", &Conditions::default()),
                    [2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]
                );
                assert_eq!(words(db, "bo", &Conditions::default()), [3]);
                assert_eq!(words(db, "é", &Conditions::default()).len(), 29);
                assert_eq!(words(db, "adax", &Conditions::default()), [0_u128; 0]);
                let found = Conditions { values: vec![value(1)], ..Conditions::default() };
                assert_eq!(numbers(db, &found), [1, 3, 4, 7, 10, 13, 16, 19, 22, 25, 28]);
                let found = Conditions { state: Some(IdentityState::Inactive), ..found };
                assert_eq!(numbers(db, &found), [10, 25]);
                let found = Conditions { schema_id: Some("staff".to_owned()), ..found };
                assert_eq!(numbers(db, &found), [25]);
                assert_eq!(words(db, "zo", &found), [25]);
                let found = Conditions {
                    from: Some(Instant::from_seconds(2)),
                    before: Some(Instant::from_seconds(4)),
                    ..Conditions::default()
                };
                assert_eq!(numbers(db, &found), [6, 7, 8, 9, 10, 11]);
                assert_eq!(words(db, "ada", &found), [6, 7, 8, 9, 10, 11]);
                let found = Conditions { values: vec![value(1), value(2)], ..Conditions::default() };
                assert_eq!(numbers(db, &found), [0_u128; 0]);
                // What is deleted is found no more.
                assert!(identities::delete(db, id(4))?);
                let found = Conditions { values: vec![value(1)], ..Conditions::default() };
                assert!(!numbers(db, &found).contains(&4));
                Ok::<_, super::super::Error>(())
            })
            .await
            .unwrap();
    }
}
