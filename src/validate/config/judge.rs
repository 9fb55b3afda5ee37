//! What a configuration makes of a finding.

use crate::diagnostics::Severity;
use crate::kustomize::decode::{Pairs, Text};
use crate::validate::Finding;

use super::comments::names;
use super::globs::{name_fits, path_fits};
use super::types::{Configuration, Ignore, Override};

/// Where a finding was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scene<'a> {
    /// The environment that was named.
    pub environment: Option<&'a str>,
    /// The file that the finding points at, from the root of the repository.
    pub file: Option<&'a str>,
}

/// How bad what a rule finds is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Level {
    /// Nothing is said.
    Off,
    /// As the rule says.
    Own,
    /// Always this.
    Fixed(Severity),
}

impl Level {
    pub const NAMES: [&'static str; 5] = ["off", "on", "note", "warning", "error"];

    pub fn parse(text: &str) -> Option<Level> {
        Some(match text {
            "off" | "false" => Level::Off,
            "on" | "true" => Level::Own,
            "note" => Level::Fixed(Severity::Note),
            "warning" => Level::Fixed(Severity::Warning),
            "error" => Level::Fixed(Severity::Error),
            _ => return None,
        })
    }
}

impl Configuration {
    /// The finding as this repository wants it; nothing when it does not want it at all.
    pub fn judge(&self, mut finding: Finding, scene: &Scene<'_>) -> Option<Finding> {
        if self.ignore.iter().any(|entry| entry.is_for(&finding, scene)) {
            return None;
        }
        let mut level = of_rule(&self.rules, &finding.rule);
        for entry in self.overrides.iter().filter(|entry| entry.is_for(scene)) {
            level = of_rule(&entry.rules, &finding.rule).or(level);
        }
        match level {
            Some(Level::Off) => return None,
            Some(Level::Fixed(severity)) => finding.severity = severity,
            Some(Level::Own) | None => {}
        }
        Some(finding)
    }
}

/// What a list says about a rule: its own entry, else that of its folder.
fn of_rule(rules: &Pairs, rule: &str) -> Option<Level> {
    let folder = |(name, level): &(Text, Text)| names(name, rule).then(|| Level::parse(level)).flatten();
    rules.get(rule).and_then(|level| Level::parse(level)).or_else(|| rules.0.iter().find_map(folder))
}

impl Override {
    fn is_for(&self, scene: &Scene<'_>) -> bool {
        let environment = scene.environment.unwrap_or("");
        let here = self.environments.is_empty()
            || self.environments.iter().any(|it| !environment.is_empty() && name_fits(it, environment));
        here && (self.paths.is_empty()
            || self.paths.iter().any(|it| scene.file.is_some_and(|path| path_fits(it, path))))
    }
}

impl Ignore {
    fn is_for(&self, finding: &Finding, scene: &Scene<'_>) -> bool {
        let part =
            |wanted: &Text, have: Option<&str>| wanted.is_empty() || have.is_some_and(|have| name_fits(wanted, have));
        let object = finding.resource.as_ref();
        names(&self.rule, &finding.rule)
            && part(&self.kind, object.map(|it| it.kind.as_str()))
            && part(&self.name, object.map(|it| it.name.as_str()))
            && part(&self.namespace, object.and_then(|it| it.namespace.as_deref()))
            && (self.path.is_empty() || scene.file.is_some_and(|path| path_fits(&self.path, path)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::Trace;

    fn judged(config: &str, rule: &'static str, environment: &str, file: &str) -> Option<Severity> {
        let (sources, trace) = (Sources::new(), Trace::new());
        let text = format!("apiVersion: redisops.dev/v1alpha1\nkind: Configuration\n{config}");
        let source = sources.add("redisops.yaml", text, SourceKind::Config).unwrap();
        let config = read(&source, &trace).unwrap().0;
        let finding = Finding::new(rule, Severity::Warning, "x");
        let scene = Scene { environment: Some(environment).filter(|it| !it.is_empty()), file: Some(file) };
        config.judge(finding, &scene).map(|finding| finding.severity)
    }

    #[test]
    fn rules_are_turned_off_and_weighed() {
        let config = "rules: {k8s/*: off, k8s/image-tag: error, redis/volume-size: on}\n";
        assert_eq!(judged(config, "k8s/image-tag", "", "a"), Some(Severity::Error));
        assert_eq!(judged(config, "k8s/image-latest", "", "a"), None);
        assert_eq!(judged(config, "redis/volume-size", "", "a"), Some(Severity::Warning));
        assert_eq!(judged("", "redis/volume-size", "", "a"), Some(Severity::Warning));
    }

    #[test]
    fn overrides_hold_for_a_part() {
        let config = "rules: {k8s/image-tag: error}\noverrides:\n- environments: [dev*]\n  rules: {k8s/image-tag: note}\n- paths: [examples]\n  rules: {k8s/*: off}\n";
        assert_eq!(judged(config, "k8s/image-tag", "dev-1", "a"), Some(Severity::Note));
        assert_eq!(judged(config, "k8s/image-tag", "", "a"), Some(Severity::Error));
        assert_eq!(judged(config, "k8s/image-tag", "dev", "examples/a.yaml"), None);
    }

    #[test]
    fn known_findings_are_left_out() {
        let config = "ignore:\n- {rule: k8s/image-tag, path: base/x.yaml, reason: it is a test}\n";
        assert_eq!(judged(config, "k8s/image-tag", "", "base/x.yaml"), None);
        assert_eq!(judged(config, "k8s/image-tag", "", "base/y.yaml"), Some(Severity::Warning));
        assert_eq!(
            judged("ignore:\n- {rule: k8s/image-tag, kind: Pod}\n", "k8s/image-tag", "", "a"),
            Some(Severity::Warning)
        );
    }
}
