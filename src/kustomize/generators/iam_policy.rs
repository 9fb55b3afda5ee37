//! The IAM policy generator: a service account with the annotation that ties it to one of a cloud provider.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::Resource;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, Text, record};
use crate::yaml::{Map, Node, Origin, Scalar, Style, Value};

/// Makes a ServiceAccount for a cloud provider. Exists as plugin configuration only.
#[derive(Clone, Debug)]
pub struct IamPolicy {
    config: Config,
}

record! {
    Config as "an IAMPolicyGenerator" {
        cloud: Text = "cloud",
        kubernetes: KubernetesService = "kubernetesService",
        account: ServiceAccount = "serviceAccount",
    }
}

record! {
    KubernetesService as "kubernetesService" {
        name: Text = "name",
        namespace: Text = "namespace",
    }
}

record! {
    ServiceAccount as "serviceAccount" {
        name: Text = "name",
        project: Text = "projectId",
    }
}

impl IamPolicy {
    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong or the provider is unknown.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<IamPolicy, Diagnostics> {
        let mut decoder = Decoder::plugin(cx.trace);
        let config = Config::from_node(node, &mut decoder);
        let config = decoder.finish(config)?;
        if config.cloud.value != "gke" {
            let cloud = &config.cloud;
            return Err(Diagnostic::error(
                "redisops::generator::cloud",
                format!("cloud provider `{}` is not supported", cloud.value),
            )
            .label(if cloud.pos.is_none() { config.pos } else { cloud.pos }, cloud.len(), "")
            .help("use `cloud: gke`")
            .into());
        }
        Ok(IamPolicy { config })
    }

    /// Makes the object.
    pub fn generate(&self) -> Resource {
        let (kubernetes, account) = (&self.config.kubernetes, &self.config.account);
        let here = Origin::at(self.config.pos);
        // The reference writes these as text and reads it again: plain scalars are what they look like.
        let plain = |text: String, at: &Text| {
            let origin = if at.pos.is_none() { here } else { Origin::at(at.pos) };
            Node::scalar(origin, Scalar::resolved(text, Style::Plain))
        };
        let mail = format!("{}@{}.iam.gserviceaccount.com", account.name.value, account.project.value);
        let mut annotations = Map::new();
        annotations.set("iam.gke.io/gcp-service-account", plain(mail, &account.name));
        let mut metadata = Map::new();
        metadata.set("annotations", Node::new(here, Value::Map(annotations)));
        metadata.set("name", plain(kubernetes.name.value.clone(), &kubernetes.name));
        if !kubernetes.namespace.is_empty() {
            metadata.set("namespace", plain(kubernetes.namespace.value.clone(), &kubernetes.namespace));
        }
        let mut object = Map::new();
        object.set("apiVersion", Node::string(here, "v1"));
        object.set("kind", Node::string(here, "ServiceAccount"));
        object.set("metadata", Node::new(here, Value::Map(metadata)));
        Resource::new(Node::new(here, Value::Map(object)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transformers::testing::Fixture;

    #[test]
    fn accounts_are_tied_by_annotation() {
        let fixture = Fixture::new();
        let config = r#"{"cloud":"gke","kubernetesService":{"namespace":"n","name":"k"},"serviceAccount":{"name":"s","projectId":"p"}}"#;
        let account = IamPolicy::from_config(&fixture.node(config), &fixture.cx()).unwrap().generate();
        assert_eq!((account.kind(), account.name(), account.namespace()), ("ServiceAccount", "k", "n"));
        assert_eq!(account.annotation("iam.gke.io/gcp-service-account"), Some("s@p.iam.gserviceaccount.com"));
        assert!(IamPolicy::from_config(&fixture.node(r#"{"cloud":"aws"}"#), &fixture.cx()).is_err());
    }
}
