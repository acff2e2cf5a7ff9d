//! What must not be found, in every spelling in which a log might show it.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use sessio::cookie::Key;

/// Texts that a log must not contain.
#[derive(Default)]
pub(crate) struct Needles(Vec<(String, String)>);

impl Needles {
    /// A secret text, and its bytes.
    pub(crate) fn add_text(&mut self, what: &str, text: &str) {
        self.add_bytes(what, text.as_bytes());
        self.add(what, text.to_owned());
    }

    /// The secret half of a token: from the 22nd character on; before it stands the public id.
    pub(crate) fn add_token(&mut self, what: &str, token: &str) {
        self.add(what, token[22..].to_owned());
        let bytes = URL_SAFE_NO_PAD.decode(token).expect("base64url");
        self.add_bytes(what, &bytes[16..]);
    }

    /// What a cookie holds: whoever has it has the session. Any piece of 40 characters counts.
    pub(crate) fn add_cookie(&mut self, what: &str, value: &str) {
        let middle = value.len() / 2;
        for begin in [24, middle, value.len().saturating_sub(44)] {
            self.0.extend(value.get(begin..begin + 40).map(|piece| (what.to_owned(), piece.to_owned())));
        }
    }

    /// A sealing key.
    pub(crate) fn add_key(&mut self, what: &str, key: &Key) {
        let text = key.reveal();
        self.add_bytes(what, &URL_SAFE_NO_PAD.decode(text.as_bytes()).expect("base64url"));
        self.add(what, text.to_string());
    }

    /// The first of them that is in the text, and the line with it.
    pub(crate) fn find(&self, text: &str) -> Option<String> {
        self.0.iter().find_map(|(what, needle)| {
            let place = text.find(needle.as_str())?;
            let begin = text[..place].rfind('\n').map_or(0, |line| line + 1);
            let line = text[begin..].lines().next().unwrap_or_default();
            Some(format!("{what}, as `{needle}`: {line}"))
        })
    }

    fn add_bytes(&mut self, what: &str, bytes: &[u8]) {
        let hex = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        self.add(what, hex.to_uppercase());
        self.add(what, hex);
        let list: Vec<_> = bytes.iter().map(u8::to_string).collect();
        self.add(what, list.join(", "));
        self.add(what, bytes.escape_ascii().to_string());
        // Inside a longer base64 text the bytes may begin at any of three places; the letters at the edges differ then.
        for before in 0..3 {
            let padded = [&[0; 3][..before], bytes].concat();
            for text in [STANDARD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
                let text = text.trim_end_matches('=');
                let core = text.get(4..text.len() - 4).unwrap_or_default();
                self.add(what, core.to_owned());
            }
        }
    }

    fn add(&mut self, what: &str, needle: String) {
        assert!(needle.len() >= 8, "{what}: `{needle}` would be found by chance");
        self.0.push((what.to_owned(), needle));
    }
}
