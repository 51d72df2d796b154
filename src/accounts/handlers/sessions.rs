use crate::{
    access::{SignedIn, ThisSession},
    accounts::sessions,
    db::Db,
    error::Error,
    ids::SessionId,
    paths,
    web::{Flash, Redirect},
};
use actix_web::web::Path;

/// Ends one of the person's sessions (S12). Their own is ended by signing out, or here all the same.
pub async fn end_session(by: SignedIn, id: Path<String>, flash: Flash, db: Db) -> Redirect {
    let id: SessionId = id.parse().map_err(|_| Error::NotFound)?;
    db.run(move |conn| sessions::end(conn, by.user.id, id, by.request)).await?;
    flash.ok(paths::account(), "Signed out there.", "")
}

/// Ends all of the person's sessions but this one.
pub async fn end_other_sessions(by: SignedIn, session: ThisSession, flash: Flash, db: Db) -> Redirect {
    let this = session.row().unwrap_or_default();
    let ended = db.run(move |conn| sessions::end_others(conn, by.user.id, &this, by.request)).await?;
    let fact = match ended {
        0 => "You are signed in nowhere else.".to_owned(),
        1 => "1 other browser is signed out.".to_owned(),
        ended => format!("{ended} other browsers are signed out."),
    };
    flash.ok(paths::account(), fact, "")
}
