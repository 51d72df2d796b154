//! Passwords: argon2id, and the same work whether an account exists or not (S1, S3).

use crate::{
    access::weak,
    error::{Error, Result},
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{
    future::{Ready, ready},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    thread::available_parallelism,
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};

/// The fewest characters of a password.
pub const SHORTEST: usize = 12;
/// The most: far over any password manager's, and far under what would keep a core busy.
pub const LONGEST: usize = 1000;
/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hashes and verifies, off the event loop and on each core once at a time: more at once would take as long, and the memory and threads of
/// everything else too (R13). Who waits for too long is told to come again.
#[derive(Clone)]
pub struct Passwords {
    verifications: Arc<AtomicU64>,
    turns: Arc<Semaphore>,
    patience: Duration,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new(available_parallelism().map_or(2, usize::from), PATIENCE)
    }
}

/// Verified where there is no account, so that both ways cost the same.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").expect("hashing a constant works"));

impl Passwords {
    fn new(at_once: usize, patience: Duration) -> Self {
        Self { verifications: Arc::default(), turns: Arc::new(Semaphore::new(at_once)), patience }
    }

    /// The hash of a password, in PHC form.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.in_turn(move || hash(&password)).await
    }

    /// Whether it is the password behind the hash. Without a hash nothing matches, at the same cost.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let verifications = self.verifications.clone();
        self.in_turn(move || {
            verifications.fetch_add(1, Ordering::Relaxed);
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODYS.clone());
            let parsed = PasswordHash::new(&hash).map_err(|error| Error::Internal(format!("stored password hash: {error}")))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    /// The turn ends with the work, even where nobody waits for it any more.
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = timeout(self.patience, self.turns.clone().acquire_owned()).await.ok().and_then(std::result::Result::ok);
        let turn = turn.ok_or(Error::Unavailable)?;
        let done = web::block(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| Error::Unavailable)?
    }

    /// How often a password was verified.
    pub fn verifications(&self) -> u64 {
        self.verifications.load(Ordering::Relaxed)
    }
}

/// The hash, on this thread: for commands and the demo's data, which shares one.
pub fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("argon2: {error}")))
}

/// What is wrong with a new password, where something is. `about` are names and addresses that belong to it, which others know (S2).
pub fn weakness(password: &str, about: &[impl AsRef<str>]) -> Option<&'static str> {
    match password.chars().count() {
        ..SHORTEST => Some("Enter a password of 12 characters or more"),
        SHORTEST..=LONGEST => weak::reason(password, &about.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
        _ => Some("Enter a password of 1,000 characters or fewer"),
    }
}

impl FromRequest for Passwords {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(req.app_data::<web::Data<Self>>().expect("Passwords is registered in app.rs").get_ref().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{atomic::AtomicUsize, mpsc};

    #[actix_web::test]
    async fn more_at_once_than_there_are_turns_wait_and_all_succeed() {
        const AT_ONCE: usize = 2;
        let passwords = Passwords::new(AT_ONCE, Duration::from_secs(60));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = |_| {
            let (passwords, running, most) = (passwords.clone(), running.clone(), most.clone());
            actix_web::rt::spawn(async move {
                let job = move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let hashed = hash("five quiet lanterns");
                    running.fetch_sub(1, Ordering::SeqCst);
                    hashed
                };
                passwords.in_turn(job).await
            })
        };
        let under_way: Vec<_> = (0..12).map(work).collect();
        for one in under_way {
            assert!(one.await.unwrap().is_ok());
        }
        assert!((1..=AT_ONCE).contains(&most.load(Ordering::SeqCst)), "{most:?} at once");
    }

    #[actix_web::test]
    async fn who_waits_too_long_for_a_turn_is_told_to_come_again() {
        let passwords = Passwords::new(1, Duration::ZERO);
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel();
        let holder = passwords.clone();
        let long = actix_web::rt::spawn(async move {
            let job = move || {
                begun.send(()).unwrap();
                ends.recv().unwrap();
                Ok(())
            };
            holder.in_turn(job).await
        });
        web::block(move || begins.recv().unwrap()).await.unwrap();
        assert!(matches!(passwords.hash("five quiet lanterns".to_owned()).await, Err(Error::Unavailable)));
        assert!(matches!(passwords.verify("five quiet lanterns".to_owned(), None).await, Err(Error::Unavailable)));
        end.send(()).unwrap();
        long.await.unwrap().unwrap();
        // The turn came back.
        passwords.hash("five quiet lanterns".to_owned()).await.unwrap();
    }

    #[test]
    fn a_password_has_as_many_characters_as_are_said() {
        let long = |characters: usize| "five quiet lanterns, ".chars().cycle().take(characters).collect::<String>();
        for (characters, is_taken) in [(SHORTEST - 1, false), (SHORTEST, true), (LONGEST, true), (LONGEST + 1, false)] {
            assert_eq!(weakness(&long(characters), &["Acme"]).is_none(), is_taken, "{characters}");
        }
    }
}
