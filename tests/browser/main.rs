//! The examples in a real browser, as a person uses them: Chromium without a window, driven over the `WebDriver` protocol.
//!
//! | to run it | |
//! |---|---|
//! | `cargo xtask test` | finds or installs Chromium, and builds the examples |
//! | `cargo test -p sessio-browser-tests` | needs `SESSIO_TEST_CHROMIUM` and `SESSIO_TEST_CHROMEDRIVER`, the paths of the two programs; `cargo xtask servers` prints them |
//!
//! Without the two variables each test prints `NOT RUN`. `SESSIO_TEST_PROGRAMS` names a folder of built examples; without
//! it the tests build them with cargo.
//!
//! [`browser`] starts and drives the browser, [`program`] starts an example, [`site`] is another site. Each other module
//! holds the tests of one topic. [`pictures`] also writes screenshots of the shop to `target/screenshots/`, for the guide.

mod browser;
mod cart;
mod devices;
mod events;
mod foreign;
mod leaving;
mod looking;
mod pictures;
mod program;
mod shop;
mod sign_in;
mod site;
mod sockets;
mod tabs;
