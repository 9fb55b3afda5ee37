//! A pattern and a text in two lines: regular expressions of selectors, and label selectors.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redisops::k8s::{LabelSelector, Pattern};

fuzz_target!(|input: &str| {
    let (pattern, text) = input.split_once('\n').unwrap_or((input, ""));
    match Pattern::new(pattern) {
        Ok(compiled) => {
            let found = compiled.matches(text);
            assert!(found || !compiled.is_any());
            assert!(found || pattern != text || !pattern.bytes().all(|b| b.is_ascii_alphanumeric()));
        }
        Err(found) => assert!(!found.to_string().is_empty()),
    }
    match LabelSelector::parse(pattern) {
        Ok(selector) => {
            let labels = text.split(',').filter_map(|pair| pair.split_once('='));
            selector.matches(|key| labels.clone().find(|(k, _)| *k == key).map(|(_, value)| value));
        }
        Err(found) => assert!(!found.to_string().is_empty()),
    }
});
