//! Mail: what a letter is, the outbox it waits in, and the worker that sends it (rules 55 to 58).

pub mod letter;
pub mod outbox;
pub mod set;

pub use letter::{Letter, Mailer, Target, Words, plain, strong};
pub use outbox::queue;
