//! What `diff` found, as a comment.

use std::fmt::Write;

use serde_json::Value;
use similar::TextDiff;

use crate::drift::{Change, ChangeKind, DiffReport, FieldChange, NodeChange, Origin};
use crate::report::difference;

use super::page::{MAX_COMMENT, Section, page};
use super::text::{block, cell_code, code, plain, prose};
use super::validation::{html, number};

/// The first line: `ci/comment` knows the comment of an earlier run by it.
const MARK: &str = "<!-- redisops diff -->";

/// Lines of a text that are shown of a change; more are summed up.
const LINES: usize = 60;

/// The comment.
pub(in crate::report) fn differences(report: &DiffReport) -> String {
    let summary = report.summary;
    let errors = report.changes.iter().filter(|one| one.error.is_some()).count()
        + report.nodes.iter().filter(|one| one.error.is_some()).count();
    let mut parts = Vec::new();
    for (count, what) in [(summary.create, "created"), (summary.update, "changed"), (summary.delete, "deleted")] {
        if count > 0 {
            parts.push(format!("{} {what}", number(count, "object")));
        }
    }
    if summary.nodes_drifted > 0 {
        parts.push(format!("{} drifted", number(summary.nodes_drifted, "node")));
    }
    if errors > 0 {
        parts.push(format!("{errors} could not be compared"));
    }
    let title = if parts.is_empty() { "nothing changes".to_owned() } else { parts.join(", ") };
    let mut head = format!("{MARK}\n### redisops diff: {title}\n\n");
    consequences(report, &mut head);
    let mut sections: Vec<Section> =
        difference::targets(report).iter().filter_map(|(name, _)| section(name, report)).collect();
    let nodes: Vec<String> = report.nodes.iter().map(node).filter(|part| !part.is_empty()).collect();
    if !nodes.is_empty() {
        let title = format!("<b>Redis nodes</b>: {} drifted", summary.nodes_drifted);
        sections.push(Section { title, open: false, parts: nodes, unit: "node" });
    }
    page(&head, &sections, MAX_COMMENT)
}

/// What the changes do to what runs, before any detail.
fn consequences(report: &DiffReport, out: &mut String) {
    let mut lines: Vec<String> = Vec::new();
    for change in &report.changes {
        let all = change.consequence.iter().chain(change.fields.iter().filter_map(|field| field.consequence.as_ref()));
        let target = change.target.as_ref().map_or(String::new(), |name| format!("{}: ", code(name)));
        for consequence in all {
            let line = format!("- {target}{}: **{}**\n", plain(&change.resource.to_string()), prose(consequence));
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    let rest = lines.len().saturating_sub(LINES);
    lines.iter().take(LINES).for_each(|line| out.push_str(line));
    if rest > 0 {
        let _ = writeln!(out, "- … and {rest} more");
    }
    if !lines.is_empty() {
        out.push('\n');
    }
}

fn section(target: &str, report: &DiffReport) -> Option<Section> {
    let own = report.changes.iter().filter(|change| change.target.as_deref().unwrap_or("") == target);
    let is_told = |one: &&Change| one.error.is_some() || one.change != ChangeKind::None || !one.fields.is_empty();
    let own: Vec<&Change> = own.filter(is_told).collect();
    if own.is_empty() {
        return None;
    }
    let count = |kind: ChangeKind, what: &str| {
        let found = own.iter().filter(|one| one.error.is_none() && one.change == kind).count();
        (found > 0).then(|| format!("{found} {what}"))
    };
    let failed = own.iter().filter(|one| one.error.is_some()).count();
    let counts = [
        count(ChangeKind::Create, "created"),
        count(ChangeKind::Update, "changed"),
        count(ChangeKind::Delete, "deleted"),
        count(ChangeKind::None, "as Git has it"),
        (failed > 0).then(|| format!("{failed} could not be compared")),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let name = if target.is_empty() { "objects".to_owned() } else { html(target) };
    Some(Section {
        title: format!("<b>{name}</b>: {}", counts.join(", ")),
        open: false,
        parts: own.into_iter().map(part).collect(),
        unit: "object",
    })
}

fn part(change: &Change) -> String {
    let resource = plain(&change.resource.to_string());
    if let Some(error) = &change.error {
        return format!("**{resource}** could not be compared: {}\n\n", prose(&error.message));
    }
    let (sign, what) = match change.change {
        ChangeKind::Create => ("➕", "created"),
        ChangeKind::Delete => ("➖", "deleted"),
        ChangeKind::None => ("✔️", "is as Git has it"),
        ChangeKind::Update => ("✏️", "changed"),
    };
    let mut out = format!("{sign} **{resource}** {what}");
    if let Some(old) = &change.renamed_from {
        let _ = write!(out, ", was {}", code(old));
    }
    if let Some(place) = &change.place {
        let _ = write!(out, " — {}", at(place));
    }
    out.push_str("\n\n");
    if let Some(refusal) = &change.refusal {
        let _ = writeln!(out, "{}\n", prose(&refusal.text()));
    }
    let (texts, short): (Vec<&FieldChange>, Vec<&FieldChange>) =
        change.fields.iter().partition(|field| is_text(&field.before) || is_text(&field.after));
    if !short.is_empty() {
        // Between revisions nobody owns anything.
        let is_live = short.iter().any(|field| field.manager.is_some());
        let (title, line) = if is_live { (" live |", "---|") } else { ("", "") };
        let _ = writeln!(out, "| field | before | after | set by |{title}\n|---|---|---|---|{line}");
        for field in short {
            let after = if field.unmanaged { "not in Git".to_owned() } else { cell(&field.after) };
            let _ = write!(
                out,
                "| {} | {} | {after} | {} |",
                cell_code(&field.path),
                cell(&field.before),
                field.origin.as_ref().map_or(String::new(), |place| cell_code(&story(place, is_live)))
            );
            if is_live {
                let owner = field.manager.as_ref().map_or(String::new(), difference::owner);
                let _ = write!(out, " {} |", plain(&owner));
            }
            out.push('\n');
        }
        out.push('\n');
    }
    for field in texts {
        let is_live = field.manager.is_some();
        let place = field.origin.as_ref().map_or(String::new(), |place| format!(" — {}", code(&story(place, is_live))));
        let owner = field
            .manager
            .as_ref()
            .map_or(String::new(), |manager| format!("; live: {}", plain(&difference::owner(manager))));
        let _ = writeln!(out, "{}{place}{owner}\n", code(&field.path));
        out.push_str(&block("diff", &text_diff(&field.before, &field.after)));
        out.push('\n');
    }
    out
}

fn node(change: &NodeChange) -> String {
    let name = format!("{}/{} ({})", change.redis, change.node, change.address);
    let mut out = String::new();
    if let Some(error) = &change.error {
        let _ = write!(out, "**{}** could not be compared: {}\n\n", plain(&name), prose(&error.message));
    }
    if change.fields.is_empty() {
        return out;
    }
    let _ =
        write!(out, "**{}**\n\n| setting | live | Git | set by | mended by |\n|---|---|---|---|---|\n", plain(&name));
    for field in &change.fields {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {}{} |",
            cell_code(&field.path),
            cell(&field.before),
            cell(&field.after),
            field.origin.as_ref().map_or(String::new(), |place| cell_code(&story(place, true))),
            plain(&field.fix),
            if field.unsaved { ", not saved" } else { "" }
        );
    }
    out.push('\n');
    out
}

fn at(place: &Origin) -> String {
    code(&line_of(place))
}

/// The line, and of what is live the commit as well.
fn story(place: &Origin, is_live: bool) -> String {
    let commit = place.commit.as_deref().filter(|_| is_live);
    commit.map_or_else(|| line_of(place), |commit| format!("{} ({})", line_of(place), difference::short(commit)))
}

fn line_of(place: &Origin) -> String {
    format!("{}:{}", place.file, place.line)
}

fn cell(value: &Value) -> String {
    if value.is_null() { "—".to_owned() } else { cell_code(&difference::shown(value)) }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim_end().contains('\n'))
}

/// The lines that differ, with some around them.
fn text_diff(before: &Value, after: &Value) -> String {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (before, after) = (text(before), text(after));
    let diff = TextDiff::from_lines(&before, &after);
    let unified = diff.unified_diff().context_radius(2).missing_newline_hint(false).to_string();
    let lines: Vec<&str> = unified.lines().collect();
    let mut out = lines[..lines.len().min(LINES)].join("\n");
    if lines.len() > LINES {
        let _ = write!(out, "\n… and {} more lines", lines.len() - LINES);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::{Form, differences as rendered};

    fn report() -> DiffReport {
        let origin = |file: &str, line| Some(Origin { file: file.to_owned(), line, column: 3, commit: None });
        let field = |path: &str, before: Value, after: Value, consequence: Option<&str>| FieldChange {
            path: path.to_owned(),
            before,
            after,
            origin: origin("overlays/prod/p|q.yaml", 7),
            manager: None,
            consequence: consequence.map(str::to_owned),
            conflict: false,
            unmanaged: false,
        };
        let change = |kind: &str, name: &str, what: ChangeKind, fields: Vec<FieldChange>| Change {
            target: Some("prod".to_owned()),
            resource: crate::k8s::ResourceRef {
                api_version: "v1".to_owned(),
                kind: kind.to_owned(),
                namespace: Some("shop".to_owned()),
                name: name.to_owned(),
            },
            change: what,
            renamed_from: None,
            place: origin("base/x.yaml", 1),
            consequence: None,
            fields,
            error: None,
            refusal: None,
        };
        let mut report = DiffReport::default();
        report.push(change(
            "StatefulSet",
            "cache",
            ChangeKind::Update,
            vec![
                field("spec.replicas", json!(3), json!(5), Some("starts 2 pods")),
                field(
                    "spec.template.spec.containers[name=redis].image",
                    json!("redis:7`</details>"),
                    json!(null),
                    None,
                ),
            ],
        ));
        let mut config = change(
            "ConfigMap",
            "config-2",
            ChangeKind::Update,
            vec![field("data[\"redis.conf\"]", json!("a 1\nb 2\nc 3\n"), json!("a 1\nb 3\nc 3\n"), None)],
        );
        config.renamed_from = Some("config-1".to_owned());
        report.push(config);
        report.push(change(
            "Secret",
            "s",
            ChangeKind::Update,
            vec![field("data.p", json!("••••"), json!("••••"), None)],
        ));
        report.push(change("Service", "new", ChangeKind::Create, vec![]));
        report.push(change("Service", "same", ChangeKind::None, vec![]));
        report
    }

    #[test]
    fn changes_are_folded_by_environment() {
        insta::assert_snapshot!(differences(&report()));
        assert_eq!(
            differences(&DiffReport::default()),
            "<!-- redisops diff -->\n### redisops diff: nothing changes\n\n"
        );
    }

    #[test]
    fn every_other_form_has_every_change() {
        for form in [Form::Sarif, Form::Junit, Form::Github, Form::Gitlab] {
            let text = rendered(form, &report());
            for part in ["spec.replicas", "starts 2 pods", "Service/shop/new", "base/x.yaml"] {
                assert!(text.contains(part), "{form:?} without {part}:\n{text}");
            }
            assert!(!text.contains("Service/shop/same"), "{form:?}");
        }
    }

    #[test]
    fn a_report_of_any_size_fits_into_a_comment() {
        let mut large = DiffReport::default();
        for target in 0..40 {
            for mut change in report().changes {
                change.target = Some(format!("overlays/region-{target}"));
                for number in 0..20 {
                    large.push(Change { consequence: Some(format!("rolls {number} pods")), ..change.clone() });
                }
            }
        }
        let text = differences(&large);
        assert!(text.encode_utf16().count() <= MAX_COMMENT);
        assert_eq!(text.matches("<summary>").count(), 40);
        assert!(text.contains("left out, for the length of a comment"));
    }
}
