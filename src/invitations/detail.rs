//! One invitation with what happened to it.

use crate::{
    audit::Action,
    ids::{CompanyId, InvitationId},
    invitations::{
        Invitation,
        list::{Line, lines},
    },
    schema::{audit, invitations, users},
    web::pagination::Start,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

/// Lines of an invitation's history at most; there is no way to write that many.
const HISTORY: i64 = 100;

/// One line of an invitation's history.
#[derive(Debug, Clone)]
pub struct Past {
    /// What was done.
    pub action: Action,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; none where nobody was signed in.
    pub who: Option<String>,
    /// What was there before.
    pub before: Option<Value>,
    /// What was there then.
    pub after: Option<Value>,
}

/// One invitation as its page reads it.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The invitation.
    pub line: Line,
    /// What happened to it, oldest first.
    pub history: Vec<Past>,
    /// The people listed on it.
    pub listed: Vec<Invitation>,
}

impl Detail {
    /// An invitation of the company. `NotFound` where it is none of its.
    pub fn read(conn: &mut PgConnection, company: CompanyId, id: InvitationId) -> QueryResult<Self> {
        let line = lines(conn, company, Some(id), None, Start::First)?.pop().ok_or(diesel::NotFound)?;
        Ok(Self { line, history: history(conn, id)?, listed: listed_on(conn, company, id)? })
    }
}

type PastColumns = (Action, DateTime<Utc>, Option<String>, Option<Value>, Option<Value>);

/// What happened to an invitation, oldest first; names are joined when shown (S61).
fn history(conn: &mut PgConnection, id: InvitationId) -> QueryResult<Vec<Past>> {
    let rows: Vec<PastColumns> = audit::table
        .left_join(users::table)
        .filter(audit::target_id.eq(id.uuid()))
        .filter(audit::action.ne(Action::Refused))
        .order((audit::at, audit::id))
        .limit(HISTORY)
        .select((audit::action, audit::at, users::name.nullable(), audit::before, audit::after))
        .load(conn)?;
    Ok(rows.into_iter().map(|(action, at, who, before, after)| Past { action, at, who, before, after }).collect())
}

/// The people listed on a program invitation, as they were written down.
fn listed_on(conn: &mut PgConnection, company: CompanyId, parent: InvitationId) -> QueryResult<Vec<Invitation>> {
    Invitation::query()
        .filter(invitations::company_id.eq(company))
        .filter(invitations::parent_id.eq(parent))
        .order(invitations::id.desc())
        .load(conn)
}
