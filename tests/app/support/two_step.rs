//! Authenticator apps, as people hold them.

use super::{Browser, TestApp};
use guildhall::{ids::UserId, sealing::Sealer};
use std::time::{SystemTime, UNIX_EPOCH};
use totp_rs::{Builder, Secret};

/// What the apps of all tests share with the program.
pub const SECRET: [u8; 20] = *b"an app shares twenty";
/// A recovery code of whoever [`TestApp::switch_two_step_on`] switched it on for.
pub const RECOVERY: &str = "0123ab-cdefgh-jkmnpq-rstvwx";
/// Stands in a deed for a code of the app, as it is when the deed is done.
pub const CODE: &str = "the code of the app";

/// The code that an app with this secret shows at that second.
pub fn code_at(secret: &[u8], seconds: i64) -> String {
    let app = Builder::new().with_secret(secret.to_vec()).build().expect("an app");
    app.generate(seconds.try_into().expect("after 1970")).to_string()
}

/// The code that [`SECRET`] makes now, by this machine's clock, which the tests' database has too.
pub fn code_now() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    code_at(&SECRET, now.try_into().expect("in this millennium"))
}

/// The key that an app takes, without its spaces.
pub fn key_of(secret: &[u8]) -> String {
    Secret::from(secret.to_vec()).to_base32()
}

/// The bytes of a key as a page shows it.
pub fn read_key(shown: &str) -> Vec<u8> {
    Secret::try_from_base32(shown.replace(' ', "")).expect("base32").as_bytes().to_vec()
}

impl TestApp {
    /// Seals and opens as the program does.
    pub fn sealer(&self) -> Sealer {
        Sealer::new(&[super::SECRET_KEY.to_vec()])
    }

    /// The SQL of [`SECRET`], sealed for this person.
    pub fn sealed(&self, email: &str) -> String {
        let id: UserId = self.text(&format!("SELECT id FROM users WHERE email = '{email}'")).parse().expect("a user");
        let sealed = self.sealer().seal(id.uuid(), &SECRET);
        format!("'\\x{}'", sealed.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// Switches two-step sign-in on for this person, with [`SECRET`] and one recovery code, [`RECOVERY`].
    pub fn switch_two_step_on(&self, email: &str) {
        self.sql(&format!(
            "UPDATE users SET two_step_at = now() WHERE email = '{email}'; \
             INSERT INTO authenticators (id, user_id, sealed, confirmed_at) SELECT gen_random_uuid(), id, {}, now() FROM users WHERE email = '{email}'; \
             INSERT INTO recovery_codes (user_id, code_hash) SELECT id, sha256('{}') FROM users WHERE email = '{email}';",
            self.sealed(email),
            RECOVERY.replace('-', "")
        ));
    }

    /// The code of [`SECRET`] so many steps of 30 seconds from now, by the database's clock.
    pub fn code(&self, steps: i64) -> String {
        code_at(&SECRET, self.seconds() + 30 * steps)
    }

    /// The database's clock.
    pub fn seconds(&self) -> i64 {
        self.number("floor(extract(epoch FROM now()))::bigint")
    }

    /// Forgets which codes have counted, as time would.
    pub fn forget_codes(&self) {
        self.sql("UPDATE authenticators SET last_step = 0");
    }

    /// A browser in which this person has given the password, and whose code is awaited.
    pub fn halfway(&self, email: &str) -> Browser {
        self.sql(&format!(
            "INSERT INTO second_steps (id, user_id, expires_at) SELECT gen_random_uuid(), id, now() + interval '10 minutes' FROM users WHERE email = '{email}'"
        ));
        let id = self.text("SELECT id FROM second_steps ORDER BY expires_at DESC, id LIMIT 1");
        self.with_session(None, serde_json::json!({ "second_step": format!("\"{id}\"") }))
    }
}
