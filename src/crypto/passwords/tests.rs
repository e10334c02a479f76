//! Passwords, their hashes, and the engine that makes them.

use super::*;
use crate::clock::{ManualClock, SystemClock};
use crate::model::Instant;
use crate::random::SeededRandom;

const CHEAP: HashLimits = HashLimits { memory_kib: 64, iterations: 1, workers: 1, queue: 4 };

fn hasher(limits: HashLimits) -> PasswordHasher {
    PasswordHasher::start(limits, Arc::new(SeededRandom::from_seed(3)), Arc::new(SystemClock)).unwrap()
}

fn password(text: &str) -> PlainPassword {
    PlainPassword::new(text).unwrap()
}

#[tokio::test]
async fn a_password_matches_its_own_hash_only() {
    let hasher = hasher(CHEAP);
    let hash = hasher.hash(password("river lantern cobalt orchard")).await.unwrap();
    let right = hasher.verify(password("river lantern cobalt orchard"), Some(hash.clone())).await.unwrap();
    let wrong = hasher.verify(password("river lantern cobalt orchars"), Some(hash)).await.unwrap();
    assert_eq!((right.matches, right.rehash, wrong.matches), (true, false, false));
}

#[tokio::test]
async fn a_hash_of_other_costs_asks_to_be_replaced() {
    let old = hasher(HashLimits { iterations: 2, ..CHEAP }).hash(password("x")).await.unwrap();
    let verdict = hasher(CHEAP).verify(password("x"), Some(old)).await.unwrap();
    assert_eq!(verdict, Verdict { matches: true, rehash: true });
}

#[tokio::test]
async fn sec_e02_nobody_is_compared_as_long_as_somebody_and_never_matches() {
    let verdict = hasher(CHEAP).verify(password(""), None).await.unwrap();
    assert!(!verdict.matches);
}

#[tokio::test]
async fn a_job_that_waited_too_long_is_not_done() {
    let clock = Arc::new(ManualClock::at(Instant::from_seconds(0)));
    let (queue, jobs) = sync_channel(4);
    let (back, answer) = oneshot::channel();
    queue.send(Queued { since: clock.now(), task: Task::Verify(password("x"), None, back) }).unwrap();
    drop(queue);
    clock.advance(PATIENCE + Duration::from_millis(1));
    work(&Mutex::new(jobs), Costs { memory_kib: 64, iterations: 1, lanes: 1 }, clock.as_ref());
    assert!(matches!(answer.await.unwrap(), Err(HashError::Overloaded { .. })));
}

#[test]
fn sec_u01_a_password_is_used_whole_or_refused() {
    assert!(PlainPassword::new(&"x".repeat(1025)).is_none());
    let (mut memory, costs) = (Vec::new(), Costs { memory_kib: 64, iterations: 1, lanes: 1 });
    let long = "x".repeat(1023);
    let hash = costs.hash(&password(&format!("{long}a")), &[1; SALT_LENGTH], &mut memory).unwrap();
    assert!(costs.verify(&password(&format!("{long}a")), Some(&hash), &mut memory).unwrap().matches);
    assert!(!costs.verify(&password(&format!("{long}b")), Some(&hash), &mut memory).unwrap().matches);
}

#[test]
fn equal_looking_passwords_are_equal() {
    assert_eq!(password("cafe\u{301}").expose(), password("caf\u{e9}").expose());
    assert_eq!(password("🔑🔑").characters(), 2);
}

#[test]
fn sec_g11_a_hash_from_elsewhere_is_argon2id_and_affordable() {
    let phc = |costs: &str, salt: usize| {
        let (salt, tag) = (STANDARD_NO_PAD.encode(vec![1; salt]), STANDARD_NO_PAD.encode([2; 32]));
        format!("$argon2id$v=19${costs}${salt}${tag}")
    };
    for good in [phc("m=19456,t=2,p=1", 16), phc("m=262144,t=10,p=16", 8)] {
        assert_eq!(PasswordHash::import(&good).unwrap().as_phc(), good);
    }
    for bad in [
        phc("m=4194304,t=2,p=1", 16),
        phc("m=19456,t=1000000000,p=1", 16),
        phc("m=19456,t=2,p=64", 16),
        phc("m=1,t=2,p=1", 16),
        phc("m=19456,t=2,p=1", 4),
        phc("m=19456,t=2,p=1", 16) + "$",
        "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAA".to_owned(),
        "$2b$10$abcdefghijklmnopqrstuv".to_owned(),
        "x".repeat(1 << 20),
        String::new(),
    ] {
        assert!(PasswordHash::import(&bad).is_err(), "{}", &bad[..bad.len().min(60)]);
    }
}

#[test]
fn sec_g11_costs_that_would_take_the_machine_down_are_refused() {
    let hash = PasswordHash::from_phc(format!(
        "$argon2id$v=19$m=4194304,t=2,p=1${}${}",
        STANDARD_NO_PAD.encode([0; 16]),
        STANDARD_NO_PAD.encode([0; 32])
    ));
    let costs = Costs { memory_kib: 64, iterations: 1, lanes: 1 };
    assert!(costs.verify(&password("x"), Some(&hash), &mut Vec::new()).is_err());
    assert!(costs.verify(&password("x"), Some(&PasswordHash::from_phc("$1$x")), &mut Vec::new()).is_err());
}
