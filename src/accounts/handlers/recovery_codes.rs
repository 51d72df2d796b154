//! Recovery codes: shown once, made anew on request (S7).

use super::{frame, two_step::Onward};
use crate::{
    access::{Fresh, SignedIn},
    accounts::two_step::setup::{self, Standing},
    db::Db,
    error::Result,
    mail::Mailer,
    paths,
    web::{Form, Frame, Layout, Redirect, once::Once, page, see_other},
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;

#[derive(Template)]
#[template(path = "accounts/recovery_codes.html")]
struct RecoveryCodesPage {
    frame: Frame,
    codes: Option<Vec<String>>,
    left: i64,
    next: String,
}

impl RecoveryCodesPage {
    fn onward(&self) -> String {
        if self.next.is_empty() { paths::two_step() } else { self.next.clone() }
    }
}

/// The codes, right after they were made; later how many are left.
pub async fn recovery_codes(by: SignedIn, Query(onward): Query<Onward>, layout: Layout, once: Once, db: Db) -> Result<HttpResponse> {
    if by.user.two_step_at.is_none() {
        return see_other(paths::two_step_then(onward.path()));
    }
    let user = by.user.id;
    let left = db.run(move |conn| Standing::read(conn, user)).await?.codes_left;
    let codes = once.lines(user.uuid());
    let frame = frame::of(&by, layout, "Recovery codes");
    once.shown(page(&RecoveryCodesPage { frame, codes, left, next: onward.path().to_owned() }))
}

/// Makes ten new ones; those before open nothing any more.
pub async fn renew_recovery_codes(by: Fresh<SignedIn>, Form(onward): Form<Onward>, once: Once, mailer: Mailer, db: Db) -> Redirect {
    let (user, request) = (by.user.id, by.request);
    match db.run(move |conn| setup::renew_codes(conn, &mailer, user, request)).await? {
        Some(codes) => once.lead(paths::recovery_codes_then(onward.path()), user.uuid(), codes.iter().map(ToString::to_string).collect()),
        None => see_other(paths::two_step_then(onward.path())),
    }
}
