//! Sizes of databases, which are no quantities of Kubernetes.

use crate::validate::{Field, Findings, Objects, Rule};

use super::databases;

rule!(MemorySize, "redis-enterprise/memory-size", Error);

/// Bytes of a size: `100MB`, `0.5GB`.
pub fn memory_size(text: &str) -> Option<f64> {
    let factor = match text.get(text.len().checked_sub(2)?..)? {
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return None,
    };
    let number = &text[..text.len() - 2];
    let plain = !number.starts_with('.') && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number.parse::<f64>().ok().filter(|_| plain).map(|number| number * factor)
}

const SMALLEST: f64 = 100e6;
const SMALLEST_ON_FLASH: f64 = 1e9;

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for database in databases(objects) {
        let spec = Field::of(database).get("spec");
        for name in ["memorySize", "rofRamSize"] {
            let field = spec.get(name);
            if let Some(text) = field.text()
                && memory_size(text).is_none()
            {
                let finding = found.add(rule, objects, &field, format!("`{text}` is no size of a database"));
                finding.help = Some(match meant(text) {
                    Some(size) => format!("write `{size}`: a number and MB or GB; it is no quantity of Kubernetes"),
                    None => "write a number and MB or GB: `100MB`, `2GB`".to_owned(),
                });
            }
        }
        let size = spec.get("memorySize");
        let on_flash = spec.get("isRof").bool() == Some(true);
        let (least, shown) = if on_flash { (SMALLEST_ON_FLASH, "1GB") } else { (SMALLEST, "100MB") };
        if let Some(bytes) = size.text().and_then(memory_size)
            && bytes < least
        {
            let text = size.text().unwrap_or("");
            let kind = if on_flash { "database on flash" } else { "database" };
            let finding = found.add(rule, objects, &size, format!("`{text}` is too small for a {kind}"));
            finding.help = Some(format!("write at least `{shown}`"));
        }
    }
}

/// The size that a quantity or a slip stands for.
fn meant(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = text.split_at(digits);
    number.parse::<f64>().ok()?;
    match unit.trim().to_ascii_lowercase().as_str() {
        "g" | "gb" | "gi" | "gib" => Some(format!("{number}GB")),
        "m" | "mb" | "mi" | "mib" => Some(format!("{number}MB")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::*;

    fn text(spec: &str) -> String {
        format!(
            "apiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata: {{name: a}}\nspec: {spec}\n"
        )
    }

    #[test]
    fn sizes_are_megabytes_or_gigabytes() {
        for good in
            ["{memorySize: 100MB}", "{memorySize: 0.5GB}", "{}", "{memorySize: 2GB, isRof: true, rofRamSize: 200MB}"]
        {
            assert_eq!(found(&MemorySize, &text(good)), [""; 0], "{good}");
        }
        assert_eq!(
            found(&MemorySize, &text("{memorySize: 4Gi}")),
            ["error 4:20 spec.memorySize: `4Gi` is no size of a database"]
        );
        for bad in ["4G", "100", "2 GB", "2gb", "-2GB", "GB", "1e3MB"] {
            assert_eq!(found(&MemorySize, &text(&format!("{{memorySize: \"{bad}\"}}"))).len(), 1, "{bad}");
        }
        assert_eq!((meant("4Gi"), meant("1.5 gb"), meant("lots")), (Some("4GB".into()), Some("1.5GB".into()), None));
    }

    #[test]
    fn small_databases_are_refused() {
        assert_eq!(found(&MemorySize, &text("{memorySize: 50MB}")).len(), 1);
        assert_eq!(found(&MemorySize, &text("{memorySize: 500MB, isRof: true}")).len(), 1);
    }
}
