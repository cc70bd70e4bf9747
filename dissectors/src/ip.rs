//! IPv4 (RFC 791) and IPv6 (RFC 8200).
