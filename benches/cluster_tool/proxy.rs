//! Proxies that stand between nodes and whoever talks to them: they hold every byte back for a while, or cut.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::client::sleep_until;

/// A proxy for one node. It ends with the value.
pub struct Proxy {
    cut: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    /// Listens on a loopback port and hands everything on to the other, each direction `delay` later.
    pub fn start(listen: u16, target: u16, delay: Duration) -> std::io::Result<Proxy> {
        let listener = TcpListener::bind(("127.0.0.1", listen))?;
        listener.set_nonblocking(true)?;
        let (cut, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let flags = (Arc::clone(&cut), Arc::clone(&ended));
        std::thread::spawn(move || accept(&listener, target, delay, &flags.0, &flags.1));
        Ok(Proxy { cut, ended })
    }

    /// From now on nothing comes through, and connections stay open: a cable that was pulled.
    pub fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::Relaxed);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn accept(listener: &TcpListener, target: u16, delay: Duration, cut: &Arc<AtomicBool>, ended: &AtomicBool) {
    while !ended.load(Ordering::Relaxed) {
        let Ok((near, _)) = listener.accept() else {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        };
        let Ok(far) = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], target))) else { continue };
        for stream in [&near, &far] {
            let _ = stream.set_nonblocking(false);
            let _ = stream.set_nodelay(true);
        }
        if let (Ok(near_again), Ok(far_again)) = (near.try_clone(), far.try_clone()) {
            carry(near, far, delay, cut);
            carry(far_again, near_again, delay, cut);
        }
    }
}

/// Two threads for a direction: one reads and stamps, one waits and writes, so that bytes on their way do not hold up those behind them.
fn carry(mut from: TcpStream, mut to: TcpStream, delay: Duration, cut: &Arc<AtomicBool>) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if sender.send((Instant::now() + delay, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
    });
    let cut = Arc::clone(cut);
    std::thread::spawn(move || {
        while let Ok((due, bytes)) = receiver.recv() {
            sleep_until(due);
            while cut.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(5));
            }
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
