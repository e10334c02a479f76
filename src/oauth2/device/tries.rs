//! How often somebody may type a code that no device shows (RFC 8628 5.1): counted for the browser and for the network
//! that it comes from, before anything is compared.

use std::time::Duration;

use crate::crypto::MacPurpose;
use crate::cx::{Cx, Result};
use crate::model::{TokenDigest, network};
use crate::store;

/// Wrong codes until the wait.
const TRIES: i64 = 5;

/// The wait, and how long a wrong code is remembered.
const BLOCK: Duration = Duration::from_secs(600);

/// A try that was counted.
#[derive(Debug)]
#[must_use = "a try is right or wrong"]
pub struct Try {
    subjects: [([u8; 32], i64); 2],
}

/// Counts a try before it is made; `Err` is how long to wait until one counts. What it answers is to be obeyed in the
/// same transaction.
pub fn count(cx: &mut Cx<'_>, browser: &TokenDigest) -> Result<std::result::Result<Try, Duration>> {
    let network = network(&cx.caller.peer);
    let mac = |kind: &[u8], whose: &[u8]| cx.env.secrets.mac(MacPurpose::Throttle, &[kind, whose]);
    let subjects = [mac(b"device-browser", browser.as_bytes()), mac(b"device-address", network.as_bytes())];
    let mut counted = [0; 2];
    for (n, subject) in subjects.iter().enumerate() {
        match store::throttles::count(cx.db, subject, cx.now, cx.now + BLOCK)? {
            Some(failures) => counted[n] = failures,
            None => {
                // The other one was counted for a try that is not made.
                for before in &subjects[..n] {
                    store::throttles::uncount(cx.db, before)?;
                }
                let until = store::throttles::find(cx.db, subject, cx.now)?.map(|row| row.blocked_until);
                return Ok(Err(until.map_or(BLOCK, |until| until.since(cx.now))));
            }
        }
    }
    Ok(Ok(Try { subjects: [(subjects[0], counted[0]), (subjects[1], counted[1])] }))
}

impl Try {
    /// The code was one: whoever has it did not guess. What was wrong before stays counted, or a device of one's own
    /// would buy any number of guesses.
    pub fn was_right(self, cx: &mut Cx<'_>) -> Result<()> {
        for (subject, _) in &self.subjects {
            store::throttles::uncount(cx.db, subject)?;
        }
        Ok(())
    }

    /// No device shows the code.
    pub fn was_wrong(self, cx: &mut Cx<'_>) -> Result<()> {
        for (subject, failures) in &self.subjects {
            if *failures >= TRIES {
                let until = cx.now + BLOCK;
                store::throttles::block(cx.db, subject, until, until)?;
            }
        }
        Ok(())
    }
}
