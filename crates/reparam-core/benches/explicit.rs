//! Time of 2^16 keyed draws of every explicit law on one thread, alone and with their derivatives. The 1.5 MiB of two derivatives stay
//! in the second-level cache; beyond it the memory sets the pace.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use reparam_core::law::{Family, Law, Path, families};
use reparam_core::noise::Key;

const DRAWS: usize = 1 << 16;

/// Families of one or two parameters whose paths are all explicit.
fn laws() -> Vec<&'static str> {
    let explicit = |f: &&Family| f.parameters.len() <= 2 && f.parameters.iter().all(|p| p.path == Path::Explicit);
    families().filter(explicit).map(|f| f.name).filter(|name| build(name).is_some()).collect()
}

/// The law at the parameters 1 and, where it has a second, 2; none where these are no parameters, as of tables.
fn build(name: &str) -> Option<Box<dyn Law>> {
    let family = reparam_core::law::family(name)?;
    family.build(&[1.0, 2.0][..family.parameters.len()]).ok()
}

fn law(name: &str) -> Box<dyn Law> {
    build(name).expect("laws() checked it")
}

#[divan::bench(args = laws(), sample_count = 15, sample_size = 1)]
fn draws(bencher: Bencher<'_, '_>, name: &str) {
    let (law, mut out, mut step) = (law(name), vec![0.0; DRAWS], 0);
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        step += 1;
        law.fill(&Key::new(1).step(step), 0, &mut out);
        black_box(out.as_mut_ptr());
    });
}

#[divan::bench(args = laws(), sample_count = 15, sample_size = 1)]
fn draws_with_derivatives(bencher: Bencher<'_, '_>, name: &str) {
    let (law, mut out, mut step) = (law(name), vec![0.0; DRAWS], 0);
    let mut slopes = vec![0.0; DRAWS * law.parameters().len()];
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        step += 1;
        let path = law.as_pathwise().expect("explicit laws have paths");
        path.fill_pathwise(&Key::new(1).step(step), 0, &mut out, &mut slopes);
        black_box((out.as_mut_ptr(), slopes.as_mut_ptr()));
    });
}

fn main() {
    divan::main();
}
