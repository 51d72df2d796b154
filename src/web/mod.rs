//! What all handlers share. Knows no room.

pub mod answers;
pub mod assets;
pub mod chart;
pub mod client;
pub mod csv;
pub mod flash;
pub mod form;
pub mod headers;
pub mod json;
pub mod layout;
pub mod logging;
pub mod once;
pub mod pagination;
pub mod prose;
pub mod qr;
pub mod same_origin;
pub mod time;

pub use answers::{Whereabouts, page, refused, too_many};
pub use flash::{Flash, Redirect, see_other, send_on};
pub use form::{Form, FormErrors, FormWithFile, RepeatedQuery, Sent};
pub use layout::{Avatar, Frame, Layout, Person, Place, Tab};
pub use prose::Prose;
pub use time::Moment;
