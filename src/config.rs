//! Settings: the only file that reads the environment. What is missing or bad is named, all at once, with what to put there.

use crate::{access::store::SessionLimits, email_address::EmailAddress, embedded, links::redirect, web::client::TrustedProxies};
use std::{
    collections::HashMap,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};
use url::Url;

/// The fewest bytes of a secret key.
const KEY_BYTES: usize = 32;

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabaseAt {
    /// A server somewhere, by libpq URL.
    Url(String),
    /// The embedded server, with its folder.
    Embedded(PathBuf),
}

/// Where mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailBy {
    /// An SMTP server, by URL.
    Smtp(Url),
    /// Nowhere: the demo only shows it.
    MailboxOnly,
}

/// What `serve` and `demo` run with.
#[derive(Clone)]
pub struct Config {
    /// Before every link of ours; no slash at its end.
    pub base_url: Url,
    /// The key in force, and during a rotation the one before it.
    pub secret_keys: Vec<Vec<u8>>,
    /// How mail leaves.
    pub mail: MailBy,
    /// The sender's address.
    pub mail_from: EmailAddress,
    /// Where the database is.
    pub database: DatabaseAt,
    /// Where to listen.
    pub bind: SocketAddr,
    /// Connections to the database, at most.
    pub connections: u32,
    /// Named prepared statements.
    pub prepared_statements: bool,
    /// How long sessions last.
    pub session_limits: SessionLimits,
    /// The proxies that say whom a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// Every rate limit times this: 1, but in tests that walk over all pages from one address.
    pub limit_factor: i32,
    /// How long a redirect may take. No setting: what is promised to who follows a link.
    pub redirect_limits: redirect::Limits,
}

/// Everything that is wrong with the settings.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSettings(pub Vec<(&'static str, String)>);

impl std::error::Error for BadSettings {}

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "These settings are missing or bad:")?;
        self.0.iter().try_for_each(|(name, what)| writeln!(f, "  {name}: {what}"))
    }
}

/// The environment as it is read.
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// Of this process.
    pub fn of_process() -> Self {
        Self(std::env::vars().collect())
    }
    /// For tests.
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where the database is, for every command.
    pub fn database(&self) -> DatabaseAt {
        match self.get("DATABASE_URL") {
            Some(url) => DatabaseAt::Url(url.to_owned()),
            None => DatabaseAt::Embedded(self.folder()),
        }
    }

    /// The folder of the embedded server.
    pub fn folder(&self) -> PathBuf {
        let path = |name| self.get(name).map(Path::new);
        // Without a home, the folder the program is started in.
        let default = || embedded::default_folder(path("XDG_STATE_HOME"), path("HOME")).unwrap_or_else(|| PathBuf::from("guildhall-data"));
        path("GUILDHALL_DATA").map_or_else(default, Path::to_owned)
    }

    /// The settings of `serve`.
    pub fn serve(&self) -> Result<Config, BadSettings> {
        let mut bad = Vec::new();
        let base_url = check(&mut bad, "BASE_URL", base_url(self.get("BASE_URL")));
        let key = check(&mut bad, "SECRET_KEY", secret_key(self.get("SECRET_KEY")));
        let previous = check(&mut bad, "SECRET_KEY_PREVIOUS", self.get("SECRET_KEY_PREVIOUS").map(|key| secret_key(Some(key))).transpose());
        let smtp = check(&mut bad, "SMTP_URL", smtp_url(self.get("SMTP_URL")));
        let mail_from = check(&mut bad, "MAIL_FROM", mail_from(self.get("MAIL_FROM")));
        let (bind, connections, prepared_statements) = self.optional(&mut bad);
        let session_limits = self.session_limits(&mut bad);
        let trusted_proxies = check(&mut bad, "TRUSTED_PROXIES", trusted_proxies(self.get("TRUSTED_PROXIES")));
        match (base_url, key, previous, smtp, mail_from, bind, connections, prepared_statements, session_limits, trusted_proxies) {
            (
                Some(base_url),
                Some(key),
                Some(previous),
                Some(smtp),
                Some(mail_from),
                Some(bind),
                Some(connections),
                Some(prepared_statements),
                Some(session_limits),
                Some(trusted_proxies),
            ) => Ok(Config {
                base_url,
                secret_keys: [Some(key), previous].into_iter().flatten().collect(),
                mail: MailBy::Smtp(smtp),
                mail_from,
                database: self.database(),
                bind,
                connections,
                prepared_statements,
                session_limits,
                trusted_proxies,
                limit_factor: 1,
                redirect_limits: redirect::Limits::DEFAULT,
            }),
            _ => Err(BadSettings(bad)),
        }
    }

    /// The settings of `demo`, which needs none. Its key is in its data folder; the caller puts it in.
    pub fn demo(&self) -> Result<Config, BadSettings> {
        let mut bad = Vec::new();
        let mail = check(&mut bad, "SMTP_URL", self.get("SMTP_URL").map(|url| smtp_url(Some(url))).transpose());
        let (bind, connections, prepared_statements) = self.optional(&mut bad);
        let session_limits = self.session_limits(&mut bad);
        let trusted_proxies = check(&mut bad, "TRUSTED_PROXIES", trusted_proxies(self.get("TRUSTED_PROXIES")));
        match (mail, bind, connections, prepared_statements, session_limits, trusted_proxies) {
            (Some(mail), Some(bind), Some(connections), Some(prepared_statements), Some(session_limits), Some(trusted_proxies)) => {
                Ok(Config {
                    base_url: Url::parse(&format!("http://{bind}")).map_err(|error| BadSettings(vec![("BIND", error.to_string())]))?,
                    secret_keys: Vec::new(),
                    mail: mail.map_or(MailBy::MailboxOnly, MailBy::Smtp),
                    mail_from: EmailAddress::parse("partners@guildhall.example").expect("a constant address"),
                    database: self.database(),
                    bind,
                    connections,
                    prepared_statements,
                    session_limits,
                    trusted_proxies,
                    limit_factor: 1,
                    redirect_limits: redirect::Limits::DEFAULT,
                })
            }
            _ => Err(BadSettings(bad)),
        }
    }

    /// How long sessions last (S11).
    fn session_limits(&self, bad: &mut Vec<(&'static str, String)>) -> Option<SessionLimits> {
        let usual = SessionLimits::default();
        let mut number = |name: &'static str, usual: i32, most: i32| {
            let number = self.get(name).map_or(Ok(usual), str::parse).ok().filter(|number| (1..=most).contains(number));
            check(bad, name, number.ok_or_else(|| format!("Put a number from 1 to {most} there; without it it is {usual}")))
        };
        let (idle_hours, days) = (number("SESSION_IDLE_HOURS", usual.idle_hours, 336), number("SESSION_DAYS", usual.days, 90));
        Some(SessionLimits { idle_hours: idle_hours?, days: days? })
    }

    fn optional(&self, bad: &mut Vec<(&'static str, String)>) -> (Option<SocketAddr>, Option<u32>, Option<bool>) {
        let bind = self
            .get("BIND")
            .unwrap_or("127.0.0.1:8080")
            .parse()
            .map_err(|_| "Put an address and a port there, like 127.0.0.1:8080".to_owned());
        let connections = match self.get("DATABASE_CONNECTIONS").unwrap_or("8").parse() {
            Ok(number @ 1..=500) => Ok(number),
            _ => Err("Put a number from 1 to 500 there".to_owned()),
        };
        let prepared = match self.get("DATABASE_PREPARED_STATEMENTS").unwrap_or("on") {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err("Put on there, or off behind PgBouncer below 1.21".to_owned()),
        };
        (check(bad, "BIND", bind), check(bad, "DATABASE_CONNECTIONS", connections), check(bad, "DATABASE_PREPARED_STATEMENTS", prepared))
    }
}

fn check<T>(bad: &mut Vec<(&'static str, String)>, name: &'static str, value: Result<T, String>) -> Option<T> {
    value.map_err(|what| bad.push((name, what))).ok()
}

/// Whether the host is this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Schemes that the URL standard does not know keep an IPv4 address as a name.
        Some(url::Host::Domain(name)) => name == "localhost" || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn base_url(text: Option<&str>) -> Result<Url, String> {
    const WHAT: &str = "Put the address there under which people reach this installation, like https://partners.example.com (http only on this machine itself)";
    let url = Url::parse(text.ok_or(WHAT)?).map_err(|_| WHAT)?;
    let sound = (url.scheme() == "https" && url.host().is_some()) || (url.scheme() == "http" && is_loopback(&url));
    if sound && url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty() {
        Ok(url)
    } else {
        Err(WHAT.to_owned())
    }
}

/// Base64, hex or any other text of 32 bytes or more; the ones from examples and all-the-same letters are refused (S65).
fn secret_key(text: Option<&str>) -> Result<Vec<u8>, String> {
    const WHAT: &str = "Put 32 random bytes or more there; `openssl rand -base64 48` makes some";
    let key = text.ok_or(WHAT)?.trim().as_bytes().to_vec();
    let distinct = key.iter().collect::<std::collections::HashSet<_>>().len();
    let sample = ["changeme", "change-me", "secret", "example", "password", "12345678"]
        .iter()
        .any(|word| String::from_utf8_lossy(&key).to_lowercase().contains(word));
    if key.len() < KEY_BYTES || distinct < 10 || sample { Err(WHAT.to_owned()) } else { Ok(key) }
}

fn smtp_url(text: Option<&str>) -> Result<Url, String> {
    const WHAT: &str =
        "Put smtps://user:password@host there, or smtp://user:password@host:587?tls=required; plain smtp:// only to this machine itself";
    let url = Url::parse(text.ok_or(WHAT)?).map_err(|_| WHAT)?;
    let required = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    let sound = url.host().is_some() && (url.scheme() == "smtps" || (url.scheme() == "smtp" && (required || is_loopback(&url))));
    if sound { Ok(url) } else { Err(WHAT.to_owned()) }
}

fn mail_from(text: Option<&str>) -> Result<EmailAddress, String> {
    text.and_then(EmailAddress::parse).ok_or_else(|| "Put the address there that mail is sent from, like partners@example.com".to_owned())
}

fn trusted_proxies(text: Option<&str>) -> Result<TrustedProxies, String> {
    const WHAT: &str =
        "Put the addresses or networks of your proxies there, with commas between them, like 10.0.0.5,192.168.10.0/24,fd00::/64";
    text.map_or_else(|| Ok(TrustedProxies::default()), |text| TrustedProxies::parse(text).map_err(|bad| format!("{WHAT}; {bad:?} is none")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "pZ4mQ8rT1vX6bN3cL9kJ2hG5fD7sA0wE";
    const GOOD: [(&str, &str); 4] = [
        ("BASE_URL", "https://partners.acme.com"),
        ("SECRET_KEY", KEY),
        ("SMTP_URL", "smtps://u:p@mail.acme.com"),
        ("MAIL_FROM", "partners@acme.com"),
    ];

    fn with(name: &str, value: &str) -> Environment {
        let mut all = GOOD.to_vec();
        all.retain(|(other, _)| *other != name);
        all.push((name, value));
        Environment::of(&all)
    }
    fn named(environment: &Environment) -> Vec<&'static str> {
        environment.serve().err().map(|bad| bad.0.into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }

    #[test]
    fn good_settings_are_taken() {
        let config = Environment::of(&GOOD).serve().unwrap_or_else(|bad| panic!("{bad}"));
        assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
        assert_eq!(config.trusted_proxies, TrustedProxies::default(), "nobody's word is taken unasked");
        assert!(with("TRUSTED_PROXIES", "10.0.0.5, 192.168.10.0/24,fd00::/64").serve().is_ok());
    }

    #[test]
    fn everything_missing_is_named_at_once() {
        assert_eq!(named(&Environment::of(&[])), ["BASE_URL", "SECRET_KEY", "SMTP_URL", "MAIL_FROM"]);
    }

    #[test]
    fn each_bad_setting_is_named() {
        for (name, value) in [
            ("BASE_URL", "http://partners.acme.com"),
            ("BASE_URL", "partners.acme.com"),
            ("BASE_URL", "https://partners.acme.com/path"),
            ("SECRET_KEY", "short"),
            ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ("SECRET_KEY", "changeme-changeme-changeme-changeme-please"),
            ("SECRET_KEY_PREVIOUS", "short"),
            ("SMTP_URL", "smtp://mail.acme.com"),
            ("SMTP_URL", "http://mail.acme.com"),
            ("MAIL_FROM", "partners"),
            ("BIND", "8080"),
            ("DATABASE_CONNECTIONS", "many"),
            ("DATABASE_PREPARED_STATEMENTS", "maybe"),
            ("SESSION_IDLE_HOURS", "0"),
            ("SESSION_DAYS", "a fortnight"),
            ("TRUSTED_PROXIES", "the proxy"),
            ("TRUSTED_PROXIES", "10.0.0.5,10.0.0.0/40"),
            ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ] {
            assert_eq!(named(&with(name, value)), [name], "{value}");
        }
    }

    #[test]
    fn loopback_may_do_without_tls() {
        assert!(with("BASE_URL", "http://127.0.0.1:8080").serve().is_ok());
        assert!(with("SMTP_URL", "smtp://localhost:2525").serve().is_ok());
        assert!(with("SMTP_URL", "smtp://127.0.0.1:2525").serve().is_ok());
        assert!(with("SMTP_URL", "smtp://[::1]:2525").serve().is_ok());
        assert!(with("SMTP_URL", "smtp://mail.acme.com:587?tls=required").serve().is_ok());
    }
}
