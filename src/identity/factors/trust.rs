//! Trusted devices: browsers in which somebody has shown both factors and does not want to show the second one again for
//! a while. The trust is a row, bound to the person and to the browser's cookie; nothing that a browser sends makes one.

use std::time::Duration;

use crate::cx::{Cx, Result};
use crate::model::{Event, IdentityId, TokenDigest, TrustedDevice, TrustedDeviceId};
use crate::store;

/// How long a browser is trusted, in days.
pub const TRUST_DAYS: u64 = 30;

/// The person, who has just shown a second factor in this browser, trusts it.
pub(in crate::identity) fn trust(cx: &mut Cx<'_>, identity: IdentityId, browser: TokenDigest) -> Result<()> {
    let device = TrustedDevice {
        id: TrustedDeviceId::from_uuid(cx.random().uuid()),
        identity,
        browser,
        user_agent: cx.caller.user_agent.clone(),
        created_at: cx.now,
        expires_at: cx.now + Duration::from_secs(TRUST_DAYS * 86_400),
    };
    store::trusted_devices::insert(cx.db, &device)?;
    cx.record(Event::new("device.trusted").of(identity).with("device_id", device.id.to_string()))
}

/// The devices that somebody trusts, newest first.
pub fn trusted(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Vec<TrustedDevice>> {
    Ok(store::trusted_devices::list(cx.db, identity, cx.now)?)
}

/// Ends the trust in one device: `false` if it is none of this person's.
pub fn untrust(cx: &mut Cx<'_>, identity: IdentityId, id: TrustedDeviceId) -> Result<bool> {
    let ended = store::trusted_devices::delete(cx.db, identity, id)?;
    if ended {
        cx.record(Event::new("device.untrusted").of(identity).with("device_id", id.to_string()))?;
    }
    Ok(ended)
}

/// Ends the trust in all devices of somebody.
pub fn untrust_all(cx: &mut Cx<'_>, identity: IdentityId, reason: &'static str) -> Result<()> {
    let ended = store::trusted_devices::delete_of_identity(cx.db, identity)?;
    if ended > 0 {
        cx.record(Event::new("device.untrusted").of(identity).with("n", ended).with("reason", reason))?;
    }
    Ok(())
}
