//! The demo: an installation with lifelike people, which needs no settings.

mod care;
mod clicks;
mod conversations;
mod courses;
mod governing;
mod links;
mod payouts;
mod people;
mod referrals;
mod seed;
mod terms;

use crate::{
    db::Db,
    error::Error,
    installation::{self, Kind},
    mail::Mailer,
    paths,
    running::{self, CannotRun},
};
use diesel::{Connection, PgConnection};
use std::{fs, io, os::unix::fs::OpenOptionsExt, path::Path};

/// The embedded server's database of the demo.
pub const DATABASE: &str = "guildhall_demo";

const ALLOWED: &[Kind] = &[Kind::Empty, Kind::Demo];
const NOT_A_DEMOS: &str =
    "This database is not empty and not a demo's. The demo leaves it alone: put the URL of an empty database into DATABASE_URL, or none.";

/// The demo's secret key, made in its data folder the first time.
pub fn key(folder: &Path) -> io::Result<Vec<u8>> {
    let file = folder.join("demo-key");
    if let Ok(key) = fs::read(&file)
        && key.len() == 32
    {
        return Ok(key);
    }
    fs::create_dir_all(folder)?;
    let key: Vec<u8> = rand::random::<[u8; 32]>().to_vec();
    let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&file)?;
    io::Write::write_all(&mut out, &key)?;
    Ok(key)
}

/// Marks and fills the database once, and says who can sign in.
pub async fn prepare(db: &Db, mailer: &Mailer, fresh: bool) -> Result<(), CannotRun> {
    running::prepare(db, ALLOWED, NOT_A_DEMOS).await?;
    if fresh {
        db.run(installation::empty).await.map_err(CannotRun::Refused)?;
        db.migrate().map_err(CannotRun::Refused)?;
    }
    let seeder = mailer.clone();
    db.run(move |conn| make(conn, &seeder)).await.map_err(CannotRun::Refused)?;
    let base = mailer.base_url();
    println!(
        "Guildhall's demo is at {base}, its mail at {base}{}\n\nEveryone's password is {}\n  Acme      sam@acme.example (administrator), max@acme.example (manager), vera@acme.example (viewer)\n  Globex    gus@globex.example (administrator)\n  Northwind olivia@northwind.example (owner), adam@northwind.example (admin), mia@northwind.example (member), frank@northwind.example (finance)\n\nCtrl-C stops it.",
        paths::mailbox(),
        seed::PASSWORD
    );
    Ok(())
}

/// All of the data or none: a start that is broken off begins again.
fn make(conn: &mut PgConnection, mailer: &Mailer) -> Result<(), Error> {
    installation::mark_as_demo(conn)?;
    if installation::is_seeded(conn)? {
        return Ok(());
    }
    conn.transaction(|conn| {
        seed::fill(conn, mailer)?;
        installation::mark_as_seeded(conn).map_err(Error::from)
    })
}
