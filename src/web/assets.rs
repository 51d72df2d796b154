//! Style, script and icon: files in `static/`, served by actix-files, with a version in the address so that they can be kept for ever.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{CACHE_CONTROL, HeaderValue},
    middleware::Next,
    web::Data,
};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The address prefix of the files.
pub const PREFIX: &str = "/static";

/// Addresses of the files that every page names.
#[derive(Debug, Clone, Copy)]
pub struct Assets {
    /// The stylesheet.
    pub css: &'static str,
    /// The script.
    pub js: &'static str,
    /// The icon.
    pub icon: &'static str,
}

impl Assets {
    /// Reads the files in `folder` once, to know their versions.
    pub fn read(folder: &Path) -> std::io::Result<Self> {
        let address = |name: &str| -> std::io::Result<&'static str> {
            let hash = Sha256::digest(std::fs::read(folder.join(name))?);
            let version: String = hash[..6].iter().map(|byte| format!("{byte:02x}")).collect();
            // Once per start, for as long as the program runs.
            Ok(format!("{PREFIX}/{name}?v={version}").leak())
        };
        Ok(Self { css: address("app.css")?, js: address("app.js")?, icon: address("icon.svg")? })
    }
}

/// Where the files are: beside the program, in the folder it is started in, or where it was built.
pub fn folder() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(|folder| folder.join("static")));
    let candidates = [beside, Some(PathBuf::from("static")), Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("static"))];
    candidates.into_iter().flatten().find(|folder| folder.join("app.css").is_file())
}

/// An address with the version of a file that is here never changes its content. Under another version it is asked for by pages of another copy
/// of the program, whose file it may not be.
pub async fn keep(req: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let Assets { css, js, icon } = *req.app_data::<Data<Assets>>().expect("Assets is registered in app.rs").get_ref();
    let asked = req.uri().path_and_query().map(|asked| asked.as_str());
    let is_ours = [css, js, icon].into_iter().any(|address| asked == Some(address));
    let mut res = next.call(req).await?;
    if is_ours && res.status().is_success() {
        res.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    Ok(res)
}
