//! A document as a reader sees it: its blocks of code, the commands in its text, its links and headings.

use std::{fs, path::Path};

use crate::{shell::Command, workspace};

/// A page of Markdown, or the comments of a source file, which are Markdown as well.
pub(crate) struct Document {
    /// Relative to the root of the workspace.
    pub(crate) path: String,
    text: String,
}

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// What stands behind the opening fence.
    pub(crate) language: String,
    pub(crate) text: String,
    /// The number of its first line.
    pub(crate) line: usize,
}

/// A link, and where it stands.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) target: String,
    pub(crate) line: usize,
}

impl Document {
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// A file of the workspace. Of a source file the comments alone are read; lines keep their numbers.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.strip_prefix(workspace::root()).unwrap_or(path).display().to_string();
        if path.extension().is_none_or(|extension| extension != "rs") {
            return Self::new(name, text);
        }
        let comments = text.lines().map(|line| {
            let line = line.trim_start();
            let comment = ["//! ", "/// ", "// "].iter().find_map(|mark| line.strip_prefix(mark));
            comment.unwrap_or_default()
        });
        Self::new(name, comments.collect::<Vec<_>>().join("\n"))
    }

    /// A page by its path from the root of the workspace.
    pub(crate) fn page(path: &str) -> Self {
        Self::read(&workspace::root().join(path))
    }

    /// Every page for readers.
    pub(crate) fn pages() -> Vec<Self> {
        let named = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "benches/README.md", "fuzz/README.md"];
        let docs =
            workspace::files("docs").into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "md"));
        named.iter().map(|path| workspace::root().join(path)).chain(docs).map(|path| Self::read(&path)).collect()
    }

    /// The comments of every example.
    pub(crate) fn examples() -> Vec<Self> {
        let sources = workspace::files("examples").into_iter();
        let sources = sources.filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
        sources.map(|path| Self::read(&path)).collect()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn blocks(&self) -> Vec<Block> {
        self.split().0
    }

    /// The blocks in a language, whatever else stands behind the fence.
    pub(crate) fn blocks_in(&self, language: &str) -> Vec<String> {
        let is_in = |block: &Block| block.language.split(',').next() == Some(language);
        self.blocks().into_iter().filter(is_in).map(|block| block.text).collect()
    }

    /// Every command that the page tells its reader to type: in blocks, and between backticks.
    pub(crate) fn commands(&self) -> Vec<Command> {
        let (blocks, prose) = self.split();
        let typed = blocks.iter().filter(|block| matches!(block.language.as_str(), "" | "console" | "sh" | "text"));
        let lines = typed.flat_map(|block| (block.line..).zip(block.text.lines().map(str::to_owned)));
        let spans =
            pieces(&prose).filter(|piece| piece.is_code).map(|piece| (piece.line, piece.text.replace('\n', " ")));
        lines.chain(spans).filter_map(|(line, text)| Command::read(&self.path, line, &text)).collect()
    }

    pub(crate) fn links(&self) -> Vec<Link> {
        let mut found = Vec::new();
        for Piece { text, line, .. } in pieces(&self.split().1).filter(|piece| !piece.is_code) {
            for (index, text) in text.lines().enumerate() {
                let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
                found.extend(targets.map(|target| Link { target: target.to_owned(), line: line + index }));
            }
        }
        found
    }

    /// The anchors of its headings, as the repository host makes them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let (_, prose) = self.split();
        let mut anchors: Vec<String> = Vec::new();
        for heading in prose.lines().filter(|line| line.starts_with('#')) {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
            let before = anchors
                .iter()
                .filter(|other| other.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-') == anchor);
            let count = before.count();
            anchors.push(if count == 0 { anchor } else { format!("{anchor}-{count}") });
        }
        anchors
    }

    /// The fenced blocks, and everything else with empty lines in their places.
    fn split(&self) -> (Vec<Block>, String) {
        let (mut blocks, mut prose): (Vec<Block>, String) = (Vec::new(), String::new());
        let mut open: Option<Block> = None;
        for (index, line) in self.text.lines().enumerate() {
            match (&mut open, line.trim_start().strip_prefix("```")) {
                (None, Some(language)) => {
                    open = Some(Block { language: language.trim().to_owned(), text: String::new(), line: index + 2 });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => {
                    block.text += line;
                    block.text += "\n";
                }
                (None, None) => prose += line,
            }
            prose += "\n";
        }
        assert!(open.is_none(), "{}: a block is not closed", self.path);
        (blocks, prose)
    }
}

/// A part of the text, between backticks or not, and the number of the line where it begins.
struct Piece<'a> {
    text: &'a str,
    line: usize,
    is_code: bool,
}

/// The text in pieces. A piece of code may go on in the next line.
fn pieces(prose: &str) -> impl Iterator<Item = Piece<'_>> {
    // A paragraph at a time, so that a single backtick does no harm beyond it.
    let in_paragraphs = prose.split_inclusive("\n\n").flat_map(|paragraph| paragraph.split('`').enumerate());
    in_paragraphs.scan(1, |line, (index, text)| {
        let piece = Piece { text, line: *line, is_code: index % 2 == 1 };
        *line += text.matches('\n').count();
        Some(piece)
    })
}

#[test]
fn a_page_is_read_as_its_reader_reads_it() {
    let page = Document::new(
        "page.md",
        "# One: `two`!\n\nRun `cargo run -p a\n--bin b` or `x`. [A](b.md#c), `[no](link)`.\n\n```text\n$ A=1 cargo test # why\n[no](link)\noutput\n```\n\n# One: two\n",
    );
    let commands: Vec<_> = page.commands().iter().map(|command| (command.line, command.words.join(" "))).collect();
    assert_eq!(commands, [(7, "cargo test".to_owned()), (3, "cargo run -p a --bin b".to_owned())]);
    let links: Vec<_> = page.links().into_iter().map(|link| (link.line, link.target)).collect();
    assert_eq!(links, [(4, "b.md#c".to_owned())]);
    assert_eq!(page.anchors(), ["one-two", "one-two-1"]);
    assert_eq!(page.blocks_in("text"), ["$ A=1 cargo test # why\n[no](link)\noutput\n"]);
}
