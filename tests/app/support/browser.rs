//! A browser without script: keeps cookies, sends what browsers send, fills in the forms of the page.

use super::{headers, html};
use reqwest::{
    Client, Method, StatusCode, Url,
    cookie::{CookieStore, Jar},
    header::{HeaderMap, HeaderValue},
    redirect::Policy,
};
use scraper::{ElementRef, Html, Selector};
use std::{net::IpAddr, sync::Arc};

/// One person's browser on one copy of the program.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    jar: Arc<Jar>,
    base: Url,
    standing: Standing,
}

/// Where a browser stands in the network.
#[derive(Clone, Default)]
struct Standing {
    /// The address that it speaks from; every address of this machine's own network will do.
    at: Option<IpAddr>,
    /// What is said, in headers, about where its requests come from.
    says: Vec<(&'static str, String)>,
    /// What a company's own system shows with each request.
    key: Option<String>,
}

/// What came back.
pub struct Page {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The path asked for.
    pub path: String,
    /// The body as text.
    pub body: String,
    /// The form that was sent, as it went.
    sent: Vec<u8>,
}

/// A form as it stands on a page, to be filled in and sent.
#[derive(Debug, Clone)]
pub struct FilledForm {
    action: String,
    method: Method,
    fields: Vec<(String, String)>,
}

impl Browser {
    /// On the program at that address, with no cookies yet.
    pub fn new(base: &str) -> Self {
        Self::standing(base.parse().expect("a URL"), Arc::default(), Standing::default())
    }

    fn standing(base: Url, jar: Arc<Jar>, standing: Standing) -> Self {
        let says = standing.says.iter().map(|(name, value)| ((*name).parse().expect("a name"), value.parse().expect("a value")));
        let client = Client::builder().redirect(Policy::none()).cookie_provider(jar.clone()).local_address(standing.at);
        let client = client.default_headers(says.collect()).build().expect("a client");
        Self { client, jar, base, standing }
    }

    /// The same person at another address, like `127.0.0.2`.
    pub fn at(&self, address: &str) -> Self {
        let standing = Standing { at: Some(address.parse().expect("an address")), ..self.standing.clone() };
        Self::standing(self.base.clone(), self.jar.clone(), standing)
    }

    /// The same person, whose requests come with this header.
    pub fn saying(&self, name: &'static str, value: &str) -> Self {
        let mut standing = self.standing.clone();
        standing.says.push((name, value.to_owned()));
        Self::standing(self.base.clone(), self.jar.clone(), standing)
    }

    /// The same, as a program that shows this key.
    pub fn with_key(self, key: &str) -> Self {
        Self { standing: Standing { key: Some(key.to_owned()), ..self.standing.clone() }, ..self }
    }

    pub(super) fn set_cookie(&self, name: &str, value: &str) {
        self.jar.add_cookie_str(&format!("{name}={value}; Path=/"), &self.base);
    }

    /// The cookies that would be sent.
    pub fn cookies(&self) -> String {
        self.jar.cookies(&self.base).map(|value| value.to_str().unwrap_or_default().to_owned()).unwrap_or_default()
    }

    /// The same cookies on another copy of the program.
    pub fn on(&self, app: &super::TestApp) -> Self {
        let other = Self::standing(app.base_url.parse().expect("a URL"), Arc::default(), self.standing.clone());
        for cookie in self.cookies().split("; ").filter(|cookie| !cookie.is_empty()) {
            other.jar.add_cookie_str(&format!("{cookie}; Path=/"), &other.base);
        }
        other
    }

    /// A request with nothing added but cookies.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.base.join(path).expect("a path"))
    }

    /// Visits a page as that program; nothing where the connection breaks.
    pub async fn try_get(&self, path: &str, agent: &str) -> Option<Page> {
        let response = self.request(Method::GET, path).header("user-agent", agent).send().await.ok()?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.text().await.ok()?;
        Some(Page { status, headers, path: path.to_owned(), body, sent: Vec::new() })
    }

    /// Sends a request as it is; an HTML answer goes through the check.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        let request = request.build().expect("a request");
        let path = request.url().path().to_owned();
        let has_body = request.method() != Method::HEAD;
        let sent = request.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec();
        let response = self.client.execute(request).await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let (status, headers) = (response.status(), response.headers().clone());
        let body = String::from_utf8_lossy(&response.bytes().await.expect("a body")).into_owned();
        let page = Page { status, headers, path, body, sent };
        headers::check(&page);
        if page.is_html() && has_body {
            html::check(&page);
        }
        page
    }

    /// Visits a page.
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path)).await
    }

    /// Visits a page and goes where it leads, as often as it leads.
    pub async fn visit(&self, path: &str) -> Page {
        let page = self.get(path).await;
        self.follow(page).await
    }

    /// Goes where an answer leads, as often as it leads; with the form once more where the answer asks for that (307).
    pub async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..5 {
            let Some(location) = page.location() else { return page };
            page = if page.status == StatusCode::TEMPORARY_REDIRECT {
                self.post_body(&location, page.sent).await
            } else {
                self.get(&location).await
            };
        }
        panic!("{} leads in a circle", page.path)
    }

    /// Sends JSON as a program does, with the key and without what browsers say of themselves.
    pub async fn call(&self, path: &str, json: &str) -> Page {
        let mut request = self.request(Method::POST, path).header("content-type", "application/json").body(json.to_owned());
        if let Some(key) = &self.standing.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        self.send(request).await
    }

    /// Sends a form that need not stand on any page; to where programs send JSON, the same as JSON.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        if path.starts_with("/api/") {
            return self.call(path, &json(fields)).await;
        }
        self.post_body(path, url_encoded(fields).into_bytes()).await
    }

    async fn post_body(&self, path: &str, body: Vec<u8>) -> Page {
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    /// Sends a form as it is filled in.
    pub async fn submit(&self, form: &FilledForm) -> Page {
        let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if form.method == Method::GET {
            self.get(&format!("{}?{}", form.action, url_encoded(&fields))).await
        } else {
            self.post(&form.action, &fields).await
        }
    }
}

/// A form that stands on no page: whose browser, where to, and its fields.
pub type Forged = (Browser, String, Vec<(&'static str, &'static str)>);

/// Sends those forms at once, each from its browser.
pub async fn at_once(forms: Vec<Forged>) -> Vec<Page> {
    let under_way: Vec<_> =
        forms.into_iter().map(|(browser, path, fields)| actix_web::rt::spawn(async move { browser.post(&path, &fields).await })).collect();
    let mut pages = Vec::new();
    for page in under_way {
        pages.push(page.await.expect("an answer"));
    }
    pages
}

/// As one JSON object, repeated fields too; what reads as a whole number is one.
fn json(fields: &[(&str, &str)]) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let value = |name: &str, value: &str| if name == "amount" && value.parse::<i64>().is_ok() { value.to_owned() } else { text(value) };
    let fields: Vec<String> = fields.iter().map(|(name, of)| format!("{}:{}", text(name), value(name, of))).collect();
    format!("{{{}}}", fields.join(","))
}

fn url_encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Page {
    /// Where it leads: the path and query of its Location.
    pub fn location(&self) -> Option<String> {
        let location = self.headers.get("location")?.to_str().ok()?;
        Some(
            location
                .strip_prefix("http://")
                .and_then(|rest| rest.find('/').map(|at| rest[at..].to_owned()))
                .unwrap_or_else(|| location.to_owned()),
        )
    }

    /// Whether it is a page of ours.
    pub fn is_html(&self) -> bool {
        self.header("content-type").starts_with("text/html")
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(HeaderValue::to_str).and_then(Result::ok).unwrap_or_default()
    }

    /// The word of what a program reads as wrong.
    #[track_caller]
    pub fn fault(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_else(|| panic!("{}: {}", self.path, self.body)).to_owned()
    }

    /// Its body, where it is JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), "application/json", "{}: {}", self.path, self.body);
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.path, self.body))
    }

    /// Parsed.
    pub fn document(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// What a reader sees, white space folded.
    pub fn text(&self) -> String {
        self.text_of("body").join(" ")
    }

    /// What a reader sees in each element that matches.
    pub fn text_of(&self, selector: &str) -> Vec<String> {
        self.document().select(&parse(selector)).map(words).collect()
    }

    /// Its heading.
    pub fn h1(&self) -> String {
        self.text_of("h1").join(" ")
    }

    /// Whether a reader sees these words.
    #[track_caller]
    pub fn shows(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "{} ({}) should show {text:?}:\n{}", self.path, self.status, self.text());
        self
    }

    /// That a reader does not see these words.
    #[track_caller]
    pub fn hides(&self, text: &str) -> &Self {
        assert!(!self.text().contains(text), "{} should not show {text:?}:\n{}", self.path, self.text());
        self
    }

    /// That it was answered so.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.path, if self.is_html() { self.text() } else { self.body.clone() });
        self
    }

    /// That it leads there.
    #[track_caller]
    pub fn leads_to(&self, path: &str) -> &Self {
        self.is(303);
        assert_eq!(self.location().as_deref(), Some(path));
        self
    }

    /// That attribute of the first element that the selector finds.
    #[track_caller]
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let document = self.document();
        let found = document.select(&parse(selector)).next().and_then(|element| element.attr(name)).map(str::to_owned);
        found.unwrap_or_else(|| panic!("{} has no {selector} with {name}", self.path))
    }

    /// Addresses of all links that match.
    pub fn links(&self, selector: &str) -> Vec<String> {
        self.document().select(&parse(selector)).filter_map(|link| link.attr("href")).map(str::to_owned).collect()
    }

    /// The form whose action ends so, with the values that stand in it.
    #[track_caller]
    pub fn form(&self, action_end: &str) -> FilledForm {
        let document = self.document();
        let form = document.select(&parse("form")).find(|form| form.attr("action").unwrap_or(&self.path).ends_with(action_end));
        let Some(form) = form else { panic!("{} has no form {action_end:?}:\n{}", self.path, self.text()) };
        FilledForm::read(form, &self.path)
    }

    /// Whether it has a form whose action ends so.
    pub fn has_form(&self, action_end: &str) -> bool {
        self.document().select(&parse("form")).any(|form| form.attr("action").unwrap_or_default().ends_with(action_end))
    }

    /// The message at a field.
    pub fn error_at(&self, id: &str) -> String {
        self.text_of(&format!("[id='{id}-error']")).join(" ")
    }
}

impl FilledForm {
    fn read(form: ElementRef<'_>, path: &str) -> Self {
        let method = if form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")) { Method::POST } else { Method::GET };
        let mut fields = Vec::new();
        for control in form.select(&parse("input, select, textarea")) {
            let Some(name) = control.attr("name").filter(|_| control.attr("disabled").is_none()) else { continue };
            let value = match (control.value().name(), control.attr("type").unwrap_or("text")) {
                ("select", _) => {
                    let chosen = control.select(&parse("option[selected]")).next().or_else(|| control.select(&parse("option")).next());
                    chosen.map(|option| option.attr("value").map_or_else(|| words(option), str::to_owned))
                }
                ("textarea", _) => Some(control.text().collect::<String>().trim_start_matches('\n').to_owned()),
                (_, "checkbox" | "radio") => control.attr("checked").map(|_| control.attr("value").unwrap_or("on").to_owned()),
                (_, "submit" | "button" | "image" | "reset") => None,
                _ => Some(control.attr("value").unwrap_or_default().to_owned()),
            };
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        Self { action: form.attr("action").filter(|action| !action.is_empty()).unwrap_or(path).to_owned(), method, fields }
    }

    /// A form that stands on no page, with nothing in it.
    pub fn to(action: &str) -> Self {
        Self { action: action.to_owned(), method: Method::POST, fields: Vec::new() }
    }

    /// Puts a value into the field of that name, which is added where it is not there or not ticked.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value.to_owned(),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Puts a value into the `nth` (from 0) field of that name.
    #[track_caller]
    pub fn set_nth(mut self, name: &str, nth: usize, value: &str) -> Self {
        let field = self.fields.iter_mut().filter(|(other, _)| other == name).nth(nth);
        field.unwrap_or_else(|| panic!("there is no {nth}th field {name}")).1 = value.to_owned();
        self
    }

    /// Adds a field, whatever is there.
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes every field of that name out.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(other, _)| other != name);
        self
    }

    /// The value of that field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Every value of that name.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }
}

fn parse(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

/// The element's text as a reader sees it: style, script and templates left out, white space folded.
fn words(element: ElementRef<'_>) -> String {
    let hidden = |node: ego_tree::NodeRef<'_, scraper::Node>| {
        node.ancestors().any(|above| {
            above.value().as_element().is_some_and(|element| matches!(element.name(), "style" | "script" | "template" | "title"))
        })
    };
    let text: String = element
        .descendants()
        .filter(|node| !hidden(*node))
        .filter_map(|node| node.value().as_text().map(|text| format!("{}\u{1f}", &**text)))
        .collect();
    // Inline elements do not part words; only white space in the source does.
    text.replace('\u{1f}', "").split_whitespace().collect::<Vec<_>>().join(" ")
}
