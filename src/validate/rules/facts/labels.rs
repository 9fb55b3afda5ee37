//! Labels, and the selectors that select by them.

use super::super::super::Field;

/// Labels of an object or of the pods that it makes.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Labels(pub Vec<(String, String)>);

impl Labels {
    /// Those of a mapping.
    pub fn of(map: &Field<'_>) -> Labels {
        let pairs = map.entries().filter_map(|(key, value)| Some((key.to_owned(), value.text()?.to_owned())));
        Labels(pairs.collect())
    }

    /// These labels.
    pub fn new(pairs: &[(&str, &str)]) -> Labels {
        Labels(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    /// The value of a label.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }
}

/// A selector of pods or Services.
#[derive(Clone, Debug)]
pub struct Selector<'a> {
    equal: Vec<(&'a str, &'a str)>,
    expressions: Vec<Expression<'a>>,
}

#[derive(Clone, Debug)]
struct Expression<'a> {
    key: &'a str,
    operator: &'a str,
    values: Vec<&'a str>,
}

impl<'a> Selector<'a> {
    /// A plain mapping of labels, as Services have it.
    pub fn of_map(map: &Field<'a>) -> Selector<'a> {
        let equal = map.entries().filter_map(|(key, value)| Some((key, value.text()?))).collect();
        Selector { equal, expressions: Vec::new() }
    }

    /// `matchLabels` and `matchExpressions`.
    pub fn of(selector: &Field<'a>) -> Selector<'a> {
        let mut built = Selector::of_map(&selector.get("matchLabels"));
        for item in selector.get("matchExpressions").items() {
            let text = |key: &str| item.get(key).text().unwrap_or("");
            let values = item.get("values").items().filter_map(|value| value.text()).collect();
            built.expressions.push(Expression { key: text("key"), operator: text("operator"), values });
        }
        built
    }

    /// The labels that it names with a value.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a, '_> {
        self.equal.iter().copied()
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.equal.is_empty() && self.expressions.is_empty()
    }

    /// The shortest of the lists that stand for its labels; none where it names no label with a value.
    pub fn rarest<'l>(&self, list: impl Fn(&str, &str) -> &'l [usize]) -> Option<&'l [usize]> {
        self.equal.iter().map(|(key, value)| list(key, value)).min_by_key(|positions| positions.len())
    }

    /// Whether it selects these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.equal.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.expressions.iter().all(|it| it.matches(labels))
    }

    /// Labels that would have to differ for it to select these, for people.
    pub fn first_difference(&self, labels: &Labels) -> Option<(&'a str, &'a str)> {
        self.equal.iter().find(|(key, value)| labels.get(key) != Some(value)).copied()
    }

    /// The selector without some labels.
    #[must_use]
    pub fn without(&self, is_left_out: impl Fn(&str) -> bool) -> Selector<'a> {
        let equal = self.equal.iter().filter(|(key, _)| !is_left_out(key)).copied().collect();
        let expressions = self.expressions.iter().filter(|it| !is_left_out(it.key)).cloned().collect();
        Selector { equal, expressions }
    }

    /// How many of its labels fit.
    pub fn fitting(&self, labels: &Labels) -> usize {
        self.equal.iter().filter(|(key, value)| labels.get(key) == Some(value)).count()
    }

    /// As people write it: `app=redis,role=master`.
    pub fn text(&self) -> String {
        let mut parts: Vec<String> = self.equal.iter().map(|(key, value)| format!("{key}={value}")).collect();
        parts.extend(self.expressions.iter().map(|it| match it.values.is_empty() {
            true => format!("{} {}", it.key, it.operator),
            false => format!("{} {} ({})", it.key, it.operator, it.values.join(", ")),
        }));
        parts.join(",")
    }
}

impl Expression<'_> {
    fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(self.key);
        match self.operator {
            "In" => value.is_some_and(|value| self.values.contains(&value)),
            "NotIn" => value.is_none_or(|value| !self.values.contains(&value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            // Something that the schema reports.
            _ => true,
        }
    }
}
