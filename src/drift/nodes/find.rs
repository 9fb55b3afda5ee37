//! Which databases an environment has, by its entries and by its objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::environment::{self, Access, TopologyMode};
use crate::k8s::Resource;
use crate::kustomize::decode::Text as Word;
use crate::redis::config::{Server, monitored};
use crate::topology::marks::REDIS;
use crate::validate::rules::facts::{RedisServer, Role, Workload, quantity};
use crate::validate::{Field, Objects};

use super::enterprise;
use super::generated::Generated;
use super::texts::{Places, Said, Text, said};
use super::wanted::{
    Limit, Mode, Wanted, WantedImage, WantedNode, WantedSentinel, WantedSentinels, WantedUser, Written,
};

/// Port of sentinels.
const SENTINEL_PORT: u16 = 26379;

/// A database that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What Git wants of it.
    pub wanted: Wanted,
    /// The position of its entry in the environment; none where its objects alone told of it.
    pub entry: Option<usize>,
}

/// The databases of an environment: those that its entries name, then those that its objects tell of and no entry names.
pub fn find(entries: &[environment::Redis], objects: &Objects<'_>, places: Places<'_>) -> (Vec<Found>, Diagnostics) {
    let mut wrong = Diagnostics::new();
    let mut found = Vec::new();
    let mut taken: Vec<*const Resource> = Vec::new();
    let finder = Finder { objects, places, generated: Generated::of(objects) };
    for (index, entry) in entries.iter().enumerate() {
        // A cluster of Redis Enterprise is all of its databases.
        for database in enterprise::of_cluster(entry, objects) {
            taken.push(std::ptr::from_ref(database));
            let wanted = enterprise::wanted(database, database.name().to_owned(), objects, places);
            found.push(Found { wanted, entry: Some(index) });
        }
        if found.last().is_some_and(|last: &Found| last.entry == Some(index)) {
            continue;
        }
        if let Some((wanted, used)) = wrong.take(finder.of_entry(entry)) {
            taken.extend(used);
            found.push(Found { wanted, entry: Some(index) });
        }
    }
    for (name, workloads) in finder.by_themselves() {
        if workloads.iter().all(|workload| !taken.contains(&std::ptr::from_ref(workload.resource))) {
            found.push(Found { wanted: finder.database(name, &workloads, None, None), entry: None });
        }
    }
    for database in objects.of_kind(enterprise::KIND) {
        if !taken.contains(&std::ptr::from_ref(*database)) {
            let wanted = enterprise::wanted(database, database.name().to_owned(), objects, places);
            found.push(Found { wanted, entry: None });
        }
    }
    (found, wrong)
}

struct Finder<'f, 'a> {
    objects: &'f Objects<'a>,
    places: Places<'f>,
    generated: Generated,
}

type Used = Vec<*const Resource>;

impl<'f, 'a> Finder<'f, 'a> {
    fn of_entry(&self, entry: &environment::Redis) -> Result<(Wanted, Used), Diagnostics> {
        let workloads = self.workloads_of(entry)?;
        let mut found = Diagnostics::new();
        let config = found.take(self.referred(&entry.config, "configuration")).flatten();
        let users = found.take(self.referred(&entry.acl, "users")).flatten();
        if found.has_errors() {
            return Err(found);
        }
        let name = match (entry.name.is_empty(), workloads.first()) {
            (false, _) => entry.name.value.to_string(),
            (true, Some(workload)) => workload.resource.name().to_owned(),
            (true, None) => entry.resource.rsplit('/').next().unwrap_or("").to_owned(),
        };
        if let Some(database) = enterprise::of_entry(entry, self.objects) {
            return Ok((
                enterprise::wanted(database, name, self.objects, self.places),
                vec![std::ptr::from_ref(database)],
            ));
        }
        let mut wanted = self.database(name, &workloads, config, Some(entry));
        if let Some(text) = users {
            wanted.users = Some(text.users(self.objects, self.places));
        } else if !entry.acl.is_empty() {
            // A Secret that is not in Git: who its users are cannot be known here.
            wanted.users = None;
        }
        let user = entry.auth.as_ref().map(|auth| auth.user.value.to_string()).filter(|user| !user.is_empty());
        wanted.own_user = user;
        Ok((wanted, workloads.iter().map(|workload| std::ptr::from_ref(workload.resource)).collect()))
    }

    fn workloads_of(&self, entry: &environment::Redis) -> Result<Vec<&'f Workload<'a>>, Diagnostic> {
        let all = &self.objects.facts().workloads;
        let (word, field) = match (entry.workload.is_empty(), entry.resource.is_empty()) {
            (false, _) => (&entry.workload, "workload"),
            (true, false) => (&entry.resource, "resource"),
            // Nodes are named by the address map alone.
            (true, true) => return Ok(Vec::new()),
        };
        let Some((kind, name)) = word.split_once('/').filter(|(kind, name)| !kind.is_empty() && !name.is_empty())
        else {
            return Err(Diagnostic::error(
                "redisops::nodes::reference",
                format!("`{}` is no `{field}`: a kind, a slash and a name are expected", word.value),
            )
            .label(word.pos, word.len(), "")
            .help("write `StatefulSet/cache`, or `Redis/cache`"));
        };
        let is = |resource: &Resource, name: &str| resource.name() == name || resource.original_name() == name;
        let workloads: Vec<&Workload<'a>> = match kind {
            "Redis" => {
                let is_named = |(found, parts): &(String, Vec<&'f Workload<'a>>)| {
                    found == name || parts.iter().any(|part| self.generated.is_named(part.resource, name))
                };
                self.by_themselves().into_iter().find(is_named).map_or(Vec::new(), |(_, parts)| parts)
            }
            "RedisEnterpriseCluster" | "RedisEnterpriseDatabase" => {
                let there = self.objects.of_kind(kind).iter().any(|resource| is(resource, name));
                return if there { Ok(Vec::new()) } else { Err(nothing(word, field)) };
            }
            _ => all.iter().filter(|it| it.resource.kind() == kind && is(it.resource, name)).collect(),
        };
        if workloads.is_empty() { Err(nothing(word, field)) } else { Ok(workloads) }
    }

    /// What `KIND/NAME/KEY` refers to; none for a Secret that is not in Git.
    fn referred(&self, word: &Word, what: &str) -> Result<Option<Text>, Diagnostic> {
        if word.is_empty() {
            return Ok(None);
        }
        let parts: Vec<&str> = word.splitn(3, '/').collect();
        let [kind @ ("ConfigMap" | "Secret"), name, key] = parts[..] else {
            return Err(Diagnostic::error(
                "redisops::nodes::reference",
                format!("`{}` does not say where the {what} stand: KIND/NAME/KEY is expected", word.value),
            )
            .label(word.pos, word.len(), "")
            .help("write `ConfigMap/cache-config/redis.conf`, or `Secret/…`"));
        };
        let of_kind = self.objects.of_kind(kind);
        let exact = of_kind.iter().find(|it| it.name() == name);
        let resource = exact.or_else(|| of_kind.iter().find(|it| it.original_name() == name));
        match (resource, kind) {
            (Some(resource), _) => match Text::of(self.objects, resource, key) {
                Some(text) => Ok(Some(text)),
                None => Err(Diagnostic::error(
                    "redisops::nodes::reference",
                    format!("{kind} `{name}` has no text under the key `{key}`"),
                )
                .label(word.pos, word.len(), "")
                .help("name the key that servers read")),
            },
            (None, "Secret") => Ok(None),
            (None, _) => Err(Diagnostic::error(
                "redisops::nodes::reference",
                format!("there is no {kind} `{name}` among the objects of the overlay"),
            )
            .label(word.pos, word.len(), "")
            .help("name it as it is written, without the hash that a generator adds")),
        }
    }

    /// StatefulSets that tell of a database by an annotation: its name, or `true` for their own. Those of a `kind: Redis` have it.
    fn by_themselves(&self) -> Vec<(String, Vec<&'f Workload<'a>>)> {
        let mut found: BTreeMap<(String, &str), Vec<&Workload<'a>>> = BTreeMap::new();
        for workload in &self.objects.facts().workloads {
            if workload.resource.kind() != "StatefulSet" {
                continue;
            }
            let own = workload.resource.name();
            let name = match workload.resource.annotation(REDIS) {
                Some("false") | None => continue,
                Some("true" | "") => own,
                Some(name) => name,
            };
            found.entry((name.to_owned(), &workload.namespace)).or_default().push(workload);
        }
        found.into_iter().map(|((name, _), parts)| (name, parts)).collect()
    }

    /// A database that runs in these workloads.
    fn database(
        &self,
        name: String,
        workloads: &[&'f Workload<'a>],
        config: Option<Text>,
        entry: Option<&environment::Redis>,
    ) -> Wanted {
        let facts = self.objects.facts();
        let server_of = |workload: &Workload<'a>, role: Role| {
            let own = |server: &&RedisServer<'a>| {
                server.role == role && std::ptr::eq(facts.workload_of(server).resource, workload.resource)
            };
            facts.servers.iter().find(own)
        };
        let mut nodes = Vec::new();
        let mut users: Vec<WantedUser> = Vec::new();
        // Processes that are found by the addresses that they announce stand in for all pods.
        let are_stand_ins = entry.and_then(|entry| entry.access.as_ref()).is_some_and(Access::is_of_addresses);
        let (mut names_user_file, mut is_cluster, mut is_known) = (false, false, false);
        let shared = config.map(|text| vec![text]);
        for workload in workloads {
            let server = server_of(workload, Role::Data);
            let own_texts: Vec<Text>;
            let texts = match (&shared, server) {
                (Some(texts), _) => texts.as_slice(),
                (None, Some(server)) => {
                    let files = server.files.iter().map(|file| &facts.files[*file]);
                    own_texts = files.filter_map(|file| Text::of(self.objects, file.resource, file.key)).collect();
                    own_texts.as_slice()
                }
                (None, None) => &[],
            };
            let said = said(texts, server, self.objects, self.places);
            (names_user_file, is_cluster) = (names_user_file || said.names_user_file, is_cluster || said.is_cluster);
            is_known |= !texts.is_empty();
            let own = self.generated.users(workload.resource, self.objects, self.places);
            for user in said.users.iter().chain(&own) {
                if !users.iter().any(|known| known.rules.name == user.rules.name) {
                    users.push(user.clone());
                }
            }
            match (workload.resource.kind(), entry) {
                // Pods whose names nobody knows before they are there: the map has them.
                (kind, Some(entry)) if kind != "StatefulSet" => nodes.extend(map_nodes(entry, &said)),
                (_, Some(entry)) if are_stand_ins => {
                    if nodes.is_empty() {
                        nodes = map_nodes(entry, &said);
                    }
                }
                _ => nodes.extend(self.nodes_of(workload, server, said)),
            }
        }
        if workloads.is_empty() {
            // Only the address map names its nodes: they share what the entry refers to.
            let said = said(shared.as_deref().unwrap_or(&[]), None, self.objects, self.places);
            (names_user_file, is_cluster, is_known) = (said.names_user_file, said.is_cluster, shared.is_some());
            users.clone_from(&said.users);
            nodes.extend(entry.map(|entry| map_nodes(entry, &said)).unwrap_or_default());
        }
        let sentinels = self.sentinels(workloads, entry);
        let stated = entry.and_then(|entry| entry.topology.as_ref());
        let mode = match stated.and_then(|topology| topology.mode) {
            Some(TopologyMode::Cluster) => Mode::Cluster,
            Some(TopologyMode::Replication) => Mode::Replication,
            Some(TopologyMode::Standalone) => Mode::Standalone,
            None if is_cluster => Mode::Cluster,
            None if nodes.len() > 1 || sentinels.is_some() => Mode::Replication,
            None => Mode::Standalone,
        };
        let master = stated.map(|topology| &topology.master).filter(|master| !master.is_empty());
        let master = match master {
            Some(word) => Some(Written { value: word.value.to_string(), origin: (self.places)(word.pos) }),
            None if mode == Mode::Replication && sentinels.is_none() => {
                self.generated.master(workloads, self.objects, self.places)
            }
            None => None,
        };
        Wanted {
            masters: if mode == Mode::Cluster { self.generated.masters(workloads, self.places) } else { None },
            name,
            mode,
            namespace: workloads.first().map_or(String::new(), |workload| workload.namespace.clone()),
            master,
            nodes,
            sentinels,
            users: (is_known && !(names_user_file && users.is_empty())).then_some(users),
            own_user: None,
            passwords: workloads
                .first()
                .map(|one| self.generated.passwords(one.resource, self.objects, self.places))
                .unwrap_or_default(),
            service: None,
        }
    }

    fn nodes_of(&self, workload: &Workload<'a>, server: Option<&RedisServer<'a>>, said: Said) -> Vec<WantedNode> {
        let object = Field::of(workload.resource);
        let spec = object.get("spec");
        if workload.resource.kind() != "StatefulSet" {
            return Vec::new();
        }
        let first = spec.path(&["ordinals", "start"]).int().unwrap_or(0).max(0);
        let count = workload.replicas.unwrap_or(1).max(0);
        let service = spec.get("serviceName").text().filter(|name| !name.is_empty()).map(str::to_owned);
        let container = server.map(|server| &server.container.field);
        let limit = container.and_then(|container| {
            let field = container.path(&["resources", "limits", "memory"]);
            let text = field.text()?;
            let origin = self.origin(&field);
            Some(Limit { bytes: quantity(text)? as u64, text: text.to_owned(), origin })
        });
        let image = server.and_then(|server| {
            let field = server.container.field.get("image");
            Some(WantedImage {
                server: Server::from_image(server.container.image)?,
                version: version_of(server.container.image)?,
                origin: self.origin(&field),
            })
        });
        let named = container.and_then(|container| {
            let ports = container.get("ports");
            let port = ports.items().find(|port| port.get("name").text().is_some_and(|name| name.contains("redis")));
            port.or_else(|| ports.items().next())?.get("containerPort").int()
        });
        let port = said.port.or_else(|| named.and_then(|port| u16::try_from(port).ok()));
        let (settings, modules) = (Arc::new(said.settings), Arc::new(said.modules));
        let node = |ordinal: i64| WantedNode {
            pod: format!("{}-{ordinal}", workload.resource.name()),
            service: service.clone(),
            port,
            settings: Arc::clone(&settings),
            modules: Arc::clone(&modules),
            is_plain: server.is_some_and(|server| server.is_plain),
            image: image.clone(),
            limit: limit.clone(),
        };
        (first..first + count).map(node).collect()
    }

    fn origin(&self, field: &Field<'_>) -> Option<super::super::report::Origin> {
        (self.places)(self.objects.places(field).first()?.pos)
    }

    fn sentinels(&self, workloads: &[&Workload<'a>], entry: Option<&environment::Redis>) -> Option<WantedSentinels> {
        let facts = self.objects.facts();
        let stated = entry.and_then(|entry| entry.sentinel.as_ref());
        let asked = stated.map(|stated| stated.master.value.as_str()).unwrap_or("");
        let is_beside = |server: &RedisServer<'a>| {
            workloads.iter().any(|workload| std::ptr::eq(facts.workload_of(server).resource, workload.resource))
        };
        let texts_of = |server: &RedisServer<'a>| -> Vec<Text> {
            let files = server.files.iter().map(|file| &facts.files[*file]);
            files.filter_map(|file| Text::of(self.objects, file.resource, file.key)).collect()
        };
        let watches = |server: &RedisServer<'a>| {
            texts_of(server).iter().any(|text| monitored(text.parsed()).iter().any(|it| it.name == asked))
        };
        let servers: Vec<&RedisServer<'a>> = facts
            .servers
            .iter()
            .filter(|server| server.role == Role::Sentinel)
            .filter(|server| is_beside(server) || (!asked.is_empty() && watches(server)))
            .collect();
        if stated.is_none() && servers.is_empty() {
            return None;
        }
        let texts: Vec<Text> = servers.first().map(|server| texts_of(server)).unwrap_or_default();
        let written = texts.iter().flat_map(|text| monitored(text.parsed()).into_iter().map(move |it| (text, it)));
        let written = written.into_iter().find(|(_, it)| asked.is_empty() || it.name == asked);
        let master = match (asked.is_empty(), &written) {
            (false, _) => asked.to_owned(),
            (true, Some((_, it))) => it.name.clone(),
            (true, None) => return None,
        };
        let by_entry = stated.and_then(|stated| stated.quorum.as_ref());
        let quorum = match (by_entry, &written) {
            (Some(quorum), _) => Some(Written { value: quorum.value, origin: (self.places)(quorum.pos) }),
            (None, Some((text, it))) => {
                let origin = text.origin(self.objects, it.quorum_word.at, self.places);
                Some(Written { value: it.quorum, origin })
            }
            (None, None) => None,
        };
        let statements = texts.iter().flat_map(|text| self.statements(text, &master)).collect();
        let nodes = servers.iter().flat_map(|server| {
            let workload = facts.workload_of(server);
            let texts = texts_of(server);
            let said = said(&texts, Some(server), self.objects, self.places);
            let port = said.port.unwrap_or(SENTINEL_PORT);
            let sentinel = move |node: WantedNode| WantedSentinel { pod: node.pod, service: node.service, port };
            self.nodes_of(workload, None, Said::default()).into_iter().map(sentinel)
        });
        Some(WantedSentinels { master, quorum, statements, nodes: nodes.collect() })
    }

    /// What a sentinel.conf says of a master beside its quorum, where a running sentinel tells it.
    fn statements(&self, text: &Text, master: &str) -> Vec<(String, Written<String>)> {
        const TOLD: [&str; 3] = ["down-after-milliseconds", "failover-timeout", "parallel-syncs"];
        let lines = text.parsed().lines.iter().filter(|line| line.name.text == "sentinel");
        lines
            .filter_map(|line| {
                let statement = line.argument(0)?.to_ascii_lowercase();
                let is_told = TOLD.contains(&statement.as_str()) && line.argument(1) == Some(master);
                let value = line.argument(2).filter(|_| is_told)?.to_owned();
                let origin = text.origin(self.objects, line.name.at, self.places);
                Some((statement, Written { value, origin }))
            })
            .collect()
    }
}

/// Nodes that only the address map of an entry names, by the names of pods in it.
fn map_nodes(entry: &environment::Redis, said: &Said) -> Vec<WantedNode> {
    let Some(access) = &entry.access else { return Vec::new() };
    let (settings, modules) = (Arc::new(said.settings.clone()), Arc::new(said.modules.clone()));
    let keys = access.map.0.iter().map(|(key, _)| key.value.as_str());
    keys.map(|key| WantedNode {
        pod: key.to_owned(),
        service: None,
        port: said.port,
        settings: Arc::clone(&settings),
        modules: Arc::clone(&modules),
        is_plain: false,
        image: None,
        limit: None,
    })
    .collect()
}

/// The numbers of a tag: `7.2.4` of `redis:7.2.4-alpine`.
fn version_of(image: &str) -> Option<String> {
    let image = image.split('@').next()?;
    let tag = image.rsplit('/').next()?.split_once(':')?.1;
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let numbers = tag.split(|c: char| !(c.is_ascii_digit() || c == '.')).next()?.trim_end_matches('.');
    (!numbers.is_empty()).then(|| numbers.to_owned())
}

fn nothing(word: &Word, field: &str) -> Diagnostic {
    Diagnostic::error(
        "redisops::nodes::reference",
        format!("there is no {} among the objects of the overlay", word.replacen('/', " ", 1)),
    )
    .label(word.pos, word.len(), format!("the `{field}` of this entry"))
    .help("name it as the rendered object is named, or as it is written in its file")
}
