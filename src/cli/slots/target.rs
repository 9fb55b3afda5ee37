//! From target arguments to a target.

use std::str::FromStr;

use crate::cli::args::TargetArgs;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::{Balance, ClusterState, NodeRef, SlotRange, Target, Tolerance, Weight};

/// What the cluster is to become.
///
/// # Errors
/// Every value that is none.
pub fn target(arguments: &TargetArgs) -> Result<Target, Diagnostics> {
    let mut found = Diagnostics::new();
    let refs = |words: &[String]| words.iter().map(|word| NodeRef(word.trim().to_owned())).collect();
    let weights = arguments.weights.iter().filter_map(|pair| found.take(weight(pair))).collect();
    let pins = arguments.pin.iter().filter_map(|pair| found.take(pin(pair))).collect();
    let tolerance = found.take(read::<Tolerance>(&arguments.tolerance, "--tolerance"));
    let target = Target {
        masters: arguments.masters,
        add: refs(&arguments.add),
        remove: refs(&arguments.remove),
        weights,
        replicas: arguments.replicas,
        balance: match arguments.balance.as_str() {
            "keys" => Balance::Keys,
            "memory" => Balance::Memory,
            "ops" => Balance::Ops,
            _ => Balance::Slots,
        },
        tolerance: tolerance.unwrap_or_default(),
        pins,
        homes: Default::default(),
    };
    if found.has_errors() { Err(found) } else { Ok(target) }
}

/// Takes a label of the nodes for their zone.
///
/// # Errors
/// When no node has the label.
pub fn zones_by_label(state: &mut ClusterState, label: &str) -> Result<(), Diagnostic> {
    if !state.nodes.iter().any(|node| node.labels.contains_key(label)) {
        let mut known: Vec<&str> = state.nodes.iter().flat_map(|node| node.labels.keys()).map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        let found = Diagnostic::error("redisops::slots::zone_label", format!("no node has the label `{label}`"));
        return Err(match known.is_empty() {
            true => found
                .note("no node has any label")
                .help("add `labels` to the nodes of a saved state, or leave `--zone-label` out"),
            false => found.note(format!("labels are {}", known.join(", "))),
        });
    }
    for node in &mut state.nodes {
        node.zone = node.labels.get(label).cloned();
    }
    Ok(())
}

fn weight(pair: &str) -> Result<(NodeRef, Weight), Diagnostic> {
    let (node, weight) = sides(pair, "--weights", "ID=W, as in 3f2a9c=1.5")?;
    Ok((NodeRef(node.to_owned()), read(weight, "--weights")?))
}

fn pin(pair: &str) -> Result<(SlotRange, NodeRef), Diagnostic> {
    let (range, node) = sides(pair, "--pin", "A-B=ID, as in 0-99=3f2a9c")?;
    Ok((read(range, "--pin")?, NodeRef(node.to_owned())))
}

fn sides<'a>(pair: &'a str, flag: &str, form: &str) -> Result<(&'a str, &'a str), Diagnostic> {
    let (left, right) = pair.split_once('=').unwrap_or((pair, ""));
    match left.trim().is_empty() || right.trim().is_empty() {
        true => Err(Diagnostic::error("redisops::slots::argument", format!("`{pair}` is nothing for `{flag}`"))
            .help(format!("write {form}"))),
        false => Ok((left.trim(), right.trim())),
    }
}

fn read<T: FromStr<Err: std::fmt::Display>>(text: &str, flag: &str) -> Result<T, Diagnostic> {
    text.parse().map_err(|error: T::Err| {
        Diagnostic::error("redisops::slots::argument", error.to_string()).note(format!("given to `{flag}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments() -> TargetArgs {
        TargetArgs { balance: "memory".to_owned(), tolerance: "5%".to_owned(), ..TargetArgs::default() }
    }

    #[test]
    fn arguments_become_a_target() {
        let target = target(&TargetArgs {
            weights: vec!["a=2".into(), " 127.0.0.1:7001 = 0 ".into()],
            pin: vec!["0-99=a".into(), "7=b".into()],
            add: vec!["127.0.0.1:7007".into()],
            ..arguments()
        })
        .unwrap();
        assert_eq!((target.balance, target.tolerance.fraction()), (Balance::Memory, 0.05));
        assert_eq!(target.weights[1], (NodeRef("127.0.0.1:7001".to_owned()), Weight::ZERO));
        assert_eq!((target.pins[1].0.to_string().as_str(), target.pins.len()), ("7", 2));
    }

    #[test]
    fn every_wrong_value_is_told() {
        let found = target(&TargetArgs {
            weights: vec!["a".into(), "a=x".into()],
            pin: vec!["5-4=a".into(), "=a".into()],
            tolerance: "x".into(),
            ..arguments()
        })
        .unwrap_err();
        let messages: Vec<&str> = found.0.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(messages.len(), 5, "{messages:?}");
        assert_eq!(messages[0], "`a` is nothing for `--weights`");
        assert!(messages[4].starts_with("`x` is no tolerance"), "{messages:?}");
    }

    #[test]
    fn a_label_becomes_the_zone() {
        let mut state: ClusterState = serde_json::from_str(
            r#"{"nodes":[{"id":"a","address":"h:1","role":"master","zone":"x","labels":{"rack":"r1"}},{"id":"b","address":"h:2","role":"master","zone":"x"}]}"#,
        )
        .unwrap();
        assert_eq!(zones_by_label(&mut state, "row").unwrap_err().notes, ["labels are rack"]);
        zones_by_label(&mut state, "rack").unwrap();
        assert_eq!((state.nodes[0].zone.as_deref(), &state.nodes[1].zone), (Some("r1"), &None));
    }
}
