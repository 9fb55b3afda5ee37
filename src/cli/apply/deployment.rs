//! A target, rendered, and the cluster that it goes to.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::apply::objects::{PlaceOf, Question, Survey, Wanted, peek, role, set_of, survey};
use crate::cli::args::KubeconfigArgs;
use crate::cli::live::{Where, rules};
use crate::cli::nodes::{self, Databases};
use crate::cli::printer::Printer;
use crate::cli::render::{Rendered, State, render};
use crate::cli::settings::{Environment, RenderSettings};
use crate::cli::slots::{now, out_of_windows};
use crate::cli::target::NAME_PREFIX;
use crate::diagnostics::{Diagnostic, Diagnostics, arrange};
use crate::drift::managed::{ApplySetParent, IgnoreRules, Ours};
use crate::k8s::ResourceRef;
use crate::live::kubernetes::Cluster;
use crate::plan::{ApplySetRef, Named};
use crate::provenance::FieldPath;
use crate::validate::rules::unmet;
use crate::validate::{Objects, Settings};

use super::fill::fill;

/// What is asked for beside the target.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// As whom objects are applied.
    pub manager: &'a str,
    /// A set that is taken over.
    pub adopt: Option<&'a str>,
    /// Whether the server is asked about new objects, too.
    pub try_new: bool,
    /// Objects that may be deleted although that takes data along.
    pub delete: &'a [Named],
}

/// A target, rendered.
pub struct Deployment {
    /// PATH as given.
    pub word: String,
    /// The objects, and where they came from.
    pub rendered: Rendered,
    /// Texts with values of secrets in them.
    secrets: BTreeSet<String>,
    /// Fields that nobody wants to hear of, as for `diff`.
    ignored: IgnoreRules,
    settings: RenderSettings,
    kubeconfig: Option<PathBuf>,
    context: Option<String>,
}

impl Deployment {
    /// Renders a target. What is wrong with it is told; then there is none.
    pub fn open(
        word: &str,
        render_as: &RenderSettings,
        cluster: &KubeconfigArgs,
        printer: &Printer,
    ) -> Option<Deployment> {
        let rendered = match render(word, &State::worktree(), render_as) {
            Ok(rendered) => rendered,
            Err((sources, found)) => {
                printer.diagnostics(&arrange(found.0, &sources), &sources);
                return None;
            }
        };
        if let Some(note) = &rendered.note {
            printer.note(note);
        }
        printer.diagnostics(&arrange(rendered.warnings.clone(), &rendered.sources), &rendered.sources);
        let (ignored, wrong) = rules(&rendered, &rendered.sources);
        printer.diagnostics(&arrange(wrong.0, &rendered.sources), &rendered.sources);
        let kubernetes = rendered.environment.as_ref().map(|environment| &environment.spec.kubernetes);
        let set = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let root = rendered.names.root().to_owned();
        let context = cluster.context.clone().or_else(|| kubernetes.and_then(|it| set(&it.context)));
        let file = kubernetes.and_then(|it| set(&it.kubeconfig)).map(|path| match path.strip_prefix("~/") {
            Some(rest) => std::env::home_dir().unwrap_or_default().join(rest),
            None => root.join(path),
        });
        let kubeconfig = cluster.kubeconfig.clone().or(file);
        Some(Deployment {
            word: word.to_owned(),
            rendered,
            secrets: BTreeSet::new(),
            ignored,
            settings: render_as.clone(),
            kubeconfig,
            context,
        })
    }

    /// The same with the values of secrets in it. What is wrong with them is told; then there is none.
    pub fn filled(mut self, printer: &Printer) -> Option<Deployment> {
        match fill(&mut self.rendered) {
            Ok(secrets) => {
                self.secrets = secrets;
                Some(self)
            }
            Err(found) => {
                printer.diagnostics(&arrange(found.0, &self.rendered.sources), &self.rendered.sources);
                None
            }
        }
    }

    /// Whether its environment lets anything be changed now.
    ///
    /// # Errors
    /// When this is not one of its times.
    pub fn may_change(&self) -> Result<(), Diagnostics> {
        let Some(environment) = &self.rendered.environment else { return Ok(()) };
        let found = out_of_windows(&environment.spec.guards, now(), "changes may be made");
        if found.has_errors() { Err(found) } else { Ok(()) }
    }

    /// The databases of its environment, as far as it has any. What is wrong with them is told: objects can be applied without.
    pub fn databases(&self, server: &Cluster, process: &Environment, printer: &Printer) -> Option<Databases> {
        let environment = self.rendered.environment.as_ref().filter(|it| !it.spec.redis.is_empty());
        environment?;
        let place = self.cluster();
        let options = nodes::Options { process, named: &place, asks_pods: false, server: Some(server) };
        let (found, wrong) = match nodes::databases(&self.word, &self.rendered, &self.settings, &options) {
            Ok(Some(mut found)) => {
                let wrong = std::mem::take(&mut found.wrong);
                // Only what an entry names is changed.
                found.list.retain(|one| one.is_named);
                (Some(found), wrong)
            }
            Ok(None) => (None, Diagnostics::new()),
            Err(wrong) => (None, wrong),
        };
        for one in wrong.0 {
            printer.note(&format!("nodes are not looked at: {}", one.message));
        }
        found.filter(|found| !found.list.is_empty())
    }

    /// Objects that its pods need and none of its files makes.
    pub fn unmet(&self) -> BTreeSet<ResourceRef> {
        let rendered = &self.rendered;
        let spec = rendered.environment.as_ref().map(|environment| &environment.spec);
        let namespace = spec.map(|spec| spec.kubernetes.namespace.to_string()).filter(|it| !it.is_empty());
        let settings = Settings { namespace, ..Settings::default() };
        let scopes = rendered.objects.scopes().as_ref();
        let objects = rendered.objects.as_slice();
        unmet(&Objects::new(objects, scopes, &rendered.trace, &rendered.sources, &settings))
    }

    /// Connects to its cluster.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn connect(&self) -> Result<Cluster, Diagnostic> {
        Cluster::connect(self.kubeconfig.as_deref(), self.context.as_deref()).await
    }

    /// Which cluster that is.
    pub fn cluster(&self) -> Where {
        Where { kubeconfig: self.kubeconfig.clone(), context: self.context.clone() }
    }

    /// Where objects go that name no namespace.
    fn namespace(&self, cluster: &Cluster) -> String {
        let own =
            self.rendered.environment.as_ref().map(|environment| environment.spec.kubernetes.namespace.to_string());
        own.filter(|namespace| !namespace.is_empty()).unwrap_or_else(|| cluster.namespace().to_owned())
    }

    /// The set of the target: named after the environment or the directory; in the namespace of the environment, or in the one that all objects share.
    pub fn set(&self, wanted: &[Wanted], cluster: &Cluster) -> ApplySetRef {
        let environment = self.rendered.environment.as_ref();
        let name = match environment {
            Some(environment) if !environment.metadata.name.is_empty() => environment.metadata.name.to_string(),
            Some(_) => self.word.trim_start_matches(NAME_PREFIX).to_owned(),
            None => {
                let directory =
                    self.rendered.directory.canonicalize().unwrap_or_else(|_| self.rendered.directory.clone());
                directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
        };
        let said = environment.map(|environment| environment.spec.kubernetes.namespace.value.as_str());
        let said = said.filter(|namespace| !namespace.is_empty());
        let objects = wanted.iter().map(|one| &one.resource);
        set_of(&name, ApplySetParent::home(said, objects, cluster.namespace()))
    }

    /// The objects as they are wanted in a cluster.
    fn wanted(&self, cluster: &Cluster) -> Vec<Wanted> {
        Wanted::of(self.rendered.objects.as_slice(), cluster.kinds(), &self.namespace(cluster))
    }

    /// Who is at work on the set of the target.
    ///
    /// # Errors
    /// When somebody is.
    pub async fn peek(&self, cluster: &Cluster) -> Result<(), Diagnostic> {
        let set = self.set(&self.wanted(cluster), cluster);
        peek(cluster, &set).await.map_err(|error| error.diagnostic(&set))
    }

    /// Roles that would do, where something was refused for want of rights.
    pub fn rights(&self, cluster: &Cluster, deletes: bool) -> String {
        let wanted = self.wanted(cluster);
        let set = self.set(&wanted, cluster);
        format!("rights that would do:\n{}", role(cluster, wanted.iter().map(|one| &one.resource), &set, deletes))
    }

    /// Looks at everything.
    ///
    /// # Errors
    /// When the set is another tool's, or cannot be read.
    pub async fn survey(&self, cluster: &Cluster, wish: Wish<'_>) -> Result<Survey, Diagnostic> {
        let wanted = self.wanted(cluster);
        let set = self.set(&wanted, cluster);
        let environment = self.rendered.environment.as_ref();
        let managers = environment.map_or(&[][..], |environment| &environment.spec.kubernetes.field_managers);
        let ours = Ours::new(wish.manager, managers.iter().map(|text| text.value.clone()));
        let question = Question {
            target: &self.word,
            wanted,
            set,
            ours: &ours,
            ignored: &self.ignored,
            adopt: wish.adopt,
            try_new: wish.try_new,
            delete: wish.delete,
            secrets: &self.secrets,
            place: &self.place(),
        };
        survey(cluster, question).await
    }

    /// Whether what runs can become what is wanted. What it can, but leaves data behind, is told.
    ///
    /// # Errors
    /// What a running Redis cannot take.
    pub fn can_become(&self, survey: &Survey, printer: &Printer) -> Result<(), Diagnostics> {
        let against = survey.against(&self.rendered.trace);
        if against.has_errors() {
            return Err(against);
        }
        printer.diagnostics(&arrange(against.0, &self.rendered.sources), &self.rendered.sources);
        Ok(())
    }

    /// Where fields are set. Objects keep their order from rendering on.
    pub fn place(&self) -> Box<PlaceOf<'_>> {
        Box::new(|object: usize, path: &FieldPath| self.rendered.field_line(object, path))
    }

    /// The position of an object among the rendered ones. Its namespace may have been filled in.
    pub fn position(&self, resource: &ResourceRef) -> Option<usize> {
        let same = |other: &ResourceRef| {
            other.kind == resource.kind
                && other.name == resource.name
                && other.api_version == resource.api_version
                && (other.namespace.is_none() || other.namespace == resource.namespace)
        };
        self.rendered.objects.iter().position(|object| same(&ResourceRef::of(object)))
    }
}

/// Whether something was refused for want of rights.
pub fn lacks_rights(found: &Diagnostics) -> bool {
    found.0.iter().any(|one| one.message.contains("is forbidden: User "))
}
