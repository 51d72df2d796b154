//! A letter: the parts that every mail of ours has, in the order they are read (rule 55). Rooms fill it in; one pair of templates sets it.

use crate::error::Error;
use crate::{
    email_address::EmailAddress,
    tokens::{Purpose, Tokens},
    web::layout::PRODUCT,
    words,
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use std::{
    future::{Ready, ready},
    sync::Arc,
};
use uuid::Uuid;

const LONGEST_SUBJECT: usize = 78;

/// What queuing a mail needs to know of the installation.
#[derive(Clone)]
pub struct Mailer(Arc<Settings>);

struct Settings {
    base_url: String,
    from: EmailAddress,
    tokens: Tokens,
}

impl Mailer {
    /// `base_url` without a slash at its end: every link in mail begins with it (S51). `from` is the address on our own domain.
    pub fn new(base_url: &str, from: EmailAddress, tokens: Tokens) -> Self {
        Self(Arc::new(Settings { base_url: base_url.trim_end_matches('/').to_owned(), from, tokens }))
    }
    /// Before every path.
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }
    /// The sender's address.
    pub fn from(&self) -> &EmailAddress {
        &self.0.from
    }
    /// The part of the sender's address after the @, which Message-IDs carry too.
    pub fn domain(&self) -> &str {
        self.0.from.as_str().rsplit('@').next().unwrap_or("localhost")
    }
    /// Makes the links.
    pub fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }
}

/// A run of words in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// As the rest.
    Plain(String),
    /// A name that matters.
    Strong(String),
}

/// Where the one button leads.
#[derive(Debug, Clone)]
pub enum Target {
    /// A link with a token: only its purpose, row and generation are stored (S35).
    Link {
        /// What it is for.
        purpose: Purpose,
        /// The row it opens.
        id: Uuid,
        /// Which link of that row.
        generation: i32,
    },
    /// A page that asks to sign in.
    Page(String),
}

/// One mail to one person (M3).
#[derive(Debug, Clone)]
pub struct Letter {
    /// Who gets it.
    pub to: EmailAddress,
    /// The company or team it speaks for, shown as the plate and in the sender's name ("Acme via Guildhall"); none for the product itself.
    pub speaks_for: Option<String>,
    /// Who reads an answer, where somebody does.
    pub reply_to: Option<EmailAddress>,
    /// At most 78 characters are kept (M9).
    pub subject: String,
    /// The line that mail programs show beside the subject (M8).
    pub preheader: String,
    /// What and who.
    pub heading: String,
    /// One sentence or two.
    pub lead: Vec<Words>,
    /// What a person wrote, as text.
    pub quote: String,
    /// Label and value.
    pub facts: Vec<(&'static str, String)>,
    /// The words of the button and where it leads.
    pub button: Option<(String, Target)>,
    /// What pressing it does, or what happens next.
    pub note: String,
    /// Why this mail, and what ignoring it does.
    pub why: String,
}

/// `plain("Sam asks you to join ")`.
pub fn plain(words: impl Into<String>) -> Words {
    Words::Plain(words.into())
}

/// `strong("Acme Resellers")`.
pub fn strong(words: impl Into<String>) -> Words {
    Words::Strong(words.into())
}

impl Letter {
    /// Whom it speaks for. A name that imitates the product's is left out: forms refuse it, and this is the second door (S47).
    pub fn speaker(&self) -> &str {
        match &self.speaks_for {
            Some(name) if imitates_product(name) => "A partner",
            Some(name) => name,
            None => PRODUCT,
        }
    }

    /// "Acme via Guildhall" (M2), or the product's own name.
    pub fn sender_name(&self) -> String {
        if self.speaks_for.is_some() { format!("{} via {PRODUCT}", self.speaker()) } else { PRODUCT.to_owned() }
    }

    /// The subject, cut at 78 characters (M9).
    pub fn short_subject(&self) -> String {
        if self.subject.chars().count() <= LONGEST_SUBJECT {
            self.subject.clone()
        } else {
            self.subject.chars().take(LONGEST_SUBJECT - 1).chain(['…']).collect()
        }
    }
}

/// Whether a company's or team's name reads like the product's own (S47): whatever its case, accents, spaces, dashes and look-alike letters.
pub fn imitates_product(name: &str) -> bool {
    let plain = |text: &str| -> String { words::fold(text).chars().map(look_alike).filter(|c| c.is_alphanumeric()).collect() };
    plain(name).contains(&plain(PRODUCT))
}

/// The Latin letter that it is taken for at a glance; i, l and their doubles are all one.
fn look_alike(c: char) -> char {
    match c {
        'i' | '1' | '|' | '!' | 'ı' | 'і' | 'ι' | 'ӏ' | 'l' => 'l',
        'ɡ' | '9' => 'g',
        'υ' | 'ս' | 'ц' => 'u',
        'ԁ' => 'd',
        'һ' | 'հ' => 'h',
        'а' | 'α' | 'ɑ' | '4' | '@' => 'a',
        c => c,
    }
}

impl FromRequest for Mailer {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(req.app_data::<web::Data<Self>>().expect("Mailer is registered in app.rs").get_ref().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::imitates_product;

    #[test]
    fn names_that_read_like_the_product_are_known() {
        for name in ["Guildhall", "GUILDHALL Support", "Guild-hall", "Gui1dha11", "Güildhàll", "Guіldhаll", "The Guild Hall"] {
            assert!(imitates_product(name), "{name}");
        }
        for name in ["Acme", "Guild of Bakers", "Hall & Co", "Northwind"] {
            assert!(!imitates_product(name), "{name}");
        }
    }
}
