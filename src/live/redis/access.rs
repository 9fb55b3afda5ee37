//! Who connects, and how.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::{Monitor, MultiplexedConnection};
use ::redis::{
    AsyncConnectionConfig, Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo,
    RedisConnectionInfo, TlsCertificates,
};

use futures::future::{BoxFuture, join_all};
use tokio::net::TcpStream;

use crate::secrets::Secret;
use crate::slots::Address;

use super::address_map::AddressMap;
use super::cluster::nodes_of;
use super::connection::Connection;
use super::encrypted::encrypted;
use super::error::{NodeError, Trouble};
use super::tunnel::{About, Duplex, Opened, Tunnel, bridge};

/// How the nodes of a cluster are reached: as whom, with which certificates, where.
#[derive(Clone, Debug)]
pub struct Access {
    /// The ACL user; nothing is the default user.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// TLS, and with which certificates.
    pub tls: Option<Tls>,
    /// From announced to reachable addresses.
    pub map: AddressMap,
    /// How long a connection may take to come up.
    pub connect_timeout: Duration,
    /// The name that connections carry in `CLIENT LIST`.
    pub name: Option<String>,
    /// Passwords that may be valid where that one is not yet.
    pub former: Option<Arc<dyn Former>>,
    /// The way that connections take, where it is not the network of this machine.
    pub tunnel: Option<Arc<dyn Tunnel>>,
}

impl Default for Access {
    fn default() -> Access {
        Access {
            user: None,
            password: None,
            tls: None,
            map: AddressMap::default(),
            connect_timeout: Duration::from_secs(5),
            name: None,
            former: None,
            tunnel: None,
        }
    }
}

/// Who knows passwords that were valid before.
pub trait Former: Send + Sync + std::fmt::Debug {
    /// The passwords, the best guess first. Asked for only where the one that is wanted is refused.
    fn passwords(&self) -> BoxFuture<'_, Vec<FormerPassword>>;
}

/// A password that was valid before, and where servers have it from.
#[derive(Clone, Debug)]
pub struct FormerPassword {
    /// The Secret.
    pub secret: String,
    /// Its key.
    pub key: String,
    /// The password.
    pub value: Secret,
}

/// Certificates, as PEM. Servers are always verified.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Authorities to trust instead of the system's.
    pub ca: Option<Vec<u8>>,
    /// The client's certificate.
    pub cert: Option<Vec<u8>>,
    /// The client's private key.
    pub key: Option<Secret>,
}

impl Access {
    /// Opens a connection to the node that announces that address.
    ///
    /// # Errors
    /// When nobody is reached, TLS or authentication fail, or what answers is not Redis.
    pub async fn connect(&self, address: &Address) -> Result<Connection, NodeError> {
        let connection = self.open(address).await?;
        let first = match &self.name {
            Some(name) => ::redis::cmd("CLIENT").arg("SETNAME").arg(name).to_owned(),
            // What answers to a line of text may be anything; only Redis answers this.
            None => ::redis::cmd("PING"),
        };
        // The system of a server that is halted takes connections all the same.
        connection.query_within::<()>(&first, self.connect_timeout).await?;
        Ok(connection)
    }

    /// Opens a connection without asking anything over it: for commands that a node takes while it loads its data, or without its master.
    ///
    /// # Errors
    /// When nobody is reached, or TLS or authentication fail.
    pub(super) async fn open(&self, address: &Address) -> Result<Connection, NodeError> {
        let refused = match self.open_as(address, address).await {
            Err(error) if matches!(error.trouble, Trouble::Tls(_)) => error,
            other => return other,
        };
        for named in self.other_names(address) {
            if let Ok(connection) = self.open_as(address, &named).await {
                return Ok(connection);
            }
        }
        Err(refused)
    }

    /// Names that the certificate of a node may have beside its address: certificates of pods have names only, with or without the domain of the cluster.
    fn other_names(&self, address: &Address) -> Vec<Address> {
        let place = self.map.reach(address);
        let is_named = place != *address && place.host.parse::<IpAddr>().is_err();
        let own = [address.clone()].into_iter().chain(is_named.then(|| place.clone()));
        let whole: Vec<Address> = own
            .filter(|name| name.host.ends_with(".svc"))
            .map(|name| Address::new(format!("{}.cluster.local", name.host), name.port))
            .collect();
        is_named.then_some(place).into_iter().chain(whole).collect()
    }

    /// The same, with the name that its certificate is to have.
    async fn open_as(&self, address: &Address, named: &Address) -> Result<Connection, NodeError> {
        let user: Option<Arc<str>> = self.user.as_deref().map(Arc::from);
        let error = |trouble| NodeError::new(address, trouble).as_user(user.as_ref());
        let client = self.client(named).map_err(|found| error(Trouble::of(&found)))?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            .set_response_timeout(None)
            .set_dns_resolver(self.map.clone());
        let opened = match &self.tunnel {
            Some(tunnel) => Some(tunnel.open(&self.map.reach(address), self.connect_timeout).await.map_err(error)?),
            None => None,
        };
        let connecting = async {
            match opened {
                Some(opened) => self.through(opened, named, &client, config).await,
                None => {
                    let connected = client.get_multiplexed_async_connection_with_config(&config).await;
                    connected.map_err(|found| Trouble::of(&found))
                }
            }
        };
        let inner = match tokio::time::timeout(self.connect_timeout, connecting).await {
            Ok(connected) => connected.map_err(error)?,
            Err(_) => return Err(NodeError::new(address, Trouble::TimedOut)),
        };
        Ok(Connection::new(address.clone(), self.user.as_deref(), inner))
    }

    /// Opens a connection through a tunnel. What its other end has against it is a better reason than that the connection ended.
    async fn through(
        &self,
        opened: Opened,
        named: &Address,
        client: &Client,
        config: AsyncConnectionConfig,
    ) -> Result<MultiplexedConnection, Trouble> {
        let Opened { stream, complaint } = opened;
        let connecting = async {
            if self.tls.is_none() {
                let connected = MultiplexedConnection::new_with_config(&self.login(), stream, config).await;
                let (connection, driver) = connected.map_err(|found| Trouble::of(&found))?;
                tokio::spawn(driver);
                return Ok(connection);
            }
            let port = bridge(stream).await.map_err(|error| Trouble::Unreachable(error.to_string()))?;
            let mut map = AddressMap::default();
            map.learn(named, &port);
            let connected = client.get_multiplexed_async_connection_with_config(&config.set_dns_resolver(map)).await;
            connected.map_err(|found| Trouble::of(&found))
        };
        tokio::select! {
            biased;
            Some(why) = complaint => Err(Trouble::Unreachable(why)),
            connected = connecting => connected,
        }
    }

    /// What is known of the node at an address beside what it answers.
    pub(super) async fn about(&self, address: &Address) -> About {
        match &self.tunnel {
            Some(tunnel) => tunnel.about(&self.map.reach(address)).await,
            None => About::default(),
        }
    }

    /// Opens a connection that shows what a node is asked. The client library makes such a one only where it looks names up by itself: so a way is opened, and
    /// encrypted, before.
    pub(super) async fn monitor(&self, address: &Address) -> Result<Monitor, NodeError> {
        let user: Option<Arc<str>> = self.user.as_deref().map(Arc::from);
        let error = |trouble| NodeError::new(address, trouble).as_user(user.as_ref());
        let names = std::iter::once(address.clone()).chain(self.other_names(address));
        let mut refused = None;
        for name in names {
            let opened = tokio::time::timeout(self.connect_timeout, self.monitored(address, &name)).await;
            match opened.unwrap_or(Err(Trouble::TimedOut)) {
                Ok(monitor) => return Ok(monitor),
                // The first name is the one that was meant.
                Err(trouble @ Trouble::Tls(_)) => refused = refused.or(Some(trouble)),
                Err(trouble) => return Err(error(trouble)),
            }
        }
        Err(error(refused.unwrap_or(Trouble::TimedOut)))
    }

    /// The same, with the name that its certificate is to have.
    async fn monitored(&self, address: &Address, named: &Address) -> Result<Monitor, Trouble> {
        let place = self.map.reach(address);
        let failed = |error: std::io::Error| Trouble::Unreachable(error.to_string());
        let place = match (&self.tunnel, &self.tls) {
            (None, None) => place,
            (tunnel, tls) => {
                let way: Box<dyn Duplex> = match tunnel {
                    Some(tunnel) => tunnel.open(&place, self.connect_timeout).await?.stream,
                    None => Box::new(TcpStream::connect((place.host.as_str(), place.port)).await.map_err(failed)?),
                };
                let way = match tls {
                    Some(tls) => encrypted(way, &named.host, tls).await?,
                    None => way,
                };
                bridge(way).await.map_err(failed)?
            }
        };
        let plain = ConnectionAddr::Tcp(place.host, place.port).into_connection_info();
        let client = plain.and_then(|plain| Client::open(plain.set_redis_settings(self.login())));
        let monitor = client.map_err(|found| Trouble::of(&found))?.get_async_monitor().await;
        monitor.map_err(|found| Trouble::of(&found))
    }

    /// Asks the nodes at these places which addresses they announce, and remembers where those are. Places that do not answer are left out: they are
    /// seeds, too, and missed there.
    pub async fn learn_places(&self, places: &[Address]) -> Access {
        let asked = places.iter().map(|place| async move {
            let connection = self.connect(place).await.ok()?;
            let own = nodes_of(&connection).await.ok()?.into_iter().find(|line| line.myself)?;
            let named = own.hostname.zip(own.port).map(|(host, port)| Address::new(host, port));
            Some((place, [own.address, named]))
        });
        let mut access = self.clone();
        for (place, announced) in join_all(asked).await.into_iter().flatten() {
            announced.iter().flatten().for_each(|address| access.map.learn(address, place));
        }
        access
    }

    /// The same access under a name that `CLIENT LIST` shows.
    pub fn named(&self, name: impl Into<String>) -> Access {
        Access { name: Some(name.into()), ..self.clone() }
    }

    /// What is said first on a connection.
    fn login(&self) -> RedisConnectionInfo {
        let mut settings = RedisConnectionInfo::default().set_skip_set_lib_name();
        if let Some(user) = &self.user {
            settings = settings.set_username(user);
        }
        if let Some(password) = &self.password {
            settings = settings.set_password(password.expose());
        }
        settings
    }

    fn client(&self, address: &Address) -> ::redis::RedisResult<Client> {
        let info = |addr: ConnectionAddr| -> ::redis::RedisResult<ConnectionInfo> {
            Ok(addr.into_connection_info()?.set_redis_settings(self.login()))
        };
        let Some(tls) = &self.tls else {
            return Client::open(info(ConnectionAddr::Tcp(address.host.clone(), address.port))?);
        };
        // The first caller decides; a second finds the provider in place.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let addr = ConnectionAddr::TcpTls {
            host: address.host.clone(),
            port: address.port,
            insecure: false,
            tls_params: None,
        };
        let client_tls = match (&tls.cert, &tls.key) {
            (Some(cert), Some(key)) => {
                Some(ClientTlsConfig { client_cert: cert.clone(), client_key: key.expose().as_bytes().to_vec() })
            }
            _ => None,
        };
        Client::build_with_tls(info(addr)?, TlsCertificates { client_tls, root_cert: tls.ca.clone() })
    }
}
