//! One connection to one node.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::{ConnectionLike, MultiplexedConnection};
use ::redis::{Cmd, FromRedisValue, Pipeline, RedisError, Value, from_redis_value};

use crate::slots::Address;

use super::error::{NodeError, Trouble};

/// How long a node may take to answer what is quick.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to a node. Copies share it; commands of one connection are answered in their order.
#[derive(Clone)]
pub struct Connection {
    address: Address,
    user: Option<Arc<str>>,
    inner: MultiplexedConnection,
}

impl Connection {
    pub(super) fn new(address: Address, user: Option<&str>, inner: MultiplexedConnection) -> Connection {
        Connection { address, user: user.map(Arc::from), inner }
    }

    fn error(&self, error: &RedisError) -> NodeError {
        NodeError::of(&self.address, error).as_user(self.user.as_ref())
    }

    /// The address that the node announces.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The same connection under the address that the node announces.
    pub(super) fn announced(self, address: &Address) -> Connection {
        Connection { address: address.clone(), ..self }
    }

    /// Sends a command and waits for its answer, ten seconds at most.
    ///
    /// # Errors
    /// When the node says no, or says nothing, or something of another form.
    pub async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, NodeError> {
        self.query_within(command, PATIENCE).await
    }

    /// Sends a command and waits that long for its answer.
    ///
    /// # Errors
    /// As [`Connection::query`].
    pub async fn query_within<T: FromRedisValue>(&self, command: &Cmd, patience: Duration) -> Result<T, NodeError> {
        let mut inner = self.inner.clone();
        let reply = self.within(patience, inner.req_packed_command(command)).await?;
        self.read(reply)
    }

    /// Sends commands in one go and waits that long for all answers. Errors of single commands stay in their places, as [`Value::ServerError`].
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn pipeline(&self, commands: &Pipeline, patience: Duration) -> Result<Vec<Value>, NodeError> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let mut inner = self.inner.clone();
        self.within(patience, inner.req_packed_commands(commands, 0, commands.len())).await
    }

    /// Reads one reply of a pipeline.
    ///
    /// # Errors
    /// When it is an error, or has another form.
    pub fn read<T: FromRedisValue>(&self, reply: Value) -> Result<T, NodeError> {
        let reply = reply.extract_error().map_err(|error| self.error(&error))?;
        from_redis_value(reply).map_err(|error| NodeError::new(&self.address, Trouble::NotRedis(error.to_string())))
    }

    async fn within<T>(
        &self,
        patience: Duration,
        answer: impl Future<Output = ::redis::RedisResult<T>>,
    ) -> Result<T, NodeError> {
        match tokio::time::timeout(patience, answer).await {
            Ok(result) => result.map_err(|error| self.error(&error)),
            Err(_) => Err(NodeError::new(&self.address, Trouble::TimedOut)),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.address)
    }
}
