//! Numbers of the command line: counts, and the grid of a sweep.

use super::CompareError;
use crate::law::{shown, spelled};

/// Estimates at least and at most.
pub const DRAWS: [usize; 2] = [100, 100_000_000];
/// Points of a sweep at most.
const MOST_POINTS: usize = 1000;

/// A number of draws, `100000` or `1e5`.
pub fn draws(option: &str, text: Option<&str>, otherwise: usize) -> Result<usize, CompareError> {
    let Some(text) = text else { return Ok(otherwise) };
    let written = |x: &f64| x.fract() == 0.0 && (0.0..=1e15).contains(x);
    let number = text.trim().parse().ok().or_else(|| text.trim().parse().ok().filter(written).map(|x: f64| x as usize));
    number.filter(|n| (DRAWS[0]..=DRAWS[1]).contains(n)).ok_or_else(|| {
        let rule = format!("a whole number from {} to {}", DRAWS[0], DRAWS[1]);
        CompareError::option(option, rule, format!("'{}'", shown(text)))
            .with_hint("verdicts need some hundreds; 100000 take about two seconds")
    })
}

/// A sweep: what, and at which values.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// A parameter of the law, or `temperature`.
    pub name: String,
    /// Rising values.
    pub values: Vec<f64>,
    /// Whether their steps are even in the logarithm.
    pub logarithmic: bool,
}

/// Reads `NAME=LOW:HIGH:POINTS`.
pub fn parse(text: &str) -> Result<Grid, CompareError> {
    let wrong = |rule: &str| {
        CompareError::option("--sweep", rule, format!("'{}'", shown(text)))
            .with_hint("for example: --sweep scale=0.01:10:25, or --sweep temperature=0.1:5:15")
    };
    let (name, range) = text.split_once('=').ok_or_else(|| wrong("NAME=LOW:HIGH:POINTS"))?;
    let parts: Vec<&str> = range.split(':').map(str::trim).collect();
    let [low, high, points] = parts[..] else { return Err(wrong("NAME=LOW:HIGH:POINTS")) };
    let number = |text: &str| text.parse().ok().filter(|x: &f64| x.is_finite());
    let (Some(low), Some(high)) = (number(low), number(high)) else { return Err(wrong("between two finite numbers")) };
    if low >= high {
        return Err(wrong("from a number LOW to a larger number HIGH"));
    }
    let Some(points) = points.parse().ok().filter(|n| (2..=MOST_POINTS).contains(n)) else {
        return Err(wrong("a grid of 2 to 1000 POINTS"));
    };
    let logarithmic = low > 0.0;
    let value = |i: usize| {
        let part = i as f64 / (points - 1) as f64;
        match i {
            0 => low,
            _ if i == points - 1 => high,
            _ if logarithmic => low * (high / low).powf(part),
            _ => low + (high - low) * part,
        }
    };
    let name = spelled(name);
    if name.is_empty() {
        return Err(wrong("NAME=LOW:HIGH:POINTS"));
    }
    Ok(Grid { name, values: (0..points).map(value).collect(), logarithmic })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_even_in_the_logarithm_where_they_can_be() {
        let grid = parse("Scale = 0.01:100:5").unwrap();
        assert_eq!((grid.name.as_str(), grid.logarithmic), ("scale", true));
        for (value, wanted) in grid.values.iter().zip([0.01, 0.1, 1.0, 10.0, 100.0]) {
            // A power and a product: a few roundings.
            assert!((value / wanted - 1.0).abs() < 4.0 * f64::EPSILON, "{value}");
        }
        assert_eq!(parse("loc=-1:1:3").unwrap().values, [-1.0, 0.0, 1.0]);
        for text in [
            "scale",
            "scale=1",
            "scale=1:2",
            "scale=2:1:5",
            "scale=1:1:5",
            "scale=1:2:1",
            "scale=1:2:x",
            "scale=a:2:3",
            "scale=1:inf:3",
            "=1:2:3",
            "scale=1:2:100000",
            "scale=1:2:3:4",
            "scale=1:nan:3",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn draws_are_whole_and_bounded() {
        assert_eq!(draws("--draws", Some("1e5"), 7).unwrap(), 100_000);
        assert_eq!(draws("--draws", None, 7).unwrap(), 7);
        for text in ["0", "99", "-5", "1.5", "1e9", "1e300", "nan", "many", "", "99999999999999999999"] {
            assert!(draws("--draws", Some(text), 7).is_err(), "{text}");
        }
    }
}
