//! The demo of `wayhome dev`: a single-page application and an API that it calls, each on a port of its own, so
//! that they are strangers to the provider as yours will be. `wayhome serve` never listens for it.
//!
//! The application is the plain files of `examples/spa`, which may be copied.

mod api;
mod issuer_keys;
mod spa;

use std::net::SocketAddr;
use std::sync::Arc;

use crate::clock::Clock;

pub use api::listen_api;
pub use spa::listen_spa;

/// What the demo knows of its provider.
#[derive(Clone)]
pub struct Demo {
    /// The issuer, as tokens name it.
    pub issuer: String,
    /// Where its public listener is bound.
    pub issuer_address: SocketAddr,
    /// The address of the API: the audience of its tokens.
    pub api: String,
    /// The client of the application.
    pub client_id: String,
    /// Tells whether a token has expired.
    pub clock: Arc<dyn Clock>,
}
