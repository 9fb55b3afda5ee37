//! What the pods of a database take their password and certificates from: whoever asks them can take the same.

use base64::Engine;

use crate::diagnostics::Pos;
use crate::secrets::Secret;
use crate::validate::rules::facts::Role;
use crate::validate::{Field, Objects};

use super::enterprise;
use super::wanted::Wanted;

/// Variables of containers that hold the password of the default user.
const VARIABLES: [&str; 4] = ["REDIS_PASSWORD", "REDISCLI_AUTH", "VALKEY_PASSWORD", "VALKEYCLI_AUTH"];
/// The volume of a `kind: Redis` with its certificates.
const TLS_VOLUME: &str = "tls";

/// Secrets that pods use.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Credentials {
    /// Name and key of the Secret with the password of the default user.
    pub password: Option<(String, String)>,
    /// The Secret with `ca.crt`, `tls.crt` and `tls.key`, where the nodes of a `kind: Redis` speak TLS.
    pub tls: Option<String>,
}

/// The Secrets that the nodes of a database use, by the workload of the first.
pub fn credentials(wanted: &Wanted, objects: &Objects<'_>) -> Credentials {
    if wanted.service.is_some() {
        return Credentials { password: enterprise::password(wanted, objects), tls: None };
    }
    let set = wanted.nodes.first().and_then(|node| node.pod.rsplit_once('-')).map(|(set, _)| set);
    let facts = objects.facts();
    let server = facts.servers.iter().find(|server| {
        let resource = facts.workload_of(server).resource;
        server.role == Role::Data && resource.kind() == "StatefulSet" && Some(resource.name()) == set
    });
    let Some(server) = server else { return Credentials::default() };
    let text = |field: &Field<'_>| field.text().filter(|text| !text.is_empty()).map(str::to_owned);
    let variables = server.container.field.get("env");
    let password = variables.items().find(|one| one.get("name").text().is_some_and(|name| VARIABLES.contains(&name)));
    let password = password.and_then(|one| {
        let key = one.path(&["valueFrom", "secretKeyRef"]);
        Some((text(&key.get("name"))?, text(&key.get("key"))?))
    });
    let workload = facts.workload_of(server);
    let object = Field::of(workload.resource);
    let volumes = object.path(&["spec", "template", "spec", "volumes"]);
    let tls = volumes.items().find(|one| one.get("name").text() == Some(TLS_VOLUME));
    let tls = tls.and_then(|one| text(&one.path(&["secret", "secretName"])));
    Credentials { password, tls: tls.filter(|_| workload.labels.get("redisops.dev/node") == Some("true")) }
}

/// The value of a key of a Secret among the objects, where it is more than a placeholder, and where it stands.
pub fn secret_text(objects: &Objects<'_>, name: &str, key: &str) -> Option<(Secret, Pos)> {
    let of_kind = objects.of_kind("Secret");
    let exact = of_kind.iter().find(|it| it.name() == name);
    let secret = exact.or_else(|| of_kind.iter().find(|it| it.original_name() == name))?;
    let at = |field: &Field<'_>| objects.places(field).first().map_or(Pos::NONE, |label| label.pos);
    let text = Field::of(secret).path(&["stringData", key]);
    if let Some(value) = text.text() {
        return Some((Secret::new(value), at(&text))).filter(|_| !is_placeholder(value));
    }
    let data = Field::of(secret).path(&["data", key]);
    let packed: String = data.text()?.split_ascii_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
    let value = String::from_utf8(bytes).ok()?;
    if is_placeholder(&value) { None } else { Some((Secret::new(value), at(&data))) }
}

fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('<') && text.ends_with('>')
}
