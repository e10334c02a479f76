//! What the log tells: marks always, queries and addresses for an hour.

use super::*;
use crate::cx::{Env, REVEALED};
use crate::store::events::{self, Wanted};

async fn server(fresh: &Fresh, clock: &Arc<ManualClock>, reveals: bool) -> Work {
    loop {
        let mut parts = parts(fresh, SECRET);
        parts.settings.log_reveal = reveals;
        parts.clock = clock.clone();
        match open(parts).await {
            Err(StartError::Refused(why)) if why.contains("another server") => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
}

async fn told(work: &Work) -> usize {
    let wanted = Wanted { kinds: vec!["log.revealed".to_owned()], ..Wanted::default() };
    work.read(move |cx| Ok(events::list(cx.db, &wanted, None, 10)?)).await.unwrap().len()
}

fn is_revealing(work: &Work) -> bool {
    work.env().told_query("flow=1").is_some()
}

#[tokio::test]
async fn seed_s39_the_flag_holds_for_an_hour_whoever_starts_again() {
    for fresh in databases() {
        let clock = Arc::new(ManualClock::at(START));
        let work = server(&fresh, &clock, false).await;
        assert!(!is_revealing(&work) && told(&work).await == 0);
        drop(work);
        let work = server(&fresh, &clock, true).await;
        assert!(is_revealing(&work) && told(&work).await == 1);
        clock.advance(REVEALED / 2);
        drop(work);
        let work = server(&fresh, &clock, true).await;
        assert_eq!(work.env().reveal.until(work.now()), Some(START + REVEALED), "no second hour");
        clock.advance(REVEALED / 2 - Duration::from_secs(1));
        assert!(is_revealing(&work));
        clock.advance(Duration::from_secs(1));
        assert!(!is_revealing(&work), "it ends without a restart");
        drop(work);
        let work = server(&fresh, &clock, true).await;
        assert!(!is_revealing(&work) && told(&work).await == 1, "and no restart begins it again");
        drop(work);
        drop(server(&fresh, &clock, false).await);
        let work = server(&fresh, &clock, true).await;
        assert!(is_revealing(&work) && told(&work).await == 2, "set anew, it holds for another hour");
    }
}

/// What `env` tells of a query, with the marks replaced by `*`.
fn query(env: &Env, query: &str, secrets: &[&str]) -> String {
    let shown = env.told_query(query).unwrap();
    secrets.iter().fold(shown, |shown, secret| {
        assert!(!shown.contains(secret), "{secret} in {shown}");
        shown.replace(&env.mark(secret.as_bytes()), "*")
    })
}

#[tokio::test]
async fn seed_s39_secrets_are_marks_wherever_they_stand_in_a_query() {
    let fresh = sqlite();
    let work = server(&fresh, &Arc::new(ManualClock::at(START)), true).await;
    let env = work.env();
    for (given, secrets, expected) in [
        ("client_id=spa&code=abc", &["abc"][..], "client_id=spa&code=*"),
        (
            "csrf_token=t1&state=s1&nonce=n1&password=",
            &["t1", "s1", "n1"],
            "csrf_token=*&state=*&nonce=*&password=",
        ),
        ("login_hint=ann%40example.org&link=l1", &["l1"], "login_hint=ann%40example.org&link=*"),
        ("flow=wh_rl_abc&scope=eyJhbGciOi", &["wh_rl_abc", "eyJhbGciOi"], "flow=*&scope=*"),
        ("0123456789AB", &["0123456789AB"], "*="),
        (
            "return_to=https%3A%2F%2Fa.example%2Fb%3Fflow%3D1%26token%3Dt9%23frag",
            &["t9", "#frag"],
            "return_to=https%3A%2F%2Fa.example%2Fb%3Fflow%3D1%26token%3D*%23*",
        ),
        (
            "redirect_uri=https%3A%2F%2Fu%3Ap9%40a.example%2Fb",
            &["u:p9"],
            "redirect_uri=https%3A%2F%2F*%40a.example%2Fb",
        ),
    ] {
        assert_eq!(query(env, given, secrets), expected, "{given}");
    }
    assert_eq!(env.mark(b"a"), env.mark(b"a"));
    assert_ne!(env.mark(b"a"), env.mark(b"b"));
    assert_eq!(env.mark(b"a").len(), 8);
}

#[tokio::test]
async fn seed_s39_without_the_flag_addresses_and_queries_are_marks_too() {
    let fresh = sqlite();
    let work = server(&fresh, &Arc::new(ManualClock::at(START)), false).await;
    let env = work.env();
    let mark = env.mark(b"bob@example.org");
    assert_eq!(env.told("550 5.1.1 <bob@example.org> is unknown"), format!("550 5.1.1 <{mark}> is unknown"));
    assert_eq!(env.told("nobody at all"), "nobody at all");
    let cut = format!("https://a.example/b?{}", env.mark(b"?code=1"));
    assert_eq!(env.told_url("https://a.example/b?code=1"), cut);
    assert_eq!(env.told_url("https://a.example/b"), "https://a.example/b");
    assert!(!env.told_url("https://ann:p9@a.example/").contains("p9"));
    drop(work);
    let work = server(&fresh, &Arc::new(ManualClock::at(START)), true).await;
    assert_eq!(work.env().told("<bob@example.org>"), "<bob@example.org>");
    assert!(!work.env().told_url("https://ann:p9@a.example/").contains("p9"));
}
