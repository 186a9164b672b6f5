//! One origin for all that a page in a browser needs: the components' HTTP interfaces by their paths, and a folder of the user's.
//! What a component is asked here it is asked at the port to which the path belongs, and records say so.

use crate::{
    NetError,
    byte_stream::ByteStream,
    config::{ACCEPT_PAUSE, OutsiderLimits, SITE_WANTED, SiteConfig},
    connection_limits::{ConnectionLimits, ConnectionPermit},
    event::Client,
    http_server::{Front, forward},
    port_listener::PortListener,
    shared::Shared,
    socket::{canonical, listen, reset},
    static_folder::StaticFolder,
    tls::TlsDoor,
    warning::RareWarning,
    web::{WebStream, WireResponse, bare, converse},
};
use cce_kernel::{Caller, Port, Security};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use std::{collections::BTreeMap, io, net::SocketAddr, sync::Arc};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// What it is called.
const NAME: &str = "site";

/// The interface of each path, by its beginning (ccp-task-api 1.1, finesse-nonvoice 1.1, 1.2).
const PATHS: [(&str, Port); 5] = [
    ("/ccp", Port::App),
    ("/ccp-webapp", Port::App),
    ("/finesse", Port::Desk),
    ("/http-bind", Port::Bosh),
    ("/ws", Port::Bosh),
];

/// Its listeners, and the folder.
#[derive(Debug)]
pub(crate) struct BoundSite {
    plain: TcpListener,
    secure: Option<TcpListener>,
    folder: StaticFolder,
}

/// Where it is.
#[derive(Clone, Copy, Debug)]
pub struct SiteAddresses {
    /// Its address.
    pub plain: SocketAddr,
    /// Its address over TLS, if there is TLS.
    pub secure: Option<SocketAddr>,
}

/// A component's interface, as it is reached from here.
#[derive(Debug)]
pub(crate) struct Doorway {
    pub(crate) front: Front,
    /// The port's own listener, which knows whether anybody is to get in.
    pub(crate) listener: Arc<PortListener>,
}

impl BoundSite {
    pub(crate) fn bind(config: &SiteConfig, has_tls: bool) -> Result<Self, NetError> {
        let folder = StaticFolder::open(&config.folder)
            .map_err(|source| NetError::Folder { path: config.folder.clone(), source })?;
        let plain = bind_to(config.listen, false)?;
        let secure = config.listen_tls.filter(|_| has_tls);
        let secure = secure.map(|address| bind_to(address, true)).transpose()?;
        Ok(Self { plain, secure, folder })
    }

    pub(crate) fn addresses(&self) -> Option<SiteAddresses> {
        let secure = self.secure.as_ref().and_then(|listener| listener.local_addr().ok());
        Some(SiteAddresses { plain: self.plain.local_addr().ok()?, secure })
    }

    /// Serves it until the run stops.
    pub(crate) fn start(
        self,
        doorways: BTreeMap<Port, Doorway>,
        shared: &Arc<Shared>,
        limits: OutsiderLimits,
    ) {
        let Self { plain, secure, folder } = self;
        let places = ConnectionLimits::named(NAME.to_owned(), limits.at_most(SITE_WANTED));
        let site = Arc::new(Site { doorways, folder, places, limits, shared: Arc::clone(shared) });
        let secure = secure.and_then(|listener| Some((listener, Some(Arc::clone(shared.door.as_ref()?)))));
        for (listener, door) in [(plain, None)].into_iter().chain(secure) {
            shared.tasks.spawn(Arc::clone(&site).serve(listener, door));
        }
    }
}

fn bind_to(address: SocketAddr, is_tls: bool) -> Result<TcpListener, NetError> {
    listen(address).map_err(|source| {
        let is_in_use = source.kind() == io::ErrorKind::AddrInUse;
        if is_in_use {
            NetError::SiteInUse { address, is_tls }
        } else {
            NetError::SiteListen { address, source }
        }
    })
}

#[derive(Debug)]
struct Site {
    doorways: BTreeMap<Port, Doorway>,
    folder: StaticFolder,
    places: Arc<ConnectionLimits>,
    limits: OutsiderLimits,
    shared: Arc<Shared>,
}

impl Site {
    async fn serve(self: Arc<Self>, listener: TcpListener, door: Option<Arc<TlsDoor>>) {
        let trouble = RareWarning::default();
        loop {
            let accepted = tokio::select! {
                // A stop counts before one more connection.
                biased;
                () = self.shared.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => match self.places.enter(peer.ip()) {
                    Some(permit) => {
                        let peer = canonical(peer);
                        let attending = Arc::clone(&self).attend(stream, peer, door.clone(), permit);
                        self.shared.tasks.spawn(attending);
                    }
                    None => reset(&stream),
                },
                Err(error) => {
                    if let Some(times) = trouble.due() {
                        tracing::warn!(%error, times, "{NAME}: cannot accept a connection");
                    }
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn attend(
        self: Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        door: Option<Arc<TlsDoor>>,
        permit: ConnectionPermit,
    ) {
        let _remaining = self.shared.remaining.enter(format!("the HTTP client {address} of the {NAME}"));
        let (stream, security) = match door {
            None => (ByteStream::Plain(stream), Security::Plain),
            Some(door) => {
                // A client that is in no hurry does not hold up the end of the run.
                let passing = door.pass(ByteStream::Plain(stream), NAME);
                match self.shared.stop.run_until_cancelled(passing).await.flatten() {
                    Some(stream) => (stream, Security::Tls),
                    None => return,
                }
            }
        };
        let broken = CancellationToken::new();
        let stream = WebStream::new(stream, broken.clone(), self.limits, Some(permit));
        converse(stream, self.limits, &self.shared.stop, |request| {
            self.answer(request, address, security, broken.clone())
        })
        .await;
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        address: SocketAddr,
        security: Security,
        broken: CancellationToken,
    ) -> WireResponse {
        let Some(port) = port_of(request.uri().path()) else { return self.folder.answer(&request).await };
        // A component of another process has its own listeners only.
        let Some(Doorway { front, listener }) = self.doorways.get(&port) else {
            return bare(StatusCode::NOT_FOUND);
        };
        // Where nobody could connect, or a connection would break, this one does.
        let cut = listener.breaker(port);
        // The lab's own components never call the site: every client of it is from outside.
        let client = Client { address, port, caller: Caller::Outside, security, broken: broken.clone() };
        let answer =
            async { if listener.lets_in(port) { Some(forward(front, client, request).await) } else { None } };
        let answered = tokio::select! {
            // A cut counts before what was answered at the same time.
            biased;
            () = cut.cancelled() => None,
            answered = answer => answered,
        };
        answered.unwrap_or_else(|| {
            broken.cancel();
            bare(StatusCode::SERVICE_UNAVAILABLE)
        })
    }
}

/// The interface of a path; none of a path of the folder's.
fn port_of(path: &str) -> Option<Port> {
    PATHS.iter().find_map(|(known, port)| {
        let rest = path.strip_prefix(known)?;
        // A file may have a name that only begins like an interface, such as `/wsdl`.
        (rest.is_empty() || rest.starts_with('/')).then_some(*port)
    })
}
