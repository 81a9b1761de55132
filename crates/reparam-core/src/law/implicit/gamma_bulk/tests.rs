use super::GammaSpace::{Logarithm, Reciprocal, Value};
use super::interpolant::{Interpolant, scaled_slopes};
use super::lanes::{LANES, constants, exp_parts, times_power_of_two};
use super::*;
use crate::kernel::dispatch::on_each;
use crate::noise::Key;
use crate::special::{digamma, gamma_p, gamma_slope, log_gamma, tetragamma, trigamma};

/// Shapes at which every branch is met, and where branches meet.
const SHAPES: [f64; 26] = [
    1e-8, 1e-5, 1e-3, 0.01, 0.1, 0.3, 0.5, 0.75, 0.999, 1.0, 1.25, 1.5, 1.999, 2.0, 3.0, 5.0, 8.0, 12.0, 16.3, 16.4,
    30.0, 150.0, 1e3, 1e4, 1e6, 1e8,
];

fn kernel(a: f64) -> GammaKernel {
    GammaKernel::new(a, 1.0).unwrap()
}

fn stream(site: &str) -> Stream {
    Key::new(11).site(site).step(0)
}

/// Draws and slopes of this many.
fn filled(a: f64, space: GammaSpace, stream: &Stream, count: usize) -> [Vec<f64>; 2] {
    let (mut out, mut slopes) = (vec![0.0_f64; count], vec![0.0_f64; count]);
    kernel(a).path().fill(space, stream, 0, &mut out, &mut slopes);
    [out, slopes]
}

/// `a d(ln z)/da` of the polynomials at one `y`; NaN beyond them.
fn polynomial(interpolant: &Interpolant, y: f64) -> f64 {
    let mut out = [0.0; LANES];
    scaled_slopes(&[y; LANES], interpolant, &mut out);
    out[0]
}

fn rows<const N: usize>(csv: &str) -> impl Iterator<Item = [f64; N]> {
    csv.lines().skip(1).map(|line| {
        let mut cells = line.split(',').map(|cell| cell.parse().unwrap());
        std::array::from_fn(|_| cells.next().unwrap())
    })
}

#[test]
fn polynomials_agree_with_golden_slopes() {
    // `a, z, dz/da` by mpmath, the table of `special::gamma_slope`, at quantiles from 1e-8 to 1 - 1e-8 and beyond.
    let (mut worst, mut inside, mut made) = ([(0.0, [0.0; 2]); 3], 0, None);
    for [a, z, slope, _] in rows(include_str!("../../../special/gamma/golden/slope.csv")) {
        let interpolant = match made.take() {
            Some((shape, interpolant)) if shape == a => interpolant,
            _ => Interpolant::new(a),
        };
        let value = polynomial(&interpolant, (z / constants(a).0).ln());
        made = Some((a, interpolant));
        let tail = gamma_p(a, z).min(1.0 - gamma_p(a, z));
        assert!(!value.is_nan() || tail < 1e-8, "shape {a}, {z} is left to the slow path");
        if !value.is_nan() {
            inside += 1;
            let error = (value / (a * (slope / z)) - 1.0).abs();
            let class = if a < 2.0 { 0 } else { 1 + usize::from(a > 1e4) };
            if error > worst[class].0 {
                worst[class] = (error, [a, z]);
            }
        }
    }
    println!("{inside} rows; worst relative error, shapes below 2, to 1e4, above: {worst:?}");
    // About 30 roundings of 2^-53 of the largest value, on an interval on which the function falls by a factor of 10.
    assert!(inside > 1900 && worst.iter().all(|(error, _)| *error < 2e-14));
}

#[test]
fn slopes_are_those_of_the_special_function() {
    let (stream, mut worst) = (stream("special"), [(0.0, [0.0; 2]); 2]);
    // The shapes above, and 600 between 1e-8 and 1e8, every other one between 0.01 and 100.
    let uniform = |i| Key::new(12).step(0).draw::<f64>(crate::noise::Noise::Uniform, i);
    let more = (0..600).map(|i| (16.0 * uniform(i) - 8.0) / if i % 2 == 0 { 1.0 } else { 4.0 });
    let shapes = SHAPES.map(|a| (a, 20_000)).into_iter().chain(more.map(|log| (10_f64.powf(log), 500)));
    for (a, count) in shapes {
        let [draws, slopes] = filled(a, Value, &stream, count);
        let [logs, log_slopes] = filled(a, Logarithm, &stream, count);
        for i in 0..draws.len() {
            let of_log = log_gamma_slope(a, logs[i]);
            // The rounding of a logarithm moves a draw by as much of itself, as far as it counts.
            let rounding = 1e-15 * (1.0 + (logs[i].abs() * draws[i].min(1.0)).min(40.0));
            let mut errors = [(log_slopes[i] / of_log - 1.0).abs() - rounding, 0.0];
            if draws[i] > 1e-290 {
                errors[1] = (slopes[i] / gamma_slope(a, draws[i]) - 1.0).abs();
            }
            let (error, class) = (errors[0].max(errors[1]), usize::from(a >= 2.0));
            if error > worst[class].0 {
                worst[class] = (error, [a, draws[i]]);
            }
        }
    }
    println!("worst relative difference, shapes below 2, from 2 on: {worst:?}");
    // The special function's own errors, as documented there: 2.2e-13 below 2, 1.1e-15 from 2 on, beside ours.
    assert!(worst[0].0 < 3e-13 && worst[1].0 < 2e-14);
}

#[test]
fn any_cut_gives_the_same_bits() {
    let stream = stream("cuts");
    for a in [1e-8, 0.3, 1.0, 2.5, 40.0, 1e6] {
        let (kernel, path) = (kernel(a), kernel(a).path());
        for space in [Value, Logarithm, Reciprocal] {
            let (first, count) = (u64::MAX - 1700, 3001);
            let (mut whole, mut whole_slopes) = (vec![0.0_f64; count], vec![0.0_f64; count]);
            path.fill(space, &stream, first, &mut whole, &mut whole_slopes);
            let (mut start, mut alone) = (0, vec![0.0_f64; count]);
            kernel.fill(space, &stream, first, &mut alone);
            assert_eq!(alone, whole);
            for length in [1, 2, 15, 16, 17, 300, 511, 512, 513, 1000].into_iter().cycle() {
                let end = (start + length).min(count);
                let (mut part, mut slopes) = (vec![0.0_f64; end - start], vec![0.0_f64; end - start]);
                path.fill(space, &stream, first.wrapping_add(start as u64), &mut part, &mut slopes);
                assert!(part == whole[start..end] && slopes == whole_slopes[start..end], "{a} {start}..{end}");
                start = end;
                if start == count {
                    break;
                }
            }
            for (i, x) in whole.iter().enumerate() {
                assert_eq!(kernel.draw(space, &stream, first.wrapping_add(i as u64)).to_bits(), x.to_bits());
            }
        }
    }
}

#[test]
fn a_shape_for_each_gives_the_draws_of_one_shape() {
    let stream = stream("each");
    let shapes: Vec<f64> = (0..3000).map(|i| SHAPES[i * 7 % SHAPES.len()]).collect();
    for space in [Value, Logarithm, Reciprocal] {
        let (mut out, mut again, mut slopes) = (vec![0.0_f64; 3000], vec![0.0_f64; 3000], vec![0.0_f64; 3000]);
        fill_gammas(space, &stream, 5, &shapes, &mut out).unwrap();
        fill_gammas_with_slopes(space, &stream, 5, &shapes, &mut again, &mut slopes).unwrap();
        assert_eq!(out, again);
        for a in SHAPES {
            let (mut one, mut one_slopes) = (vec![0.0_f64; 3000], vec![0.0_f64; 3000]);
            kernel(a).path().fill(space, &stream, 5, &mut one, &mut one_slopes);
            for i in (0..3000).filter(|i| shapes[*i] == a) {
                assert_eq!(out[i].to_bits(), one[i].to_bits());
                assert!(
                    // A reciprocal's derivative may leave the range of numbers.
                    slopes[i] == one_slopes[i] || (slopes[i] / one_slopes[i] - 1.0).abs() < 5e-13,
                    "{a} {space:?} {} {}",
                    slopes[i],
                    one_slopes[i]
                );
            }
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let stream = stream("sets");
    for a in [1e-8, 0.02, 0.5, 1.0, 3.0, 20.0, 1e6, 1e200] {
        let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        let [plain, avx2, widest] = on_each(|| {
            let (shapes, [mut out, mut slopes]) = (vec![a; 2000], [vec![0.0_f64; 2000], vec![0.0_f64; 2000]]);
            fill_gammas_with_slopes(Value, &stream, 0, &shapes, &mut out, &mut slopes).unwrap();
            let of_one = [Value, Logarithm, Reciprocal].map(|space| filled(a, space, &stream, 2000).map(bits));
            (bits(out), bits(slopes), of_one)
        });
        assert!(plain == avx2 && plain == widest, "{a}");
    }
}

#[test]
fn single_precision_is_the_rounded_draw() {
    let stream = stream("single");
    for a in [0.01, 0.5, 7.0] {
        let [draws, slopes] = filled(a, Value, &stream, 1000);
        let (mut out, mut out_slopes) = ([0.0_f32; 1000], [0.0_f32; 1000]);
        kernel(a).path().fill(Value, &stream, 0, &mut out, &mut out_slopes);
        for i in 0..1000 {
            assert_eq!(out[i], (draws[i] as f32).max(f32::MIN_POSITIVE));
            assert_eq!(out_slopes[i], slopes[i] as f32);
        }
    }
}

/// Kolmogorov–Smirnov statistic against shape `judge`, over its bound at a false-alarm rate of 1e-6 (Massart 1990).
fn kolmogorov(a: f64, judge: f64, stream: &Stream) -> f64 {
    let mut logs = vec![0.0_f64; 200_000];
    kernel(a).fill(Logarithm, stream, 0, &mut logs);
    logs.sort_by(f64::total_cmp);
    let n = logs.len() as f64;
    let off = |(i, log): (usize, &f64)| {
        let p = if *log > -600.0 { gamma_p(judge, log.exp()) } else { (judge * log - log_gamma(1.0 + judge)).exp() };
        (p - i as f64 / n).abs().max((p - (i + 1) as f64 / n).abs())
    };
    n.sqrt() * logs.iter().enumerate().map(off).fold(0.0, f64::max) / (0.5 * 2e6_f64.ln()).sqrt()
}

#[test]
fn draws_have_their_law() {
    for a in [1e-8, 0.01, 0.5, 0.97, 1.0, 1.6, 4.0, 60.0, 1e6] {
        let statistic = kolmogorov(a, a, &stream("law"));
        assert!(statistic < 1.0, "{a}: {statistic}");
        // Negative control: a neighbour, 15 % of a standard deviation off, or in the tail's exponent.
        let neighbour = if a < 1.0 { 1.05 * a } else { a + 0.15 * a.sqrt() };
        assert!(kolmogorov(a, neighbour, &stream("law")) > 1.0, "{a}");
    }
}

#[test]
fn moments_of_logarithms_and_of_their_slopes() {
    for a in SHAPES {
        let [logs, slopes] = filled(a, Logarithm, &stream("moments"), 200_000);
        let n = logs.len() as f64;
        // E ln z = ψ(a), of variance ψ'(a); its derivative is the mean of slopes. Two-sided 5 standard errors: 6e-7.
        let off = logs.iter().map(|x| x - digamma(a)).sum::<f64>() / (n * trigamma(a)).sqrt();
        let mean = slopes.iter().sum::<f64>() / n;
        let deviation = (slopes.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n).sqrt();
        let slope_off = (mean - trigamma(a)) / (deviation / n.sqrt());
        // d/da of E (ln z - ψ)² = ψ'(a): 2 E[(ln z - ψ) slope] = ψ''(a).
        let products: Vec<f64> = logs.iter().zip(&slopes).map(|(x, s)| 2.0 * (x - digamma(a)) * s).collect();
        let mean = products.iter().sum::<f64>() / n;
        let deviation = (products.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n).sqrt();
        let product_off = (mean - tetragamma(a)) / (deviation / n.sqrt());
        for z in [off, slope_off, product_off] {
            assert!(z.abs() < 5.0, "{a}: {off} {slope_off} {product_off}");
        }
        // Negative control: the slope of another shape.
        let wrong = (slopes.iter().sum::<f64>() / n - trigamma(1.1 * a)) / (trigamma(a) / n.sqrt());
        assert!(wrong.abs() > 5.0, "{a}: {wrong}");
    }
}

#[test]
fn reciprocals_are_those_of_the_draws() {
    let stream = stream("reciprocal");
    for a in [0.01, 0.5, 3.0, 1e6] {
        for rate in [1.0, 0.3] {
            let path = GammaKernel::new(a, rate).unwrap().path();
            let [mut draws, mut inverses] = [vec![0.0_f64; 1000], vec![0.0_f64; 1000]];
            let [mut rows, mut inverse_rows] = [vec![0.0_f64; 2000], vec![0.0_f64; 2000]];
            path.fill_rows(Value, &stream, 0, &mut draws, &mut rows);
            path.fill_rows(Reciprocal, &stream, 0, &mut inverses, &mut inverse_rows);
            for i in (0..1000).filter(|i| draws[*i] > 1e-300) {
                // Two exponentials of 2^-52 each, and products.
                assert!((inverses[i] * draws[i] - 1.0).abs() < 1e-15);
                for k in [2 * i, 2 * i + 1] {
                    let of_logs = (inverse_rows[k] / inverses[i], rows[k] / draws[i]);
                    assert!((of_logs.0 / of_logs.1 + 1.0).abs() < 3e-15);
                }
            }
        }
    }
}

#[test]
fn extremes_stay_finite() {
    let stream = stream("extremes");
    for a in [f64::MIN_POSITIVE, 1e-300, 1e-100, 1e-12, 1.0, 1e12, 1e40, 1e200, 1e300, f64::MAX] {
        for rate in [5e-324, 1e-300, 1.0, 1e300, f64::MAX] {
            let path = GammaKernel::new(a, rate).unwrap().path();
            let (mut out, mut rows) = (vec![0.0_f64; 700], vec![0.0_f64; 1400]);
            path.fill_rows(Value, &stream, 0, &mut out, &mut rows);
            assert!(out.iter().all(|x| *x >= f64::MIN_POSITIVE && *x <= f64::MAX), "{a} {rate}");
            assert!(rows.iter().all(|x| !x.is_nan()), "{a} {rate}");
            if rate == 1.0 {
                assert!(rows.iter().all(|x| x.is_finite()), "{a}");
            }
            let mut logs = vec![0.0_f64; 700];
            path.kernel.fill(Logarithm, &stream, 0, &mut logs);
            assert!(logs.iter().all(|x| x.is_finite()), "{a} {rate}");
        }
    }
    // Tries are accepted at the rate of the law also where a difference of large numbers would decide nothing.
    let [draws, _] = filled(1e40, Logarithm, &stream, 100);
    assert!(draws.iter().all(|x| (x / 1e40_f64.ln() - 1.0).abs() < 1e-15));
}

#[test]
fn wrong_parameters_are_named() {
    let error = GammaKernel::new(-0.3, 1.0).unwrap_err();
    assert_eq!(error.to_string(), "gamma: concentration must be > 0, got -0.3");
    let (mut out, stream) = ([0.0; 2], stream("errors"));
    let error = fill_gammas(Value, &stream, 0, &[1.0, f64::NAN], &mut out).unwrap_err();
    assert_eq!(error.to_string(), "gamma: concentration must be > 0, got NaN at index [1]");
    assert!(fill_gammas(Value, &stream, 0, &[1.0], &mut out).is_err());
}

#[test]
fn exponentials_are_right_to_two_units() {
    let mut worst = 0.0_f64;
    for i in -140_000..140_000 {
        let y = f64::from(i) * 0.005 + 1e-4 / f64::from(i).abs().max(1.0);
        let (p, n) = exp_parts(y);
        worst = worst.max((times_power_of_two(p, n) / y.exp() - 1.0).abs());
    }
    println!("exp: worst relative error {worst:.2e}");
    // The platform's, within 2^-53 of the truth, and a unit of ours.
    assert!(worst < 2.0 * f64::EPSILON);
    assert_eq!(times_power_of_two(1.5, -1022.0), 1.5 * f64::MIN_POSITIVE);
    assert_eq!(times_power_of_two(1.5, -1030.0), f64::MIN_POSITIVE);
    assert_eq!(times_power_of_two(1.5, 1024.0), f64::MAX);
}
