//! Pods that are replaced one at a time.

use crate::plan::{Action, Plan, Risk, Step};

/// The pods of a StatefulSet with another template.
pub struct Roll<'a> {
    /// The database.
    pub redis: &'a str,
    /// The StatefulSet.
    pub set: &'a str,
    /// Its pods, in the order in which they are replaced.
    pub pods: &'a [String],
    /// Those that are masters now, in that order.
    pub masters: &'a [&'a String],
    /// Whether masters can hand over: in a cluster, and with sentinels.
    pub hand_over: bool,
    /// Whether servers keep what they have when they restart.
    pub keeps_data: bool,
}

impl Roll<'_> {
    /// The step.
    pub fn step(&self) -> Step {
        let names = |pods: &[&str]| pods.join(", ");
        let pods: Vec<&str> = self.pods.iter().map(String::as_str).collect();
        let masters: Vec<&str> = self.masters.iter().map(|pod| pod.as_str()).collect();
        let mut text = format!("replaces {}, in this order, each when the one before is back in step", names(&pods));
        text.push_str(&match (masters.as_slice(), self.hand_over) {
            ([], _) => String::new(),
            ([one], true) => format!(
                "; the master {one} hands over to its replica first: clients wait for a moment, no write is lost"
            ),
            (some, true) => format!(
                "; the masters {} hand over to their replicas first: clients wait for a moment, no write is lost",
                names(some)
            ),
            (some, false) => {
                format!("; while {} restart{} nobody takes writes", names(some), if some.len() == 1 { "s" } else { "" })
            }
        });
        let is_lost = !masters.is_empty() && !self.hand_over && !self.keeps_data;
        if is_lost {
            text.push_str(" and all keys are lost, on replicas too: nothing is kept on disk");
        }
        Step {
            id: format!("redis/{}/restart/{}", self.redis, self.set),
            resource: None,
            redis: Some(self.redis.to_owned()),
            action: Action::Restart,
            wave: 0,
            group: 0,
            cause: None,
            consequence: Some(text),
            risk: if is_lost { Risk::High } else { Risk::Medium },
            fields: Vec::new(),
            slots: None,
            carries: None,
        }
    }
}

impl Plan {
    /// Puts what is done to pods behind the step of their StatefulSet.
    #[must_use]
    pub fn with_roll(mut self, set: &str, mut roll: Step) -> Plan {
        let is_set = |step: &Step| {
            step.resource.as_ref().is_some_and(|resource| resource.kind == "StatefulSet" && resource.name == set)
        };
        let Some(at) = self.steps.iter().position(is_set) else { return self };
        let own = &self.steps[at];
        (roll.wave, roll.group) = (own.wave, own.group);
        let template = own.fields.iter().find(|field| field.path.starts_with("spec.template"));
        roll.cause = template.and_then(|field| field.cause.clone()).or_else(|| own.cause.clone());
        self.steps.insert(at + 1, roll);
        self.sealed()
    }
}
