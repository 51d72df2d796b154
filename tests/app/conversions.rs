//! Sales and refunds as a company's own system reports them (rules 41 and 42, S14, S55, S56).

mod attribution;
mod ledger;
mod refunds;
mod requests;

use crate::support::{
    Browser, Page, Scene, TestApp,
    scene::{CLICK, KEY, id},
};
use diesel::PgConnection;
use guildhall::{
    ids::{CompanyId, PartnerId},
    payouts::TeamBalance,
};

/// Where sales are reported.
const SALES: &str = "/api/conversions";
/// Where refunds are.
const REFUNDS: &str = "/api/refunds";

impl TestApp {
    /// Acme's shop.
    fn shop(&self) -> Browser {
        self.visitor().with_key(KEY)
    }

    /// A click on the link so long ago; its id.
    fn click(&self, link: &str, ago: &str) -> String {
        self.text("gen_random_uuid()").also(|id| {
            self.sql(&format!(
                "INSERT INTO clicks (id, link_id, at, visitor) VALUES ('{id}', '{link}', now() - interval '{ago}', sha256('{id}')); \
                 INSERT INTO click_days (link_id, day, clicks, repeated) SELECT link_id, (at AT TIME ZONE 'UTC')::date, 1, 0 FROM clicks WHERE id = '{id}' \
                     ON CONFLICT (link_id, day) DO UPDATE SET clicks = click_days.clicks + 1"
            ));
        })
    }

    /// Makes the totals of clicks anew, where clicks were moved.
    fn recount_clicks(&self) {
        self.sql(
            "DELETE FROM click_days; INSERT INTO click_days (link_id, day, clicks, repeated) \
             SELECT link_id, (at AT TIME ZONE 'UTC')::date, count(*), count(*) FILTER (WHERE repeated) FROM clicks GROUP BY 1, 2",
        );
    }

    /// A link of this person, made beside the scene's, to Acme Resellers.
    fn link_of(&self, email: &str) -> String {
        self.text("gen_random_uuid()").also(|id| {
            self.sql(&format!(
                "INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, text) \
                 SELECT '{id}', p.company_id, p.id, p.team_id, m.id, g.id, 'individual', left('{id}', 20) FROM members m JOIN users u ON u.id = m.user_id \
                 JOIN partners p ON p.team_id = m.team_id JOIN programs g ON g.company_id = p.company_id \
                 WHERE u.email = '{email}' AND g.name = 'Acme Resellers'; \
                 INSERT INTO link_texts (text, link_id) SELECT lower(text), id FROM links WHERE id = '{id}'"
            ));
        })
    }

    /// Who brought a sale, as Acme named it: the member's address.
    fn brought(&self, order: &str) -> String {
        self.text(&format!(
            "SELECT u.email FROM conversions c JOIN members m ON m.id = c.member_id JOIN users u ON u.id = m.user_id WHERE c.idempotency_key = '{order}'"
        ))
    }

    /// What a sale earned, in minor units; nothing where it earned nothing.
    fn earned(&self, order: &str) -> String {
        self.text(&format!(
            "SELECT m.amount FROM conversions c JOIN commissions m ON m.conversion_id = c.id WHERE c.idempotency_key = '{order}'"
        ))
    }

    /// What Northwind has with Acme by the ledger, held or not.
    fn balance(&self) -> i64 {
        self.number("SELECT coalesce(sum(l.amount), 0) FROM ledger l JOIN partners p ON p.id = l.partner_id JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'")
    }

    /// The same as pages read it: held, and available.
    fn stands(&self) -> (i64, i64) {
        let id = |query: &str| self.text(query).parse::<uuid::Uuid>().unwrap();
        let company = id("SELECT id FROM companies WHERE slug = 'acme'");
        let partner = id("SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'");
        stands(&mut self.connection(), company.into(), partner.into())
    }

    #[track_caller]
    fn is_whole(&self) {
        assert_eq!(guildhall::verify::faults(&mut self.connection()).unwrap(), []);
    }
}

/// What a partner has with its company in dollars: held, and available.
fn stands(conn: &mut PgConnection, company: CompanyId, partner: PartnerId) -> (i64, i64) {
    let all = TeamBalance::of_partner(conn, company, partner).unwrap();
    all.iter().find(|balance| balance.currency == "USD").map_or((0, 0), |balance| (balance.held, balance.available))
}

trait Also: Sized {
    fn also(self, what: impl FnOnce(&Self)) -> Self {
        what(&self);
        self
    }
}

impl Also for String {}

/// The program with the scene, and Acme's shop.
async fn opened() -> (TestApp, Browser) {
    let app = TestApp::start().await;
    Scene::set(&app);
    let shop = app.shop();
    (app, shop)
}

/// A sale of $49.00 by the scene's click.
fn sale(order: &str) -> String {
    format!("{{\"idempotency_key\":\"{order}\",\"click_id\":\"{}\",\"amount\":4900,\"currency\":\"USD\"}}", id(CLICK))
}

/// Reports a sale with these two, each left out where it is empty.
async fn sell(shop: &Browser, order: &str, click: &str, customer: &str) -> Page {
    let field = |name: &str, value: &str| if value.is_empty() { String::new() } else { format!("\"{name}\":\"{value}\",") };
    let body = format!(
        "{{{}{}{}\"amount\":4900,\"currency\":\"USD\"}}",
        field("idempotency_key", order),
        field("click_id", click),
        field("customer_id", customer)
    );
    shop.call(SALES, &body).await
}

async fn refund(shop: &Browser, name: &str, sale: &str, amount: i64) -> Page {
    shop.call(REFUNDS, &format!("{{\"idempotency_key\":\"{name}\",\"sale\":\"{sale}\",\"amount\":{amount}}}")).await
}
