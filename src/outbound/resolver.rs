//! From a name to its addresses.

use std::io;
use std::net::IpAddr;

use futures_util::future::BoxFuture;

/// Finds the addresses of a name. It is asked once for each question; what it says is judged and then connected to.
pub(super) trait Resolver: Send + Sync {
    /// All addresses of this host.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
