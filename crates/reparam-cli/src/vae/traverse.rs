//! `reparam vae traverse`: images along latent axes.

use reparam::vae::LatentLaw;

use super::VaeError;
use super::args::TraverseArgs;
use super::dataset::pick;
use super::decode::Opened;
use super::evaluate::known;
use super::sample::prior;
use crate::console::talk;

/// Active axes in a picture, at most: those that carry most.
pub const MOST_ACTIVE: usize = 64;
/// Axes in a picture, at most: a row each.
const MOST_ROWS: usize = 1024;

/// Evenly spaced values, both ends included.
pub fn values(from: f64, to: f64, steps: usize) -> Vec<f64> {
    let last = steps.saturating_sub(1).max(1) as f64;
    (0..steps).map(|i| from + (to - from) * (i as f64 / last)).collect()
}

/// Latents along axes from a start: a row for each axis, a column for each value.
pub fn path(start: &[f32], axes: &[usize], values: &[f64]) -> Vec<f32> {
    let mut z = Vec::with_capacity(axes.len() * values.len() * start.len());
    for &axis in axes {
        for &value in values {
            let at = z.len();
            z.extend_from_slice(start);
            z[at + axis] = value as f32;
        }
    }
    z
}

/// Discrete latents from a start: a row for each variable, a column for each of its values.
pub fn switches(start: &[f32], axes: &[usize], law: LatentLaw) -> (Vec<f32>, usize) {
    let LatentLaw::Categorical { categories } = law else {
        return (path(start, axes, &[0.0, 1.0]), 2);
    };
    let mut z = Vec::with_capacity(axes.len() * categories * start.len());
    for &axis in axes {
        for category in 0..categories {
            let at = z.len() + axis * categories;
            z.extend_from_slice(start);
            z[at..at + categories].fill(0.0);
            z[at + category] = 1.0;
        }
    }
    (z, categories)
}

/// Runs the command.
pub fn run(args: &TraverseArgs) -> Result<(), VaeError> {
    if !(2..=1000).contains(&args.steps) {
        return Err(VaeError::option("steps", "from 2 to 1000", args.steps));
    }
    if !(args.from.is_finite() && args.to.is_finite()) {
        let got = format!("{} to {}", args.from, args.to);
        return Err(VaeError::option("from and to", "finite", got));
    }
    let run = Opened::new(&args.run)?;
    let latents = run.config.latents;
    let axes: Vec<usize> = match args.axis.parse::<usize>() {
        Ok(axis) if axis < latents => vec![axis],
        Err(_) if args.axis == "all" && latents <= MOST_ROWS => (0..latents).collect(),
        Err(_) if args.axis == "all" => {
            let hint = Some("choose --axis active, or one axis".into());
            let (rule, got) = (format!("'active' or one axis for more than {MOST_ROWS} axes"), "'all'".into());
            return Err(VaeError::Option { name: "axis", rule, got, hint });
        }
        Err(_) if args.axis == "active" => {
            let known = known(&run.folder).map(|judgement| judgement.active_axes());
            let mut axes =
                known.filter(|axes| axes.iter().all(|axis| *axis < latents)).unwrap_or_else(|| (0..latents).collect());
            axes.truncate(MOST_ACTIVE);
            axes
        }
        _ => {
            let rule = format!("'active', 'all' or an axis from 0 to {}", latents - 1);
            return Err(VaeError::option("axis", rule, format!("'{}'", args.axis)));
        }
    };
    let law = run.config.latents_law();
    let start = match args.image {
        // Halfway between the values of a coin or a variable there is no latent: a draw of the prior stands in.
        None if law.is_discrete() => prior(run.config.seed, 1, &run.config),
        None => vec![0.0; latents],
        Some(image) => {
            let test = run.dataset()?.test;
            if image >= test.count() {
                let rule = format!("a test image from 0 to {}", test.count() - 1);
                return Err(VaeError::option("image", rule, image));
            }
            run.codes(&pick(&test, &[image]))
        }
    };
    if law.is_discrete() && (args.from, args.to, args.steps) != (-3.0, 3.0, 11) {
        talk("warning: from, to and steps have no effect: a discrete latent takes each of its values");
    }
    let (z, columns) = if law.is_discrete() {
        switches(&start, &axes, law)
    } else {
        (path(&start, &axes, &values(args.from, args.to, args.steps)), args.steps)
    };
    run.write_images(args.out.as_deref(), "traversal.png", run.decode(&z), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_change_one_axis_and_reach_both_ends() {
        assert_eq!(values(-3.0, 3.0, 3), [-3.0, 0.0, 3.0]);
        assert_eq!(values(1.0, 2.0, 1), [1.0]);
        let z = path(&[5.0, 6.0], &[1, 0], &[0.0, 1.0]);
        assert_eq!(z, [5.0, 0.0, 5.0, 1.0, 0.0, 6.0, 1.0, 6.0]);
    }
}
