//! The locks: types in a handler's signature that find the place through the viewer and hand it over. A handler whose first argument is
//! none of them does not compile into a route.

use crate::{
    access::session,
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, rail as company_rail, rail::CompanyTab, staff::Staff},
    db::{Db, unless_read_only},
    error::{Error, Result},
    ids::RequestId,
    invitations::approval::{self, WaitingCount},
    paths,
    programs::partner::is_staff_of_a_partner_company,
    teams::{Membership, TeamPermission, rail as team_rail, rail::TeamTab},
    web::{Avatar, Frame, Layout, Person, Whereabouts, logging},
};
use actix_session::SessionExt;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::Method};
use chrono_tz::Tz;
use diesel::prelude::*;
use std::{
    future::{Future, Ready, ready},
    marker::PhantomData,
    ops::Deref,
    pin::Pin,
};

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// Who gets past a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Everybody: public pages, by name.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Staff of the company in the path who hold this.
    Staff(StaffPermission),
    /// People of the team in the path who hold this.
    Team(TeamPermission),
    /// Programs that show a company's key, whoever is signed in.
    Key,
}

/// A lock's kind, known without a request.
pub trait Lock {
    /// Who gets past it.
    const ACCESS: Access;
    /// Whether they must have proved who they are within the last ten minutes (S13).
    const NEEDS_PROOF: bool = false;
}

/// The arguments of a handler that begin with a lock.
pub trait Guarded: Sized {
    /// Who gets past it.
    const ACCESS: Access;
    /// Whether they must have proved who they are within the last ten minutes (S13).
    const NEEDS_PROOF: bool;
    /// Opens the lock, and only then reads the rest: a stranger's form is not even read.
    fn extract(req: &HttpRequest, payload: &mut Payload) -> impl Future<Output = std::result::Result<Self, actix_web::Error>>;
}

macro_rules! guarded {
    ($($name:ident)*) => {
        impl<First: Lock + FromRequest, $($name: FromRequest),*> Guarded for (First, $($name,)*) {
            const ACCESS: Access = First::ACCESS;
            const NEEDS_PROOF: bool = First::NEEDS_PROOF;
            #[allow(unused_variables, reason = "without further arguments there is nothing to read")]
            async fn extract(req: &HttpRequest, payload: &mut Payload) -> std::result::Result<Self, actix_web::Error> {
                Ok((
                    First::from_request(req, &mut Payload::None).await.map_err(Into::into)?,
                    $($name::from_request(req, payload).await.map_err(Into::into)?,)*
                ))
            }
        }
    };
}
guarded!();
guarded!(A);
guarded!(A B);
guarded!(A B C);
guarded!(A B C D);
guarded!(A B C D E);
guarded!(A B C D E F);
guarded!(A B C D E F G);
guarded!(A B C D E F G H);
guarded!(A B C D E F G H I);
guarded!(A B C D E F G H I J);

/// Names permissions in signatures: `Authorized<may::Invite>`.
pub mod may {
    use super::{StaffPermission, TeamPermission};

    /// A staff permission as a type.
    pub trait StaffMay: 'static {
        /// Which.
        const PERMISSION: StaffPermission;
    }
    /// A team permission as a type.
    pub trait TeamMay: 'static {
        /// Which.
        const PERMISSION: TeamPermission;
    }
    macro_rules! permissions {
        ($trait:ident $enum:ident: $($name:ident)*) => {$(
            #[doc = concat!("[`", stringify!($enum), "::", stringify!($name), "`].")]
            pub struct $name;
            impl $trait for $name { const PERMISSION: $enum = $enum::$name; }
        )*};
    }
    permissions!(StaffMay StaffPermission: SeePartners Invite Message WritePrograms MakeLinks SeeMoney PayOut Administer);
    permissions!(TeamMay TeamPermission: SeeTeam InviteMembers GiveRoles ApproveMembers EditTeam AnswerProgramInvitations HandOver Leave
        HaveLinks ContributeReferrals SeeActivity SeeCommissions Withdraw);
}

/// Everybody, without a look at who they are: probes, and what must answer without the database.
pub struct Public;

/// Everybody, and who they are where they are signed in. It leaves no trace, so it also stands on pages behind mailed links.
pub struct Anyone {
    /// The person, where signed in.
    pub user: Option<User>,
    /// The request.
    pub request: Option<RequestId>,
}

/// A signed-in person.
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// The request.
    pub request: Option<RequestId>,
}

/// Staff of the company in the path who hold `P`. Where the company requires two-step sign-in, who has not set it up is led there first (S7).
pub struct Authorized<P> {
    /// Who, where, and as what.
    pub staff: Staff,
    /// For the audit log.
    pub actor: Actor,
    _permission: PhantomData<fn() -> P>,
}

/// A member of the team in the path who holds `P`. Where the team requires two-step sign-in of their role, who has not set it up is led there
/// first (S7).
pub struct InTeam<P> {
    /// Who, where, and as what.
    pub member: Membership,
    /// What waits for the team's decision.
    pub waiting: WaitingCount,
    /// For the audit log.
    pub actor: Actor,
    _permission: PhantomData<fn() -> P>,
}

impl Lock for Public {
    const ACCESS: Access = Access::Anyone;
}
impl Lock for Anyone {
    const ACCESS: Access = Access::Anyone;
}
impl Lock for SignedIn {
    const ACCESS: Access = Access::SignedIn;
}
impl<P: may::StaffMay> Lock for Authorized<P> {
    const ACCESS: Access = Access::Staff(P::PERMISSION);
}
impl<P: may::TeamMay> Lock for InTeam<P> {
    const ACCESS: Access = Access::Team(P::PERMISSION);
}

impl Anyone {
    /// A public page's frame.
    pub fn frame(&self, layout: Layout, h1: &str) -> Frame {
        layout.public(h1, self.user.as_ref().map(person))
    }

    /// The zone in which times are shown to them.
    pub fn zone(&self) -> Tz {
        self.user.as_ref().map_or(Tz::UTC, User::zone)
    }
}

impl SignedIn {
    /// The frame of a page outside every company and team.
    pub fn frame(&self, layout: Layout, h1: &str) -> Frame {
        layout.public(h1, Some(person(&self.user)))
    }
}

fn person(user: &User) -> Person {
    Person { name: user.name.clone(), avatar: Avatar::person(user.id.uuid(), &user.name), line: user.email.to_string() }
}

impl<P> Authorized<P> {
    /// The company's frame around a page of that tab.
    pub fn frame(&self, layout: Layout, tab: CompanyTab, h1: &str) -> Frame {
        layout.place(h1, tab.label(), company_rail::place(&self.staff, tab), company_rail::person(&self.staff))
    }
}

impl<P> Deref for Authorized<P> {
    type Target = Staff;
    fn deref(&self) -> &Staff {
        &self.staff
    }
}

impl<P> InTeam<P> {
    /// The team's frame around a page of that tab. The rail counts what this member may answer.
    pub fn frame(&self, layout: Layout, tab: TeamTab, h1: &str) -> Frame {
        let waiting = self.waiting.answered_by(&self.member);
        layout.place(h1, tab.label(), team_rail::place(&self.member, waiting, tab), team_rail::person(&self.member))
    }
}

impl<P> Deref for InTeam<P> {
    type Target = Membership;
    fn deref(&self) -> &Membership {
        &self.member
    }
}

/// What a lock reads of a request before it asks the database.
struct Asking {
    db: Db,
    user: Option<crate::ids::UserId>,
    stale: Option<Vec<u8>>,
    slug: String,
    request: Option<RequestId>,
    changes: bool,
}

impl Asking {
    fn of(req: &HttpRequest, place: &str) -> Result<Self> {
        let session = req.get_session();
        let user = session::user_of(&session)?;
        user.into_iter().for_each(logging::signed_in);
        Ok(Self {
            db: Db::from_request(req, &mut Payload::None).into_inner()?,
            user,
            stale: session::stale_row(&session),
            slug: req.match_info().get(place).unwrap_or_default().to_owned(),
            request: req.extensions().get::<RequestId>().copied(),
            changes: !matches!(*req.method(), Method::GET | Method::HEAD),
        })
    }
}

impl FromRequest for Public {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

impl FromRequest for Anyone {
    type Error = Error;
    type Future = Extracting<Self>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asking = Asking::of(req, "");
        Box::pin(async move {
            let Asking { db, user, request, .. } = asking?;
            let user = match user {
                Some(id) => db.run(move |conn| User::find(conn, id).optional()).await?,
                None => None,
            };
            Ok(Self { user, request })
        })
    }
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Extracting<Self>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asking = Asking::of(req, "");
        Box::pin(async move {
            let Asking { db, user, stale, request, .. } = asking?;
            let id = user.ok_or(Error::SignInRequired)?;
            let user = db
                .run(move |conn| {
                    stale.map_or(Ok(()), |row| session::touch(conn, &row))?;
                    User::find(conn, id).optional()
                })
                .await?;
            Ok(Self { user: user.ok_or(Error::SignInRequired)?, request })
        })
    }
}

impl<P: may::StaffMay> FromRequest for Authorized<P> {
    type Error = Error;
    type Future = Extracting<Self>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asking = Asking::of(req, "company");
        Box::pin(async move {
            let Asking { db, user, stale, slug, request, changes } = asking?;
            let user = user.ok_or(Error::SignInRequired)?;
            db.run(move |conn| {
                stale.map_or(Ok(()), |row| session::touch(conn, &row))?;
                let staff = Staff::of(conn, user, &slug)?;
                if staff.awaits_two_step() {
                    return Err(Error::TwoStepRequired);
                }
                let actor = staff.actor(request);
                if staff.may(P::PERMISSION) {
                    return Ok(Self { staff, actor, _permission: PhantomData });
                }
                if changes {
                    audit::record(conn, &actor, Event::new(Action::Refused).company(staff.company.id))?;
                }
                Err(Error::Forbidden(P::PERMISSION.who_can().into()))
            })
            .await
        })
    }
}

impl<P: may::TeamMay> FromRequest for InTeam<P> {
    type Error = Error;
    type Future = Extracting<Self>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (asking, req) = (Asking::of(req, "team"), req.clone());
        Box::pin(async move {
            let Asking { db, user, stale, slug, request, changes } = asking?;
            let user = user.ok_or(Error::SignInRequired)?;
            let opened = db.run(move |conn| {
                stale.map_or(Ok(()), |row| session::touch(conn, &row))?;
                let Some(member) = Membership::of(conn, user, &slug).optional()? else {
                    return Err(refuse_outsider(conn, user, &slug, request, changes)?);
                };
                if member.team.awaits_two_step(member.role, &member.user) {
                    return Err(Error::TwoStepRequired);
                }
                let actor = member.actor(request);
                if !member.may(P::PERMISSION) {
                    if changes {
                        audit::record(conn, &actor, Event::new(Action::Refused).team(member.team.id))?;
                    }
                    return Ok(Err(member));
                }
                unless_read_only(Membership::touch_if_stale(conn, &member))?;
                let waiting = approval::count_waiting(conn, member.team.id)?;
                Ok::<_, Error>(Ok(Self { member, waiting, actor, _permission: PhantomData }))
            });
            let opened = opened.await?;
            let team = opened.as_ref().map_or_else(|member| &member.team, |lock| &lock.member.team);
            req.extensions_mut().insert(Whereabouts { name: team.name.clone(), home: paths::team(&team.slug) });
            opened.map_err(|member| Error::Forbidden(member.who_can(P::PERMISSION).into()))
        })
    }
}

/// Staff of a company that works with this team read that only the team can do this, and a try is written down (rules 16 and 61); for
/// everyone else the team does not exist.
fn refuse_outsider(
    conn: &mut PgConnection,
    user: crate::ids::UserId,
    slug: &str,
    request: Option<RequestId>,
    changes: bool,
) -> QueryResult<Error> {
    if !is_staff_of_a_partner_company(conn, user, slug)? {
        return Ok(Error::NotFound);
    }
    if changes {
        let team = crate::teams::Team::by_slug(conn, slug)?;
        audit::record(conn, &Actor::person(user, request), Event::new(Action::Refused).team(team.id))?;
    }
    Ok(Error::Forbidden("Only the team's owner and admins can do this.".into()))
}
