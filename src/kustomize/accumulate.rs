//! One kustomization, and through it all that it names: resources, configuration, generators, components, transformers, in the reference's order.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, Location, Severity, Source, SourceKind};
use crate::k8s::{DuplicateId, ResMap, Resource};
use crate::source::{Loader, OriginPath, Tools};
use crate::yaml::{Node, Trace, parse_yaml11};

use super::Context;
use super::absorb::absorb;
use super::build::Options;
use super::build_annotations::{add_transformation, set_file_origin, set_generator_origin};
use super::config::TransformerConfig;
use super::consequences;
use super::crd_config::from_definitions;
use super::decode::Text;
use super::generators::DataFile;
use super::kustomization_file::{KustomizationFile, at_entry};
use super::load::{Loaded, LoadedEntry};
use super::plugins::{self, Configured, Generator};
use super::vars::VarSet;

/// What has been gathered so far: objects, field specs, vars.
pub struct Accumulator {
    /// The objects.
    pub resources: ResMap,
    /// The field specs; none before the first kustomization has brought its own.
    pub config: Option<TransformerConfig>,
    /// The vars.
    pub vars: VarSet,
}

impl Accumulator {
    /// Nothing yet.
    pub fn new(cx: &Context<'_>) -> Accumulator {
        Accumulator { resources: cx.empty_resources(), config: None, vars: VarSet::default() }
    }

    fn merge(&mut self, other: Accumulator, entry: &Text, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        if let Err(duplicates) = self.resources.append_all(other.resources) {
            found.extend(duplicate_ids(&self.resources, duplicates, entry, true, cx));
        }
        self.config = match (self.config.take(), other.config) {
            (Some(own), Some(other)) => Some(own.merged(&other)?),
            (own, other) => own.or(other),
        };
        found.take(self.vars.merge(other.vars));
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

/// Objects of files that are read a second time through an entry: one mistake, however many objects there are.
fn same_again(
    duplicates: &[DuplicateId],
    entry: &Text,
    place: impl Fn(&Node) -> Option<Location>,
) -> Option<Diagnostic> {
    let (first, more) = duplicates.split_first()?;
    let stands = place(&first.incoming.node)?;
    let name = format!("{} ({})", first.id, first.id.gvk.api_version());
    let message = match more.len() {
        0 => format!("`{}` brings {name} a second time", &**entry),
        1 => format!("`{}` brings {name} and another object a second time", &**entry),
        more => format!("`{}` brings {name} and {more} other objects a second time", &**entry),
    };
    Some(
        Diagnostic::error("redisops::build::duplicate_resource", message)
            .label(entry.pos, entry.len(), "what this leads to is there already")
            .note(format!("the object stands at `{}:{}:{}`", stands.path, stands.line, stands.column))
            .help("name it once; to have a base several times, give each use a `namePrefix`, `nameSuffix` or `namespace` of its own"),
    )
}

/// Two objects of one identity, as a message.
fn duplicate_ids(
    resources: &ResMap,
    duplicates: Vec<DuplicateId>,
    entry: &Text,
    is_base: bool,
    cx: &Context<'_>,
) -> Diagnostics {
    let name_pos = |node: &Node| {
        let name = node.lookup(&["metadata", "name"]).unwrap_or(node);
        (cx.trace.pos(name.origin), name.text().map_or(1, str::len))
    };
    let place = |node: &Node| cx.sources.location(name_pos(node).0);
    let (same, different): (Vec<DuplicateId>, Vec<DuplicateId>) = duplicates
        .into_iter()
        .partition(|d| place(&d.incoming.node).is_some_and(|at| Some(at) == place(&resources.at(d.existing).node)));
    let all = different.into_iter().map(|duplicate| {
        let (again, again_len) = name_pos(&duplicate.incoming.node);
        let (first, first_len) = name_pos(&resources.at(duplicate.existing).node);
        let mut diagnostic = Diagnostic::error(
            "redisops::build::duplicate_resource",
            format!("{} ({}) is there twice", duplicate.id, duplicate.id.gvk.api_version()),
        )
        .label(again, again_len, "again here")
        .label(first, first_len, "first here")
        .help("rename one of them or list it once; to change an object of a base, use `patches`");
        if is_base {
            diagnostic = diagnostic.label(entry.pos, entry.len(), "comes in through this entry");
        }
        diagnostic
    });
    Diagnostics(all.chain(same_again(&same, entry, place)).collect())
}

fn not_a_component(entry: &Text, loaded: &Loaded) -> Diagnostic {
    Diagnostic::error(
        "redisops::build::resource_as_component",
        format!("`{}` is a {}, not a Component", &**entry, &*loaded.file.kustomization.kind),
    )
    .label(entry.pos, entry.len(), "")
    .help("list it under `resources`, or make its kind Component (apiVersion kustomize.config.k8s.io/v1alpha1)")
}

/// What all kustomizations of a build share.
pub struct Build<'a> {
    /// Texts, writes, schema, warnings.
    pub cx: &'a Context<'a>,
    /// Flags.
    pub options: &'a Options,
    /// Helm and functions.
    pub tools: &'a dyn Tools,
    /// Field specs that every kustomization starts with.
    pub built_in: TransformerConfig,
}

/// A kustomization with its place in the build.
pub struct Target<'a> {
    /// The build.
    pub build: &'a Build<'a>,
    /// Reaches its files.
    pub loader: Loader,
    /// The file.
    pub file: KustomizationFile,
    /// Where it stands, when the root wants to know of objects where they came from.
    pub origin: Option<OriginPath>,
    /// Namespace of the nearest kustomization above that sets one, for helm charts.
    pub helm_namespace: Option<String>,
}

type Resources = Vec<(Text, Result<LoadedEntry, Diagnostics>)>;
type Components = Vec<(Text, Result<Box<Loaded>, Diagnostics>)>;

/// Builds a loaded kustomization, as the root or below a parent at an entry, onto what has been gathered.
///
/// # Errors
/// Everything that is wrong in it and below it.
pub fn accumulate(
    build: &Build<'_>,
    loaded: Loaded,
    parent: Option<(&Target<'_>, &Text)>,
    origin: Option<OriginPath>,
    gathered: Accumulator,
) -> Result<Accumulator, Diagnostics> {
    let Loaded { loader, file, resources, components } = loaded;
    let helm_namespace = parent.and_then(|(p, _)| {
        let namespace = &p.file.kustomization.namespace;
        if namespace.is_empty() { p.helm_namespace.clone() } else { Some(namespace.value.clone()) }
    });
    let target = Target { build, loader, file, origin, helm_namespace };
    target.run(gathered, resources, components)
}

impl Target<'_> {
    fn choose_schema(&self) -> Result<(), Diagnostics> {
        let field = &self.file.kustomization.openapi;
        let document = match field.get("path") {
            Some(path) => Some((path, self.load_text(path, SourceKind::Config)?)),
            None => None,
        };
        plugins::choose_schema(self.build.cx, field, document)
    }

    /// The text of a file that the kustomization names.
    ///
    /// # Errors
    /// When it cannot be read; the place is that of the name.
    pub fn load_text(&self, entry: &Text, kind: SourceKind) -> Result<Arc<Source>, Diagnostics> {
        let loaded = self.loader.load(entry).map_err(|e| at_entry(e, entry))?;
        let path = loaded.path.clone();
        let text = loaded.text().map_err(|e| at_entry(e, entry))?;
        self.build.cx.add_source(path, text, kind)
    }

    /// A file for a generator: an entry that names it, and the path in that entry.
    ///
    /// # Errors
    /// When it cannot be read; the place is that of the name.
    pub fn load_data(&self, entry: &Text, path: &str, kind: SourceKind) -> Result<DataFile, Diagnostics> {
        let loaded = self.loader.load(path).map_err(|e| at_entry(e, entry))?;
        match String::from_utf8(loaded.bytes) {
            Ok(text) => Ok(DataFile::Text(self.build.cx.add_source(loaded.path, text, kind)?)),
            Err(error) => Ok(DataFile::Binary(error.into_bytes())),
        }
    }

    fn run(
        mut self,
        mut gathered: Accumulator,
        resources: Resources,
        components: Components,
    ) -> Result<Accumulator, Diagnostics> {
        let cx = self.build.cx;
        let mut found = Diagnostics::new();
        found.take(self.choose_schema());
        self.add_resources(&mut gathered, resources, &mut found);
        found.take(self.merge_config(&mut gathered));
        self.run_generators(&mut gathered, &mut found);
        let mut objects_known = !(self.file.objects_in_doubt || found.has_errors());
        for one in std::mem::take(&mut self.file.found).0 {
            if one.severity == Severity::Error { found.push(one) } else { cx.warn(one) }
        }
        // Components change what is there: behind something broken their patches would miss targets that are not missing.
        for (entry, component) in components {
            let component = match component {
                Ok(component) if !component.file.is_component() => Err(not_a_component(&entry, &component).into()),
                Ok(component) if objects_known => self.component(&entry, *component, &mut gathered),
                other => other.map(drop),
            };
            objects_known &= found.take(component).is_some();
        }
        // Transformers are made even when something is wrong already: a patch file that is missing is worth knowing at the same time.
        let config = gathered.config.clone().unwrap_or_else(|| self.build.built_in.clone());
        let (mut transformers, unfit) = plugins::transformers(&self, &config, found.has_errors());
        let validators = found.take(plugins::validators(&self));
        let mut late = Diagnostics::new();
        if !objects_known {
            transformers.clear();
        }
        self.run_transformers(&mut gathered, transformers, &mut late);
        found.extend(if unfit.has_errors() { consequences::removed(late) } else { late });
        found.extend(unfit);
        if found.has_errors() {
            return Err(found);
        }
        for validator in validators.unwrap_or_default() {
            plugins::validate(validator.transformer.as_ref(), &mut gathered.resources, cx)?;
        }
        let vars = self.file.kustomization.vars.take().unwrap_or_default();
        gathered.vars.add(&vars, &mut gathered.resources, cx.trace)?;
        Ok(gathered)
    }

    fn merge_config(&self, gathered: &mut Accumulator) -> Result<(), Diagnostics> {
        let k = &self.file.kustomization;
        if k.configurations.is_empty() && k.crds.is_empty() {
            gathered.config = match &gathered.config {
                Some(config) => Some(config.merged(&self.build.built_in)?),
                None => Some(self.build.built_in.clone()),
            };
            return Ok(());
        }
        let trace = self.build.cx.trace;
        let mut found = Diagnostics::new();
        let mut read = |entries: &[Text], parse: fn(&Node, &Trace) -> Result<TransformerConfig, Diagnostics>| {
            let mut all = TransformerConfig::default();
            for entry in entries {
                let one =
                    self.load_text(entry, SourceKind::Config).and_then(|source| parse(&parse_yaml11(&source)?, trace));
                if let Some(merged) = found.take(one.and_then(|one| all.merged(&one))) {
                    all = merged;
                }
            }
            all
        };
        let own = read(&k.configurations, TransformerConfig::from_file);
        let crds = read(&k.crds, from_definitions);
        if found.has_errors() {
            return Err(found);
        }
        let own = self.build.built_in.merged(&own)?;
        // Adding to nothing is not the same as taking over: fields that a broader one of the list covers are dropped then.
        let config = gathered.config.take().unwrap_or_default().merged(&own)?;
        gathered.config = Some(config.merged(&crds)?);
        Ok(())
    }

    /// Adds what entries of `resources` (or of `generators`, `transformers`) name.
    pub fn add_resources(&self, gathered: &mut Accumulator, resources: Resources, found: &mut Diagnostics) {
        for (entry, loaded) in resources {
            let added = loaded.and_then(|loaded| match loaded {
                LoadedEntry::Objects(objects) => {
                    let origin = self.origin.as_ref().map(|o| o.append(&entry));
                    self.add_objects(gathered, objects, &entry, origin)
                }
                LoadedEntry::Base(base) => self.base(&entry, *base, gathered),
            });
            found.take(added);
        }
    }

    /// Adds objects, noting where they come from when the root wants to know.
    ///
    /// # Errors
    /// When objects of the same identity are there.
    pub fn add_objects(
        &self,
        gathered: &mut Accumulator,
        objects: Vec<Resource>,
        entry: &Text,
        origin: Option<OriginPath>,
    ) -> Result<(), Diagnostics> {
        let mut duplicates = Vec::new();
        for mut resource in objects {
            if let Some(origin) = &origin {
                set_file_origin(&mut resource, origin);
            }
            duplicates.extend(gathered.resources.append(resource).err());
        }
        if duplicates.is_empty() {
            return Ok(());
        }
        Err(duplicate_ids(&gathered.resources, duplicates, entry, false, self.build.cx))
    }

    fn base(&self, entry: &Text, base: Loaded, gathered: &mut Accumulator) -> Result<(), Diagnostics> {
        if base.file.is_component() {
            return Err(Diagnostic::error(
                "redisops::build::component_as_resource",
                format!("`{}` is a Component, but stands in a list of resources", &**entry),
            )
            .label(entry.pos, entry.len(), "")
            .help("list it under `components`")
            .into());
        }
        let origin = self.origin.as_ref().map(|o| o.append(entry));
        let own = accumulate(self.build, base, Some((self, entry)), origin, Accumulator::new(self.build.cx))
            .map_err(|found| found.through(entry.pos, entry.len()))?;
        gathered.merge(own, entry, self.build.cx)
    }

    /// Components have no accumulator of their own: they work on what their parent has gathered.
    fn component(&self, entry: &Text, component: Loaded, gathered: &mut Accumulator) -> Result<(), Diagnostics> {
        let origin = self.origin.as_ref().map(|o| o.append(entry));
        let so_far = std::mem::replace(gathered, Accumulator::new(self.build.cx));
        *gathered = accumulate(self.build, component, Some((self, entry)), origin, so_far)
            .map_err(|found| found.through(entry.pos, entry.len()))?;
        Ok(())
    }

    fn run_generators(&self, gathered: &mut Accumulator, found: &mut Diagnostics) {
        let (generators, unfit) = plugins::generators(self);
        found.extend(unfit);
        // A build that fails anyway starts no programs and pulls no charts. Programs that fail do not hide each other.
        let mut fails = found.has_errors() || self.file.found.has_errors();
        for Generator { external, run, configured } in generators {
            if external && fails {
                continue;
            }
            let Some(mut generated) = found.take(self.build.cx.step("generators", run)) else {
                fails |= !external;
                continue;
            };
            if let Some(configured) = &configured {
                set_generator_origin(&mut generated, configured);
            }
            found.take(absorb(&mut gathered.resources, generated, self.build.cx));
        }
    }

    fn run_transformers(&self, gathered: &mut Accumulator, transformers: Vec<Configured<'_>>, found: &mut Diagnostics) {
        for Configured { transformer, configured } in transformers {
            let cx = self.build.cx;
            found.take(cx.step(transformer.name(), || transformer.transform(&mut gathered.resources, cx)));
            if let Some(configured) = configured {
                add_transformation(&mut gathered.resources, &configured);
            }
            gathered.resources.drop_empty();
        }
    }
}
