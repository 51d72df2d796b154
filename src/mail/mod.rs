//! Mail: what a letter is, the outbox it waits in, and the worker that sends it (rules 55 to 58).

pub mod delivery;
pub mod handlers;
pub mod lease;
pub mod letter;
pub mod mailbox;
pub mod message;
pub mod outbox;
pub mod set;
pub mod transport;
pub mod worker;

pub use delivery::drain;
pub use letter::{Letter, Mailer, Target, Words, plain, strong};
pub use outbox::{MailState, MailStatus, give_up, queue, queue_all, queue_until, state_of};
pub use transport::Transport;
pub use worker::Worker;
