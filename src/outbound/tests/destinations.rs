//! Where the guard goes, and where not.

use super::trap::{Trap, Treatment, answer, json};
use super::*;

/// The trap on both families, on one port if the machine gives it.
async fn traps() -> Vec<Trap> {
    let mut traps = vec![Trap::on("127.0.0.1", Treatment::Answers(json())).await];
    if let Ok(free) = std::net::TcpListener::bind("[::1]:0") {
        drop(free);
        traps.push(Trap::on("::1", Treatment::Answers(json())).await);
    }
    traps
}

#[tokio::test]
async fn sec_q05_no_spelling_of_a_private_address_is_reached() {
    let traps = traps().await;
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.2",
        "0.0.0.0",
        "0",
        "169.254.169.254",
        "10.0.0.1",
        "100.64.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2001::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[ff02::1]",
        "[fec0::1]",
        "[2001:db8::1]",
        "[100::1]",
        "１２７.０.０.１",
        "127。0。0。1",
        "%31%32%37.0.0.1",
    ];
    for trap in &traps {
        for host in hosts {
            for scheme in ["https", "http"] {
                let url = format!("{scheme}://{host}:{}/jwks", trap.port);
                let failure = strict().get(&url, JSON).await.unwrap_err();
                assert!(failure.was_blocked(), "{url}: {failure:?}");
                assert!(failure.reason().contains("not on the public internet"), "{url}: {failure:?}");
            }
        }
        assert_eq!(trap.connections(), 0);
    }
    // The same traps catch whoever is let through.
    let caught = allowing("127.0.0.1").get(&format!("http://127.1:{}/jwks", traps[0].port), JSON).await;
    assert_eq!(caught.unwrap(), b"{}");
    assert_eq!(traps[0].connections(), 1);
}

#[tokio::test]
async fn sec_q05_a_name_is_judged_by_where_it_leads() {
    let trap = Trap::on("127.0.0.1", Treatment::Answers(json())).await;
    for (name, lines) in [
        ("localhost", &["127.0.0.1"] as &[&str]),
        ("localhost.", &["127.0.0.1"]),
        ("keys.example", &["10.1.2.3"]),
        ("keys.example", &["::ffff:127.0.0.1"]),
        ("keys.example", &["93.184.215.14", "127.0.0.1"]),
        ("keys.example", &["fd12:3456::1"]),
    ] {
        let mut guard = strict();
        guard.resolver = Scripted::new(&[lines]);
        let failure = guard.get(&format!("https://{name}:{}/", trap.port), JSON).await.unwrap_err();
        assert!(failure.reason().contains("not on the public internet"), "{name} {lines:?}: {failure:?}");
    }
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn sec_q05_a_name_that_changes_its_mind_is_held_to_its_first_word() {
    let trap = Trap::on("127.0.0.1", Treatment::Answers(json())).await;
    // Whoever judges the first answer and connects by asking again lands in the trap.
    let resolver = Scripted::new(&[&["198.51.100.7"], &["127.0.0.1"]]);
    let mut guard = allowing("198.51.100.0/24");
    guard.resolver = Arc::clone(&resolver) as Arc<dyn Resolver>;
    guard.patience = Patience { connect: Duration::from_millis(100), total: Duration::from_millis(200) };
    let url = format!("http://keys.example:{}/", trap.port);
    guard.get(&url, JSON).await.unwrap_err();
    assert_eq!((trap.connections(), resolver.asked()), (0, 1));
    // The next question asks anew, and is refused for what it hears then.
    assert!(guard.get(&url, JSON).await.unwrap_err().was_blocked());
    assert_eq!((trap.connections(), resolver.asked()), (0, 2));
    // And what was judged is what is connected to.
    let resolver = Scripted::new(&[&["127.0.0.1"], &["198.51.100.7"]]);
    let mut guard = allowing("127.0.0.1");
    guard.resolver = Arc::clone(&resolver) as Arc<dyn Resolver>;
    guard.get(&url, JSON).await.unwrap();
    assert_eq!((trap.connections(), resolver.asked()), (1, 1));
}

#[tokio::test]
async fn sec_q05_a_redirect_leads_nowhere() {
    let inner = Trap::on("127.0.0.1", Treatment::Answers(json())).await;
    for status in [301, 302, 303, 307, 308] {
        let head =
            format!("{status} Moved\r\nlocation: http://127.0.0.1:{}/\r\ncontent-length: 0", inner.port);
        let outer = Trap::on("127.0.0.1", Treatment::Answers(answer(&head, b""))).await;
        let guard = allowing("127.0.0.1");
        let url = format!("http://127.0.0.1:{}/", outer.port);
        let failure = guard.get(&url, JSON).await.unwrap_err();
        assert_eq!(failure.reason(), format!("the status is {status}"));
        assert_eq!(guard.post_form(&url, "k", &[("a", "b")]).await.unwrap(), status);
        assert_eq!((outer.connections(), inner.connections()), (2, 0));
    }
}

#[tokio::test]
async fn sec_q05_other_schemes_and_names_in_urls_are_refused() {
    let trap = Trap::on("127.0.0.1", Treatment::Answers(json())).await;
    let guard = allowing("127.0.0.1,localhost");
    for (url, why) in [
        ("file:///etc/passwd", "the scheme file"),
        ("gopher://127.0.0.1:PORT/_GET", "the scheme gopher"),
        ("ftp://127.0.0.1:PORT/", "the scheme ftp"),
        ("data:application/json,{}", "the scheme data"),
        ("unix:/run/docker.sock", "the scheme unix"),
        ("http://good@127.0.0.1:PORT/", "a user name"),
        ("http://:secret@127.0.0.1:PORT/", "a password"),
        ("http://good.example:80@127.0.0.1:PORT/", "a user name"),
        ("127.0.0.1:PORT", "no URL"),
        ("/jwks", "no URL"),
        ("http://", "no URL"),
        ("", "no URL"),
    ] {
        let url = url.replace("PORT", &trap.port.to_string());
        let failure = guard.get(&url, JSON).await.unwrap_err();
        assert!(failure.was_blocked() && failure.reason().contains(why), "{url}: {failure:?}");
    }
    assert_eq!(trap.connections(), 0);
    // http over the open internet is refused, too.
    let mut guard = strict();
    guard.resolver = Scripted::new(&[&["93.184.215.14"]]);
    let failure = guard.get("http://keys.example/", JSON).await.unwrap_err();
    assert!(failure.reason().contains("the scheme http "), "{failure:?}");
}

#[tokio::test]
async fn sec_q05_ports_of_other_servers_are_refused() {
    let mut guard = strict();
    guard.resolver = Scripted::new(&[&["93.184.215.14"]]);
    for port in [22, 25, 80, 6379, 444, 8080, 5432, 1] {
        for host in ["keys.example", "93.184.215.14"] {
            let failure = guard.get(&format!("https://{host}:{port}/"), JSON).await.unwrap_err();
            assert_eq!(failure.reason(), format!("the port {port} is not allowed there"));
        }
    }
    // Where the operator answers for the network, a web server may stand on any port that is not another's.
    let guard = allowing("127.0.0.0/8,keys.internal");
    for port in [22, 25, 6379, 5432, 27017] {
        let failure = guard.get(&format!("http://127.0.0.1:{port}/"), JSON).await.unwrap_err();
        assert_eq!(failure.reason(), format!("the port {port} is not allowed there"));
    }
}

#[tokio::test]
async fn sec_q08_nobody_learns_from_the_answer_what_is_open() {
    let open = Trap::on("127.0.0.1", Treatment::Answers(answer("204 No Content", b""))).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let told = |failure: Failure| failure.to_string();
    let blocked = told(strict().get(&format!("https://127.0.0.1:{}/", open.port), JSON).await.unwrap_err());
    let guard = allowing("127.0.0.1");
    for url in [
        format!("http://127.0.0.1:{}/", open.port),
        format!("https://127.0.0.1:{}/", open.port),
        format!("http://127.0.0.1:{closed}/"),
        "http://127.0.0.1:22/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        assert_eq!(told(guard.get(&url, JSON).await.unwrap_err()), blocked, "{url}");
    }
    assert_eq!(blocked, "it could not be fetched");
}

#[tokio::test]
async fn development_reaches_this_machine_and_an_allowed_name_wherever_it_is() {
    let trap = Trap::on("127.0.0.1", Treatment::Answers(json())).await;
    let guard = outbound(Mode::Development, &[], None);
    guard.get(&format!("http://127.0.0.1:{}/", trap.port), JSON).await.unwrap();
    assert!(guard.get("http://10.0.0.1/", JSON).await.unwrap_err().was_blocked());
    let mut guard = allowing("Keys.Internal.");
    guard.resolver = Scripted::new(&[&["127.0.0.1"]]);
    guard.get(&format!("http://KEYS.internal.:{}/", trap.port), JSON).await.unwrap();
    assert!(
        guard.get(&format!("http://other.internal:{}/", trap.port), JSON).await.unwrap_err().was_blocked()
    );
    assert_eq!(trap.connections(), 2);
}

#[test]
fn the_public_internet_is_told_from_what_is_not() {
    for address in [
        "93.184.215.14",
        "1.1.1.1",
        "100.128.0.1",
        "172.32.0.1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ] {
        assert!(addresses::is_public(address.parse().unwrap()), "{address}");
    }
    for address in [
        "100.127.255.255",
        "172.31.255.255",
        "64:ff9b::c0a8:1",
        "2001:1ff::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
    ] {
        assert!(!addresses::is_public(address.parse().unwrap()), "{address}");
    }
}
