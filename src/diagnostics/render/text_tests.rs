use insta::assert_snapshot;

use super::*;
use crate::diagnostics::SourceKind;
use crate::diagnostics::render::to_json;

fn kustomization(sources: &Sources) -> Diagnostic {
    let text =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamePrefx: dev-\nresources:\n- ../base\n";
    let file = sources.add("overlays/dev/kustomization.yaml", text.into(), SourceKind::Kustomization).unwrap();
    Diagnostic::error("redisops::kustomization::unknown_field", "unknown field `namePrefx` in kustomization")
        .label(file.pos(text.find("namePrefx").unwrap()), 9, "did you mean `namePrefix`?")
        .note("field names are case-sensitive in the schema")
        .help("write `namePrefix`")
}

#[test]
fn shows_the_place_and_its_surroundings() {
    let sources = Sources::new();
    let diagnostic = kustomization(&sources);
    assert_snapshot!(render_all(&[diagnostic], &sources, Style::PLAIN), @"
    redisops::kustomization::unknown_field

      × unknown field `namePrefx` in kustomization
       ╭─[overlays/dev/kustomization.yaml:3:1]
     1 │ apiVersion: kustomize.config.k8s.io/v1beta1
     2 │ kind: Kustomization
     3 │ namePrefx: dev-
       · ────┬────
       ·     ╰── did you mean `namePrefix`?
     4 │ resources:
     5 │ - ../base
       ╰────
      note: field names are case-sensitive in the schema
      help: write `namePrefix`

    1 error
    ");
}

#[test]
fn shows_ascii_and_wraps_where_the_terminal_asks_for_it() {
    let sources = Sources::new();
    let diagnostic =
        kustomization(&sources).note("a note that is longer than the forty columns that this terminal has");
    let style = Style { color: false, unicode: false, width: Some(40) };
    assert_snapshot!(render_all(&[diagnostic], &sources, style), @"
    redisops::kustomization::unknown_field

      x unknown field `namePrefx` in
      | kustomization
       ,-[overlays/dev/kustomization.yaml:3:1]
     1 | apiVersion: kustomize.config.k8s.io/v1beta1
     2 | kind: Kustomization
     3 | namePrefx: dev-
       : ^^^^|^^^^
       :     `-- did you mean `namePrefix`?
     4 | resources:
     5 | - ../base
       `----
      note: field names are case-sensitive
            in the schema
      note: a note that is longer than the
            forty columns that this
            terminal has
      help: write `namePrefix`

    1 error
    ");
}

#[test]
fn shows_labels_of_two_files_with_the_first_on_top() {
    let sources = Sources::new();
    let a = sources.add("a.yaml", "kind: A\nmetadata:\n  name: x\n".into(), SourceKind::Resource).unwrap();
    let b =
        sources.add("b.yaml", "kind: A\n\n\n\n\n\n\n\n\nmetadata:\n  name: x\n".into(), SourceKind::Resource).unwrap();
    let diagnostic = Diagnostic::error("redisops::test::x", "two objects are A/x")
        .label(b.pos(26), 7, "again here")
        .label(a.pos(20), 7, "first here")
        .label(b.pos(0), 4, "")
        .in_file("b.yaml");
    let warning = Diagnostic::warning("redisops::test::y", "nothing to see").in_file("c.yaml");
    assert_snapshot!(render_all(&[diagnostic, warning], &sources, Style::PLAIN), @"
    redisops::test::x

      × two objects are A/x
        ╭─[b.yaml:11:1]
      9 │
     10 │ metadata:
     11 │   name: x
        · ───┬───
        ·    ╰── again here
        ╰────
       ╭─[a.yaml:3:3]
     1 │ kind: A
     2 │ metadata:
     3 │   name: x
       ·   ───┬───
       ·      ╰── first here
       ╰────
       ╭─[b.yaml:1:1]
     1 │ kind: A
       · ────
     2 │
     3 │
       ╰────

    redisops::test::y

      ⚠ nothing to see
      file: c.yaml

    1 error, 1 warning
    ");
}

#[test]
fn masks_secrets_in_snippets_and_texts() {
    let sources = Sources::new();
    let text = "kind: Secret\ndata:\n  key: aHVudGVyMg==\n  other: c2VjcmV0\n";
    let file = sources.add("s.yaml", text.into(), SourceKind::Resource).unwrap();
    let at = text.find("aHV").unwrap();
    let diagnostic = Diagnostic::error("redisops::test::x", "expected a string, found `aHVudGVyMg==`")
        .label(file.pos(at), 12, "this is aHVudGVyMg==")
        .help("put it in quotes: \"aHVudGVyMg==\"");
    let shown = render_all(std::slice::from_ref(&diagnostic), &sources, Style::PLAIN);
    let json = to_json(&[diagnostic], &sources);
    assert!(!json.contains("aHV") && !shown.contains("aHV") && !shown.contains("c2V"), "{shown}\n{json}");
    assert_snapshot!(shown, @r#"
    redisops::test::x

      × expected a string, found `••••`
       ╭─[s.yaml:3:8]
     1 │ kind: Secret
     2 │ data:
     3 │   key: ••••
       ·        ──┬─
       ·          ╰── this is ••••
     4 │   other: ••••
       ╰────
      help: put it in quotes: "••••"

    1 error
    "#);
    assert_snapshot!(json, @r#"
    {
      "apiVersion": "redisops.dev/v1",
      "kind": "Diagnostics",
      "diagnostics": [
        {
          "severity": "error",
          "code": "redisops::test::x",
          "message": "expected a string, found `••••`",
          "file": null,
          "labels": [
            {
              "file": "s.yaml",
              "line": 3,
              "column": 8,
              "text": "this is ••••"
            }
          ],
          "notes": [],
          "help": "put it in quotes: \"••••\""
        }
      ],
      "summary": {
        "errors": 1,
        "warnings": 0
      }
    }
    "#);
}

#[test]
fn cuts_long_lines_and_drops_control_characters() {
    let sources = Sources::new();
    let text = format!("{}: \u{1b}[31mred\nshort: {}\n", "k".repeat(500), "v".repeat(1000));
    let file = sources.add("long.yaml", text.clone(), SourceKind::Resource).unwrap();
    let diagnostic = Diagnostic::error("redisops::test::x", "odd\u{1b}[0m").label(file.pos(502), 8, "here").label(
        file.pos(text.len() - 1),
        1,
        "end",
    );
    assert_snapshot!(render_all(&[diagnostic], &sources, Style::PLAIN), @"
    redisops::test::x

      × odd�[0m
       ╭─[long.yaml:1:503]
     1 │ …kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: �[31mred
       ·                                                              ────┬───
       ·                                                                  ╰── here
     2 │ …vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv
       ·                                                              ┬
       ·                                                              ╰── end
       ╰────

    1 error
    ");
}

#[test]
fn places_in_inline_patches_are_shown_in_the_kustomization() {
    use crate::diagnostics::Embedding;
    let sources = Sources::new();
    let text = "patches:\n- patch: |-\n    - op: ad\n      path: /a\n";
    let outer = sources.add("k.yaml", text.into(), SourceKind::Kustomization).unwrap();
    let embedding = Embedding { outer: outer.pos(text.find('|').unwrap()), literal: true };
    let inner = sources.add_embedded("k.yaml", "- op: ad\n  path: /a".into(), SourceKind::Patch, embedding).unwrap();
    let diagnostic =
        Diagnostic::error("redisops::patch::operation", "unknown operation `ad`").label(inner.pos(6), 2, "");
    assert_snapshot!(render_all(&[diagnostic], &sources, Style::PLAIN), @"
    redisops::patch::operation

      × unknown operation `ad`
       ╭─[k.yaml:3:11]
     1 │ patches:
     2 │ - patch: |-
     3 │     - op: ad
       ·           ──
     4 │       path: /a
       ╰────

    1 error
    ");
}
