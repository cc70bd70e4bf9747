//! Alerts to a syslog server: RFC 5424 messages over UDP (RFC 5426), TCP with octet counting
//! (RFC 6587 §3.4.1) or TLS (RFC 5425).
//!
//! Syslog has no acknowledgement: what the socket took counts as delivered. Over TCP and TLS it is
//! looked before each batch whether the server hung up; what was on its way when it did is missing
//! there. Where that matters, Kafka or a webhook is the output to choose.

use std::{io, sync::Arc};

use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};
use tokio_rustls::TlsConnector;

use super::{
    format::Shape,
    outbox::Item,
    outlet::{OutletError, Taken, Trouble},
    unix::MESSAGE_TOO_LONG,
};
use crate::{
    config::outputs::{self, SyslogTransport},
    engine::alert::Level,
};

/// A syslog server.
pub(super) struct SyslogSink {
    address: String,
    transport: SyslogTransport,
    shape: Shape,
    facility: u8,
    host: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    open: Option<Box<dyn Stream>>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

impl SyslogSink {
    /// Checks the settings; connects to nothing.
    pub(super) fn new(config: &outputs::Syslog, sensor: &str) -> Result<Self, OutletError> {
        let wrong = |what: String| OutletError {
            key: "syslog.address".to_owned(),
            what,
            remedy: "write it as host:port".to_owned(),
        };
        let address = config.address.clone();
        let host = address
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .map(|(host, _)| host.trim_matches(['[', ']']).to_owned())
            .ok_or_else(|| wrong(format!("`{address}` has no port")))?;
        let tls = match config.transport {
            SyslogTransport::Tls => {
                let client = super::tls::client("syslog.ca_file", config.ca_file.as_deref())?;
                let name = ServerName::try_from(host)
                    .map_err(|error| wrong(format!("`{address}`: {error}")))?;
                Some((TlsConnector::from(Arc::new(client)), name))
            }
            SyslogTransport::Udp | SyslogTransport::Tcp => None,
        };
        Ok(Self {
            address,
            transport: config.transport,
            shape: config.format.into(),
            facility: config.facility,
            host: printable(sensor, 255),
            tls,
            open: None,
        })
    }

    pub(super) async fn deliver(&mut self, items: &[Item]) -> Taken {
        let taken = match self.transport {
            SyslogTransport::Udp => self.datagrams(items).await,
            SyslogTransport::Tcp | SyslogTransport::Tls => self.stream(items).await,
        };
        taken.unwrap_or_else(|error| {
            self.open = None;
            let text = format!("{}: {error}", self.address);
            let refused = error.kind() == io::ErrorKind::InvalidData && self.tls.is_some();
            Taken::none(if refused { Trouble::Refused(text) } else { Trouble::Away(text) })
        })
    }

    async fn datagrams(&self, items: &[Item]) -> io::Result<Taken> {
        let server = tokio::net::lookup_host(&self.address).await?.next();
        let server = server.ok_or_else(|| io::Error::other("the name has no address"))?;
        let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(server).await?;
        let mut taken = Taken::default();
        for item in items {
            match self.message(item) {
                Ok(message) => match socket.send(message.as_bytes()).await {
                    Ok(_) => {}
                    Err(error) if error.raw_os_error() == Some(MESSAGE_TOO_LONG) => {
                        taken.parked.push((item.seq, format!("too large for a datagram: {error}")));
                    }
                    Err(error) => {
                        let text = format!("{}: {error}", self.address);
                        taken.trouble = Some(Trouble::Away(text));
                        return Ok(taken);
                    }
                },
                Err(reason) => taken.parked.push((item.seq, reason)),
            }
            taken.up_to = Some(item.seq);
        }
        Ok(taken)
    }

    async fn stream(&mut self, items: &[Item]) -> io::Result<Taken> {
        let mut text = String::new();
        let mut parked = Vec::new();
        for item in items {
            match self.message(item) {
                Ok(message) => text.push_str(&format!("{} {message}", message.len())),
                Err(reason) => parked.push((item.seq, reason)),
            }
        }
        if let Some(stream) = &mut self.open
            && hung_up(stream).await
        {
            self.open = None;
        }
        if self.open.is_none() {
            self.open = Some(self.connect().await?);
        }
        if let Some(stream) = &mut self.open {
            stream.write_all(text.as_bytes()).await?;
            stream.flush().await?;
        }
        Ok(Taken { parked, ..Taken::all(items) })
    }

    async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        Ok(match &self.tls {
            Some((connector, name)) => Box::new(connector.connect(name.clone(), stream).await?),
            None => Box::new(stream),
        })
    }

    /// Returns a message (RFC 5424 §6). `origin` is a registered element (§7.2).
    fn message(&self, item: &Item) -> Result<String, String> {
        let body = self.shape.text(item)?;
        let priority = u32::from(self.facility) * 8 + severity(item.level);
        // Six decimals are the most there may be (§6.2.3).
        let time = item.time();
        let (time, host) = (time.get(..26).unwrap_or(&time), &self.host);
        let process = std::process::id();
        let version = env!("CARGO_PKG_VERSION");
        Ok(format!(
            "<{priority}>1 {time}Z {host} picket {process} alert \
             [origin software=\"picket\" swVersion=\"{version}\"] {body}"
        ))
    }
}

/// Whether the other side closed: there is something to read at once, and it is the end.
async fn hung_up(stream: &mut Box<dyn Stream>) -> bool {
    let mut octet = [0];
    tokio::select! {
        biased;
        read = stream.read(&mut octet) => !matches!(read, Ok(1)),
        () = std::future::ready(()) => false,
    }
}

/// Numerical severity (RFC 5424 §6.2.1).
const fn severity(level: Level) -> u32 {
    match level {
        Level::Critical => 2,
        Level::High => 3,
        Level::Medium => 4,
        Level::Low => 5,
        Level::Informational => 6,
    }
}

/// HOSTNAME is printable US-ASCII without spaces; `-` stands for none.
fn printable(text: &str, most: usize) -> String {
    let shown: String = text.chars().filter(char::is_ascii_graphic).take(most).collect();
    if shown.is_empty() { "-".to_owned() } else { shown }
}
