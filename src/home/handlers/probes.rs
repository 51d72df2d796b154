//! `/healthz`, `/readyz`.

use crate::{
    access::Public,
    db::Db,
    error::{Error, Result},
    running::Readiness,
};
use actix_web::{HttpResponse, web};

/// The program is alive. Never asks the database (R35).
pub async fn health(_: Public) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("alive"))
}

/// The program wants requests, and the database is reachable and migrated.
pub async fn ready(_: Public, db: Db, readiness: web::Data<Readiness>) -> Result<HttpResponse> {
    if readiness.is_ready() && db.is_ready().await {
        Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready"))
    } else {
        Err(Error::Unavailable)
    }
}
