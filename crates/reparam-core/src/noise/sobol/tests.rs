//! Points against `SciPy`, nets exactly, laws and variances with false-alarm rate 1e-6 each.

use super::super::{Key, Noise, Stream};
use super::*;
use crate::special::{log1p_exp, normal_cdf};

/// Standard normal quantile of a two-sided false alarm of 1e-6.
const FAR: f64 = 4.891_64;

fn stream(site: &str) -> Stream {
    Key::new(11).site(site).step(2)
}

fn uniforms(site: &str, shape: [usize; 3]) -> Vec<f64> {
    let mut out = vec![0.0; shape.iter().product()];
    stream(site).sobol().fill(Noise::Uniform, shape, 0, &mut out);
    out
}

#[test]
fn unscrambled_points_are_those_of_scipy() {
    let directions = directions::directions(12, SobolStream::COORDINATES);
    for line in include_str!("golden.csv").lines().filter(|l| !l.starts_with('#')) {
        let [coordinate, index, value]: [u64; 3] =
            line.split(',').map(|n| n.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap();
        let bits = (0..12).filter(|bit| index >> bit & 1 == 1);
        let point = bits.fold(0, |x, bit| x ^ directions[bit][coordinate as usize]);
        assert_eq!(point >> 32, value, "{line}");
    }
}

/// Whether each box of `2^-a × 2^-(m-a)` holds one of the points `(x, y)`, for all `a`.
fn is_net(m: u32, points: &[[f64; 2]]) -> bool {
    (0..=m).all(|a| {
        let (across, up) = (2_f64.powi(a as i32), 2_f64.powi((m - a) as i32));
        let mut boxes = vec![0; 1 << m];
        for [x, y] in points {
            boxes[(x * across) as usize + ((y * up) as usize) * across as usize] += 1;
        }
        boxes.iter().all(|n| *n == 1)
    })
}

#[test]
fn scrambled_points_are_a_net() {
    // Every coordinate by itself.
    let (m, rows, width) = (7, 3, SobolStream::COORDINATES);
    let u = uniforms("net", [1 << m, rows, width]);
    for column in 0..rows * width {
        let mut seen = 0_u128;
        for row in u.chunks(rows * width) {
            seen |= 1 << (row[column] * 128.0) as u32;
        }
        assert_eq!(seen, u128::MAX, "{column}");
    }
    // The first two coordinates together are a (0, m, 2)-net.
    for m in 0..10 {
        let u = uniforms("net", [1 << m, 1, 2]);
        assert!(is_net(m, u.as_chunks::<2>().0));
    }
    // Negative control: independent draws are none.
    let mut u = vec![0.0; 2 << m];
    stream("net").fill(Noise::Uniform, 0, &mut u);
    assert!(!is_net(m, u.as_chunks::<2>().0));
}

#[test]
fn every_draw_has_its_law() {
    let (draws, rows) = (5, 20_000);
    for noise in Noise::ALL {
        let cdf = |x: f64| match noise {
            Noise::Uniform => x,
            Noise::StandardNormal => normal_cdf(x),
            Noise::Exponential => -(-x).exp_m1(),
            Noise::Gumbel => (-(-x).exp()).exp(),
            Noise::Logistic => (-log1p_exp(-x)).exp(),
        };
        let mut out = vec![0.0_f64; draws * rows * 2];
        stream("law").sobol().fill(noise, [draws, rows, 2], 0, &mut out);
        for (draw, coordinate) in [(0, 0), (1, 1), (4, 0)] {
            // Over rows, which are independent. Kolmogorov-Smirnov: false alarm 1e-6 at 2.693 for any number (Massart 1990).
            let of_draw = out[draw * rows * 2..].iter().skip(coordinate).step_by(2).take(rows);
            let mut levels: Vec<f64> = of_draw.map(|x| cdf(*x)).collect();
            levels.sort_by(f64::total_cmp);
            let n = rows as f64;
            let off = levels.iter().enumerate().map(|(k, u)| (u - k as f64 / n).max((k as f64 + 1.0) / n - u));
            let distance = n.sqrt() * off.fold(0.0, f64::max);
            assert!(distance < 2.693_45, "{noise:?} {draw} {coordinate}: {distance}");
        }
    }
}

fn correlation(pairs: &[[f64; 2]]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |i: usize| pairs.iter().map(|p| p[i]).sum::<f64>() / n;
    let (a, b) = (mean(0), mean(1));
    let sum = |f: fn(f64, f64) -> f64| pairs.iter().map(|p| f(p[0] - a, p[1] - b)).sum::<f64>();
    sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt()
}

#[test]
fn rows_are_independent_and_so_are_places_within_cells() {
    let n = 40_000_usize;
    let u = uniforms("pairs", [4, 2 * n, 1]);
    let neighbours: Vec<[f64; 2]> = u[..2 * n].as_chunks::<2>().0.to_vec();
    assert!(correlation(&neighbours).abs() * (n as f64).sqrt() < FAR);
    // Nested uniform: four points lie one in each quarter, and their places there are independent.
    let place = |x: f64| (4.0 * x).fract();
    for (i, j) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        let pairs: Vec<[f64; 2]> = (0..n).map(|k| [place(u[i * 2 * n + k]), place(u[j * 2 * n + k])]).collect();
        assert!(correlation(&pairs).abs() * (n as f64).sqrt() < FAR, "{i} {j}");
    }
    // Negative control: one shift for all points leaves their places the same.
    let shifted: Vec<[f64; 2]> = (0..n as u64)
        .map(|k| {
            [0, 1 << 63].map(|x: u64| place(<f64 as FromBits>::from_bits(Noise::Uniform, x ^ stream("shift").bits(k))))
        })
        .collect();
    assert!(correlation(&shifted) > 0.99);
}

/// Sample variance over rows of the mean over draws of a smooth function of three normal numbers.
fn variance(draws: usize, sobol: bool) -> f64 {
    const ROWS: usize = 1000;
    let mut z = vec![0.0_f64; draws * ROWS * 3];
    if sobol {
        stream("variance").sobol().fill(Noise::StandardNormal, [draws, ROWS, 3], 0, &mut z);
    } else {
        stream("variance").fill(Noise::StandardNormal, 0, &mut z);
    }
    let mut means = vec![0.0; ROWS];
    for draw in z.chunks(ROWS * 3) {
        for (mean, z) in means.iter_mut().zip(draw.as_chunks::<3>().0) {
            *mean += ((0.5 * z[0]).tanh() + 0.3 * z[1] + (z[2] + 0.2 * z[0]).cos()) / draws as f64;
        }
    }
    let mean = means.iter().sum::<f64>() / ROWS as f64;
    means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (ROWS as f64 - 1.0)
}

#[test]
fn variance_of_a_smooth_mean_falls_faster_than_one_over_draws() {
    // A sample variance of 1,000 nearly normal means has relative error √(2/1000); twice that for kurtosis up to 9; the ratio of two
    // √2 of it: 0.13. At 1e-6, 4.9 of them: a factor of e^0.62 = 1.86. Independent draws: 16. Bound: 60, above 16 · 1.86 = 30.
    let gain = |sobol| variance(16, sobol) / variance(256, sobol);
    let (points, independent) = (gain(true), gain(false));
    println!("16 times the draws: variance over {points} and {independent}");
    assert!(points > 60.0, "{points}");
    // Negative control.
    assert!(independent < 30.0, "{independent}");
}

#[test]
fn numbers_depend_on_row_draw_and_coordinate_alone() {
    let points = stream("cut").sobol();
    let (draws, rows, width) = (37, 11, SobolStream::COORDINATES + 3);
    let mut all = vec![0.0_f64; draws * rows * width];
    points.fill(Noise::Logistic, [draws, rows, width], 5, &mut all);
    let mut parallel = vec![0.0_f64; all.len()];
    points.fill_parallel(Noise::Logistic, [draws, rows, width], 5, &mut parallel);
    assert!(all == parallel);
    let (fewer, some, narrow) = (20, 4, 9);
    let mut part = vec![0.0_f64; fewer * some * narrow];
    points.fill(Noise::Logistic, [fewer, some, narrow], 8, &mut part);
    for (i, x) in part.iter().enumerate() {
        let (s, n, c) = (i / (some * narrow), i / narrow % some, i % narrow);
        assert_eq!(*x, all[(s * rows + 3 + n) * width + c]);
    }
    let mut rounded = vec![0.0_f32; all.len()];
    points.fill(Noise::Logistic, [draws, rows, width], 5, &mut rounded);
    assert!(all.iter().zip(&rounded).all(|(a, b)| *a as f32 == *b));
    // Any shape and length: nothing, too short, too long, rows that wrap around.
    points.fill(Noise::Uniform, [0, 3, 3], 0, &mut part);
    points.fill(Noise::Uniform, [usize::MAX, 1, 2], u64::MAX, &mut part[..7]);
    let mut long = [9.0_f64; 3];
    points.fill(Noise::Uniform, [1, 1, 2], 0, &mut long);
    assert_eq!(long[2], 9.0);
}

#[test]
fn extreme_bits_give_finite_draws() {
    for noise in Noise::ALL {
        for bits in [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1] {
            let x = <f64 as FromBits>::from_bits(noise, bits);
            assert!(x.is_finite() && <f32 as FromBits>::from_bits(noise, bits).is_finite(), "{noise:?} {bits}");
            let positive = matches!(noise, Noise::Uniform | Noise::Exponential);
            assert!(!positive || x > 0.0 && <f32 as FromBits>::from_bits(noise, bits) > 0.0, "{noise:?} {bits}");
            assert!(noise != Noise::Uniform || x < 1.0 && <f32 as FromBits>::from_bits(noise, bits) < 1.0);
        }
    }
}
