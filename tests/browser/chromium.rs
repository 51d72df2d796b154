//! Chromium, driven as a person would use it.
#![allow(dead_code, reason = "the hands of a person, whichever a test needs")]

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use std::{
    io::{BufRead, BufReader},
    mem::ManuallyDrop,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, prelude::*};

/// What the person looks at it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 1,280 pixels wide.
    Desk,
    /// 390 pixels wide, touched.
    Phone,
    /// The same, 320 pixels wide: as narrow as pages must fit.
    Narrow,
    /// 1,280 pixels wide, script switched off.
    WithoutScript,
}

/// A browser window; gone with its driver when dropped.
pub struct Chromium {
    /// Drives it.
    pub driver: ManuallyDrop<WebDriver>,
    base: String,
    chromedriver: Child,
    _profile: TempDir,
}

impl Chromium {
    /// Opens a window on the program at `base`.
    pub async fn open(screen: Screen, base: &str) -> Self {
        let mut chromedriver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: bin/install test");
        let port = port_of(&mut chromedriver);
        let profile = tempfile::tempdir().expect("a folder");
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities(screen, &profile)).await.expect("a window");
        driver.set_implicit_wait_timeout(std::time::Duration::from_secs(10)).await.expect("a patience");
        Self { driver: ManuallyDrop::new(driver), base: base.to_owned(), chromedriver, _profile: profile }
    }

    /// Goes to a path of the program, or a whole address.
    pub async fn go(&self, path: &str) {
        let address = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() };
        self.driver.goto(address).await.expect("a page");
    }

    /// Types into the field with that label, in place of what is there.
    pub async fn fill(&self, label: &str, text: &str) {
        let id = self
            .one(By::XPath(format!("//label[normalize-space()={0} or starts-with(normalize-space(), {0})]", quoted(label))))
            .await
            .attr("for")
            .await
            .expect("a label")
            .expect("a label for a field");
        self.fill_field(&id, text).await;
    }

    /// Types into the field with that id, in place of what is there.
    pub async fn fill_field(&self, id: &str, text: &str) {
        let field = self.one(By::Id(id)).await;
        field.clear().await.expect("an empty field");
        field.send_keys(text).await.expect("a typed text");
    }

    /// Chooses a file for the field with that id.
    pub async fn choose_file(&self, id: &str, file: &Path) {
        self.one(By::Id(id)).await.send_keys(file.display().to_string()).await.expect("a chosen file");
    }

    /// Chooses the radio of that name and value.
    pub async fn choose(&self, name: &str, value: &str) {
        let radio = self.one(By::XPath(format!("//label[.//input[@name='{name}' and @value='{value}']]"))).await;
        radio.scroll_into_view().await.expect("in sight");
        radio.click().await.expect("chosen");
    }

    /// Chooses the option with these words in the list with that id.
    pub async fn pick(&self, id: &str, words: &str) {
        let option = self.one(By::XPath(format!("//select[@id='{id}']/option[contains(normalize-space(), {})]", quoted(words)))).await;
        option.click().await.unwrap_or_else(|error| panic!("{words}: {error}"));
    }

    /// What stands in the field with that id.
    pub async fn value_of(&self, id: &str) -> String {
        self.one(By::Id(id)).await.prop("value").await.expect("a field").unwrap_or_default()
    }

    /// Presses the one primary button of the page's form.
    pub async fn press_primary(&self) {
        let button = self.one(By::Css("main form button.primary")).await;
        button.scroll_into_view().await.expect("in sight");
        button.click().await.expect("pressed");
    }

    /// Fails where something is wider than the window.
    pub async fn fits(&self) {
        assert!(!self.scrolls_sideways().await, "{} scrolls sideways", self.address().await);
    }

    /// Presses the button or link with these words, or this label.
    pub async fn press(&self, words: &str) {
        let path = format!("//main//*[self::a or self::button or self::summary][normalize-space()={0} or @aria-label={0}]", quoted(words));
        let element = self.one(By::XPath(path)).await;
        element.scroll_into_view().await.expect("in sight");
        element.click().await.unwrap_or_else(|error| panic!("{words}: {error}"));
    }

    /// Ticks the box whose label holds these words.
    pub async fn tick(&self, words: &str) {
        let path = format!("//label[contains(normalize-space(), {})]//input", quoted(words));
        let tick = self.one(By::XPath(path)).await;
        tick.scroll_into_view().await.expect("in sight");
        tick.click().await.unwrap_or_else(|error| panic!("{words}: {error}"));
    }

    /// Fails unless the page comes to show these words.
    pub async fn sees(&self, words: &str) {
        let path = format!("//body[contains(normalize-space(), {})]", quoted(words));
        if self.driver.find(By::XPath(path)).await.is_err() {
            panic!("{words:?} is not on {}:\n{}", self.address().await, self.one(By::Tag("body")).await.text().await.unwrap_or_default());
        }
    }

    /// Fails unless the window comes to a page whose address has this in it.
    pub async fn arrives(&self, place: &str) {
        let begun = Instant::now();
        while !self.address().await.contains(place) {
            let late = begun.elapsed() > Duration::from_secs(20);
            assert!(
                !late,
                "{} is not {place}:\n{}",
                self.address().await,
                self.one(By::Tag("body")).await.text().await.unwrap_or_default()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Fails unless the window comes to leave the page whose address has this in it.
    pub async fn leaves(&self, place: &str) {
        let begun = Instant::now();
        while self.address().await.contains(place) {
            assert!(begun.elapsed() < Duration::from_secs(20), "still at {place}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Where it is.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.map(|url| url.to_string()).unwrap_or_default()
    }

    /// Whether anything is wider than the window.
    pub async fn scrolls_sideways(&self) -> bool {
        let wide = self.driver.execute("return document.documentElement.scrollWidth > document.documentElement.clientWidth", vec![]).await;
        wide.expect("a measure").json().as_bool().unwrap_or(false)
    }

    async fn one(&self, by: By) -> WebElement {
        let what = format!("{by:?}");
        match self.driver.find(by).await {
            Ok(element) => element,
            Err(_) => panic!("no {what} on {}:\n{}", self.address().await, self.driver.source().await.unwrap_or_default()),
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The driver's end is the window's end, when it is asked politely. The client is forgotten: it would ask for the end as well, and wait.
        let _ = kill(Pid::from_raw(self.chromedriver.id().cast_signed()), Signal::SIGTERM);
        let _ = self.chromedriver.wait();
    }
}

fn port_of(chromedriver: &mut Child) -> u16 {
    let out = BufReader::new(chromedriver.stdout.take().expect("piped"));
    let line = out.lines().map_while(Result::ok).find(|line| line.contains("started successfully on port"));
    let port = line.and_then(|line| line.rsplit(' ').next().and_then(|word| word.trim_end_matches('.').parse().ok()));
    port.expect("chromedriver says its port")
}

fn capabilities(screen: Screen, profile: &TempDir) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let folder = format!("--user-data-dir={}", profile.path().display());
    let arguments = [
        "--headless=new",
        // Ends with its driver, also when a test panics.
        "--remote-debugging-pipe",
        // Chromium refuses to run as root with its sandbox.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
        folder.as_str(),
    ];
    arguments.iter().for_each(|argument| capabilities.add_arg(argument).expect("an argument"));
    if matches!(screen, Screen::Phone | Screen::Narrow) {
        let width = if screen == Screen::Narrow { 320 } else { 390 };
        let phone = json!({ "deviceMetrics": { "width": width, "height": 844, "pixelRatio": 2.0, "touch": true } });
        capabilities.add_experimental_option("mobileEmulation", phone).expect("a phone");
    }
    if screen == Screen::WithoutScript {
        let off = json!({ "profile.managed_default_content_settings.javascript": 2 });
        capabilities.add_experimental_option("prefs", off).expect("no script");
    }
    capabilities
}

/// A text as XPath takes it.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
