//! Containers that run a server of Redis or Valkey, with the configuration that they start with.

use crate::redis::config::{Mistake, Parsed, Server, Settings, check, parse_arguments};

use super::super::super::{Field, Objects};
use super::config_file::{self, ConfigFile};
use super::{Container, Workload};

/// What a server is there for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// It holds data.
    Data,
    /// It watches others.
    Sentinel,
}

/// A word of a command line, with the field that it stands in.
#[derive(Clone, Debug)]
pub struct Argument<'a> {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub field: Field<'a>,
}

/// A container that runs a server.
#[derive(Clone, Debug)]
pub struct RedisServer<'a> {
    /// Position of its workload.
    pub workload: usize,
    /// The container.
    pub container: Container<'a>,
    /// Which server, as far as it is known.
    pub server: Server,
    /// What it is there for.
    pub role: Role,
    /// Positions of the files that it reads.
    pub files: Vec<usize>,
    /// The words behind its name.
    pub arguments: Vec<Argument<'a>>,
    /// Directives among them.
    pub options: Parsed,
    /// What all of it amounts to.
    pub settings: Settings,
    /// Whether all of its configuration can be seen; scripts of an image may add more.
    pub is_plain: bool,
    /// What the server would say about its arguments.
    pub mistakes: Vec<Mistake>,
}

const PROGRAMS: [&str; 4] = ["redis-server", "valkey-server", "redis-sentinel", "valkey-sentinel"];

pub(super) fn servers<'a>(
    objects: &Objects<'a>,
    workloads: &[Workload<'a>],
    files: &mut Vec<ConfigFile<'a>>,
) -> Vec<RedisServer<'a>> {
    let mut found = Vec::new();
    for (index, workload) in workloads.iter().enumerate().filter(|(_, workload)| workload.is_service()) {
        for container in workload.containers.iter().filter(|container| !container.is_init) {
            found.extend(server(objects, workload, index, container, files));
        }
    }
    found
}

fn server<'a>(
    objects: &Objects<'a>,
    workload: &Workload<'a>,
    index: usize,
    container: &Container<'a>,
    files: &mut Vec<ConfigFile<'a>>,
) -> Option<RedisServer<'a>> {
    let image = Server::from_image(container.image);
    let command = Command::of(container);
    // Another program, in an image of Redis or not.
    if image.is_none() && command.program.is_none() || command.is_other {
        return None;
    }
    let program = command.program.as_deref().unwrap_or("");
    let is_sentinel = program.ends_with("sentinel")
        || command.words.iter().any(|word| word.text == "--sentinel")
        || (program.is_empty() && (container.image.contains("sentinel") || container.name.contains("sentinel")));
    let role = if is_sentinel { Role::Sentinel } else { Role::Data };
    let server = match (image, &objects.settings().redis_version) {
        (Some(Server { version: Some(_), .. }), _) | (_, None) => image.unwrap_or(Server::ANY),
        (_, Some(version)) => Server::parse(version),
    };
    let path = command.words.iter().find(|word| !word.text.starts_with('-')).filter(|word| word.text.starts_with('/'));
    let mut read: Vec<usize> = Vec::new();
    match path.and_then(|path| mounted(objects, workload, container, &path.text, files)) {
        Some(file) => read.push(file),
        None => read.extend(mounted_somewhere(objects, workload, role, files)),
    }
    for &file in &read {
        let file = &mut files[file];
        file.is_sentinel |= role == Role::Sentinel;
        file.server = server;
    }
    let options = parse_arguments(command.words.iter().map(|word| word.text.as_str()));
    let parts = read.iter().map(|&file| &files[file].parsed).chain([&options]);
    let mut settings = Settings::of(parts);
    settings.has_password |= has_password(container);
    let is_plain = command.program.is_some() || command.words.iter().all(|word| !word.text.contains("/scripts"));
    let is_plain = is_plain && (command.program.is_some() || !container.image.contains("bitnami"));
    let arguments = command.words;
    let container = container.clone();
    let mistakes = check(&options, server);
    Some(RedisServer {
        workload: index,
        container,
        server,
        role,
        files: read,
        arguments,
        options,
        settings,
        is_plain,
        mistakes,
    })
}

/// Whether the environment gives the server a password, as images with scripts of their own take it.
fn has_password(container: &Container<'_>) -> bool {
    let names =
        ["REDIS_PASSWORD", "VALKEY_PASSWORD", "REDIS_PASSWORD_FILE", "VALKEY_PASSWORD_FILE", "REDIS_MASTER_PASSWORD"];
    names.iter().any(|name| container.field.get("env").items().any(|it| it.get("name").text() == Some(name)))
}

/// What a container runs.
struct Command<'a> {
    program: Option<String>,
    words: Vec<Argument<'a>>,
    /// Whether it is something else than a server.
    is_other: bool,
}

impl<'a> Command<'a> {
    fn of(container: &Container<'a>) -> Command<'a> {
        let command: Vec<Field<'a>> = container.field.get("command").items().collect();
        let arguments: Vec<Field<'a>> = container.field.get("args").items().collect();
        let has_command = !command.is_empty();
        let mut words: Vec<Argument<'a>> = Vec::new();
        for field in command.into_iter().chain(arguments) {
            let text = field.text().unwrap_or("").to_owned();
            words.push(Argument { text, field });
        }
        if let Some(at) = words.iter().position(|word| is_program(&word.text)) {
            let program = words[at].text.clone();
            return Command { program: Some(program), words: words.split_off(at + 1), is_other: false };
        }
        for word in &words {
            if let Some((program, inner)) = in_script(&word.text) {
                let field = &word.field;
                let words = inner.into_iter().map(|text| Argument { text, field: field.clone() }).collect();
                return Command { program: Some(program), words, is_other: false };
            }
        }
        // Without a command, the entry point of the image gives its arguments to the server, unless they name another program.
        let starts_with = words.first().map_or("", |word| word.text.as_str());
        let is_script = words.iter().any(|word| word.text.contains("/scripts") || word.text.contains(".sh"));
        let for_server =
            !has_command && (starts_with.is_empty() || starts_with.starts_with('-') || starts_with.ends_with(".conf"));
        let is_other = !for_server && !is_script;
        if !for_server {
            words.clear();
        }
        Command { program: None, words, is_other }
    }
}

fn is_program(word: &str) -> bool {
    PROGRAMS.contains(&word.rsplit('/').next().unwrap_or(word))
}

/// The words behind a server's name in a script.
fn in_script(script: &str) -> Option<(String, Vec<String>)> {
    let script = script.replace("\\\n", " ");
    for line in script.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let mut words = line.split_ascii_whitespace();
        let Some(program) = words.find(|word| is_program(word)) else { continue };
        let ends = |word: &&str| ["&&", "||", ";", "&", "|", "fi", "}"].contains(word) || word.contains('>');
        let unquoted = |word: &str| word.trim_end_matches(';').trim_matches(['"', '\'']).to_owned();
        return Some((program.to_owned(), words.take_while(|word| !ends(word)).map(unquoted).collect()));
    }
    None
}

/// The file behind a path of a container, when an object of the build is mounted there.
fn mounted<'a>(
    objects: &Objects<'a>,
    workload: &Workload<'a>,
    container: &Container<'a>,
    path: &str,
    files: &mut Vec<ConfigFile<'a>>,
) -> Option<usize> {
    let mount = container.mount_of(path)?;
    let volume = workload.volume(mount.get("name").text()?)?;
    let at = mount.get("mountPath").text()?.trim_end_matches('/');
    let inner = match mount.get("subPath").text() {
        Some(part) => part.to_owned(),
        None => path.strip_prefix(at)?.trim_start_matches('/').to_owned(),
    };
    from_volume(objects, workload, &volume, &inner, files)
}

fn from_volume<'a>(
    objects: &Objects<'a>,
    workload: &Workload<'a>,
    volume: &Field<'a>,
    inner: &str,
    files: &mut Vec<ConfigFile<'a>>,
) -> Option<usize> {
    let mut places: Vec<Field<'a>> = vec![volume.clone()];
    places.extend(volume.path(&["projected", "sources"]).items());
    for place in places {
        for (part, kind, name) in [
            ("configMap", "ConfigMap", "name"),
            ("secret", "Secret", if place.get("secret").get("secretName").is_set() { "secretName" } else { "name" }),
        ] {
            let source = place.get(part);
            let Some(object) =
                source.get(name).text().and_then(|name| objects.find_beside("", kind, name, workload.resource))
            else {
                continue;
            };
            let renamed = source.get("items").items().find(|item| item.get("path").text() == Some(inner));
            let key = renamed.as_ref().and_then(|item| item.get("key").text()).unwrap_or(inner);
            if let Some(file) = config_file::find(objects, files, object, key) {
                return Some(file);
            }
        }
    }
    None
}

/// Files with usual names in a volume of the pod: a container that runs before the others often copies them to where the server writes.
fn mounted_somewhere<'a>(
    objects: &Objects<'a>,
    workload: &Workload<'a>,
    role: Role,
    files: &mut Vec<ConfigFile<'a>>,
) -> Vec<usize> {
    let names: &[&str] = match role {
        Role::Data => &["redis.conf", "valkey.conf"],
        Role::Sentinel => &["sentinel.conf"],
    };
    let volumes: Vec<Field<'a>> = workload.pod.get("volumes").items().collect();
    let mut found = Vec::new();
    for volume in &volumes {
        found.extend(names.iter().find_map(|name| from_volume(objects, workload, volume, name, files)));
    }
    found.dedup();
    found
}
