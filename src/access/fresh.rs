//! Step-up (S13): what is grave asks for a proof of who is there that is at most ten minutes old. Signing in is such a proof.

use crate::{
    access::{Access, ThisSession, locks::Lock, session},
    error::{Error, Result},
    teams::MemberRole,
};
use actix_session::SessionExt;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use std::{
    future::{Future, Ready, ready},
    ops::Deref,
    pin::Pin,
};

/// A lock that opens only for who has proved within the last ten minutes who they are: `Fresh<InTeam<may::HandOver>>`. Whom the lock
/// itself refuses is refused by it first; who is let in with an older proof is led to give one, and comes back. Nothing is done meanwhile.
pub struct Fresh<L>(pub L);

impl<L> Deref for Fresh<L> {
    type Target = L;
    fn deref(&self) -> &L {
        &self.0
    }
}

impl<L: Lock> Lock for Fresh<L> {
    const ACCESS: Access = L::ACCESS;
    const NEEDS_PROOF: bool = true;
}

impl<L: Lock + FromRequest<Error = Error> + 'static> FromRequest for Fresh<L> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (lock, freshness) = (L::from_request(req, payload), Freshness::of(req));
        Box::pin(async move {
            let lock = lock.await?;
            freshness.require().map(|()| Self(lock))
        })
    }
}

/// How old the proof is, for a handler in which only some of what a form may ask is grave: giving finance among other roles (rule 36).
#[derive(Debug, Clone, Copy)]
pub struct Freshness {
    is_fresh: bool,
}

impl Freshness {
    fn of(req: &HttpRequest) -> Self {
        Self { is_fresh: session::is_fresh(&req.get_session()) }
    }

    /// Whether it is at most ten minutes old.
    pub fn is_proven(self) -> bool {
        self.is_fresh
    }

    /// Leads to the page that asks for a proof, where the last one is older than ten minutes.
    pub fn require(self) -> Result<()> {
        if self.is_fresh { Ok(()) } else { Err(Error::ProofRequired) }
    }

    /// The same before somebody is made this: only finance, which opens the team's money, asks for a proof (rule 36).
    pub fn require_to_give(self, role: MemberRole) -> Result<()> {
        match role {
            MemberRole::Finance => self.require(),
            MemberRole::Admin | MemberRole::Member => Ok(()),
        }
    }
}

impl From<&ThisSession> for Freshness {
    fn from(session: &ThisSession) -> Self {
        Self { is_fresh: session.is_fresh() }
    }
}

impl FromRequest for Freshness {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(req)))
    }
}
