use crate::{
    access::{Anyone, Passwords, ThisSession, password},
    accounts::User,
    db::Db,
    email_address::EmailAddress,
    error::Result,
    home::setup::{self, Founded, Founder, NewCompany, SetupLink},
    mail::letter::imitates_product,
    paths,
    programs::{
        ProgramText,
        fields::{CURRENCIES, read_currency, read_destination, read_terms},
    },
    tokens::{TokenHash, hash_of},
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, answers::answer, page, refused, time::exact},
    words::NAME_LENGTH,
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

/// What the set-up page sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    company: String,
    name: String,
    email: String,
    password: String,
    program: String,
    destination: String,
    currency: String,
    terms: String,
}

/// The form as read; a new founder's password is not hashed yet.
struct Typed {
    company: String,
    newcomer: Option<(String, EmailAddress)>,
    program: ProgramText,
    terms: String,
}

#[derive(Template)]
#[template(path = "home/setup.html")]
struct SetupPage {
    frame: Frame,
    errors: FormErrors,
    form: SetupForm,
    /// Who is signed in and becomes the administrator; who is not is asked for name, address and password.
    founder: Option<User>,
    until: String,
    address: String,
}

#[derive(Template)]
#[template(path = "home/setup_ended.html")]
struct SetupEnded {
    frame: Frame,
}

impl SetupForm {
    fn parse(&self, is_newcomer: bool) -> std::result::Result<Typed, FormErrors> {
        let mut errors = FormErrors::none();
        let company = errors.line("company", "the company's name", &self.company, NAME_LENGTH);
        if imitates_product(&company) {
            errors.add("company", "Enter your company's own name: mail in its name must not look like mail of Guildhall itself");
        }
        let newcomer = if is_newcomer { self.newcomer(&mut errors) } else { None };
        let name = errors.line("program", "the program's name", &self.program, NAME_LENGTH);
        let destination = read_destination(&mut errors, &self.destination);
        let currency = read_currency(&mut errors, &self.currency);
        let terms = read_terms(&mut errors, &self.terms);
        let program = ProgramText { name, description: String::new(), destination, currency, open: false };
        if errors.is_empty() { Ok(Typed { company, newcomer, program, terms }) } else { Err(errors) }
    }

    fn newcomer(&self, errors: &mut FormErrors) -> Option<(String, EmailAddress)> {
        let name = errors.line("name", "your name", &self.name, NAME_LENGTH);
        let email = errors.email("email", &self.email);
        if let Some(weakness) = password::weakness(&self.password, &[&self.company, &self.name, &self.email]) {
            errors.add("password", weakness);
        }
        email.map(|email| (name, email))
    }
}

impl SetupPage {
    fn new(by: &Anyone, layout: Layout, link: SetupLink, token: &str) -> Self {
        Self {
            frame: by.frame(layout, "Set up your company"),
            errors: FormErrors::none(),
            form: SetupForm { company: link.company_name.unwrap_or_default(), currency: "USD".to_owned(), ..SetupForm::default() },
            founder: by.user.clone(),
            until: exact(link.expires_at, by.user.as_ref().map_or(Tz::UTC, User::zone)),
            address: paths::setup(token),
        }
    }

    fn refused(self, form: SetupForm, errors: FormErrors) -> Self {
        Self { frame: self.frame.with_errors(), form, errors, ..self }
    }

    fn sign_in(&self) -> String {
        paths::sign_in_then(&self.address)
    }
}

/// The page behind a set-up link. It changes nothing (S39).
pub async fn setup_page(by: Anyone, token: Path<String>, layout: Layout, db: Db) -> Result<HttpResponse> {
    match open_link(&db, &token).await? {
        Some((_, link)) => page(&SetupPage::new(&by, layout, link, &token)),
        None => ended(&by, layout),
    }
}

/// Founds the company, signs a new administrator in and leads to All Partners.
pub async fn found(
    by: Anyone,
    token: Path<String>,
    Form(form): Form<SetupForm>,
    layout: Layout,
    flash: Flash,
    session: ThisSession,
    passwords: Passwords,
    db: Db,
) -> Redirect {
    let Some((hash, link)) = open_link(&db, &token).await? else { return ended(&by, layout) };
    let typed = match form.parse(by.user.is_none()) {
        Ok(typed) => typed,
        Err(errors) => return refused(&SetupPage::new(&by, layout, link, &token).refused(form, errors)),
    };
    let new = typed.into_new_company(&by, &passwords, &form.password).await?;
    match db.run(move |conn| setup::found(conn, &hash, &new, by.request)).await? {
        Founded::Company(company, grant) => {
            // Who was signed in keeps the session: the link proves nothing about them.
            if let Some(grant) = grant {
                session.sign_in(grant)?;
            }
            flash.ok(paths::partners(&company.slug), format!("{} is set up.", company.name), "Next, invite your first partner team.")
        }
        Founded::LinkEnded => ended(&by, layout),
        Founded::AddressTaken => {
            let errors = FormErrors::one("email", "This address has an account. Sign in to it first");
            refused(&SetupPage::new(&by, layout, link, &token).refused(form, errors))
        }
    }
}

impl Typed {
    async fn into_new_company(self, by: &Anyone, passwords: &Passwords, password: &str) -> Result<NewCompany> {
        let founder = match (&by.user, self.newcomer) {
            (Some(user), _) => Founder::Present(user.id),
            (None, Some((name, email))) => Founder::New { name, email, password_hash: passwords.hash(password.to_owned()).await? },
            (None, None) => unreachable!("parse asks a newcomer for name and address"),
        };
        Ok(NewCompany { name: self.company, founder, program: self.program, terms: self.terms })
    }
}

/// The link with its hash, while it is open; an unknown one is a page that does not exist.
async fn open_link(db: &Db, token: &str) -> Result<Option<(TokenHash, SetupLink)>> {
    let hash = hash_of(token);
    let link = db.run({
        let hash = hash.clone();
        move |conn| SetupLink::find(conn, &hash)
    });
    Ok(Some((hash, link.await?)).filter(|(_, link)| link.is_open))
}

fn ended(by: &Anyone, layout: Layout) -> Result<HttpResponse> {
    answer(StatusCode::GONE, &SetupEnded { frame: by.frame(layout, "This set-up link no longer works") })
}
