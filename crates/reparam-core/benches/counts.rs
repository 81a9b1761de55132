//! Time of laws of counts: draws, a draw; log mass, quantile, entropy, a call.

use divan::{Bencher, black_box};
use reparam_core::law::{Law, family};
use reparam_core::noise::Key;

const LAWS: [(&str, &[f64]); 10] = [
    ("poisson", &[3.0]),
    ("poisson", &[30.0]),
    ("poisson", &[1e8]),
    ("binomial", &[20.0, -1.0]),
    ("binomial", &[1e6, 0.3]),
    ("geometric", &[-2.0]),
    ("negative-binomial", &[3.0, 2.0]),
    ("negative-binomial", &[1e4, 0.5]),
    ("zero-inflated-poisson", &[0.0, 3.0]),
    ("binary-concrete", &[0.5, 1.0]),
];

fn law((name, parameters): (&str, &[f64])) -> Box<dyn Law> {
    family(name).and_then(|f| f.build(parameters).ok()).expect("the laws above are valid")
}

#[divan::bench(args = LAWS)]
fn fill(bencher: Bencher<'_, '_>, which: (&str, &[f64])) {
    let (law, stream) = (law(which), Key::new(1).site("bench").step(0));
    let mut out = vec![0.0; 10_000];
    bencher.counter(10_000_u32).bench_local(|| law.fill(&stream, 0, black_box(&mut out)));
}

#[divan::bench(args = LAWS)]
fn log_prob(bencher: Bencher<'_, '_>, which: (&str, &[f64])) {
    let law = law(which);
    let x = law.quantile(0.6);
    bencher.bench_local(|| law.log_prob(black_box(x)));
}

#[divan::bench(args = LAWS)]
fn quantile(bencher: Bencher<'_, '_>, which: (&str, &[f64])) {
    let law = law(which);
    bencher.bench_local(|| law.quantile(black_box(0.83)));
}

#[divan::bench(args = LAWS)]
fn entropy(bencher: Bencher<'_, '_>, which: (&str, &[f64])) {
    let law = law(which);
    bencher.bench_local(|| black_box(&law).entropy());
}

fn main() {
    divan::main();
}
