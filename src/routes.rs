//! The table of URLs: every route with the lock that its handler's signature bears (S24).

use crate::{
    access::{
        Access, Guarded, Limit,
        rate_limit::{self, Per},
    },
    accounts::handlers as accounts,
    app::Mode,
    audit::{self, Action},
    error::Error,
    governing::handlers as governing,
    home::handlers as home,
    invitations::handlers::{approvals, company, deciding, for_team, link, new_members, new_team, one, revocation, teammates},
    links::handlers as links,
    mail,
    messages::handlers as messages,
    partners::handlers as partners,
    payouts::handlers as payouts,
    programs::handlers as programs,
    referrals::handlers as referrals,
    staffing::handlers as staffing,
    teams,
    training::handlers as training,
    web::{
        answers,
        form::{FILE_LIMIT, FORM_LIMIT, LONG_TEXT_LIMIT},
        headers,
    },
};
use actix_web::{Handler, HttpRequest, HttpResponse, Responder, Route, guard, http::Method, middleware::from_fn, web};

/// One route.
pub struct Endpoint {
    /// GET (which answers HEAD too) or POST.
    pub method: Method,
    /// With `{company}`, `{team}` and the like.
    pub path: &'static str,
    /// Who gets past its lock, read off the handler's first argument.
    pub access: Access,
    /// Whether they must have proved who they are within the last ten minutes (S13), read off the same argument.
    pub needs_proof: bool,
    /// What it may write in the audit log.
    pub records: &'static [Action],
    /// The longest body that it reads, in bytes (S21).
    pub body_limit: usize,
    /// How often it may be asked for (S4), where that does not depend on what is asked.
    pub limit: Option<(Limit, Per)>,
    /// Whether it is answered past session, flash, compression and the log of requests (rule 41).
    pub is_short: bool,
    route: Box<MakeRoute>,
}

/// Makes a route, which counts by that limit.
type MakeRoute = dyn Fn(Option<(Limit, Per)>) -> Route;

/// A page. Its handler's first argument is a lock, or this does not compile.
pub fn get<F, Args>(path: &'static str, handler: F) -> Endpoint
where
    F: Handler<Args> + Copy,
    Args: Guarded + 'static,
    F::Output: Responder + 'static,
{
    let route = Box::new(move |limit| behind_lock(web::route().guard(guard::Any(guard::Get()).or(guard::Head())), limit, handler));
    Endpoint {
        method: Method::GET,
        path,
        access: Args::ACCESS,
        needs_proof: Args::NEEDS_PROOF,
        records: &[],
        body_limit: FORM_LIMIT,
        limit: None,
        is_short: false,
        route,
    }
}

/// A change, and the audit actions it writes.
pub fn post<F, Args>(path: &'static str, handler: F, records: &'static [Action]) -> Endpoint
where
    F: Handler<Args> + Copy,
    Args: Guarded + 'static,
    F::Output: Responder + 'static,
{
    let route = Box::new(move |limit| behind_lock(web::post(), limit, handler));
    Endpoint {
        method: Method::POST,
        path,
        access: Args::ACCESS,
        needs_proof: Args::NEEDS_PROOF,
        records,
        body_limit: FORM_LIMIT,
        limit: None,
        is_short: false,
        route,
    }
}

impl Endpoint {
    /// The same for a form with terms or a lesson in it.
    fn with_long_text(self) -> Self {
        Self { body_limit: LONG_TEXT_LIMIT, ..self }
    }

    /// The same, answered only so often (S4).
    fn at_most(self, limit: Limit, per: Per) -> Self {
        Self { limit: Some((limit, per)), ..self }
    }

    /// The same for what many ask who are nobody in particular: what the way to a page costs would be most of it.
    fn short(self) -> Self {
        Self { is_short: true, ..self }
    }

    /// The same for a form with a file in it.
    fn with_file(self) -> Self {
        Self { body_limit: FILE_LIMIT, ..self }
    }
}

/// Left to itself, actix reads a handler's arguments side by side, and a bad form would be answered before the lock.
fn behind_lock<F, Args>(route: Route, limit: Option<(Limit, Per)>, handler: F) -> Route
where
    F: Handler<Args> + Copy,
    Args: Guarded + 'static,
    F::Output: Responder + 'static,
{
    route.to(move |req: HttpRequest, payload: web::Payload| async move {
        if let Some((limit, per)) = limit {
            rate_limit::require(&req, limit, per).await?;
        }
        let args = Args::extract(&req, &mut payload.into_inner()).await?;
        Ok::<_, actix_web::Error>(handler.call(args).await.respond_to(&req).map_into_boxed_body())
    })
}

/// Every route of the program in that mode.
pub fn all(mode: Mode) -> Vec<Endpoint> {
    let demo_only = match mode {
        Mode::Serve => Vec::new(),
        Mode::Demo => mailbox(),
    };
    [
        public(),
        account(),
        partner(),
        program(),
        link(),
        course(),
        staff(),
        invitation(),
        invitation_link(),
        team(),
        message(),
        referral(),
        sale(),
        payout(),
        demo_only,
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn public() -> Vec<Endpoint> {
    vec![
        get("/", home::start),
        get("/healthz", home::health),
        get("/readyz", home::ready),
        get("/go/{text}", links::follow).short(),
        get("/setup/{token}", home::setup_page),
        post("/setup/{token}", home::found, &[Action::CompanyFounded, Action::ProgramCreated, Action::HostListed])
            .with_long_text()
            .at_most(Limit::Link, Per::Network),
    ]
}

fn account() -> Vec<Endpoint> {
    vec![
        get("/sign-in", accounts::sign_in_page),
        post("/sign-in", accounts::sign_in, &[Action::SignedIn]).at_most(Limit::SignInOfNetwork, Per::Network),
        get("/sign-in/code", accounts::sign_in_code),
        post("/sign-in/code", accounts::take_sign_in_code, &[Action::SignedIn, Action::RecoveryCodeUsed])
            .at_most(Limit::SignInOfNetwork, Per::Network),
        post("/sign-out", accounts::sign_out, &[Action::SignedOut]),
        get("/account", accounts::account),
        post("/account/profile", accounts::change_profile, &[Action::ProfileChanged]),
        post("/account/password", accounts::change_password, &[Action::PasswordChanged, Action::EmailChangeCancelled]),
        post("/account/email", accounts::ask_for_email, &[Action::EmailChangeAsked]),
        post("/account/email/cancellation", accounts::cancel_email, &[Action::EmailChangeCancelled]),
        get("/account/two-step", accounts::two_step),
        post("/account/two-step", accounts::switch_on_two_step, &[Action::TwoStepSetUp]),
        get("/account/two-step/setup", accounts::set_up_two_step),
        // An app on trial counts for nothing yet.
        post("/account/two-step/setup", accounts::begin_two_step, &[]),
        get("/account/two-step/recovery-codes", accounts::recovery_codes),
        post("/account/two-step/recovery-codes", accounts::renew_recovery_codes, &[Action::RecoveryCodesRenewed]),
        get("/account/two-step/ending", accounts::two_step_ending),
        post("/account/two-step/ending", accounts::end_two_step, &[Action::TwoStepSwitchedOff]),
        post("/account/sessions/{session}/ending", accounts::end_session, &[Action::SessionEnded]),
        post("/account/other-sessions/ending", accounts::end_other_sessions, &[Action::OtherSessionsEnded]),
        get("/email-change/{token}", accounts::email_change),
        post("/email-change/{token}", accounts::change_email, &[Action::EmailChanged, Action::InvitationRevoked])
            .at_most(Limit::Link, Per::Network),
        get("/email-undo/{token}", accounts::email_undo),
        post(
            "/email-undo/{token}",
            accounts::undo_email,
            &[Action::EmailChangeUndone, Action::InvitationRevoked, Action::TwoStepSwitchedOff, Action::PasswordResetAsked],
        )
        .at_most(Limit::Link, Per::Network),
        get("/account/confirmation", accounts::confirmation),
        // It keeps any form that came too late, long ones too.
        post("/account/confirmation", accounts::confirm, &[Action::IdentityConfirmed, Action::RecoveryCodeUsed]).with_file(),
        get("/password-reset", accounts::forgotten),
        post("/password-reset", accounts::ask, &[Action::PasswordResetAsked]).at_most(Limit::PasswordResetOfNetwork, Per::Network),
        get("/password-reset/{token}", accounts::choose),
        post("/password-reset/{token}", accounts::reset, &[Action::PasswordReset, Action::EmailChangeCancelled])
            .at_most(Limit::Link, Per::Network),
    ]
}

fn partner() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}", partners::to_partners),
        get("/companies/{company}/partners", partners::index),
        get("/companies/{company}/partners/{partner}", partners::show),
        get("/companies/{company}/partners/{partner}/members/{member}", partners::show_member),
        post("/companies/{company}/partners/{partner}/assignment", partners::assign, &[Action::PartnerAssigned]),
        post("/companies/{company}/partners/{partner}/tags", partners::tag, &[Action::PartnerTagged]),
        post("/companies/{company}/partners/{partner}/tags/{tag}/removal", partners::untag, &[Action::PartnerUntagged]),
        get("/companies/{company}/partners/{partner}/notes", partners::notes),
        post("/companies/{company}/partners/{partner}/notes", partners::note, &[Action::NoteAdded]),
    ]
}

fn program() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}/programs", programs::index),
        post("/companies/{company}/programs", programs::create, &[Action::ProgramCreated, Action::HostListed]).with_long_text(),
        get("/companies/{company}/programs/new", programs::new),
        get("/companies/{company}/programs/{program}", programs::show),
        post("/companies/{company}/programs/{program}", programs::edit, &[Action::ProgramEdited, Action::HostListed]),
        get("/companies/{company}/programs/{program}/commission", programs::commission::show),
        post("/companies/{company}/programs/{program}/commission", programs::commission::change, &[Action::CommissionRuleChanged]),
        get("/companies/{company}/programs/{program}/terms", programs::terms::index),
        post("/companies/{company}/programs/{program}/terms", programs::publish::publish, &[Action::TermsPublished]).with_long_text(),
        get("/companies/{company}/programs/{program}/terms/new", programs::publish::new),
        get("/companies/{company}/programs/{program}/terms/{terms}", programs::terms::show),
        get("/companies/{company}/programs/{program}/acceptances", programs::terms::teams),
    ]
}

fn link() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}/settings", links::settings),
        post("/companies/{company}/settings/hosts", links::list_host, &[Action::HostListed]),
        get("/companies/{company}/settings/hosts/{host}/removal", links::host_removal),
        post("/companies/{company}/settings/hosts/{host}/removal", links::unlist_host, &[Action::HostUnlisted]),
        get("/companies/{company}/programs/{program}/links", links::program),
        post("/companies/{company}/programs/{program}/links", links::add_destination, &[Action::DestinationAdded, Action::HostListed]),
        post("/companies/{company}/programs/{program}/links/text", links::let_choose, &[Action::LinkTextSwitched]),
        get("/companies/{company}/programs/{program}/links/{destination}", links::destination),
        post(
            "/companies/{company}/programs/{program}/links/{destination}",
            links::edit_destination,
            &[Action::DestinationChanged, Action::HostListed],
        ),
        post(
            "/companies/{company}/programs/{program}/links/{destination}/retirement",
            links::retire_destination,
            &[Action::DestinationRetired],
        ),
        post("/companies/{company}/partners/{partner}/members/{member}/links", links::make_for_member, &[Action::LinkMade]),
        get("/companies/{company}/partners/{partner}/members/{member}/links/new", links::new_for_member),
        get("/companies/{company}/partners/{partner}/members/{member}/links/availability", links::availability_for_member),
        get("/companies/{company}/partners/{partner}/members/{member}/links/{link}/code", links::member_code),
        get("/companies/{company}/partners/{partner}/members/{member}/links/{link}/code.svg", links::member_code_file),
        get("/teams/{team}/links", links::index),
        post("/teams/{team}/links", links::switch_on, &[Action::LinkSwitchedOn]),
        get("/teams/{team}/links/availability", links::availability),
        get("/teams/{team}/links/{link}/code", links::code),
        get("/teams/{team}/links/{link}/code.svg", links::code_file),
        get("/teams/{team}/links/{link}/text", links::edit_text),
        post("/teams/{team}/links/{link}/text", links::change_text, &[Action::LinkTextChanged]),
    ]
}

fn course() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}/courses", training::index),
        post("/companies/{company}/courses", training::create, &[Action::CourseCreated]),
        get("/companies/{company}/courses/new", training::new),
        get("/companies/{company}/courses/{course}", training::show),
        post("/companies/{company}/courses/{course}", training::edit, &[Action::CourseEdited]),
        post("/companies/{company}/courses/{course}/programs", training::give, &[Action::CourseGiven]),
        post("/companies/{company}/courses/{course}/lessons", training::create_lesson, &[Action::LessonCreated]).with_long_text(),
        get("/companies/{company}/courses/{course}/lessons/new", training::new_lesson),
        get("/companies/{company}/courses/{course}/lessons/{lesson}", training::show_lesson),
        post("/companies/{company}/courses/{course}/lessons/{lesson}", training::edit_lesson, &[Action::LessonEdited]).with_long_text(),
        post("/companies/{company}/courses/{course}/lessons/{lesson}/publication", training::publish, &[Action::LessonPublished]),
        post("/companies/{company}/courses/{course}/lessons/{lesson}/retraction", training::retract, &[Action::LessonRetracted]),
        post("/companies/{company}/courses/{course}/lessons/{lesson}/ascent", training::move_up, &[Action::LessonMoved]),
        post("/companies/{company}/courses/{course}/lessons/{lesson}/descent", training::move_down, &[Action::LessonMoved]),
        get("/teams/{team}/training", training::taken),
        get("/teams/{team}/training/{course}", training::take_course),
        get("/teams/{team}/training/{course}/{lesson}", training::take_lesson),
        post("/teams/{team}/training/{course}/{lesson}/completion", training::complete, &[Action::LessonDone]),
        post("/teams/{team}/training/{course}/{lesson}/reversal", training::undo, &[Action::LessonUndone]),
    ]
}

fn staff() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}/audit", audit::handlers::index),
        get("/companies/{company}/audit/export", audit::handlers::export).at_most(Limit::Export, Per::Person),
        get("/companies/{company}/staff", staffing::index),
        post("/companies/{company}/staff/two-step", staffing::require_two_step, &[Action::TwoStepRequirementChanged]),
        get("/companies/{company}/staff/invitations/new", staffing::new),
        post("/companies/{company}/staff/invitations", staffing::invite, &[Action::StaffInvited, Action::InvitationRevoked]),
        post("/companies/{company}/staff/invitations/{invitation}/resending", staffing::resend, &[Action::InvitationResent]),
        get("/companies/{company}/staff/invitations/{invitation}/revocation", staffing::confirm_revocation),
        post("/companies/{company}/staff/invitations/{invitation}/revocation", staffing::revoke, &[Action::InvitationRevoked]),
        post("/companies/{company}/staff/{staff}/role", staffing::change_role, &[Action::StaffRoleChanged, Action::InvitationRevoked]),
        get("/companies/{company}/staff/{staff}/removal", staffing::confirm_removal),
        post("/companies/{company}/staff/{staff}/removal", staffing::remove, &[Action::StaffRemoved, Action::InvitationRevoked]),
    ]
}

fn invitation() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}/invitations", company::index),
        get("/companies/{company}/invitations/new-team", new_team::new_team),
        post(
            "/companies/{company}/invitations/new-team",
            new_team::invite_team,
            &[Action::TeamInvited, Action::MemberInvited, Action::InvitationRevoked],
        ),
        get("/companies/{company}/invitations/new-members", new_members::new_members),
        post(
            "/companies/{company}/invitations/new-members",
            new_members::invite_members,
            &[Action::MemberInvited, Action::InvitationRevoked],
        ),
        get("/companies/{company}/invitations/{invitation}", one::show),
        get("/companies/{company}/invitations/{invitation}/revocation", revocation::confirm),
        post("/companies/{company}/invitations/{invitation}/revocation", revocation::revoke, &[Action::InvitationRevoked]),
        post("/companies/{company}/invitations/{invitation}/resending", one::resend, &[Action::InvitationResent]),
        post("/companies/{company}/invitations/{invitation}/reminder", one::remind, &[Action::OwnerReminded]),
        post("/companies/{company}/invitations/{invitation}/role", one::change_role, &[Action::InvitationRoleChanged]),
    ]
}

fn invitation_link() -> Vec<Endpoint> {
    use Action::*;
    vec![
        get("/invitations/{token}", link::show),
        post(
            "/invitations/{token}/acceptance",
            link::accept,
            &[
                InvitationAccepted,
                TeamFounded,
                MemberJoined,
                StaffJoined,
                ProgramJoined,
                MemberApproved,
                MemberRejected,
                InvitationPutToTeam,
                InvitationRevoked,
            ],
        )
        .at_most(Limit::Link, Per::Network),
        post("/invitations/{token}/declination", link::decline, &[InvitationDeclined, InvitationRevoked])
            .at_most(Limit::Link, Per::Network),
        post("/invitations/{token}/request", link::put_before_team, &[InvitationPutToTeam]).at_most(Limit::Link, Per::Network),
        post("/invitations/{token}/renewal", link::ask_for_renewal, &[RenewalAsked]).at_most(Limit::Renewal, Per::Network),
        get("/teams/{team}/approvals/{invitation}/acceptance", for_team::review),
        post(
            "/teams/{team}/approvals/{invitation}/acceptance",
            for_team::accept,
            &[InvitationAccepted, ProgramJoined, InvitationPutToTeam, InvitationRevoked],
        ),
        get("/teams/{team}/approvals/{invitation}/declination", for_team::declination),
        post("/teams/{team}/approvals/{invitation}/declination", for_team::decline, &[InvitationDeclined, InvitationRevoked]),
    ]
}

fn team() -> Vec<Endpoint> {
    vec![
        get("/teams/{team}", teams::handlers::home),
        get("/teams/{team}/members", teams::handlers::members),
        get("/teams/new", governing::founding),
        post("/teams/new", governing::found, &[Action::TeamFounded, Action::MemberJoined]),
        get("/teams/{team}/members/new", teammates::new),
        post("/teams/{team}/members/new", teammates::invite, &[Action::MemberInvited, Action::InvitationRevoked]),
        post("/teams/{team}/invitations/{invitation}/resending", teammates::resend, &[Action::InvitationResent]),
        post("/teams/{team}/invitations/{invitation}/revocation", teammates::revoke, &[Action::InvitationRevoked]),
        get("/teams/{team}/ownership", governing::ownership::show),
        post("/teams/{team}/ownership/offers", governing::ownership::offer, &[Action::OwnershipOffered]),
        post("/teams/{team}/ownership/offers/{offer}/cancellation", governing::ownership::cancel, &[Action::OwnershipOfferCancelled]),
        post(
            "/teams/{team}/ownership/offers/{offer}/acceptance",
            governing::ownership::accept,
            &[Action::OwnershipHandedOver, Action::InvitationRevoked],
        ),
        post("/teams/{team}/ownership/offers/{offer}/declination", governing::ownership::decline, &[Action::OwnershipOfferDeclined]),
        get("/teams/{team}/settings", governing::settings),
        post("/teams/{team}/settings", governing::rename, &[Action::TeamRenamed]),
        post("/teams/{team}/two-step", governing::require_two_step, &[Action::TwoStepRequirementChanged]),
        get("/teams/{team}/members/{member}", governing::show),
        post("/teams/{team}/members/{member}/role", governing::change_role, &[Action::RoleChanged, Action::InvitationRevoked]),
        get("/teams/{team}/members/{member}/removal", governing::removal),
        post("/teams/{team}/members/{member}/removal", governing::remove, &[Action::MemberRemoved, Action::InvitationRevoked]),
        get("/teams/{team}/departure", governing::departure),
        post("/teams/{team}/departure", governing::leave, &[Action::MemberLeft, Action::InvitationRevoked]),
        get("/teams/{team}/permissions", governing::permissions),
        post("/teams/{team}/permissions", governing::switch, &[Action::PermissionsSwitched, Action::InvitationRevoked]),
        get("/teams/{team}/history", audit::handlers::history),
        get("/teams/{team}/programs", programs::team::list::index),
        get("/teams/{team}/programs/{program}", programs::team::program::show),
        post("/teams/{team}/programs/{program}/enrollment", programs::team::program::join, &[Action::ProgramJoined]),
        post("/teams/{team}/programs/{program}/acceptance", programs::team::program::accept, &[Action::TermsAccepted]),
        get("/teams/{team}/programs/{program}/departure", programs::team::leaving::departure),
        post("/teams/{team}/programs/{program}/departure", programs::team::leaving::leave, &[Action::ProgramLeft]),
        get("/teams/{team}/programs/{program}/terms/{terms}", programs::team::program::terms),
        get("/teams/{team}/approvals", approvals::index),
        post(
            "/teams/{team}/approvals/answers",
            deciding::answer_several,
            &[
                Action::MemberApproved,
                Action::MemberRejected,
                Action::InvitationAccepted,
                Action::InvitationDeclined,
                Action::InvitationPutToTeam,
                Action::InvitationRevoked,
                Action::ProgramJoined,
                Action::TermsAccepted,
            ],
        ),
        post("/teams/{team}/approvals/{invitation}/approval", deciding::approve, &[Action::MemberApproved]),
        get("/teams/{team}/approvals/{invitation}/rejection", deciding::rejection),
        post("/teams/{team}/approvals/{invitation}/rejection", deciding::reject, &[Action::MemberRejected]),
    ]
}

fn message() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}/messages", messages::inbox),
        get("/companies/{company}/partners/{partner}/messages", messages::group),
        post("/companies/{company}/partners/{partner}/messages", messages::write_to_group, &[Action::MessageSent]),
        get("/companies/{company}/partners/{partner}/members/{member}/messages", messages::direct),
        post("/companies/{company}/partners/{partner}/members/{member}/messages", messages::write_to_member, &[Action::MessageSent]),
        get("/teams/{team}/messages", messages::conversations),
        get("/teams/{team}/messages/{conversation}", messages::conversation),
        post("/teams/{team}/messages/{conversation}", messages::answer, &[Action::MessageSent]),
    ]
}

fn referral() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}/referrals", referrals::company::index),
        get("/companies/{company}/referrals/{referral}", referrals::one::show),
        post("/companies/{company}/referrals/{referral}/approval", referrals::one::approve, &[Action::ReferralApproved]),
        post("/companies/{company}/referrals/{referral}/declination", referrals::one::decline, &[Action::ReferralDeclined]),
        post("/companies/{company}/referrals/{referral}/win", referrals::one::win, &[Action::ReferralWon]),
        post("/companies/{company}/referrals/{referral}/reversal", referrals::one::take_back, &[Action::ReferralTakenBack]),
        get("/teams/{team}/referrals", referrals::team::index),
        get("/teams/{team}/referrals/new", referrals::team::new),
        post("/teams/{team}/referrals/new", referrals::team::create, &[Action::ReferralContributed]),
    ]
}

fn sale() -> Vec<Endpoint> {
    vec![
        get("/companies/{company}/settings/keys", referrals::keys::index),
        post("/companies/{company}/settings/keys", referrals::keys::make, &[Action::ApiKeyMade]),
        get("/companies/{company}/settings/keys/{key}/revocation", referrals::keys::confirm),
        post("/companies/{company}/settings/keys/{key}/revocation", referrals::keys::revoke, &[Action::ApiKeyRevoked]),
        post("/api/conversions", referrals::api::report, &[Action::SaleReported]),
        post("/api/refunds", referrals::api::refund, &[Action::SaleRefunded]),
    ]
}

fn payout() -> Vec<Endpoint> {
    vec![
        get("/teams/{team}/commissions", payouts::of_team),
        get("/teams/{team}/withdrawals", payouts::team_index),
        post("/teams/{team}/withdrawals", payouts::ask, &[Action::WithdrawalAsked]),
        get("/teams/{team}/withdrawals/new", payouts::new),
        get("/teams/{team}/withdrawals/details", payouts::details),
        post("/teams/{team}/withdrawals/details", payouts::change_details, &[Action::PayoutDetailsChanged]),
        get("/teams/{team}/withdrawals/{withdrawal}", payouts::team_show),
        post("/teams/{team}/withdrawals/{withdrawal}/cancellation", payouts::take_back, &[Action::WithdrawalCancelled]),
        get("/teams/{team}/closing", payouts::closing),
        post("/teams/{team}/closing", payouts::close, &[Action::TeamClosed, Action::InvitationRevoked]),
        get("/companies/{company}/partners/{partner}/commissions", payouts::of_partner),
        get("/companies/{company}/withdrawals", payouts::index),
        get("/companies/{company}/withdrawals/marking", payouts::marking),
        post("/companies/{company}/withdrawals/payments", payouts::pay_several, &[Action::WithdrawalPaid]),
        post("/companies/{company}/withdrawals/failures", payouts::fail_several, &[Action::WithdrawalFailed]),
        post("/companies/{company}/withdrawals/exports", payouts::export, &[Action::WithdrawalsExported]),
        get("/companies/{company}/withdrawals/exports/{export}", payouts::file).at_most(Limit::Export, Per::Person),
        get("/companies/{company}/withdrawals/marks/new", payouts::new_marks),
        // Where the form is sent to, and who proves who they are meanwhile comes back to.
        get("/companies/{company}/withdrawals/marks", payouts::new_marks),
        post("/companies/{company}/withdrawals/marks", payouts::mark_by_file, &[Action::WithdrawalPaid, Action::WithdrawalFailed])
            .with_file(),
        get("/companies/{company}/withdrawals/{withdrawal}", payouts::show),
        post("/companies/{company}/withdrawals/{withdrawal}/payment", payouts::pay, &[Action::WithdrawalPaid]),
        post("/companies/{company}/withdrawals/{withdrawal}/failure", payouts::fail, &[Action::WithdrawalFailed]),
        get("/companies/{company}/settings/payouts", payouts::minimums),
        post("/companies/{company}/settings/payouts", payouts::set_minimums, &[Action::PayoutMinimumsChanged]),
    ]
}

fn mailbox() -> Vec<Endpoint> {
    vec![
        get("/mailbox", mail::handlers::index),
        get("/mailbox/{mail}", mail::handlers::show),
        get("/mailbox/{mail}/html", mail::handlers::html),
    ]
}

/// Mounts the routes; another method on a known path is answered 405 with those it has (S20), any other path 404.
pub fn mount(config: &mut web::ServiceConfig, endpoints: Vec<Endpoint>) {
    let mut paths: Vec<&'static str> = endpoints.iter().map(|endpoint| endpoint.path).collect();
    paths.dedup();
    // actix takes the first pattern that matches: fixed parts stand before `{…}`.
    paths.sort_by_key(|path| path.replace('{', "~"));
    paths.dedup();
    for path in paths {
        let here: Vec<&Endpoint> = endpoints.iter().filter(|endpoint| endpoint.path == path).collect();
        let allow =
            here.iter().map(|endpoint| if endpoint.method == Method::GET { "GET, HEAD" } else { "POST" }).collect::<Vec<_>>().join(", ");
        let limit = here.iter().map(|endpoint| endpoint.body_limit).max().unwrap_or(FORM_LIMIT);
        let is_short = here.iter().all(|endpoint| endpoint.is_short);
        let mut resource = web::resource(path).app_data(web::PayloadConfig::new(limit));
        for endpoint in here {
            resource = resource.route((endpoint.route)(endpoint.limit));
        }
        let other = move || std::future::ready(Err::<HttpResponse, _>(Error::MethodNotAllowed(allow.clone())));
        let resource = resource.default_service(web::route().to(other));
        if is_short {
            config.service(resource.wrap(from_fn(answers::error_pages)).wrap(from_fn(headers::set)));
        } else {
            config.service(resource);
        }
    }
}

/// Any other path.
pub async fn nothing(_: HttpRequest) -> Result<HttpResponse, Error> {
    Err(Error::NotFound)
}
