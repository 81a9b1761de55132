//! One line a law. Parameters are dyadic, so that `f32` holds them exactly and the twin sees the same law.

use reparam::dist::*;

use super::{Face, Row, categorical};

/// `"family", the law built from parameters, abilities`: those beside `LogProb` and `Sample` are `entropy`, `moments` and `path`.
macro_rules! row {
    ($name:literal, $Law:ident::$new:ident($($values:expr),+)$(.$unwrap:ident())? $(, $ability:ident)*) => {
        Row {
            name: $name,
            parameters: vec![$($values.to_vec()),+],
            face: |p| row!(@face p, $Law::$new($($values),+)$(.$unwrap())? $(, $ability)*),
            wide: Some(|p| row!(@face p, $Law::$new($($values),+)$(.$unwrap())? $(, $ability)*)),
        }
    };
    (@face $p:ident, $Law:ident::$new:ident($($values:expr),+)$(.$unwrap:ident())? $(, $ability:ident)*) => {{
        let mut next = $p.iter().cloned();
        let law = $Law::$new($({ let _ = $values; next.next().expect("one for each list") }),+)$(.$unwrap())?;
        Face::of(&law)$(.$ability(&law))*
    }};
}

const LOC: [f64; 3] = [0.0, -3.0, 1.5];
const SCALE: [f64; 3] = [1.0, 0.25, 6.0];
const POSITIVE: [f64; 3] = [1.0, 0.5, 4.0];
const SHAPE: [f64; 5] = [1.0, 0.5, 2.5, 12.0, 300.0];
const RATE: [f64; 5] = [1.0, 0.25, 6.0, 2.0, 16.0];
const LOGITS: [f64; 5] = [0.0, -0.25, 0.75, 3.5, -9.0];
const DISPERSION: [f64; 3] = [2.0, 8.0, 0.75];

pub fn table() -> Vec<Row> {
    let mut rows = explicit();
    rows.extend(implicit());
    rows.extend(discrete());
    rows.push(row!(
        "binary-concrete",
        BinaryConcrete::new([1.0, 0.5, 2.0, 0.75], [0.0, -1.5, 3.0, 0.75]).unwrap(),
        path,
        keyed
    ));
    rows
}

fn implicit() -> Vec<Row> {
    vec![
        row!(
            "beta",
            Beta::new([1.0, 0.5, 2.5, 12.0, 300.0], [2.0, 0.75, 1.0, 40.0, 100.0]).unwrap(),
            entropy,
            moments,
            path,
            keyed
        ),
        row!("chi2", Chi2::new([2.0, 0.5, 7.0, 300.0]), entropy, moments, path, keyed),
        row!(
            "fisher-snedecor",
            FisherSnedecor::new([2.0, 1.0, 5.0, 40.0], [6.0, 3.0, 16.0, 60.0]).unwrap(),
            entropy,
            moments,
            path,
            keyed
        ),
        row!("gamma", Gamma::new(SHAPE, RATE).unwrap(), entropy, moments, path, keyed),
        row!("inverse-gamma", InverseGamma::new(SHAPE, RATE).unwrap(), entropy, moments, path, keyed),
        row!("log-gamma", LogGamma::new(SHAPE, RATE).unwrap(), entropy, moments, path, keyed),
        row!("student-t", StudentT::new([1.0, 2.5, 30.0], LOC, SCALE).unwrap(), entropy, moments, path, keyed),
        row!(
            "truncated-normal",
            TruncatedNormal::new(
                [0.5, -1.0, 2.0, 0.5, 0.0],
                [1.0, 2.5, 0.25, 1.0, 0.5],
                [-0.75, 2.0, 0.5, 3.0, f64::NEG_INFINITY],
                [1.0, 8.0, 2.25, f64::INFINITY, -1.0]
            )
            .unwrap(),
            path,
            keyed
        ),
        row!("von-mises", VonMises::new([0.0, -2.5, 1.5], [1.0, 0.25, 30.0]).unwrap(), entropy, moments, path, keyed),
    ]
}

fn explicit() -> Vec<Row> {
    vec![
        row!("cauchy", Cauchy::new(LOC, SCALE).unwrap(), entropy, path),
        row!(
            "continuous-bernoulli",
            ContinuousBernoulli::from_logits([0.0, 0.001953125, -0.25, 0.75, 3.5, -9.0, 40.0]),
            entropy,
            moments,
            path
        ),
        row!("exponential", Exponential::new(POSITIVE), entropy, moments, path),
        row!("gumbel", Gumbel::new(LOC, SCALE).unwrap(), entropy, moments, path),
        row!("half-cauchy", HalfCauchy::new(POSITIVE), entropy, path),
        row!("half-normal", HalfNormal::new(POSITIVE), entropy, moments, path),
        row!(
            "kumaraswamy",
            Kumaraswamy::new([1.0, 0.5, 4.0, 2.0], [1.0, 3.0, 0.75, 8.0]).unwrap(),
            entropy,
            moments,
            path
        ),
        row!(
            "inverse-gaussian",
            InverseGaussian::new([1.0, 2.0, 0.5, 4.0], [3.0, 0.5, 64.0, 0.03125]).unwrap(),
            entropy,
            moments,
            path,
            keyed
        ),
        row!("laplace", Laplace::new(LOC, SCALE).unwrap(), entropy, moments, path),
        row!("log-normal", LogNormal::new(LOC, [1.0, 0.5, 1.25]).unwrap(), entropy, moments, path),
        row!("logistic", Logistic::new(LOC, SCALE).unwrap(), entropy, moments, path),
        row!("logit-normal", LogitNormal::new(LOC, [1.0, 0.5, 2.0]).unwrap(), path),
        row!("normal", Normal::new(LOC, SCALE).unwrap(), entropy, moments, path),
        row!("pareto", Pareto::new([1.0, 2.0, 0.5], [3.0, 2.5, 4.0]).unwrap(), entropy, moments, path),
        row!("tanh-normal", TanhNormal::new([0.0, -0.75, 1.5], [1.0, 0.5, 2.0]).unwrap(), path),
        row!("uniform", Uniform::new([0.0, -3.0, 1.5], [1.0, 4.0, 2.0]).unwrap(), entropy, moments, path),
        row!("weibull", Weibull::new(POSITIVE, [1.0, 4.0, 0.75]).unwrap(), entropy, moments, path),
        // No axis is read as event, so that the shapes are the base's; `dist_shapes` covers the rest.
        Row {
            name: "normal",
            parameters: vec![vec![0.5, -2.0], vec![2.0, 0.5]],
            face: |p| {
                let law = Independent::new(Normal::new(p[0].clone(), p[1].clone()).unwrap(), 0).unwrap();
                Face::of(&law).entropy(&law).moments(&law)
            },
            wide: None,
        },
    ]
}

fn discrete() -> Vec<Row> {
    vec![
        row!("bernoulli", Bernoulli::from_logits(LOGITS), entropy, moments),
        row!("binomial", Binomial::from_logits([4.0, 1.0, 300.0], [0.0, -1.25, 2.5]).unwrap(), moments, keyed),
        Row {
            name: "categorical",
            parameters: vec![vec![0.5, 0.0], vec![-1.0, 8.0], vec![0.25, 3.0]],
            face: categorical,
            wide: None,
        },
        row!("geometric", Geometric::from_logits([0.0, -2.5, 3.0]), entropy, moments, keyed),
        row!("negative-binomial", NegativeBinomial::new([3.0, 0.5, 200.0], DISPERSION).unwrap(), moments, keyed),
        row!(
            "negative-binomial-classical",
            NegativeBinomialClassical::new(DISPERSION, [0.0, -2.5, 4.0]).unwrap(),
            moments,
            keyed
        ),
        row!("poisson", Poisson::new([1.0, 0.25, 30.0, 1000.0]), moments, keyed),
        row!("zero-inflated-poisson", ZeroInflatedPoisson::new(LOC, [1.0, 0.25, 30.0]).unwrap(), moments, keyed),
        row!(
            "zero-inflated-negative-binomial",
            ZeroInflatedNegativeBinomial::new(LOC, [3.0, 0.5, 200.0], DISPERSION).unwrap(),
            moments,
            keyed
        ),
    ]
}
