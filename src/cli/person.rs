//! How people type persons, titles and reasons.

/// Reads a person: a number with or without the signs it is written with, or an id as alerts show it.
pub(super) fn person(text: &str) -> Result<String, String> {
    let plain = number(text);
    let shown = plain.strip_suffix('*').unwrap_or(&plain);
    if plain.starts_with("sub:") || is_digits(shown) {
        return Ok(plain);
    }
    Err("no number: an IMSI or MSISDN in digits, or subscriber.id as alerts show it (sub:...)"
        .into())
}

/// Reads one person: a masked number stands for many.
pub(super) fn one_person(text: &str) -> Result<String, String> {
    match person(text)? {
        masked if masked.ends_with('*') => {
            Err("a masked number stands for many; give it whole, or as sub:...".into())
        }
        person => Ok(person),
    }
}

/// Reads the beginning of a global title.
pub(super) fn title(text: &str) -> Result<String, String> {
    let plain = number(text);
    let known = plain.bytes().all(|octet| octet.is_ascii_hexdigit() || octet == b'*');
    // A title that is a person is shown as one.
    if known && !plain.is_empty() || plain.starts_with("sub:") {
        return Ok(plain);
    }
    Err("no global title: its digits, or the first of them".into())
}

/// Reads why something is done.
pub(super) fn reason(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("say why; the audit log keeps it".into());
    }
    Ok(text.to_owned())
}

/// Reads an alert's id, or how it begins.
pub(super) fn alert(text: &str) -> Result<String, String> {
    let id = text.trim().to_ascii_lowercase();
    if !id.is_empty() && id.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return Ok(id);
    }
    Err("no id of an alert, which is hexadecimal; `picket alerts list` has them".into())
}

/// Returns a number without its plus and what groups its digits.
fn number(text: &str) -> String {
    let grouping = |c: &char| !matches!(c, ' ' | '-' | '(' | ')' | '/');
    let plain: String = text.trim().chars().filter(grouping).collect();
    plain.strip_prefix('+').map(str::to_owned).unwrap_or(plain)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_as_people_write_them() {
        for text in ["999117442220", "+999117442220", "+999 11 744-2220", " (999)117442220 "] {
            assert_eq!(person(text).as_deref(), Ok("999117442220"), "{text}");
            assert_eq!(one_person(text).as_deref(), Ok("999117442220"), "{text}");
        }
        assert_eq!(one_person("sub:aad6b4e2").as_deref(), Ok("sub:aad6b4e2"));
        assert_eq!(person("00101*").as_deref(), Ok("00101*"));
        for text in ["", "hello", "*", "00101*", "12a4", "++1"] {
            assert!(one_person(text).is_err(), "{text}");
        }
        assert_eq!(title("+99992").as_deref(), Ok("99992"));
        assert!(title("").is_err() && title("x").is_err());
        assert!(reason("  ").is_err() && reason("case 7").is_ok());
        assert!(alert("").is_err() && alert("c0ffee").is_ok() && alert("no").is_err());
    }
}
