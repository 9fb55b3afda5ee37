//! What the arguments and the environment mean: plain values that commands work with. Nothing behind this reads arguments or variables.

use std::io::IsTerminal;
use std::path::PathBuf;

use crate::diagnostics::Diagnostic;
use crate::diagnostics::render::Style;
use crate::kustomize::{HelmOptions, Options, Reorder};
use crate::source::LoadRestriction;

use super::args::{self, Color, Format, Global, InputList};
use super::narrowing::Narrowing;
use super::validation::ValidationSettings;

/// The environment of a run, as far as commands look at it.
#[derive(Clone, Debug)]
pub struct Environment {
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `TERM` is `dumb`.
    pub dumb: bool,
    /// Where messages go.
    pub stderr: Stream,
    /// Where results go.
    pub stdout: Stream,
    /// The value of a variable, where it is text.
    pub variable: fn(&str) -> Option<String>,
}

/// What a stream of the process shows.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    /// Whether it is a terminal.
    pub terminal: bool,
    /// Whether it shows characters beyond ASCII.
    pub unicode: bool,
    /// Its columns.
    pub width: Option<usize>,
}

impl Stream {
    fn of(terminal: bool, stream: supports_unicode::Stream) -> Stream {
        Stream {
            terminal,
            unicode: !terminal || supports_unicode::on(stream),
            width: terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0)),
        }
    }

    /// How text looks there.
    fn style(self, color: Color, environment: &Environment) -> Style {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => self.terminal && !environment.no_color && !environment.dumb,
        };
        Style { color, unicode: self.unicode, width: self.width }
    }
}

impl Environment {
    /// Of this process.
    pub fn of_process() -> Environment {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Environment {
            no_color: is_set("NO_COLOR"),
            dumb: std::env::var_os("TERM").is_some_and(|term| term == "dumb"),
            stderr: Stream::of(std::io::stderr().is_terminal(), supports_unicode::Stream::Stderr),
            stdout: Stream::of(std::io::stdout().is_terminal(), supports_unicode::Stream::Stdout),
            variable: |name| std::env::var(name).ok(),
        }
    }
}

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verbosity {
    /// Errors.
    Quiet,
    /// Warnings and notes too.
    Normal,
    /// What is done, too.
    Verbose,
}

/// What holds for all commands.
#[derive(Clone, Copy, Debug)]
pub struct GlobalSettings {
    /// How messages look.
    pub style: Style,
    /// How results for people look.
    pub result_style: Style,
    /// How much is said.
    pub verbosity: Verbosity,
}

impl GlobalSettings {
    /// From arguments and environment.
    pub fn resolve(arguments: &Global, environment: &Environment) -> GlobalSettings {
        let verbosity = match (arguments.quiet, arguments.verbose) {
            (_, true) => Verbosity::Verbose,
            (true, false) => Verbosity::Quiet,
            (false, false) => Verbosity::Normal,
        };
        GlobalSettings {
            style: environment.stderr.style(arguments.color, environment),
            result_style: environment.stdout.style(arguments.color, environment),
            verbosity,
        }
    }
}

/// What `build` is to do.
#[derive(Clone, Debug)]
pub struct BuildSettings {
    /// Directory, file, URL or name.
    pub target: String,
    /// Where to write; standard output when `None`.
    pub output: Option<PathBuf>,
    /// Use the cache only.
    pub offline: bool,
    /// Tell where time went.
    pub stats: bool,
    /// List what would be read, in that form, and do not render.
    pub list_inputs: Option<InputList>,
    /// Which files may be named.
    pub restriction: LoadRestriction,
    /// Flags that the reference has deprecated, as warnings.
    pub deprecated: Vec<(&'static str, &'static str)>,
    /// Fill placeholders.
    pub secrets: bool,
    /// How the objects are checked; not at all when `None`.
    pub validation: Option<Result<ValidationSettings, Diagnostic>>,
    /// Options of the engine.
    pub options: Options,
}

impl BuildSettings {
    /// From arguments.
    pub fn resolve(arguments: args::Build) -> BuildSettings {
        let args::Build { helm, functions, .. } = arguments;
        let mut deprecated = Vec::new();
        if arguments.reorder.is_some() {
            deprecated.push(("--reorder", "set `sortOptions` in the kustomization instead"));
        }
        if arguments.enable_managedby_label {
            deprecated.push((
                "--enable-managedby-label",
                "add `managedByLabel` to `buildMetadata` in the kustomization instead",
            ));
        }
        let options = Options {
            reorder: match arguments.reorder.as_deref() {
                Some("legacy") => Reorder::Legacy,
                Some(_) => Reorder::None,
                None => Reorder::Unspecified,
            },
            managed_by_label: arguments.enable_managedby_label,
            ..engine_options(helm, functions)
        };
        BuildSettings {
            target: arguments.path,
            output: arguments.output.filter(|path| !path.is_empty()).map(PathBuf::from),
            offline: arguments.offline,
            stats: arguments.stats,
            restriction: restriction(&arguments.load_restrictor),
            list_inputs: arguments.list_inputs,
            secrets: arguments.secrets,
            deprecated,
            validation: (!arguments.no_validate)
                .then(|| ValidationSettings::resolve(arguments.kube_version.as_deref(), false)),
            options,
        }
    }
}

impl RenderSettings {
    /// From arguments.
    pub fn resolve(arguments: args::RenderArgs) -> RenderSettings {
        RenderSettings::of_engine(arguments.engine, arguments.offline)
    }

    /// From the arguments that decide what an object is.
    pub fn of_engine(arguments: args::EngineArgs, offline: bool) -> RenderSettings {
        RenderSettings {
            offline,
            restriction: restriction(&arguments.load_restrictor),
            options: engine_options(arguments.helm, arguments.functions),
        }
    }
}

/// What the flags of helm charts and functions mean.
fn engine_options(helm: args::Helm, functions: args::Functions) -> Options {
    Options {
        expand: Some(crate::topology::expand),
        alpha_plugins: functions.enable_alpha_plugins,
        exec: functions.enable_exec,
        env: functions.env,
        as_current_user: functions.as_current_user,
        network: functions.network,
        network_name: functions.network_name,
        mounts: functions.mount,
        helm: HelmOptions {
            enabled: helm.enable_helm,
            command: helm.helm_command,
            api_versions: helm.helm_api_versions,
            kube_version: helm.helm_kube_version,
            debug: helm.helm_debug,
        },
        ..Options::default()
    }
}

fn restriction(flag: &str) -> LoadRestriction {
    match flag {
        "LoadRestrictionsNone" => LoadRestriction::None,
        _ => LoadRestriction::RootOnly,
    }
}

/// How commands that ask something about objects render them.
#[derive(Clone, Debug)]
pub struct RenderSettings {
    /// Use the cache only.
    pub offline: bool,
    /// Which files may be named.
    pub restriction: LoadRestriction,
    /// Options of the engine.
    pub options: Options,
}

/// What `affected` is to do.
#[derive(Clone, Debug)]
pub struct AffectedSettings {
    /// Which changes count, for which targets.
    pub narrowing: Narrowing,
    /// How to write it.
    pub format: Format,
    /// End paths with a zero byte.
    pub null: bool,
    /// Whether something affected is the answer no.
    pub exit_code: bool,
    /// Render what is affected.
    pub render: Option<RenderSettings>,
}

impl AffectedSettings {
    /// From arguments and environment.
    pub fn resolve(arguments: args::AffectedArgs, environment: &Environment) -> AffectedSettings {
        AffectedSettings {
            narrowing: Narrowing::resolve(arguments.paths, arguments.narrow, environment.variable),
            format: arguments.output,
            null: arguments.null,
            exit_code: arguments.exit_code,
            render: arguments.build.then(|| RenderSettings::resolve(arguments.render)),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn parse(line: &str) -> (Global, BuildSettings) {
        let cli = Cli::try_parse_from(std::iter::once("redisops").chain(line.split(' '))).unwrap();
        let Command::Build(build) = cli.command else { panic!("{line}") };
        (cli.global, BuildSettings::resolve(*build))
    }

    #[test]
    fn flags_of_the_reference_mean_the_same() {
        let (_, build) = parse(
            "build a --enable-helm --helm-debug=false --helm-command x --helm-api-versions a,b --helm-api-versions c -e A=b -e C \
             --load-restrictor LoadRestrictionsNone --reorder none --enable-exec=1 --mount m -o out --output=",
        );
        let options = &build.options;
        assert!(options.helm.enabled && !options.helm.debug && options.exec && !options.network);
        assert_eq!(options.helm.api_versions, ["a,b", "c"]);
        assert_eq!(options.env, ["A=b", "C"]);
        assert_eq!((options.reorder, options.network_name.as_str()), (Reorder::None, "bridge"));
        assert_eq!((build.restriction, build.output), (LoadRestriction::None, None));
        assert_eq!(build.deprecated.len(), 1);
        assert_eq!(parse("build").1.target, ".");
    }

    #[test]
    fn colors_are_for_terminals_that_want_them() {
        let shown = Stream { terminal: true, unicode: true, width: Some(80) };
        let terminal = Environment { no_color: false, dumb: false, stderr: shown, stdout: shown, variable: |_| None };
        let color =
            |line: &str, environment: &Environment| GlobalSettings::resolve(&parse(line).0, environment).style.color;
        assert!(color("build", &terminal));
        assert!(!color("build", &Environment { no_color: true, ..terminal.clone() }));
        assert!(!color("build", &Environment { dumb: true, ..terminal.clone() }));
        assert!(!color("build --color never", &terminal));
        let pipe = Environment { stderr: Stream { terminal: false, ..shown }, ..terminal };
        assert!(!color("build", &pipe) && color("--color always build", &pipe));
        assert!(GlobalSettings::resolve(&parse("build").0, &pipe).result_style.color, "each stream has its own");
    }
}
