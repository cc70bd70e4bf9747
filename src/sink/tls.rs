//! TLS of outputs that speak it themselves: what is trusted, and by which primitives.

use std::{path::Path, sync::Arc};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::outlet::OutletError;

/// Returns a client's settings that trust the certificates of a file, else those of the system.
pub(super) fn client(key: &str, ca_file: Option<&Path>) -> Result<ClientConfig, OutletError> {
    let wrong = |what: String, remedy: &str| OutletError {
        key: key.to_owned(),
        what,
        remedy: remedy.to_owned(),
    };
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => {
            let remedy = "name a file of PEM certificates";
            let certificates = CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|error| wrong(format!("{}: {error}", path.display()), remedy))?;
            let (added, _) = roots.add_parsable_certificates(certificates);
            if added == 0 {
                return Err(wrong(format!("{}: has no certificate", path.display()), remedy));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                let what = "this system has no certificates to trust".to_owned();
                return Err(wrong(what, "install ca-certificates, or name a file"));
            }
        }
    }
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_root_certificates(roots).with_no_client_auth())
        .map_err(|error| wrong(error.to_string(), "report it"))
}
