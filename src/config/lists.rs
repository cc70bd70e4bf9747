//! Named lists and the portability file: plain text, one entry a line, `#` begins a comment.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use picket_dissectors::Digits;

use super::error::{ConfigError, Problem};
use crate::enrich::{network::Ported, prefix::DigitTrie};

/// Reads `NAME.txt` of every directory: name to values, in file order.
///
/// # Errors
///
/// Returns a problem for each directory or file that cannot be read and each name found twice.
pub fn load(dirs: &[PathBuf]) -> Result<BTreeMap<String, Vec<String>>, ConfigError> {
    let mut lists = BTreeMap::new();
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut problems = Vec::new();
    for dir in dirs {
        let files = match text_files(dir) {
            Ok(files) => files,
            Err(error) => {
                problems.push(unreadable(dir, &error, "correct `dirs` of [lists]"));
                continue;
            }
        };
        for file in files {
            let Some(name) = file.file_stem().and_then(|stem| stem.to_str()) else { continue };
            if let Some(first) = seen.get(name) {
                problems.push(Problem {
                    file: file.clone(),
                    what: format!("list `{name}` is also in {}", first.display()),
                    remedy: "rename one of the files".into(),
                    ..Problem::default()
                });
                continue;
            }
            match fs::read_to_string(&file) {
                Ok(text) => {
                    let values = entries(&text).map(|(_, value)| value.to_owned()).collect();
                    seen.insert(name.to_owned(), file.clone());
                    lists.insert(name.to_owned(), values);
                }
                Err(error) => problems.push(unreadable(&file, &error, "make it readable text")),
            }
        }
    }
    if problems.is_empty() { Ok(lists) } else { Err(ConfigError { problems }) }
}

/// Reads the portability file: `number or prefix,in|out`.
///
/// # Errors
///
/// Returns a problem for each bad line and for a number given twice.
pub fn ported(path: &Path) -> Result<DigitTrie<Ported>, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|error| unreadable(path, &error, "correct `ported_file` of [home]"))?;
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (line, entry) in entries(&text) {
        match row(entry) {
            Some(row) => {
                rows.push(row);
                lines.push(line);
            }
            None => problems.push(Problem {
                file: path.to_owned(),
                position: Some((line, 1)),
                what: format!("`{entry}` is no portability entry"),
                remedy: "write digits, a comma and `in` or `out`: 99955500123,in".into(),
                ..Problem::default()
            }),
        }
    }
    match DigitTrie::build(rows) {
        Ok(trie) if problems.is_empty() => return Ok(trie),
        Ok(_) => {}
        Err(twice) => problems.push(Problem {
            file: path.to_owned(),
            position: lines.get(twice.second).map(|line| (*line, 1)),
            what: format!(
                "{} already stands in line {}",
                twice.prefix,
                lines.get(twice.first).copied().unwrap_or_default()
            ),
            remedy: "keep one of the lines".into(),
            ..Problem::default()
        }),
    }
    Err(ConfigError { problems })
}

fn text_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(dir)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    Ok(files)
}

/// Iterates over what is left of each line without comment and blanks, with line numbers from 1.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(i, line)| (i + 1, line.split('#').next().unwrap_or_default().trim()))
        .filter(|(_, entry)| !entry.is_empty())
}

fn row(entry: &str) -> Option<(Digits, Ported)> {
    let (number, direction) = entry.split_once(',')?;
    let number = Digits::parse(number.trim()).filter(|d| !d.is_empty() && d.is_decimal())?;
    let ported = match direction.trim() {
        "in" => Ported::In,
        "out" => Ported::Out,
        _ => return None,
    };
    Some((number, ported))
}

fn unreadable(path: &Path, error: &std::io::Error, remedy: &str) -> Problem {
    Problem {
        file: path.to_owned(),
        what: format!("cannot be read: {error}"),
        remedy: remedy.into(),
        ..Problem::default()
    }
}
