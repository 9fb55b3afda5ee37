//! From ports of this machine to the sockets of servers in a namespace.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use futures::future::try_join_all;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// A port, and the socket that it leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forward {
    /// Where it listens.
    pub from: SocketAddr,
    /// The socket of a server.
    pub to: PathBuf,
}

impl FromStr for Forward {
    type Err = String;

    fn from_str(text: &str) -> Result<Forward, String> {
        let no = || format!("`{text}` leads nowhere: write ADDRESS:PORT=SOCKET");
        let (from, to) = text.split_once('=').ok_or_else(no)?;
        Ok(Forward { from: from.parse().map_err(|_| no())?, to: PathBuf::from(to) })
    }
}

/// Forwards until it is ended.
///
/// # Errors
/// When a port is taken.
pub async fn forward(all: &[Forward]) -> io::Result<()> {
    let listeners = try_join_all(all.iter().map(|one| TcpListener::bind(one.from))).await?;
    let serving = listeners.into_iter().zip(all).map(async |(listener, one)| {
        loop {
            // What fails to come in is the caller's to try again: too many open files, a caller who has gone.
            if let Ok((caller, _)) = listener.accept().await {
                tokio::spawn(carry(caller, one.to.clone()));
            } else {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    });
    try_join_all(serving).await.map(|_: Vec<()>| ())
}

/// Carries bytes both ways until one side ends. A server that is down is a connection that ends at once.
async fn carry(mut caller: TcpStream, socket: PathBuf) {
    let _ = caller.set_nodelay(true);
    if let Ok(mut server) = UnixStream::connect(socket).await {
        let _ = copy_bidirectional(&mut caller, &mut server).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_read() {
        let one: Forward = "127.0.0.1:7001=7001/server.sock".parse().unwrap();
        assert_eq!((one.from.port(), one.to), (7001, PathBuf::from("7001/server.sock")));
        assert!("7001=x".parse::<Forward>().unwrap_err().contains("write ADDRESS:PORT=SOCKET"));
    }
}
