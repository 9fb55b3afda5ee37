//! Differences on nodes as steps.

use std::collections::BTreeMap;

use crate::drift::{NodeChange, NodeField};
use crate::plan::{Action, Cause, Plan, PlannedField, Risk, Step};

use super::task::{Task, task_of};

/// The name of the step that does such a task; `opens` where it only lets a new password in.
pub fn step_id(redis: &str, task: Task<'_>, opens: bool) -> String {
    let (action, key) = match task {
        Task::Setting(name) => (Action::Configure, format!("config.{name}")),
        Task::User(name) if opens => (Action::Configure, format!("acl.{name}/open")),
        Task::User(name) => (Action::Configure, format!("acl.{name}")),
        Task::Watch => (Action::Configure, "sentinel.master".to_owned()),
        Task::Statement(name) => (Action::Configure, format!("sentinel.{name}")),
        Task::Follow => (Action::Replicate, "replication.master".to_owned()),
        Task::Restart(name) => (Action::Restart, format!("config.{name}")),
    };
    format!("redis/{redis}/{}/{key}", action.name())
}

/// Users whose passwords change: both are valid until everything has come up with the new one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// The users, by their names.
    pub users: Vec<String>,
}

/// Steps on the nodes of one database.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NodeSteps {
    /// Those before any object: passwords that are valid beside the old ones from then on.
    pub before: Vec<Step>,
    /// Those after all objects are ready.
    pub after: Vec<Step>,
}

/// What is done about differences on the nodes of a database. `rolls` says whether the pods of a node are replaced by the same plan.
pub fn node_steps(redis: &str, changes: &[NodeChange], window: &Window, rolls: &dyn Fn(&str) -> bool) -> NodeSteps {
    let mut tasks: BTreeMap<Task<'_>, Vec<(&str, &NodeField)>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.redis == redis && change.error.is_none()) {
        for field in &change.fields {
            if let Some(task) = task_of(field) {
                tasks.entry(task).or_default().push((&change.node, field));
            }
        }
    }
    let mut steps = NodeSteps::default();
    let mut last = Vec::new();
    for (task, fields) in tasks {
        let own = step(redis, task, &fields, window, rolls);
        match task {
            Task::User(name) if window.users.iter().any(|user| user == name) => {
                steps.before.push(opened(redis, name, &fields));
                // Old passwords end when everything else is done.
                last.push(own);
            }
            _ => steps.after.push(own),
        }
    }
    steps.after.append(&mut last);
    steps
}

fn opened(redis: &str, user: &str, fields: &[(&str, &NodeField)]) -> Step {
    let text = format!("the new password of user {user} is valid beside the old one on {}", nodes(fields));
    bare(redis, (Task::User(user), true), Action::Configure, fields, text, Risk::None)
}

fn step(
    redis: &str,
    task: Task<'_>,
    fields: &[(&str, &NodeField)],
    window: &Window,
    rolls: &dyn Fn(&str) -> bool,
) -> Step {
    let on = nodes(fields);
    let (action, text, risk) = match task {
        Task::Setting(name) => {
            let is_lost = fields.iter().all(|(_, field)| field.before == field.after);
            let text = match is_lost {
                true => format!("{name} is written to the files of {on}, which would lose it with the next start"),
                false => format!("{name} is set while {on} run{}; nothing restarts", plural(fields.len())),
            };
            (Action::Configure, text, Risk::Low)
        }
        Task::User(name) if window.users.iter().any(|user| user == name) => {
            let text = format!("the old password of user {name} ends on {on}; clients that are connected stay so");
            (Action::Configure, text, Risk::Medium)
        }
        Task::User(name) => {
            let text = format!("user {name} has its rules on {on} from then on; nothing restarts");
            (Action::Configure, text, Risk::Low)
        }
        Task::Watch => (
            Action::Configure,
            format!("{on} watch{} the master", if fields.len() == 1 { "es" } else { "" }),
            Risk::Low,
        ),
        Task::Statement(name) => {
            let text = format!("{name} is set on {on}: sentinels do not tell each other");
            (Action::Configure, text, Risk::Low)
        }
        Task::Follow => {
            let master = fields.first().and_then(|(_, field)| field.after.as_str()).unwrap_or("its master");
            let text = format!("{on} cop{} {master} from scratch", if fields.len() == 1 { "ies" } else { "y" });
            (Action::Replicate, text, Risk::Low)
        }
        Task::Restart(name) => {
            let text = match fields.iter().all(|(node, _)| rolls(node)) {
                true => format!("{name} counts from the next start on: the pods of {on} are replaced anyway"),
                false => format!(
                    "{name} counts from the next start on: {on} restart{}, one at a time, masters hand over first",
                    plural(fields.len())
                ),
            };
            (Action::Restart, text, Risk::Medium)
        }
    };
    bare(redis, (task, false), action, fields, text, risk)
}

fn bare(
    redis: &str,
    (task, opens): (Task<'_>, bool),
    action: Action,
    fields: &[(&str, &NodeField)],
    text: String,
    risk: Risk,
) -> Step {
    let planned = |(node, field): &(&str, &NodeField)| PlannedField {
        seal: None,
        path: format!("{node}.{}", field.path),
        before: field.before.clone(),
        after: field.after.clone(),
        cause: field.origin.as_ref().map(|origin| Cause {
            file: origin.file.clone(),
            line: origin.line,
            column: origin.column,
        }),
    };
    let fields: Vec<PlannedField> = fields.iter().map(planned).collect();
    Step {
        id: step_id(redis, task, opens),
        resource: None,
        redis: Some(redis.to_owned()),
        action,
        wave: 0,
        group: 0,
        cause: fields.iter().find_map(|field| field.cause.clone()),
        consequence: Some(text),
        risk,
        fields,
        slots: None,
        carries: None,
    }
}

/// `a`, `a and b`, `a, b and c`; many are counted.
fn nodes(fields: &[(&str, &NodeField)]) -> String {
    let names: Vec<&str> = fields.iter().map(|(node, _)| *node).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] if names.len() <= 6 => format!("{} and {last}", first.join(", ")),
        [first, .., last] => format!("{} nodes ({first} to {last})", names.len()),
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "s" } else { "" }
}

impl Plan {
    /// Puts what is done on nodes around the steps on objects.
    #[must_use]
    pub fn with_nodes(mut self, all: Vec<NodeSteps>) -> Plan {
        let (mut before, mut after): (Vec<Step>, Vec<Step>) = (Vec::new(), Vec::new());
        for steps in all {
            before.extend(steps.before);
            after.extend(steps.after);
        }
        if !before.is_empty() {
            self.steps.iter_mut().for_each(|step| step.group += 1);
        }
        let last = self.steps.last().map(|step| (step.wave, step.group + 1)).unwrap_or_default();
        let last = if self.steps.is_empty() && !before.is_empty() { (0, 1) } else { last };
        after.iter_mut().for_each(|step| (step.wave, step.group) = last);
        let wave = self.steps.first().map_or(0, |step| step.wave);
        before.iter_mut().for_each(|step| step.wave = wave);
        // What goes, goes last.
        let at = self.steps.iter().position(|step| step.action == Action::Delete && step.resource.is_some());
        let at = at.unwrap_or(self.steps.len());
        if let Some(first) = self.steps.get(at).map(|step| step.group)
            && !after.is_empty()
        {
            after.iter_mut().for_each(|step| step.group = first);
            self.steps[at..].iter_mut().for_each(|step| step.group += 1);
        }
        self.steps.splice(at..at, after);
        self.steps.splice(0..0, before);
        self.sealed()
    }
}
