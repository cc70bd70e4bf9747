//! The rules in force: the shipped pack, compiled in, and the operator's own directories.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use picket_rules::{LoadError, RuleInfo, RuleSet, Warning};

use crate::{
    config::Plan,
    engine::{
        Rules,
        alert::{Level, Rule},
    },
    event::{
        SigEvent,
        fields::{self, Names},
    },
};

/// The shipped rules: file name and text.
pub static LIBRARY: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// Why rules could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A directory or file could not be read.
    #[error("{path}: cannot be read ({error}); name a directory of rule files ending in .yml")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Rules are wrong; each says where and what to do.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Rules(Vec<LoadError>),
}

/// Loads the shipped rules and those of the plan's directories and `more`.
///
/// # Errors
///
/// Returns every rule that does not compile, with file, line, column and remedy.
pub fn load(
    plan: &Plan,
    names: &Names,
    more: &[PathBuf],
) -> Result<(Rules, Vec<Warning>), PackError> {
    let mut builder = RuleSet::<SigEvent>::builder(fields::schema(names));
    for (name, values) in &plan.lists {
        builder.list(name, values.clone());
    }
    for &(file, text) in LIBRARY {
        builder.add(file, text);
    }
    for directory in plan.rule_dirs.iter().chain(more) {
        for file in files(directory)? {
            let text = fs::read_to_string(&file)
                .map_err(|error| PackError::Read { path: file.clone(), error })?;
            builder.add(&file.display().to_string(), &text);
        }
    }
    let (set, warnings) = builder.build().map_err(PackError::Rules)?;
    let about = set.rules().iter().map(|info| Arc::new(about(info))).collect();
    let disabled = set
        .rules()
        .iter()
        .map(|info| {
            let named =
                |key: &String| info.id.as_ref() == Some(key) || info.name.as_ref() == Some(key);
            plan.disabled_rules.iter().any(named)
        })
        .collect();
    Ok((Rules { set: Some(set), about, disabled }, warnings))
}

/// Returns the rule files below a directory, or the file itself, in order.
fn files(path: &Path) -> Result<Vec<PathBuf>, PackError> {
    let unreadable = |error| PackError::Read { path: path.to_owned(), error };
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut out = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?.path();
        let rule =
            entry.extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
        if entry.is_dir() {
            out.extend(files(&entry)?);
        } else if rule {
            out.push(entry);
        }
    }
    out.sort();
    Ok(out)
}

fn about(info: &RuleInfo) -> Rule {
    let attribute = |name: &str| info.attribute(name).unwrap_or_default().to_owned();
    let attack = info.tags.iter().filter_map(|tag| tag.strip_prefix("attack.t"));
    let mut techniques: Vec<String> = attack.map(|id| format!("T{}", id.to_uppercase())).collect();
    for name in ["ss7.fight", "ss7.motif"] {
        let ids = attribute(name);
        techniques.extend(ids.split([',', ' ']).filter(|id| !id.is_empty()).map(str::to_owned));
    }
    let level = info.level.map(|level| level.to_string()).unwrap_or_default();
    Rule {
        id: info.id.clone().unwrap_or_else(|| info.key().to_owned()),
        name: info.name.clone().unwrap_or_default(),
        title: info.title.clone(),
        level: Level::parse(&level).unwrap_or(Level::Medium),
        status: info.status.map(|status| status.to_string()).unwrap_or_default(),
        category: attribute("ss7.category"),
        techniques,
        tags: info.tags.clone(),
        action: attribute("ss7.action"),
        summary: attribute("ss7.summary"),
    }
}
