//! SUA (RFC 3868).
