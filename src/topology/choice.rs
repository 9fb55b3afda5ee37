//! Words of which one must be chosen.

use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::kustomize::decode::Text;

/// Declares an enumeration that is read from a string.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident as $what:literal { $($(#[$variant_meta:meta])* $variant:ident = $yaml:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub enum $name {
            $($(#[$variant_meta])* $variant),*
        }

        impl $name {
            /// The values as they are written.
            pub const NAMES: &'static [&'static str] = &[$($yaml),*];

            /// All of them.
            pub const ALL: [$name; Self::NAMES.len()] = [$($name::$variant),*];

            /// As it is written.
            pub fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $yaml),*
                }
            }
        }

        impl $crate::kustomize::decode::FromNode for $name {
            fn from_node(
                node: &$crate::yaml::Node,
                cx: &mut $crate::kustomize::decode::Decoder<'_>,
            ) -> Option<$name> {
                let text = $crate::kustomize::decode::Text::from_node(node, cx)?;
                match text.value.as_str() {
                    $($yaml => Some($name::$variant),)*
                    _ => {
                        cx.found.push($crate::topology::choice::unknown(&text, $what, $name::NAMES));
                        None
                    }
                }
            }
        }
    };
}

pub(super) use choice;

/// The error for a word that is none of them.
pub(super) fn unknown(text: &Text, what: &str, names: &[&'static str]) -> Diagnostic {
    let near = did_you_mean(text, names.iter().copied());
    Diagnostic::error("redisops::topology::unknown_value", format!("`{}` is no {what}", text.value))
        .label(text.pos, text.len(), "")
        .help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", names.join(", ")),
        })
}
