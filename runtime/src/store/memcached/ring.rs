//! Which server keeps which session: consistent hashing.
//!
//! Every server owns many points on a ring of 2^64 places, and a session belongs to the owner of the next point. When a
//! server joins or leaves the list, only the sessions of its own arcs move. (A remainder of the hash would move nearly all.)

use sha2::{Digest as _, Sha256};

use crate::token::SessionId;

/// How many digests, of four points each, give a server its points. With 160 points the shares of equal servers differ by
/// a tenth or so.
const DIGESTS: u16 = 40;

/// Points and their owners, in order.
#[derive(Debug)]
pub(super) struct Ring(Vec<(u64, usize)>);

impl Ring {
    /// The ring of these servers. Their names alone decide, not their order.
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut points: Vec<(u64, usize)> = names
            .into_iter()
            .enumerate()
            .flat_map(|(owner, name)| points(name).map(move |point| (point, owner)))
            .collect();
        points.sort_unstable();
        Self(points)
    }

    /// The position of the server that keeps this session.
    pub(super) fn owner(&self, id: SessionId) -> usize {
        // An id is random, so its first half is a hash already.
        let (place, _) = id.as_bytes().split_at(8);
        let place = place.iter().fold(0, |place, byte| place << 8 | u64::from(*byte));
        let next = self.0.partition_point(|(point, _)| *point < place);
        self.0.get(next).or_else(|| self.0.first()).map_or(0, |(_, owner)| *owner)
    }
}

fn points(name: &str) -> impl Iterator<Item = u64> + '_ {
    (0..DIGESTS).flat_map(move |number| {
        let digest: [u8; 32] =
            Sha256::new().chain_update(name).chain_update([0]).chain_update(number.to_be_bytes()).finalize().into();
        let (points, _) = digest.as_chunks::<8>();
        <[[u8; 8]; 4]>::try_from(points).unwrap_or_default().map(u64::from_be_bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSIONS: usize = 30_000;

    fn ids() -> impl Iterator<Item = SessionId> {
        (0..SESSIONS as u64).map(|number| {
            let digest: [u8; 32] = Sha256::digest(number.to_be_bytes()).into();
            SessionId::from_bytes(std::array::from_fn(|position| digest[position]))
        })
    }

    #[test]
    fn servers_get_shares_that_differ_little() {
        let ring = Ring::new(["a:11211", "b:11211", "c:11211"]);
        let mut shares = [0; 3];
        ids().for_each(|id| shares[ring.owner(id)] += 1);
        for share in shares {
            assert!((SESSIONS / 4..SESSIONS / 2).contains(&share), "{shares:?}");
        }
    }

    #[test]
    fn a_server_that_leaves_moves_its_own_sessions_alone() {
        let names = ["a:11211", "b:11211", "c:11211"];
        let (before, after) = (Ring::new(names), Ring::new(["a:11211", "b:11211"]));
        for id in ids() {
            let owner = names[before.owner(id)];
            assert!(owner == "c:11211" || owner == names[after.owner(id)], "a session of another server moved");
        }
    }

    #[test]
    fn the_order_of_the_list_does_not_matter() {
        let (one, other) = (Ring::new(["a:1", "b:1"]), Ring::new(["b:1", "a:1"]));
        assert!(ids().all(|id| one.owner(id) == 1 - other.owner(id)));
    }
}
