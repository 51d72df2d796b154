//! What all handlers share. Knows no room.

pub mod answers;
pub mod assets;
pub mod csv;
pub mod flash;
pub mod form;
pub mod headers;
pub mod layout;
pub mod logging;
pub mod pagination;
pub mod prose;
pub mod same_origin;
pub mod time;

pub use answers::{page, refused};
pub use flash::{Flash, Redirect, see_other};
pub use form::{Form, FormErrors, FormWithFile};
pub use layout::{Avatar, Frame, Layout, Person, Place, Tab};
pub use prose::Prose;
pub use time::Moment;
