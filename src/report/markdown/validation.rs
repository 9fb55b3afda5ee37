//! What `validate` found, as a comment.

use std::fmt::Write;

use crate::report::item::{Item, Level};
use crate::validate::TargetReport;

use super::page::{MAX_COMMENT, Section, page};
use super::text::{cell_code, code, plain, prose};

/// The first line: `ci/comment` knows the comment of an earlier run by it.
const MARK: &str = "<!-- redisops validate -->";

/// Rows of the table; more are summed up.
const ROWS: usize = 100;

/// The comment.
pub(in crate::report) fn validation(items: &[Item], targets: &[TargetReport]) -> String {
    let count = |level: Level, target: Option<&str>| {
        let of =
            |item: &&Item| item.level == level && target.is_none_or(|name| item.targets.iter().any(|one| one == name));
        items.iter().filter(of).count()
    };
    let (errors, warnings) = (count(Level::Error, None), count(Level::Warning, None));
    let title = match (errors, warnings) {
        (0, 0) => "✅ nothing is wrong".to_owned(),
        (0, _) => format!("⚠️ {}", number(warnings, "warning")),
        (_, 0) => format!("❌ {}", number(errors, "error")),
        _ => format!("❌ {}, {}", number(errors, "error"), number(warnings, "warning")),
    };
    let mut head = format!("{MARK}\n### redisops validate: {title}\n\n");
    if !targets.is_empty() {
        head.push_str("| target | objects | errors | warnings |\n|---|--:|--:|--:|\n");
    }
    let row = |target: &TargetReport| {
        let name = Some(target.name.as_str());
        let (errors, warnings) = (count(Level::Error, name), count(Level::Warning, name));
        (format!("| {} | {} | {errors} | {warnings} |\n", cell_code(&target.name), target.resources), errors + warnings)
    };
    // Where the table is long, those that need a look come first.
    let mut rows: Vec<(String, usize)> = targets.iter().map(row).collect();
    if rows.len() > ROWS {
        rows.sort_by_key(|(_, found)| *found == 0);
    }
    rows.iter().take(ROWS).for_each(|(row, _)| head.push_str(row));
    if rows.len() > ROWS {
        let _ = writeln!(head, "| … and {} more | | | |", rows.len() - ROWS);
    }
    head.push('\n');
    let sections: Vec<Section> = targets.iter().filter_map(|target| section(target, items)).collect();
    page(&head, &sections, MAX_COMMENT)
}

fn section(target: &TargetReport, items: &[Item]) -> Option<Section> {
    let mut own: Vec<&Item> = items.iter().filter(|item| item.targets.contains(&target.name)).collect();
    if own.is_empty() {
        return None;
    }
    // What must be mended is not to be cut for what may wait.
    own.sort_by_key(|item| item.level);
    let count = |level: Level, name: &str| match own.iter().filter(|item| item.level == level).count() {
        0 => None,
        found => Some(number(found, name)),
    };
    let counts = [count(Level::Error, "error"), count(Level::Warning, "warning"), count(Level::Note, "note")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    Some(Section {
        title: format!("<b>{}</b>: {}", html(&target.name), counts.join(", ")),
        open: false,
        parts: own.into_iter().map(part).collect(),
        unit: "finding",
    })
}

fn part(item: &Item) -> String {
    let sign = match item.level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    };
    let mut out = format!("- {sign} {}", prose(&item.message));
    if let Some(place) = &item.place {
        let _ = write!(out, " — {}", code(&format!("{}:{}:{}", place.file, place.line, place.column)));
    }
    out.push('\n');
    let about = match (&item.resource, item.path.is_empty()) {
        (Some(resource), false) => Some(format!("{} {}", plain(resource), code(&item.path))),
        (Some(resource), true) => Some(plain(resource)),
        (None, _) => None,
    };
    let rule = format!("rule {}", code(&item.rule));
    let _ = writeln!(out, "  <br>{}", [about, Some(rule)].into_iter().flatten().collect::<Vec<_>>().join(" · "));
    for note in &item.notes {
        let _ = writeln!(out, "  <br>{}", prose(note));
    }
    if let Some(help) = &item.help {
        let _ = writeln!(out, "  <br>**help:** {}", prose(help));
    }
    out
}

/// Text within HTML.
pub(super) fn html(text: &str) -> String {
    plain(text)
}

pub(super) fn number(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::item;

    fn target(name: &str, resources: usize) -> TargetReport {
        TargetReport { name: name.to_owned(), resources, ..TargetReport::default() }
    }

    #[test]
    fn findings_are_folded_by_target() {
        let targets = [target("overlays/dev", 31), target("overlays/prod", 33), target("overlays/eu", 5)];
        insta::assert_snapshot!(validation(&item::tests::awkward(), &targets));
    }

    #[test]
    fn nothing_wrong_is_said_in_a_line() {
        assert_eq!(
            validation(&[], &[target("a", 1)]),
            "<!-- redisops validate -->\n### redisops validate: ✅ nothing is wrong\n\n| target | objects | errors | warnings |\n|---|--:|--:|--:|\n| `a` | 1 | 0 | 0 |\n\n"
        );
    }
}
