//! How a person is called, and in which zone they read times (rule 45).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db,
    ids::RequestId,
    schema::users,
    words,
};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde_json::json;

/// What a person says of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// As others see it.
    pub name: String,
    /// In which times are shown to them.
    pub zone: Tz,
}

/// Changes it. The audit log keeps the zone, never the name.
pub fn change(conn: &mut PgConnection, user: &User, profile: &Profile, request: Option<RequestId>) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        let locked = User::query().filter(users::id.eq(user.id)).for_no_key_update().first(conn)?;
        diesel::update(users::table.find(user.id))
            .set((
                users::name.eq(&profile.name),
                users::search.eq(words::fold(&format!("{} {}", profile.name, locked.email))),
                users::time_zone.eq(profile.zone.name()),
            ))
            .execute(conn)?;
        let changed = Event::new(Action::ProfileChanged)
            .target(user.id.uuid())
            .before(json!({ "time_zone": locked.time_zone }))
            .after(json!({ "time_zone": profile.zone.name() }));
        audit::record(conn, &Actor::person(user.id, request), changed)
    })
}
