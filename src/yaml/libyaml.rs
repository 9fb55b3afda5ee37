//! The safe face of `unsafe-libyaml`: a text in, events with byte positions out.
//!
//! All unsafe code of the crate is in this file. The parser borrows the text and owns the event that it last returned, so nothing libyaml allocated
//! outlives a call.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use ::unsafe_libyaml as unsafe_sys;

use super::Style;

/// Where an event stands, in bytes of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    /// First byte; of the tag or anchor when there is one.
    pub(super) start: usize,
    /// Byte after the last.
    pub(super) end: usize,
}

/// Tag and anchor of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Properties<'a> {
    /// Name behind `&`.
    pub(super) anchor: Option<&'a str>,
    /// Tag in its long form.
    pub(super) tag: Option<&'a str>,
}

/// What the parser found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Event<'a> {
    /// Start of the text, start or end of a document: nothing to build.
    Structure,
    /// End of a document.
    DocumentEnd,
    /// End of the text.
    StreamEnd,
    /// `*name`
    Alias(&'a str),
    /// A scalar, decoded.
    Scalar(Properties<'a>, &'a str, Style),
    /// `[` or the first `-`, and whether it is a bracket.
    SequenceStart(Properties<'a>, bool),
    /// End of a sequence.
    SequenceEnd,
    /// `{` or the first key, and whether it is a bracket.
    MappingStart(Properties<'a>, bool),
    /// End of a mapping.
    MappingEnd,
}

/// Why a text is not YAML: libyaml's words and places.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Problem {
    /// What is wrong.
    pub(super) problem: String,
    /// Byte at which it showed.
    pub(super) offset: usize,
    /// What was being read.
    pub(super) context: String,
    /// Byte at which that began; the same as `offset` when libyaml names none.
    pub(super) context_offset: usize,
}

/// A parser over one text.
pub(super) struct Parser<'t> {
    /// Boxed: libyaml keeps a pointer to the structure inside itself.
    raw: Box<MaybeUninit<unsafe_sys::yaml_parser_t>>,
    event: MaybeUninit<unsafe_sys::yaml_event_t>,
    has_event: bool,
    text: PhantomData<&'t str>,
}

impl<'t> Parser<'t> {
    /// A parser at the start of a text.
    pub(super) fn new(text: &'t str) -> Parser<'t> {
        let mut raw = Box::new(MaybeUninit::<unsafe_sys::yaml_parser_t>::uninit());
        // SAFETY: `initialize` fills the structure; it fails only when memory is out, where the allocator of unsafe-libyaml has aborted already.
        // The text lives as long as `'t`, and its length is given.
        unsafe {
            let parser = raw.as_mut_ptr();
            let _ = unsafe_sys::yaml_parser_initialize(parser);
            unsafe_sys::yaml_parser_set_encoding(parser, unsafe_sys::YAML_UTF8_ENCODING);
            unsafe_sys::yaml_parser_set_input_string(parser, text.as_ptr(), text.len() as u64);
        }
        Parser { raw, event: MaybeUninit::uninit(), has_event: false, text: PhantomData }
    }

    /// The next event; the one before is gone.
    pub(super) fn next(&mut self) -> Result<(Event<'_>, Span), Problem> {
        self.drop_event();
        // SAFETY: the parser was initialized; on success the event is initialized and belongs to us until `drop_event`.
        unsafe {
            if unsafe_sys::yaml_parser_parse(self.raw.as_mut_ptr(), self.event.as_mut_ptr()).fail {
                return Err(self.problem());
            }
        }
        self.has_event = true;
        // SAFETY: initialized above.
        let event = unsafe { self.event.assume_init_ref() };
        let span = Span { start: event.start_mark.index as usize, end: event.end_mark.index as usize };
        let not_utf8 = || Problem {
            problem: "invalid UTF-8 in an escape sequence".into(),
            offset: span.start,
            context: String::new(),
            context_offset: span.start,
        };
        // SAFETY: each arm reads the member of the union that the type of the event names; its pointers are null or NUL-terminated strings (the
        // value of a scalar: `length` bytes) that live until the event is deleted, which the borrow of `self` forbids before the result is gone.
        let event = unsafe {
            match event.type_ {
                unsafe_sys::YAML_SCALAR_EVENT => {
                    let scalar = &event.data.scalar;
                    let bytes = std::slice::from_raw_parts(scalar.value, scalar.length as usize);
                    let value = std::str::from_utf8(bytes).map_err(|_| not_utf8())?;
                    let style = match scalar.style {
                        unsafe_sys::YAML_SINGLE_QUOTED_SCALAR_STYLE => Style::Single,
                        unsafe_sys::YAML_DOUBLE_QUOTED_SCALAR_STYLE => Style::Double,
                        unsafe_sys::YAML_LITERAL_SCALAR_STYLE => Style::Literal,
                        unsafe_sys::YAML_FOLDED_SCALAR_STYLE => Style::Folded,
                        _ => Style::Plain,
                    };
                    Event::Scalar(properties(scalar.anchor, scalar.tag).ok_or_else(not_utf8)?, value, style)
                }
                unsafe_sys::YAML_ALIAS_EVENT => {
                    Event::Alias(string(event.data.alias.anchor).ok_or_else(not_utf8)?.unwrap_or(""))
                }
                unsafe_sys::YAML_SEQUENCE_START_EVENT => {
                    let start = &event.data.sequence_start;
                    let flow = start.style == unsafe_sys::YAML_FLOW_SEQUENCE_STYLE;
                    Event::SequenceStart(properties(start.anchor, start.tag).ok_or_else(not_utf8)?, flow)
                }
                unsafe_sys::YAML_MAPPING_START_EVENT => {
                    let start = &event.data.mapping_start;
                    let flow = start.style == unsafe_sys::YAML_FLOW_MAPPING_STYLE;
                    Event::MappingStart(properties(start.anchor, start.tag).ok_or_else(not_utf8)?, flow)
                }
                unsafe_sys::YAML_SEQUENCE_END_EVENT => Event::SequenceEnd,
                unsafe_sys::YAML_MAPPING_END_EVENT => Event::MappingEnd,
                unsafe_sys::YAML_DOCUMENT_END_EVENT => Event::DocumentEnd,
                unsafe_sys::YAML_STREAM_END_EVENT | unsafe_sys::YAML_NO_EVENT => Event::StreamEnd,
                _ => Event::Structure,
            }
        };
        Ok((event, span))
    }

    fn problem(&self) -> Problem {
        // SAFETY: the parser is initialized; `problem` and `context` are null or static NUL-terminated ASCII.
        unsafe {
            let parser = &*self.raw.as_ptr();
            let words = |p: *const c_char| {
                if p.is_null() { String::new() } else { CStr::from_ptr(p).to_string_lossy().into_owned() }
            };
            let problem = words(parser.problem);
            let context = words(parser.context);
            let offset = if parser.problem_mark.index == 0 && parser.problem_offset > 0 {
                parser.problem_offset
            } else {
                parser.problem_mark.index
            } as usize;
            let context_offset = if context.is_empty() { offset } else { parser.context_mark.index as usize };
            Problem { problem, offset, context, context_offset }
        }
    }

    fn drop_event(&mut self) {
        if self.has_event {
            // SAFETY: `has_event` says that the event is initialized and not deleted yet.
            unsafe { unsafe_sys::yaml_event_delete(self.event.as_mut_ptr()) };
            self.has_event = false;
        }
    }
}

impl Drop for Parser<'_> {
    fn drop(&mut self) {
        self.drop_event();
        // SAFETY: initialized in `new`, deleted once.
        unsafe { unsafe_sys::yaml_parser_delete(self.raw.as_mut_ptr()) };
    }
}

/// The string behind a pointer that may be null; outer `None` when it is not UTF-8.
///
/// # Safety
/// The pointer must be null or name a NUL-terminated string that lives for `'a`.
unsafe fn string<'a>(pointer: *const u8) -> Option<Option<&'a str>> {
    if pointer.is_null() {
        return Some(None);
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer.cast::<c_char>()) }.to_str().ok().map(Some)
}

/// # Safety
/// As for [`string`], for both.
unsafe fn properties<'a>(anchor: *const u8, tag: *const u8) -> Option<Properties<'a>> {
    // SAFETY: the caller's promise.
    unsafe { Some(Properties { anchor: string(anchor)?, tag: string(tag)? }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_bytes() {
        let mut parser = Parser::new("ä: ö\nb: \"x\"\n");
        let mut seen = Vec::new();
        loop {
            let (event, span) = parser.next().unwrap();
            match event {
                Event::Scalar(_, value, _) => seen.push((value.to_owned(), span.start, span.end)),
                Event::StreamEnd => break,
                _ => {}
            }
        }
        let expected = [("ä", 0, 2), ("ö", 4, 6), ("b", 7, 8), ("x", 10, 13)];
        assert_eq!(seen, expected.map(|(v, s, e)| (v.to_owned(), s, e)));
    }

    #[test]
    fn problems_have_words_and_places() {
        let mut parser = Parser::new("a: b: c\n");
        let problem = loop {
            match parser.next() {
                Ok(_) => {}
                Err(problem) => break problem,
            }
        };
        assert_eq!((problem.problem.as_str(), problem.offset), ("mapping values are not allowed in this context", 4));
    }
}
