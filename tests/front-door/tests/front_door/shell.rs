//! A line that a reader types into a shell, as far as documents use one: variables, words, quotes and a comment.

/// A command of Cargo, and where it stands.
#[derive(Debug)]
pub(crate) struct Command {
    /// `file:line`.
    pub(crate) file: String,
    pub(crate) line: usize,
    /// The variables that are set for it.
    pub(crate) variables: Vec<(String, String)>,
    /// The words from `cargo` on.
    pub(crate) words: Vec<String>,
}

impl Command {
    /// A line as a command of Cargo, unless it is something else.
    pub(crate) fn read(file: &str, line: usize, text: &str) -> Option<Self> {
        let mut words = words(text.trim().trim_start_matches("$ "));
        let count = words.iter().take_while(|word| is_assignment(word)).count();
        let assignments: Vec<_> = words.drain(..count).collect();
        let variables = assignments.iter().filter_map(|word| word.split_once('='));
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // `cargo` alone is the name of the program and tells nobody to do anything.
        (words.len() > 1 && words[0] == "cargo").then(|| Self { file: file.to_owned(), line, variables, words })
    }

    /// The words behind `cargo`.
    pub(crate) fn arguments(&self) -> Vec<&str> {
        self.words[1..].iter().map(String::as_str).collect()
    }

    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    })
}

/// The words of a line, without its comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote): (Vec<String>, Option<String>, Option<char>) = (Vec::new(), None, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                word.get_or_insert_default();
                quote = Some(c);
            }
            (None, '#') if word.is_none() => break,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[test]
fn a_line_is_read_as_a_shell_reads_it() {
    let read = |line| Command::read("a.md", 1, line).expect("a command");
    let command = read("$ A=1 B_2='x y' cargo run --bin migrate -- generate \"add it\" # and so on");
    assert_eq!(command.words, ["cargo", "run", "--bin", "migrate", "--", "generate", "add it"]);
    assert_eq!(command.variables, [("A".to_owned(), "1".to_owned()), ("B_2".to_owned(), "x y".to_owned())]);
    assert_eq!(read("cargo run -- a#b").words, ["cargo", "run", "--", "a#b"]);
    for other in ["cargo", "cargos run", "rustc --version", "", "# cargo run"] {
        assert!(Command::read("a.md", 1, other).is_none(), "{other}");
    }
}
