//! A cluster as its nodes see it, for tests: whole at first, then broken on purpose.

use crate::slots::{Address, Direction, NodeId, Role, Slot, SlotRange, SlotSet};

use super::evidence::{Evidence, Keys, Link, Seen, Silent, Witness};
use super::finding::{Finding, Health, Rule};
use super::repair::Repair;

pub(super) fn set(text: &str) -> SlotSet {
    text.split(',').filter(|part| !part.is_empty()).map(|part| part.trim().parse::<SlotRange>().unwrap()).collect()
}

pub(super) fn slot(number: u16) -> Slot {
    Slot::new(number).unwrap()
}

pub(super) fn id(name: &str) -> NodeId {
    name.into()
}

/// What nodes say, to be changed.
pub(super) struct Cluster(pub Evidence);

impl Cluster {
    /// Masters with slots, and epochs that count up from 1; replicas as `name>master`.
    pub fn new(nodes: &[(&str, &str)]) -> Cluster {
        let lines: Vec<Seen> = nodes
            .iter()
            .enumerate()
            .map(|(index, (name, slots))| {
                let (name, master) = name.split_once('>').map_or((*name, None), |(name, master)| (name, Some(master)));
                Seen {
                    id: id(name),
                    address: Some(Address::new("10.0.0.1", 7001 + index as u16)),
                    bus_port: Some(17001 + index as u16),
                    role: Some(if master.is_some() { Role::Replica } else { Role::Master }),
                    master: master.map(id),
                    flags: Vec::new(),
                    config_epoch: index as u64 + 1,
                    slots: set(slots),
                    open: Vec::new(),
                }
            })
            .collect();
        let witnesses = lines.iter().map(|line| Witness {
            id: line.id.clone(),
            address: line.address.clone().unwrap(),
            says: lines.clone(),
            keys: (line.role == Some(Role::Master)).then(Keys::none),
            link: line.master.is_some().then_some(Link::Up),
        });
        Cluster(Evidence { witnesses: witnesses.collect(), silent: Vec::new() })
    }

    /// Three masters, a replica each.
    pub fn six() -> Cluster {
        Cluster::new(&[
            ("a", "0-5460"),
            ("b", "5461-10922"),
            ("c", "10923-16383"),
            ("x>a", ""),
            ("y>b", ""),
            ("z>c", ""),
        ])
    }

    pub fn witness(&mut self, name: &str) -> &mut Witness {
        self.0.witnesses.iter_mut().find(|witness| witness.id.as_str() == name).unwrap()
    }

    /// What one says about another.
    pub fn line(&mut self, speaker: &str, about: &str) -> &mut Seen {
        self.witness(speaker).says.iter_mut().find(|seen| seen.id.as_str() == about).unwrap()
    }

    /// Changes what everybody says about a node, itself included.
    pub fn all(mut self, about: &str, change: impl Fn(&mut Seen)) -> Cluster {
        for witness in &mut self.0.witnesses {
            witness.says.iter_mut().filter(|seen| seen.id.as_str() == about).for_each(&change);
        }
        self
    }

    /// In the view of one, slots belong to another; to nobody with `-`.
    pub fn sees(mut self, speaker: &str, slots: &str, owner: &str) -> Cluster {
        let slots = set(slots);
        for seen in &mut self.witness(speaker).says {
            if seen.id.as_str() == owner { seen.slots.union_with(&slots) } else { seen.slots.subtract(&slots) }
        }
        self
    }

    /// In the view of everybody.
    pub fn all_see(mut self, slots: &str, owner: &str) -> Cluster {
        let names: Vec<String> = self.0.witnesses.iter().map(|witness| witness.id.as_str().to_owned()).collect();
        for name in names {
            self = self.sees(&name, slots, owner);
        }
        self
    }

    pub fn epoch(self, name: &str, epoch: u64) -> Cluster {
        self.all(name, |seen| seen.config_epoch = epoch)
    }

    pub fn migrating(mut self, name: &str, number: u16, to: &str) -> Cluster {
        self.line(name, name).open.push((slot(number), Direction::Migrating(id(to))));
        self
    }

    pub fn importing(mut self, name: &str, number: u16, from: &str) -> Cluster {
        self.line(name, name).open.push((slot(number), Direction::Importing(id(from))));
        self
    }

    pub fn keys(mut self, name: &str, number: u16, count: u64) -> Cluster {
        self.witness(name).keys.get_or_insert_with(Keys::none).add(slot(number), count);
        self
    }

    pub fn uncounted(mut self, name: &str) -> Cluster {
        self.witness(name).keys = None;
        self
    }

    /// It does not answer.
    pub fn silent(mut self, name: &str) -> Cluster {
        self.0.witnesses.retain(|witness| witness.id.as_str() != name);
        self.0.silent.push(Silent { id: id(name), why: "connection refused".to_owned(), replaced_by: None });
        self
    }

    /// It does not answer, and the others have agreed that it is dead.
    pub fn failed(self, name: &str) -> Cluster {
        self.silent(name).all(name, |seen| seen.flags.push("fail".to_owned()))
    }

    /// One has never heard of another.
    pub fn forgot(mut self, speaker: &str, about: &str) -> Cluster {
        self.witness(speaker).says.retain(|seen| seen.id.as_str() != about);
        self
    }

    pub fn health(&self) -> Health {
        super::diagnose(&self.0)
    }

    /// The rules that were found, notes left out.
    pub fn rules(&self) -> Vec<&'static str> {
        let findings = self.health().findings;
        let rules = findings.iter().filter(|f| f.severity != super::Severity::Note).map(|f| f.rule.name());
        rules.collect()
    }

    /// The only finding of that kind.
    pub fn only(&self, rule: Rule) -> Finding {
        let found: Vec<Finding> = self.health().findings.into_iter().filter(|f| f.rule == rule).collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        found.into_iter().next().unwrap()
    }

    /// The repairs to run now, in words.
    pub fn next(&self) -> Vec<String> {
        self.health().next_repairs(&[]).into_iter().map(Repair::to_string).collect()
    }

    /// All repairs, in words.
    pub fn repairs(&self) -> Vec<String> {
        self.health().findings.iter().flat_map(|f| &f.repairs).map(Repair::to_string).collect()
    }
}
