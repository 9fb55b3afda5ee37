//! Parameters of an Application, from the variables that Argo CD sets.

use serde::Deserialize;

use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::schema::KubeVersion;

/// Their names.
pub(super) const NAMES: [&str; 4] = ["environment", "secrets", "validate", "helm"];

/// The JSON of an Application's `plugin.parameters`, and of nothing else.
const LIST: &str = "ARGOCD_APP_PARAMETERS";

/// What an Application wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameters {
    /// The environment that is rendered; the directory of the Application when there is none.
    pub environment: Option<String>,
    /// Whether placeholders are filled from the secret store.
    pub secrets: bool,
    /// Whether what is rendered is checked.
    pub validate: bool,
    /// Whether charts are inflated.
    pub helm: bool,
}

/// A parameter as the Application has it. Lists and mappings are none of ours.
#[derive(Deserialize)]
struct Given {
    name: String,
    #[serde(rename = "string")]
    text: Option<String>,
}

impl Parameters {
    /// What variables say. `ARGOCD_APP_PARAMETERS` counts before `PARAM_…`, which Argo CD makes of it, and that before `ARGOCD_ENV_…`.
    ///
    /// # Errors
    /// When a parameter is not known, or its value is not.
    pub fn of(variable: &dyn Fn(&str) -> Option<String>) -> Result<Parameters, Diagnostic> {
        let given = given(variable)?;
        let value = |name: &str| {
            let listed = given.iter().find(|one| one.name == name).and_then(|one| one.text.clone());
            let upper = name.to_uppercase();
            let own = || variable(&format!("ARGOCD_ENV_REDISOPS_{upper}"));
            listed.or_else(|| variable(&format!("PARAM_{upper}"))).or_else(own).filter(|text| !text.is_empty())
        };
        let switch = |name: &str, otherwise: bool| match value(name).as_deref().map(str::to_ascii_lowercase).as_deref()
        {
            None => Ok(otherwise),
            Some("true" | "yes" | "on" | "1") => Ok(true),
            Some("false" | "no" | "off" | "0") => Ok(false),
            Some(other) => Err(Diagnostic::error(
                "redisops::argocd::parameter",
                format!("the parameter `{name}` is `{other}`, not true or false"),
            )
            .help("write the string \"true\" or \"false\"")),
        };
        Ok(Parameters {
            environment: value("environment"),
            secrets: switch("secrets", false)?,
            validate: switch("validate", true)?,
            helm: switch("helm", false)?,
        })
    }
}

fn given(variable: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Given>, Diagnostic> {
    let Some(text) = variable(LIST).filter(|text| !text.trim().is_empty()) else { return Ok(Vec::new()) };
    let wrong = |why: String| Diagnostic::error("redisops::argocd::parameters", format!("{LIST} {why}"));
    let given: Option<Vec<Given>> = serde_json::from_str(&text).map_err(|error| {
        wrong(format!("is no list of parameters: {error}")).help("Argo CD writes it of `plugin.parameters`")
    })?;
    let given = given.unwrap_or_default();
    for one in &given {
        if !NAMES.contains(&one.name.as_str()) {
            let near = did_you_mean(&one.name, NAMES).map(|near| format!("did you mean `{near}`?"));
            let all = Some(format!("parameters are {}", NAMES.join(", ")));
            return Err(wrong(format!("has the unknown parameter `{}`", one.name)).help_if(near.or(all)));
        }
        if one.text.is_none() {
            return Err(wrong(format!("has no `string` for the parameter `{}`", one.name)));
        }
    }
    Ok(given)
}

/// The command line of `build` that does what an Application wants.
pub fn build_arguments(parameters: &Parameters, variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let target = parameters.environment.as_ref().map_or_else(|| ".".to_owned(), |name| format!("env:{name}"));
    let mut arguments = vec!["redisops".to_owned(), "build".to_owned()];
    let version = variable("KUBE_VERSION").filter(|text| !text.is_empty());
    if !parameters.validate {
        arguments.push("--no-validate".to_owned());
    } else if let Some(minor) = version.as_deref().and_then(minor_version) {
        arguments.extend(["--kube-version".to_owned(), minor]);
    }
    if parameters.secrets {
        arguments.push("--secrets".to_owned());
    }
    if parameters.helm {
        arguments.push("--enable-helm".to_owned());
        if let Some(version) = version {
            arguments.extend(["--helm-kube-version".to_owned(), version]);
        }
        let all = variable("KUBE_API_VERSIONS").unwrap_or_default();
        for one in all.split(',').filter(|one| !one.is_empty()) {
            arguments.extend(["--helm-api-versions".to_owned(), one.to_owned()]);
        }
    }
    arguments.extend(["--".to_owned(), target]);
    arguments
}

/// `1.36` of `v1.36.3+k3s1`; none for a version that has no schemas here, which is then checked as the newest.
fn minor_version(text: &str) -> Option<String> {
    let mut parts = text.trim_start_matches('v').splitn(3, '.');
    let (major, minor) = (parts.next()?, parts.next()?);
    let digits: String = minor.chars().take_while(char::is_ascii_digit).collect();
    let version = format!("{major}.{digits}");
    KubeVersion::parse(&version).map(|_| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Parameters, Diagnostic> {
        Parameters::of(&|name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn the_list_counts_first() {
        let list = r#"[{"name": "environment", "string": "prod"}, {"name": "secrets", "string": "true"}]"#;
        let found =
            of(&[(LIST, list), ("PARAM_ENVIRONMENT", "dev"), ("ARGOCD_ENV_REDISOPS_VALIDATE", "false")]).unwrap();
        let wanted = Parameters { environment: Some("prod".into()), secrets: true, validate: false, helm: false };
        assert_eq!(found, wanted);
        let found = of(&[("PARAM_ENVIRONMENT", "dev"), (LIST, "null")]).unwrap();
        assert_eq!((found.environment.as_deref(), found.validate), (Some("dev"), true));
    }

    #[test]
    fn a_wrong_parameter_renders_nothing() {
        let message = |list: &str| of(&[(LIST, list)]).unwrap_err();
        assert_eq!(message(r#"[{"name": "enviroment", "string": "x"}]"#).help.unwrap(), "did you mean `environment`?");
        assert!(message(r#"[{"name": "secrets", "array": []}]"#).message.contains("no `string`"));
        assert!(message("{").message.contains("no list of parameters"));
        assert!(of(&[("PARAM_SECRETS", "maybe")]).unwrap_err().message.contains("`maybe`"));
    }

    #[test]
    fn the_version_of_the_cluster_is_told() {
        let parameters = of(&[]).unwrap();
        let line =
            |version: &str| build_arguments(&parameters, &|name| (name == "KUBE_VERSION").then(|| version.into()));
        assert_eq!(line("v1.36.3+k3s1"), ["redisops", "build", "--kube-version", "1.36", "--", "."]);
        assert_eq!(line("v9.1.0"), ["redisops", "build", "--", "."]);
    }
}
