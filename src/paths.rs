//! A function for every URL. Only this file and `routes.rs` spell them.

use crate::{ids::*, tokens::Purpose};
use percent_encoding::percent_decode_str;

/// `/`, which leads to the one place a person has.
pub fn home() -> String {
    "/".into()
}
/// All places of a person, also where it is one.
pub fn places() -> String {
    with_query(&home(), &[("places", "all")])
}
/// The sign-in page.
pub fn sign_in() -> String {
    "/sign-in".into()
}
/// The sign-in page that leads back to `next`.
pub fn sign_in_then(next: &str) -> String {
    if next == "/" { sign_in() } else { with_query("/sign-in", &[("next", next)]) }
}
/// The second page of signing in, which asks for the code and leads to `next`.
pub fn sign_in_code_then(next: &str) -> String {
    with_query(&sign_in_code(), &[("next", next)])
}
/// The second page of signing in.
pub fn sign_in_code() -> String {
    "/sign-in/code".into()
}
/// A person's own account.
pub fn account() -> String {
    "/account".into()
}
/// Changing name and time zone.
pub fn account_profile() -> String {
    "/account/profile".into()
}
/// Changing the password.
pub fn account_password() -> String {
    "/account/password".into()
}
/// Asking for another address.
pub fn account_email() -> String {
    "/account/email".into()
}
/// Giving up an address that is not proved yet.
pub fn email_cancellation() -> String {
    "/account/email/cancellation".into()
}
/// Ending one of one's sessions.
pub fn session_ending(id: SessionId) -> String {
    format!("/account/sessions/{id}/ending")
}
/// Ending all of one's sessions but this.
pub fn other_sessions_ending() -> String {
    "/account/other-sessions/ending".into()
}
/// Proving a new address by a mailed link.
pub fn email_change_link(token: &str) -> String {
    format!("/email-change/{token}")
}
/// Taking a change of address back by a mailed link.
pub fn email_undo_link(token: &str) -> String {
    format!("/email-undo/{token}")
}
/// Proving again who one is.
pub fn confirmation() -> String {
    "/account/confirmation".into()
}
/// Proving again who one is, before going on to `next`.
pub fn confirmation_then(next: &str) -> String {
    with_query(&confirmation(), &[("next", next)])
}
/// The same for a form, which is sent there and, after the proof, to where it was sent at first.
pub fn confirmation_for(form: &str, next: &str) -> String {
    with_query(&confirmation(), &[("next", next), ("to", form)])
}
/// How a person's two-step sign-in stands.
pub fn two_step() -> String {
    "/account/two-step".into()
}
/// The same, before going on to `next`.
pub fn two_step_then(next: &str) -> String {
    with_query(&two_step(), &[("next", next)])
}
/// Setting up an authenticator app.
pub fn two_step_setup() -> String {
    "/account/two-step/setup".into()
}
/// The same, before going on to `next`.
pub fn two_step_setup_then(next: &str) -> String {
    with_query(&two_step_setup(), &[("next", next)])
}
/// Switching two-step sign-in off.
pub fn two_step_ending() -> String {
    "/account/two-step/ending".into()
}
/// A person's recovery codes.
pub fn recovery_codes() -> String {
    "/account/two-step/recovery-codes".into()
}
/// The same, before going on to `next`.
pub fn recovery_codes_then(next: &str) -> String {
    with_query(&recovery_codes(), &[("next", next)])
}
/// Ends the session.
pub fn sign_out() -> String {
    "/sign-out".into()
}
/// Asking for a new password.
pub fn password_reset() -> String {
    "/password-reset".into()
}
/// Where a link of mail leads.
pub fn link(purpose: Purpose, token: &str) -> String {
    match purpose {
        Purpose::Invitation => invitation_link(token),
        Purpose::PasswordReset => password_reset_link(token),
        Purpose::EmailChange => email_change_link(token),
        Purpose::EmailUndo => email_undo_link(token),
        Purpose::Setup => setup(token),
    }
}
/// Whether a path is an invitation's public page, for the words of the sign-in page.
pub fn is_invitation_link(path: &str) -> bool {
    path.starts_with("/invitations/")
}
/// Choosing a new password by a mailed link.
pub fn password_reset_link(token: &str) -> String {
    format!("/password-reset/{token}")
}
/// Founding a company by a one-time link.
pub fn setup(token: &str) -> String {
    format!("/setup/{token}")
}
/// An invitation's public page.
pub fn invitation_link(token: &str) -> String {
    format!("/invitations/{token}")
}
/// Accepting, declining, putting to a team, asking for a new one: `noun` is acceptance, declination, request or renewal.
pub fn invitation_answer(token: &str, noun: &str) -> String {
    format!("/invitations/{token}/{noun}")
}

/// Where a company's own system reports sales.
pub fn conversions() -> String {
    "/api/conversions".into()
}
/// Where it reports refunds.
pub fn refunds() -> String {
    "/api/refunds".into()
}
/// Whether programs call this path, with a key and in JSON, and no browser does. As the routes read it: `/%61pi` is `/api`.
pub fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/")
}

/// A company's first page.
pub fn company(company: &str) -> String {
    format!("/companies/{company}")
}
/// All Partners.
pub fn partners(company: &str) -> String {
    format!("/companies/{company}/partners")
}
/// The partner detail view.
pub fn partner(company: &str, team: &str) -> String {
    format!("/companies/{company}/partners/{team}")
}
/// The section of the partner detail view with its members.
pub fn partner_members(company: &str, team: &str) -> String {
    format!("/companies/{company}/partners/{team}#members")
}
/// A member, as a company sees them.
pub fn partner_member(company: &str, team: &str, member: MemberId) -> String {
    format!("/companies/{company}/partners/{team}/members/{member}")
}
/// The section of the partner detail view that only the company sees.
pub fn partner_care(company: &str, team: &str) -> String {
    format!("/companies/{company}/partners/{team}#care")
}
/// Who of the company a partner is assigned to.
pub fn partner_assignment(company: &str, team: &str) -> String {
    format!("/companies/{company}/partners/{team}/assignment")
}
/// A partner's tags.
pub fn partner_tags(company: &str, team: &str) -> String {
    format!("/companies/{company}/partners/{team}/tags")
}
/// Takes a tag off a partner.
pub fn partner_tag_removal(company: &str, team: &str, tag: TagId) -> String {
    format!("/companies/{company}/partners/{team}/tags/{tag}/removal")
}
/// The notes about a partner.
pub fn partner_notes(company: &str, team: &str) -> String {
    format!("/companies/{company}/partners/{team}/notes")
}
/// Invite Partners.
pub fn invitations(company: &str) -> String {
    format!("/companies/{company}/invitations")
}
/// Inviting a new team.
pub fn new_team_invitation(company: &str) -> String {
    format!("/companies/{company}/invitations/new-team")
}
/// Inviting members to an existing team.
pub fn new_member_invitations(company: &str) -> String {
    format!("/companies/{company}/invitations/new-members")
}
/// Inviting members to this team.
pub fn new_member_invitations_to(company: &str, team: &str) -> String {
    with_query(&new_member_invitations(company), &[("team", team)])
}
/// One invitation with its history.
pub fn invitation(company: &str, id: InvitationId) -> String {
    format!("/companies/{company}/invitations/{id}")
}
/// What staff do with an invitation: `noun` is revocation, resending, reminder or role.
pub fn invitation_action(company: &str, id: InvitationId, noun: &str) -> String {
    format!("/companies/{company}/invitations/{id}/{noun}")
}
/// A company's programs.
pub fn programs(company: &str) -> String {
    format!("/companies/{company}/programs")
}
/// Making a program.
pub fn new_program(company: &str) -> String {
    format!("/companies/{company}/programs/new")
}
/// One program.
pub fn program(company: &str, id: ProgramId) -> String {
    format!("/companies/{company}/programs/{id}")
}
/// The versions of a program's terms; publishing the next one.
pub fn program_terms(company: &str, program: ProgramId) -> String {
    format!("/companies/{company}/programs/{program}/terms")
}
/// Writing the next version.
pub fn new_program_terms(company: &str, program: ProgramId) -> String {
    format!("/companies/{company}/programs/{program}/terms/new")
}
/// One version of a program's terms.
pub fn program_terms_version(company: &str, program: ProgramId, terms: TermsId) -> String {
    format!("/companies/{company}/programs/{program}/terms/{terms}")
}
/// Which teams of a program have accepted its terms in force.
pub fn program_acceptances(company: &str, program: ProgramId) -> String {
    format!("/companies/{company}/programs/{program}/acceptances")
}
/// What sales of a program earn.
pub fn program_commission(company: &str, program: ProgramId) -> String {
    format!("/companies/{company}/programs/{program}/commission")
}

/// A company's referrals.
pub fn referrals(company: &str) -> String {
    format!("/companies/{company}/referrals")
}
/// A company's referrals by this team.
pub fn referrals_of(company: &str, team: &str) -> String {
    with_query(&referrals(company), &[("team", team)])
}
/// One referral.
pub fn referral(company: &str, id: ReferralId) -> String {
    format!("/companies/{company}/referrals/{id}")
}
/// Deciding about a referral: `noun` is approval, declination, win or reversal.
pub fn referral_action(company: &str, id: ReferralId, noun: &str) -> String {
    format!("/companies/{company}/referrals/{id}/{noun}")
}
/// The keys with which a company's own system reports sales.
pub fn api_keys(company: &str) -> String {
    format!("/companies/{company}/settings/keys")
}
/// Taking a key back.
pub fn api_key_revocation(company: &str, id: ApiKeyId) -> String {
    format!("/companies/{company}/settings/keys/{id}/revocation")
}

/// A company's courses.
pub fn courses(company: &str) -> String {
    format!("/companies/{company}/courses")
}
/// Making a course.
pub fn new_course(company: &str) -> String {
    format!("/companies/{company}/courses/new")
}
/// One course.
pub fn course(company: &str, id: CourseId) -> String {
    format!("/companies/{company}/courses/{id}")
}
/// A lesson's row on the page of its course.
pub fn course_lesson(company: &str, id: CourseId, lesson: LessonId) -> String {
    format!("/companies/{company}/courses/{id}#lesson-{lesson}")
}
/// The programs that a course is given to.
pub fn course_programs(company: &str, id: CourseId) -> String {
    format!("/companies/{company}/courses/{id}/programs")
}
/// The lessons of a course.
pub fn lessons(company: &str, course: CourseId) -> String {
    format!("/companies/{company}/courses/{course}/lessons")
}
/// Writing a lesson.
pub fn new_lesson(company: &str, course: CourseId) -> String {
    format!("/companies/{company}/courses/{course}/lessons/new")
}
/// One lesson.
pub fn lesson(company: &str, course: CourseId, id: LessonId) -> String {
    format!("/companies/{company}/courses/{course}/lessons/{id}")
}
/// What staff do with a lesson: `noun` is publication, retraction, ascent or descent.
pub fn lesson_action(company: &str, course: CourseId, id: LessonId, noun: &str) -> String {
    format!("/companies/{company}/courses/{course}/lessons/{id}/{noun}")
}

/// The people who work for a company.
pub fn staff(company: &str) -> String {
    format!("/companies/{company}/staff")
}
/// Asking colleagues to work for a company.
pub fn new_staff_invitations(company: &str) -> String {
    format!("/companies/{company}/staff/invitations/new")
}
/// Invitations to work for a company.
pub fn staff_invitations(company: &str) -> String {
    format!("/companies/{company}/staff/invitations")
}
/// What administrators do with one: `noun` is revocation or resending.
pub fn staff_invitation_action(company: &str, id: InvitationId, noun: &str) -> String {
    format!("/companies/{company}/staff/invitations/{id}/{noun}")
}
/// Changing a colleague: `noun` is role or removal.
pub fn colleague_action(company: &str, id: StaffId, noun: &str) -> String {
    format!("/companies/{company}/staff/{id}/{noun}")
}
/// Whether a company requires two-step sign-in of its staff.
pub fn staff_two_step(company: &str) -> String {
    format!("/companies/{company}/staff/two-step")
}
/// The company's inbox.
pub fn inbox(company: &str) -> String {
    format!("/companies/{company}/messages")
}
/// A company's group conversation with a partner.
pub fn group_messages(company: &str, team: &str) -> String {
    format!("/companies/{company}/partners/{team}/messages")
}
/// A company's direct conversation with a member of a partner.
pub fn member_messages(company: &str, team: &str, member: MemberId) -> String {
    format!("/companies/{company}/partners/{team}/members/{member}/messages")
}
/// The newest message of the conversation on that page.
pub fn latest(conversation: &str) -> String {
    format!("{conversation}#latest")
}
/// What a partner has earned, as the company sees it.
pub fn partner_commissions(company: &str, team: &str) -> String {
    format!("/companies/{company}/partners/{team}/commissions")
}
/// What teams take out.
pub fn withdrawals(company: &str) -> String {
    format!("/companies/{company}/withdrawals")
}
/// One withdrawal, as the company that pays it sees it.
pub fn withdrawal(company: &str, id: WithdrawalId) -> String {
    format!("/companies/{company}/withdrawals/{id}")
}
/// What administrators say of a withdrawal: `noun` is payment or failure.
pub fn withdrawal_action(company: &str, id: WithdrawalId, noun: &str) -> String {
    format!("/companies/{company}/withdrawals/{id}/{noun}")
}
/// Looking at several withdrawals that are ticked, and what administrators say of them: `noun` is marking, payments or failures.
pub fn withdrawals_action(company: &str, noun: &str) -> String {
    format!("/companies/{company}/withdrawals/{noun}")
}
/// Making a file of withdrawals for payment.
pub fn withdrawal_exports(company: &str) -> String {
    format!("/companies/{company}/withdrawals/exports")
}
/// That file.
pub fn withdrawal_export(company: &str, id: ExportId) -> String {
    format!("/companies/{company}/withdrawals/exports/{id}")
}
/// Marking withdrawals by a file.
pub fn withdrawal_marks(company: &str) -> String {
    format!("/companies/{company}/withdrawals/marks")
}
/// Choosing that file.
pub fn new_withdrawal_marks(company: &str) -> String {
    format!("/companies/{company}/withdrawals/marks/new")
}
/// The least that a company pays out at once.
pub fn payout_settings(company: &str) -> String {
    format!("/companies/{company}/settings/payouts")
}
/// What was done in a company.
pub fn audit(company: &str) -> String {
    format!("/companies/{company}/audit")
}
/// The same as a file.
pub fn audit_export(company: &str) -> String {
    format!("/companies/{company}/audit/export")
}

/// A team's home.
pub fn team(team: &str) -> String {
    format!("/teams/{team}")
}
/// A team's members.
pub fn members(team: &str) -> String {
    format!("/teams/{team}/members")
}
/// Inviting members as the team.
pub fn new_members(team: &str) -> String {
    format!("/teams/{team}/members/new")
}
/// What the team does with an invitation it made: `noun` is resending or revocation.
pub fn team_invitation_action(team: &str, id: InvitationId, noun: &str) -> String {
    format!("/teams/{team}/invitations/{id}/{noun}")
}
/// Who owns a team.
pub fn ownership(team: &str) -> String {
    format!("/teams/{team}/ownership")
}
/// Offering the team.
pub fn ownership_offers(team: &str) -> String {
    format!("/teams/{team}/ownership/offers")
}
/// Answering an offer, or taking it back: `noun` is acceptance, declination or cancellation.
pub fn ownership_offer(team: &str, id: OwnershipOfferId, noun: &str) -> String {
    format!("/teams/{team}/ownership/offers/{id}/{noun}")
}
/// A team's settings.
pub fn team_settings(team: &str) -> String {
    format!("/teams/{team}/settings")
}
/// Whether a team requires two-step sign-in of its owner and finance.
pub fn team_two_step(team: &str) -> String {
    format!("/teams/{team}/two-step")
}
/// Closing a team.
pub fn closing(team: &str) -> String {
    format!("/teams/{team}/closing")
}
/// Founding a team of one's own.
pub fn new_team() -> String {
    "/teams/new".into()
}
/// One member, as their team sees them.
pub fn member(team: &str, id: MemberId) -> String {
    format!("/teams/{team}/members/{id}")
}
/// A member's role.
pub fn member_role(team: &str, id: MemberId) -> String {
    format!("/teams/{team}/members/{id}/role")
}
/// Removing a member.
pub fn member_removal(team: &str, id: MemberId) -> String {
    format!("/teams/{team}/members/{id}/removal")
}
/// Leaving a team.
pub fn departure(team: &str) -> String {
    format!("/teams/{team}/departure")
}
/// What each role may do in a team.
pub fn permissions(team: &str) -> String {
    format!("/teams/{team}/permissions")
}
/// What was done in a team.
pub fn history(team: &str) -> String {
    format!("/teams/{team}/history")
}
/// A team's programs, and those it may join.
pub fn team_programs(team: &str) -> String {
    format!("/teams/{team}/programs")
}
/// A program as a team sees it.
pub fn team_program(team: &str, program: ProgramId) -> String {
    format!("/teams/{team}/programs/{program}")
}
/// What a team does with a program: `noun` is enrollment, acceptance or departure.
pub fn team_program_action(team: &str, program: ProgramId, noun: &str) -> String {
    format!("/teams/{team}/programs/{program}/{noun}")
}
/// One version of a program's terms, as a team reads it.
pub fn team_program_terms(team: &str, program: ProgramId, terms: TermsId) -> String {
    format!("/teams/{team}/programs/{program}/terms/{terms}")
}
/// A team's approvals.
pub fn approvals(team: &str) -> String {
    format!("/teams/{team}/approvals")
}
/// Answering several approvals at once.
pub fn approval_answers(team: &str) -> String {
    format!("/teams/{team}/approvals/answers")
}
/// Answering one approval: `noun` is approval, rejection, acceptance or declination.
pub fn approval_answer(team: &str, id: InvitationId, noun: &str) -> String {
    format!("/teams/{team}/approvals/{id}/{noun}")
}

/// A team's conversations with companies.
pub fn team_messages(team: &str) -> String {
    format!("/teams/{team}/messages")
}
/// One conversation of a team.
pub fn team_conversation(team: &str, id: ConversationId) -> String {
    format!("/teams/{team}/messages/{id}")
}

/// A team's referrals.
pub fn team_referrals(team: &str) -> String {
    format!("/teams/{team}/referrals")
}
/// Contributing a referral.
pub fn new_referral(team: &str) -> String {
    format!("/teams/{team}/referrals/new")
}
/// What a team has earned.
pub fn commissions(team: &str) -> String {
    format!("/teams/{team}/commissions")
}
/// What a team has taken out; asking for more.
pub fn team_withdrawals(team: &str) -> String {
    format!("/teams/{team}/withdrawals")
}
/// The form that asks, for one balance or to choose one.
pub fn new_withdrawal(team: &str, balance: Option<(&str, &str)>) -> String {
    let (company, currency) = balance.unwrap_or_default();
    with_query(&format!("/teams/{team}/withdrawals/new"), &[("company", company), ("currency", currency)])
}
/// One withdrawal, as the team sees it.
pub fn team_withdrawal(team: &str, id: WithdrawalId) -> String {
    format!("/teams/{team}/withdrawals/{id}")
}
/// Taking it back.
pub fn withdrawal_cancellation(team: &str, id: WithdrawalId) -> String {
    format!("/teams/{team}/withdrawals/{id}/cancellation")
}
/// Where a team's money goes.
pub fn payout_details(team: &str) -> String {
    format!("/teams/{team}/withdrawals/details")
}

/// A team's training.
pub fn training(team: &str) -> String {
    format!("/teams/{team}/training")
}
/// A course that a member takes.
pub fn course_taken(team: &str, course: CourseId) -> String {
    format!("/teams/{team}/training/{course}")
}
/// A lesson of it.
pub fn lesson_taken(team: &str, course: CourseId, id: LessonId) -> String {
    format!("/teams/{team}/training/{course}/{id}")
}
/// Marking it done, or not: `noun` is completion or reversal.
pub fn lesson_taken_action(team: &str, course: CourseId, id: LessonId, noun: &str) -> String {
    format!("/teams/{team}/training/{course}/{id}/{noun}")
}

/// What a link's click opens.
pub fn go(text: &str) -> String {
    format!("/go/{text}")
}
/// Whether a path is such a click, however it is written. As the routes read it: `/%67o` is `/go`.
pub fn is_click(path: &str) -> bool {
    percent_decode_str(path).decode_utf8_lossy().starts_with("/go/")
}
/// A team's links.
pub fn team_links(team: &str) -> String {
    format!("/teams/{team}/links")
}
/// Whether a text is free, asked while it is typed.
pub fn link_availability(team: &str) -> String {
    format!("/teams/{team}/links/availability")
}
/// A page of one link: `noun` is code, code.svg or text.
pub fn team_link(team: &str, id: LinkId, noun: &str) -> String {
    format!("/teams/{team}/links/{id}/{noun}")
}
/// The links of a member, as a company makes them.
pub fn member_links(company: &str, team: &str, member: MemberId) -> String {
    format!("/companies/{company}/partners/{team}/members/{member}/links")
}
/// A page of one link of a member, for the company: `noun` is code or code.svg.
pub fn member_link(company: &str, team: &str, member: MemberId, id: LinkId, noun: &str) -> String {
    format!("/companies/{company}/partners/{team}/members/{member}/links/{id}/{noun}")
}
/// A new link for one member.
pub fn new_member_link(company: &str, team: &str, member: MemberId) -> String {
    format!("/companies/{company}/partners/{team}/members/{member}/links/new")
}
/// Whether a text is free for it, asked while it is typed.
pub fn member_link_availability(company: &str, team: &str, member: MemberId) -> String {
    format!("/companies/{company}/partners/{team}/members/{member}/links/availability")
}
/// Where links of a program lead.
pub fn program_links(company: &str, id: ProgramId) -> String {
    format!("/companies/{company}/programs/{id}/links")
}
/// Whether members of a program choose the text of their links.
pub fn program_link_text(company: &str, id: ProgramId) -> String {
    format!("/companies/{company}/programs/{id}/links/text")
}
/// A further destination of a program.
pub fn program_destination(company: &str, program: ProgramId, id: DestinationId) -> String {
    format!("/companies/{company}/programs/{program}/links/{id}")
}
/// Retiring it.
pub fn program_destination_retirement(company: &str, program: ProgramId, id: DestinationId) -> String {
    format!("/companies/{company}/programs/{program}/links/{id}/retirement")
}
/// A company's settings: where its links may lead.
pub fn company_settings(company: &str) -> String {
    format!("/companies/{company}/settings")
}
/// Listing a host.
pub fn link_hosts(company: &str) -> String {
    format!("/companies/{company}/settings/hosts")
}
/// Taking a host off the list.
pub fn link_host_removal(company: &str, host: &str) -> String {
    format!("/companies/{company}/settings/hosts/{host}/removal")
}

/// The demo's mail.
pub fn mailbox() -> String {
    "/mailbox".into()
}
/// The demo's mail, from that cursor on.
pub fn mailbox_after(cursor: &str) -> String {
    with_query(&mailbox(), &[("after", cursor)])
}
/// The demo's mail, up to that cursor.
pub fn mailbox_before(cursor: &str) -> String {
    with_query(&mailbox(), &[("before", cursor)])
}
/// One mail of the demo.
pub fn mail(id: MailId) -> String {
    format!("/mailbox/{id}")
}
/// That mail's HTML alone, as its frame shows it.
pub fn mail_html(id: MailId) -> String {
    format!("/mailbox/{id}/html")
}

/// `path` with a query; pairs with an empty value are left out.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}
