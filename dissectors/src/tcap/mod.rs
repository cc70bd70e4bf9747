//! TCAP (ITU-T Q.773).
