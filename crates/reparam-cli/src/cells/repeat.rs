//! The command line that repeats a run.

use super::options::TrainOptions;

/// The flags that say what a run's options are, those at their defaults left out.
pub fn command(options: &TrainOptions) -> String {
    let mut words = vec!["reparam cells train".to_owned()];
    for file in &options.files {
        words.push(quoted(&file.display().to_string()));
    }
    let Ok(serde_json::Value::Object(map)) = serde_json::to_value(options) else { return words.join(" ") };
    let usual = serde_json::to_value(default_options()).unwrap_or_default();
    for (name, value) in map.iter().filter(|(name, value)| *name != "files" && usual.get(name.as_str()) != Some(*value))
    {
        match value {
            serde_json::Value::Bool(true) => words.push(format!("--{name}")),
            serde_json::Value::Array(values) => {
                for value in values {
                    words.push(format!("--{name} {}", quoted(&text(value))));
                }
            }
            serde_json::Value::Null | serde_json::Value::Bool(false) => {}
            value => words.push(format!("--{name} {}", quoted(&text(value)))),
        }
    }
    words.join(" ")
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// For a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The options without any flag.
pub fn default_options() -> TrainOptions {
    use clap::{Args, FromArgMatches};
    let command = TrainOptions::augment_args(clap::Command::new("train"));
    let matches = command.get_matches_from(["train"]);
    TrainOptions::from_arg_matches(&matches).unwrap_or_else(|error| unreachable!("every option has a default: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_usual_is_said() {
        let usual = default_options();
        assert_eq!(command(&usual), "reparam cells train");
        let options = TrainOptions {
            files: vec!["my cells.h5ad".into()],
            cycle: true,
            latent: 3,
            modality: vec!["rna=zinb".into()],
            ..usual
        };
        let said = command(&options);
        assert_eq!(said, "reparam cells train 'my cells.h5ad' --cycle --latent 3 --modality rna=zinb");
    }
}
