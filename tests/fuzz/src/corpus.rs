//! What the fuzzer has found worth keeping, one file a target: a few hundred small inputs would be as many files.
//!
//! A file is one input after the other, each behind its length in four bytes, big-endian.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::Target;

/// The most bytes of one corpus, so that the repository stays small and its test quick.
pub const LIMIT: usize = 256 * 1024;

/// What stands before an input.
const LENGTH: usize = 4;

/// The inputs that are kept for a target.
pub fn read(target: Target) -> io::Result<Vec<Vec<u8>>> {
    let bytes = fs::read(path(target))?;
    unpack(&bytes).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the corpus is cut short"))
}

/// Keeps these inputs for a target, in place of those that were; the shortest, if all are more than [`LIMIT`]. Says how
/// many that is.
pub fn write(target: Target, mut inputs: Vec<Vec<u8>>) -> io::Result<usize> {
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    inputs.dedup();
    let mut size = 0;
    let fitting = inputs.iter().take_while(|input| {
        size += LENGTH + input.len();
        size <= LIMIT
    });
    let count = fitting.count();
    inputs.truncate(count);
    fs::write(path(target), pack(&inputs))?;
    Ok(count)
}

/// The inputs in a folder of the fuzzer, one a file.
pub fn read_folder(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.into_iter().filter(|path| path.is_file()).map(fs::read).collect()
}

/// Puts inputs into a folder of the fuzzer, and makes it where there is none.
pub fn write_folder(folder: &Path, inputs: &[Vec<u8>]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    inputs.iter().zip(0..).try_for_each(|(input, number)| fs::write(folder.join(format!("kept-{number:04}")), input))
}

fn path(target: Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name)
}

fn pack(inputs: &[Vec<u8>]) -> Vec<u8> {
    let length = |input: &[u8]| u32::try_from(input.len()).unwrap_or(u32::MAX).to_be_bytes();
    inputs.iter().flat_map(|input| length(input).into_iter().chain(input.iter().copied())).collect()
}

fn unpack(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut inputs = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
        let (input, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        inputs.push(input.to_vec());
        bytes = rest;
    }
    Some(inputs)
}
