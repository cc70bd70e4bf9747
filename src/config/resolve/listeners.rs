//! What listens on an address: plain HTTP for this host alone, TLS and a token for any other.

use super::Check;

impl Check<'_> {
    /// What listens where others can reach it needs TLS and a token.
    pub(super) fn listeners(&mut self) {
        let config = &self.document.config;
        if let Some(metrics) = &config.metrics {
            let secrets = [
                ("certificate", metrics.certificate.is_some()),
                ("key", metrics.key.is_some()),
                ("token_file", metrics.token_file.is_some()),
            ];
            self.listener("metrics", metrics.listen, &secrets);
        }
        if let Some(web) = &config.web {
            let secrets = [("certificate", web.certificate.is_some()), ("key", web.key.is_some())];
            self.listener("web", web.listen, &secrets);
        }
    }

    fn listener(&mut self, table: &str, listen: std::net::SocketAddr, secrets: &[(&str, bool)]) {
        let missing: Vec<_> =
            secrets.iter().filter(|(_, there)| !there).map(|(key, _)| *key).collect();
        if !missing.is_empty() && !listen.ip().to_canonical().is_loopback() {
            let what = format!("{listen} can be reached from elsewhere");
            let keys: Vec<_> = missing.iter().map(|key| format!("{table}.{key}")).collect();
            let remedy = format!("listen on 127.0.0.1, or add {}", keys.join(", "));
            self.wrong(&format!("{table}.listen"), what, remedy);
        }
        let there = |wanted| secrets.iter().any(|&(key, there)| key == wanted && there);
        for (key, other) in [("certificate", "key"), ("key", "certificate")] {
            if there(key) && !there(other) {
                let what = format!("is of no use without {table}.{other}");
                self.wrong(&format!("{table}.{key}"), what, format!("add {table}.{other}"));
            }
        }
    }
}
