//! `redisops edit`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::{
    AddCommand, AddGeneratorArgs, EditCommand, KeysArgs, NamesArgs, PatchArgs, RemoveCommand, SetCommand,
    SetGeneratorArgs,
};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::rewrite::{DirectoryLock, Rewrite, rewrite, shown};
use crate::diagnostics::{Diagnostic, Diagnostics, Source, SourceKind, Sources, arrange};
use crate::kustomize::edit::{
    Add, Fix, GeneratorFlags, MetadataKind, PatchFlags, Remove, Set, Surroundings, Verb, edit, parse_keys, parse_pairs,
};
use crate::kustomize::generators::GeneratorKind;
use crate::source::{Disk, KUSTOMIZATION_NAMES, LoadOptions, LoadRestriction, Loaded, Loader, Network, NetworkOptions};

/// Changes the kustomization of the working directory.
pub fn run(command: EditCommand, printer: &Printer) -> Exit {
    let sources = Sources::new();
    if matches!(command, EditCommand::ListBuiltinPlugin) {
        return match printer.print(builtin_plugins()) {
            Ok(()) => Exit::Done,
            Err(error) => told(error.into(), &sources, printer),
        };
    }
    match verb(command).and_then(|verb| change(&verb, &sources, printer)) {
        Ok(()) => Exit::Done,
        Err(found) => told(found, &sources, printer),
    }
}

fn told(found: Diagnostics, sources: &Sources, printer: &Printer) -> Exit {
    printer.diagnostics(&arrange(found.0, sources), sources);
    Exit::CouldNot
}

fn change(verb: &Verb, sources: &Sources, printer: &Printer) -> Result<(), Diagnostics> {
    let directory = std::env::current_dir().map_err(|error| {
        Diagnostic::error("redisops::load::no_working_directory", format!("there is no working directory: {error}"))
    })?;
    let _lock = DirectoryLock::of(&directory);
    let name = kustomization_name(&directory)?;
    let (path, before, source) = read(&directory.join(name), sources)?;
    let disk = Disk::at(&directory);
    let load = |path: &str| load(path, &directory);
    let around = Surroundings { files: &disk, directory: &directory, kustomization: name, load: &load };
    let edited = edit(&source, verb, &around)?;
    for note in &edited.notes {
        printer.note(note);
    }
    let mut files: Vec<Rewrite> = Vec::new();
    for file in edited.files {
        let after = String::from_utf8(file.after).unwrap_or_default();
        printer.note(&format!("{} has placeholders now, where it named vars", shown(&file.path)));
        files.push(Rewrite { path: file.path, before: file.before, after });
    }
    let mark = if before.starts_with(&[0xEF, 0xBB, 0xBF]) { "\u{FEFF}" } else { "" };
    files.push(Rewrite { path, before, after: format!("{mark}{}", edited.text) });
    Ok(rewrite(&files)?)
}

/// The one kustomization file of a directory.
fn kustomization_name(directory: &Path) -> Result<&'static str, Diagnostic> {
    let found: Vec<&'static str> =
        KUSTOMIZATION_NAMES.into_iter().filter(|name| directory.join(name).symlink_metadata().is_ok()).collect();
    let code = "redisops::edit::kustomization";
    match found[..] {
        [name] if directory.join(name).is_dir() => {
            Err(Diagnostic::error(code, format!("`{name}` is a directory, not a file")))
        }
        [name] => Ok(name),
        [] => Err(Diagnostic::error(code, "the working directory has no kustomization file").help(
            "change to the directory of a kustomization.yaml, or create one with the line `kind: Kustomization`",
        )),
        _ => Err(Diagnostic::error(code, format!("several kustomization files: {}", found.join(", ")))
            .help("keep one of them")),
    }
}

fn read(path: &Path, sources: &Sources) -> Result<(PathBuf, Vec<u8>, Arc<Source>), Diagnostics> {
    let name = shown(path);
    let cannot = |why: &str| {
        let message = format!("`{name}` cannot be read: {why}");
        Diagnostics::from(Diagnostic::error("redisops::load::io", message).in_file(name.clone()))
    };
    let before = std::fs::read(path).map_err(|error| cannot(&error.to_string()))?;
    if before.starts_with(&[0xFF, 0xFE]) || before.starts_with(&[0xFE, 0xFF]) {
        return Err(cannot("it is UTF-16; save it as UTF-8"));
    }
    let text = Loaded { bytes: before.clone(), path: name.clone(), remote: false }.text().map_err(Diagnostic::from)?;
    // Places are counted behind a byte order mark, which is put back in the end.
    let text = text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text);
    let source = sources.add(name, text, SourceKind::Kustomization)?;
    Ok((path.to_owned(), before, source))
}

/// Tries to load a directory or URL.
fn load(path: &str, directory: &Path) -> Result<(), Diagnostic> {
    let options = NetworkOptions { cache: None, offline: false, lock_for: Some(directory.to_owned()) };
    let options = LoadOptions { restriction: LoadRestriction::RootOnly, remotes: Arc::new(Network::new(options)) };
    Loader::open(Arc::new(Disk::at(directory)), path, options).map(drop).map_err(Diagnostic::from)
}

fn verb(command: EditCommand) -> Result<Verb, Diagnostics> {
    Ok(match command {
        EditCommand::Add(command) => Verb::Add(add(command)?),
        EditCommand::Set(command) => Verb::Set(set(command)?),
        EditCommand::Remove(command) => Verb::Remove(remove(command)?),
        EditCommand::Fix(arguments) => Verb::Fix(Fix { vars: arguments.vars }),
        // Told before anything is read.
        EditCommand::ListBuiltinPlugin => Verb::Fix(Fix { vars: false }),
    })
}

fn commas(words: &str) -> Vec<String> {
    words.split(',').map(str::to_owned).collect()
}

fn add(command: AddCommand) -> Result<Add, Diagnostics> {
    let files = |field, what, paths| Add::Files { field, what, paths };
    Ok(match command {
        AddCommand::Annotation(arguments) => Add::Metadata {
            kind: MetadataKind::Annotation,
            pairs: parse_pairs(MetadataKind::Annotation, &arguments.pairs.pairs)?,
            force: arguments.force,
            without_selector: false,
            include_templates: false,
        },
        AddCommand::Label(arguments) => Add::Metadata {
            kind: MetadataKind::Label,
            pairs: parse_pairs(MetadataKind::Label, &arguments.pairs.pairs)?,
            force: arguments.force,
            without_selector: arguments.without_selector,
            include_templates: arguments.include_templates,
        },
        AddCommand::Base(arguments) => Add::Base { paths: commas(&arguments.items) },
        AddCommand::Buildmetadata(arguments) => Add::BuildMetadata { options: commas(&arguments.items) },
        AddCommand::Component(arguments) => Add::Component { paths: arguments.paths },
        AddCommand::Resource(arguments) => Add::Resource { paths: arguments.paths.paths, verify: !arguments.no_verify },
        AddCommand::Configuration(arguments) => files("configurations", "configuration", arguments.paths),
        AddCommand::Generator(arguments) => files("generators", "generator", arguments.paths),
        AddCommand::Transformer(arguments) => files("transformers", "transformer", arguments.paths),
        AddCommand::Patch(arguments) => {
            if arguments.path.is_empty() && arguments.patch.is_empty() {
                let error = Diagnostic::error("redisops::edit::patch", "must provide either patch or path");
                return Err(error.help("name the file of the patch with --path, or write it behind --patch").into());
            }
            Add::Patch(patch(arguments))
        }
        AddCommand::Configmap(arguments) => {
            Add::Generator { kind: GeneratorKind::ConfigMap, flags: generator(arguments, String::new()) }
        }
        AddCommand::Secret(arguments) => {
            let flags = generator(arguments.generator, arguments.secret_type);
            Add::Generator { kind: GeneratorKind::Secret, flags }
        }
    })
}

fn set(command: SetCommand) -> Result<Set, Diagnostics> {
    let text = |field, value| Set::Text { field, value };
    let metadata =
        |kind, pairs: &[String]| Ok::<_, Diagnostics>(Set::Metadata { kind, pairs: parse_pairs(kind, pairs)? });
    Ok(match command {
        SetCommand::Annotation(arguments) => {
            let set = metadata(MetadataKind::Annotation, &arguments.pairs)?;
            if let Set::Metadata { pairs, .. } = &set {
                pairs.iter().try_for_each(|(key, _)| check_annotation(key))?;
            }
            set
        }
        SetCommand::Label(arguments) => metadata(MetadataKind::Label, &arguments.pairs)?,
        SetCommand::Buildmetadata(arguments) => Set::BuildMetadata { options: commas(&arguments.items) },
        SetCommand::Nameprefix(arguments) => text("namePrefix", arguments.value),
        SetCommand::Namesuffix(arguments) => text("nameSuffix", arguments.value),
        SetCommand::Namespace(arguments) => text("namespace", arguments.value),
        SetCommand::Image(arguments) => Set::Image { images: arguments.images },
        SetCommand::Replicas(arguments) => Set::Replicas { counts: arguments.counts },
        SetCommand::Configmap(arguments) => {
            Set::Generator { kind: GeneratorKind::ConfigMap, flags: change_of(arguments) }
        }
        SetCommand::Secret(arguments) => Set::Generator { kind: GeneratorKind::Secret, flags: change_of(arguments) },
    })
}

/// A key of an annotation: perhaps a domain and a slash, and a name.
fn check_annotation(key: &str) -> Result<(), Diagnostic> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let edges = |text: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        edge(text.chars().next()) && edge(text.chars().next_back())
    };
    let all = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let prefix_fits = prefix
        .is_none_or(|p| edges(p) && all(p, "-.") && p.len() <= 253 && p.starts_with(|c: char| c.is_ascii_alphabetic()));
    if prefix_fits && edges(name) && all(name, "-_.") && name.len() <= 63 {
        return Ok(());
    }
    Err(Diagnostic::error("redisops::edit::annotation", format!("`{key}` is no key of an annotation"))
        .help("a name of up to 63 letters, digits, `-`, `_` and `.`, perhaps behind a domain and a slash"))
}

fn remove(command: RemoveCommand) -> Result<Remove, Diagnostics> {
    let entries = |field, patterns| Remove::Entries { field, patterns };
    let keys = |kind, arguments: KeysArgs| {
        let keys = parse_keys(kind, &arguments.keys)?;
        Ok::<_, Diagnostics>(Remove::Metadata { kind, keys, ignore: arguments.ignore_non_existence })
    };
    let generators = |kind, arguments: NamesArgs| Remove::Generator {
        kind,
        names: commas(&arguments.names),
        namespace: arguments.namespace,
    };
    Ok(match command {
        RemoveCommand::Annotation(arguments) => keys(MetadataKind::Annotation, arguments)?,
        RemoveCommand::Label(arguments) => keys(MetadataKind::Label, arguments)?,
        RemoveCommand::Buildmetadata(arguments) => Remove::BuildMetadata { options: commas(&arguments.items) },
        RemoveCommand::Component(arguments) => entries("components", arguments.paths),
        RemoveCommand::Resource(arguments) => entries("resources", arguments.paths),
        RemoveCommand::Transformer(arguments) => entries("transformers", arguments.paths),
        RemoveCommand::Configmap(arguments) => generators(GeneratorKind::ConfigMap, arguments),
        RemoveCommand::Secret(arguments) => generators(GeneratorKind::Secret, arguments),
        RemoveCommand::Patch(arguments) => Remove::Patch(patch(arguments)),
    })
}

fn generator(arguments: AddGeneratorArgs, secret_type: String) -> GeneratorFlags {
    GeneratorFlags {
        name: arguments.name,
        namespace: arguments.namespace,
        new_namespace: String::new(),
        files: arguments.from_file,
        literals: arguments.from_literal,
        env_file: arguments.from_env_file,
        behavior: arguments.behavior,
        secret_type,
        disable_name_suffix_hash: arguments.disable_name_suffix_hash,
    }
}

fn change_of(arguments: SetGeneratorArgs) -> GeneratorFlags {
    GeneratorFlags {
        name: arguments.name,
        namespace: arguments.namespace,
        new_namespace: arguments.new_namespace,
        literals: arguments.from_literal,
        ..GeneratorFlags::default()
    }
}

fn patch(arguments: PatchArgs) -> PatchFlags {
    let target = [
        ("group", arguments.group),
        ("version", arguments.version),
        ("kind", arguments.kind),
        ("name", arguments.name),
        ("namespace", arguments.namespace),
        ("annotationSelector", arguments.annotation_selector),
        ("labelSelector", arguments.label_selector),
    ];
    let target = target.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    PatchFlags { path: arguments.path, patch: arguments.patch, target }
}

fn builtin_plugins() -> String {
    let lines = BUILTIN_PLUGINS.map(|name| format!(" * {name}\n"));
    format!("Builtin plugins:\n\n{}", lines.concat())
}

/// Kinds of the built-in plugins.
const BUILTIN_PLUGINS: [&str; 18] = [
    "ConfigMapGenerator",
    "IAMPolicyGenerator",
    "SecretGenerator",
    "HelmChartInflationGenerator",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "SuffixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "ValueAddTransformer",
    "AnnotationsTransformer",
    "HashTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
];
