//! Random valid parameters over many decades, random noise and extremes: nothing is NaN, and nothing infinite, that need not be.

use super::*;
use crate::noise::{Key, Noise};

/// Families whose mean or variance may not exist at all.
const WITHOUT_MOMENTS: [&str; 2] = ["cauchy", "student-t"];

/// Numbers of a fuzzed law, one after the other.
struct Random(Stream, u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.1 += 1;
        self.0.draw(Noise::Uniform, self.1)
    }

    /// A size over `decades` decades about 1.
    fn size(&mut self, decades: f64) -> f64 {
        10_f64.powf(decades * (self.uniform() - 0.5))
    }

    /// A number of a set, extremes included.
    fn member(&mut self, rule: Support) -> f64 {
        let size = self.size(16.0);
        match rule {
            Support::Extended if self.uniform() < 0.3 => f64::INFINITY.copysign(self.uniform() - 0.5),
            Support::Real | Support::Extended if self.uniform() < 0.5 => -size,
            Support::Real | Support::Extended | Support::Positive | Support::NonNegative => size,
            Support::UnitInterval | Support::OpenUnitInterval => {
                let p = size / (1.0 + size);
                if self.uniform() < 0.5 { p } else { 1.0 - p }
            }
            Support::Closed(low, high) | Support::Open(low, high) if low.is_finite() && high.is_finite() => {
                low + (high - low) * self.uniform()
            }
            Support::Closed(low, _) | Support::Open(low, _) if low.is_finite() => low + size,
            Support::Closed(_, high) | Support::Open(_, high) => high - size,
            Support::Boolean => self.uniform().round(),
            Support::Index(count) => (self.uniform() * count as f64).floor(),
            Support::CountTo(last) => (self.uniform() * (last as f64 + 1.0)).floor(),
            Support::Count => self.size(8.0).floor(),
            Support::Integers(low, high) => (low.max(-1e6) + self.size(8.0).floor()).min(high),
        }
    }

    /// A law of a family; `None` where the parameters do not fit together.
    fn law(&mut self, family: &Family) -> Option<Box<dyn Law>> {
        let length = 1 + (5.0 * self.uniform()) as usize;
        let mut values = Vec::new();
        for p in family.parameters {
            for _ in 0..if p.vector { length } else { 1 } {
                values.push(self.member(p.rule));
            }
        }
        if family.name == "tabulated" {
            // Columns that rise, the second from 0 to 1.
            let (x, cdf) = values.split_at_mut(length);
            x.sort_by(f64::total_cmp);
            cdf.sort_by(f64::total_cmp);
            (cdf[0], cdf[length - 1]) = (0.0, 1.0);
        }
        match family.build(&values) {
            Ok(law) => Some(law),
            Err(ParameterError::Together { .. }) => None,
            Err(error) => panic!("the rules of {} allow {values:?}, its constructor does not: {error}", family.name),
        }
    }
}

fn finite(law: &dyn Law, what: &str, at: f64, value: f64) {
    assert!(value.is_finite(), "{what} of {law:?} at {at:e} is {value}");
}

fn number(law: &dyn Law, what: &str, at: f64, value: f64) {
    assert!(!value.is_nan(), "{what} of {law:?} at {at:e} is NaN");
}

fn summaries(law: &dyn Law) {
    let may_lack = WITHOUT_MOMENTS.contains(&law.family().name);
    for (what, value) in [("mean", law.mean()), ("variance", law.variance())] {
        assert!(may_lack || !value.is_nan(), "{what} of {law:?} is NaN");
    }
    assert!(law.variance().is_nan() || law.variance() >= 0.0, "variance of {law:?}");
    finite(law, "mode", 0.0, law.mode());
    finite(law, "entropy", 0.0, law.entropy());
}

/// What must hold at a value that was drawn.
fn at_draw(law: &dyn Law, z: f64) {
    assert!(law.support().contains(z), "draw {z:e} of {law:?} is outside its support");
    finite(law, "log_prob", z, law.log_prob(z));
    let mut out = vec![0.0; law.parameters().len()];
    law.score(z, &mut out);
    for (value, parameter) in out.iter().zip(law.family().parameters) {
        assert!(!value.is_nan() || parameter.rule.is_discrete(), "score of {law:?} at {z:e} is {out:?}");
    }
    if let Some(path) = law.as_pathwise() {
        path.pathwise(z, &mut out);
        assert!(out.iter().all(|v| !v.is_nan()), "pathwise of {law:?} at {z:e} is {out:?}");
        // Beyond these sizes the derivative may leave the range of doubles.
        if z.abs() < 1e200 {
            assert!(out.iter().all(|v| v.is_finite()), "pathwise of {law:?} at {z:e} is {out:?}");
        }
    }
}

/// What must hold at any number.
fn anywhere(law: &dyn Law, x: f64) {
    number(law, "log_prob", x, law.log_prob(x));
    for (what, p) in [("cdf", law.cdf(x)), ("survival", law.survival(x))] {
        assert!((0.0..=1.0).contains(&p), "{what} of {law:?} at {x:e} is {p}");
    }
    for (what, l) in [("log_cdf", law.log_cdf(x)), ("log_survival", law.log_survival(x))] {
        assert!(l <= 0.0, "{what} of {law:?} at {x:e} is {l}");
    }
    assert!((law.cdf(x) + law.survival(x) - 1.0).abs() < 1e-9, "sides of {law:?} at {x:e}");
}

fn check(law: &dyn Law, random: &mut Random) {
    summaries(law);
    let mut points = vec![0.0, 1.0, -1.0, 0.5, 1e-300, -1e-300, 1e300, -1e300, f64::MAX, f64::MIN];
    let (low, high) = law.support().bounds();
    points.extend([low, high].iter().filter(|b| b.is_finite()));
    for u in [2_f64.powi(-53), 1e-9, 0.5, 1.0 - 1e-9, 1.0 - 2_f64.powi(-53), random.uniform(), random.uniform()] {
        let z = law.draw(super::draws::noise_at(law.family().noise, u));
        at_draw(law, z);
        points.push(z);
    }
    let mut draws = [0.0; 8];
    law.fill(&random.0, random.1, &mut draws);
    for z in draws {
        at_draw(law, z);
    }
    for p in [0.0, f64::MIN_POSITIVE, 1e-100, 0.5, 1.0 - f64::EPSILON, 1.0] {
        number(law, "quantile", p, law.quantile(p));
        number(law, "upper_quantile", p, law.upper_quantile(p));
    }
    points.sort_by(f64::total_cmp);
    for x in &points {
        anywhere(law, *x);
    }
    for pair in points.windows(2) {
        assert!(law.cdf(pair[0]) <= law.cdf(pair[1]) + 1e-12, "cdf of {law:?} falls at {:e}", pair[1]);
    }
}

#[test]
fn no_family_breaks_on_valid_parameters() {
    for (place, family) in families().enumerate() {
        let mut random = Random(Key::new(3).site("fuzz").number(place as u64).step(0), 0);
        let laws = (0..400).filter_map(|_| random.law(family).map(|law| check(&*law, &mut random))).count();
        assert!(laws >= 50, "{}: only {laws} laws", family.name);
    }
}

#[test]
fn no_divergence_breaks_on_valid_parameters() {
    for (place, pair) in kl_pairs().enumerate() {
        let mut random = Random(Key::new(3).site("fuzz pairs").number(place as u64).step(0), 0);
        let [q, p] = [pair.q, pair.p].map(|name| family(name).expect("pairs are of families"));
        for _ in 0..400 {
            let (Some(q), Some(p)) = (random.law(q), random.law(p)) else { continue };
            if q.parameters().len() == p.parameters().len() || pair.q != pair.p {
                let value = super::super::kl(&*q, &*p).unwrap();
                assert!(value >= 0.0, "KL({q:?} ‖ {p:?}) is {value}");
            }
        }
    }
}
