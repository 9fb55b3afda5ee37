//! How the nodes of a cluster are reached.

use std::path::PathBuf;

use clap::Args;

/// How the nodes of a cluster are reached: as whom, with which certificates, where.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Access")]
pub struct AccessArgs {
    /// The ACL user; without it, the default user
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// A file with the password; without it, the variable `REDISCLI_AUTH`
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Speak TLS
    #[arg(long)]
    pub tls: bool,
    /// Authorities to trust instead of the system's, as PEM; implies `--tls`
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// The client's certificate, as PEM; implies `--tls`
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub cert: Option<PathBuf>,
    /// The client's private key, as PEM
    #[arg(id = "client_key", long = "key", value_name = "FILE", requires = "cert")]
    pub client_key: Option<PathBuf>,
    /// Where an announced address is reached from here, `172.30.0.11:7001=127.0.0.1:7001` or hosts only; may be given several times
    #[arg(long, value_name = "FROM=TO")]
    pub map: Vec<String>,
}
