//! Letters of answering: back to who asked (accepted, declined, asked for a new link), and to the owner who is asked to accept.

use crate::{
    accounts::User,
    companies::{Company, StaffRole},
    invitations::{
        Invitation, InvitationKind,
        asker::{Asker, Behalf},
    },
    mail::{Letter, Target, plain, strong},
    paths,
    programs::{Program, Terms},
    teams::{MemberRole, Team},
    web::time::{day, exact},
};

/// To who asked: a team joined the program. `invited` are the listed people who now have their own invitation.
pub fn program_accepted(
    invitation: &Invitation,
    asker: &Asker,
    team: &Team,
    accepter: &User,
    terms: Option<&Terms>,
    invited: &[Invitation],
) -> Letter {
    let program = &asker.about;
    let mut facts = vec![("Team", team.name.clone()), ("Accepted by", format!("{}, {}", accepter.name, accepter.email))];
    facts.extend(terms.map(|terms| ("Terms", format!("version {}", terms.number))));
    if !invited.is_empty() {
        facts.push(("Also invited", invited.iter().map(Invitation::person).collect::<Vec<_>>().join(", ")));
    }
    Letter {
        to: asker.user.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(accepter.email.clone()),
        subject: format!("{} joined {program}", team.name),
        preheader: format!("{} accepted your invitation for {}.", accepter.name, team.name),
        heading: format!("{} joined {program}", team.name),
        lead: vec![
            plain(format!("{} accepted your invitation. ", accepter.name)),
            strong(&team.name),
            plain(format!(" is a partner of {} in ", asker.behalf.name())),
            strong(program),
            plain("."),
        ],
        quote: String::new(),
        facts,
        button: Some(("See the partner".to_owned(), page(&asker.behalf, |company| paths::partner(&company.slug, &team.slug)))),
        note: String::new(),
        why: why_asked(invitation, &asker.behalf),
    }
}

/// To who asked: the person is in the team.
pub fn member_accepted(invitation: &Invitation, asker: &Asker, team: &Team, accepter: &User, role: MemberRole) -> Letter {
    Letter {
        to: asker.user.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(accepter.email.clone()),
        subject: format!("{} joined {}", accepter.name, team.name),
        preheader: format!("{} accepted your invitation and is in {} as {}.", accepter.name, team.name, role.label()),
        heading: format!("{} joined {}", accepter.name, team.name),
        lead: vec![
            strong(&accepter.name),
            plain(" accepted your invitation and is in "),
            strong(&team.name),
            plain(" as "),
            strong(role.label()),
            plain("."),
        ],
        quote: String::new(),
        facts: vec![("Person", format!("{}, {}", accepter.name, accepter.email)), ("Role", role.label().to_owned())],
        button: Some((
            "See the team's members".to_owned(),
            page(&asker.behalf, |company| paths::partner_members(&company.slug, &team.slug)),
        )),
        note: String::new(),
        why: why_asked(invitation, &asker.behalf),
    }
}

/// To who asked: a colleague works for the company now.
pub fn staff_accepted(invitation: &Invitation, asker: &Asker, accepter: &User, role: StaffRole) -> Letter {
    let (who, company) = (&accepter.name, asker.behalf.name());
    Letter {
        to: asker.user.email.clone(),
        speaks_for: Some(company.to_owned()),
        reply_to: Some(accepter.email.clone()),
        subject: format!("{who} accepted your invitation"),
        preheader: format!("{who} works for {} here now, as {}.", company, role.label()),
        heading: format!("{who} accepted"),
        lead: vec![strong(who), plain(" accepted your invitation and works for "), strong(company), plain(" here now.")],
        quote: String::new(),
        facts: vec![("Person", format!("{who}, {}", accepter.email)), ("Role", format!("{}: {}", role.label(), role.means()))],
        button: Some(("See the staff".to_owned(), page(&asker.behalf, |company| paths::staff(&company.slug)))),
        note: String::new(),
        why: why_asked(invitation, &asker.behalf),
    }
}

/// To who asked: no, with the reason, which may be empty. `who` is the invitee, or somebody of the team that it was put to.
pub fn declined(invitation: &Invitation, asker: &Asker, who: &str) -> Letter {
    let reason = if invitation.reason.is_empty() { "They gave no reason." } else { "Their reason:" };
    Letter {
        to: asker.user.email.clone(),
        speaks_for: Some(asker.behalf.name().to_owned()),
        reply_to: Some(invitation.email.clone()),
        subject: format!("{who} declined your invitation"),
        preheader: format!("{who} declined your invitation to {}.", asker.about),
        heading: format!("{who} declined"),
        lead: vec![strong(who), plain(" declined your invitation to "), strong(&asker.about), plain(format!(". {reason}"))],
        quote: invitation.reason.clone(),
        facts: vec![("For", invitation.email.to_string()), ("Invited to", asker.about.clone())],
        button: Some(see_it(invitation, &asker.behalf)),
        note: String::new(),
        why: why_asked(invitation, &asker.behalf),
    }
}

/// To who asked: the link has expired, and its holder asks for a new one (rule 53).
pub fn renewal_asked(invitation: &Invitation, asker: &Asker) -> Letter {
    let person = invitation.person();
    Letter {
        to: asker.user.email.clone(),
        speaks_for: Some(asker.behalf.name().to_owned()),
        reply_to: Some(invitation.email.clone()),
        subject: format!("{person} asks for a new invitation"),
        preheader: format!("The link to {} has expired. Nothing is sent until you resend it.", asker.about),
        heading: format!("{person} asks for a new invitation"),
        lead: vec![
            plain("The link you sent to "),
            strong(person),
            plain(" for "),
            strong(&asker.about),
            plain(format!(" ended on {}. It was opened since, and a new one is asked for.", day(invitation.expires_at, asker.user.zone()))),
        ],
        quote: String::new(),
        facts: vec![("For", invitation.email.to_string()), ("Invited to", asker.about.clone())],
        button: Some(see_it(invitation, &asker.behalf)),
        note: "Nothing is sent until you resend it there.".to_owned(),
        why: why_asked(invitation, &asker.behalf),
    }
}

/// To the team's owner: somebody of the team asks them to answer a program invitation for the team (rule 50).
pub fn asked_to_accept(invitation: &Invitation, company: &Company, program: &Program, team: &Team, owner: &User, member: &User) -> Letter {
    let until = invitation.expires_at;
    Letter {
        to: owner.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(member.email.clone()),
        subject: format!("{} asks you to accept {} for {}", member.name, program.name, team.name),
        preheader: format!("{} invites the team. Only its owner or an admin can accept, until {}.", company.name, day(until, owner.zone())),
        heading: format!("{} asks you to accept {}", member.name, program.name),
        lead: vec![
            strong(&company.name),
            plain(format!(" invited {} to the program ", member.name)),
            strong(&program.name),
            plain(". Only the owner or an admin can accept it for "),
            strong(&team.name),
            plain("."),
        ],
        quote: invitation.message.clone(),
        facts: vec![
            ("Company", company.name.clone()),
            ("Program", program.name.clone()),
            ("For the team", team.name.clone()),
            ("Asked by", format!("{}, {}", member.name, member.email)),
            ("Until", exact(until, owner.zone())),
        ],
        button: Some(("Review the invitation".to_owned(), Target::Page(paths::approval_answer(&team.slug, invitation.id, "acceptance")))),
        note: "Opening it changes nothing; you or an admin accept or decline on the page.".to_owned(),
        why: format!(
            "You get this mail because you own the team {}. If you do nothing, the invitation ends on {} and the team joins nothing.",
            team.name,
            day(until, owner.zone())
        ),
    }
}

/// Where it is seen: at the company, or among the members of the team that asked for itself.
fn page(behalf: &Behalf, at_company: impl Fn(&Company) -> String) -> Target {
    Target::Page(match behalf {
        Behalf::Company(company) => at_company(company),
        Behalf::Team(team) => paths::members(&team.slug),
    })
}

fn see_it(invitation: &Invitation, behalf: &Behalf) -> (String, Target) {
    let at_company = |company: &Company| match invitation.kind {
        InvitationKind::Staff => paths::staff(&company.slug),
        InvitationKind::Program | InvitationKind::Member => paths::invitation(&company.slug, invitation.id),
    };
    ("See the invitation".to_owned(), page(behalf, at_company))
}

fn why_asked(invitation: &Invitation, behalf: &Behalf) -> String {
    format!("You get this mail because you invited {} on behalf of {}.", invitation.person(), behalf.name())
}
