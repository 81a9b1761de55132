//! Gradients of several shards, added in the order of the shards.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;
use reparam_core::kernel;

use crate::fused::slices;

/// Elements that one task adds up.
const CHUNK: usize = 1 << 16;

/// Entry by entry; a parameter that one set lacks takes the other's.
pub(super) fn add_sets(a: Vec<Option<Tensor<1>>>, b: Vec<Option<Tensor<1>>>) -> Vec<Option<Tensor<1>>> {
    a.into_iter()
        .zip(b)
        .map(|pair| match pair {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        })
        .collect()
}

/// The sum over shards of each parameter's gradient, in the order of the shards, and the norm of it all.
pub(super) fn add_in_order(sets: Vec<Vec<Option<Tensor<1>>>>) -> (Vec<Option<Tensor<1>>>, f64) {
    let mut sets = sets.into_iter().map(|set| set.into_iter().map(|g| g.and_then(primitive)).collect::<Vec<_>>());
    let Some(mut total) = sets.next() else {
        return (Vec::new(), 0.0);
    };
    let rest: Vec<Vec<Option<FloatTensor<Flex>>>> = sets.collect();
    // A parameter that the first shard did not reach starts from the first shard that did.
    for (i, sum) in total.iter_mut().enumerate() {
        if sum.is_none() && rest.iter().any(|set| set[i].is_some()) {
            let len = rest.iter().find_map(|set| set[i].as_ref()).map_or(0, |g| g.layout().num_elements());
            *sum = Some(slices::from_vec(vec![0.0; len], [len]));
        }
    }
    let mut tasks: Vec<(&mut [f32], Vec<&[f32]>)> = Vec::new();
    for (i, sum) in total.iter_mut().enumerate() {
        let Some(sum) = sum else { continue };
        let others: Vec<&[f32]> =
            rest.iter().filter_map(|set| set[i].as_ref()).map(FloatTensor::<Flex>::storage::<f32>).collect();
        for (at, chunk) in sum.storage_mut::<f32>().chunks_mut(CHUNK).enumerate() {
            let at = at * CHUNK..at * CHUNK + chunk.len();
            tasks.push((chunk, others.iter().map(|other| &other[at.clone()]).collect()));
        }
    }
    let squares: Vec<f64> = tasks
        .into_par_iter()
        .map(|(sum, others)| {
            for other in others {
                kernel::add_assign(sum, other);
            }
            kernel::sum_of_squares(sum)
        })
        .collect();
    let norm = squares.iter().sum::<f64>().sqrt();
    (total.into_iter().map(|g| g.map(Tensor::from_primitive::<Flex>)).collect(), norm)
}

fn primitive(gradient: Tensor<1>) -> Option<FloatTensor<Flex>> {
    gradient.try_into_primitive::<Flex>().ok().map(slices::packed)
}
