//! Tests of the layers from the link up to SCCP that span modules.

mod adaptations;
mod roundtrip;
mod strategies;
