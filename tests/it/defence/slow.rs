//! Those who take their time, many at once, to hold what others need (U04). Nothing here measures time: the patience of
//! the server is made short, and a connection that it does not close is waited for until the test fails.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use wayhome::web::Patience;

use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;

on_both![
    sec_u04_whoever_sends_a_head_or_a_body_too_slowly_is_let_go,
    sec_u04_a_later_request_on_a_connection_has_no_more_time_than_the_first,
    sec_u04_whoever_does_not_read_the_answer_is_let_go,
    sec_u04_a_connection_without_a_request_is_closed_and_one_that_is_used_is_not,
];

/// A server that is not closing in this time is not closing at all.
const GIVE_UP: Duration = Duration::from_secs(60);

fn hasty(setup: Setup) -> TestApp {
    let seconds = Duration::from_secs;
    // Long enough for those who are not slow, on a machine that has much to do.
    let patience = Patience { head: seconds(3), body: seconds(3), idle: seconds(5) };
    setup.patience(patience).start()
}

fn connect(app: &TestApp) -> TcpStream {
    let stream = TcpStream::connect(app.public).expect("the server accepts");
    stream.set_read_timeout(Some(GIVE_UP)).expect("a time limit");
    stream
}

/// Sends a byte whenever somebody else was served, until the server closes; what it said before.
#[track_caller]
fn dripped(app: &TestApp, mut stream: TcpStream) -> String {
    stream.set_nonblocking(true).expect("it does not block");
    let (mut said, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let served = app.ask(&Ask::get("/health/alive"));
        assert_eq!(served.status, 200, "others are served meanwhile");
        let open = stream.write(b"x").is_ok();
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => said.extend_from_slice(&buffer[..read]),
            Err(why) if why.kind() == std::io::ErrorKind::WouldBlock && open => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// Reads until the server closes.
#[track_caller]
fn rest(mut stream: &TcpStream) -> String {
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => panic!("the server keeps the connection"),
        _closed_or_reset => String::from_utf8_lossy(&said).into_owned(),
    }
}

fn sec_u04_whoever_sends_a_head_or_a_body_too_slowly_is_let_go(setup: Setup) {
    let app = hasty(setup);
    let host = app.host().to_owned();
    // Many that stopped in the middle of something, and stay.
    let body = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ncsrf_token=";
    let halves = [
        String::new(),
        "G".to_owned(),
        "GET /login HTTP/1.1\r\nHost: ".to_owned(),
        format!("POST /login HTTP/1.1\r\nHost: {host}\r\n{body}"),
        format!("POST /oauth2/token HTTP/1.1\r\nHost: {host}\r\n{body}"),
        format!("POST /oauth2/auth HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"),
        format!("POST /nothing/here HTTP/1.1\r\nHost: {host}\r\n{body}"),
    ];
    let waiting: Vec<(TcpStream, &String)> = (0..210)
        .zip(halves.iter().cycle())
        .map(|(_, half)| {
            let mut stream = connect(&app);
            stream.write_all(half.as_bytes()).expect("it is taken");
            (stream, half)
        })
        .collect();
    // One that always sends one more byte, of a head and of a body.
    let long = halves[3].replace("1000", "60000");
    for begin in ["GET /login HTTP/1.1\r\nX: ", &long] {
        let mut slow = connect(&app);
        slow.write_all(begin.as_bytes()).expect("it is taken");
        let said = dripped(&app, slow);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{begin:?}: {said}");
    }
    for (stream, half) in &waiting {
        let said = rest(stream);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{half:?}: {said}");
        assert!(!said.to_ascii_lowercase().contains("set-cookie"), "{half:?}: {said}");
    }
}

fn sec_u04_a_later_request_on_a_connection_has_no_more_time_than_the_first(setup: Setup) {
    let app = hasty(setup);
    let host = app.host().to_owned();
    let whole = format!("GET /health/alive HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let halves = [
        "G".to_owned(),
        "GET /login HTTP/1.1\r\nHost: ".to_owned(),
        format!("POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\nx"),
    ];
    // The first request is answered before the next one begins.
    let begun = |half: &str| {
        let mut stream = connect(&app);
        stream.write_all(whole.as_bytes()).expect("it is taken");
        assert!(answered(&mut stream), "the first request is answered");
        stream.write_all(half.as_bytes()).expect("it is taken");
        stream
    };
    let waiting: Vec<TcpStream> = (0..60).zip(halves.iter().cycle()).map(|(_, half)| begun(half)).collect();
    // Closed without a word: a head that grows too large would be told so.
    assert_eq!(dripped(&app, begun("GET /login HTTP/1.1\r\nX: ")), "");
    for stream in &waiting {
        let said = rest(stream);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
}

/// Reads one answer; `false` if the server has closed.
fn answered(stream: &mut TcpStream) -> bool {
    let (mut said, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer).expect("an answer") {
            0 => return false,
            read => said.extend_from_slice(&buffer[..read]),
        }
        let text = String::from_utf8_lossy(&said);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|text| text.parse().ok()).unwrap_or_default();
        if body.len() >= length {
            return true;
        }
    }
}

fn sec_u04_whoever_does_not_read_the_answer_is_let_go(setup: Setup) {
    let app = hasty(setup);
    let host = app.host().to_owned();
    let page = app.ask(&Ask::get("/nothing/here"));
    let style = page.text().split('"').find(|word| word.ends_with(".css")).map(str::to_owned);
    let style = style.expect("a page has a style sheet");
    let asked = format!("GET {style} HTTP/1.1\r\nHost: {host}\r\n\r\n").repeat(1_000);
    let streams: Vec<TcpStream> = (0..8)
        .map(|_| {
            let stream = connect(&app);
            stream.set_nonblocking(true).expect("it does not block");
            stream
        })
        .collect();
    let mut left: Vec<&[u8]> = vec![asked.as_bytes(); streams.len()];
    // They ask for more and more and read nothing, until the server takes nothing from them any more.
    for (stream, left) in streams.iter().zip(&mut left) {
        let mut stream = stream;
        loop {
            assert_eq!(app.ask(&Ask::get("/health/alive")).status, 200, "others are served meanwhile");
            match stream.write(left) {
                Ok(sent) => *left = &left[sent..],
                Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
            if left.is_empty() {
                *left = asked.as_bytes();
            }
        }
    }
}

fn sec_u04_a_connection_without_a_request_is_closed_and_one_that_is_used_is_not(setup: Setup) {
    let app = hasty(setup);
    let whole = format!("GET /health/alive HTTP/1.1\r\nHost: {}\r\n\r\n", app.host());
    let idle: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = connect(&app);
            stream.write_all(whole.as_bytes()).expect("it is taken");
            stream
        })
        .collect();
    // One that asks again and again stays, however long the others take to be closed.
    let mut used = connect(&app);
    let mut ask_again = || {
        used.write_all(whole.as_bytes()).expect("the connection that is used is kept");
        assert!(answered(&mut used), "the connection that is used was closed");
    };
    for stream in &idle {
        stream.set_nonblocking(true).expect("it does not block");
        let (mut stream, mut buffer) = (stream, [0; 4096]);
        loop {
            ask_again();
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Err(why) if why.kind() != std::io::ErrorKind::WouldBlock => break,
                _open => {}
            }
        }
    }
    ask_again();
    let _closed = used.shutdown(Shutdown::Both);
}
