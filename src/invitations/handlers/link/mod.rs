//! What a mailed link opens (rules 48 to 54). GET shows and leaves no trace; POST acts.

mod forms;
mod pages;

use crate::{
    access::{Anyone, Freshness, Passwords, ThisSession},
    audit::Actor,
    db::Db,
    error::{Error, Result},
    invitations::{
        accepting::{self, Acceptance, Accepted, Accepter, Into},
        declining, putting,
        standing::{Opened, Standing},
    },
    mail::Mailer,
    paths,
    web::{Flash, Form, Layout, Redirect, see_other},
};
use actix_web::{HttpResponse, web::Path};
use forms::{AcceptanceForm, DeclinationForm, RequestForm};
use pages::Card;

/// The page behind the link, in the first state that fits (rule 61).
pub async fn show(by: Anyone, token: Path<String>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let opened = open(&db, &by, &token).await?;
    Card::new(&by, &token, opened).answer(layout)
}

/// Accepts. Who is new is signed in; who has accepted before is led there again (rule 52). To confirm somebody as finance asks who is there
/// (S13).
pub async fn accept(
    by: Anyone,
    token: Path<String>,
    Form(form): Form<AcceptanceForm>,
    layout: Layout,
    flash: Flash,
    session: ThisSession,
    passwords: Passwords,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let opened = open(&db, &by, &token).await?;
    let Some(acceptance) = read(&by, &opened, &form, &passwords).await? else { return not_so(&by, &token, opened, form, layout) };
    require_proof(&acceptance, Freshness::from(&session))?;
    if by.user.as_ref().zip(acceptance.into.team()).is_some_and(|(user, team)| opened.awaits_two_step(user, team)) {
        return Err(Error::TwoStepRequired);
    }
    let (wanted, request) = (acceptance.clone(), by.request);
    let accepted = db.run(move |conn| accepting::accept(conn, &mailer, request, &opened.invitation, &acceptance)).await?;
    match accepted {
        Accepted::In { grant, home } => {
            // Who was signed in keeps the session: their second click, under way already, must find them (rule 52).
            if by.user.is_none_or(|known| known.id != grant.user) || matches!(wanted.who, Accepter::New { .. }) {
                session.sign_in(grant)?;
            }
            let (fact, next) = welcome(&wanted.into, home.name());
            flash.ok(home.path(), fact, next)
        }
        Accepted::NotSo => {
            let opened = open(&db, &by, &token).await?;
            not_so(&by, &token, opened, form, layout)
        }
    }
}

/// Declines, with a reason that may be empty (rule 54).
pub async fn decline(
    by: Anyone,
    token: Path<String>,
    Form(form): Form<DeclinationForm>,
    layout: Layout,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let opened = open(&db, &by, &token).await?;
    let who = match &opened.standing {
        Standing::New => None,
        Standing::Known(_) => by.user.clone(),
        _ => return Card::new(&by, &token, opened).answer(layout),
    };
    let reason = match form.parse() {
        Ok(reason) => reason,
        Err(errors) => return Card::new(&by, &token, opened).with_reason(form).refused(layout, errors),
    };
    let request = by.request;
    db.run(move |conn| declining::decline(conn, &mailer, request, &opened.invitation, who.as_ref(), &reason)).await?;
    see_other(paths::invitation_link(&token))
}

/// Puts the invitation before a team, by a member of it who may not answer it (rule 50).
pub async fn put_before_team(
    by: Anyone,
    token: Path<String>,
    Form(form): Form<RequestForm>,
    layout: Layout,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let opened = open(&db, &by, &token).await?;
    let (Standing::NotPermitted(places), Some(member)) = (&opened.standing, by.user.clone()) else {
        return Card::new(&by, &token, opened).answer(layout);
    };
    let team = match form.parse(places) {
        Ok(team) => team,
        Err(errors) => return Card::new(&by, &token, opened).refused(layout, errors),
    };
    if opened.awaits_two_step(&member, team) {
        return Err(Error::TwoStepRequired);
    }
    let (id, request) = (opened.invitation.id, by.request);
    db.run(move |conn| putting::put_before_team(conn, &mailer, request, id, &member, team)).await?;
    see_other(paths::invitation_link(&token))
}

/// Asks the sender for a new link (rule 53).
pub async fn ask_for_renewal(by: Anyone, token: Path<String>, layout: Layout, mailer: Mailer, db: Db) -> Redirect {
    let opened = open(&db, &by, &token).await?;
    if !opened.is_expired() {
        return Card::new(&by, &token, opened).answer(layout);
    }
    let actor = Actor { user: by.user.as_ref().map(|user| user.id), role: None, request: by.request };
    db.run(move |conn| putting::ask_for_renewal(conn, &mailer, &actor, opened.invitation.id)).await?;
    see_other(paths::invitation_link(&token))
}

async fn open(db: &Db, by: &Anyone, token: &str) -> Result<Opened> {
    let (token, viewer) = (token.to_owned(), by.user.as_ref().map(|user| user.id));
    db.run(move |conn| Opened::by_token(conn, &token, viewer)).await?.ok_or(Error::NotFound)
}

/// What the form asks for, where the link is theirs to answer and the form is right. The password is hashed here, outside every
/// transaction.
async fn read(by: &Anyone, opened: &Opened, form: &AcceptanceForm, passwords: &Passwords) -> Result<Option<Acceptance>> {
    let Ok(typed) = form.parse(opened) else { return Ok(None) };
    let who = match (&opened.standing, typed.name, by.user.clone()) {
        (Standing::New, Some(name), _) => Accepter::New { name, password_hash: passwords.hash(form.password.clone()).await? },
        (Standing::Known(_), _, Some(user)) => Accepter::Known(user),
        _ => return Ok(None),
    };
    Ok(Some(Acceptance { who, into: typed.into, terms: typed.terms }))
}

/// Who is new has just chosen the account's password, which is a proof; who has an account gives one before somebody becomes finance.
fn require_proof(acceptance: &Acceptance, freshness: Freshness) -> Result<()> {
    match &acceptance.who {
        Accepter::New { .. } => Ok(()),
        Accepter::Known(_) => acceptance.into.people().iter().try_for_each(|person| freshness.require_to_give(person.role)),
    }
}

/// The answer to an acceptance that was not carried out: where the first led, or what the page says now (rule 61).
fn not_so(by: &Anyone, token: &str, opened: Opened, form: AcceptanceForm, layout: Layout) -> Result<HttpResponse> {
    if let Some(home) = by.user.as_ref().and_then(|user| opened.accepted_by(user.id)) {
        return see_other(home.path());
    }
    let errors = form.parse(&opened).err().filter(|_| matches!(opened.standing, Standing::New | Standing::Known(_)));
    let card = Card::new(by, token, opened);
    match errors {
        Some(errors) => card.with_form(form).refused(layout, errors),
        None => card.answer(layout),
    }
}

fn welcome(into: &Into, team: &str) -> (String, &'static str) {
    match into {
        Into::TheTeam => (format!("You joined {team}."), "Welcome."),
        Into::NewTeam { .. } => (format!("{team} is open."), "You are its owner."),
        Into::TheCompany => (format!("You work for {team} here now."), "Welcome."),
        Into::Team(_) => (format!("You accepted for {team}."), "It is in the program now."),
    }
}
