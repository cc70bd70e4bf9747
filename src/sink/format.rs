//! The form in which an alert leaves: as it is, or in the shape another system wants.

use super::outbox::{Item, Seq};
use crate::config::outputs::{Format, SyslogFormat};

/// A form.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Shape {
    /// As `schema/alert.schema.json` describes it.
    #[default]
    Json,
    /// OCSF Detection Finding.
    Ocsf,
    /// Common Event Format.
    Cef,
}

impl From<Format> for Shape {
    fn from(format: Format) -> Self {
        match format {
            Format::Json => Self::Json,
            Format::Ocsf => Self::Ocsf,
        }
    }
}

impl From<SyslogFormat> for Shape {
    fn from(format: SyslogFormat) -> Self {
        match format {
            SyslogFormat::Json => Self::Json,
            SyslogFormat::Cef => Self::Cef,
            SyslogFormat::Ocsf => Self::Ocsf,
        }
    }
}

impl Shape {
    /// Returns an alert in this form, on one line, or why there is none.
    pub(super) fn text(self, item: &Item) -> Result<String, String> {
        let Some(json) = &item.json else {
            return Err(
                "was kept only in forms that show more of a subscriber than this output may".into(),
            );
        };
        self.of(json)
    }

    /// Returns an alert in this form, on one line, or why there is none.
    pub(crate) fn of(self, json: &str) -> Result<String, String> {
        let read = || serde_json::from_str(json).map_err(|error| format!("is no alert: {error}"));
        match self {
            Self::Json => Ok(json.to_owned()),
            Self::Ocsf => Ok(super::ocsf::finding(&read()?).to_string()),
            Self::Cef => Ok(super::cef::event(&read()?)),
        }
    }

    /// Returns a batch as lines, and what has no such form.
    pub(super) fn lines(self, items: &[Item]) -> (String, Vec<(Seq, String)>) {
        let mut lines = String::new();
        let mut parked = Vec::new();
        for item in items {
            match self.text(item) {
                Ok(text) => {
                    lines.push_str(&text);
                    lines.push('\n');
                }
                Err(reason) => parked.push((item.seq, reason)),
            }
        }
        (lines, parked)
    }
}
