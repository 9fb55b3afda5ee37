use proptest::prelude::*;

use super::*;
use crate::diagnostics::render::Style;
use crate::diagnostics::{SourceKind, Sources};
use crate::slots::lint::keyspace::sample::SampledKey;
use crate::slots::lint::model::read;
use crate::yaml::Trace;

fn key(key: impl Into<Vec<u8>>, value_type: &str, ttl: Option<u64>, bytes: u64) -> SampledKey {
    SampledKey { key: key.into(), value_type: value_type.to_owned(), ttl, bytes: Some(bytes), weight: 1.0 }
}

/// 1,000 good keys, a hotspot of 300, locks without an end, malformed tags, a big hash, and keys of bytes.
fn planted() -> KeySample {
    let mut keys: Vec<SampledKey> =
        (0..1000).map(|n| key(format!("{{user:{n}}}:profile"), "hash", None, 200)).collect();
    keys.extend((0..300).map(|n| key(format!("{{global}}:counter:{n}"), "string", None, 64)));
    keys.extend((0..40).map(|n| key(format!("lock:{n}"), "string", (n % 4 == 0).then_some(5000), 56)));
    keys.extend((0..10).map(|n| key(format!("cart:{{}}:{n}"), "hash", None, 100)));
    keys.extend((0..10).map(|n| key(format!("{{order:{n}"), "hash", None, 100)));
    keys.push(key("big:list", "list", None, 8 << 20));
    keys.push(key(b"\xff\xfe\x1b[2J".to_vec(), "string", None, 50));
    let total = keys.len() as u64;
    let mut slot_keys = vec![0; 16384];
    keys.iter().for_each(|key| slot_keys[key.slot().index()] += 1);
    slot_keys[777] += 200;
    let cluster = serde_json::from_str(
        r#"{"nodes":[{"id":"a","address":"127.0.0.1:7001","role":"master","slots":[[0,8191]]},
                     {"id":"b","address":"127.0.0.1:7002","role":"master","slots":[[8192,16383]]}]}"#,
    );
    KeySample { keys, total, slot_keys: Some(slot_keys.into()), cluster: cluster.unwrap(), asked: (0, 2) }
}

#[test]
fn what_was_planted_is_found() {
    let report = check_keys(&planted(), &Judged::default());
    assert!(!report.has_errors());
    insta::assert_snapshot!(report.text(&Sources::new(), Style::PLAIN, 50));
}

#[test]
fn keys_are_held_against_the_model() {
    let sources = Sources::new();
    let text = "apiVersion: redisops.dev/v1alpha1\nkind: KeyModel\nlimits: {tagShare: 50%, bigKey: 1GiB}\npatterns:\n\
                - {name: profile, pattern: \"{user:<id>}:profile\", type: string, maxSize: 100B}\n\
                - name: lock\n  pattern: lock:<id>\n  ttl: 30s\n- {name: rest, pattern: \"{order:*\"}\n";
    let source = sources.add("keys.yaml", text.to_owned(), SourceKind::Config).unwrap();
    let model = read(&source, &Trace::new()).unwrap();
    let report = check_keys(&planted(), &Judged { model: Some((&model, &source)), ..Judged::default() });
    let of = |rule: Rule| report.findings.iter().filter(move |finding| finding.rule == rule);
    assert_eq!((of(Rule::HotspotTag).count(), of(Rule::Unbalanced).count()), (0, 0));
    let short: Vec<String> = [Rule::WrongType, Rule::NoTtl, Rule::BigKey, Rule::Undeclared]
        .into_iter()
        .flat_map(of)
        .map(|finding| {
            let at = finding.diagnostic.labels.first().and_then(|label| sources.location(label.pos));
            let at = at.map_or_else(|| "-".to_owned(), |at| format!("{}:{}", at.line, at.column));
            format!(
                "{} {at} {} [{}]",
                finding.rule.id(),
                finding.diagnostic.message,
                finding.path.as_deref().unwrap_or("")
            )
        })
        .collect();
    insta::assert_snapshot!(short.join("\n"));
}

#[test]
fn weights_stand_for_keys_that_were_not_looked_at() {
    let mut sample = planted();
    sample.keys.iter_mut().for_each(|key| key.weight = 10.0);
    sample.total *= 10;
    let report = check_keys(&sample, &Judged::default());
    assert_eq!(
        report.looked_at.as_deref(),
        Some("looked at a sample of 1362 out of 13,620 keys, on 2 replicas")
            .map(|s| s.replace("1362 ", "1,362 "))
            .as_deref()
    );
    assert_eq!(report.rows[0].keys, Some(10_000));
}

#[test]
fn nothing_is_found_where_there_is_nothing() {
    let report = check_keys(&KeySample::default(), &Judged::default());
    assert_eq!((report.findings.len(), report.rows.len()), (0, 0));
}

proptest! {
    #[test]
    fn keys_of_any_bytes_can_be_shown(keys in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..80)) {
        let keys: Vec<SampledKey> = keys.into_iter().map(|bytes| key(bytes, "string", None, 2 << 20)).collect();
        let all = keys.len() as u64;
        let report = check_keys(&KeySample { keys, total: all, asked: (1, 0), ..KeySample::default() }, &Judged::default());
        let text = report.text(&Sources::new(), Style::PLAIN, 100);
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        prop_assert_eq!(report.rows.iter().filter_map(|row| row.keys).sum::<u64>(), all);
    }
}
