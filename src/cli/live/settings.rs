//! What the arguments of a comparison with a cluster mean.

use std::path::{Path, PathBuf};

use crate::cli::args::LiveArgs;
use crate::cli::settings::Environment as Process;
use crate::environment::Environment;

/// The comparison that is asked for.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    /// The kubeconfig that the user names.
    pub kubeconfig: Option<PathBuf>,
    /// The context that the user names.
    pub context: Option<String>,
    /// The dump that stands for the cluster.
    pub saved: Option<PathBuf>,
    /// Compare objects.
    pub objects: bool,
    /// Compare Redis nodes.
    pub nodes: bool,
    /// Variables of the process: passwords of nodes may stand there.
    pub process: Process,
    /// Ask the server about each object.
    pub exact: bool,
    /// Show what others have set.
    pub unmanaged: bool,
    /// Show what would be pruned.
    pub prune: bool,
    /// The manager that applies.
    pub manager: String,
}

impl LiveSettings {
    /// From arguments.
    pub fn new(arguments: LiveArgs, saved: Option<PathBuf>, process: &Process) -> LiveSettings {
        LiveSettings {
            kubeconfig: arguments.kubeconfig,
            context: arguments.context,
            objects: !arguments.redis_only,
            // A dump has no nodes.
            nodes: !arguments.no_redis && saved.is_none(),
            process: process.clone(),
            saved,
            exact: arguments.exact,
            unmanaged: arguments.unmanaged,
            prune: arguments.prune,
            manager: arguments.field_manager,
        }
    }
}

/// Which cluster a target belongs to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Where {
    pub(super) kubeconfig: Option<PathBuf>,
    pub(super) context: Option<String>,
}

impl Where {
    /// What the user names wins over what the environment says.
    pub(super) fn of(settings: &LiveSettings, environment: Option<&Environment>, root: &Path) -> Where {
        let of_environment = environment.map(|it| &it.spec.kubernetes);
        let file = of_environment.map(|it| it.kubeconfig.value.as_str()).filter(|it| !it.is_empty());
        let file = file.map(|text| match text.strip_prefix("~/") {
            Some(rest) => std::env::home_dir().unwrap_or_default().join(rest),
            None => root.join(text),
        });
        let context = of_environment.map(|it| it.context.value.to_string()).filter(|it| !it.is_empty());
        Where { kubeconfig: settings.kubeconfig.clone().or(file), context: settings.context.clone().or(context) }
    }
}
