//! What outlives the run, as octets: a header, then a section a table, then a checksum.
//!
//! ```text
//! "picketst"  version u16  sections u16
//! section:    length of name u8, name, version u16, length of content u64, content
//! CRC-32C u32 over everything before it
//! ```
//!
//! Integers of the frame are little endian, contents are postcard. A table becomes one that is kept
//! by implementing [`Kept`]; sections nobody knows are left aside, so a table may come and go. The
//! octets hold subscriber numbers in clear: whoever writes them to a disk guards them.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::table::ExpiringTable;
use crate::enrich::network::{Networks, Place};

/// A table that outlives the run.
pub trait Kept {
    /// The name of its section; never that of another table's, not even of one there was.
    const NAME: &'static str;
    /// The form of its content. Raise it whenever a saved type changes: an older section is left
    /// aside and learnt anew, a newer one refused.
    const VERSION: u16;

    /// Writes what is to be kept, the same for the same content.
    fn save(&self, out: &mut Writer);

    /// Takes in what [`Self::save`] wrote; `self` is empty before.
    ///
    /// # Errors
    ///
    /// Returns an error when the content is not of this form.
    fn load(&mut self, saved: &mut Reader<'_>) -> Result<(), KeepError>;
}

/// Why saved octets are not taken in.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeepError {
    /// They do not begin as saved state does.
    #[error("it is no learnt state of picket")]
    Foreign,
    /// A newer program wrote them.
    #[error("a newer picket wrote it ({what} of version {found}; this one reads {known})")]
    Newer {
        /// The file, or the section.
        what: String,
        /// Its version.
        found: u16,
        /// The newest version this program reads.
        known: u16,
    },
    /// They are cut short or were changed.
    #[error("it is damaged ({0})")]
    Damaged(&'static str),
}

/// Where tables write to.
#[derive(Debug, Default)]
pub struct Writer {
    octets: Vec<u8>,
    sections: u16,
}

impl Writer {
    /// Begins the octets of a snapshot.
    #[must_use]
    pub fn new() -> Self {
        let mut octets = MAGIC.to_vec();
        octets.extend(VERSION.to_le_bytes());
        octets.extend([0; 2]);
        Self { octets, sections: 0 }
    }

    /// Writes a table as a section.
    pub fn section<T: Kept>(&mut self, table: &T) {
        self.section_of(T::NAME, T::VERSION, |out| table.save(out));
    }

    /// Writes what is no table as a section.
    pub fn section_of(&mut self, name: &str, version: u16, write: impl FnOnce(&mut Self)) {
        self.octets.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        self.octets.extend(name.as_bytes());
        self.octets.extend(version.to_le_bytes());
        let at = self.octets.len();
        self.octets.extend([0; 8]);
        write(self);
        let length = u64::try_from(self.octets.len() - at - 8).unwrap_or_default();
        self.patch(at, &length.to_le_bytes());
        self.sections += 1;
    }

    /// Writes a value.
    pub fn put<T: Serialize + ?Sized>(&mut self, value: &T) {
        let before = core::mem::take(&mut self.octets);
        // Only a sequence of unknown length cannot be written, and none of the kept types has one.
        self.octets = postcard::to_extend(value, before).unwrap_or_default();
    }

    /// Writes a table entry by entry.
    pub fn table<K, V>(&mut self, table: &ExpiringTable<K, V>)
    where
        K: Eq + core::hash::Hash + Clone + Serialize,
        V: Serialize,
    {
        self.put(&table.len());
        for (key, value, class, deadline) in table.iter() {
            self.put(&(key, value, class, deadline.nanos()));
        }
    }

    /// Ends the snapshot.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let count = self.sections.to_le_bytes();
        self.patch(MAGIC.len() + 2, &count);
        let sum = crc32c::crc32c(&self.octets);
        self.octets.extend(sum.to_le_bytes());
        self.octets
    }

    fn patch(&mut self, at: usize, octets: &[u8]) {
        if let Some(place) = self.octets.get_mut(at..at + octets.len()) {
            place.copy_from_slice(octets);
        }
    }
}

/// What a table reads from: its section, and the networks of the plan in force.
#[derive(Debug)]
pub struct Reader<'a> {
    octets: &'a [u8],
    atlas: &'a Atlas<'a>,
}

impl Reader<'_> {
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// Returns an error when the octets are no such value.
    pub fn take<T: DeserializeOwned>(&mut self) -> Result<T, KeepError> {
        let (value, rest) = postcard::take_from_bytes(self.octets)
            .map_err(|_| KeepError::Damaged("a section does not read"))?;
        self.octets = rest;
        Ok(value)
    }

    /// Reads what [`Writer::table`] wrote into an empty table; `adopt` may change a value for the
    /// plan in force.
    ///
    /// # Errors
    ///
    /// As [`Self::take`].
    pub fn table<K, V>(
        &mut self,
        table: &mut ExpiringTable<K, V>,
        mut adopt: impl FnMut(&mut V, &Atlas<'_>),
    ) -> Result<(), KeepError>
    where
        K: Eq + core::hash::Hash + Clone + DeserializeOwned,
        V: DeserializeOwned,
    {
        for _ in 0..self.take::<usize>()? {
            let (key, mut value, class, deadline) = self.take::<(K, V, u8, u64)>()?;
            adopt(&mut value, self.atlas);
            table.put_back(key, value, class, Timestamp::from_nanos(deadline));
        }
        Ok(())
    }

    /// Returns how the networks are numbered now.
    #[must_use]
    pub const fn atlas(&self) -> &Atlas<'_> {
        self.atlas
    }
}

/// How networks were numbered when the state was saved, and how they are now.
#[derive(Debug)]
pub struct Atlas<'a> {
    names: Vec<String>,
    networks: &'a Networks,
}

impl<'a> Atlas<'a> {
    /// Goes from the names of the networks as they were to those of the plan in force.
    #[must_use]
    pub const fn new(names: Vec<String>, networks: &'a Networks) -> Self {
        Self { names, networks }
    }

    /// Whether the networks are named and numbered as they were.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let now = self.networks.all().iter().map(|network| &network.name);
        now.eq(&self.names)
    }

    /// Returns a place as the plan in force sees it: the network of the same name, or none.
    #[must_use]
    pub fn place(&self, place: Place) -> Place {
        let Some(network) = place.network else { return place };
        let name = self.names.get(usize::from(network.0));
        // Home may be renamed and is home all the same.
        let id = match network {
            crate::enrich::network::NetworkId::HOME => Some(network),
            _ => name.and_then(|name| self.networks.by_name(name)),
        };
        Place { subscriber: place.subscriber, ..self.networks.at(id, place.country) }
    }
}

/// The sections of a snapshot, checked as a whole.
#[derive(Debug)]
pub struct Sections<'a>(Vec<Section<'a>>);

#[derive(Debug)]
struct Section<'a> {
    name: &'a str,
    version: u16,
    octets: &'a [u8],
    used: bool,
}

impl<'a> Sections<'a> {
    /// Reads the frame of a snapshot.
    ///
    /// # Errors
    ///
    /// Returns an error when it is none, newer than this program, cut short or changed.
    pub fn read(octets: &'a [u8]) -> Result<Self, KeepError> {
        let body = octets.strip_prefix(MAGIC).ok_or(KeepError::Foreign)?;
        let mut rest = Octets(body);
        let version = u16::from_le_bytes(rest.array()?);
        if version > VERSION {
            let what = "the file".to_owned();
            return Err(KeepError::Newer { what, found: version, known: VERSION });
        }
        let cut = KeepError::Damaged("it is cut short");
        let (content, sum) = octets.split_last_chunk::<4>().ok_or(cut)?;
        if crc32c::crc32c(content) != u32::from_le_bytes(*sum) {
            return Err(KeepError::Damaged("the checksum does not fit"));
        }
        let count = u16::from_le_bytes(rest.array()?);
        let mut sections = Vec::new();
        for _ in 0..count {
            let [length] = rest.array()?;
            let name = core::str::from_utf8(rest.take(length.into())?)
                .map_err(|_| KeepError::Damaged("a name does not read"))?;
            let version = u16::from_le_bytes(rest.array()?);
            let length = u64::from_le_bytes(rest.array()?);
            let octets = rest.take(usize::try_from(length).unwrap_or(usize::MAX))?;
            sections.push(Section { name, version, octets, used: false });
        }
        Ok(Self(sections))
    }

    /// Loads a table from its section, if there is one of its version.
    ///
    /// # Errors
    ///
    /// Returns an error when the section is newer than the table, or does not read.
    pub fn load<T: Kept>(&mut self, table: &mut T, atlas: &Atlas<'_>) -> Result<bool, KeepError> {
        self.load_of(T::NAME, T::VERSION, atlas, |saved| table.load(saved))
    }

    /// Reads a section that is no table's, if there is one of this version.
    ///
    /// # Errors
    ///
    /// As [`Self::load`].
    pub fn load_of(
        &mut self,
        name: &str,
        version: u16,
        atlas: &Atlas<'_>,
        read: impl FnOnce(&mut Reader<'_>) -> Result<(), KeepError>,
    ) -> Result<bool, KeepError> {
        let Some(section) = self.0.iter_mut().find(|section| section.name == name) else {
            return Ok(false);
        };
        if section.version > version {
            let what = format!("section {name}");
            return Err(KeepError::Newer { what, found: section.version, known: version });
        }
        if section.version < version {
            return Ok(false);
        }
        section.used = true;
        let mut reader = Reader { octets: section.octets, atlas };
        read(&mut reader)?;
        if reader.octets.is_empty() {
            Ok(true)
        } else {
            Err(KeepError::Damaged("a section is too long"))
        }
    }

    /// Returns the names of the sections no table has taken.
    pub fn left(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|section| !section.used).map(|section| section.name)
    }
}

struct Octets<'a>(&'a [u8]);

impl<'a> Octets<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], KeepError> {
        let cut = KeepError::Damaged("it is cut short");
        let (first, rest) = self.0.split_at_checked(length).ok_or(cut)?;
        self.0 = rest;
        Ok(first)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], KeepError> {
        let cut = KeepError::Damaged("it is cut short");
        self.take(N)?.try_into().map_err(|_| cut)
    }
}

/// Saves a [`Timestamp`] as its nanoseconds.
pub mod nanos {
    use serde::{Deserializer, Serializer};

    use super::{Deserialize, Timestamp};

    /// Writes the nanoseconds.
    ///
    /// # Errors
    ///
    /// As the serializer.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(at.nanos())
    }

    /// Reads nanoseconds.
    ///
    /// # Errors
    ///
    /// As the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        u64::deserialize(from).map(Timestamp::from_nanos)
    }
}

const MAGIC: &[u8] = b"picketst";
/// Version of the frame around the sections.
const VERSION: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    struct Words(Vec<u32>);

    impl Kept for Words {
        const NAME: &'static str = "words";
        const VERSION: u16 = 3;
        fn save(&self, out: &mut Writer) {
            out.put(&self.0);
        }
        fn load(&mut self, saved: &mut Reader<'_>) -> Result<(), KeepError> {
            self.0 = saved.take()?;
            Ok(())
        }
    }

    struct Other<const VERSION: u16>;

    impl<const V: u16> Kept for Other<V> {
        const NAME: &'static str = "words";
        const VERSION: u16 = V;
        fn save(&self, out: &mut Writer) {
            out.put(&(7_u8, "more than words"));
        }
        fn load(&mut self, saved: &mut Reader<'_>) -> Result<(), KeepError> {
            saved.take::<u8>().map(drop)
        }
    }

    fn saved(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::new();
        write(&mut writer);
        writer.finish()
    }

    fn load<T: Kept>(octets: &[u8], table: &mut T) -> Result<bool, KeepError> {
        let networks = Networks::default();
        Sections::read(octets)?.load(table, &Atlas::new(Vec::new(), &networks))
    }

    #[test]
    fn what_is_saved_is_loaded_and_every_damage_is_noticed() {
        let octets = saved(|out| out.section(&Words(vec![1, 500, 70_000])));
        let mut words = Words(Vec::new());
        assert_eq!(load(&octets, &mut words), Ok(true));
        assert_eq!(words.0, [1, 500, 70_000]);
        for at in 0..octets.len() {
            let mut wrong = octets.clone();
            wrong[at] ^= 0x10;
            assert!(load(&wrong, &mut words).is_err(), "octet {at}");
            assert!(load(&octets[..at], &mut words).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn older_and_unknown_sections_are_left_and_newer_ones_refused() {
        let octets = saved(|out| out.section(&Other::<2>));
        let mut words = Words(Vec::new());
        assert_eq!(load(&octets, &mut words), Ok(false));
        let sections = Sections::read(&octets).unwrap();
        assert_eq!(sections.left().collect::<Vec<_>>(), ["words"]);
        let octets = saved(|out| out.section(&Other::<4>));
        let newer = KeepError::Newer { what: "section words".into(), found: 4, known: 3 };
        assert_eq!(load(&octets, &mut words), Err(newer));
        let mut octets = saved(|out| out.section(&Words(Vec::new())));
        octets[MAGIC.len()] = 9;
        let newer = KeepError::Newer { what: "the file".into(), found: 9, known: VERSION };
        assert_eq!(load(&octets, &mut words), Err(newer));
        assert_eq!(load(b"a letter", &mut words), Err(KeepError::Foreign));
    }

    #[test]
    fn a_section_longer_than_its_table_is_damage() {
        let octets = saved(|out| out.section(&Other::<3>));
        let too_long = KeepError::Damaged("a section is too long");
        assert_eq!(load(&octets, &mut Other::<3>), Err(too_long));
    }
}
