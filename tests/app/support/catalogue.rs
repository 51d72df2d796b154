//! Every route of the program, and for each that changes something, who may and a form that is in order. The walks over all routes
//! (`access.rs`, `house.rs`, `tenancy.rs`, `hostile.rs`) take from here; a route without its deed fails them.

use super::{
    Browser, Page, Scene, TestApp,
    personas::*,
    scene::{CASHED_OUT, KEY, WITH_KEY},
    two_step::{CODE, RECOVERY, code_now},
};
use guildhall::{app::Mode, routes};
use reqwest::Method;

/// Where a deed's field takes free text, this stands for it.
pub const PROSE: &str = "Plain words";

/// The person listed with the scene's invitation to a new team.
const LISTED: &str = "01900000-0000-7000-8000-000000000002";

/// The withdrawal that Frank asked for.
const WITHDRAWAL: &str = "01900000-0000-7000-8000-000000000504";

/// Frank's place in Northwind.
const FRANKS_PLACE: &str = "01900000-0000-7000-8000-000000000050";

/// A change that a person makes with a form.
#[derive(Debug, Clone, Copy)]
pub struct Deed {
    /// The route.
    pub path: &'static str,
    /// The address of somebody who may; empty for somebody signed out, [`WITH_KEY`] for a program that shows Acme's key.
    pub by: &'static str,
    /// The form, in order. A name that ends in `[]` may come several times; it is sent without that ending.
    pub fields: &'static [(&'static str, &'static str)],
    /// Whether it writes an audit line each time. Where it does not, the reason.
    pub silent: Option<&'static str>,
    /// What must be so in the scene before, as SQL.
    pub first: &'static str,
}

const fn deed(path: &'static str, by: &'static str, fields: &'static [(&'static str, &'static str)]) -> Deed {
    Deed { path, by, fields, silent: None, first: "" }
}

/// What everybody may do with the scene, one deed for each route that changes something.
pub const DEEDS: &[Deed] = &[
    deed(
        "/setup/{token}",
        "",
        &[
            ("company", PROSE),
            ("name", PROSE),
            ("email", "ida@initech.example"),
            ("password", "five quiet lanterns"),
            ("program", PROSE),
            ("destination", "https://initech.example/start"),
            ("currency", "EUR"),
            ("terms", PROSE),
        ],
    ),
    deed("/sign-in", "", &[("email", SAM), ("password", PASSWORD), ("next", "/")]),
    deed("/sign-in/code", OLIVIA, &[("recovery", RECOVERY), ("next", "/")]),
    deed("/sign-out", SAM, &[]),
    deed("/account/profile", SAM, &[("name", PROSE), ("time_zone", "Europe/Berlin")]),
    deed("/account/password", SAM, &[("current", PASSWORD), ("password", "five quiet lanterns")]),
    deed("/account/email", SAM, &[("email", "sam@elsewhere.example"), ("email_password", PASSWORD)]),
    deed("/account/email/cancellation", OLIVIA, &[]),
    Deed { silent: Some("an app on trial counts for nothing yet"), ..deed("/account/two-step/setup", MAX, &[("next", "/")]) },
    deed("/account/two-step", SAM, &[("code", CODE), ("next", "/")]),
    deed("/account/two-step/recovery-codes", OLIVIA, &[("next", "/")]),
    deed("/account/two-step/ending", OLIVIA, &[]),
    deed("/account/sessions/{session}/ending", OLIVIA, &[]),
    deed("/account/other-sessions/ending", OLIVIA, &[]),
    deed("/email-change/{token}", OLIVIA, &[]),
    deed("/email-undo/{token}", "", &[]),
    deed("/account/confirmation", SAM, &[("password", PASSWORD), ("proof_next", "/")]),
    deed("/password-reset", "", &[("email", SAM)]),
    deed("/password-reset/{token}", "", &[("password", "five quiet lanterns")]),
    deed(
        "/companies/{company}/programs",
        SAM,
        &[
            ("name", PROSE),
            ("currency", "EUR"),
            ("description", PROSE),
            ("destination", "https://acme.example/start"),
            ("open", "true"),
            ("terms", PROSE),
        ],
    ),
    deed(
        "/companies/{company}/programs/{program}",
        MAX,
        &[("name", PROSE), ("description", PROSE), ("destination", "https://acme.example/start")],
    ),
    deed(
        "/companies/{company}/programs/{program}/terms",
        MAX,
        &[("draft", "01900000-0000-7000-8000-000000000060"), ("version", "1"), ("terms", PROSE), ("answer", "publish")],
    ),
    deed("/companies/{company}/settings/hosts", SAM, &[("host", "www.acme.example")]),
    deed("/companies/{company}/settings/hosts/{host}/removal", SAM, &[]),
    deed(
        "/companies/{company}/programs/{program}/links",
        MAX,
        &[("form", "0190aaaa-0000-7000-8000-000000000201"), ("kind", "default"), ("name", PROSE), ("url", "https://acme.example/autumn")],
    ),
    deed("/companies/{company}/programs/{program}/links/text", MAX, &[]),
    deed("/companies/{company}/programs/{program}/links/{destination}", MAX, &[("name", PROSE), ("url", "https://acme.example/autumn")]),
    deed("/companies/{company}/programs/{program}/links/{destination}/retirement", MAX, &[]),
    deed(
        "/companies/{company}/partners/{partner}/members/{member}/links",
        MAX,
        &[
            ("link", "0190aaaa-0000-7000-8000-000000000200"),
            // Acme Renewals, which Northwind is in.
            ("program", "01900000-0000-7000-8000-000000000039"),
            ("destination", "https://acme.example/mia"),
            ("text", "mia-at-acme"),
        ],
    ),
    deed("/teams/{team}/links", MIA, &[("destination", "01900000-0000-7000-8000-000000000203")]),
    deed("/teams/{team}/links/{link}/text", OLIVIA, &[("text", "olivia-in-summer")]),
    deed("/teams/{team}/programs/{program}/enrollment", ADAM, &[("terms", "1")]),
    deed("/teams/{team}/programs/{program}/acceptance", OLIVIA, &[("terms", "2")]),
    deed("/teams/{team}/programs/{program}/departure", OLIVIA, &[]),
    deed(
        "/invitations/{token}/acceptance",
        "",
        &[
            ("name", PROSE),
            ("team_name", PROSE),
            ("password", "five quiet lanterns"),
            ("terms", "1"),
            ("person[]", LISTED),
            ("person_role[]", "member"),
            ("keep[]", LISTED),
        ],
    ),
    deed("/companies/{company}/courses", MAX, &[("name", PROSE), ("description", PROSE)]),
    deed("/companies/{company}/courses/{course}", SAM, &[("name", PROSE), ("description", PROSE)]),
    deed("/companies/{company}/courses/{course}/programs", SAM, &[("program[]", "01900000-0000-7000-8000-000000000008")]),
    deed("/companies/{company}/courses/{course}/lessons", MAX, &[("title", PROSE), ("lesson", PROSE)]),
    deed("/companies/{company}/courses/{course}/lessons/{lesson}", SAM, &[("title", PROSE), ("lesson", PROSE)]),
    deed("/companies/{company}/courses/{course}/lessons/{lesson}/publication", SAM, &[]),
    deed("/companies/{company}/courses/{course}/lessons/{lesson}/retraction", SAM, &[]),
    deed("/companies/{company}/courses/{course}/lessons/{lesson}/ascent", SAM, &[]),
    deed("/companies/{company}/courses/{course}/lessons/{lesson}/descent", MAX, &[]),
    deed("/teams/{team}/training/{course}/{lesson}/completion", MIA, &[]),
    deed("/teams/{team}/training/{course}/{lesson}/reversal", MIA, &[]),
    deed("/invitations/{token}/declination", "", &[("reason", PROSE)]),
    deed("/invitations/{token}/request", FRANK, &[("team", "northwind")]),
    deed("/invitations/{token}/renewal", "", &[]),
    deed("/teams/{team}/approvals/{invitation}/acceptance", ADAM, &[("terms", "1")]),
    deed("/teams/{team}/approvals/{invitation}/declination", OLIVIA, &[("reason", PROSE)]),
    deed(
        "/companies/{company}/invitations/new-team",
        SAM,
        &[
            ("team_name", PROSE),
            ("program", "01900000-0000-7000-8000-000000000008"),
            ("email[]", "ines@larkspur.example"),
            ("email[]", "teo@larkspur.example"),
            ("name[]", PROSE),
            ("name[]", PROSE),
            ("role[]", ""),
            ("role[]", "admin"),
            ("owner", "0"),
            ("confirmed", "ines@larkspur.example"),
            ("subject", PROSE),
            ("message", PROSE),
        ],
    ),
    deed(
        "/companies/{company}/invitations/new-members",
        SAM,
        &[("team", "northwind"), ("email[]", "rosa@northwind.example"), ("name[]", PROSE), ("role[]", "member"), ("message", PROSE)],
    ),
    deed("/companies/{company}/invitations/{invitation}/revocation", SAM, &[]),
    deed("/companies/{company}/invitations/{invitation}/resending", SAM, &[]),
    deed("/companies/{company}/invitations/{invitation}/reminder", SAM, &[]),
    deed("/companies/{company}/invitations/{invitation}/role", SAM, &[("role", "admin")]),
    deed(
        "/teams/{team}/approvals/answers",
        OLIVIA,
        &[("id[]", "01900000-0000-7000-8000-000000000003"), ("answer", "rejection"), ("reason", PROSE)],
    ),
    deed("/teams/{team}/approvals/{invitation}/approval", OLIVIA, &[("role", "admin")]),
    deed("/teams/{team}/approvals/{invitation}/rejection", OLIVIA, &[("reason", PROSE)]),
    deed("/teams/new", SAM, &[("team_name", PROSE)]),
    deed(
        "/teams/{team}/members/new",
        ADAM,
        &[("email[]", "rosa@northwind.example"), ("name[]", PROSE), ("role[]", "member"), ("message", PROSE)],
    ),
    deed("/teams/{team}/invitations/{invitation}/resending", ADAM, &[]),
    deed("/teams/{team}/invitations/{invitation}/revocation", OLIVIA, &[]),
    Deed {
        silent: Some("the scene's offer is open, and there is one at a time"),
        ..deed("/teams/{team}/ownership/offers", OLIVIA, &[("member", FRANKS_PLACE)])
    },
    deed("/teams/{team}/ownership/offers/{offer}/cancellation", OLIVIA, &[]),
    deed("/teams/{team}/ownership/offers/{offer}/acceptance", ADAM, &[]),
    deed("/teams/{team}/ownership/offers/{offer}/declination", ADAM, &[]),
    deed("/teams/{team}/settings", ADAM, &[("team_name", PROSE)]),
    deed("/teams/{team}/two-step", ADAM, &[("required", "true")]),
    Deed { first: CASHED_OUT, ..deed("/teams/{team}/closing", OLIVIA, &[("confirmed", "true")]) },
    deed("/teams/{team}/members/{member}/role", ADAM, &[("role", "admin")]),
    deed("/teams/{team}/members/{member}/removal", ADAM, &[]),
    deed("/teams/{team}/departure", MIA, &[]),
    deed("/teams/{team}/permissions", OLIVIA, &[("was[]", "member: write group messages"), ("on[]", "admin: give finance")]),
    deed("/companies/{company}/partners/{partner}/assignment", MAX, &[("assigned_to", "")]),
    deed("/companies/{company}/partners/{partner}/tags", MAX, &[("tag", PROSE)]),
    deed("/companies/{company}/partners/{partner}/tags/{tag}/removal", MAX, &[]),
    deed("/companies/{company}/partners/{partner}/notes", MAX, &[("note", PROSE)]),
    deed(
        "/companies/{company}/staff/invitations",
        SAM,
        &[
            ("email[]", "ida@acme.example"),
            ("name[]", PROSE),
            ("staff_role[]", "viewer"),
            ("email[]", "jan@acme.example"),
            ("name[]", ""),
            ("staff_role[]", "manager"),
        ],
    ),
    deed("/companies/{company}/staff/invitations/{invitation}/resending", SAM, &[]),
    deed("/companies/{company}/staff/invitations/{invitation}/revocation", SAM, &[]),
    deed("/companies/{company}/staff/two-step", SAM, &[("required", "true")]),
    deed("/companies/{company}/staff/{staff}/role", SAM, &[("staff_role", "viewer")]),
    deed("/companies/{company}/staff/{staff}/removal", SAM, &[]),
    deed(
        "/companies/{company}/programs/{program}/commission",
        MAX,
        &[("earns", "percent"), ("percent", "12.5"), ("amount", ""), ("holding_days", "14")],
    ),
    deed("/companies/{company}/referrals/{referral}/approval", MAX, &[("was", "submitted")]),
    deed("/companies/{company}/referrals/{referral}/declination", MAX, &[("was", "submitted"), ("reason", PROSE)]),
    deed("/companies/{company}/referrals/{referral}/win", SAM, &[("was", "submitted"), ("amount", "1,200.00")]),
    Deed {
        first: "UPDATE referrals SET status = 'won', amount = 120000, decided_at = now() WHERE id = '01900000-0000-7000-8000-000000000408'",
        ..deed(
            "/companies/{company}/referrals/{referral}/reversal",
            MAX,
            &[("form", "0190aaaa-0000-7000-8000-000000000402"), ("amount", "100.00"), ("reason", PROSE)],
        )
    },
    deed(
        "/teams/{team}/referrals/new",
        MIA,
        &[
            ("form", "0190aaaa-0000-7000-8000-000000000400"),
            ("program", "01900000-0000-7000-8000-000000000039"),
            ("name", PROSE),
            ("organisation", PROSE),
            ("email", "ada@harbour-dental.example"),
            ("note", PROSE),
        ],
    ),
    deed("/companies/{company}/settings/keys", SAM, &[("form", "0190aaaa-0000-7000-8000-000000000401"), ("name", PROSE)]),
    deed("/companies/{company}/settings/keys/{key}/revocation", SAM, &[]),
    deed(
        "/api/conversions",
        WITH_KEY,
        &[
            ("idempotency_key", "order-7"),
            ("click_id", "01900000-0000-7000-8000-000000000404"),
            ("customer_id", PROSE),
            ("amount", "4900"),
            ("currency", "USD"),
        ],
    ),
    deed(
        "/api/refunds",
        WITH_KEY,
        &[("idempotency_key", "refund-7"), ("sale", "01900000-0000-7000-8000-000000000406"), ("amount", "2500")],
    ),
    deed("/companies/{company}/partners/{partner}/messages", SAM, &[("form", "0190aaaa-0000-7000-8000-000000000001"), ("body", PROSE)]),
    deed(
        "/companies/{company}/partners/{partner}/members/{member}/messages",
        MAX,
        &[("form", "0190aaaa-0000-7000-8000-000000000002"), ("body", PROSE)],
    ),
    deed(
        "/teams/{team}/withdrawals",
        FRANK,
        &[("form", "0190aaaa-0000-7000-8000-000000000004"), ("company", "acme"), ("currency", "USD"), ("amount", "20.00")],
    ),
    deed("/teams/{team}/withdrawals/details", FRANK, &[("holder", PROSE), ("account", PROSE)]),
    deed("/teams/{team}/withdrawals/{withdrawal}/cancellation", FRANK, &[]),
    deed("/companies/{company}/withdrawals/{withdrawal}/payment", SAM, &[]),
    deed("/companies/{company}/withdrawals/{withdrawal}/failure", SAM, &[("reason", PROSE)]),
    deed("/companies/{company}/withdrawals/payments", SAM, &[("id[]", WITHDRAWAL)]),
    deed("/companies/{company}/withdrawals/failures", SAM, &[("id[]", WITHDRAWAL), ("reason", PROSE)]),
    deed("/companies/{company}/withdrawals/exports", SAM, &[]),
    deed("/companies/{company}/withdrawals/marks", SAM, &[("rows", "01900000-0000-7000-8000-000000000504,paid"), ("answer", "mark")]),
    deed("/companies/{company}/settings/payouts", SAM, &[("currency[]", "USD"), ("amount[]", "25.00")]),
    deed("/teams/{team}/messages/{conversation}", OLIVIA, &[("form", "0190aaaa-0000-7000-8000-000000000003"), ("body", PROSE)]),
];

/// The deed of a route.
#[track_caller]
pub fn deed_of(path: &str) -> &'static Deed {
    DEEDS.iter().find(|deed| deed.path == path).unwrap_or_else(|| panic!("POST {path} has no deed in tests/app/support/catalogue.rs"))
}

impl Deed {
    /// Whether that field may come several times.
    pub fn is_list(field: &str) -> bool {
        field.ends_with("[]")
    }

    /// The form as it is sent, with other words for [`PROSE`].
    pub fn form<'a>(&self, prose: &'a str) -> Vec<(&'a str, &'a str)> {
        let value = |value: &'static str| match value {
            PROSE => prose,
            // Lives as long as the other values of the table do.
            CODE => &*code_now().leak(),
            value => value,
        };
        self.fields.iter().map(|(name, typed)| (name.trim_end_matches("[]"), value(typed))).collect()
    }

    /// A browser of whoever may, when they may.
    pub fn browser(&self, app: &TestApp) -> Browser {
        if !self.first.is_empty() {
            app.sql(self.first);
        }
        match self.by {
            "" => app.visitor(),
            WITH_KEY => app.visitor().with_key(KEY),
            by if self.path == "/sign-in/code" => app.halfway(by),
            by => app.signed_in(by),
        }
    }

    /// Whether a program does it, in JSON, and no browser.
    pub fn is_for_programs(&self) -> bool {
        self.by == WITH_KEY
    }

    /// What is answered where it is done.
    pub fn answer(&self) -> u16 {
        if self.is_for_programs() { 201 } else { 303 }
    }

    /// Does it.
    pub async fn perform(&self, app: &TestApp, scene: &Scene, prose: &str) -> Page {
        self.browser(app).post(&scene.path(self.path), &self.form(prose)).await
    }
}

/// Every page of the demo, which has all pages.
pub fn pages() -> Vec<&'static str> {
    paths(Method::GET)
}

/// Every route of the demo that changes something.
pub fn changes() -> Vec<&'static Deed> {
    paths(Method::POST).into_iter().map(deed_of).collect()
}

fn paths(method: Method) -> Vec<&'static str> {
    routes::all(Mode::Demo).iter().filter(|endpoint| endpoint.method.as_str() == method.as_str()).map(|endpoint| endpoint.path).collect()
}
