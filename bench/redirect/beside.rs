//! What `pgbench` commits of the same rows and totals, without a web server: in batches, and one by one.

use crate::installation::{Installation, MADE, Outcome};
use std::{fs, process::Command, time::Duration};

/// The statement of `src/links/clicks.rs`, on rows that are made before. Each client goes through its own.
const WRITE: &str = "\\set from :from + :size
\\set first :from + :client_id * :made
\\set last :first + :size
WITH given AS (SELECT id, link_id, visitor FROM bench.made WHERE n > :first AND n <= :last),
first AS (INSERT INTO clicks (id, link_id, visitor) SELECT id, link_id, visitor FROM given ORDER BY link_id, visitor, id ON CONFLICT (link_id, visitor, date_trunc('hour', at AT TIME ZONE 'UTC')) WHERE NOT repeated DO NOTHING RETURNING id),
again AS (INSERT INTO clicks (id, link_id, visitor, repeated) SELECT id, link_id, visitor, true FROM given WHERE id NOT IN (SELECT id FROM first))
INSERT INTO click_days (link_id, day, clicks, repeated) SELECT link_id, (now() AT TIME ZONE 'UTC')::date, count(*), count(*) - count(first.id) FROM given LEFT JOIN first USING (id) GROUP BY link_id ORDER BY link_id ON CONFLICT (link_id, day) DO UPDATE SET clicks = click_days.clicks + excluded.clicks, repeated = click_days.repeated + excluded.repeated;
";

/// Rows per second, by that many clients, so many rows in a transaction.
pub fn rows_per_second(installation: &Installation, clients: u64, size: u64, time: Duration) -> Outcome<f64> {
    let script = installation.log().with_file_name("write.sql");
    fs::write(&script, WRITE)?;
    installation.clear()?;
    let made = 2 * MADE / clients;
    let output = Command::new(installation.programs()?.join("pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .args([format!("--client={clients}"), format!("--time={}", time.as_secs())])
        .args([format!("--define=size={size}"), format!("--define=from=-{size}"), format!("--define=made={made}")])
        .arg(format!("--file={}", script.display()))
        .arg(&installation.url)
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let transactions = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
    let rate = transactions.ok_or_else(|| format!("pgbench says {said}{}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(rate * size as f64)
}
