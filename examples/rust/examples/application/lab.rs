//! Where an application finds the lab, and what it hears there: Finesse's notifications by XMPP over WebSocket
//! (RFC 7395), in plain or over TLS.

use base64::{Engine, engine::general_purpose::STANDARD};
use roxmltree::Document;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring};
use std::{
    collections::BTreeMap, env, error::Error, fmt::Debug, io, net::TcpStream, sync::Arc, time::Duration,
};
use tungstenite::{ClientRequestBuilder, Message, WebSocket, http::Uri};

pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A variable of the environment.
pub(crate) fn setting(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// The resource of Finesse for the system, the agent as a `user` or on its `media`, or a dialog by its id.
pub(crate) fn url_of(of: &str) -> String {
    let (api, agent) =
        (setting("FINESSE_URL", "http://127.0.0.1:8082/finesse/api"), setting("AGENT", "1081"));
    match of {
        "system" => format!("{api}/SystemInfo"),
        "user" => format!("{api}/User/{agent}"),
        "media" => format!("{api}/User/{agent}/Media/5011"),
        dialog => format!("{api}/Dialog/{dialog}"),
    }
}

/// Who is trusted over TLS: the authority whose certificate `CA_FILE` names, and nobody else.
pub(crate) fn trusted() -> Result<Option<CertificateDer<'static>>> {
    Ok(env::var("CA_FILE").ok().map(CertificateDer::from_pem_file).transpose()?)
}

/// The text of the first element of that name.
pub(crate) fn text_of(xml: &str, name: &str) -> Result<Option<String>> {
    let document = Document::parse(xml)?;
    Ok(document.descendants().find(|it| it.has_tag_name(name)).and_then(|it| it.text()).map(Into::into))
}

trait Bytes: io::Read + io::Write + Debug {}
impl<T: io::Read + io::Write + Debug> Bytes for T {}

/// The stream of an agent's notifications.
#[derive(Debug)]
pub(crate) struct Events {
    stream: WebSocket<Box<dyn Bytes>>,
    /// Of `user`, `media`, and each dialog by its id, as the latest notification said.
    pub(crate) states: BTreeMap<String, String>,
}

impl Events {
    /// Once it returns, no notification is missed.
    pub(crate) fn connect(url: &str, domain: &str, agent: &str, password: &str) -> Result<Self> {
        let url: Uri = url.parse()?;
        let request = ClientRequestBuilder::new(url.clone()).with_sub_protocol("xmpp");
        // A refusal of the handshake borrows the stream, and an error that is returned borrows nothing.
        let (stream, _) = tungstenite::client(request, open(&url)?).map_err(|error| error.to_string())?;
        let mut events = Self { stream, states: BTreeMap::new() };
        let secret = STANDARD.encode(format!("\0{agent}\0{password}"));
        let open = format!("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{domain}' version='1.0'/>");
        let auth =
            format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>");
        events.say(&open, "features")?;
        events.say(&auth, "success")?;
        events.say(&open, "features")?;
        let bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
        events.say(&format!("<iq xmlns='jabber:client' type='set' id='1'>{bind}</iq>"), "iq")?;
        // Its own presence comes back, and each notification behind it.
        events.say("<presence xmlns='jabber:client'/>", "presence")?;
        Ok(events)
    }

    /// Sends a stanza, and hears whatever comes until there is one of that name.
    fn say(&mut self, stanza: &str, answer: &str) -> Result<()> {
        self.stream.send(Message::text(stanza))?;
        while self.hear()? != answer {}
        Ok(())
    }

    /// Takes in the next message, and says which stanza it is.
    pub(crate) fn hear(&mut self) -> Result<String> {
        let Message::Text(text) = self.stream.read()? else { return Ok(String::new()) };
        if let Some(update) = text_of(&text, "notification")? {
            let document = Document::parse(&update)?;
            let data = document.descendants().find(|node| node.has_tag_name("data"));
            let about =
                data.and_then(|data| data.first_element_child()).ok_or("a notification of nothing")?;
            let of = match about.tag_name().name() {
                "apiErrors" => Err(text_of(&update, "errorMessage")?.ok_or("an error without a message")?)?,
                "dialog" | "dialogs" => text_of(&update, "id")?.ok_or("a dialog without an id")?,
                object => object.to_lowercase(),
            };
            self.states.insert(of, text_of(&update, "state")?.ok_or("no state")?);
        }
        Ok(Document::parse(&text)?.root_element().tag_name().name().to_owned())
    }
}

/// A connection to where the URL says, over TLS if it begins with `wss`.
fn open(url: &Uri) -> Result<Box<dyn Bytes>> {
    let tcp = TcpStream::connect(url.authority().ok_or("no host")?.as_str())?;
    tcp.set_read_timeout(Some(DEADLINE))?;
    if url.scheme_str() != Some("wss") {
        return Ok(Box::new(tcp));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted()?);
    let provider = Arc::new(ring::default_provider());
    let terms = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let terms = terms.with_root_certificates(roots).with_no_client_auth();
    let name = url.host().ok_or("no host")?.to_owned().try_into()?;
    Ok(Box::new(StreamOwned::new(ClientConnection::new(Arc::new(terms), name)?, tcp)))
}
