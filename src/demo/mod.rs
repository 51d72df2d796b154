//! The demo: an installation with lifelike people, which needs no settings.

use crate::{
    db::Db,
    installation::{self, Kind},
    mail::Mailer,
    running::{self, CannotRun},
};
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
    db.run(installation::mark_as_demo).await.map_err(CannotRun::Refused)?;
    println!("Guildhall's demo is at {}", mailer.base_url());
    Ok(())
}
