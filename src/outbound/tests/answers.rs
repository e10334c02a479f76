//! Servers that answer too much, too slowly or wrongly.

use super::trap::{Trap, Treatment, answer, json};
use super::*;

async fn fetched(treatment: Treatment) -> Result<Vec<u8>, String> {
    fetched_within(PATIENCE.total, treatment).await
}

async fn fetched_within(total: Duration, treatment: Treatment) -> Result<Vec<u8>, String> {
    let trap = Trap::on("127.0.0.1", treatment).await;
    let mut guard = allowing("127.0.0.1");
    guard.patience.total = total;
    let result = guard.get(&format!("http://127.0.0.1:{}/", trap.port), JSON).await;
    assert_eq!(trap.connections(), 1);
    result.map_err(|failure| failure.reason())
}

async fn answered(head: &str, body: &[u8]) -> Result<Vec<u8>, String> {
    fetched(Treatment::Answers(answer(head, body))).await
}

const OK: &str = "200 OK\r\ncontent-type: application/json";

#[tokio::test]
async fn a_body_is_read_however_it_ends() {
    assert_eq!(answered(OK, b"{\"keys\":[]}").await.unwrap(), b"{\"keys\":[]}");
    assert_eq!(answered(&format!("{OK}\r\nContent-Length: 2"), b"{}and more").await.unwrap(), b"{}");
    let chunked = format!("{OK}\r\nTransfer-Encoding: Chunked");
    assert_eq!(answered(&chunked, b"1;a=b\r\n{\r\n1\r\n}\r\n0\r\n\r\n").await.unwrap(), b"{}");
    let early = format!("103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 {OK}\r\ncontent-length: 2");
    assert_eq!(answered(&early, b"{}").await.unwrap(), b"{}");
    let set = "200 OK\r\nContent-Type: Application/JWK-Set+JSON;a=b\r\ncontent-length: 2";
    assert_eq!(answered(set, b"{}").await.unwrap(), b"{}");
}

#[tokio::test]
async fn sec_q06_too_much_is_not_read() {
    let large = "0".repeat(BODY_LIMIT + 1);
    let just = "0".repeat(BODY_LIMIT);
    let length = |text: &str| format!("{OK}\r\ncontent-length: {}", text.len());
    assert_eq!(answered(&length(&just), just.as_bytes()).await.unwrap().len(), BODY_LIMIT);
    assert_eq!(answered(&length(&large), b"").await.unwrap_err(), "the answer is too large");
    let giga = format!("{OK}\r\ncontent-length: 1073741824");
    assert_eq!(fetched(Treatment::Floods(answer(&giga, b""))).await.unwrap_err(), "the answer is too large");
    assert_eq!(fetched(Treatment::Floods(answer(OK, b""))).await.unwrap_err(), "the answer is too large");
    let chunked = format!("{OK}\r\ntransfer-encoding: chunked");
    let chunks = "1000\r\n".to_owned() + &"0".repeat(4096) + "\r\n";
    let many = answered(&chunked, chunks.repeat(65).as_bytes()).await;
    assert_eq!(many.unwrap_err(), "the answer is too large");
    let huge = answered(&chunked, b"ffffffffffffffff\r\n").await;
    assert_eq!(huge.unwrap_err(), "the answer is too large");
    let endless = fetched(Treatment::Floods(b"HTTP/1.1 200 OK\r\nx: ".to_vec())).await;
    assert_eq!(endless.unwrap_err(), "the answer is too large");
    let headers = "x: y\r\n".repeat(100);
    assert_eq!(answered(&format!("200 OK\r\n{headers}"), b"").await.unwrap_err(), "the answer is too large");
}

#[tokio::test]
async fn sec_q06_whoever_dawdles_is_left() {
    for text in [b"".to_vec(), b"HTTP/1.1 200".to_vec(), answer(&format!("{OK}\r\ncontent-length: 9"), b"{")]
    {
        let left = fetched_within(Duration::from_millis(300), Treatment::Keeps(text)).await;
        assert_eq!(left.unwrap_err(), "it took too long");
    }
    assert_eq!((PATIENCE.connect, PATIENCE.total), (Duration::from_secs(3), Duration::from_secs(5)));
}

#[tokio::test]
async fn sec_q06_another_kind_of_answer_is_refused() {
    for (head, why) in [
        ("200 OK\r\ncontent-type: text/html", "the media type is `text/html`"),
        ("200 OK", "the media type is ``"),
        ("200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip", "the answer is compressed"),
        ("404 Not Found\r\ncontent-type: application/json", "the status is 404"),
        ("206 Partial\r\ncontent-type: application/json", "the status is 206"),
        ("101 Switching Protocols", "the answer is malformed: no HTTP/1.1"),
    ] {
        assert_eq!(answered(head, b"{}").await.unwrap_err(), why, "{head}");
    }
    for head in [
        "content-length: 2\r\ncontent-length: 2",
        "content-length: +2",
        "content-length: 2\r\ntransfer-encoding: chunked",
        "transfer-encoding: gzip, chunked",
        "x: \u{e9}\u{0}",
    ] {
        let why = answered(&format!("{OK}\r\n{head}"), b"{}").await.unwrap_err();
        assert!(why.starts_with("the answer is malformed"), "{head}: {why}");
    }
    let why = fetched(Treatment::Answers(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())).await.unwrap_err();
    assert_eq!(why, "the answer is malformed: no HTTP/1.1");
    let cut = answered(&format!("{OK}\r\ncontent-length: 3"), b"{}").await.unwrap_err();
    assert_eq!(cut, "the connection broke: it ended too early");
}

#[tokio::test]
async fn what_is_asked_is_told_plainly() {
    let trap = Trap::on("127.0.0.1", Treatment::Answers(json())).await;
    let guard = allowing("127.0.0.1");
    let url = format!("http://127.0.0.1:{}/a b?c=d\r\nx: y#part", trap.port);
    guard.get(&url, JSON).await.unwrap();
    assert_eq!(guard.post_form(&url, "k", &[("logout_token", "a&b"), ("x", "ü")]).await.unwrap(), 200);
    let asked = trap.questions();
    let host = format!("host: 127.0.0.1:{}\r\n", trap.port);
    assert!(asked[0].starts_with("GET /a%20b?c=dx:%20y HTTP/1.1\r\n"), "{}", asked[0]);
    assert!(
        asked[0].contains(&host)
            && asked[0].contains("accept: application/json, application/jwk-set+json\r\n")
    );
    assert!(asked[1].starts_with("POST /a%20b?c=dx:%20y HTTP/1.1\r\n"), "{}", asked[1]);
    assert!(
        asked[1].contains("content-length: 27\r\n")
            && asked[1].ends_with("\r\n\r\nlogout_token=a%26b&x=%C3%BC")
    );
}
