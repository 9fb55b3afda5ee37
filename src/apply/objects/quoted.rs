//! Values of secrets in what servers and webhooks say: they quote what they refuse.

use std::collections::BTreeSet;

use base64::Engine;
use serde_json::Value;

use crate::diagnostics::render::MASKED;
use crate::live::kubernetes::ServerError;

use super::report::Failure;

/// Shorter values are everywhere; they are masked between quotes only.
const TELLING: usize = 4;

/// Texts that no message about an object may show.
#[derive(Clone, Debug, Default)]
pub struct Quoted {
    /// Longer ones first: one may be a part of another.
    texts: Vec<String>,
}

impl Quoted {
    /// Those that hold values of placeholders, and what is in the object where it is a Secret, as it is wanted and as it is.
    pub fn of<'v>(secrets: &BTreeSet<String>, objects: impl IntoIterator<Item = &'v Value>) -> Quoted {
        let mut texts = secrets.clone();
        for object in objects.into_iter().filter(|object| object["kind"] == "Secret") {
            let values = |part: &str| {
                let all = object[part].as_object().into_iter().flat_map(|part| part.values());
                all.filter_map(|value| value.as_str().map(str::to_owned)).collect::<Vec<_>>()
            };
            let packed = values("data");
            let unpacked = packed.iter().filter_map(|text| {
                let bytes =
                    base64::engine::general_purpose::STANDARD.decode(text.split_ascii_whitespace().collect::<String>());
                String::from_utf8(bytes.ok()?).ok()
            });
            texts.extend(unpacked.collect::<Vec<_>>());
            texts.extend(packed);
            let plain = values("stringData");
            texts.extend(plain.iter().map(|text| base64::engine::general_purpose::STANDARD.encode(text)));
            texts.extend(plain);
        }
        // A message has it on one line, or as JSON writes it.
        let forms = |text: &String| {
            let json = Value::from(text.as_str()).to_string();
            [text.trim().to_owned(), json[1..json.len() - 1].to_owned()]
        };
        let mut texts: Vec<String> = texts.iter().flat_map(forms).filter(|text| !text.is_empty()).collect();
        texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        texts.dedup();
        Quoted { texts }
    }

    /// Masks them in a text.
    pub fn mask(&self, text: &mut String) {
        for value in &self.texts {
            if value.chars().count() >= TELLING {
                if text.contains(value.as_str()) {
                    *text = text.replace(value.as_str(), MASKED);
                }
                continue;
            }
            for quote in ['"', '`', '\''] {
                let quoted = format!("{quote}{value}{quote}");
                if text.contains(&quoted) {
                    *text = text.replace(&quoted, &format!("{quote}{MASKED}{quote}"));
                }
            }
        }
    }

    /// Masks them in what is told of an object.
    pub fn hide(&self, failure: &mut Failure) {
        self.mask(&mut failure.message);
        failure.notes.iter_mut().for_each(|note| self.mask(note));
        failure.fields.iter_mut().for_each(|(_, said)| self.mask(said));
    }

    /// Masks them in the words of a server.
    pub fn hide_in(&self, error: &mut ServerError) {
        self.mask(&mut error.message);
        error.causes.iter_mut().for_each(|(_, said)| self.mask(said));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_webhook_quotes_of_a_secret_is_masked_in_each_of_its_forms() {
        let secret =
            json!({"kind": "Secret", "data": {"a": "aHVudGVyMg=="}, "stringData": {"b": "say \"it\"", "c": "ab"}});
        let quoted = Quoted::of(&BTreeSet::from(["from-a-store".to_owned()]), [&secret]);
        let masked = |text: &str| {
            let mut text = text.to_owned();
            quoted.mask(&mut text);
            text
        };
        for text in [
            "is hunter2",
            "is aHVudGVyMg==",
            "is c2F5ICJpdCI=",
            r#"is say "it""#,
            r#"is say \"it\""#,
            "is from-a-store",
        ] {
            assert_eq!(masked(text), format!("is {MASKED}"), "{text}");
        }
        assert_eq!(masked("\"ab\" is about as short"), format!("\"{MASKED}\" is about as short"));
        let other = Quoted::of(&BTreeSet::new(), [&json!({"kind": "ConfigMap", "data": {"a": "hunter2"}})]);
        let mut text = "is hunter2".to_owned();
        other.mask(&mut text);
        assert_eq!(text, "is hunter2", "what is in other kinds is no secret");
    }
}
