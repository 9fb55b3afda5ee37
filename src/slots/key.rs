//! The slot of a key (Redis Cluster specification, "Key distribution model" and "Hash tags").

use super::slot::Slot;

/// The part between the first `{` and the first `}` after it, where it is not empty: keys with the same tag share a slot.
pub fn hash_tag(key: &[u8]) -> Option<&[u8]> {
    let open = memchr::memchr(b'{', key)?;
    let rest = &key[open + 1..];
    let close = memchr::memchr(b'}', rest)?;
    (close > 0).then(|| &rest[..close])
}

/// The slot of a key: CRC-16/XMODEM of its tag, or of the whole key where it has none.
pub fn key_slot(key: &[u8]) -> Slot {
    Slot::of_checksum(crc16(hash_tag(key).unwrap_or(key)))
}

/// CRC-16/XMODEM: polynomial 0x1021, nothing reflected, start and end values zero.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| (crc << 8) ^ TABLE[usize::from((crc >> 8) as u8 ^ byte)])
}

const TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = (index as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_the_specification() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn slots_that_a_server_computes() {
        // CLUSTER KEYSLOT of redis-server 7.0.15.
        for (key, slot) in
            [("", 0), ("foo", 12182), ("somekey", 11058), ("foo{hash_tag}", 2515), ("bar{hash_tag}", 2515)]
        {
            assert_eq!(key_slot(key.as_bytes()).number(), slot, "{key}");
        }
    }

    #[test]
    fn tags_by_the_rules() {
        for (key, tag) in [
            ("{user:1}:name", Some("user:1")),
            ("foo{}{bar}", None),
            ("foo{{bar}}zap", Some("{bar")),
            ("foo{bar}{zap}", Some("bar")),
            ("foo{bar", None),
            ("foo}bar{", None),
            ("}{a}", Some("a")),
        ] {
            assert_eq!(hash_tag(key.as_bytes()), tag.map(str::as_bytes), "{key}");
        }
    }
}
