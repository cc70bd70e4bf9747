//! Tests of the layers from the link up to SCCP that span modules.

mod adaptations;
mod corpus;
mod oracle;
mod robustness;
mod roundtrip;
mod strategies;
mod vectors;
mod walk;
