//! The addresses, bound before anything is announced: a taken port is a sentence, and ports never move by themselves.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};

use super::StartError;
use crate::config::Settings;

/// The bound addresses.
pub struct Listeners {
    /// The pages and the protocol.
    pub public: TcpListener,
    /// The administration.
    pub admin: TcpListener,
    /// The demo, in development.
    pub demo: Option<DemoListeners>,
}

/// The bound addresses of the demo.
pub struct DemoListeners {
    /// The single-page application.
    pub spa: TcpListener,
    /// The API that it calls.
    pub api: TcpListener,
}

/// Where the demo is asked to listen.
#[derive(Debug, Clone, Copy)]
pub struct DemoAddresses {
    /// The single-page application.
    pub spa: SocketAddr,
    /// The API that it calls.
    pub api: SocketAddr,
}

/// Binds all addresses; what is wrong with any of them is said at once.
pub fn bind(settings: &Settings, demo: Option<DemoAddresses>) -> Result<Listeners, StartError> {
    let mut problems = Vec::new();
    let (of_public, of_admin) =
        if demo.is_some() { ("--public", "--admin") } else { ("server.public", "server.admin") };
    let mut bind = |what: &str, address: SocketAddr, option: &str| {
        TcpListener::bind(address).map_err(|why| problems.push(sentence(what, address, option, &why))).ok()
    };
    let public = bind("the pages", settings.public, of_public);
    let admin = bind("the administration", settings.admin, of_admin);
    let spa = demo.and_then(|demo| bind("the demo", demo.spa, "--demo"));
    let api = demo.and_then(|demo| bind("the demo API", demo.api, "--demo-api"));
    let demo = spa.zip(api).map(|(spa, api)| DemoListeners { spa, api });
    match (public, admin) {
        (Some(public), Some(admin)) if problems.is_empty() => Ok(Listeners { public, admin, demo }),
        _ => Err(StartError::Refused(problems.join("\n"))),
    }
}

fn sentence(what: &str, address: SocketAddr, option: &str, why: &io::Error) -> String {
    match why.kind() {
        ErrorKind::AddrInUse => format!(
            "{what} cannot listen on {address}: another program does; stop it, or choose another address with {option}"
        ),
        ErrorKind::PermissionDenied => format!(
            "{what} cannot listen on {address}: this user may not; choose a port above 1023 with {option}"
        ),
        ErrorKind::AddrNotAvailable => format!(
            "{what} cannot listen on {address}: this machine has no such address; choose another with {option}"
        ),
        _ => format!("{what} cannot listen on {address} ({option}): {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Mode, Sources};

    #[test]
    fn every_taken_port_is_named_with_the_way_to_choose_another() {
        let (public, admin) =
            (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let mut settings = Settings::load(Mode::Development, &Sources::default()).0.unwrap();
        settings.public = public.local_addr().unwrap();
        settings.admin = admin.local_addr().unwrap();
        let why = bind(&settings, None).err().unwrap().to_string();
        assert!(why.contains(&settings.public.to_string()) && why.contains("server.public"), "{why}");
        assert!(why.contains(&settings.admin.to_string()) && why.contains("server.admin"), "{why}");
        assert_eq!(why.lines().count(), 2, "{why}");
    }

    #[test]
    fn the_bound_addresses_are_those_that_were_asked_for() {
        let mut settings = Settings::load(Mode::Development, &Sources::default()).0.unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        (settings.public, settings.admin) = (any, any);
        let listeners = bind(&settings, Some(DemoAddresses { spa: any, api: any })).unwrap();
        assert!(listeners.public.local_addr().unwrap().port() > 0);
        assert!(listeners.demo.is_some());
    }
}
