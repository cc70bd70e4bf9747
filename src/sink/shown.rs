//! From the form of subscribers' numbers that an output shows to what shows them, with the keys of
//! the plan. Every verb comes here, so that a run and the replay of its recording show the same.

use super::{
    key::{self, KeyError},
    redact::Redactor,
};
use crate::config::{Plan, Subscribers};

/// What something is shown for, which decides where a key may come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// For who asked on a command line. Pseudonyms take a key that is kept, made where the plan has a
    /// place for it; masked numbers do with one that is there.
    Question,
    /// For the outputs of a sensor. Both forms take a key that is kept; where the plan has no place for
    /// one, pseudonyms hold until the program ends.
    Output,
}

/// Returns what shows subscribers in a form.
///
/// # Errors
///
/// Returns an error when a key cannot be read or made, or there is none that lasts and one is needed.
pub fn redactor(plan: &Plan, form: Subscribers, purpose: Purpose) -> Result<Redactor, KeyError> {
    let kept = || key::subscriber(plan);
    let redactor = match (form, purpose) {
        (Subscribers::Clear, _) => return Ok(Redactor::clear()),
        (Subscribers::Pseudonym, Purpose::Question) => Redactor::pseudonym(&kept()?),
        (Subscribers::Pseudonym, Purpose::Output) => match kept() {
            Err(KeyError::Nowhere { .. }) => Redactor::pseudonym(key::of_this_run()?),
            key => Redactor::pseudonym(&key?),
        },
        (Subscribers::Masked, Purpose::Question) => {
            Redactor::masked(key::subscriber_if_there(plan)?.as_deref())
        }
        (Subscribers::Masked, Purpose::Output) => match kept() {
            Err(KeyError::Nowhere { .. }) => Redactor::masked(None),
            key => Redactor::masked(Some(&key?)),
        },
    };
    Ok(match key::previous(plan)? {
        Some((key, until)) => redactor.after(&key, until),
        None => redactor,
    })
}

#[cfg(test)]
mod tests {
    use picket_dissectors::Digits;

    use super::*;
    use crate::event::fields::number::Numbering;

    fn id(plan: &Plan, form: Subscribers, purpose: Purpose) -> Option<String> {
        let imsi = Digits::parse("001011234567890").unwrap();
        let redactor = redactor(plan, form, purpose).ok()?;
        Some(redactor.id(imsi, Numbering::Imsi).to_string())
    }

    #[test]
    fn a_run_and_a_replay_show_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Plan { state_dir: Some(dir.path().to_owned()), ..Plan::default() };
        let nowhere = Plan::default();
        use Purpose::{Output, Question};
        use Subscribers::{Clear, Masked, Pseudonym};
        for (plan, form, same) in [
            (&kept, Masked, true),
            (&kept, Pseudonym, true),
            (&kept, Clear, true),
            (&nowhere, Masked, true),
            (&nowhere, Clear, true),
            // There is no key that both could know.
            (&nowhere, Pseudonym, false),
        ] {
            // The run comes first, and makes the key.
            let shown = id(plan, form, Output).unwrap();
            assert_eq!(id(plan, form, Output).as_deref(), Some(&*shown), "{form:?}");
            assert_eq!(id(plan, form, Question).is_some_and(|it| it == shown), same, "{form:?}");
        }
    }

    #[test]
    fn who_asks_for_masked_numbers_makes_no_key() {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan { state_dir: Some(dir.path().to_owned()), ..Plan::default() };
        assert_eq!(id(&plan, Subscribers::Masked, Purpose::Question).as_deref(), Some("00101*"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
