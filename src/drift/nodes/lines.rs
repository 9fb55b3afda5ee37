//! The lines of a configuration that stands in an object: where the user wrote each.

use crate::diagnostics::{Pos, SourceKind, Sources};

/// The place of a byte of a text that is a value of an object and begins at `at`: the line of a block scalar, of a file that a generator read, of a
/// block scalar that another text was made from; else the beginning of the value.
pub(super) fn place_in_text(sources: &Sources, at: Pos, text: &str, offset: usize) -> Pos {
    let Some(source) = sources.get(at) else { return at };
    let start = source.offset(at);
    let rest = source.text.get(start..).unwrap_or("");
    if matches!(source.kind, SourceKind::Data | SourceKind::Settings) && rest.starts_with(text.trim_end_matches('\n')) {
        return source.pos(start + offset);
    }
    if rest.starts_with(['|', '>']) {
        let found = in_block(rest, text, offset);
        return found.map_or(at, |inner| source.pos(start + inner));
    }
    let quote = usize::from(rest.starts_with(['"', '\'']));
    if !text.contains('\n') && rest.get(quote..).is_some_and(|rest| rest.starts_with(text)) {
        return source.pos(start + quote + offset);
    }
    at
}

/// The offset in a block scalar, from its sign on, of the line that an offset of the text lies in. The same line by its number, or, where the text was
/// made from the block, the last that reads the same.
fn in_block(block: &str, text: &str, offset: usize) -> Option<usize> {
    let number = text.get(..offset)?.matches('\n').count();
    let wanted = text.lines().nth(number)?.trim();
    let mut begin = block.find('\n')? + 1;
    let mut indent: Option<usize> = None;
    let mut same: Option<usize> = None;
    for (index, line) in block[begin..].split_inclusive('\n').enumerate() {
        let content = line.trim_start_matches(' ');
        let depth = line.len() - content.len();
        if !content.trim().is_empty() {
            if depth < *indent.get_or_insert(depth) || depth == 0 {
                break;
            }
            if content.trim() == wanted {
                same = Some(begin + depth);
                if index == number {
                    return same;
                }
            }
        }
        begin += line.len();
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str, sign: &str, text: &str, word: &str) -> String {
        let sources = Sources::new();
        let source = sources.add("a.yaml", file.to_owned(), SourceKind::Resource).unwrap();
        let at = source.pos(file.find(sign).unwrap());
        let found = place_in_text(&sources, at, text, text.find(word).unwrap());
        let location = sources.location(found).unwrap();
        format!("{}:{}", location.line, location.column)
    }

    #[test]
    fn lines_of_block_scalars() {
        let file =
            "data:\n  redis.conf: |\n    # first\n    maxmemory 1gb\n\n    save 900 1\n  other: |\n    maxmemory 1gb\n";
        let text = "# first\nmaxmemory 1gb\n\nsave 900 1\n";
        assert_eq!(place(file, "|", text, "maxmemory"), "4:5");
        assert_eq!(place(file, "|", text, "save"), "6:5");
        // Made from the block: other lines before it.
        assert_eq!(place(file, "|", "port 6379\n\nx y\n\nsave 900 1\n", "save"), "6:5");
        assert_eq!(place(file, "|", "port 6379\n", "port"), "2:15");
    }

    #[test]
    fn files_that_became_values() {
        let text = "# first\nmaxmemory 1gb\n";
        for kind in [SourceKind::Data, SourceKind::Settings] {
            let sources = Sources::new();
            let source = sources.add("redis.conf", text.to_owned(), kind).unwrap();
            let found = place_in_text(&sources, source.pos(0), text, text.find("maxmemory").unwrap());
            let location = sources.location(found).unwrap();
            assert_eq!((location.line, location.column), (2, 1));
        }
    }

    #[test]
    fn values_on_one_line() {
        let file = "data:\n  a: \"maxmemory 1gb\"\n";
        assert_eq!(place(file, "\"", "maxmemory 1gb", "1gb"), "2:17");
    }
}
