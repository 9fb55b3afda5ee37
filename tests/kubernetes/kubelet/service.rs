//! What stands for the Service of the pods: it leads to one that is ready.

use std::collections::BTreeSet;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The address of the Service.
pub fn ip(net: u32) -> String {
    format!("127.{net}.255.9")
}

/// The pods that are ready.
#[derive(Clone, Default)]
pub struct Endpoints {
    ready: Arc<Mutex<BTreeSet<usize>>>,
}

impl Endpoints {
    /// Listens at the address of the Service; each connection leads to the same port of a pod. It ends with the process.
    pub fn listen(net: u32, port: u16) -> Endpoints {
        let endpoints = Endpoints::default();
        let listener = TcpListener::bind((ip(net), port)).unwrap();
        let own = endpoints.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // Without an endpoint the connection is closed.
                let Some(pod) = own.ready.lock().unwrap().first().copied() else { continue };
                let Ok(server) = TcpStream::connect((super::ip(net, pod), port)) else { continue };
                let (Ok(from_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else { continue };
                thread::spawn(move || copy(from_client, to_server));
                thread::spawn(move || copy(server, client));
            }
        });
        endpoints
    }

    /// Whether a pod is ready.
    pub fn set(&self, pod: usize, is_ready: bool) {
        let mut ready = self.ready.lock().unwrap();
        match is_ready {
            true => drop(ready.insert(pod)),
            false => drop(ready.remove(&pod)),
        }
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Write);
}
