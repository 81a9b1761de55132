//! The same bits for any cut, thread count, step order and plan; and the bits themselves, pinned.

mod noise_support;

use noise_support::{FALSE_ALARM, two_sided};
use reparam_core::noise::{Key, Noise, NoiseFloat, Plan, Stream};
use std::num::NonZeroU64;

/// An `f32` or `f64` whose bits can be compared, so that -0 differs from 0.
trait Bits: NoiseFloat {
    fn bits(self) -> u64;
}

impl Bits for f32 {
    fn bits(self) -> u64 {
        u64::from(self.to_bits())
    }
}

impl Bits for f64 {
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

fn bits<T: Bits>(draws: &[T]) -> Vec<u64> {
    draws.iter().map(|x| x.bits()).collect()
}

fn plans() -> [Plan; 7] {
    let blocks = |width| Plan::AntitheticBlocks(NonZeroU64::new(width).unwrap());
    [Plan::Independent, Plan::Common, Plan::Antithetic, blocks(1), blocks(37), blocks(512), blocks(1000)]
}

fn filled<T: Bits>(stream: Stream, plan: Plan, noise: Noise, first: u64, count: usize) -> Vec<u64> {
    let mut out = vec![T::default(); count];
    stream.plan(plan).fill(noise, first, &mut out);
    bits(&out)
}

fn any_cut<T: Bits>() {
    const N: usize = 6000;
    let stream = Key::new(40).site("cuts").step(9);
    for noise in Noise::ALL {
        for plan in plans() {
            for start in [0, 5, (1 << 33) + 17] {
                let all = filled::<T>(stream, plan, noise, start, N);
                let mut at = 0;
                // Pieces of 0 to 255 draws: every offset in a tile, and pieces that end inside one.
                for k in 0.. {
                    let size = (stream.bits(k) % 256) as usize;
                    if at + size > N {
                        break;
                    }
                    let part = filled::<T>(stream, plan, noise, start + at as u64, size);
                    assert_eq!(part, all[at..at + size], "{noise:?} {plan:?} from {start} + {at}");
                    at += size;
                }
                for i in (0..N).step_by(61) {
                    let draw: T = stream.plan(plan).draw(noise, start + i as u64);
                    assert_eq!(draw.bits(), all[i], "{noise:?} {plan:?} draw {start} + {i}");
                }
            }
        }
    }
}

#[test]
fn any_cut_gives_the_same_bits() {
    any_cut::<f32>();
    any_cut::<f64>();
}

fn any_threads<T: Bits>() {
    const N: usize = 300_000;
    let stream = Key::new(41).site("threads").step(2);
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let pools = [1, 2, 8].map(pool);
    for noise in Noise::ALL {
        for plan in plans() {
            let first = 1_000_003;
            let serial = filled::<T>(stream, plan, noise, first, N);
            for pool in &pools {
                let mut out = vec![T::default(); N];
                pool.install(|| stream.plan(plan).fill_parallel(noise, first, &mut out));
                assert!(bits(&out) == serial, "{noise:?} {plan:?} on {} threads", pool.current_num_threads());
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    any_threads::<f32>();
    any_threads::<f64>();
}

#[test]
fn a_short_run_is_a_prefix_of_a_long_one() {
    let (mut short, mut long) = (vec![0.0_f32; 1001], vec![0.0_f32; 5003]);
    for step in 0..20 {
        let stream = Key::new(42).site("run").step(step);
        stream.fill(Noise::Gumbel, 0, &mut short);
        stream.fill_parallel(Noise::Gumbel, 0, &mut long);
        assert_eq!(short, long[..1001]);
    }
}

#[test]
fn indices_wrap_around_at_the_end() {
    let stream = Key::new(43).step(0);
    for plan in plans() {
        for before in [1, 40, 2999] {
            let first = u64::MAX - before + 1;
            let across = filled::<f64>(stream, plan, Noise::Uniform, first, 6000);
            let before = before as usize;
            let ends = filled::<f64>(stream, plan, Noise::Uniform, first, before);
            let starts = filled::<f64>(stream, plan, Noise::Uniform, 0, 6000 - before);
            assert_eq!(across, [ends, starts].concat(), "{plan:?}");
            let last: f64 = stream.plan(plan).draw(Noise::Uniform, u64::MAX);
            assert_eq!(across[before - 1], last.bits(), "{plan:?}");
        }
    }
}

#[test]
fn uniform_draws_are_the_raw_bits() {
    let stream = Key::new(44).step(0);
    for i in 0..200 {
        let word = stream.bits(i);
        let uniform: f64 = stream.draw(Noise::Uniform, i);
        assert_eq!(uniform, (2 * (word >> 12) + 1) as f64 / 2.0_f64.powi(53));
        for half in 0..2 {
            let uniform: f32 = stream.draw(Noise::Uniform, 2 * i + half);
            let half = (word >> (32 * half)) as u32;
            assert_eq!(uniform, (2 * (half >> 9) + 1) as f32 / 2.0_f32.powi(24));
        }
    }
}

#[test]
fn antithetic_draws_mirror_exactly() {
    let stream = Key::new(45).site("pairs").step(1);
    let mut plain = vec![0.0_f64; 500];
    let mut pairs = vec![0.0_f64; 1000];
    for noise in Noise::ALL {
        stream.fill(noise, 0, &mut plain);
        stream.plan(Plan::Antithetic).fill(noise, 0, &mut pairs);
        for (z, pair) in plain.iter().zip(pairs.as_chunks::<2>().0) {
            assert_eq!(pair[0], *z);
            // Draws below 8 with an error of 2 ulp, 4e-15, and two or four roundings of exp: 10^-14 in the probability is enough.
            let (e, u) = ((-z).exp(), (-pair[1]).exp());
            match noise {
                Noise::Uniform => assert_eq!(pair[1], 1.0 - z),
                Noise::StandardNormal | Noise::Logistic => {
                    assert_eq!(pair[1].to_bits(), (-z).to_bits());
                }
                Noise::Exponential => assert!((e + u - 1.0).abs() < 1e-14),
                Noise::Gumbel => assert!(((-e).exp() + (-u).exp() - 1.0).abs() < 1e-14),
            }
        }
    }
    // Blocks mirror place by place: a [4, 25] array of noise, two antithetic pairs of samples.
    let blocks = stream.plan(Plan::AntitheticBlocks(NonZeroU64::new(25).unwrap()));
    let mut z = [0.0_f64; 100];
    blocks.fill(Noise::StandardNormal, 0, &mut z);
    stream.fill(Noise::StandardNormal, 0, &mut plain);
    assert_eq!((&z[..25], &z[50..75]), (&plain[..25], &plain[25..50]));
    (0..25).for_each(|i| assert_eq!((z[25 + i], z[75 + i]), (-z[i], -z[50 + i])));
}

#[test]
fn common_numbers_leave_the_step_out() {
    let (key, other) = (Key::new(46).site("a"), Key::new(46).site("b"));
    let common = |key: Key, step| filled::<f32>(key.step(step), Plan::Common, Noise::Logistic, 3, 100);
    let plain = |key: Key, step| filled::<f32>(key.step(step), Plan::Independent, Noise::Logistic, 3, 100);
    assert_eq!(common(key, 0), common(key, 977));
    assert_eq!(common(key, 5), plain(key, 0));
    assert_ne!(plain(key, 5), plain(key, 0));
    assert_ne!(common(key, 5), common(other, 5));
}

#[test]
fn permutations_of_four_are_equally_likely() {
    // 24 counts of 10^4 each; each is a binomial count, whose standard score is compared at 1e-6 / 24.
    const N: u64 = 240_000;
    let mut counts = [[0_u32; 256]; 2];
    for step in 0..N {
        let order = Key::new(47).step(step).permutation(4);
        counts[0][order.iter().fold(0, |code, i| 4 * code + i)] += 1;
        // The control swaps every place with any place, as the wrong shuffle does: 4^4 equally likely ways for 24 orders.
        let mut wrong = [0, 1, 2, 3];
        let bits = Key::new(48).step(step).bits(0);
        (0..4).for_each(|i| wrong.swap(i, (bits >> (2 * i)) as usize % 4));
        counts[1][wrong.iter().fold(0, |code, i| 4 * code + i)] += 1;
    }
    let worst = counts.map(|counts| {
        let score = |&c: &u32| (f64::from(c) - 1e4) / (1e4_f64 * 23.0 / 24.0).sqrt();
        counts.iter().filter(|&&c| c > 0).map(|c| score(c).abs()).fold(0.0, f64::max)
    });
    assert_eq!(counts[0].iter().filter(|&&c| c > 0).count(), 24);
    let bound = two_sided(FALSE_ALARM / 24.0);
    assert!(worst[0] <= bound && worst[1] > bound, "{worst:?} against {bound}");
}

#[test]
fn permutations_are_permutations_and_pinned() {
    let order = |n| Key::new(49).site("epoch").step(3).permutation(n);
    for n in [0, 1, 2, 3, 100, 60_000] {
        let mut sorted = order(n);
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..n));
    }
    assert_eq!(order(10), [8, 6, 7, 1, 3, 2, 9, 4, 0, 5]);
}

#[test]
fn bits_are_pinned() {
    // Every recorded run depends on these: a change is a change of format, and belongs in the changelog.
    let stream = Key::new(42).site("golden").step(7);
    assert_eq!(
        [0, 7, 8, 1 << 40].map(|i| stream.bits(i)),
        [11461426538884484598, 12646255979405984615, 281917411002072927, 3115719139924351613]
    );
    for (i, noise) in Noise::ALL.into_iter().enumerate() {
        // A place in the middle of a tile, so that both halves of a normal pair are met.
        let single = filled::<f32>(stream, Plan::Independent, noise, 14, 4);
        let double = filled::<f64>(stream, Plan::Independent, noise, 6, 4);
        assert_eq!((single.as_slice(), double.as_slice()), (&SINGLE[i][..], &DOUBLE[i][..]), "{noise:?}");
    }
}

const SINGLE: [[u64; 4]; 5] = [
    [0x3efe4e86, 0x3f2f8087, 0x3e858d7e, 0x3c7a64c0],
    [0xbf883e98, 0xbf3d663d, 0xbf8e2422, 0xbf1edb77],
    [0x3f332502, 0x3ec14b2d, 0x3fac0291, 0x4085cafd],
    [0x3eb6c6a7, 0x3f795f8a, 0xbe974eba, 0xbfb71c81],
    [0xbc58bd67, 0x3f478802, 0xbf855282, 0xc0854cd4],
];
const DOUBLE: [[u64; 4]; 5] = [
    [0x3fef14774bb87e3f, 0x3fe5f010d9efe4e9, 0x3f8f4c93221635c0, 0x3fd948d765d1241a],
    [0x3f85fe7b3c0d0cab, 0xbfe7acc7b57ea241, 0xbfe3db6ed66e3eac, 0x3fcafe7cf3147292],
    [0x3f9ddf901500d7c5, 0x3fd82965aa9ed0f6, 0x4010b95faaa72f7e, 0x3fedb7d43dcd319c],
    [0x400c46ab95b6e076, 0x3fef2bf132c2f18c, 0xbff6e390250549e8, 0x3fb2f05df989abef],
    [0x400c28b96e207dfc, 0x3fe8f10064d9137f, 0xc010a99a733b7dbe, 0xbfdb4456c3ba015c],
];
