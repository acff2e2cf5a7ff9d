//! A loopback port that is free, and that no other run of this program chooses as well.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use anyhow::{Result, bail};

/// Ports of the cluster's own traffic lie this far above those for clients (Redis Cluster Specification).
const BUS_DISTANCE: u16 = 10_000;

/// Enough for a machine on which nearly every port is taken.
const ATTEMPTS: usize = 1000;

const PATIENCE: Duration = Duration::from_millis(500);

/// A TCP port for one server.
///
/// Between choosing a port and the server's own `bind` somebody else may choose it too, and a server of another run
/// would then pass for ours. Nobody here speaks UDP, so the same number bound as a UDP port is the sign that it is
/// taken: exclusive, seen by every process, and gone with this one.
pub(super) struct Port {
    number: u16,
    _claims: Vec<UdpSocket>,
}

impl Port {
    pub(super) fn claim() -> Result<Self> {
        Self::first_free(&[0])
    }

    /// With the port of the cluster bus.
    pub(super) fn claim_with_bus() -> Result<Self> {
        Self::first_free(&[0, BUS_DISTANCE])
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    /// Sends `request` to whoever listens and gives back the beginning of the answer.
    pub(super) fn ask(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, self.number)), PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request)?;
        let mut answer = vec![0; 512];
        let length = stream.read(&mut answer)?;
        answer.truncate(length);
        Ok(answer)
    }

    fn first_free(offsets: &[u16]) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            let number = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            if let Some(claims) = offsets.iter().map(|offset| claim(number.checked_add(*offset)?)).collect() {
                return Ok(Self { number, _claims: claims });
            }
        }
        bail!("found no free port on 127.0.0.1")
    }
}

fn claim(number: u16) -> Option<UdpSocket> {
    let claim = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
    TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
    Some(claim)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::net::TcpListener;

    use super::{BUS_DISTANCE, Port, claim};

    #[test]
    fn no_port_is_given_out_twice_while_it_is_claimed() {
        let ports: Vec<Port> = (0..200).map(|_| Port::claim_with_bus().unwrap()).collect();
        let numbers: HashSet<u16> = ports.iter().flat_map(|port| [port.number, port.number + BUS_DISTANCE]).collect();
        assert_eq!(numbers.len(), 400);
    }

    #[test]
    fn a_claimed_port_can_be_bound_by_the_server_and_by_nobody_elses_claim() {
        let port = Port::claim().unwrap();
        assert!(claim(port.number()).is_none());
        assert!(TcpListener::bind(("127.0.0.1", port.number())).is_ok());
    }
}
