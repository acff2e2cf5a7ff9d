//! A browser and what a person does with it.
//!
//! A browser is a process of chromedriver with one Chromium, which it drives through a pipe. When chromedriver ends, even
//! when it is killed, the pipe is closed, and Chromium and its helpers end too.

use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use sessio_test_support::not_run;
use tempfile::TempDir;
use thirtyfour::{
    ChromeCapabilities, ChromiumLikeCapabilities, Cookie, WebDriver, WindowHandle,
    error::{WebDriverError, WebDriverResult},
    prelude::*,
};
use tokio::time::{Instant, sleep};

/// How long anything may take before the test fails. Generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(20);

/// A browser of one person. Dropping it ends its processes.
pub(crate) struct Browser {
    driver: WebDriver,
    // The order matters: Chromium has ended before its profile is removed.
    chromedriver: Chromedriver,
    profile: TempDir,
}

impl Browser {
    /// A new browser with an empty profile. `None`, said loudly, if there is no browser here.
    pub(crate) async fn open() -> Option<Self> {
        let Some(programs) = Programs::find() else {
            not_run(&format!("needs {CHROMIUM} and {CHROMEDRIVER}"));
            return None;
        };
        let profile = TempDir::new().expect("a temporary folder");
        Some(Self::start(&programs, profile).await)
    }

    /// Closes the browser as a person does, and opens it again with the same profile.
    pub(crate) async fn restart(self) -> Self {
        let Self { driver, chromedriver, profile } = self;
        drop((driver, chromedriver));
        Self::start(&Programs::find().expect("they were found before"), profile).await
    }

    async fn start(programs: &Programs, profile: TempDir) -> Self {
        let chromedriver = Chromedriver::start(programs, profile.path());
        let mut wanted = ChromeCapabilities::new();
        wanted.set_binary(programs.chromium.to_str().expect("a path in UTF-8")).expect("a path");
        for argument in arguments(profile.path()) {
            wanted.add_arg(&argument).expect("an argument");
        }
        let address = format!("http://127.0.0.1:{}", chromedriver.port);
        let driver = WebDriver::builder(address, wanted).request_timeout(PATIENCE * 2).await.expect("Chromium starts");
        // Its destructor would wait for an answer on the runtime that it blocks. `Chromedriver` closes the browser.
        driver.clone().leak().expect("the browser has only begun");
        Self { driver, chromedriver, profile }
    }

    /// Types an address.
    pub(crate) async fn visit(&self, address: &str) {
        self.driver.goto(address).await.expect("the page answers");
    }

    /// Presses the "back" button.
    pub(crate) async fn go_back(&self) {
        self.driver.back().await.expect("there is a page before this one");
    }

    /// Clicks what this CSS selector finds, once it is there.
    pub(crate) async fn click(&self, selector: &str) {
        self.click_by(&By::Css(selector.to_owned())).await;
    }

    /// Clicks the first button or link with this text, once it is there.
    pub(crate) async fn press(&self, text: &str) {
        let either = format!("//*[self::button or self::a][normalize-space()='{text}']");
        self.click_by(&By::XPath(either)).await;
    }

    async fn click_by(&self, by: &By) {
        let clicked = async || self.driver.find(by.clone()).await?.click().await.map(Some);
        self.wait_for(&format!("a click on {by:?}"), clicked).await;
    }

    /// Types into a field, in place of what is in it, and sends it with the enter key.
    pub(crate) async fn enter(&self, selector: &str, text: &str) {
        let typed = async || {
            let field = self.driver.find(By::Css(selector)).await?;
            field.clear().await?;
            field.send_keys(text.to_owned() + Key::Enter).await.map(Some)
        };
        self.wait_for(&format!("the field {selector}"), typed).await;
    }

    /// Waits until the page shows this text.
    pub(crate) async fn sees(&self, text: &str) {
        let shown = async || Ok(self.try_text("body").await?.filter(|shown| shown.contains(text)));
        self.wait_for(&format!("the text {text:?}"), shown).await;
    }

    /// Waits until the page has what this CSS selector finds.
    pub(crate) async fn has(&self, selector: &str) {
        let found = async || self.try_text(selector).await;
        self.wait_for(selector, found).await;
    }

    /// What the page shows, as a person reads it.
    pub(crate) async fn text(&self) -> String {
        self.wait_for("a page", async || self.try_text("body").await).await
    }

    async fn try_text(&self, selector: &str) -> WebDriverResult<Option<String>> {
        let text = "return document.querySelector(arguments[0])?.innerText ?? null";
        self.driver.execute(text, vec![json!(selector)]).await?.convert()
    }

    /// Runs a script in the page. If it gives back a promise, waits for its value.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let value = self.driver.execute(script, arguments).await;
        value.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// The cookies that the browser would send for this page, also those that no script can see.
    pub(crate) async fn cookies(&self) -> Vec<Cookie> {
        self.driver.get_all_cookies().await.expect("the cookies")
    }

    /// The only cookie of this page.
    pub(crate) async fn cookie(&self) -> Cookie {
        match <[Cookie; 1]>::try_from(self.cookies().await) {
            Ok([cookie]) => cookie,
            Err(cookies) => panic!("one cookie was expected: {cookies:?}"),
        }
    }

    /// The tab in front.
    pub(crate) async fn tab(&self) -> WindowHandle {
        self.driver.window().await.expect("an open tab")
    }

    /// Opens a tab and brings it to the front.
    pub(crate) async fn open_tab(&self) -> WindowHandle {
        let tab = self.driver.new_tab().await.expect("a new tab");
        self.show(&tab).await;
        tab
    }

    /// Brings a tab to the front.
    pub(crate) async fn show(&self, tab: &WindowHandle) {
        self.driver.switch_to_window(tab.clone()).await.expect("an open tab");
    }

    /// Shows the page on this screen.
    pub(crate) async fn resize(&self, screen: &Screen) {
        let size = json!({
            "width": screen.width,
            "height": screen.height,
            "deviceScaleFactor": screen.pixel_ratio,
            "mobile": screen.is_mobile,
        });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.expect("another size");
    }

    /// A picture of what the window shows, as PNG.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.driver.screenshot_as_png().await.expect("a picture")
    }

    /// Looks until there is something. An error is no failure: the page may just be changing.
    async fn wait_for<T>(&self, what: &str, look: impl AsyncFn() -> WebDriverResult<Option<T>>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let error = match look().await {
                Ok(Some(found)) => return found,
                Ok(None) => None,
                Err(error) => Some(error),
            };
            if Instant::now() > end {
                self.give_up(what, error).await;
            }
            sleep(POLL).await;
        }
    }

    async fn give_up(&self, what: &str, error: Option<WebDriverError>) -> ! {
        let address = self.driver.current_url().await;
        let page = self.try_text("body").await;
        panic!("waited in vain for {what}: {error:?}\nat {address:?}, which shows {page:#?}");
    }
}

/// A screen to look at a page on.
pub(crate) struct Screen {
    pub(crate) name: &'static str,
    /// In CSS pixels.
    pub(crate) width: u32,
    /// In CSS pixels.
    pub(crate) height: u32,
    /// How many pixels of the screen a CSS pixel is wide.
    pub(crate) pixel_ratio: u32,
    pub(crate) is_mobile: bool,
}

/// Each with its reason. chromedriver adds what keeps a browser under test quiet.
fn arguments(profile: &Path) -> Vec<String> {
    let mut arguments = vec![
        "--headless".to_owned(),
        "--remote-debugging-pipe".to_owned(), // ends with chromedriver
        format!("--user-data-dir={}", profile.display()),
        "--hide-scrollbars".to_owned(),          // they are not part of a picture
        "--disable-component-update".to_owned(), // would download
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1".to_owned(), // nothing leaves this machine
    ];
    // Chromium refuses to run as root with its sandbox (crbug.com/638180). The pages are our own.
    if rustix::process::geteuid().is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    arguments
}

const CHROMIUM: &str = "SESSIO_TEST_CHROMIUM";
const CHROMEDRIVER: &str = "SESSIO_TEST_CHROMEDRIVER";

struct Programs {
    chromium: PathBuf,
    chromedriver: PathBuf,
}

impl Programs {
    fn find() -> Option<Self> {
        let path = |variable| env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from);
        Some(Self { chromium: path(CHROMIUM)?, chromedriver: path(CHROMEDRIVER)? })
    }
}

/// A running chromedriver. Dropping it closes the browser in order, which writes its cookies to the disk, and ends the process.
///
/// The process stays in the group of the tests, so that Ctrl-C and `cargo xtask test` end it too.
struct Chromedriver {
    process: Child,
    port: u16,
}

impl Chromedriver {
    fn start(programs: &Programs, folder: &Path) -> Self {
        let log = File::create(folder.join("chromedriver.log")).expect("a log");
        let mut command = Command::new(&programs.chromedriver);
        // Whatever else the browser writes, such as reports of crashes, goes away with the profile.
        command.arg("--port=0").env("HOME", folder).env("TMPDIR", folder).stdout(Stdio::piped()).stderr(log);
        let mut process = command.spawn().expect("chromedriver starts");
        let stdout = process.stdout.take().expect("stdout is a pipe");
        let mut chromedriver = Self { process, port: 0 };
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.strip_suffix('.')?.rsplit_once(" on port ")?.1.parse().ok());
        chromedriver.port = port.expect("chromedriver says where it is");
        // What it says later has no reader, and must not stop it.
        thread::spawn(move || lines.for_each(drop));
        chromedriver
    }

    /// Gives back when chromedriver has closed its browser.
    fn shut_down(&self) -> io::Result<()> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        connection.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            eprintln!("the browser does not close and is killed: {error}");
        }
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
