//! Letters of messages: what was written as text, and a button to answer it.

use crate::{
    accounts::User,
    ids::ConversationId,
    mail::{Letter, Target, plain, strong},
    messages::{Conversation, Person, With},
    paths,
};

/// The longest preheader, in characters.
const PREHEADER_LENGTH: usize = 100;

/// What a letter tells of.
pub struct About<'a> {
    /// Where it was written.
    pub conversation: &'a Conversation,
    /// The conversation's key.
    pub id: ConversationId,
    /// Who wrote it.
    pub by: &'a User,
    /// Markdown, as typed: it reads as text.
    pub body: &'a str,
}

/// To a person of the team: what somebody of the company wrote.
pub fn to_team(about: &About<'_>, to: &Person) -> Letter {
    let About { conversation, id, by, .. } = about;
    let (company, team) = (&conversation.company.name, &conversation.team_name);
    let (subject, whom, readers) = match conversation.with {
        With::Group => (
            format!("{company} wrote to {team}"),
            format!("all of {team}"),
            format!("All members of {team} and {company}’s staff read your answer."),
        ),
        With::Member(_) => {
            (format!("{company} wrote to you"), "you alone".to_owned(), format!("Only you and {company}’s staff read this conversation."))
        }
    };
    Letter {
        to: to.email.clone(),
        speaks_for: Some(company.clone()),
        reply_to: Some(by.email.clone()),
        heading: subject.clone(),
        subject,
        preheader: first_words(about.body),
        lead: vec![strong(&by.name), plain(" of "), strong(company), plain(format!(" wrote to {whom}:"))],
        quote: about.body.to_owned(),
        facts: Vec::new(),
        button: Some(("Read and answer".to_owned(), Target::Page(paths::team_conversation(&conversation.team_slug, *id)))),
        note: readers,
        why: format!("You get this mail because you are a member of {team}, a partner of {company}."),
    }
}

/// To staff of the company: what somebody of the team wrote.
pub fn to_company(about: &About<'_>, to: &User) -> Letter {
    let About { conversation, by, .. } = about;
    let (company, team) = (&conversation.company, &conversation.team_name);
    let (where_, page, readers) = match conversation.with {
        With::Group => (
            " in the group conversation:",
            paths::group_messages(&company.slug, &conversation.team_slug),
            format!("All members of {team} and {}’s staff read your answer.", company.name),
        ),
        With::Member(member) => (
            " to your company alone:",
            paths::member_messages(&company.slug, &conversation.team_slug, member),
            format!("Only {} and {}’s staff read this conversation.", by.name, company.name),
        ),
    };
    let subject = format!("{} of {team} wrote to {}", by.name, company.name);
    Letter {
        to: to.email.clone(),
        speaks_for: Some(team.clone()),
        reply_to: Some(by.email.clone()),
        heading: subject.clone(),
        subject,
        preheader: first_words(about.body),
        lead: vec![strong(&by.name), plain(" of "), strong(team), plain(" wrote"), plain(where_)],
        quote: about.body.to_owned(),
        facts: Vec::new(),
        button: Some(("Read and answer".to_owned(), Target::Page(page))),
        note: readers,
        why: format!("You get this mail because you answer {team} for {}.", company.name),
    }
}

/// The beginning of a text in one line.
pub fn first_words(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= PREHEADER_LENGTH { line } else { line.chars().take(PREHEADER_LENGTH - 1).chain(['…']).collect() }
}
