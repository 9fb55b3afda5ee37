//! Shapes and texts of a picture.

use std::fmt::{Display, Write};

/// Styles of all pictures. Colours of text follow the theme of the reader; those of masters are the same in both.
const STYLE: &str = "\
.sp{--ink:#1f2328;--soft:#57606a;--paper:#ffffff;--line:#d0d7de;--bad:#cf222e;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:12px}\
@media(prefers-color-scheme:dark){.sp{--ink:#e6edf3;--soft:#9198a1;--paper:#0d1117;--line:#3d444d;--bad:#ff7b72}}\
.sp text{fill:var(--ink);font-variant-numeric:tabular-nums}\
.sp .head{font-size:16px;font-weight:600}\
.sp .soft{fill:var(--soft)}\
.sp .bad{fill:var(--bad)}\
.sp .th{fill:var(--soft);font-size:11px}\
.sp .on{font-size:11px}\
.sp .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}\
.sp .paper{fill:var(--paper)}\
.sp .frame{fill:none;stroke:var(--line)}\
.sp .cut{stroke:var(--paper);stroke-width:.7px}\
.sp .edge{fill:none;stroke:var(--ink);stroke-width:1.2px}\
.sp .none{fill:url(#sp-none)}";

/// Fillings that tell masters with the same colour apart, by how often the colours have come round.
const PATTERNS: [&str; 4] = ["", "sp-stripes", "sp-dots", "sp-bars"];

const DEFINITIONS: &str = "\
<pattern id=\"sp-none\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><path d=\"M0 8L8 0\" stroke=\"#8b949e\" stroke-width=\"1\"/></pattern>\
<pattern id=\"sp-stripes\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path d=\"M-1 7L7 -1M-1 1L1 -1M5 7L7 5\" stroke=\"#fff\" stroke-opacity=\".75\" stroke-width=\"1.5\"/></pattern>\
<pattern id=\"sp-dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><circle cx=\"3\" cy=\"3\" r=\"1.4\" fill=\"#fff\" fill-opacity=\".85\"/></pattern>\
<pattern id=\"sp-bars\" width=\"6\" height=\"4\" patternUnits=\"userSpaceOnUse\"><path d=\"M0 1H6\" stroke=\"#000\" stroke-opacity=\".6\" stroke-width=\"1\"/></pattern>";

/// The filling that goes over a colour that has come round so many times, where there is one.
pub(super) fn pattern(round: usize) -> Option<&'static str> {
    Some(PATTERNS[round % PATTERNS.len()]).filter(|name| !name.is_empty())
}

/// Text for XML: signs of markup escaped, signs that XML has no place for left out.
pub(in crate::slots::render) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            sign if sign.is_control() => {}
            sign => out.push(sign),
        }
    }
    out
}

/// A picture in the making.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    body: String,
}

impl Canvas {
    /// Adds markup as it is.
    pub(super) fn raw(&mut self, markup: impl Display) {
        // Writing to a string does not fail.
        let _ = write!(self.body, "{markup}");
    }

    /// Adds a text that begins at a point; `class` is `head`, `soft`, `bad`, `th`, `on`, `halo`, several of them, or empty.
    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.anchored(x, y, class, "start", text);
    }

    /// Adds a text that ends at a point.
    pub(super) fn text_end(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.anchored(x, y, class, "end", text);
    }

    /// Adds a text around a point.
    pub(super) fn text_middle(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.anchored(x, y, class, "middle", text);
    }

    fn anchored(&mut self, x: f64, y: f64, class: &str, anchor: &str, text: &str) {
        let text = escape(text);
        self.raw(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\">{text}</text>\n"
        ));
    }

    /// Adds a shape with a title; `look` are its attributes.
    pub(super) fn shape(&mut self, d: &str, look: &str, title: &str) {
        match title {
            "" => self.raw(format_args!("<path d=\"{d}\" {look}/>\n")),
            _ => self.raw(format_args!("<path d=\"{d}\" {look}><title>{}</title></path>\n", escape(title))),
        }
    }

    /// Adds what another has, moved.
    pub(super) fn place(&mut self, x: f64, y: f64, other: Canvas) {
        self.raw(format_args!("<g transform=\"translate({x:.1} {y:.1})\">\n{}</g>\n", other.body));
    }

    /// The whole document of that size, with a title and a description for those who do not see it.
    pub(super) fn finish(self, width: f64, height: f64, title: &str, description: &str) -> String {
        let (title, description) = (escape(title), escape(description));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sp\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
             role=\"img\" aria-labelledby=\"sp-title sp-desc\">\n<title id=\"sp-title\">{title}</title>\n<desc id=\"sp-desc\">{description}</desc>\n\
             <style>{STYLE}</style>\n<defs>{DEFINITIONS}</defs>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n{}</svg>\n",
            self.body
        )
    }
}

/// About how wide a text is, in the size of labels.
pub(super) fn label_width(text: &str) -> f64 {
    text.chars().count() as f64 * 6.6
}

/// A text that fits, its middle left out where it is too long.
pub(super) fn fitted(text: &str, most: usize) -> String {
    let signs: Vec<char> = text.chars().collect();
    if signs.len() <= most {
        return text.to_owned();
    }
    let head = most / 2;
    let tail = most.saturating_sub(head + 1);
    signs[..head].iter().chain(&['…']).chain(&signs[signs.len() - tail..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_the_picture() {
        assert_eq!(escape("<a href=\"x\">&\u{1}\n"), "&lt;a href=&quot;x&quot;&gt;&amp; ");
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(fitted("cache-0.cache.orders.svc:6379", 15), "cache-0…vc:6379");
        assert_eq!(fitted("short", 15), "short");
    }
}
