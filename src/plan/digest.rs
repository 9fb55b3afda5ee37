//! The fingerprint of a plan.

use sha2::{Digest, Sha256};

use super::types::{Plan, Step};

impl Plan {
    /// SHA-256 of the plan in lower-case hexadecimal digits, over everything but the digest itself, the name by which the target was asked for, and what is in
    /// slots that move: that is another number with each write.
    pub fn fingerprint(&self) -> String {
        let Plan { steps, .. } = self.clone();
        let steps = steps.into_iter().map(Step::bare).collect();
        let bare = Plan { digest: String::new(), target: String::new(), steps, ..self.clone() };
        let text = serde_json::to_vec(&bare).expect("a plan has only text keys and finite numbers");
        hex::encode(Sha256::digest(&text))
    }

    /// The plan with its fingerprint.
    #[must_use]
    pub fn sealed(mut self) -> Plan {
        self.digest = self.fingerprint();
        self
    }

    /// Whether the fingerprint is that of the content: nobody has edited the file.
    pub fn is_intact(&self) -> bool {
        self.digest == self.fingerprint()
    }
}
