//! Lines of `MONITOR`: commands as they come in.

/// The command of a line, its name first; nothing for what a script calls, and for what is no such line. A command in a script is not one of a client:
/// the call of the script is.
///
/// A line is `1339518083.107412 [0 127.0.0.1:60866] "set" "key" "a \x01 \"value\""`.
pub fn monitored_command(line: &str) -> Option<Vec<Vec<u8>>> {
    let (_, rest) = line.split_once(" [")?;
    // An address of IPv6 has brackets of its own.
    let (source, words) = rest.split_once("] \"")?;
    if source.ends_with(" lua") {
        return None;
    }
    let mut command = Vec::new();
    let mut word = Vec::new();
    let mut bytes = words.bytes();
    loop {
        match bytes.next()? {
            b'"' => {
                command.push(std::mem::take(&mut word));
                match bytes.next() {
                    None => return Some(command),
                    Some(b' ') if bytes.next() == Some(b'"') => {}
                    Some(_) => return None,
                }
            }
            b'\\' => word.push(escaped(&mut bytes)?),
            byte => word.push(byte),
        }
    }
}

fn escaped(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    Some(match bytes.next()? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'a' => 7,
        b'b' => 8,
        b'x' => {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            (digit()? * 16 + digit()?) as u8
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_servers_write_them() {
        let read = |line: &str| {
            monitored_command(line).map(|words| words.iter().map(|w| w.escape_ascii().to_string()).collect::<Vec<_>>())
        };
        let words = |words: &[&str]| Some(words.iter().map(|w| (*w).to_owned()).collect());
        assert_eq!(read(r#"1.2 [0 127.0.0.1:5] "set" "a b" "\x00\"\\\n]""#), words(&["set", "a b", r#"\x00\"\\\n]"#]));
        assert_eq!(read(r#"1.2 [2 [::1]:5] "get" """#), words(&["get", ""]));
        assert_eq!(read(r#"1.2 [0 unix:/tmp/s] "ping""#), words(&["ping"]));
        assert_eq!(read(r#"1.2 [0 lua] "get" "a""#), None);
        for wrong in ["", "OK", "1.2 [0 a] get", r#"1.2 [0 a] "get"#, r#"1.2 [0 a] "\x1"#, r#"1.2 [0 a] "a"b"#] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
