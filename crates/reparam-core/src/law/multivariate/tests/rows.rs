//! The rows: one entry a law.

use super::Kind::{Fixed, Free, Lower, Lowers, Symmetric};
use super::*;
use crate::bijector::{Bijector, Elementwise, Exp, Softplus, StickBreaking};

pub(super) fn table() -> Vec<Row> {
    let loc2 = [0.3, -0.5];
    let loc3 = [0.3, -0.5, 1.0];
    let tril3 = [0.8, 0.0, 0.0, 0.3, 1.1, 0.0, -0.4, 0.2, 0.9];
    let line = |loc: &[f64], grid| Chart::line(loc, 1.0, grid);
    let mut rows = vec![
        row("multivariate-normal", &[&[0.7], &[1.3]], &[Free, Lower], line(&[0.7], (12.0, 80))),
        row("multivariate-normal", &[&loc2, &[0.8, 0.0, 0.5, 1.2]], &[Free, Lower], line(&loc2, (11.0, 90))),
        row("multivariate-normal", &[&loc3, &tril3], &[Free, Lower], line(&loc3, (0.0, 0))),
        row(
            "multivariate-normal-covariance",
            &[&loc2, &[1.2, 0.5, 0.5, 0.8]],
            &[Free, Symmetric],
            line(&loc2, (11.0, 90)),
        ),
        row(
            "multivariate-normal-precision",
            &[&loc2, &[1.2, -0.3, -0.3, 0.8]],
            &[Free, Symmetric],
            line(&loc2, (11.0, 90)),
        ),
        row(
            "low-rank-multivariate-normal",
            &[&loc2, &[0.8, -0.4], &[0.5, 1.2]],
            &[Free, Free, Free],
            line(&loc2, (11.0, 90)),
        ),
        row(
            "low-rank-multivariate-normal",
            &[&loc3, &[0.8, -0.4, 0.1, 0.7, 0.3, -1.0], &[0.5, 1.2, 0.3]],
            &[Free, Free, Free],
            line(&loc3, (0.0, 0)),
        ),
        row(
            "diagonal-normal-mixture",
            &[&[0.3, -0.4, 0.0], &[-1.0, 0.5, 1.5, 0.0, 0.2, -1.0], &[0.7, 1.0, 0.5, 0.8, 1.2, 0.6]],
            &[Free, Free, Free],
            line(&[0.0, 0.0], (11.0, 150)),
        ),
        row(
            "multivariate-normal-mixture",
            &[&[0.3, -0.4], &[-1.0, 0.5, 1.5, 0.0], &[0.7, 0.0, 0.3, 1.0, 0.5, 0.0, -0.6, 0.8]],
            &[Free, Free, Lowers(2)],
            line(&[0.0, 0.0], (11.0, 150)),
        ),
        row(
            "multivariate-normal-mixture",
            &[
                &[0.3, -0.4],
                &[-1.0, 0.5, 0.0, 1.5, 0.0, 0.3],
                &[tril3, [0.5, 0.0, 0.0, -0.6, 0.8, 0.0, 0.3, 0.5, 0.6]].concat(),
            ],
            &[Free, Free, Lowers(3)],
            line(&[0.0, 0.0, 0.0], (0.0, 0)),
        ),
        row("multivariate-student-t", &[&[7.5], &[0.7], &[1.3]], &[Free, Free, Lower], Chart::sinh(&[0.7], (8.0, 160))),
        row(
            "multivariate-student-t",
            &[&[9.0], &loc2, &[0.8, 0.0, 0.5, 1.2]],
            &[Free, Free, Lower],
            Chart::sinh(&loc2, (6.0, 160)),
        ),
        row("multivariate-student-t", &[&[8.0], &loc3, &tril3], &[Free, Free, Lower], Chart::sinh(&loc3, (0.0, 0))),
        row("dirichlet", &[&[0.6, 2.5]], &[Free], Chart::simplex(2, (60.0, 500))),
        row("dirichlet", &[&[1.5, 0.7, 3.0]], &[Free], Chart::simplex(3, (45.0, 280))),
        row("dirichlet", &[&[1.5, 0.7, 3.0, 12.0, 1.0]], &[Free], Chart::simplex(5, (0.0, 0))),
        row("lkj-cholesky", &[&[2.0], &[0.7]], &[Fixed, Free], Chart::correlation(2, (24.0, 240))),
        row("lkj-cholesky", &[&[3.0], &[1.5]], &[Fixed, Free], Chart::correlation(3, (9.0, 84))),
        row("lkj-cholesky", &[&[4.0], &[2.5]], &[Fixed, Free], Chart::correlation(4, (0.0, 0))),
        row("wishart", &[&[3.7], &[1.3]], &[Free, Lower], Chart::positive_definite(1, (12.0, 200))),
        row("wishart", &[&[6.5], &[0.4, 0.0, 0.2, 0.5]], &[Free, Lower], Chart::positive_definite(2, (5.5, 80))),
        row("wishart", &[&[4.5], &tril3], &[Free, Lower], Chart::positive_definite(3, (0.0, 0))),
        row("power-spherical", &[&[0.6, -0.8], &[1.7]], &[Free, Free], Chart::sphere(2, 2000)),
        row("power-spherical", &[&[0.48, -0.64, 0.6], &[6.0]], &[Free, Free], Chart::sphere(3, 200)),
        made(
            |p| transformed(p, StickBreaking::new(3).unwrap()),
            &[&loc2, &[0.8, 0.0, 0.5, 1.2]],
            &[Free, Lower],
            Chart::simplex(3, (10.0, 100)),
        ),
        made(
            |p| transformed(p, Elementwise::new(Softplus, 2)),
            &[&loc2, &[0.5, 0.0, 0.2, 0.4]],
            &[Free, Lower],
            Chart::bijector(Elementwise::new(Exp, 2), vec![0, 1], (12.0, 240)),
        ),
    ];
    rows.extend(discrete_and_relaxed());
    rows
}

fn discrete_and_relaxed() -> Vec<Row> {
    vec![
        row("gumbel-softmax", &[&[1.5], &[0.4, -0.3]], &[Free, Free], Chart::simplex(2, (35.0, 300))),
        row("gumbel-softmax", &[&[0.7], &[0.4, -0.3, 1.0]], &[Free, Free], Chart::simplex(3, (60.0, 300))),
        row("gumbel-softmax", &[&[0.4], &[0.4, -0.3, 1.0, 0.0, 2.0]], &[Free, Free], Chart::simplex(5, (0.0, 0))),
        row("multinomial", &[&[7.0], &[0.4, -0.3, 1.0]], &[Fixed, Free], Chart::points()),
        row("multinomial", &[&[300.0], &[0.4, -0.3, 1.0, 0.0]], &[Fixed, Free], Chart::points()),
        row("one-hot-categorical", &[&[0.4, -0.3, 1.0]], &[Free], Chart::points()),
        row("relaxed-poisson", &[&[1.2], &[1.3], &[3.0]], &[Free, Free, Fixed], Chart::simplex(3, (45.0, 300))),
        row("relaxed-poisson", &[&[0.9], &[2.3], &[6.0]], &[Free, Free, Fixed], Chart::simplex(6, (0.0, 0))),
        row(
            "relaxed-binomial",
            &[&[1.3], &[9.0], &[-1.1], &[5.0]],
            &[Free, Fixed, Free, Fixed],
            Chart::simplex(5, (0.0, 0)),
        ),
        row(
            "relaxed-negative-binomial",
            &[&[1.3], &[2.2], &[1.4], &[5.0]],
            &[Free, Free, Free, Fixed],
            Chart::simplex(5, (0.0, 0)),
        ),
    ]
}

/// A normal law through a map.
fn transformed(p: &[Vec<f64>], map: impl Bijector + 'static) -> Box<dyn MultivariateLaw> {
    let normal = MultivariateNormal::from_scale_tril(&p[0], &p[1]).unwrap();
    Box::new(TransformedMultivariate::new(normal, map).unwrap())
}

/// Laws with valid parameters at the ends of what they can be.
pub(super) fn extremes() -> Vec<Box<dyn MultivariateLaw>> {
    let make = |name: &str, values: &[&[f64]]| multivariate_family(name).unwrap().build(values).unwrap();
    let mut out = Vec::new();
    for scale in [1e-100, 1e-8, 1.0, 1e8, 1e100] {
        out.push(make("multivariate-normal", &[&[1.0, -2.0], &[scale, 0.0, 0.5 * scale, scale]]));
        let square = scale * scale;
        out.push(make("multivariate-normal-covariance", &[&[0.0, 0.0], &[square, 0.5 * square, 0.5 * square, square]]));
        out.push(make("multivariate-normal-precision", &[&[0.0, 0.0], &[scale, 0.5 * scale, 0.5 * scale, scale]]));
        out.push(make("low-rank-multivariate-normal", &[&[0.0, 0.0], &[1.0, -1.0], &[scale, 1.0]]));
        out.push(make("multivariate-student-t", &[&[scale.clamp(0.05, 1e8)], &[1.0, -2.0], &[1.0, 0.0, 0.5, 1.0]]));
        out.push(make("dirichlet", &[&[scale.clamp(1e-8, 1e8), 1e-8]]));
        out.push(make("dirichlet", &[&[scale.clamp(1e-8, 1e8), 1e-3, 1.0, 1e4]]));
        out.push(make("lkj-cholesky", &[&[3.0], &[scale.clamp(1e-8, 1e8)]]));
        out.push(make("wishart", &[&[scale.clamp(2.0, 1e8)], &[1e-8, 0.0, 3.0, 1e3]]));
        out.push(make("power-spherical", &[&[1.0, scale.clamp(1e-8, 1e8), 0.0], &[scale.clamp(1e-8, 1e8)]]));
        // Components that all but coincide, that never meet, and weights that vanish.
        for apart in [1e-8, 1.0, 1e8] {
            let loc = [-apart, 0.0, apart, 0.0];
            out.push(make("diagonal-normal-mixture", &[&[0.0, -3.0], &loc, &[scale.clamp(1e-8, 1e8); 4]]));
            out.push(make(
                "diagonal-normal-mixture",
                &[&[700.0, -700.0], &loc, &[1.0, scale.clamp(1e-8, 1e8), 1e-6, 1e6]],
            ));
            let s = scale.clamp(1e-8, 1e8);
            let factors = [s, 0.0, 0.5 * s, s, 1.0, 0.0, -3.0, 0.1];
            out.push(make("multivariate-normal-mixture", &[&[0.0, 1.0], &loc, &factors]));
        }
    }
    out
}
