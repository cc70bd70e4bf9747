//! Decompression of gzip (RFC 1952) and zstd (RFC 8878) streams of any number of members.
//!
//! What a stream is is told by its first octets, never by its name. Zeros after the last member are
//! the padding of tapes and are passed over; anything else there is told as [`What::Trailing`].
//! Memory is bounded by the formats: 32 KiB for gzip and, by zstd's own limit, 128 MiB for zstd.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::fault::What;

type Input = BufReader<Box<dyn Read + Send>>;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

impl Compression {
    /// Recognises compression by the first octets.
    pub(super) const fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A skippable frame may come first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// Returns its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Returns the stream decompressed.
    ///
    /// # Errors
    ///
    /// Returns an error when the decompressor cannot be set up.
    pub(super) fn inflate(self, stream: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
        let input = BufReader::with_capacity(INPUT, stream);
        Ok(match self {
            Self::None => input.into_inner(),
            Self::Gzip => Box::new(Members { member: Some(Member::gzip(input)) }),
            Self::Zstd => Box::new(Members { member: Some(Member::zstd(input)?) }),
        })
    }
}

/// Reads member after member.
struct Members {
    member: Option<Member>,
}

#[expect(clippy::large_enum_variant, reason = "one a stream, moved once a member")]
enum Member {
    Gzip(GzDecoder<Input>),
    Zstd(ZstdDecoder<'static, Input>),
}

impl Member {
    fn gzip(input: Input) -> Self {
        Self::Gzip(GzDecoder::new(input))
    }

    fn zstd(input: Input) -> io::Result<Self> {
        Ok(Self::Zstd(ZstdDecoder::with_buffer(input)?.single_frame()))
    }

    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(room),
            Self::Zstd(decoder) => decoder.read(room),
        }
    }

    /// Returns the member after this one, if there is one.
    fn follow(self) -> io::Result<Option<Self>> {
        let compression =
            if matches!(self, Self::Gzip(_)) { Compression::Gzip } else { Compression::Zstd };
        let mut input = match self {
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.finish(),
        };
        match (compression, padding(&mut input)?) {
            (_, []) => Ok(None),
            (Compression::Gzip, [0x1f, ..]) => Ok(Some(Self::gzip(input))),
            (Compression::Zstd, [0x28 | 0x50..=0x5f, ..]) => Self::zstd(input).map(Some),
            (_, other) => {
                let shown = other.get(..8).unwrap_or(other);
                Err(What::Trailing(shown.to_vec()).into())
            }
        }
    }
}

/// Passes zeros; returns what is at hand after them, nothing at the end.
fn padding(input: &mut Input) -> io::Result<&[u8]> {
    loop {
        let octets = input.fill_buf()?;
        let zeros = octets.iter().take_while(|&&octet| octet == 0).count();
        let done = zeros < octets.len() || octets.is_empty();
        input.consume(zeros);
        if done {
            return Ok(input.buffer());
        }
    }
}

impl Read for Members {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            match member.read(room) {
                Ok(0) if !room.is_empty() => {
                    self.member = match self.member.take() {
                        Some(ended) => ended.follow()?,
                        None => None,
                    };
                }
                Err(error) => return Err(explain(error)),
                read => return read,
            }
        }
        Ok(0)
    }
}

/// Tells damage to the compressed data from a failure to read them.
fn explain(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => What::CompressedCut.into(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
            What::Corrupt(error.to_string()).into()
        }
        _ => error,
    }
}

const INPUT: usize = 64 * 1024;
