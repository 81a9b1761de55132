//! Noise with an address: any piece of an array, in any order, has the same bits, and a new site shifts no other.

use reparam_core::noise::{Key, Noise, Plan};

fn main() {
    let posterior = Key::new(7).site("posterior");

    // All at once, on all threads ...
    let mut whole = vec![0.0_f32; 10_000];
    posterior.step(3).fill_parallel(Noise::StandardNormal, 0, &mut whole);

    // ... or the middle alone, on this one.
    let mut middle = vec![0.0_f32; 100];
    posterior.step(3).fill(Noise::StandardNormal, 4_321, &mut middle);
    assert_eq!(middle, whole[4_321..4_421]);

    // Another step, another site, another seed: other numbers.
    let first = |key: Key, step| key.step(step).draw::<f64>(Noise::StandardNormal, 0);
    assert_ne!(first(posterior, 3), first(posterior, 4));
    assert_ne!(first(posterior, 3), first(Key::new(7).site("binarize"), 3));
    assert_ne!(first(posterior, 3), first(Key::new(8).site("posterior"), 3));

    // Antithetic pairs are a plan beside the stream: the caller's choice, for any law.
    let mut pairs = vec![0.0_f64; 6];
    posterior.step(3).plan(Plan::Antithetic).fill(Noise::StandardNormal, 0, &mut pairs);
    assert!(pairs.chunks(2).all(|pair| pair[0] == -pair[1]));
    println!("antithetic normals: {pairs:.4?}");
}
