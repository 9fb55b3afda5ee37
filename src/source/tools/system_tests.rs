use super::*;
use crate::source::{Disk, HelmChart, Memory};

fn script(path: &Path, body: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    // Written by another process: a file that is open for writing here while another test starts a program could not be run.
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"cat > "$0" && chmod 755 "$0""#]).arg(path);
    assert!(run(shell, format!("#!/bin/sh\n{body}\n").as_bytes(), None).unwrap().status.success());
}

/// A helm that writes down its arguments, and pulls charts with a `values.yaml`.
fn helm(dir: &Path) -> HelmCall {
    let log = dir.join("log").display().to_string();
    script(
        &dir.join("helm"),
        &format!(
            r#"echo "$@" >> {log}
case "$1" in
version) echo v3.19.5+gabc;;
pull) mkdir -p "$4/web" && echo 'a: 1' > "$4/web/values.yaml";;
template) [ "$2" = bad ] && {{ echo 'Error: no such value' >&2; exit 1; }}; cat "$5"; echo "$HELM_CACHE_HOME" >> {log};;
esac"#
        ),
    );
    let root = dir.join("app");
    fs::create_dir_all(&root).unwrap();
    HelmCall {
        command: dir.join("helm").display().to_string(),
        root,
        files: Arc::new(Disk::new()),
        keep_pulled: true,
        chart_home: String::new(),
        config_home: "/conf".into(),
        chart: HelmChart { name: "web".into(), repo: "https://charts.example.test".into(), ..HelmChart::default() },
    }
}

#[test]
fn a_chart_is_pulled_once_and_rendered() {
    let dir = tempfile::tempdir().unwrap();
    let (call, tools) = (helm(dir.path()), SystemTools::new());
    let chart = tools.prepare_chart(&call).unwrap();
    assert_eq!(chart, Chart { directory: dir.path().join("app/charts/web"), default_values: None });
    assert_eq!(tools.prepare_chart(&call).unwrap(), chart);
    assert_eq!(tools.template_chart(&call, &chart, b"a: 2\n").unwrap(), b"a: 2\n");
    let log = fs::read_to_string(dir.path().join("log")).unwrap();
    let verbs: Vec<&str> = log.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(verbs, ["version", "pull", "template", "/conf/.cache"]);
}

#[test]
fn fetched_files_stay_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let (call, tools) = (HelmCall { keep_pulled: false, ..helm(dir.path()) }, SystemTools::new());
    let chart = tools.prepare_chart(&call).unwrap();
    assert_eq!(chart.default_values.as_deref(), Some(&b"a: 1\n"[..]));
    assert!(!dir.path().join("app/charts").exists());
    // A chart of a revision is copied to the disk.
    let files = Memory::new().with("/app/charts/web/templates/x.yaml", "x").with("/app/more.yaml", "m");
    let mut call = HelmCall { files: Arc::new(files), root: "/app".into(), ..helm(dir.path()) };
    call.chart.additional_values_files = vec!["more.yaml".into()];
    let chart = tools.prepare_chart(&call).unwrap();
    assert_eq!(fs::read(chart.directory.join("templates/x.yaml")).unwrap(), b"x");
    tools.template_chart(&call, &chart, b"").unwrap();
    let log = fs::read_to_string(dir.path().join("log")).unwrap();
    let additional = log.split_whitespace().find(|word| word.ends_with("more.yaml")).unwrap();
    assert_eq!(fs::read(additional).unwrap(), b"m");
}

#[test]
fn a_helm_that_fails_is_not_a_helm_that_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let mut call = helm(dir.path());
    call.chart.release_name = "bad".into();
    let tools = SystemTools::new();
    let chart = tools.prepare_chart(&call).unwrap();
    let failed = tools.template_chart(&call, &chart, b"").unwrap_err();
    assert_eq!(failed.kind(), ToolErrorKind::Failed);
    assert!(failed.diagnostic().notes.iter().any(|note| note.contains("no such value")), "{failed:?}");
    call.command = "no-such-helm".into();
    let missing = tools.prepare_chart(&call).unwrap_err();
    assert_eq!((missing.kind(), missing.diagnostic().code), (ToolErrorKind::Missing, "redisops::tool::missing"));
    let mut nowhere = helm(dir.path());
    nowhere.chart = HelmChart { name: "wbe".into(), ..HelmChart::default() };
    assert_eq!(tools.prepare_chart(&nowhere).unwrap_err().diagnostic().help.as_deref(), Some("did you mean `web`?"));
}

#[test]
fn a_function_runs_in_the_directory_of_its_kustomization() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    script(&root.join("fn/run.sh"), r#"pwd; echo "$GREETING $1"; cat; echo careful >&2; exit ${CODE:-0}"#);
    let mut call = FunctionCall {
        path: "./fn/run.sh".into(),
        arguments: vec!["you".into()],
        environment: vec![("GREETING".into(), "hello".into())],
        working_directory: root.clone(),
        input: b"kind: ResourceList\n".to_vec(),
    };
    let output = SystemTools::new().run_function(&call).unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("{}\nhello you\nkind: ResourceList\n", root.display())
    );
    assert_eq!((output.stderr.as_str(), output.failure), ("careful\n", None));
    call.environment.push(("CODE".into(), "4".into()));
    let failure = SystemTools::new().run_function(&call).unwrap().failure.unwrap();
    assert_eq!(failure.kind(), ToolErrorKind::Failed);
    assert_eq!(failure.diagnostic().notes, ["it says: careful"]);
    call.path = "./fn/none.sh".into();
    assert_eq!(SystemTools::new().run_function(&call).unwrap_err().kind(), ToolErrorKind::Missing);
    call.working_directory = "/".into();
    assert_eq!(SystemTools::new().run_function(&call).unwrap_err().kind(), ToolErrorKind::Refused);
}

#[test]
fn a_plugin_gets_its_configuration_three_ways() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    script(
        &root.join("Plugin"),
        r#"cat "$1"; echo "$2"; echo "$KUSTOMIZE_PLUGIN_CONFIG_STRING $KUSTOMIZE_PLUGIN_CONFIG_ROOT"; pwd; cat"#,
    );
    let call = PluginCall {
        path: root.join("Plugin"),
        arguments: vec!["arg".into()],
        config: b"kind: X\n".to_vec(),
        root: root.clone(),
        input: b"in".to_vec(),
    };
    let out = String::from_utf8(SystemTools::new().run_plugin(&call).unwrap()).unwrap();
    let shown = root.display();
    assert_eq!(out, format!("kind: X\narg\nkind: X\n {shown}\n{shown}\nin"));
}

#[test]
fn a_plugin_must_be_executable() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("Plugin");
    let kind = |path: &Path| executable(path).unwrap_err().kind();
    assert_eq!(kind(&path), ToolErrorKind::Missing);
    fs::write(dir.path().join("Plugin.so"), "").unwrap();
    assert_eq!(kind(&path), ToolErrorKind::Unsupported);
    fs::write(&path, "").unwrap();
    assert_eq!(kind(&path), ToolErrorKind::Refused);
    script(&path, "true");
    assert_eq!(executable(&path).unwrap(), path);
}
