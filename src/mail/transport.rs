//! The conversation with the mail server (S50), and what its refusals mean (R4).

use crate::{
    config::{MailBy, is_loopback},
    mail::message::WireMail,
};
use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, Mechanism},
    client::{SmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
};
use std::{error::Error, io, time::Duration};
use url::Url;

/// How long the server may take for one step.
const STEP: Duration = Duration::from_secs(30);
/// How long it may take to accept the whole message: servers look for spam here, and who hangs up makes a second copy.
const TAKING: Duration = Duration::from_secs(120);
/// Mails in one conversation; many servers allow no more than a hundred.
const PER_LINE: u32 = 50;
/// Replies that speak of our account with the server, at whatever step they come.
const ABOUT_US: [&str; 4] = ["530", "534", "535", "538"];

/// Where mail goes.
#[derive(Clone)]
pub enum Transport {
    /// To an SMTP server.
    Smtp(Smtp),
    /// Nowhere: the demo shows it on its mailbox, and it counts as sent.
    Mailbox,
}

/// An SMTP server and how to speak to it.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    step: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, without which nothing is sent.
    StartTls,
    /// None, to this machine only.
    Plain,
}

/// Why a mail was not taken, by what is to be done about it (R4).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The server cannot be reached or has no time: the mail waits, and the others are not tried just now.
    #[error("{0}")]
    Unreachable(String),
    /// Not now: the mail waits.
    #[error("{0}")]
    Later(String),
    /// The server refuses this mail for good.
    #[error("{0}")]
    Refused(String),
    /// The server refuses us, or speaks no TLS: somebody has to look at the settings, and no mail pays for it.
    #[error("{0}")]
    Misconfigured(String),
}

/// An open conversation.
pub enum Line {
    /// With an SMTP server.
    Smtp {
        /// Greeted, encrypted and signed in.
        connection: Box<SmtpConnection>,
        /// Mails that may still go this way.
        left: u32,
    },
    /// With nobody.
    Mailbox,
}

impl Transport {
    /// As the settings say.
    pub fn of(mail: &MailBy) -> Self {
        match mail {
            MailBy::Smtp(url) => Self::Smtp(Smtp::at(url)),
            MailBy::MailboxOnly => Self::Mailbox,
        }
    }

    /// Begins a conversation.
    pub fn open(&self) -> Result<Line, Failure> {
        match self {
            Self::Smtp(smtp) => Ok(Line::Smtp { connection: Box::new(smtp.connect()?), left: PER_LINE }),
            Self::Mailbox => Ok(Line::Mailbox),
        }
    }
}

impl Smtp {
    /// `smtps://user:password@host:465`, or `smtp://…:587?tls=required`. Plain only where the host is this machine; any other address
    /// gets STARTTLS, asked for or not (S50).
    pub fn at(url: &Url) -> Self {
        let asked = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
        let security = match url.scheme() {
            "smtps" => Security::Tls,
            _ if !asked && is_loopback(url) => Security::Plain,
            _ => Security::StartTls,
        };
        let port = url.port().unwrap_or(match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Plain => 25,
        });
        let credentials =
            (!url.username().is_empty()).then(|| Credentials::new(decoded(url.username()), decoded(url.password().unwrap_or_default())));
        let host = decoded(url.host_str().unwrap_or_default().trim_matches(['[', ']']));
        Self { host, port, security, credentials, step: STEP }
    }

    /// With another limit for each step than 30 seconds.
    pub fn with_patience(self, step: Duration) -> Self {
        Self { step, ..self }
    }

    fn connect(&self) -> Result<SmtpConnection, Failure> {
        let tls = match self.security {
            Security::Tls | Security::StartTls => {
                Some(TlsParameters::new(self.host.clone()).map_err(|error| Failure::Misconfigured(said(&error)))?)
            }
            Security::Plain => None,
        };
        let name = ClientId::default();
        let at_once = tls.as_ref().filter(|_| self.security == Security::Tls);
        let mut connection = SmtpConnection::connect((self.host.as_str(), self.port), Some(self.step), &name, at_once, None)
            .map_err(|error| of_server(&error))?;
        if let Some(tls) = tls.filter(|_| self.security == Security::StartTls) {
            if !connection.can_starttls() {
                connection.abort();
                return Err(Failure::Misconfigured("The mail server offers no STARTTLS, and without it nothing is sent".to_owned()));
            }
            connection.starttls(&tls, &name).map_err(|error| of_server(&error))?;
        }
        if let Some(credentials) = &self.credentials
            && let Err(error) = connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials)
        {
            connection.abort();
            return Err(of_server(&error));
        }
        Ok(connection)
    }
}

impl Line {
    /// Hands the mail over. After a failure the line is of no use any more.
    pub fn send(&mut self, mail: &WireMail) -> Result<(), Failure> {
        let Self::Smtp { connection, left } = self else { return Ok(()) };
        *left = left.saturating_sub(1);
        // The sender is ours: a refusal of it is none of the mail.
        connection.command(Mail::new(Some(mail.from.clone()), vec![])).map_err(|error| of_sender(&error))?;
        connection.command(Rcpt::new(mail.to.clone(), vec![])).map_err(|error| of_mail(&error))?;
        connection.command(Data).map_err(|error| of_mail(&error))?;
        connection.set_timeout(Some(TAKING)).map_err(|error| Failure::Later(error.to_string()))?;
        connection.message(&mail.bytes).map_err(|error| of_mail(&error))?;
        connection.set_timeout(Some(STEP)).map_err(|error| tracing::debug!(%error, "the time limit of a line")).ok();
        Ok(())
    }

    /// Whether another mail may go this way.
    pub fn has_room(&self) -> bool {
        match self {
            Self::Smtp { left, .. } => *left > 0,
            Self::Mailbox => true,
        }
    }

    /// Takes leave, whatever state the conversation is in.
    pub fn close(self) {
        if let Self::Smtp { mut connection, .. } = self {
            connection.abort();
        }
    }
}

/// What a failure means before a mail was named.
fn of_server(error: &SmtpError) -> Failure {
    if error.is_permanent() || error.is_client() || is_untrusted(error) {
        Failure::Misconfigured(said(error))
    } else {
        Failure::Unreachable(said(error))
    }
}

/// What a failure means once our own address was named.
fn of_sender(error: &SmtpError) -> Failure {
    if error.is_permanent() { Failure::Misconfigured(said(error)) } else { Failure::Later(said(error)) }
}

/// What a failure means once the recipient was named.
fn of_mail(error: &SmtpError) -> Failure {
    let about_us = error.status().is_some_and(|code| ABOUT_US.contains(&code.to_string().as_str()));
    match error.is_permanent() {
        true if about_us => Failure::Misconfigured(said(error)),
        true => Failure::Refused(said(error)),
        false => Failure::Later(said(error)),
    }
}

/// TLS refuses a certificate by an I/O error of this kind, and only once the first bytes are read.
fn is_untrusted(error: &SmtpError) -> bool {
    error.source().and_then(|source| source.downcast_ref::<io::Error>()).is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
}

/// The server's own words behind its code, or what went wrong on the way.
fn said(error: &SmtpError) -> String {
    let words = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    error.status().map_or_else(|| words.clone(), |code| format!("{code} {words}"))
}

/// A part of a URL as it was meant.
fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Smtp {
        Smtp::at(&url.parse().unwrap())
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for (url, security, port) in [
            ("smtps://mail.acme.com", Security::Tls, 465),
            ("smtp://mail.acme.com?tls=required", Security::StartTls, 587),
            ("smtp://mail.acme.com:25", Security::StartTls, 25),
            ("smtp://localhost:2525", Security::Plain, 2525),
            ("smtp://127.0.0.1", Security::Plain, 25),
            ("smtp://[::1]:2525", Security::Plain, 2525),
            ("smtp://127.0.0.1:2525?tls=required", Security::StartTls, 2525),
        ] {
            assert_eq!((at(url).security, at(url).port), (security, port), "{url}");
        }
        assert_eq!(at("smtp://[::1]:2525").host, "::1");
    }

    #[test]
    fn name_and_password_are_decoded() {
        let credentials = at("smtps://partners%40acme.com:a%2Fb%3Ac@mail.acme.com").credentials.unwrap();
        assert_eq!(credentials, Credentials::new("partners@acme.com".into(), "a/b:c".into()));
    }

    #[test]
    fn tls_needs_no_provider_set_up_for_the_process() {
        assert!(TlsParameters::new("mail.acme.com".into()).is_ok());
    }
}
