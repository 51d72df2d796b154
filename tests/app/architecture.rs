//! The plan of the house, asserted: who may use whom, and what stands where (docs/architecture.md).

use std::{fs, path::Path, path::PathBuf};

/// The rooms in their order of use: domain files of a room use only rooms before it.
const ORDER: &[&str] = &[
    "mail",
    "audit",
    "accounts",
    "companies",
    "teams",
    "programs",
    "links",
    "invitations",
    "governing",
    "staffing",
    "messages",
    "training",
    "referrals",
    "payouts",
    "partners",
    "home",
    "demo",
];

/// A file of `src/`, without its tests.
struct Source {
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                found.push(Source { path: path.strip_prefix(&root).unwrap().display().to_string(), text });
            }
        }
    }
    found
}

impl Source {
    fn room(&self) -> Option<&str> {
        self.path.split_once('/').map(|(room, _)| room)
    }
    fn is_http(&self) -> bool {
        self.path.split('/').any(|part| part.trim_end_matches(".rs") == "handlers")
    }
    /// The lines of code that hold these words.
    fn lines_with(&self, words: &str) -> Vec<String> {
        self.text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//") && line.contains(words))
            .map(|line| format!("{}: {}", self.path, line.trim()))
            .collect()
    }
}

impl Source {
    /// The first parts of every path that begins with `crate::`, written out or in a `use` block.
    fn rooms_used(&self) -> Vec<String> {
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        let mut used = Vec::new();
        for (at, _) in self.text.match_indices("crate::") {
            let rest = &self.text[at + "crate::".len()..];
            let Some(block) = rest.strip_prefix('{') else {
                used.push(word(rest));
                continue;
            };
            let mut depth = 0;
            let mut entry = String::new();
            for c in block.chars() {
                match c {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => used.push(word(std::mem::take(&mut entry).trim())),
                    _ => {}
                }
                if depth == 0 && c != ',' {
                    entry.push(c);
                }
            }
            used.push(word(entry.trim()));
        }
        used
    }
}

fn none(faults: Vec<String>, rule: &str) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

#[test]
fn domain_files_hold_no_http_and_no_html() {
    let domain =
        |source: &&Source| source.room().is_some_and(|room| ORDER.contains(&room) && !matches!(room, "mail" | "demo")) && !source.is_http();
    let faults = sources()
        .iter()
        .filter(domain)
        .flat_map(|source| [source.lines_with("actix"), source.lines_with("askama"), source.lines_with("Template")].concat())
        .collect();
    none(faults, "actix and askama stand in handlers alone");
}

#[test]
fn handlers_hold_no_sql() {
    let faults = sources()
        .iter()
        .filter(|source| source.is_http())
        .flat_map(|source| [source.lines_with("diesel"), source.lines_with("schema::")].concat())
        .collect();
    none(faults, "a handler calls the domain once");
}

#[test]
fn rooms_use_only_rooms_before_them() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !source.is_http()) {
        let Some(own) = source.room().and_then(|room| ORDER.iter().position(|other| *other == room)) else { continue };
        for room in source.rooms_used() {
            if ORDER.iter().position(|other| *other == room).is_some_and(|used| used > own) {
                faults.push(format!("{} uses {room}", source.path));
            }
        }
    }
    none(faults, "lower rooms never call higher ones");
}

#[test]
fn the_web_knows_no_room() {
    let faults = sources()
        .iter()
        .filter(|source| source.room() == Some("web"))
        .flat_map(|source| ORDER.iter().flat_map(|room| source.lines_with(&format!("crate::{room}::"))))
        .collect();
    none(faults, "src/web is shared by all handlers");
}

#[test]
fn one_door_each() {
    let mut faults = Vec::new();
    for source in sources() {
        if source.path != "config.rs" && !source.path.starts_with("embedded") {
            faults.extend(source.lines_with("env::var"));
        }
        if source.path != "db.rs" {
            faults.extend(source.lines_with("Pool::builder"));
        }
        if !matches!(source.path.as_str(), "routes.rs" | "paths.rs") {
            faults.extend(
                [source.lines_with("\"/companies"), source.lines_with("\"/teams"), source.lines_with("\"/invitations")]
                    .concat()
                    .into_iter()
                    .filter(|line| !line.starts_with("access/gate.rs")),
            );
        }
    }
    none(faults, "only config.rs reads the environment, only db.rs knows the pool, only routes.rs and paths.rs spell URLs");
}

#[test]
fn templates_never_go_around_the_escaping() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    let mut faults = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let is_mail = path.components().any(|part| part.as_os_str() == "emails");
            let mut forbidden = vec!["|safe", "| safe", "|escape(", "<script>", "onclick="];
            if !is_mail {
                forbidden.extend(["style=\"", "<style"]);
            }
            faults.extend(forbidden.into_iter().filter(|words| text.contains(words)).map(|words| format!("{}: {words}", path.display())));
        }
    }
    none(faults, "escaping is the template's, and the content security policy holds");
}
