//! CAMEL Application Part (TS 29.078).
