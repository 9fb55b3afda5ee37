//! A probe that restarts a server while it loads its data.

use crate::validate::rules::facts::Role;
use crate::validate::{Findings, Objects, Rule};

rule!(LivenessProbe, "redis/liveness-probe", Warning);

/// Time that loading is given before a restart, in seconds, from which on nothing is said.
const PATIENCE: i64 = 300;

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for server in objects.facts().servers.iter().filter(|server| server.role == Role::Data) {
        let container = &server.container.field;
        let probe = container.get("livenessProbe");
        let command = probe.path(&["exec", "command"]);
        let words: Vec<&str> = command.items().filter_map(|word| word.text()).collect();
        if !wants_pong(&words) || container.get("startupProbe").is_set() {
            continue;
        }
        let number = |name: &str, default: i64| probe.get(name).int().unwrap_or(default);
        let allowed = number("initialDelaySeconds", 0) + number("periodSeconds", 10) * number("failureThreshold", 3);
        if allowed >= PATIENCE {
            continue;
        }
        let message =
            format!("this probe restarts a server that needs more than {allowed} s to load its data, again and again");
        let finding = found.add(rule, objects, &command, message);
        finding.help = Some(
            "let the probe pass on `LOADING` as well, check the port (`tcpSocket`), or add a `startupProbe` that waits for the data".to_owned(),
        );
        finding.notes.push("while it loads, a server answers PING with an error".to_owned());
    }
}

/// Whether a command fails on any answer but PONG.
fn wants_pong(words: &[&str]) -> bool {
    let text = words.join(" ");
    let asks =
        (text.contains("redis-cli") || text.contains("valkey-cli")) && text.to_ascii_lowercase().contains("ping");
    let judges = text.contains("PONG") || text.split_ascii_whitespace().any(|word| word == "-e");
    asks && judges && !text.contains("LOADING") && !text.contains("oading")
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::LivenessProbe;

    fn text(more: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: redis\n    image: redis:7\n{}",
            more.lines().map(|line| format!("    {line}\n")).collect::<String>()
        )
    }

    #[test]
    fn loading_is_no_reason_to_restart() {
        let strict = "livenessProbe: {exec: {command: [sh, -c, \"redis-cli ping | grep PONG\"]}}";
        assert_eq!(
            found(&LivenessProbe, &text(strict)),
            [
                "warning 8:37 spec.containers[name=redis].livenessProbe.exec.command: this probe restarts a server that needs more than 30 s to load its data, again and again"
            ]
        );
        for good in [
            "livenessProbe: {tcpSocket: {port: 6379}}",
            "livenessProbe: {exec: {command: [redis-cli, ping]}}",
            "livenessProbe: {exec: {command: [sh, -c, \"redis-cli ping | grep -E 'PONG|LOADING'\"]}}",
            "livenessProbe: {exec: {command: [sh, -c, \"redis-cli ping | grep PONG\"]}, failureThreshold: 60}",
            "livenessProbe: {exec: {command: [sh, -c, /health/ping_liveness_local.sh 5]}}",
            "readinessProbe: {exec: {command: [sh, -c, \"redis-cli ping | grep PONG\"]}}",
        ] {
            assert_eq!(found(&LivenessProbe, &text(good)), [""; 0], "{good}");
        }
        assert_eq!(
            found(&LivenessProbe, &text(&format!("{strict}\nstartupProbe: {{tcpSocket: {{port: 6379}}}}"))),
            [""; 0]
        );
    }
}
