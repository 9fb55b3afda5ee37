//! What an environment asks for before slots are moved.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::environment::{Guards, Window};
use crate::slots::SlotPlan;

const CODE: &str = "redisops::slots::guard";

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// Whether the guards let a plan be carried out at that moment (seconds since 1970). A confirmation is always asked for.
///
/// # Errors
/// Every guard that does not let it, and every one that cannot be read.
pub fn guard(guards: &Guards, plan: &SlotPlan, now: u64) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    let moved = i64::from(plan.moved_slots());
    if let Some(most) = guards.max_slots.as_ref().filter(|most| moved > most.value) {
        found.push(
            Diagnostic::error(CODE, format!("the plan moves {moved} slots, and the environment allows {}", most.value))
                .label(most.pos, 1, "slots that one run may move")
                .help("plan a smaller step, or raise `maxSlots`"),
        );
    }
    found.extend(out_of_windows(guards, now, "slots may be moved"));
    if found.has_errors() { Err(found) } else { Ok(()) }
}

/// What the windows of an environment have against a change at that moment; `what` begins the sentence.
pub fn out_of_windows(guards: &Guards, now: u64, what: &str) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut windows = Vec::new();
    for text in &guards.windows {
        match text.value.parse::<Window>() {
            Ok(window) => windows.push((window, text)),
            Err(error) => found.push(Diagnostic::error(CODE, error.to_string()).label(text.pos, text.len(), "")),
        }
    }
    if let Some((_, first)) = windows.first().filter(|_| windows.iter().all(|(window, _)| !window.contains(now))) {
        let times: Vec<String> = windows.iter().map(|(window, _)| window.to_string()).collect();
        found.push(
            Diagnostic::error(CODE, format!("{what} {} only", times.join(", ")))
                .label(first.pos, first.len(), "")
                .help("run it then, or change `windows`"),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Pos, SourceKind, Sources};
    use crate::environment;
    use crate::slots::{ClusterState, Target};
    use crate::yaml::Trace;

    fn guards(text: &str) -> Guards {
        let (sources, trace) = (Sources::new(), Trace::new());
        let head = "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec:\n  overlay: x\n";
        let source = sources.add("x", format!("{head}  guards: {text}\n"), SourceKind::Config).unwrap();
        environment::read(&source, &trace).unwrap().spec.guards
    }

    fn messages(text: &str, now: u64) -> Vec<String> {
        let state: ClusterState = serde_json::from_str(
            r#"{"nodes":[{"id":"a","address":"h:1","role":"master","slots":[[0,16383]]},{"id":"b","address":"h:2","role":"master"}]}"#,
        )
        .unwrap();
        let plan = crate::slots::plan(&state, &Target { masters: Some(2), ..Target::default() }).unwrap();
        let found = guard(&guards(text), &plan, now).err().unwrap_or_default();
        assert!(found.0.iter().all(|one| one.labels.iter().all(|label| label.pos != Pos::NONE)));
        found.0.into_iter().map(|one| one.message).collect()
    }

    #[test]
    fn guards_are_kept() {
        // A Monday, 12:00.
        let noon = 1_795_435_200;
        let none: [&str; 0] = [];
        assert_eq!(messages("{confirm: [slots]}", noon), none);
        assert_eq!(messages("{maxSlots: 8192, windows: [\"Mon-Fri 09:00-16:00 UTC\"]}", noon), none);
        assert_eq!(
            messages("{maxSlots: 1000, windows: [\"Sat-Sun 09:00-16:00 UTC\", \"Mon 13:00-14:00 UTC\"]}", noon),
            [
                "the plan moves 8192 slots, and the environment allows 1000",
                "slots may be moved Sat-Sun 09:00-16:00 UTC, Mon 13:00-14:00 UTC only"
            ]
        );
        assert_eq!(messages("{windows: [\"daily\"]}", noon).len(), 1);
    }
}
