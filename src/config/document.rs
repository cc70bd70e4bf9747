//! Reads configuration files and knows where each key stands in them.

use std::path::{Path, PathBuf};

use schemars::{Schema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Config,
    error::{ConfigError, Problem, suggest},
    networks::{Network, NetworkFile},
};

/// A configuration as written, with the text it came from.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The configuration; networks of included files stand behind those of the file itself.
    pub config: Config,
    sources: Vec<Source>,
    /// For each network: its file and its place there.
    networks: Vec<(usize, usize)>,
}

#[derive(Clone, Debug)]
struct Source {
    path: PathBuf,
    text: String,
}

impl Document {
    /// Reads a file and what it includes.
    ///
    /// # Errors
    ///
    /// Returns every problem found: files that cannot be read, bad syntax, unknown keys, wrong types.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(path, read(path)?)
    }

    /// Reads a file of another kind with the same care: unknown keys and wrong types are named with
    /// their line. The document tells the places of keys.
    ///
    /// # Errors
    ///
    /// As [`Self::load`].
    pub fn read_as<T>(path: &Path) -> Result<(T, Self), ConfigError>
    where
        T: DeserializeOwned + schemars::JsonSchema,
    {
        let source = Source { path: path.to_owned(), text: read(path)? };
        let value = source.read(&schema::<T>())?;
        Ok((value, Self { sources: vec![source], ..Self::default() }))
    }

    /// Reads text as if it were the content of a file; includes are relative to its path.
    ///
    /// # Errors
    ///
    /// As [`Self::load`].
    pub fn parse(path: &Path, text: String) -> Result<Self, ConfigError> {
        let source = Source { path: path.to_owned(), text };
        let config: Config = source.read(&Config::schema())?;
        let networks = (0..config.network.len()).map(|i| (0, i)).collect();
        let mut this = Self { config, sources: vec![source], networks };
        let mut problems = Vec::new();
        for (i, include) in this.config.include.clone().iter().enumerate() {
            if let Err(error) = this.include(i, include) {
                problems.extend(error.problems);
            }
        }
        if problems.is_empty() { Ok(this) } else { Err(ConfigError { problems }) }
    }

    /// Returns a path of the configuration, relative to the file it stands in.
    #[must_use]
    pub fn resolve(&self, path: &Path) -> PathBuf {
        let base = self.sources.first().and_then(|source| source.path.parent());
        base.map_or_else(|| path.to_owned(), |base| base.join(path))
    }

    /// Gives networks the places they had in `names`, home first, for what was learnt names them by
    /// place. One that is gone leaves its place empty; new ones stand behind.
    pub fn keep_networks(&mut self, names: &[String]) {
        let mut written: Vec<_> =
            self.config.network.drain(..).zip(self.networks.drain(..)).collect();
        let mut kept = Vec::with_capacity(written.len());
        for name in names.iter().skip(1) {
            let place = written.iter().position(|(network, _)| network.name == *name);
            kept.push(place.map_or_else(
                || (Network { name: name.clone(), ..Network::default() }, (0, usize::MAX)),
                |place| written.remove(place),
            ));
        }
        kept.append(&mut written);
        (self.config.network, self.networks) = kept.into_iter().unzip();
    }

    /// Makes a problem of a key of the main file, or of `network[i]` wherever that came from.
    #[must_use]
    pub fn problem(
        &self,
        key: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        let (source, key) = self.written(key);
        let Some(source) = self.sources.get(source) else {
            return Problem { key, what: what.into(), remedy: remedy.into(), ..Problem::default() };
        };
        Problem {
            file: source.path.clone(),
            position: Some(source.position(source.locate(&key))),
            key,
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// Returns file, line and column of a key, for a message about another.
    #[must_use]
    pub fn place(&self, key: &str) -> String {
        let problem = self.problem(key, "", "");
        let (line, column) = problem.position.unwrap_or_default();
        format!("{}:{line}:{column}", problem.file.display())
    }

    fn include(&mut self, at: usize, include: &Path) -> Result<(), ConfigError> {
        let key = format!("include[{at}]");
        let path = self.resolve(include);
        let text = read(&path).map_err(|error| {
            let what = error.problems.into_iter().map(|p| p.what).collect::<String>();
            self.problem(&key, format!("{}: {what}", path.display()), "correct the path")
        })?;
        let source = Source { path, text };
        let file: NetworkFile = source.read(&schema::<NetworkFile>())?;
        let number = self.sources.len();
        self.networks.extend((0..file.network.len()).map(|i| (number, i)));
        self.config.network.extend(file.network);
        self.sources.push(source);
        Ok(())
    }

    /// Turns the number of a network in the whole configuration into its number in its file.
    fn written(&self, key: &str) -> (usize, String) {
        let moved = key.strip_prefix("network[").and_then(|rest| {
            let (number, tail) = rest.split_once(']')?;
            let (source, local) = self.networks.get(number.parse::<usize>().ok()?)?;
            Some((*source, format!("network[{local}]{tail}")))
        });
        moved.unwrap_or_else(|| (0, key.to_owned()))
    }
}

impl Config {
    /// Returns the JSON schema of the configuration.
    #[must_use]
    pub fn schema() -> Schema {
        schema::<Self>()
    }
}

fn schema<T: schemars::JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>()
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot be read: {error}");
        let remedy = "name a readable UTF-8 text file".into();
        Problem { file: path.to_owned(), what, remedy, ..Problem::default() }.into()
    })
}

impl Source {
    fn read<T: DeserializeOwned>(&self, schema: &Schema) -> Result<T, ConfigError> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        let mut problems: Vec<Problem> = errors
            .iter()
            .map(|error| {
                let at = error.span().map_or(0, |span| span.start);
                let written = error.span().and_then(|span| self.text.get(span)).unwrap_or_default();
                let (what, remedy) = match error.message() {
                    "duplicate key" => (
                        format!("`{}` is here a second time", written.trim()),
                        "a table or key stands once; put both together",
                    ),
                    other => (other.to_owned(), "correct the TOML syntax"),
                };
                self.problem(at, String::new(), what, remedy)
            })
            .collect();
        if problems.is_empty() {
            self.unknown(table.get_ref(), schema.as_value(), "", &mut problems);
            match T::deserialize(toml::Deserializer::from(table.clone())) {
                Ok(value) if problems.is_empty() => return Ok(value),
                Ok(_) => {}
                Err(error) => problems.extend(self.mistyped(&table, schema, &error)),
            }
        }
        problems.sort_by_key(|problem| problem.position);
        Err(ConfigError { problems })
    }

    /// Explains a value that cannot be read. Unknown keys are reported by [`Self::unknown`].
    fn mistyped(
        &self,
        table: &Spanned<DeTable<'_>>,
        schema: &Schema,
        error: &toml::de::Error,
    ) -> Option<Problem> {
        let message = error.message();
        if message.starts_with("unknown field") {
            return None;
        }
        let at = error.span().map_or(0, |span| span.start);
        let mut key = String::new();
        deepest(table.get_ref(), at, "", &mut key);
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let remedy = match quoted.split_first() {
            Some((field, _)) if message.starts_with("missing field") => {
                let described = description(schema.as_value(), &format!("{key}.{field}"));
                format!("add `{field}`{}", described.map_or_else(String::new, |d| format!(": {d}")))
            }
            Some((wrong, allowed)) if message.starts_with("unknown variant") => {
                suggest(wrong, allowed.iter().copied())
            }
            _ => description(schema.as_value(), &key)
                .map_or_else(|| "correct the value".to_owned(), |d| format!("expected: {d}")),
        };
        Some(self.problem(at, key, message, remedy))
    }

    /// Collects keys the schema does not have.
    fn unknown(
        &self,
        table: &DeTable<'_>,
        schema: &Value,
        path: &str,
        problems: &mut Vec<Problem>,
    ) {
        let Some(properties) = property_table(schema) else { return };
        for (name, value) in table {
            let key = child(path, name.get_ref());
            let Some(schema) = properties.get(name.get_ref().as_ref()) else {
                let names = properties.keys().map(String::as_str);
                let remedy = suggest(name.get_ref(), names);
                let at = name.span().start;
                problems.push(self.problem(at, key, "unknown key", remedy));
                continue;
            };
            match value.get_ref() {
                DeValue::Table(table) => self.unknown(table, schema, &key, problems),
                DeValue::Array(array) => {
                    for (i, item) in array.iter().enumerate() {
                        if let (DeValue::Table(table), Some(items)) =
                            (item.get_ref(), schema.get("items"))
                        {
                            self.unknown(table, items, &format!("{key}[{i}]"), problems);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn problem(
        &self,
        at: usize,
        key: String,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        Problem {
            file: self.path.clone(),
            position: Some(self.position(at)),
            key,
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// Returns line and column of an octet, from 1.
    fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
        (line, column)
    }

    /// Returns where a key stands, else the nearest table above it that does.
    fn locate(&self, key: &str) -> usize {
        let (root, _) = DeTable::parse_recoverable(&self.text);
        let mut at = 0;
        let mut table = Some(root.get_ref());
        for step in key.split('.') {
            let (name, indices) = step.split_once('[').unwrap_or((step, ""));
            let Some((name, mut value)) =
                table.and_then(|t| t.iter().find(|(k, _)| k.get_ref().as_ref() == name))
            else {
                break;
            };
            at = name.span().start;
            for index in indices.split(['[', ']']).filter_map(|text| text.parse::<usize>().ok()) {
                let Some(item) = value.get_ref().get(index) else { break };
                value = item;
                at = item.span().start;
            }
            table = value.get_ref().as_table();
        }
        at
    }
}

/// Finds the key whose name or value covers an octet.
fn deepest(table: &DeTable<'_>, at: usize, path: &str, found: &mut String) {
    for (name, value) in table {
        let key = child(path, name.get_ref());
        if name.span().contains(&at) || value.span().contains(&at) {
            found.clone_from(&key);
        }
        match value.get_ref() {
            DeValue::Table(table) => deepest(table, at, &key, found),
            DeValue::Array(array) => {
                for (i, item) in array.iter().enumerate() {
                    let key = format!("{key}[{i}]");
                    if item.span().contains(&at) {
                        found.clone_from(&key);
                    }
                    if let DeValue::Table(table) = item.get_ref() {
                        deepest(table, at, &key, found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Returns the properties of an object; those of an optional one stand below `anyOf`.
fn property_table(schema: &Value) -> Option<&serde_json::Map<String, Value>> {
    let nested = || schema.get("anyOf")?.as_array()?.iter().find_map(property_table);
    schema.get("properties").and_then(Value::as_object).or_else(nested)
}

/// Returns the first sentence the schema has about a key.
fn description(schema: &Value, key: &str) -> Option<String> {
    let mut at = schema;
    for step in key.split('.') {
        let (name, index) = step.split_once('[').unwrap_or((step, ""));
        at = property_table(at)?.get(name)?;
        at = if index.is_empty() { at } else { at.get("items").unwrap_or(at) };
    }
    let text = at.get("description")?.as_str()?.split_once(". ");
    let whole = at.get("description")?.as_str()?;
    let first = text.map_or(whole, |(first, _)| first).trim_end_matches('.');
    Some(first.replace('\n', " "))
}
