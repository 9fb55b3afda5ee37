//! Template and value to text.

use std::cmp::Ordering;

use crate::secrets::value::{Value, field};
use crate::yaml;

use super::{Bound, Filter, Step, Template};

/// What an expression finds.
#[derive(Clone)]
enum Item<'a> {
    Value(&'a Value),
    Text(&'a str),
    Int(i64),
    Float(f64),
    Bool(bool),
}

type Items<'a> = Vec<Item<'a>>;

/// The text of a template for a value.
///
/// # Errors
/// What it does not find, in words that have no part of the value.
pub fn evaluate(template: &Template, value: &Value) -> Result<Vec<u8>, String> {
    let mut run = Run { steps: &template.0, begin: 0, inside: 0, end: 0, last_end: 0 };
    let mut out = Vec::new();
    for results in run.find(0, Some(Item::Value(value)))? {
        for (i, item) in results.iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            print(item, &mut out);
        }
    }
    Ok(out)
}

fn print(item: &Item<'_>, out: &mut Vec<u8>) {
    let text = match item {
        Item::Value(Value::Text(bytes)) => return out.extend_from_slice(bytes),
        Item::Value(Value::Null) => "null".to_owned(),
        Item::Value(Value::Bool(value)) | Item::Bool(value) => value.to_string(),
        Item::Value(Value::Float(value)) | Item::Float(value) => yaml::go_float(*value),
        Item::Value(Value::Number(text)) => text.clone(),
        Item::Value(value) => {
            let mut json = String::new();
            value.write_json(&mut json);
            json
        }
        Item::Text(text) => (*text).to_owned(),
        Item::Int(value) => value.to_string(),
    };
    out.extend_from_slice(text.as_bytes());
}

/// A run through the template, with the state of its ranges.
struct Run<'a> {
    steps: &'a [Step],
    begin: usize,
    inside: usize,
    end: usize,
    last_end: usize,
}

impl<'a> Run<'a> {
    fn find(&mut self, from: usize, data: Option<Item<'a>>) -> Result<Vec<Items<'a>>, String> {
        let steps = self.steps;
        let current: Items<'a> = data.into_iter().collect();
        let mut found = Vec::new();
        let mut i = from;
        while i < steps.len() {
            let results = self.walk(current.clone(), &steps[i])?;
            if self.end > 0 && self.end <= self.inside {
                self.end -= 1;
                self.last_end = i;
                break;
            }
            if self.begin > 0 {
                self.begin -= 1;
                self.inside += 1;
                if results.is_empty() {
                    // To find its end.
                    self.find(i + 1, None)?;
                }
                for item in results {
                    found.extend(self.find(i + 1, Some(item))?);
                }
                self.inside -= 1;
                i = self.last_end.max(i) + 1;
                continue;
            }
            found.push(results);
            i += 1;
        }
        Ok(found)
    }

    fn walk_all(&mut self, input: Items<'a>, steps: &'a [Step]) -> Result<Items<'a>, String> {
        steps.iter().try_fold(input, |items, step| self.walk(items, step))
    }

    fn walk(&mut self, input: Items<'a>, step: &'a Step) -> Result<Items<'a>, String> {
        Ok(match step {
            Step::List(steps) => self.walk_all(input, steps)?,
            Step::Text(text) => vec![Item::Text(text)],
            Step::Int(value) => input.iter().map(|_| Item::Int(*value)).collect(),
            Step::Float(value) => input.iter().map(|_| Item::Float(*value)).collect(),
            Step::Bool(value) => input.iter().map(|_| Item::Bool(*value)).collect(),
            Step::Field(name) => fields(&input, name)?,
            Step::Slice(bounds) => slices(&input, *bounds)?,
            Step::Filter(filter) => self.filter(input, filter)?,
            Step::Wildcard => input.iter().flat_map(children).collect(),
            Step::Recursive => {
                let mut found = Vec::new();
                input.iter().for_each(|item| descend(item, &mut found));
                found
            }
            Step::Union(parts) => {
                let mut found = Vec::new();
                for part in parts {
                    found.extend(self.walk_all(input.clone(), part)?);
                }
                found
            }
            Step::Word(word) => match word.as_str() {
                "range" => {
                    self.begin += 1;
                    input
                }
                "end" if self.inside > 0 => {
                    self.end += 1;
                    Vec::new()
                }
                "end" => return Err("`end` without a `range`".to_owned()),
                other => return Err(format!("`{other}` is not known; fields begin with a dot")),
            },
        })
    }

    fn filter(&mut self, input: Items<'a>, filter: &'a Filter) -> Result<Items<'a>, String> {
        let mut found = Vec::new();
        for item in input {
            let Item::Value(Value::List(items)) = item else {
                return Err(format!("{} cannot be filtered, only a list", what(&item)));
            };
            for item in items {
                let one = vec![Item::Value(item)];
                let left = self.walk_all(one.clone(), &filter.left);
                let Some((operator, right)) = &filter.right else {
                    if left.is_ok_and(|left| !left.is_empty()) {
                        found.push(Item::Value(item));
                    }
                    continue;
                };
                let right = || self.walk_all(one, right);
                let left = left?;
                if left.is_empty() {
                    continue;
                }
                let right = if left.len() > 1 { Vec::new() } else { right()? };
                match (left.as_slice(), right.as_slice()) {
                    ([left], [right]) => {
                        if compare(left, operator, right)? {
                            found.push(Item::Value(item));
                        }
                    }
                    ([_], []) => {}
                    _ => return Err("a filter compares one value with one".to_owned()),
                }
            }
        }
        Ok(found)
    }
}

fn what(item: &Item<'_>) -> &'static str {
    match item {
        Item::Value(value) => value.what(),
        Item::Text(_) => "a text",
        Item::Int(_) | Item::Float(_) => "a number",
        Item::Bool(_) => "a truth value",
    }
}

fn fields<'a>(input: &Items<'a>, name: &str) -> Result<Items<'a>, String> {
    let found: Items<'a> = input
        .iter()
        .filter_map(|item| match item {
            Item::Value(Value::Map(fields)) => field(fields, name).map(Item::Value),
            _ => None,
        })
        .collect();
    if found.is_empty() && !input.is_empty() {
        return Err(format!("there is no `{name}` in the value"));
    }
    Ok(found)
}

fn children<'a>(item: &Item<'a>) -> Items<'a> {
    match item {
        Item::Value(Value::Map(fields)) => {
            let mut sorted: Vec<&'a (String, Value)> = fields.iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            sorted.into_iter().map(|(_, value)| Item::Value(value)).collect()
        }
        Item::Value(Value::List(items)) => items.iter().map(Item::Value).collect(),
        Item::Value(Value::Text(bytes)) => bytes.iter().map(|byte| Item::Int(i64::from(*byte))).collect(),
        Item::Text(text) => text.bytes().map(|byte| Item::Int(i64::from(byte))).collect(),
        _ => Vec::new(),
    }
}

fn descend<'a>(item: &Item<'a>, found: &mut Items<'a>) {
    let below = children(item);
    if !below.is_empty() {
        found.push(item.clone());
        below.iter().for_each(|child| descend(child, found));
    }
}

fn slices<'a>(input: &Items<'a>, bounds: [Bound; 3]) -> Result<Items<'a>, String> {
    let mut found = Vec::new();
    for item in input {
        let items = match item {
            Item::Value(Value::List(items)) => items,
            Item::Value(Value::Null) => continue,
            other => return Err(format!("{} has no index, only a list has", what(other))),
        };
        let length = items.len() as i64;
        let [start, end, step] = bounds;
        let first = if start.known && start.value < 0 { start.value + length } else { start.value };
        let mut last = if end.known { end.value } else { length };
        if last < 0 || (last == 0 && end.derived) {
            last += length;
        }
        if first == last {
            return Ok(found);
        }
        let outside = |index: i64| format!("the index {index} is out of bounds, the list has {length}");
        if first >= length || first < 0 {
            return Err(outside(first));
        }
        if last > length || last < 0 {
            return Err(outside(last - 1));
        }
        if first > last {
            return Err(format!("the start {first} lies behind the end {last}"));
        }
        if step.known && step.value <= 0 {
            return Err("the step of a slice is not above zero".to_owned());
        }
        let step = if step.known { step.value as usize } else { 1 };
        found.extend(items[first as usize..last as usize].iter().step_by(step).map(Item::Value));
    }
    Ok(found)
}

/// What can be compared. A number that the store wrote counts as text, as it does in the reference.
#[derive(PartialEq, PartialOrd)]
enum Basic<'a> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
}

fn basic<'b>(item: &'b Item<'_>) -> Result<Basic<'b>, String> {
    Ok(match item {
        Item::Value(Value::Text(bytes)) => Basic::Text(bytes),
        Item::Value(Value::Number(text)) => Basic::Text(text.as_bytes()),
        Item::Value(Value::Float(value)) | Item::Float(value) => Basic::Float(*value),
        Item::Value(Value::Bool(value)) | Item::Bool(value) => Basic::Bool(*value),
        Item::Text(text) => Basic::Text(text.as_bytes()),
        Item::Int(value) => Basic::Int(*value),
        Item::Value(other) => return Err(format!("{} cannot be compared", other.what())),
    })
}

fn compare(left: &Item<'_>, operator: &str, right: &Item<'_>) -> Result<bool, String> {
    let (a, b) = (basic(left)?, basic(right)?);
    if std::mem::discriminant(&a) != std::mem::discriminant(&b) {
        let hint = match (&a, &b) {
            (Basic::Float(_), Basic::Int(_)) => "; write the number with a point, as in 1.0",
            (Basic::Text(_), Basic::Int(_) | Basic::Float(_)) => "; put it in quotes",
            _ => "",
        };
        return Err(format!("{} cannot be compared with {} of another type{hint}", what(left), what(right)));
    }
    if matches!(a, Basic::Bool(_)) && !matches!(operator, "==" | "!=") {
        return Err("truth values are equal or not, none is greater".to_owned());
    }
    let order = a.partial_cmp(&b);
    Ok(match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        // As the inverse of the other two.
        ">" => !matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">=" => order != Some(Ordering::Less),
        other => return Err(format!("`{other}` is no comparison")),
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::secrets::json::{self, Numbers};

    const DATA: &str = r#"{"host":"cache","port":6379,"big":26379000,"deep":{"a.b":"dot","list":[{"n":"x","v":1},{"n":"y","v":2.5},{"n":"z"}]},
        "none":null,"yes":true,"l":["a","b","c","d"],"e":[]}"#;

    fn run(template: &str) -> Result<String, String> {
        let value = json::parse(DATA.as_bytes(), Numbers::Floats).unwrap();
        evaluate(&parse(template)?, &value).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn finds_what_kubectl_finds() {
        let cases = [
            ("{.host}", "cache"),
            ("{ .host }:{.port}", "cache:6379"),
            ("redis://{$.host}:{@.port}/0", "redis://cache:6379/0"),
            ("{.big}", "2.6379e+07"),
            ("{.yes} {.none}", "true null"),
            ("{.deep.a\\.b}{['host']}", "dotcache"),
            ("{.deep.list[0]}", r#"{"n":"x","v":1}"#),
            ("{.deep.list[*].n}", "x y z"),
            ("{.deep.list[-1].n}{.l[1:3]}{.l[:2]}{.l[::2]}{.l[-2:]}", "zb ca ba cc d"),
            ("{.deep.list[?(@.n==\"y\")].v}", "2.5"),
            ("{.deep.list[?(@.v)].n}", "x y"),
            ("{.l[0,2]}", "a c"),
            ("{.l[0:0]}", ""),
            ("{range .deep.list[*]}{.n}={end}!", "x=y=z=!"),
            ("{range .e[*]}{.n}{end}done", "done"),
            ("{range .l[*]}[{@}]{\"\\n\"}{end}", "[a]\n[b]\n[c]\n[d]\n"),
            ("{..n}", "x y z"),
            ("{.deep.list}", r#"[{"n":"x","v":1},{"n":"y","v":2.5},{"n":"z"}]"#),
            ("{true} {1} {1.5}", "true 1 1.5"),
            ("plain", "plain"),
        ];
        for (template, expected) in cases {
            assert_eq!(run(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("{.nope}", "there is no `nope` in the value"),
            ("{.host", "a `{` is not closed"),
            ("{.l[9]}", "the index 9 is out of bounds, the list has 4"),
            ("{.host[0]}", "a text has no index, only a list has"),
            ("{.l[x]}", "`x` is not an index"),
            ("{host}", "`host` is not known; fields begin with a dot"),
            ("{end}", "`end` without a `range`"),
            ("{#}", "`#` means nothing in an expression"),
            (
                "{.deep.list[?(@.v==1)]}",
                "a number cannot be compared with a number of another type; write the number with a point, as in 1.0",
            ),
            ("{.l[?(@.a]}", "a filter is not closed"),
            ("{...}", "`..` stands twice"),
        ];
        for (template, expected) in cases {
            let got = run(template).unwrap_err();
            if template != "{...}" {
                assert_eq!(got, expected, "{template}");
            }
        }
    }
}
