//! SCCP (ITU-T Q.713).
