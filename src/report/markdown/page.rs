//! A page of sections that has to fit into a comment.

/// Characters that GitHub takes in a comment.
pub const MAX_COMMENT: usize = 65_536;

/// What is kept free for saying what was left out, a section.
const REMARK: usize = 160;

/// A folded section.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// Its title, Markdown.
    pub title: String,
    /// Whether it is unfolded at first.
    pub open: bool,
    /// Its parts, each whole or left out.
    pub parts: Vec<String>,
    /// What a part is, for what is said when some are left out: `change`, `finding`.
    pub unit: &'static str,
}

impl Section {
    fn frame(&self) -> (String, &'static str) {
        let open = if self.open { " open" } else { "" };
        (format!("<details{open}><summary>{}</summary>\n\n", self.title), "\n</details>\n\n")
    }

    /// Characters of the whole section.
    fn size(&self) -> usize {
        let (start, end) = self.frame();
        size(&start) + size(end) + self.parts.iter().map(|part| size(part)).sum::<usize>()
    }

    fn write(&self, limit: usize, out: &mut String) {
        let (start, end) = self.frame();
        if self.size() <= limit {
            out.push_str(&start);
            self.parts.iter().for_each(|part| out.push_str(part));
            out.push_str(end);
            return;
        }
        let count = self.parts.len();
        let mut left = limit.saturating_sub(size(&start) + size(end) + REMARK);
        let mut fit = 0;
        for part in &self.parts {
            let Some(rest) = left.checked_sub(size(part)) else { break };
            left = rest;
            fit += 1;
        }
        let plural = if count - fit == 1 { "" } else { "s" };
        let remark =
            format!("_{} {}{plural} of {count} left out, for the length of a comment._\n", count - fit, self.unit);
        if size(&start) + size(&remark) + size(end) > limit {
            return;
        }
        out.push_str(&start);
        self.parts[..fit].iter().for_each(|part| out.push_str(part));
        out.push_str(&remark);
        out.push_str(end);
    }
}

/// Characters as GitHub may count them: those beyond the basic plane are two.
pub(super) fn size(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Head and sections, in at most `limit` characters. A section that does not fit is cut to its share of what is left.
pub(super) fn page(head: &str, sections: &[Section], limit: usize) -> String {
    let mut out = cut(head, limit.saturating_sub(REMARK));
    let whole: usize = sections.iter().map(Section::size).sum();
    let fits = size(&out) + whole <= limit;
    // Small sections leave what they do not need to the large ones.
    let mut order: Vec<usize> = (0..sections.len()).collect();
    order.sort_by_key(|&index| sections[index].size());
    let mut share = vec![0; sections.len()];
    let mut left = limit.saturating_sub(size(&out) + if fits { 0 } else { REMARK });
    for (done, &index) in order.iter().enumerate() {
        share[index] = sections[index].size().min(left / (sections.len() - done));
        left -= share[index];
    }
    let mut missing = 0;
    for (section, share) in sections.iter().zip(share) {
        let before = out.len();
        section.write(share, &mut out);
        missing += usize::from(out.len() == before);
    }
    if missing > 0 {
        let plural = if missing == 1 { " is" } else { "s are" };
        out.push_str(&format!("_{missing} section{plural} left out, for the length of a comment._\n"));
    }
    out
}

/// The start of a text, at a line break.
fn cut(text: &str, limit: usize) -> String {
    if size(text) <= limit {
        return text.to_owned();
    }
    let remark = "\n_The rest of the list is left out, for the length of a comment._\n\n";
    let mut out = String::new();
    let mut used = size(remark);
    for line in text.split_inclusive('\n') {
        used += size(line);
        if used > limit {
            break;
        }
        out.push_str(line);
    }
    out.push_str(remark);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(name: &str, parts: usize, length: usize) -> Section {
        let part = format!("{}\n", "x".repeat(length));
        Section { title: name.to_owned(), open: false, parts: vec![part; parts], unit: "change" }
    }

    #[test]
    fn what_fits_is_whole() {
        let text = page("head\n", &[section("a", 2, 3), section("b", 1, 1)], 1000);
        assert_eq!(
            text,
            "head\n<details><summary>a</summary>\n\nxxx\nxxx\n\n</details>\n\n<details><summary>b</summary>\n\nx\n\n</details>\n\n"
        );
    }

    #[test]
    fn a_large_section_does_not_hide_a_small_one() {
        let sections = [section("large", 500, 100), section("small", 2, 10), section("middle", 20, 100)];
        let text = page("head\n", &sections, 10_000);
        assert!(size(&text) <= 10_000, "{}", size(&text));
        assert!(text.contains("<summary>small</summary>\n\nxxxxxxxxxx\nxxxxxxxxxx\n\n</details>"));
        assert_eq!(text.matches("left out").count(), 1, "the small and the middle one are whole");
        assert!(text.contains(" changes of 500 left out"));
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }

    #[test]
    fn hundreds_of_sections_and_a_long_head_fit() {
        let sections: Vec<Section> = (0..900).map(|n| section(&format!("s{n}"), 9, 90)).collect();
        let head = "| a row of a table | 1 |\n".repeat(4000);
        for limit in [500, 3000, MAX_COMMENT, 200_000] {
            let text = page(&head, &sections, limit);
            assert!(size(&text) <= limit, "{} of {limit}", size(&text));
            assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
            assert!(text.contains("left out"));
        }
    }

    #[test]
    fn one_part_that_is_too_long_is_named() {
        let text = page("", &[section("a", 1, 5000)], 1000);
        assert!(text.contains("1 change of 1 left out"), "{text}");
    }
}
