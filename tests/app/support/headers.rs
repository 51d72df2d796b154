//! The headers that stand on every answer given in any test (S8, S16, S17, S63).

use super::Page;
use guildhall::web::headers::MAIL_POLICY;

const POLICY: [&str; 10] = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
];

/// Fails the test where an answer lacks a header, or sets a cookie that others could read.
#[track_caller]
pub fn check(page: &Page) {
    let faults = faults(page);
    assert!(faults.is_empty(), "{} ({}): {}\n{:#?}", page.path, page.status, faults.join("; "), page.headers);
}

fn faults(page: &Page) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        if page.header(name) != value {
            faults.push(format!("{name} is {:?}", page.header(name)));
        }
    }
    if !page.header("permissions-policy").contains("camera=()") {
        faults.push("no permissions-policy".to_owned());
    }
    if uuid::Uuid::parse_str(page.header("x-request-id")).is_err() {
        faults.push("no request id".to_owned());
    }
    if page.header("content-security-policy") != MAIL_POLICY {
        let policy: Vec<&str> = page.header("content-security-policy").split(';').map(str::trim).collect();
        faults.extend(POLICY.iter().filter(|rule| !policy.contains(rule)).map(|rule| format!("no {rule}")));
        let known = |rule: &&&str| !POLICY.contains(*rule) && **rule != "frame-src 'self'";
        faults.extend(policy.iter().filter(known).map(|rule| format!("loosened by {rule}")));
    }
    let kept = page.header("cache-control").contains("immutable");
    if !kept && page.header("cache-control") != "no-store" {
        faults.push(format!("may be cached: {}", page.header("cache-control")));
    }
    if kept && !page.path.starts_with("/static/") {
        faults.push("a page may be cached".to_owned());
    }
    let kind = page.header("content-type");
    if kind.starts_with("text/") && !kind.contains("charset=utf-8") && !page.path.starts_with("/static/") {
        faults.push(format!("no charset in {kind}"));
    }
    for cookie in page.headers.get_all("set-cookie") {
        faults.extend(cookie_faults(cookie.to_str().unwrap_or_default()));
    }
    faults
}

fn cookie_faults(cookie: &str) -> Vec<String> {
    let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
    let attributes: Vec<String> = attributes.split(';').map(|attribute| attribute.trim().to_lowercase()).collect();
    let has = |name: &str| attributes.iter().any(|attribute| attribute == name);
    let mut faults: Vec<String> = ["httponly", "samesite=lax", "path=/"]
        .into_iter()
        .filter(|attribute| !has(attribute))
        .map(|attribute| format!("a cookie without {attribute}: {cookie}"))
        .collect();
    if attributes.iter().any(|attribute| attribute.starts_with("domain")) {
        faults.push(format!("a cookie for other hosts: {cookie}"));
    }
    if pair.starts_with("__Host-") && !has("secure") {
        faults.push(format!("a __Host- cookie without Secure: {cookie}"));
    }
    if pair.len() > 1024 + 64 {
        faults.push(format!("a cookie of {} bytes", pair.len()));
    }
    faults
}
