//! What runs on the server. Each script touches exactly the one key that it is given.
//!
//! A script is called by its digest. A server that does not know it (it was restarted, or its scripts were flushed)
//! answers `NOSCRIPT` without having run anything, and the connection then sends the same call with the source.

use std::sync::LazyLock;

use redis::{Cmd, ToRedisArgs};

/// A script and the digest by which a server knows it.
#[derive(Debug)]
pub(super) struct Script {
    source: &'static str,
    digest: String,
}

/// One command of a round trip.
pub(super) struct Command {
    pub(super) cmd: Cmd,
    script: Option<&'static Script>,
}

impl Script {
    fn new(source: &'static str) -> Self {
        Self { source, digest: redis::Script::new(source).get_hash().to_owned() }
    }

    /// A call by digest.
    pub(super) fn call(&'static self, key: &str) -> Command {
        let mut cmd = redis::cmd("EVALSHA");
        cmd.arg(&self.digest).arg(1).arg(key);
        Command { cmd, script: Some(self) }
    }

    /// A call with the source, which no server can fail to know.
    pub(super) fn call_with_source(&'static self, key: &str) -> Command {
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(self.source).arg(1).arg(key);
        Command { cmd, script: None }
    }
}

impl Command {
    pub(super) fn plain(name: &str, key: &str) -> Self {
        let mut cmd = redis::cmd(name);
        cmd.arg(key);
        Self { cmd, script: None }
    }

    #[must_use]
    pub(super) fn arg(mut self, arg: impl ToRedisArgs) -> Self {
        self.cmd.arg(arg);
        self
    }

    /// The same call with the script's source in place of its digest. `None` for anything but a call by digest.
    pub(super) fn with_source(&self) -> Option<Self> {
        let script = self.script?;
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(script.source);
        for arg in self.cmd.args_iter().skip(2) {
            if let redis::Arg::Simple(bytes) = arg {
                cmd.arg(bytes);
            }
        }
        Some(Self { cmd, script: None })
    }
}

/// `mark ttl field value ..` -> 1 created, 0 exists.
///
/// The mark makes it safe to repeat: the cluster client sends a command again when an answer is lost.
pub(super) static CREATE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "\
if redis.call('EXISTS', KEYS[1]) == 1 then
  local writes = redis.call('HGET', KEYS[1], 'w')
  return (writes and string.find(writes, ARGV[1], 1, true)) and 1 or 0
end
redis.call('HSET', KEYS[1], 'w', ARGV[1], unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1",
    )
});

/// `mark ttl expected field value ..` -> 1 updated, 0 gone, or `{r, s, e}` of the record that was there first. The fields begin
/// with `v`, `r`, `s` and `e`.
///
/// It takes no touch back: where the visitor was seen later than the write says, the later of each time stays. Most writes
/// leave both times as they are; then the key's expiry, set with them, is right already, and is not set again.
///
/// A write that is already among the last four was sent twice and has taken effect, even if others came after it: to call
/// that a conflict would merge the write with itself. The fields of columns that this program does not index are kept,
/// because a newer deploy that does index them finds their values unchanged in the payload too.
pub(super) static UPDATE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "\
local held = redis.call('HMGET', KEYS[1], 'v', 'w', 's', 'e')
if not held[1] then return 0 end
local writes = held[2] or ''
if string.find(writes, ARGV[1], 1, true) then return 1 end
if held[1] ~= ARGV[3] then return redis.call('HMGET', KEYS[1], 'r', 's', 'e') end
writes = ARGV[1] .. string.sub(writes, 1, 3 * string.len(ARGV[1]))
if held[3] == ARGV[9] and held[4] == ARGV[11] then
  redis.call('HSET', KEYS[1], 'w', writes, ARGV[4], ARGV[5], ARGV[6], ARGV[7], unpack(ARGV, 12))
  return 1
end
if tonumber(held[3]) > tonumber(ARGV[9]) then
  ARGV[9] = held[3]
  if tonumber(held[4]) > tonumber(ARGV[11]) then
    ARGV[11] = held[4]
    ARGV[2] = math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1]))
  end
end
redis.call('HSET', KEYS[1], 'w', writes, unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1",
    )
});

/// `seen_at expires_at ttl` -> the version, or nil when there is no such record. Nothing moves backwards.
pub(super) static TOUCH: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "\
local held = redis.call('HMGET', KEYS[1], 'v', 's', 'e')
if not held[1] then return false end
if tonumber(ARGV[1]) > tonumber(held[2]) then redis.call('HSET', KEYS[1], 's', ARGV[1]) end
if tonumber(ARGV[2]) > tonumber(held[3]) then
  redis.call('HSET', KEYS[1], 'e', ARGV[2])
  if tonumber(ARGV[3]) > redis.call('PTTL', KEYS[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
end
return held[1]",
    )
});

/// `field digest` -> 1 when the record still had that value and is deleted, else 0.
pub(super) static DELETE_WHERE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "\
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])",
    )
});

/// `id ttl`: puts a hint into an index set, and throws out those whose sessions cannot be alive any more.
///
/// A score is two numbers: the second at which the session is surely over, and, in the low 19 bits, the minute at which
/// the hint was last put. 33 bits of seconds reach to the year 2242, and together they fit a double exactly. `%.0f`
/// keeps all digits; Lua's own conversion keeps fourteen.
pub(super) static HINT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "\
local now = tonumber(redis.call('TIME')[1])
local ends = now + math.ceil(tonumber(ARGV[2]) / 1000)
local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if held then ends = math.max(ends, math.floor(tonumber(held) / 524288)) end
local score = ends * 524288 + math.floor(now / 60) % 524288
redis.call('ZADD', KEYS[1], string.format('%.0f', score), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now * 524288))
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('EXPIREAT', KEYS[1], math.floor(tonumber(last[2]) / 524288) + 1)
return 1",
    )
});

/// `id score ..`: removes hints that a find has seen to be stale.
///
/// A hint is put before its record is written, so a young one that looks stale may be about to come true; and one whose
/// score has changed since was put again. Both stay.
pub(super) static DROP_HINTS: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "\
local minute = math.floor(tonumber(redis.call('TIME')[1]) / 60)
local dropped = 0
for i = 1, #ARGV, 2 do
  local score = tonumber(ARGV[i + 1])
  local held = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if held and tonumber(held) == score and (minute - score) % 524288 >= 3 then
    dropped = dropped + redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return dropped",
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_with_source_keeps_key_and_arguments() {
        let call = TOUCH.call("key").arg("one").arg(2);
        let again = call.with_source().unwrap();
        let shown = String::from_utf8(again.cmd.get_packed_command()).unwrap();
        assert!(shown.starts_with("*6\r\n$4\r\nEVAL\r\n"), "{shown}");
        assert!(shown.ends_with("$1\r\n1\r\n$3\r\nkey\r\n$3\r\none\r\n$1\r\n2\r\n"), "{shown}");
        assert!(again.with_source().is_none());
    }
}
