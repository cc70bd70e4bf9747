//! MTP level 3 (ITU-T Q.704).
