//! Helm charts: values for `helm template`, and its output as objects.
//!
//! Knows which values helm gets; running helm is the business of [`crate::source::Tools`].

mod values;

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, MadeBy, Pos, Source, SourceKind, did_you_mean};
use crate::k8s::{DuplicateId, Resource};
use crate::kustomize::accumulate::Target;
use crate::kustomize::build_annotations::LOCAL_CONFIG;
use crate::kustomize::decode::Text;
use crate::kustomize::kustomization_file::at_entry;
use crate::kustomize::load_resources::resources_from_source;
use crate::kustomize::types::{HelmChart, HelmGlobals};
use crate::source::{self, Chart, HelmCall, LEGAL_VALUES_MERGES, ToolError};

use values::Precedence;

/// The objects of a chart. `namespace_default` is given to helm when the chart does not set a namespace.
///
/// # Errors
/// When charts are not enabled, helm fails, values do not fit together, or the output is not made of objects. All point at the entry of the chart.
pub fn inflate(
    chart: &HelmChart,
    globals: &HelmGlobals,
    namespace_default: Option<&str>,
    target: &Target<'_>,
) -> Result<Vec<Resource>, Diagnostics> {
    let inflation = Inflation { chart, target, call: helm_call(chart, globals, namespace_default, target) };
    inflation.check()?;
    let tools = target.build.tools;
    let prepared = tools.prepare_chart(&inflation.call).map_err(|e| inflation.at_chart(e))?;
    let values = inflation.values(&prepared)?;
    let output = tools.template_chart(&inflation.call, &prepared, &values).map_err(|e| inflation.at_chart(e))?;
    inflation.objects(output)
}

/// What helm is called with. An entry's own versions win over those of the command line: the reference reads the entry last.
fn helm_call(
    chart: &HelmChart,
    globals: &HelmGlobals,
    namespace_default: Option<&str>,
    target: &Target<'_>,
) -> HelmCall {
    let options = &target.build.options.helm;
    let (loader, files) = (&target.loader, target.loader.files());
    let texts = |list: &[Text]| list.iter().map(|text| text.value.clone()).collect::<Vec<_>>();
    let or = |own: &str, other: &str| if own.is_empty() { other.to_owned() } else { own.to_owned() };
    HelmCall {
        command: options.command.clone(),
        root: loader.root().to_owned(),
        files: Arc::clone(files),
        keep_pulled: files.is_on_disk() && !loader.is_remote(),
        chart_home: globals.chart_home.value.clone(),
        config_home: globals.config_home.value.clone(),
        chart: source::HelmChart {
            name: chart.name.value.clone(),
            version: chart.version.value.clone(),
            repo: chart.repo.value.clone(),
            release_name: chart.release_name.value.clone(),
            namespace: or(&chart.namespace, namespace_default.unwrap_or_default()),
            name_template: chart.name_template.value.clone(),
            additional_values_files: texts(&chart.additional_values_files),
            api_versions: if chart.api_versions.is_empty() {
                options.api_versions.clone()
            } else {
                texts(&chart.api_versions)
            },
            kube_version: or(&chart.kube_version, &options.kube_version),
            include_crds: chart.include_crds,
            skip_tests: chart.skip_tests,
            skip_hooks: chart.skip_hooks,
            debug: chart.debug || options.debug,
            devel: chart.devel,
        },
    }
}

struct Inflation<'a, 't> {
    chart: &'a HelmChart,
    target: &'a Target<'t>,
    call: HelmCall,
}

impl Inflation<'_, '_> {
    /// What is wrong before helm is asked.
    fn check(&self) -> Result<(), Diagnostics> {
        let options = &self.target.build.options.helm;
        if !options.enabled {
            let what = format!("the chart `{}` needs helm, which is not enabled", &*self.chart.name);
            return Err(self
                .labelled(Diagnostic::error("redisops::helm::not_enabled", what))
                .note("helm runs as a program of its own, and may reach the network to pull charts")
                .help("build with `--enable-helm`")
                .into());
        }
        self.call.validate().map_err(|e| self.at_chart(e))?;
        let mut found = Diagnostics::new();
        for file in &self.chart.additional_values_files {
            // Helm reads it; loading it here is what checks that it may be read.
            found.take(self.target.loader.load(file).map_err(|e| at_entry(e, file)));
        }
        if let Some(inline) = self.chart.values_inline.as_ref().filter(|node| node.as_map().is_none()) {
            let pos = self.target.build.cx.trace.pos(inline.origin);
            found.push(Diagnostic::error("redisops::helm::values", "`valuesInline` must be a mapping").label(
                pos,
                inline.text().map_or(1, str::len),
                "not a mapping",
            ));
        }
        let merge = &self.chart.values_merge;
        if !merge.is_empty() && !LEGAL_VALUES_MERGES.contains(&&**merge) {
            let near = did_you_mean(merge, LEGAL_VALUES_MERGES).map(|near| format!("did you mean `{near}`?"));
            found.push(
                Diagnostic::error("redisops::helm::values_merge", format!("`valuesMerge` cannot be `{}`", &**merge))
                    .label(merge.pos, merge.len(), near.unwrap_or_default())
                    .help(format!("it is one of {}; `override` is the default", LEGAL_VALUES_MERGES.join(", "))),
            );
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }

    fn place(&self) -> (Pos, usize) {
        let name = &self.chart.name;
        if name.pos.is_none() { (self.chart.pos, 1) } else { (name.pos, name.len()) }
    }

    /// What the output was made of, for those who ask where a value came from.
    fn made_by(&self) -> MadeBy {
        let (chart, loader) = (self.chart, &self.target.loader);
        let name = match chart.version.is_empty() {
            true => chart.name.value.clone(),
            false => format!("{} {}", &*chart.name, &*chart.version),
        };
        let named =
            chart.additional_values_files.iter().map(|file| loader.files().display(&source::join(loader.root(), file)));
        MadeBy { entry: self.place().0, name, inputs: std::iter::once(self.values_path()).chain(named).collect() }
    }

    fn labelled(&self, diagnostic: Diagnostic) -> Diagnostic {
        let (pos, len) = self.place();
        diagnostic.label(pos, len, "this chart")
    }

    fn at_chart(&self, error: ToolError) -> Diagnostics {
        self.labelled(error.into()).into()
    }

    /// The text of the values that helm gets.
    fn values(&self, prepared: &Chart) -> Result<Vec<u8>, Diagnostics> {
        let inline = self.chart.values_inline.as_ref().filter(|node| node.as_map().is_some_and(|map| !map.is_empty()));
        let Some(inline) = inline else { return self.values_file(prepared) };
        let precedence = match &*self.chart.values_merge {
            "replace" => return values::print(inline.clone()).map_err(|d| self.labelled(d).into()),
            "merge" => Precedence::File,
            _ => Precedence::Inline,
        };
        let text = self.values_file(prepared)?;
        let path = self.values_path();
        let text = String::from_utf8(text).map_err(|_| {
            self.labelled(Diagnostic::error("redisops::helm::values", format!("`{path}` is not UTF-8")))
        })?;
        let source = self.target.build.cx.add_source(path, text, SourceKind::Data)?;
        values::merge(&source, inline, precedence).map_err(|d| self.labelled(d).into())
    }

    fn values_path(&self) -> String {
        let name = &self.chart.values_file;
        let loader = &self.target.loader;
        if name.is_empty() {
            loader.files().display(&self.call.default_values_file())
        } else {
            loader.files().display(&source::join(loader.root(), name))
        }
    }

    /// The values file as it is: the one that the entry names, or the chart's own.
    fn values_file(&self, prepared: &Chart) -> Result<Vec<u8>, Diagnostics> {
        let loader = &self.target.loader;
        let name = &self.chart.values_file;
        if !name.is_empty() {
            return Ok(loader.load(name).map_err(|e| at_entry(e, name))?.bytes);
        }
        if let Some(values) = &prepared.default_values {
            return Ok(values.clone());
        }
        let path = self.call.default_values_file();
        let loaded = loader.load(&path.to_string_lossy()).map_err(|e| {
            self.labelled(e.into()).note("without `valuesFile`, the `values.yaml` of the chart is read")
        })?;
        Ok(loaded.bytes)
    }

    fn objects(&self, output: Vec<u8>) -> Result<Vec<Resource>, Diagnostics> {
        let path = format!("{} (helm template)", self.target.loader.files().display(&self.call.chart_directory()));
        let text = String::from_utf8(output).map_err(|_| {
            self.labelled(Diagnostic::error("redisops::helm::output", format!("`{path}` is not UTF-8")))
        })?;
        let source = self.target.build.cx.sources.add_made(path, text, SourceKind::Helm, self.made_by())?;
        let mut resources = self.unique(&source).map_err(|found| self.about_output(found))?;
        for resource in &mut resources {
            resource.helm_generated = true;
        }
        Ok(resources)
    }

    /// The objects of the output, of which no two may be the same. When two are, the reference tries again without local configuration.
    fn unique(&self, source: &Source) -> Result<Vec<Resource>, Diagnostics> {
        let cx = self.target.build.cx;
        let mut without_local = false;
        loop {
            let mut resources = cx.empty_resources();
            let mut duplicates = Vec::new();
            for resource in resources_from_source(source)? {
                let local = resource.annotation(LOCAL_CONFIG).is_some_and(|value| value != "false");
                if !(without_local && local) {
                    duplicates.extend(resources.append(resource).err());
                }
            }
            if duplicates.is_empty() {
                return Ok(resources.into_vec());
            }
            if without_local {
                let place = |resource: &Resource| {
                    let name = resource.node.lookup(&["metadata", "name"]).unwrap_or(&resource.node);
                    (cx.trace.pos(name.origin), name.text().map_or(1, str::len))
                };
                let twice = |DuplicateId { id, existing, incoming }: DuplicateId| {
                    let (again, first) = (place(&incoming), place(resources.at(existing)));
                    Diagnostic::error("redisops::helm::duplicate_resource", format!("helm has rendered {id} twice"))
                        .label(again.0, again.1, "again here")
                        .label(first.0, first.1, "first here")
                };
                return Err(Diagnostics(duplicates.into_iter().map(twice).collect()));
            }
            without_local = true;
        }
    }

    fn about_output(&self, found: Diagnostics) -> Diagnostics {
        Diagnostics(found.0.into_iter().map(|one| self.labelled(one)).collect())
    }
}
