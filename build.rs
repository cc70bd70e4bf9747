//! Compiles the shipped rules in: lists every YAML file of `rules/library` in a table.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let library = Path::new("rules/library");
    println!("cargo::rerun-if-changed={}", library.display());
    let mut files = Vec::new();
    walk(library, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let absolute = fs::canonicalize(&file)?;
        table.push_str(&format!(
            "    ({:?}, include_str!({absolute:?})),\n",
            file.display().to_string()
        ));
    }
    table.push_str("]\n");
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("library.rs"), table)
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            files.push(path);
        }
    }
    Ok(())
}
