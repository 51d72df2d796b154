//! Where a request comes from (S23): from the peer, or, where the peer is a proxy of ours, from whom that proxy names. What others say in
//! such a header counts for nothing.

use actix_web::{HttpRequest, web::Data};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The header in which each proxy adds, at the end, whom it was asked by.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose word is taken, by address or network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// What a client is counted by: an IPv4 address, or the /64 of an IPv6 address, since one customer has at least that many. It is neither
/// stored nor logged.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// An IPv4 address.
    V4([u8; 4]),
    /// The first half of an IPv6 address.
    V6([u8; 8]),
    /// Not known: everybody of whom that is so is counted as one.
    Unknown,
}

impl TrustedProxies {
    /// Reads addresses and networks with commas between them; says which one is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(|part| network(part.trim()).ok_or_else(|| part.trim().to_owned())).collect::<Result<_, _>>().map(Self)
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client behind the peer: as long as who speaks is one of ours, whom it names speaks, from the end of the list on. Where it names
    /// nobody, or nothing that is an address, it is the last of whom we know.
    fn client<'a>(&self, peer: IpAddr, named: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut before = named.flat_map(|line| line.split(',')).rev();
        while self.holds(client) {
            let Some(next) = before.next().and_then(address) else { break };
            client = next;
        }
        client
    }
}

/// The address of the client that sent this request (S23).
pub fn client_of(req: &HttpRequest) -> Option<IpAddr> {
    let trusted = req.app_data::<Data<TrustedProxies>>().expect("TrustedProxies is registered in app.rs");
    // What is no text is no address either.
    let lines: Vec<&str> = req.headers().get_all(FORWARDED_FOR).map(|line| line.to_str().unwrap_or("none")).collect();
    req.peer_addr().map(|peer| trusted.client(peer.ip(), lines.into_iter()))
}

impl Network {
    /// Of the client that sent this request.
    pub fn of(req: &HttpRequest) -> Self {
        client_of(req).map_or(Self::Unknown, Self::from)
    }

    /// To be counted by.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::V4(bytes) => bytes,
            Self::V6(bytes) => bytes,
            Self::Unknown => &[],
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => Self::V6(address.octets()[..8].try_into().expect("half of sixteen")),
        }
    }
}

/// A network that somebody may trust: all addresses at once are none.
fn network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(|address| address.to_canonical().into()))?;
    Some(network).filter(|network| network.prefix_len() > 0)
}

/// An address as proxies write it: some add the port, and then IPv6 stands in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let alone = text.parse::<IpAddr>().ok().or_else(bare);
    alone.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip())).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, lines: &[&str]) -> String {
        TrustedProxies::parse(trusted).unwrap().client(peer.parse().unwrap(), lines.iter().copied()).to_string()
    }

    #[test]
    fn only_a_proxy_of_ours_names_the_client() {
        const OURS: &str = "10.0.0.0/8, 192.0.2.7, fd00::/8";
        for (peer, lines, found) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.1.2.3", &[], "10.1.2.3"),
            ("10.1.2.3", &["198.51.100.1"], "198.51.100.1"),
            // What the client wrote itself stands before what our proxy added.
            ("10.1.2.3", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3", &["198.51.100.1, 192.0.2.7"], "198.51.100.1"),
            ("10.1.2.3", &["198.51.100.1, 192.0.2.7 ,10.9.9.9"], "198.51.100.1"),
            // A client within: all are ours, and the first of them asked.
            ("10.1.2.3", &["10.4.4.4, 10.5.5.5"], "10.4.4.4"),
            ("fd00::1", &["2001:db8::1"], "2001:db8::1"),
            ("::ffff:10.1.2.3", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.1.2.3", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.1.2.3", &["[2001:db8::1]"], "2001:db8::1"),
        ] {
            assert_eq!(client(OURS, peer, lines), found, "{peer} {lines:?}");
        }
    }

    #[test]
    fn what_is_no_address_names_nobody() {
        for odd in ["", " ", "unknown", "_hidden", "198.51.100.1.2", "198.51.100", "198.51.100.1;", "1,", "none", "fe80::1%eth0", "0x7f.1"]
        {
            assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[odd]), "10.1.2.3", "{odd:?}");
            assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[&format!("198.51.100.1,{odd}")]), "10.1.2.3", "{odd:?}");
            assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[&format!("198.51.100.1,{odd},10.7.7.7")]), "10.7.7.7", "{odd:?}");
            assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[&format!("{odd},198.51.100.1")]), "198.51.100.1", "{odd:?}");
        }
    }

    #[test]
    fn ipv6_is_counted_by_its_first_half() {
        let network = |text: &str| Network::from(text.parse::<IpAddr>().unwrap());
        assert!(network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert!(network("2001:db8:1:2::1") != network("2001:db8:1:3::1"));
        assert!(network("::ffff:198.51.100.1") == network("198.51.100.1"));
        assert!(network("198.51.100.1") != network("198.51.100.2"));
    }

    #[test]
    fn everybody_is_no_proxy() {
        for bad in ["", ",", "10.0.0.1,", "proxy", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.1:80"] {
            assert!(TrustedProxies::parse(bad).is_err(), "{bad:?}");
        }
    }
}
