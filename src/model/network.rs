//! The network that an address is of, as far as anybody can tell.

use std::net::IpAddr;

/// An IPv4 address stands for itself; whoever has one address of an IPv6 /64 has them all. What is no address stands for
/// itself, too.
pub fn network(peer: &str) -> String {
    match peer.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(six)) => {
            let [a, b, c, d, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        Ok(IpAddr::V4(four)) => four.to_string(),
        Err(_) => peer.to_owned(),
    }
}

/// Whether both addresses are of one network.
pub fn is_same_network(a: &str, b: &str) -> bool {
    network(a) == network(b)
}

#[cfg(test)]
mod tests {
    use super::is_same_network;

    #[test]
    fn two_devices_of_one_home_share_a_network() {
        for (a, b, same) in [
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("::ffff:203.0.113.7", "203.0.113.7", true),
            ("2001:db8:0:1::9", "2001:db8:0:1:ffff::1", true),
            ("2001:db8:0:1::9", "2001:db8:0:2::9", false),
            ("", "203.0.113.7", false),
        ] {
            assert_eq!(is_same_network(a, b), same, "{a} {b}");
        }
    }
}
