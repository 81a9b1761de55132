//! Neighbouring streams, and neighbouring places of one stream, are independent: correlation and a chi-square test on the square.

mod noise_support;

use noise_support::{FALSE_ALARM, draws, independent};
use reparam_core::noise::{Key, Noise, Stream};
use reparam_core::special::normal_cdf;

/// Pairs for each comparison: 1,024 in a cell.
const N: usize = 1 << 20;

/// Indices by which the second stream is shifted: a generator whose streams overlap shows only at the right shift.
const SHIFTS: [usize; 3] = [0, 1, 2];

fn uniforms(stream: Stream) -> [Vec<f64>; 2] {
    [draws::<f32>(stream, Noise::Uniform, 0, N + 2), draws::<f64>(stream, Noise::Uniform, 0, N + 2)]
}

#[test]
fn neighbouring_steps_sites_and_seeds_are_independent() {
    let key = Key::new(30);
    let first = key.site("layer").step(0);
    let neighbours = [
        key.site("layer").step(1),
        key.site("layer").step(1 << 63),
        key.site("layes").step(0),
        key.site("layer").number(0).step(0),
        key.site("").site("layer").step(0),
        Key::new(31).site("layer").step(0),
        Key::new(30 + (1 << 63)).site("layer").step(0),
    ];
    let rate = FALSE_ALARM / (neighbours.len() * SHIFTS.len() * 2 * 2) as f64;
    let u = uniforms(first);
    for stream in neighbours {
        let v = uniforms(stream);
        for (u, v) in u.iter().zip(&v) {
            for shift in SHIFTS {
                assert!(independent(&u[..N], &v[shift..], rate), "{stream:?} at {shift}");
                assert!(independent(&v[..N], &u[shift..], rate), "{stream:?} at -{shift}");
            }
        }
    }
}

#[test]
fn neighbouring_indices_are_independent() {
    // All distances within two tiles that the layout makes special (half, lane, block, partner, tile), and the first few.
    let lags = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 48, 64];
    let rate = FALSE_ALARM / (lags.len() * 2 * 2) as f64;
    for noise in [Noise::Uniform, Noise::StandardNormal] {
        let stream = Key::new(32).step(0);
        let count = N + 64;
        for mut u in [draws::<f32>(stream, noise, 0, count), draws::<f64>(stream, noise, 0, count)] {
            if noise == Noise::StandardNormal {
                for z in &mut u {
                    *z = normal_cdf(*z);
                }
            }
            for lag in lags {
                assert!(independent(&u[..N], &u[lag..], rate), "{noise:?} at distance {lag}");
            }
        }
    }
}

/// A block of Philox4x32 with as many rounds as asked for, and no scrambling of seed and site.
fn philox(rounds: u32, key: [u32; 2], mut c: [u32; 4]) -> [u32; 4] {
    let [mut k0, mut k1] = key;
    for _ in 0..rounds {
        let (p0, p1) = (u64::from(c[0]) * 0xd251_1f53, u64::from(c[2]) * 0xcd9e_8d57);
        c = [(p1 >> 32) as u32 ^ c[1] ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ k1, p0 as u32];
        (k0, k1) = (k0.wrapping_add(0x9e37_79b9), k1.wrapping_add(0xbb67_ae85));
    }
    c
}

#[test]
fn broken_generators_are_rejected() {
    let uniform = |word: u32| (f64::from(word) + 0.5) / 4294967296.0;
    let stream = |rounds, key| -> Vec<f64> {
        (0..N as u32 / 4 + 16).flat_map(|i| philox(rounds, [key, 0], [i, 0, 0, 0]).map(uniform)).collect()
    };
    // The same generator with fewer rounds, its neighbours in key and in index.
    for rounds in [2, 3] {
        let (u, v) = (stream(rounds, 1), stream(rounds, 2));
        assert!(!independent(&u[..N], &v[..N], FALSE_ALARM), "neighbouring keys after {rounds} rounds");
    }
    for rounds in [1, 2] {
        let u = stream(rounds, 1);
        assert!(!independent(&u[..N], &u[4..], FALSE_ALARM), "neighbouring blocks after {rounds} rounds");
    }
    // Ten rounds pass the very same comparisons.
    let (u, v) = (stream(10, 1), stream(10, 2));
    assert!(independent(&u[..N], &v[..N], FALSE_ALARM / 2.0) && independent(&u[..N], &u[4..], FALSE_ALARM / 2.0));
    // Streams that overlap: the next step goes on one draw later.
    assert!(!independent(&u[1..=N], &u[1..=N], FALSE_ALARM));
    // One pair in a hundred shares its number: a correlation of 0.01, ten standard errors.
    let mixed: Vec<f64> = u.iter().zip(&v).enumerate().map(|(i, (u, v))| if i % 100 == 0 { *u } else { *v }).collect();
    assert!(!independent(&u[..N], &mixed[..N], FALSE_ALARM));
}

#[test]
fn box_muller_pairs_with_a_coarse_angle_are_rejected() {
    // A normal pair is dependent where its angle has too few values: here 64. The draws one by one still look normal.
    let stream = Key::new(33).step(0);
    let (u, a) = (draws::<f64>(stream, Noise::Uniform, 0, N), draws::<f64>(stream, Noise::Uniform, N as u64, N));
    let point = |(u, a): (&f64, &f64)| {
        let angle = (a * 64.0).floor() * std::f64::consts::TAU / 64.0;
        let radius = (-2.0 * u.ln()).sqrt();
        (normal_cdf(radius * angle.cos()), normal_cdf(radius * angle.sin()))
    };
    let (x, y): (Vec<f64>, Vec<f64>) = u.iter().zip(&a).map(point).unzip();
    assert!(!independent(&x, &y, FALSE_ALARM));
}
