//! Ways to nodes that do not lead over the network of this machine.

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::TcpListener;

use crate::slots::Address;

use super::error::Trouble;

/// What can be read from and written to.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// A way that is open.
pub struct Opened {
    /// What is written comes out at the node.
    pub stream: Box<dyn Duplex>,
    /// What the other end of the way says when it cannot reach the node after all.
    pub complaint: BoxFuture<'static, Option<String>>,
}

/// What is known of a place beside what answers there.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// Further addresses of the node.
    pub names: Vec<String>,
    /// The zone of the machine that it runs on.
    pub zone: Option<String>,
    /// All zones in which the cluster has machines for pods.
    pub zones: Vec<String>,
}

/// A way to nodes.
pub trait Tunnel: Send + Sync + fmt::Debug {
    /// Opens a way to the node at a place; that may take so long where whoever leads there is up.
    fn open<'t>(&'t self, place: &'t Address, patience: Duration) -> BoxFuture<'t, Result<Opened, Trouble>>;

    /// What is known of a place; nothing where that may not be asked.
    fn about<'t>(&'t self, place: &'t Address) -> BoxFuture<'t, About>;
}

/// A port of this machine that leads its first caller, and no other, through a way that is open: for what can only connect by itself.
pub(super) async fn bridge(mut stream: Box<dyn Duplex>) -> std::io::Result<Address> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        if let Ok((mut caller, _)) = listener.accept().await {
            drop(listener);
            let _ = copy_bidirectional(&mut caller, &mut stream).await;
        }
    });
    Ok(Address::new("127.0.0.1", port))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    #[test]
    fn a_bridge_takes_one_caller() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (near, mut far) = tokio::io::duplex(64);
            let port = bridge(Box::new(near)).await.unwrap().port;
            let mut caller = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            caller.write_all(b"hello").await.unwrap();
            let mut heard = [0; 5];
            far.read_exact(&mut heard).await.unwrap();
            assert_eq!(&heard, b"hello");
            assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err(), "a second caller");
        });
    }
}
