//! Records every frame that passes.

use std::io;

use crate::{
    capture::{Capture, CaptureCounters, CaptureError, Polled, Progress},
    frame::{FileId, Frame, Timestamp},
    write::FrameWriter,
};

/// Writes the frames of a capture as they are delivered.
///
/// Detection is worth more than its recording: when the output fails, writing stops, the error is
/// kept, and frames go on passing, counted in [`Tee::unwritten`].
#[derive(Debug)]
pub struct Tee<C, W> {
    inner: C,
    writer: W,
    error: Option<io::Error>,
    unwritten: u64,
}

impl<C: Capture, W: FrameWriter> Tee<C, W> {
    /// Wraps a capture.
    #[must_use]
    pub const fn new(inner: C, writer: W) -> Self {
        Self { inner, writer, error: None, unwritten: 0 }
    }

    /// Returns the last error of the writer: why writing stopped, or a frame was left out.
    pub const fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// Returns how many frames were delivered and not written.
    pub const fn unwritten(&self) -> u64 {
        self.unwritten
    }

    /// Flushes the writer.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Returns the capture and the writer, which the caller finishes.
    pub fn into_parts(self) -> (C, W) {
        (self.inner, self.writer)
    }
}

impl<C: Capture, W: FrameWriter> Capture for Tee<C, W> {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        let Self { inner, writer, error, unwritten } = self;
        inner.poll(&mut |frame| {
            if error.as_ref().is_some_and(|error| !refused(error)) {
                *unwritten += 1;
            } else if let Err(failure) = writer.write(&frame) {
                *unwritten += 1;
                *error = Some(failure);
            }
            each(frame);
        })
    }

    fn counters(&mut self) -> CaptureCounters {
        self.inner.counters()
    }

    fn source_name(&self, source: FileId) -> Option<&str> {
        self.inner.source_name(source)
    }

    fn end_time(&self) -> Option<Timestamp> {
        self.inner.end_time()
    }

    fn progress(&self) -> Progress {
        self.inner.progress()
    }
}

/// Returns whether the format could not hold a frame, which leaves the output as it was.
fn refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{
        file::FileCapture,
        frame::LinkType,
        memory::{Idle, MemoryCapture, OwnedFrame},
        write::{PcapWriter, PcapngWriter, Precision},
    };

    fn frames() -> Vec<OwnedFrame> {
        let frame = |n: u8| OwnedFrame {
            number: n.into(),
            ..OwnedFrame::new(Timestamp::from_nanos(n.into()), LinkType::MTP2, vec![n; 10])
        };
        (1..=20).map(frame).collect()
    }

    fn drain(capture: &mut dyn Capture) -> Vec<OwnedFrame> {
        let mut frames = Vec::new();
        while capture.poll(&mut |frame| frames.push(frame.into())).unwrap() != Polled::End {}
        frames
    }

    #[test]
    fn what_passes_is_recorded() {
        for burst in [1, 7, 64] {
            let inner = MemoryCapture::new(frames(), burst, Idle::Between);
            let mut tee = Tee::new(inner, PcapngWriter::new(Vec::new(), "").unwrap());
            assert_eq!(drain(&mut tee), frames());
            assert_eq!((tee.unwritten(), tee.counters().frames), (0, 20));
            assert!(tee.error().is_none());
            let (_, writer) = tee.into_parts();
            let file = io::Cursor::new(writer.finish(Timestamp::MAX).unwrap());
            let mut again = FileCapture::from_reader("tee", Box::new(file), burst);
            assert_eq!(drain(&mut again), frames());
        }
    }

    /// Takes so many octets and then no more.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(octets.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(octets.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn frames_pass_on_when_the_output_is_full() {
        let writer = PcapWriter::new(Full(24 + 5 * 26 + 3), LinkType::MTP2, Precision::Nanos);
        let mut tee = Tee::new(MemoryCapture::new(frames(), 7, Idle::Never), writer.unwrap());
        assert_eq!(drain(&mut tee), frames());
        assert_eq!(tee.unwritten(), 15);
        assert_eq!(tee.error().map(io::Error::kind), Some(io::ErrorKind::StorageFull));
    }

    #[test]
    fn a_frame_the_format_cannot_hold_is_left_out_alone() {
        let mut mixed = frames();
        mixed[3].link = LinkType::ETHERNET;
        let writer = PcapWriter::new(Vec::new(), LinkType::MTP2, Precision::Nanos).unwrap();
        let mut tee = Tee::new(MemoryCapture::new(mixed.clone(), 7, Idle::Never), writer);
        assert_eq!(drain(&mut tee), mixed);
        assert_eq!(tee.unwritten(), 1);
        let file = tee.into_parts().1.finish().unwrap();
        assert_eq!(file.len(), 24 + 19 * 26);
    }
}
