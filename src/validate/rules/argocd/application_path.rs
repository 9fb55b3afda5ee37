//! An Application of a path that does not exist.

use crate::diagnostics::did_you_mean;
use crate::validate::{Field, Findings, Objects, Rule};

rule!(ApplicationPath, "argocd/application-path", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let Some(repository) = &objects.settings().repository else { return };
    let mut paths: Vec<(Field<'_>, &str)> = Vec::new();
    for application in objects.of_group_kind("argoproj.io", "Application") {
        sources(&Field::of(application).get("spec"), &mut paths);
    }
    for set in objects.of_group_kind("argoproj.io", "ApplicationSet") {
        sources(&Field::of(set).path(&["spec", "template", "spec"]), &mut paths);
    }
    let is_plain = |path: &str| !path.contains("{{");
    // Which URL is that of this repository is seldom known; one whose paths exist here is.
    let exists = |field: &Field<'_>| {
        field.text().is_some_and(|path| is_plain(path) && path != "." && repository.is_directory(path))
    };
    let own: Vec<&str> = paths.iter().filter(|(field, _)| exists(field)).map(|(_, url)| *url).collect();
    for (field, url) in &paths {
        let Some(path) = field.text().filter(|path| is_plain(path)) else { continue };
        let is_own = repository.is_at(url) || own.contains(url);
        if !is_own || repository.is_directory(path) {
            continue;
        }
        let finding = found.add(rule, objects, field, format!("there is no directory `{path}` in this repository"));
        let parent = path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent);
        let beside = repository.directories(parent);
        let full: Vec<String> = beside
            .iter()
            .map(|name| if parent.is_empty() { name.clone() } else { format!("{parent}/{name}") })
            .collect();
        finding.help = Some(match did_you_mean(path.trim_end_matches('/'), full.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if full.is_empty() => "write a path from the root of the repository".to_owned(),
            None => format!("write a path from the root of the repository; there are {}", full.join(", ")),
        });
    }
}

/// Paths of a spec with the URL of their repository.
fn sources<'a>(spec: &Field<'a>, out: &mut Vec<(Field<'a>, &'a str)>) {
    let mut all = vec![spec.get("source")];
    all.extend(spec.get("sources").items());
    for source in all {
        if let (Some(url), true) =
            (source.get("repoURL").text(), source.get("path").is_set() && !source.get("chart").is_set())
        {
            out.push((source.get("path"), url));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::testing::found_with;
    use super::ApplicationPath;
    use crate::validate::{Repository, Settings};

    #[derive(Debug)]
    struct Fake;

    impl Repository for Fake {
        fn is_directory(&self, path: &str) -> bool {
            ["overlays", "overlays/prod", "overlays/dev"].contains(&path.trim_end_matches('/'))
        }

        fn directories(&self, path: &str) -> Vec<String> {
            if path == "overlays" { vec!["dev".to_owned(), "prod".to_owned()] } else { Vec::new() }
        }

        fn is_at(&self, url: &str) -> bool {
            url == "https://git/own.git"
        }
    }

    fn found(applications: &[(&str, &str)]) -> Vec<String> {
        let one = |(url, path): &(&str, &str)| {
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\nspec:\n  source: {{repoURL: {url}, path: {path}}}\n---\n"
            )
        };
        let settings = Settings { repository: Some(Arc::new(Fake)), ..Settings::default() };
        found_with(&ApplicationPath, &applications.iter().map(one).collect::<String>(), &settings, |_| {})
    }

    #[test]
    fn paths_of_this_repository_exist() {
        assert_eq!(found(&[("https://git/own.git", "overlays/prod")]), [""; 0]);
        assert_eq!(
            found(&[("https://git/own.git", "overlays/pord")]),
            ["error 5:48 spec.source.path: there is no directory `overlays/pord` in this repository"]
        );
        assert_eq!(found(&[("https://git/other.git", "charts/x")]), [""; 0]);
        // Another spelling of the URL, known by its other paths.
        assert_eq!(found(&[("git@git:own", "overlays/dev"), ("git@git:own", "overlays/x")]).len(), 1);
    }
}
