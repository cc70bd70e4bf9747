//! The inverse of the dissectors: octets out, for tests and traffic synthesis.
