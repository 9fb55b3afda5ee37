//! JUnit's XML: a suite a target, a case a finding. What passed is a case as well, so that a report of nothing wrong is not empty.

use std::fmt::Write;

use super::item::{Item, Level};

/// A target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suite<'a> {
    /// Its name.
    pub name: &'a str,
    /// Objects that were looked at.
    pub checked: usize,
}

/// The report. Errors are failures; warnings too when `strict`, otherwise they are told in cases that pass.
pub(super) fn render(title: &str, suites: &[Suite<'_>], items: &[Item], strict: bool) -> String {
    let fails = |item: &Item| item.level == Level::Error || (strict && item.level == Level::Warning);
    let mut body = String::new();
    let (mut tests, mut failures) = (0, 0);
    // Findings of no target that was listed still have to be seen.
    let unknown = |item: &&Item| !item.targets.iter().any(|name| suites.iter().any(|suite| suite.name == name));
    let rest: Vec<&Item> = items.iter().filter(unknown).collect();
    let own = |suite: &Suite<'_>| -> Vec<&Item> {
        items.iter().filter(|item| item.targets.iter().any(|name| name == suite.name)).collect()
    };
    let mut all: Vec<(&str, Option<usize>, Vec<&Item>)> =
        suites.iter().map(|suite| (suite.name, Some(suite.checked), own(suite))).collect();
    if !rest.is_empty() {
        all.push((title, None, rest));
    }
    for (name, checked, items) in all {
        let failed = items.iter().filter(|item| fails(item)).count();
        let passed = usize::from(checked.is_some() && failed == 0);
        tests += items.len() + passed;
        failures += failed;
        let _ = writeln!(
            body,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">",
            attribute(name),
            items.len() + passed
        );
        if let Some(checked) = checked.filter(|_| failed == 0) {
            let case = attribute(&format!("{checked} objects"));
            let _ = writeln!(body, "    <testcase classname=\"{}\" name=\"{case}\"/>", attribute(title));
        }
        for item in items {
            case(item, fails(item), &mut body);
        }
        body.push_str("  </testsuite>\n");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n{body}</testsuites>\n",
        attribute(title)
    )
}

fn case(item: &Item, failed: bool, out: &mut String) {
    let name = match (&item.resource, item.path.is_empty()) {
        (Some(resource), false) => format!("{resource} {}", item.path),
        (Some(resource), true) => resource.clone(),
        (None, _) => item.rule.clone(),
    };
    let _ = write!(out, "    <testcase classname=\"{}\" name=\"{}\"", attribute(&item.rule), attribute(&name));
    let mut details = item.details();
    if let Some(place) = &item.place {
        let _ = write!(out, " file=\"{}\" line=\"{}\"", attribute(&place.file), place.line);
        details.insert(0, format!("{}:{}:{}", place.file, place.line, place.column));
    }
    let details = content(&details.join("\n"));
    let level = match item.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let _ = match failed {
        true => writeln!(
            out,
            ">\n      <failure type=\"{level}\" message=\"{}\">{details}</failure>\n    </testcase>",
            attribute(&item.message)
        ),
        false => writeln!(out, ">\n      <system-out>{level}: {details}</system-out>\n    </testcase>"),
    };
}

/// Text of an element. Characters that XML cannot hold at all are replaced.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Text of an attribute: line breaks would become blanks.
fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::super::item;
    use super::*;

    const SUITES: [Suite<'_>; 3] = [
        Suite { name: "overlays/dev", checked: 31 },
        Suite { name: "overlays/prod", checked: 33 },
        Suite { name: "a & b", checked: 2 },
    ];

    #[test]
    fn cases_are_grouped_by_target() {
        let items = item::tests::awkward();
        let text = render("redisops validate", &SUITES, &items, false);
        let document = roxmltree::Document::parse(&text).unwrap();
        let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
        assert_eq!((count("testsuite"), count("failure"), count("system-out"), count("testcase")), (3, 2, 2, 5));
        let root = document.root_element();
        assert_eq!((root.attribute("tests"), root.attribute("failures")), (Some("5"), Some("2")));
        let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        assert!(failure.attribute("message").unwrap().contains("\nline two\r\n@team"));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn warnings_fail_where_they_are_errors() {
        let items = item::tests::awkward();
        let count = |strict| render("x", &SUITES, &items, strict).matches("<failure").count();
        assert_eq!((count(false), count(true)), (2, 3));
    }
}
