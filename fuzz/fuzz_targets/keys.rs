//! A key model, behind `---` a script, and the lines of both as keys of a live cluster.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use redisops::diagnostics::render::{Style, render_all};
use redisops::diagnostics::{Diagnostic, Source, SourceKind, Sources};
use redisops::kustomize::decode::Text;
use redisops::slots::lint::model::{Model, read};
use redisops::slots::lint::{Finding, Judged, KeySample, Report, SampledKey, Scripts, check, check_keys};
use redisops::yaml::Trace;
use redisops_fuzz::check_diagnostic;

/// Names the script with two keys, one of them with a tag.
const MODEL: &str = "apiVersion: redisops.dev/v1alpha1\nkind: KeyModel\npatterns:\n- {name: a, pattern: \"{a:<id>}\"}\n- {name: b, pattern: b:<id>}\n\
                     scripts:\n- {file: x, keys: [a, b]}\n- {file: x}\n";

struct Script(Arc<Source>);

impl Scripts for Script {
    fn load(&self, _: &Text) -> Result<Arc<Source>, Diagnostic> {
        Ok(Arc::clone(&self.0))
    }
}

fuzz_target!(|input: &str| {
    let (model, script) = input.split_once("\n---\n").unwrap_or((input, input));
    let sources = Sources::new();
    let add = |text: &str| sources.add("x", text.to_owned(), SourceKind::Config).expect("the text is short");
    let scripts = Script(add(script));
    let keys = sample(input);
    let mut judged = Judged::default();
    report(&check_keys(&keys, &judged), &sources);
    for source in [add(model), add(MODEL)] {
        match read(&source, &Trace::new()) {
            Ok(model) => {
                report(&check(&model, &source, &scripts, &sources).expect("scripts are there"), &sources);
                judged.model = Some((&model, &source));
                report(&check_keys(&keys, &judged), &sources);
                same_slots(&model);
                judged.model = None;
            }
            Err(found) => found.0.iter().for_each(|found| check_diagnostic(found, &sources)),
        }
    }
});

fn sample(input: &str) -> KeySample {
    let key = |line: &str| SampledKey {
        key: line.as_bytes().to_vec(),
        value_type: "string".to_owned(),
        ttl: None,
        bytes: Some(line.len() as u64),
        weight: 1.0,
    };
    let keys: Vec<SampledKey> = input.lines().map(key).collect();
    KeySample { total: keys.len() as u64, keys, ..KeySample::default() }
}

/// Every finding points into a text, and all of them can be shown.
fn report(report: &Report, sources: &Sources) {
    for Finding { diagnostic, .. } in &report.findings {
        assert!(!diagnostic.message.is_empty());
        for label in &diagnostic.labels {
            let source = sources.get(label.pos).expect("a label is in a text");
            assert!(source.text.is_char_boundary(source.offset(label.pos)), "{diagnostic:?}");
        }
        render_all(std::slice::from_ref(diagnostic), sources, Style { color: true, unicode: false, width: Some(40) });
    }
    report.text(sources, Style::PLAIN, 10);
    serde_json::to_string(&report.document(sources)).expect("a report is JSON");
}

/// Patterns without a part that varies are keys: their slots are those of the keys.
fn same_slots(model: &Model) {
    for template in model.templates.iter().filter(|template| template.is_one_key()) {
        if !template.text().contains('\\') {
            assert_eq!(template.hashed().slot(), Some(redisops::slots::key_slot(template.text().as_bytes())));
        }
    }
}
