//! What the arguments of a comparison with a cluster mean.

use std::path::{Path, PathBuf};

use crate::cli::args::LiveArgs;
use crate::cli::settings::Environment as Process;
use crate::environment::Environment;

/// The comparison that is asked for.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    /// The kubeconfig and the context that the user names.
    pub named: Where,
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
            named: Where { kubeconfig: arguments.kubeconfig, context: arguments.context },
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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Where {
    /// The kubeconfig.
    pub kubeconfig: Option<PathBuf>,
    /// The context in it.
    pub context: Option<String>,
}

impl Where {
    /// What the user names wins over what the environment says.
    pub fn of(named: &Where, environment: Option<&Environment>, root: &Path) -> Where {
        let of_environment = environment.map(|it| &it.spec.kubernetes);
        let file = of_environment.map(|it| it.kubeconfig.value.as_str()).filter(|it| !it.is_empty());
        let file = file.map(|text| match text.strip_prefix("~/") {
            Some(rest) => std::env::home_dir().unwrap_or_default().join(rest),
            None => root.join(text),
        });
        let context = of_environment.map(|it| it.context.value.to_string()).filter(|it| !it.is_empty());
        Where { kubeconfig: named.kubeconfig.clone().or(file), context: named.context.clone().or(context) }
    }
}
