//! Where environments are: `environments/` in the working directory or a directory above it, up to the root of the repository.

use std::path::{Path, PathBuf};

use crate::source::{FileSystem, clean};

/// The directory that holds environments.
pub const DIRECTORY: &str = "environments";

/// Endings of their files.
const ENDINGS: [&str; 2] = [".yaml", ".yml"];

/// Where an environment stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Its file.
    pub file: PathBuf,
    /// Root of the repository, or the directory that holds `environments/` outside of one. Paths in the environment start there.
    pub root: PathBuf,
}

/// The directory that an environment renders: relative to the root of the repository, or, where that has none of the name, to the directory that holds
/// `environments/`, so that a folder which is a repository of its own elsewhere works as a part of another one too.
pub fn overlay_directory(files: &dyn FileSystem, root: &Path, file: &Path, overlay: &str) -> PathBuf {
    let at_root = clean(&root.join(overlay));
    if files.exists(&at_root) {
        return at_root;
    }
    let beside = file.parent().and_then(Path::parent).map(|holder| clean(&holder.join(overlay)));
    beside.filter(|directory| files.exists(directory)).unwrap_or(at_root)
}

/// The environment of a name, looked for from a directory upwards; the nearest wins.
pub fn find(files: &dyn FileSystem, from: &Path, name: &str) -> Option<Place> {
    if name.is_empty() || name.starts_with('.') || name.contains('/') {
        return None;
    }
    let root = files.repository(from);
    directories(from, root.as_deref()).find_map(|dir| {
        let candidates = ENDINGS.iter().map(|ending| dir.join(DIRECTORY).join(format!("{name}{ending}")));
        let file = candidates.into_iter().find(|file| files.exists(file) && !files.is_dir(file))?;
        Some(Place { file, root: root.clone().unwrap_or_else(|| dir.to_owned()) })
    })
}

/// The names of all environments that [`find`] would find, nearest directory first.
pub fn names(files: &dyn FileSystem, from: &Path) -> Vec<String> {
    let root = files.repository(from);
    let mut names: Vec<String> = Vec::new();
    for dir in directories(from, root.as_deref()) {
        for file in files.read_dir(&dir.join(DIRECTORY)).unwrap_or_default() {
            let name = ENDINGS.iter().find_map(|ending| file.strip_suffix(ending));
            if let Some(name) = name.filter(|name| !name.is_empty() && !names.iter().any(|known| known == name)) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

fn directories<'a>(from: &'a Path, root: Option<&'a Path>) -> impl Iterator<Item = &'a Path> {
    let above_root = root.and_then(Path::parent);
    from.ancestors().take_while(move |dir| above_root != Some(*dir))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn an_overlay_is_at_the_root_or_beside_the_environments() {
        let files = Memory::new()
            .with("/repo/overlays/dev/kustomization.yaml", "")
            .with("/repo/shop/overlays/dev/kustomization.yaml", "")
            .with("/repo/shop/overlays/prod/kustomization.yaml", "");
        let at = |overlay: &str| {
            let file = Path::new("/repo/shop/environments/x.yaml");
            overlay_directory(&files, Path::new("/repo"), file, overlay).display().to_string()
        };
        assert_eq!(at("overlays/dev"), "/repo/overlays/dev");
        assert_eq!(at("shop/overlays/dev"), "/repo/shop/overlays/dev");
        assert_eq!(at("overlays/prod"), "/repo/shop/overlays/prod");
        assert_eq!(at("overlays/none"), "/repo/overlays/none");
    }

    #[test]
    fn looks_upwards_to_the_root_of_the_repository() {
        let files = Memory::new()
            .with("/environments/outside.yaml", "")
            .with("/repo/.git/HEAD", "")
            .with("/repo/environments/prod.yaml", "")
            .with("/repo/environments/dev.yml", "")
            .with("/repo/team/environments/prod.yaml", "")
            .with("/repo/team/app/x", "");
        let from = Path::new("/repo/team/app");
        let at = |file: &str| Some(Place { file: file.into(), root: "/repo".into() });
        assert_eq!(find(&files, from, "prod"), at("/repo/team/environments/prod.yaml"));
        assert_eq!(find(&files, from, "dev"), at("/repo/environments/dev.yml"));
        assert_eq!(find(&files, from, "outside"), None);
        assert_eq!(find(&files, from, "../environments/dev"), None);
        assert_eq!(names(&files, from), ["prod", "dev"]);
        let outside = find(&files, Path::new("/other"), "outside");
        assert_eq!(outside, Some(Place { file: "/environments/outside.yaml".into(), root: "/".into() }));
    }
}
