//! Links over HTTP.

mod redirect;

pub use redirect::follow;
