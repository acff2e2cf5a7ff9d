//! One TCP connection to one server, that lends itself to one round trip at a time.
//!
//! A round trip takes the connection and gives it back when every reply has been read and nothing else has come. So a
//! connection on which something went wrong, or whose round trip was dropped half-way, is closed: its late replies have no
//! way to reach another session (redis-py CVE-2023-28858).

use std::io;

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::protocol::{Command, NO_OPERATION, Outcome, ProtocolError, Reply};

/// How much is made room for before a reply has said how long it is.
const FIRST_READ: usize = 4096;

#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// How many commands it has carried.
    commands: u64,
}

/// A round trip that did not end well.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangeError {
    #[error("the connection broke")]
    Broken(#[from] io::Error),
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
}

impl Connection {
    /// Connects, and makes sure that a Memcached with meta commands is at the other end.
    pub(super) async fn open(host: &str, port: u16) -> Result<Self, ExchangeError> {
        let mut stream = TcpStream::connect((host, port)).await?;
        // Requests are written whole; waiting for more of them (Nagle) would only add latency.
        stream.set_nodelay(true)?;
        stream.write_all(NO_OPERATION).await?;
        let [reply] = read_replies(&mut stream, 0).await?;
        if reply.outcome == Outcome::Nothing {
            Ok(Self { stream, commands: 0 })
        } else {
            Err(ProtocolError::Garbled.into())
        }
    }

    /// Sends commands about one key together, and gives their replies and itself back.
    pub(super) async fn exchange<const N: usize>(
        mut self,
        key: &str,
        commands: [Command<'_>; N],
        value_limit: usize,
    ) -> Result<(Self, [Reply; N]), ExchangeError> {
        let first = self.commands;
        let mut request = Vec::new();
        for command in commands {
            command.write(key, self.commands, &mut request);
            self.commands += 1;
        }
        self.stream.write_all(&request).await?;
        let replies: [Reply; N] = read_replies(&mut self.stream, value_limit).await?;
        for (number, reply) in (first..).zip(&replies) {
            reply.must_answer(number)?;
        }
        Ok((self, replies))
    }

    /// Whether the server has neither hung up nor said anything that nobody asked for.
    pub(super) fn is_quiet(&self) -> bool {
        matches!(self.stream.try_read(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// Reads exactly so many replies; a byte more is an error.
async fn read_replies<const N: usize>(stream: &mut TcpStream, value_limit: usize) -> Result<[Reply; N], ExchangeError> {
    let mut received = BytesMut::new();
    let mut replies = Vec::with_capacity(N);
    loop {
        while let Some(reply) = Reply::take(&mut received, value_limit)? {
            replies.push(reply);
        }
        if replies.len() >= N {
            break;
        }
        // The buffer grows by what was announced and found short enough, and else by a page for the lines in between.
        if received.capacity() == received.len() {
            received.reserve(FIRST_READ);
        }
        if stream.read_buf(&mut received).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    if !received.is_empty() {
        return Err(ProtocolError::OtherCommand.into());
    }
    replies.try_into().map_err(|_| ProtocolError::OtherCommand.into())
}
