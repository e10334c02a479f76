//! A server that counts who comes and answers each with the same bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What it does after it has read the question.
#[derive(Clone)]
pub(super) enum Treatment {
    /// Answers and closes.
    Answers(Vec<u8>),
    /// Answers and keeps the connection open.
    Keeps(Vec<u8>),
    /// Answers so much and then sends zeros without an end.
    Floods(Vec<u8>),
}

/// The server, until it is dropped.
pub(super) struct Trap {
    pub(super) port: u16,
    connections: Arc<AtomicUsize>,
    questions: Arc<std::sync::Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Trap {
    /// On this address, on a port of its own.
    pub(super) async fn on(host: &str, treatment: Treatment) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let questions = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (counted, heard) = (Arc::clone(&connections), Arc::clone(&questions));
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let (treatment, heard) = (treatment.clone(), Arc::clone(&heard));
                tokio::spawn(async move {
                    let mut question = vec![0; 4096];
                    let read = stream.read(&mut question).await.unwrap_or(0);
                    super::locked(&heard).push(String::from_utf8_lossy(&question[..read]).into_owned());
                    let (Treatment::Answers(text) | Treatment::Keeps(text) | Treatment::Floods(text)) =
                        &treatment;
                    let _gone = stream.write_all(text).await;
                    match treatment {
                        Treatment::Answers(_) => {}
                        Treatment::Keeps(_) => std::future::pending().await,
                        Treatment::Floods(_) => while stream.write_all(&[b'0'; 8192]).await.is_ok() {},
                    }
                });
            }
        });
        Self { port, connections, questions, task }
    }

    /// How many came.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// What they asked.
    pub(super) fn questions(&self) -> Vec<String> {
        super::locked(&self.questions).clone()
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer with this head and body.
pub(super) fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat()
}

/// A document of JSON.
pub(super) fn json() -> Vec<u8> {
    answer("200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: 2", b"{}")
}
