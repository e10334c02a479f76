//! Builds everything from the settings; serves, drains, stops.

mod clients_diff;
pub mod data_secret;
pub mod demo;
mod error;
mod ground;
mod janitor;
mod listeners;
mod load;
mod log;
mod reload;
mod reveal;
mod search_index;
mod server;
mod signing_keys;
mod stop;
mod templates;
#[cfg(test)]
mod tests;

pub use error::StartError;
pub use ground::{Parts, open, open_beside};
pub use listeners::{DemoAddresses, DemoListeners, Listeners, bind};
pub use load::{ClientsFile, Inputs, Loaded, load};
pub use log::{Log, start as start_log};
pub use server::serve;
pub use signing_keys::tend_keys;
pub use templates::check_templates;

use stop::pause;
