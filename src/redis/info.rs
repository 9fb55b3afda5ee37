//! The reply of `INFO`.

use std::collections::HashMap;

/// The reply of `INFO`: names and values, sections left out.
#[derive(Clone, Debug, Default)]
pub struct Info(HashMap<String, String>);

impl Info {
    /// Reads a reply; lines that are none are left out.
    pub fn parse(text: &str) -> Info {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Info(
            lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect(),
        )
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The value of a field that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// The fields of one line: `slave0:ip=…,port=…,offset=…`.
    pub fn fields<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.get(name).into_iter().flat_map(|value| value.split(',')).filter_map(|field| field.split_once('='))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_fields_of_fields() {
        let info = Info::parse(
            "# Replication\r\nrole:master\r\nslave0:ip=127.0.0.1,port=7004,state=online,offset=14,lag=1\r\nmaster_repl_offset:14\r\n",
        );
        assert_eq!(info.get("role"), Some("master"));
        assert_eq!(info.number("master_repl_offset"), Some(14));
        assert_eq!(info.fields("slave0").find(|(name, _)| *name == "offset"), Some(("offset", "14")));
        assert_eq!(info.fields("slave1").count(), 0);
    }
}
