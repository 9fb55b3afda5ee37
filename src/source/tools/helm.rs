//! What helm is asked to do for a chart of a kustomization: pure argument building, in the order of the reference.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ToolError, ToolErrorKind};
use crate::source::file_system::FileSystem;
use crate::source::path::{clean, join};

/// Values of `valuesMerge`; the second is the default.
pub const LEGAL_VALUES_MERGES: [&str; 3] = ["merge", "override", "replace"];

/// The directory for charts when `chartHome` is not set.
const DEFAULT_CHART_HOME: &str = "charts";

/// The fields of an entry of `helmCharts:` that helm sees; values are the caller's matter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HelmChart {
    /// `name`.
    pub name: String,
    /// `version`.
    pub version: String,
    /// `repo`.
    pub repo: String,
    /// `releaseName`.
    pub release_name: String,
    /// `namespace`.
    pub namespace: String,
    /// `nameTemplate`.
    pub name_template: String,
    /// `additionalValuesFiles`, as written; the caller has loaded each, which checks that it may be read.
    pub additional_values_files: Vec<String>,
    /// `apiVersions`.
    pub api_versions: Vec<String>,
    /// `kubeVersion`.
    pub kube_version: String,
    /// `includeCRDs`.
    pub include_crds: bool,
    /// `skipTests`.
    pub skip_tests: bool,
    /// `skipHooks`.
    pub skip_hooks: bool,
    /// `debug`.
    pub debug: bool,
    /// `devel`.
    pub devel: bool,
}

/// One chart of one kustomization.
#[derive(Clone, Debug)]
pub struct HelmCall {
    /// The helm program (`--helm-command`).
    pub command: String,
    /// The directory of the kustomization.
    pub root: PathBuf,
    /// What holds the files of the kustomization.
    pub files: Arc<dyn FileSystem>,
    /// Whether a chart that is pulled is put below the root, as the reference does it. Not so for files that were fetched or belong to a revision:
    /// they stay as they are.
    pub keep_pulled: bool,
    /// `chartHome`; empty is the default.
    pub chart_home: String,
    /// `configHome`; empty is a directory that lives as long as the build.
    pub config_home: String,
    /// The chart.
    pub chart: HelmChart,
}

/// A chart that is ready to be rendered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chart {
    /// Its directory on the disk.
    pub directory: PathBuf,
    /// Its `values.yaml` when the chart was pulled to a place that the loader of the kustomization does not reach; otherwise the caller loads
    /// [`HelmCall::default_values_file`].
    pub default_values: Option<Vec<u8>>,
}

impl HelmCall {
    /// Refuses names that helm would take for options, and a chart without a name.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn validate(&self) -> Result<(), ToolError> {
        let HelmChart { name, release_name, .. } = &self.chart;
        if name.is_empty() {
            return Err(ToolError::new(ToolErrorKind::Refused, "an entry of `helmCharts` has no `name`")
                .help("add `name:` with the name of the chart, and `repo:` where it is not in the chart home"));
        }
        for (field, value) in [("name", name), ("releaseName", release_name)] {
            if value.starts_with('-') {
                let message = format!(
                    "`{field}` of a helm chart must not start with `-`: helm would take `{value}` for an option"
                );
                return Err(ToolError::new(ToolErrorKind::Refused, message));
            }
        }
        Ok(())
    }

    /// The directory that holds, or will hold, the directory of the chart.
    pub fn absolute_chart_home(&self) -> PathBuf {
        let home = if self.chart_home.is_empty() { DEFAULT_CHART_HOME } else { &self.chart_home };
        let home = if home.starts_with('/') { PathBuf::from(home) } else { join(&self.root, home) };
        if self.chart.version.is_empty() || self.chart.repo.is_empty() {
            return home;
        }
        clean(&home.join(self.versioned_name()))
    }

    /// The directory of the chart, if it is not pulled elsewhere.
    pub fn chart_directory(&self) -> PathBuf {
        join(&self.absolute_chart_home(), &self.chart.name)
    }

    /// The values of the chart itself, used when `valuesFile` is not set.
    pub fn default_values_file(&self) -> PathBuf {
        self.chart_directory().join("values.yaml")
    }

    fn versioned_name(&self) -> String {
        format!("{}-{}", self.chart.name, self.chart.version)
    }

    /// The arguments that pull the chart into a directory.
    pub(super) fn pull_arguments(&self, directory: &Path) -> Vec<String> {
        let HelmChart { name, version, repo, .. } = &self.chart;
        let mut out = strings(&["pull", "--untar", "--untardir", &directory.to_string_lossy()]);
        if repo.starts_with("oci://") {
            out.push(format!("{}/{name}", repo.strip_suffix('/').unwrap_or(repo)));
        } else {
            option(&mut out, "--repo", repo);
            out.push(name.clone());
        }
        option(&mut out, "--version", version);
        flag(&mut out, "--devel", self.chart.devel);
        out
    }

    /// The arguments that render the chart with a file of values.
    pub(super) fn template_arguments(&self, directory: &Path, values: &Path, additional: &[PathBuf]) -> Vec<String> {
        let chart = &self.chart;
        let mut out = strings(&["template"]);
        out.push(if chart.release_name.is_empty() { "--generate-name".to_owned() } else { chart.release_name.clone() });
        out.push(directory.to_string_lossy().into_owned());
        option(&mut out, "--namespace", &chart.namespace);
        option(&mut out, "--name-template", &chart.name_template);
        for file in std::iter::once(values).chain(additional.iter().map(PathBuf::as_path)) {
            option(&mut out, "-f", &file.to_string_lossy());
        }
        for version in &chart.api_versions {
            out.extend(["--api-versions".to_owned(), version.clone()]);
        }
        option(&mut out, "--kube-version", &chart.kube_version);
        flag(&mut out, "--include-crds", chart.include_crds);
        flag(&mut out, "--skip-tests", chart.skip_tests);
        flag(&mut out, "--no-hooks", chart.skip_hooks);
        flag(&mut out, "--debug", chart.debug);
        flag(&mut out, "--devel", chart.devel);
        out
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn option(out: &mut Vec<String>, name: &str, value: &str) {
    if !value.is_empty() {
        out.extend([name.to_owned(), value.to_owned()]);
    }
}

fn flag(out: &mut Vec<String>, name: &str, set: bool) {
    if set {
        out.push(name.to_owned());
    }
}

/// Refuses a helm that is too old, from what `helm version --short` prints.
pub(super) fn check_version(printed: &str) -> Result<(), ToolError> {
    let fail = |message: String| {
        Err(ToolError::new(ToolErrorKind::Missing, message)
            .help("install helm 3 or 4, or name one with `--helm-command`"))
    };
    // The first number with a dot in it.
    let numbers = printed.split(|c: char| !c.is_ascii_digit() && c != '.').map(|part| part.trim_matches('.'));
    let Some(version) = numbers.into_iter().find(|part| part.contains('.') && !part.contains("..")) else {
        return fail(format!("`helm version --short` prints no version but `{}`", printed.trim()));
    };
    match version.split('.').next() {
        Some("3" | "4") => Ok(()),
        _ => fail(format!("helm {version} cannot be used")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    fn call(chart: HelmChart) -> HelmCall {
        HelmCall {
            command: "helm".into(),
            root: "/app".into(),
            files: Arc::new(Memory::new()),
            keep_pulled: true,
            chart_home: String::new(),
            config_home: String::new(),
            chart,
        }
    }

    /// The expected lists are what kustomize 5.8.2 passed to a helm that writes down its arguments.
    #[test]
    fn arguments_come_in_the_order_of_the_reference() {
        let full = call(HelmChart {
            name: "mychart".into(),
            version: "1.2.3".into(),
            repo: "https://charts.example.test".into(),
            release_name: "rel".into(),
            namespace: "ns".into(),
            name_template: "t-{{ 1 }}".into(),
            api_versions: vec!["a/v1".into(), "b/v2".into()],
            kube_version: "1.30".into(),
            include_crds: true,
            skip_tests: true,
            skip_hooks: true,
            debug: true,
            devel: true,
            ..HelmChart::default()
        });
        assert_eq!(full.default_values_file(), Path::new("/app/charts/mychart-1.2.3/mychart/values.yaml"));
        let additional = ["/app/more.yaml".into(), "/app/vals.yaml".into()];
        let got = full.template_arguments(
            &full.chart_directory(),
            Path::new("/t/mychart-kustomize-values.yaml"),
            &additional,
        );
        let want = "template rel /app/charts/mychart-1.2.3/mychart --namespace ns --name-template t-{{_1_}} -f /t/mychart-kustomize-values.yaml \
                    -f /app/more.yaml -f /app/vals.yaml --api-versions a/v1 --api-versions b/v2 --kube-version 1.30 --include-crds --skip-tests \
                    --no-hooks --debug --devel";
        assert_eq!(got.iter().map(|a| a.replace(' ', "_")).collect::<Vec<_>>().join(" "), want);
        let plain = call(HelmChart { name: "plain".into(), ..HelmChart::default() });
        let got = plain.template_arguments(&plain.chart_directory(), Path::new("/t/v"), &[]);
        assert_eq!(got, ["template", "--generate-name", "/app/charts/plain", "-f", "/t/v"]);
    }

    #[test]
    fn charts_are_pulled_as_the_reference_does() {
        let pulled = |repo: &str, version: &str, devel| {
            let call = call(HelmChart {
                name: "pulled".into(),
                repo: repo.into(),
                version: version.into(),
                devel,
                ..HelmChart::default()
            });
            call.pull_arguments(&call.absolute_chart_home()).join(" ")
        };
        assert_eq!(
            pulled("oci://reg.example.test/charts/", "2", true),
            "pull --untar --untardir /app/charts/pulled-2 oci://reg.example.test/charts/pulled --version 2 --devel"
        );
        assert_eq!(
            pulled("https://reg.example.test/charts/", "", false),
            "pull --untar --untardir /app/charts --repo https://reg.example.test/charts/ pulled"
        );
    }

    #[test]
    fn refuses_options_and_old_versions() {
        for name in ["", "-x"] {
            let chart = HelmChart { name: name.into(), ..HelmChart::default() };
            assert_eq!(call(chart).validate().unwrap_err().kind(), ToolErrorKind::Refused, "{name}");
        }
        for good in ["v3.19.5+gabc\n", "WARNING: x\nv4.0.0", "3.1", "v3.19"] {
            assert_eq!(check_version(good), Ok(()), "{good}");
        }
        for bad in ["Client: v2.17.0+ga690bad", "", "v3", "version ..."] {
            assert!(check_version(bad).is_err(), "{bad}");
        }
    }
}
