//! What pages are made of.

use super::super::svg::escape;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1f2328;--soft:#57606a;--paper:#ffffff;--line:#d0d7de;--band:#f6f8fa;--warn:#9a6700;--warn-band:#fff8c5;--bad:#cf222e}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--paper:#0d1117;--line:#3d444d;--band:#151b23;--warn:#d29922;--warn-band:#272115;--bad:#ff7b72}}\
body{margin:0 auto;padding:1.5rem;max-width:82rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}\
h1{font-size:1.4rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}\
p.lead{font-size:1.05rem;margin:.25rem 0 1rem}\
svg{max-width:100%;height:auto}\
.wide{overflow-x:auto}\
table{border-collapse:collapse;font-variant-numeric:tabular-nums}\
th,td{padding:.25rem .75rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}\
thead th{color:var(--soft);font-weight:600;white-space:nowrap}\
tbody th{font-weight:400;white-space:nowrap}\
.n{text-align:right;white-space:nowrap}\
tr.total th,tr.total td{font-weight:600}\
.id{color:var(--soft)}\
td.ranges{min-width:12rem;max-width:28rem}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0}dt{color:var(--soft)}dd{margin:0}\
ul.risks{list-style:none;padding:0}ul.risks li{padding:.4rem .75rem;margin:.25rem 0;background:var(--warn-band);border-left:4px solid var(--warn)}\
ul.bad li{border-color:var(--bad)}\
pre{padding:.75rem;background:var(--band);border:1px solid var(--line);overflow-x:auto}\
@media print{body{max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}}";

/// A page in the making.
#[derive(Debug)]
pub(crate) struct Page {
    title: String,
    body: String,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    Text,
    Number,
    Ranges,
}

/// A column: its title, and what it holds.
pub(crate) type Column = (&'static str, Holds);

fn class(holds: Holds) -> &'static str {
    match holds {
        Holds::Text => "",
        Holds::Number => " class=\"n\"",
        Holds::Ranges => " class=\"ranges\"",
    }
}

impl Page {
    /// With that heading.
    pub(crate) fn new(title: &str) -> Page {
        Page { title: title.to_owned(), body: format!("<h1>{}</h1>\n", escape(title)) }
    }

    /// Adds the sentence that says most.
    pub(crate) fn lead(&mut self, text: &str) {
        self.body.push_str(&format!("<p class=\"lead\">{}</p>\n", escape(text)));
    }

    /// Adds a heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.body.push_str(&format!("<h2>{}</h2>\n", escape(text)));
    }

    /// Adds a paragraph.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.body.push_str(&format!("<p>{}</p>\n", escape(text)));
    }

    /// Adds a picture.
    pub(crate) fn picture(&mut self, svg: &str) {
        self.body.push_str(&format!("<div class=\"wide\">\n{svg}</div>\n"));
    }

    /// Adds names with their texts.
    pub(crate) fn facts(&mut self, facts: &[(&str, String)]) {
        let pair = |(name, text): &(&str, String)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(text));
        self.body.push_str(&format!("<dl>\n{}</dl>\n", facts.iter().map(pair).collect::<String>()));
    }

    /// Adds a list; `class` is `risks`, `risks bad` or empty.
    pub(crate) fn list(&mut self, class: &str, items: impl IntoIterator<Item = String>) {
        let items: String = items.into_iter().map(|item| format!("<li>{}</li>\n", escape(&item))).collect();
        self.body.push_str(&format!("<ul class=\"{class}\">\n{items}</ul>\n"));
    }

    /// Adds what somebody types.
    pub(crate) fn command(&mut self, text: &str) {
        self.body.push_str(&format!("<pre><code>{}</code></pre>\n", escape(text)));
    }

    /// Adds a table; the first cell of a row names it, and `total` says that the last row sums up the others.
    pub(crate) fn table(&mut self, columns: &[Column], rows: &[Vec<String>], total: bool) {
        let mut out = String::from("<div class=\"wide\"><table>\n<thead><tr>");
        for (title, holds) in columns {
            out.push_str(&format!("<th scope=\"col\"{}>{}</th>", class(*holds), escape(title)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for (index, row) in rows.iter().enumerate() {
            out.push_str(if total && index + 1 == rows.len() { "<tr class=\"total\">" } else { "<tr>" });
            for (at, (cell, (_, holds))) in row.iter().zip(columns).enumerate() {
                let cell = escape(cell);
                match at {
                    0 => out.push_str(&format!("<th scope=\"row\">{cell}</th>")),
                    _ => out.push_str(&format!("<td{}>{cell}</td>", class(*holds))),
                }
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n");
        self.body.push_str(&out);
    }

    /// The whole document.
    pub(crate) fn finish(self) -> String {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
            escape(&self.title),
            self.body
        )
    }
}
