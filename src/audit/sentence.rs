//! One sentence for every action of the audit log. Names are joined when shown (S61); a new action does not compile without its sentence.

use crate::{
    audit::{Action, Because, lines::Line},
    money::{self, Money},
    words::counted,
};
use serde_json::Value;

/// What the line tells, as one sentence: "Olivia Park accepted the terms of Acme Resellers, version 2, for Northwind".
pub fn of(line: &Line) -> String {
    let who = line.actor.as_deref().unwrap_or("The program");
    let person = line.person.as_deref().unwrap_or("somebody");
    let program = line.program.as_deref().unwrap_or("a program");
    let team = line.team.as_deref().unwrap_or("a team");
    let company = line.company.as_deref().unwrap_or("the company");
    let course = line.course.as_deref().unwrap_or("…");
    let key = line.key.as_deref().unwrap_or("…");
    let lead = line.lead.as_deref().unwrap_or("somebody");
    let lesson = line.lesson.as_deref().unwrap_or("…");
    let link = line.link.as_deref().unwrap_or("…");
    let destination = line.destination.as_deref().unwrap_or("…");
    let (was, is) = (word(line.before.as_ref(), "role"), word(line.after.as_ref(), "role"));
    let version = number(line.after.as_ref(), "terms").map_or_else(String::new, |number| format!(", version {number}"));
    match line.action {
        Action::CompanyFounded => format!("{who} founded {company}"),
        Action::SignedIn => format!("{who} signed in"),
        Action::SignedOut => format!("{who} signed out"),
        Action::IdentityConfirmed => format!("{who} proved again who they are"),
        Action::PasswordResetAsked => format!("A new password was asked for {person}"),
        Action::PasswordReset => format!("{who} set a new password by a mailed link"),
        Action::ProfileChanged => format!("{who} changed their name or time zone"),
        Action::PasswordChanged => format!("{who} changed their password"),
        Action::EmailChangeAsked => format!("{who} gave a new address"),
        Action::EmailChanged => format!("{who} proved a new address"),
        Action::EmailChangeCancelled => format!("{who} gave up a new address"),
        Action::EmailChangeUndone => format!("{who} took a change of address back"),
        Action::TwoStepSetUp => format!("{who} set up two-step sign-in"),
        Action::TwoStepSwitchedOff => match &line.actor {
            Some(who) => format!("{who} switched two-step sign-in off"),
            None => format!("The program switched the two-step sign-in of {person} off"),
        },
        Action::RecoveryCodeUsed => format!("{who} used a recovery code"),
        Action::RecoveryCodesRenewed => format!("{who} made new recovery codes"),
        Action::TwoStepRequirementChanged => {
            let required = line.after.as_ref().and_then(|after| after.get("required")).and_then(Value::as_bool) == Some(true);
            let whom =
                line.team.as_ref().map_or_else(|| format!("the staff of {company}"), |team| format!("the owner and finance of {team}"));
            if required {
                format!("{who} made two-step sign-in required of {whom}")
            } else {
                format!("{who} no longer requires two-step sign-in of {whom}")
            }
        }
        Action::SessionEnded => format!("{who} ended one of their sessions"),
        Action::OtherSessionsEnded => format!("{who} ended all their other sessions"),
        Action::ProgramCreated => format!("{who} made the program {program}"),
        Action::ProgramEdited => format!("{who} changed the program {program}{}", program_change(line)),
        Action::CommissionRuleChanged => format!("{who} changed what sales of {program} earn{}", rule_change(line)),
        Action::TeamInvited => match line.team_name.as_deref() {
            Some(named) => format!("{who} invited {person} to bring {named} into {program}"),
            None => format!("{who} invited {person} into {program}"),
        },
        Action::MemberInvited => format!("{who} asked for {person} in {}{}", line.team.as_deref().unwrap_or("a new team"), as_role(is)),
        Action::InvitationResent => format!("{who} sent the invitation of {person} again"),
        Action::InvitationRevoked => match word(line.after.as_ref(), "because").and_then(Because::parse) {
            None => format!("{who} took the invitation of {person} back"),
            Some(Because::Joined) => format!("The invitation of {person} ended, since they joined {team} by another one"),
            Some(Because::Known) => format!("The invitation of {person} ended, since they are in {team} or asked into it already"),
            Some(Because::InProgram) => format!("The invitation of {person} ended, since the team they put it before is in {program}"),
            Some(Because::Expired) => format!("The expired invitation of {person} made room for a new one"),
            Some(Because::Unvouched) => format!("The invitation of {person} ended, since nobody who may stands for it any more"),
            Some(Because::AskerLost) => format!("The invitation of {person} ended, since who asked for it may not any more"),
            Some(Because::WithParent) => format!("The invitation of {person} ended with the one on which they were listed"),
            Some(Because::TeamClosed) => format!("The invitation of {person} ended, since {team} was closed"),
        },
        Action::OwnerReminded => format!("{who} reminded {team} of {person}, who waits for its approval"),
        Action::InvitationRoleChanged => format!("{who} changed the role that {person} is asked in with{}", from_to(was, is)),
        Action::InvitationPutToTeam => match &line.program {
            Some(program) => format!("{who} put the invitation to {program} before {team}"),
            None => format!("{who} put {person} before {team} for its approval"),
        },
        Action::RenewalAsked => format!("A new link was asked for the invitation of {person}"),
        Action::MemberApproved => format!("{who} approved {person} for {team}{}", as_role(is)),
        Action::MemberRejected => format!("{who} rejected {person} for {team}"),
        Action::InvitationAccepted => match (&line.program, &line.team) {
            (Some(program), _) => format!("{who} accepted the invitation to {program} for {team}"),
            (None, Some(team)) => format!("{who} accepted the invitation into {team}"),
            (None, None) => format!("{who} accepted the invitation to work for {company}"),
        },
        // By the link alone, nobody is signed in: whoever was invited did it.
        Action::InvitationDeclined => {
            let who = line.actor.as_deref().unwrap_or(person);
            match (&line.program, &line.team) {
                (Some(program), _) => format!("{who} declined the invitation to {program}"),
                (None, Some(team)) => format!("{who} declined the invitation into {team}"),
                (None, None) => format!("{who} declined the invitation of {company}"),
            }
        }
        Action::TeamFounded => format!("{who} founded the team {team}"),
        Action::MemberJoined => format!("{person} joined {team}{}", as_role(is)),
        Action::RoleChanged => format!("{who} made {person} {} of {team}", is.map_or_else(String::new, role_there)),
        Action::MemberRemoved => format!("{who} removed {person} from {team}"),
        Action::MemberLeft => format!("{person} left {team}"),
        Action::PermissionsSwitched => format!("{who} switched what roles may do in {team}: {}", switched(line)),
        Action::OwnershipOffered => format!("{who} offered the ownership of {team} to {person}"),
        Action::OwnershipOfferCancelled => format!("{who} took the offer of the ownership of {team} to {person} back"),
        Action::OwnershipOfferDeclined => format!("{who} declined the ownership of {team}"),
        Action::OwnershipHandedOver => format!("{who} accepted the ownership of {team}"),
        Action::TeamRenamed => match (word(line.before.as_ref(), "name"), word(line.after.as_ref(), "name")) {
            (Some(was), Some(is)) => format!("{who} renamed the team from {was} to {is}"),
            _ => format!("{who} renamed the team {team}"),
        },
        Action::TeamClosed => format!("{who} closed the team {team}"),
        Action::ProgramJoined => format!("{who} joined {program} for {team} and accepted its terms{version}"),
        Action::ProgramLeft => format!("{who} left {program} for {team}"),
        Action::TermsPublished => format!("{who} published new terms of {program}{version}"),
        Action::TermsAccepted => format!("{who} accepted the terms of {program}{version}, for {team}"),
        Action::PartnerAssigned => match (&line.colleague, word(line.after.as_ref(), "staff")) {
            (Some(colleague), Some(_)) => format!("{who} assigned {team} to {colleague}"),
            (_, Some(_)) => format!("{who} assigned {team} to a colleague"),
            (_, None) => format!("{who} assigned {team} to nobody"),
        },
        Action::PartnerTagged => format!("{who} tagged {team} {}", tag(line)),
        Action::PartnerUntagged => format!("{who} took the tag {} off {team}", tag(line)),
        Action::NoteAdded => format!("{who} wrote a note about {team}"),
        Action::StaffInvited => format!("{who} asked {person} to work for {company}{}", as_role(is)),
        Action::StaffJoined => format!("{person} began to work for {company}{}", as_role(is)),
        Action::StaffRoleChanged => format!("{who} changed the role of {person}{}", from_to(was, is)),
        Action::StaffRemoved => format!("{who} removed {person} from the staff"),
        Action::MessageSent => match line.role.as_deref() {
            Some("administrator" | "manager" | "viewer") => format!("{who} sent a message to {team}"),
            _ => format!("{who} of {team} sent a message"),
        },
        Action::CourseCreated => format!("{who} made the course “{course}”"),
        Action::CourseEdited => format!("{who} changed the course “{course}”"),
        Action::CourseGiven => format!("{who} changed which programs the course “{course}” is given to"),
        Action::LessonCreated => format!("{who} wrote the lesson “{lesson}”"),
        Action::LessonEdited => format!("{who} changed the lesson “{lesson}”"),
        Action::LessonPublished => format!("{who} showed the lesson “{lesson}” to members"),
        Action::LessonRetracted => format!("{who} made the lesson “{lesson}” a draft again"),
        Action::LessonMoved => format!("{who} gave the lesson “{lesson}” another place"),
        Action::LessonDone => format!("{who} marked the lesson “{lesson}” done"),
        Action::LessonUndone => format!("{who} took back that the lesson “{lesson}” is done"),
        Action::LinkMade => format!("{who} made the link {link} for {person} in {program}"),
        Action::LinkSwitchedOn => format!("{who} switched on the link {link} of {program}"),
        Action::LinkTextChanged => format!("{who} changed the text of a link of theirs in {program}, which is {link} now"),
        Action::LinkTextSwitched => match line.after.as_ref().and_then(|after| after.get("chosen")).and_then(Value::as_bool) {
            Some(false) => format!("{who} let members of {program} choose the text of their links no longer"),
            _ => format!("{who} let members of {program} choose the text of their links"),
        },
        Action::DestinationAdded => format!("{who} added “{destination}” to where links of {program} lead"),
        Action::DestinationChanged => format!("{who} changed “{destination}”, where links of {program} lead"),
        Action::DestinationRetired => format!("{who} retired “{destination}”, where links of {program} lead"),
        Action::HostListed => format!("{who} let links lead to {}", word(line.after.as_ref(), "host").unwrap_or("a host")),
        Action::HostUnlisted => format!("{who} let links lead to {} no longer", word(line.before.as_ref(), "host").unwrap_or("a host")),
        Action::ApiKeyMade => format!("{who} made the key “{key}”"),
        Action::ApiKeyRevoked => format!("{who} revoked the key “{key}”"),
        Action::SaleReported => format!("The key “{key}” reported a sale of {} that {person} of {team} brought to {program}", sum(line)),
        Action::SaleRefunded => format!("The key “{key}” reported a refund of {} of a sale that {person} of {team} brought", sum(line)),
        Action::ReferralContributed => format!("{who} of {team} recommended {lead} for {program}"),
        Action::ReferralApproved => format!("{who} approved the referral of {lead} by {person} of {team}"),
        Action::ReferralDeclined => format!("{who} declined the referral of {lead} by {person} of {team}"),
        Action::ReferralWon => format!("{who} marked the referral of {lead} by {person} of {team} as won, with a sale of {}", sum(line)),
        Action::ReferralTakenBack => format!("{who} took back {} of the sale to {lead}, whom {person} of {team} recommended", sum(line)),
        Action::PayoutDetailsChanged => format!("{who} changed where the commissions of {team} are paid to"),
        Action::WithdrawalAsked => format!("{who} asked {company} to pay {} to {team}", sum(line)),
        Action::WithdrawalPaid => format!("{who} marked the withdrawal of {} by {team} as paid", sum(line)),
        Action::WithdrawalFailed => format!("{who} marked the withdrawal of {} by {team} as failed", sum(line)),
        Action::WithdrawalCancelled => format!("{who} took back the withdrawal of {} by {team}", sum(line)),
        Action::WithdrawalsExported => format!("{who} exported {} for payment", exported(line)),
        Action::PayoutMinimumsChanged => format!("{who} changed the least that is paid out at once{}", minimums(line)),
        Action::Refused => format!("{who} tried what their role does not allow, and was refused"),
    }
}

/// Whether the team reads it in its history too: what a company keeps for itself, and what stands in conversations, it does not.
pub const fn is_the_teams(action: Action) -> bool {
    match action {
        Action::PartnerAssigned
        | Action::PartnerTagged
        | Action::PartnerUntagged
        | Action::NoteAdded
        | Action::MessageSent
        // Who sees the others' referrals is the team's to switch; its history has no switch.
        | Action::ReferralContributed
        | Action::ReferralApproved
        | Action::ReferralDeclined
        | Action::ReferralWon
        | Action::ReferralTakenBack
        | Action::SaleReported
        | Action::SaleRefunded
        | Action::ApiKeyMade
        | Action::ApiKeyRevoked
        | Action::CompanyFounded
        | Action::SignedIn
        | Action::SignedOut
        | Action::IdentityConfirmed
        | Action::PasswordResetAsked
        | Action::PasswordReset
        | Action::ProfileChanged
        | Action::PasswordChanged
        | Action::EmailChangeAsked
        | Action::EmailChanged
        | Action::EmailChangeCancelled
        | Action::EmailChangeUndone
        | Action::TwoStepSetUp
        | Action::TwoStepSwitchedOff
        | Action::RecoveryCodeUsed
        | Action::RecoveryCodesRenewed
        | Action::SessionEnded
        | Action::OtherSessionsEnded
        | Action::ProgramCreated
        | Action::ProgramEdited
        | Action::CommissionRuleChanged
        | Action::TeamInvited
        | Action::TermsPublished
        | Action::StaffInvited
        | Action::StaffJoined
        | Action::StaffRoleChanged
        | Action::StaffRemoved
        | Action::CourseCreated
        | Action::CourseEdited
        | Action::CourseGiven
        | Action::LessonCreated
        | Action::LessonEdited
        | Action::LessonPublished
        | Action::LessonRetracted
        | Action::LessonMoved
        | Action::LinkTextSwitched
        | Action::DestinationAdded
        | Action::DestinationChanged
        | Action::DestinationRetired
        | Action::HostListed
        | Action::HostUnlisted
        | Action::WithdrawalsExported
        | Action::PayoutMinimumsChanged => false,
        Action::MemberInvited
        | Action::InvitationResent
        | Action::InvitationRevoked
        | Action::OwnerReminded
        | Action::InvitationRoleChanged
        | Action::InvitationPutToTeam
        | Action::RenewalAsked
        | Action::MemberApproved
        | Action::MemberRejected
        | Action::InvitationAccepted
        | Action::InvitationDeclined
        | Action::TeamFounded
        | Action::RoleChanged
        | Action::MemberRemoved
        | Action::MemberLeft
        | Action::PermissionsSwitched
        | Action::OwnershipOffered
        | Action::OwnershipOfferCancelled
        | Action::OwnershipOfferDeclined
        | Action::OwnershipHandedOver
        | Action::TeamRenamed
        | Action::TwoStepRequirementChanged
        | Action::TeamClosed
        | Action::MemberJoined
        | Action::ProgramJoined
        | Action::ProgramLeft
        | Action::TermsAccepted
        | Action::LessonDone
        | Action::LessonUndone
        | Action::LinkMade
        | Action::LinkSwitchedOn
        | Action::LinkTextChanged
        | Action::PayoutDetailsChanged
        | Action::WithdrawalAsked
        | Action::WithdrawalPaid
        | Action::WithdrawalFailed
        | Action::WithdrawalCancelled
        | Action::Refused => true,
    }
}

/// Whether it is about the team's money: whoever may not see that does not read it in the team's history either (rule 46).
pub const fn tells_money(action: Action) -> bool {
    matches!(
        action,
        Action::PayoutDetailsChanged
            | Action::WithdrawalAsked
            | Action::WithdrawalPaid
            | Action::WithdrawalFailed
            | Action::WithdrawalCancelled
    )
}

/// The words of a value that the line keeps; none where it keeps null or nothing.
fn word<'a>(of: Option<&'a Value>, key: &str) -> Option<&'a str> {
    of?.get(key)?.as_str()
}

fn number(of: Option<&Value>, key: &str) -> Option<i64> {
    of?.get(key)?.as_i64()
}

/// " as admin", or nothing.
fn as_role(role: Option<&str>) -> String {
    role.map_or_else(String::new, |role| format!(" as {role}"))
}

/// " from member to admin", or as much of it as is known.
fn from_to(was: Option<&str>, is: Option<&str>) -> String {
    let part = |word: &str, role: Option<&str>| role.map_or_else(String::new, |role| format!(" {word} {role}"));
    format!("{}{}", part("from", was), part("to", is))
}

/// "an admin", "a member", "a finance team member".
fn role_there(role: &str) -> String {
    match role {
        "admin" => "an admin".to_owned(),
        "finance" => "a finance team member".to_owned(),
        other => format!("a {other}"),
    }
}

/// The cells of the table of permissions that were switched: "admin: give finance on".
fn switched(line: &Line) -> String {
    let cells = line.after.as_ref().and_then(Value::as_object).into_iter().flatten();
    cells.map(|(cell, on)| format!("{cell} {}", if on.as_bool() == Some(true) { "on" } else { "off" })).collect::<Vec<_>>().join(", ")
}

/// What of the name and the openness is other than before.
fn program_change(line: &Line) -> String {
    let open = |of: Option<&Value>| of.and_then(|value| value.get("open")).and_then(Value::as_bool);
    let named = match (word(line.before.as_ref(), "name"), word(line.after.as_ref(), "name")) {
        (Some(was), Some(is)) if was != is => format!(", which was called {was}"),
        _ => String::new(),
    };
    let opened = match (open(line.before.as_ref()), open(line.after.as_ref())) {
        (Some(false), Some(true)) => ", and opened it to any team",
        (Some(true), Some(false)) => ", and closed it to all but invited teams",
        _ => "",
    };
    format!("{named}{opened}")
}

/// " from 12.5 % to €20.00, held for 14 days instead of 30".
fn rule_change(line: &Line) -> String {
    let earns = |of: Option<&Value>| match (number(of, "percent"), number(of, "amount")) {
        (Some(points), _) => format!("{} %", money::percent(i32::try_from(points).unwrap_or_default())),
        (None, Some(minor)) => Money::new(minor, word(of, "currency").unwrap_or_default()).to_string(),
        (None, None) => "nothing".to_owned(),
    };
    let (before, after) = (line.before.as_ref(), line.after.as_ref());
    let (was, is) = (earns(before), earns(after));
    let changed = if was == is { String::new() } else { format!(" from {was} to {is}") };
    match (number(before, "holding_days"), number(after, "holding_days")) {
        (Some(was), Some(is)) if was != is => format!("{changed}, held for {} instead of {was}", counted(is, "day")),
        _ => changed,
    }
}

/// The money that a line names: "€49.00".
fn sum(line: &Line) -> String {
    let after = line.after.as_ref();
    Money::new(number(after, "amount").unwrap_or_default(), word(after, "currency").unwrap_or_default()).to_string()
}

/// "1 withdrawal", "12 withdrawals".
fn exported(line: &Line) -> String {
    number(line.after.as_ref(), "withdrawals").map_or_else(|| "withdrawals".to_owned(), |count| counted(count, "withdrawal"))
}

/// " to €20.00", " to any amount of USD", or nothing.
fn minimums(line: &Line) -> String {
    let all = line.after.as_ref().and_then(Value::as_object).into_iter().flatten();
    let said: Vec<String> = all
        .map(|(currency, least)| {
            least.as_i64().map_or_else(|| format!("any amount of {currency}"), |minor| Money::new(minor, currency).to_string())
        })
        .collect();
    if said.is_empty() { String::new() } else { format!(" to {}", said.join(", ")) }
}

fn tag(line: &Line) -> String {
    line.tag.as_ref().map_or_else(|| "with a tag".to_owned(), |tag| format!("“{tag}”"))
}
