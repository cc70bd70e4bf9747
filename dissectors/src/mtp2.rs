//! MTP level 2 (ITU-T Q.703).
