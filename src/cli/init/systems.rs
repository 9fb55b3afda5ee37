//! The systems of this repository, as they stand in it.

use include_dir::{Dir, include_dir};

use crate::diagnostics::{Diagnostic, did_you_mean};

use super::write::NewFile;

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/examples");

/// Folders of the orders system, which is this repository's own.
static ORDERS: [(&str, Dir<'_>); 5] = [
    ("base", include_dir!("$CARGO_MANIFEST_DIR/base")),
    ("components", include_dir!("$CARGO_MANIFEST_DIR/components")),
    ("overlays", include_dir!("$CARGO_MANIFEST_DIR/overlays")),
    ("environments", include_dir!("$CARGO_MANIFEST_DIR/environments")),
    ("argocd", include_dir!("$CARGO_MANIFEST_DIR/argocd")),
];

const ORDERS_NAME: &str = "orders";
const ORDERS_TITLE: &str = "Redis Enterprise on OpenShift: a base, overlays dev, nonprod and prod, Argo CD";
const ORDERS_README: &str = "\
# Orders Redis

Redis Enterprise for the orders team: `base/`, an overlay and an environment for each of dev, nonprod and prod, `argocd/`.

    redisops build prod                                      # what would be applied
    redisops validate dev nonprod prod                       # what is wrong, at the lines that you edit
    redisops diff --between nonprod prod                     # what promotion would change
    redisops scale orders-cache-prod --shards 8 --env prod   # changed at the line that says so
";

/// The address in the files, which a user's own replaces.
const REPOSITORY: &str = "https://git.example.com/orders/orders-redis.git";

/// A system that can be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct System {
    /// Its name on the command line.
    pub name: String,
    /// What it is.
    pub title: String,
}

/// All systems.
pub fn systems() -> Vec<System> {
    let mut all = vec![System { name: ORDERS_NAME.to_owned(), title: ORDERS_TITLE.to_owned() }];
    for directory in EXAMPLES.dirs() {
        let name = directory.path().to_string_lossy().into_owned();
        let readme = directory.get_file(directory.path().join("README.md")).and_then(|file| file.contents_utf8());
        let title = readme.and_then(|text| text.lines().next()).unwrap_or("").trim_start_matches('#').trim().to_owned();
        all.push(System { name, title });
    }
    all
}

/// The files of a system.
///
/// # Errors
/// When there is none of that name.
pub fn named(name: &str, repository: Option<&str>) -> Result<Vec<NewFile>, Diagnostic> {
    let mut files = Vec::new();
    if name == ORDERS_NAME {
        for (folder, directory) in &ORDERS {
            collect(directory, folder, "", &mut files);
        }
        files.push(NewFile { path: "README.md".into(), content: ORDERS_README.as_bytes().to_vec() });
    } else {
        let directory = EXAMPLES.get_dir(name).ok_or_else(|| unknown(name))?;
        collect(directory, "", &format!("{name}/"), &mut files);
    }
    if let Some(repository) = repository {
        for file in &mut files {
            if let Ok(text) = std::str::from_utf8(&file.content) {
                file.content = text.replace(REPOSITORY, repository).into_bytes();
            }
        }
    }
    Ok(files)
}

fn unknown(name: &str) -> Diagnostic {
    let all = systems();
    let names = || all.iter().map(|system| system.name.as_str());
    let near = did_you_mean(name, names()).map(|near| format!("did you mean `{near}`?"));
    let every = Some(format!("systems are {}", names().collect::<Vec<_>>().join(", ")));
    Diagnostic::error("redisops::init::system", format!("there is no system `{name}`")).help_if(near.or(every))
}

/// Files of a folder and those below it, under a new folder, without a prefix of their old paths.
fn collect(directory: &Dir<'_>, folder: &str, prefix: &str, files: &mut Vec<NewFile>) {
    for file in directory.files() {
        let path = file.path().to_string_lossy().into_owned();
        let path = path.strip_prefix(prefix).unwrap_or(&path).to_owned();
        let path = if folder.is_empty() { path } else { format!("{folder}/{path}") };
        files.push(NewFile { path: path.into(), content: file.contents().to_vec() });
    }
    for inner in directory.dirs() {
        collect(inner, folder, prefix, files);
    }
}
