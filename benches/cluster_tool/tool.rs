//! What benches and fault runs need beside a cluster: load, proxies, the bare speed of MIGRATE. Not part of the product.
#![allow(clippy::print_stdout, missing_docs)]

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Parser, Subcommand};
use redisops::slots::{Address, SlotPlan};

#[allow(dead_code, reason = "shared with the fault runs")]
mod client;
mod load;
#[allow(dead_code, reason = "shared with the fault runs")]
mod proxy;
mod raw;

#[derive(Parser)]
struct Tool {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes keys
    Fill {
        #[arg(long, required = true)]
        seed: Vec<Address>,
        #[arg(long)]
        keys: u64,
        #[arg(long, default_value_t = 100)]
        value_size: usize,
    },
    /// Writes the keys of stdin, a line each: a name and the bytes of its value
    FillSizes {
        #[arg(long, required = true)]
        seed: Vec<Address>,
    },
    /// Reads and writes until stdin ends, then prints latencies as JSON
    Load {
        #[arg(long, required = true)]
        seed: Vec<Address>,
        #[arg(long)]
        keys: u64,
        #[arg(long, default_value_t = 1000)]
        rate: u32,
        #[arg(long, default_value_t = 4)]
        clients: u32,
        #[arg(long, default_value_t = 100)]
        value_size: usize,
    },
    /// Runs the MIGRATEs of a plan and nothing else
    Raw {
        #[arg(long, required = true)]
        seed: Vec<Address>,
        plan: std::path::PathBuf,
    },
    /// Proxies `LISTEN=TARGET` on loopback until stdin ends
    Proxy {
        #[arg(long)]
        delay_us: u64,
        pairs: Vec<String>,
    },
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    match Tool::parse().command {
        Command::Fill { seed, keys, value_size } => Ok(load::fill(&seed, keys, value_size)?),
        Command::FillSizes { seed } => Ok(load::fill_sizes(&seed, std::io::stdin().lock())?),
        Command::Load { seed, keys, rate, clients, value_size } => {
            measure(&load::Load { seeds: seed, rate, clients, keys, value_size });
            Ok(())
        }
        Command::Raw { seed, plan } => bare(&seed, &plan),
        Command::Proxy { delay_us, pairs } => proxies(Duration::from_micros(delay_us), &pairs),
    }
}

fn measure(load: &load::Load) {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    std::thread::spawn(move || {
        wait_for_end();
        told.store(true, Ordering::Relaxed);
    });
    let found = load::run(load, &stop);
    let (p50, p99, p999, max) = (found.quantile(0.5), found.quantile(0.99), found.quantile(0.999), found.quantile(1.0));
    println!(
        "{}",
        serde_json::json!({"commands": found.len(), "errors": found.errors, "p50Ms": p50, "p99Ms": p99, "p999Ms": p999, "maxMs": max})
    );
}

fn bare(seeds: &[Address], plan: &std::path::Path) -> Outcome {
    let plan: SlotPlan = serde_json::from_str(&std::fs::read_to_string(plan)?)?;
    let raw = raw::run(seeds, &plan)?;
    println!(
        "{}",
        serde_json::json!({"keys": raw.keys, "seconds": raw.seconds, "keysPerSecond": raw.keys as f64 / raw.seconds})
    );
    Ok(())
}

fn proxies(delay: Duration, pairs: &[String]) -> Outcome {
    let mut all = Vec::new();
    for pair in pairs {
        let (listen, target) = pair.split_once('=').ok_or("write LISTEN=TARGET")?;
        all.push(proxy::Proxy::start(listen.parse()?, target.parse()?, delay)?);
    }
    println!("ready");
    wait_for_end();
    all.iter().for_each(|proxy| proxy.cut(true));
    Ok(())
}

fn wait_for_end() {
    let mut nothing = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut nothing);
}
