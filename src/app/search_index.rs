//! The index that identities are found by, completed beside the running server after the schema has marked other traits.

use std::time::Duration;

use tokio::sync::watch;

use super::pause;
use crate::cx::Work;
use crate::identity::search;

/// After a fault.
const AGAIN: Duration = Duration::from_secs(10);

/// Once all is done there is nothing to do but to be told to stop.
const IDLE: Duration = Duration::from_secs(3_600);

/// Completes the index piece by piece, so that nobody waits long for their turn to write.
pub(super) async fn run(work: Work, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match work.write(search::rebuild).await {
            Ok(true) => break,
            Ok(false) => {}
            Err(fault) => {
                tracing::warn!(%fault, "the search index is not complete; another try follows");
                if !pause(&mut stop, AGAIN).await {
                    return;
                }
            }
        }
    }
    while pause(&mut stop, IDLE).await {}
}
