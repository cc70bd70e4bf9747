//! The reference that is committed is the one the tables give.
//!
//! When this fails after a change of a field or a note, write the files anew:
//!
//! ```text
//! cargo run -- fields --markdown > docs/fields.md
//! cargo run -- notes --markdown > docs/notes.md
//! cargo run -- schema event > schema/event.schema.json
//! ```

use std::{fs, path::Path};

use picket::event::reference;

#[test]
fn committed_reference_is_the_generated_one() {
    let schema = format!("{:#}\n", reference::event_schema());
    for (file, want, how) in [
        ("docs/fields.md", reference::fields_markdown(), "cargo run -- fields --markdown"),
        ("docs/notes.md", reference::notes_markdown(), "cargo run -- notes --markdown"),
        ("schema/event.schema.json", schema, "cargo run -- schema event"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let got = fs::read_to_string(&path).unwrap_or_default();
        if got != want {
            let line = got.lines().zip(want.lines()).take_while(|(a, b)| a == b).count() + 1;
            panic!("{file}:{line} is out of date; regenerate it: {how} > {file}");
        }
    }
}
