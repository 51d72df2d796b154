//! Who follows links without being a person (S54). Counted is who might be one: only programs that say what they are, are known.
//!
//! A list of our own: the crates with one have not been kept for years, and of their thousands of names these parts find those that come to
//! links, among them every robot that says its address.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Parts of what robots say of themselves, without regard to case: crawlers, makers of previews, scanners of mail, watchers of
/// uptime, programs that fetch; Office, which looks where a link leads before the browser opens it.
const PARTS: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "slurp",
    "://",
    "preview",
    "facebookexternalhit",
    "facebookcatalog",
    "meta-external",
    "whatsapp/",
    "embedly",
    "iframely",
    "vkshare",
    "chatgpt-user",
    "google-safety",
    "google-inspectiontool",
    "googleother",
    "google-read-aloud",
    "mediapartners-google",
    "feedfetcher",
    "lighthouse",
    "headlesschrome",
    "phantomjs",
    "scanner",
    "proofpoint",
    "barracuda",
    "mimecast",
    "validator",
    "linkcheck",
    "link checker",
    "screaming frog",
    "siteaudit",
    "archiver",
    "wayback",
    "pingdom",
    "uptime",
    "monitoring",
    "statuscake",
    "site24x7",
    "nagios",
    "zabbix",
    "curl/",
    "wget/",
    "python-",
    "aiohttp",
    "httpx/",
    "go-http-client",
    "apache-httpclient",
    "java/",
    "libwww",
    "guzzle",
    "axios/",
    "node-fetch",
    "microsoft office",
];

/// A maker of telephones, whose name has "bot" in it.
const NO_BOT: &str = "cubot";

/// Whether that is a robot's `User-Agent`.
pub fn is_bot(agent: &str) -> bool {
    static KNOWN: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder().ascii_case_insensitive(true).build([&[NO_BOT], PARTS].concat()).expect("a list of constant words")
    });
    // Found from the left and without overlaps, "cubot" is met before the "bot" in it.
    KNOWN.find_iter(agent).any(|found| found.pattern().as_usize() > 0)
}

#[cfg(test)]
mod tests {
    use super::is_bot;

    #[test]
    fn robots_are_known_by_what_they_say() {
        for agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Twitterbot/1.0",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "WhatsApp/2.23.20.0",
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
            "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
            "curl/8.5.0",
            "python-requests/2.31.0",
            "Go-http-client/1.1",
            "Mozilla/4.0 (compatible; ms-office; MSOffice 16; Microsoft Office Outlook 16.0)",
            "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
            "Mozilla/5.0 (Linux; Android 9; CUBOT_X18) compatible; Googlebot/2.1",
        ] {
            assert!(is_bot(agent), "{agent}");
        }
    }

    #[test]
    fn people_are_not_taken_for_robots() {
        for agent in [
            "",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "Mozilla/5.0 (Linux; Android 9; CUBOT_X18 Build/PPR1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/470.0]",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [Pinterest/iOS]",
        ] {
            assert!(!is_bot(agent), "{agent}");
        }
    }
}
