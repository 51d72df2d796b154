//! The demo's data: complete, lifelike, whole.

use crate::support::cluster::cluster;
use diesel::{PgConnection, prelude::*, sql_query, sql_types::BigInt};
use guildhall::{
    db::{Db, DbSettings},
    demo,
    email_address::EmailAddress,
    installation::Kind,
    mail::Mailer,
    tokens::Tokens,
    verify,
};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut PgConnection, query: &str) -> i64 {
    sql_query(format!("SELECT ({query}) AS number")).get_result::<Number>(conn).unwrap_or_else(|error| panic!("{query}: {error}")).number
}

fn mailer() -> Mailer {
    Mailer::new("http://127.0.0.1:8080", EmailAddress::parse("partners@guildhall.example").unwrap(), Tokens::new(vec![vec![7; 32]]))
}

fn database(name: &str) -> (Db, PgConnection) {
    let url = cluster().empty_database(name);
    (Db::new(&DbSettings { url: url.clone(), connections: 2, prepared_statements: true }), PgConnection::establish(&url).unwrap())
}

#[actix_web::test]
async fn the_demo_is_filled_once_with_many_teams_and_every_invariant_holds() {
    let (db, mut conn) = database("demo_filled");
    demo::prepare(&db, &mailer(), false).await.unwrap();
    let conn = &mut conn;
    assert_eq!(verify::faults(conn).unwrap(), []);
    assert!(number(conn, "SELECT count(*) FROM partners p JOIN companies c ON c.id = p.company_id WHERE c.slug = 'acme'") >= 40);
    assert!(number(conn, "SELECT count(*) FROM members WHERE left_at IS NULL") >= 150);
    assert_eq!(number(conn, "SELECT count(*) FROM outbox WHERE status = 'queued'"), 0, "mail made by seeding is never sent");
    assert_eq!(number(conn, "SELECT count(DISTINCT status) FROM invitations"), 6, "invitations in every state");
    assert_eq!(number(conn, "SELECT count(*) FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'"), 1);
    assert_eq!(number(conn, "SELECT count(*) FROM (SELECT team_id FROM partners GROUP BY team_id HAVING count(*) = 2) shared"), 1);
    assert!(number(conn, "SELECT count(*) FROM audit WHERE at > now() - interval '1 minute'") < 5, "what happened is dated back");
    assert_eq!(number(conn, "SELECT count(*) FROM courses"), 2);
    assert!(
        number(conn, "SELECT count(DISTINCT m.team_id) FROM completions d JOIN members m ON m.id = d.member_id") >= 6,
        "half done by several teams"
    );
    let new = "SELECT count(*) FROM course_completions f WHERE EXISTS (SELECT FROM lessons l WHERE l.course_id = f.course_id AND l.published_at > f.at \
               AND NOT EXISTS (SELECT FROM completions d WHERE d.lesson_id = l.id AND d.member_id = f.member_id))";
    assert!(number(conn, new) >= 1, "a lesson published later is new to some who had finished");
    assert!(
        number(conn, "SELECT count(*) FROM links") == 0 || number(conn, "SELECT count(DISTINCT day) FROM click_days") > 300,
        "links are followed all year"
    );
    assert!(sql_query("UPDATE audit SET action = 'x'").execute(conn).is_err(), "the audit log is closed again");

    let before = number(conn, "SELECT count(*) FROM invitations");
    demo::prepare(&db, &mailer(), false).await.unwrap();
    assert_eq!(number(conn, "SELECT count(*) FROM invitations"), before, "a second start finds its data");
    demo::prepare(&db, &mailer(), true).await.unwrap();
    assert_eq!(number(conn, "SELECT count(*) FROM invitations"), before, "--fresh begins anew");
}

#[actix_web::test]
async fn the_demo_leaves_every_other_database_alone_and_serve_leaves_a_demos() {
    let (db, mut conn) = database("demo_refused");
    db.migrate().unwrap();
    assert_eq!(Kind::of(&mut conn).unwrap(), Kind::Real);
    let refused = demo::prepare(&db, &mailer(), true).await.unwrap_err();
    assert!(refused.to_string().contains("not a demo's"), "{refused}");

    let (db, mut conn) = database("demo_foreign");
    sql_query("CREATE TABLE somebody_elses (id int)").execute(&mut conn).unwrap();
    assert!(demo::prepare(&db, &mailer(), true).await.is_err());
    assert_eq!(number(&mut conn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 1);

    let (db, mut conn) = database("demo_marked");
    demo::prepare(&db, &mailer(), false).await.unwrap();
    assert_eq!(Kind::of(&mut conn).unwrap(), Kind::Demo);
}
