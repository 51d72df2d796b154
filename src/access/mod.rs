//! Who is here, and what they may do.

pub mod fresh;
pub mod gate;
pub mod key;
pub mod locks;
pub mod password;
pub mod rate_limit;
pub mod session;
pub mod store;
mod weak;

pub use fresh::{Fresh, Freshness};
pub use key::WithKey;
pub use locks::{Access, Anyone, Authorized, Guarded, InTeam, Public, SignedIn, may};
pub use password::Passwords;
pub use rate_limit::{Limit, Limiter, Whose};
pub use session::ThisSession;
