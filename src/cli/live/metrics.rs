//! The address at which metrics are asked for.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::diagnostics::Diagnostic;

/// What is shown: nothing before the first comparison.
#[derive(Clone, Default)]
pub(super) struct Page(Arc<Mutex<String>>);

impl Page {
    /// Shows another text.
    pub(super) fn set(&self, text: String) {
        if let Ok(mut page) = self.0.lock() {
            *page = text;
        }
    }

    fn get(&self) -> String {
        self.0.lock().map(|page| page.clone()).unwrap_or_default()
    }
}

/// Answers at an address until the process ends.
pub(super) fn serve(address: &str, page: Page) -> Result<(), Diagnostic> {
    let address = if address.starts_with(':') { format!("0.0.0.0{address}") } else { address.to_owned() };
    let listener = TcpListener::bind(&address).map_err(|error| {
        Diagnostic::error("redisops::diff::metrics", format!("metrics cannot be served at `{address}`: {error}"))
            .help("name a free address: `--metrics :9464`")
    })?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // One at a time: who asks is a scraper or a probe.
            answer(stream, &page);
        }
    });
    Ok(())
}

fn answer(mut stream: TcpStream, page: &Page) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let mut head = [0; 4096];
    let mut length = 0;
    while length < head.len() && !head[..length].windows(4).any(|it| it == b"\r\n\r\n") {
        match stream.read(&mut head[length..]) {
            Ok(0) | Err(_) => return,
            Ok(count) => length += count,
        }
    }
    let head = String::from_utf8_lossy(&head[..length]);
    let path = head.split(' ').nth(1).unwrap_or("").split('?').next().unwrap_or("");
    let (status, body) = match path {
        "/metrics" => ("200 OK", page.get()),
        "/healthz" => ("200 OK", "ok\n".to_owned()),
        _ => ("404 Not Found", "metrics are at /metrics\n".to_owned()),
    };
    let form = "text/plain; version=0.0.4; charset=utf-8";
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {form}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + &body).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_where_scrapers_look() {
        let page = Page::default();
        page.set("x 1\n".to_owned());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        serve(&address, page).unwrap();
        let ask = |path: &str| {
            let mut stream = TcpStream::connect(&address).unwrap();
            write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text
        };
        assert!(ask("/metrics").ends_with("\r\n\r\nx 1\n"));
        assert!(ask("/healthz").ends_with("ok\n") && ask("/").starts_with("HTTP/1.1 404"));
        assert_eq!(serve(&address, Page::default()).unwrap_err().code, "redisops::diff::metrics");
    }
}
