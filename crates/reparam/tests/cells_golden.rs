//! Log-likelihoods of cells against scvi-tools and SciPy (`scripts/cells_golden.py`): of the operation, and of a whole model.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use reparam::cells::{
    Baseline, CellBatch, CellConfig, CellVae, CountModel, Dispersion, Experts, Library, ModalityConfig,
};
use reparam::fused::{CountLaw, CountRows, accessibility_log_likelihood, count_log_likelihood};
use reparam::train::{load_parameters, read_parameters};
use serde_json::Value;

/// A column of the golden file.
struct Golden(Value);

impl Golden {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("golden/cells_likelihood.json")).expect("golden values"))
    }

    fn column(&self, name: &str) -> Vec<f64> {
        let values = self.0[name].as_array().unwrap_or_else(|| panic!("no column {name}"));
        values.iter().map(|v| v.as_f64().expect("a number")).collect()
    }

    fn single(&self, name: &str) -> Vec<f32> {
        self.column(name).into_iter().map(|v| v as f32).collect()
    }

    fn tensor<const D: usize>(&self, name: &str, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(self.single(name), shape), &Device::flex())
    }

    fn counts(&self) -> CountRows {
        CountRows::from_dense(&self.single("counts"), GENES).expect("counts")
    }
}

const GENES: usize = 9;
const ROWS: usize = 12;

fn numbers(tensor: Tensor<1>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// Largest distance in units of 1 and the value. scvi-tools adds 1e-8 to what stands in logarithms, which is 1e-8 of a count over a mean above some 0.1.
fn off(found: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    found.iter().zip(wanted).map(|(f, w)| (f - w).abs() / (1.0 + w.abs())).fold(0.0, f64::max)
}

fn laws() -> [(CountLaw, CountModel, &'static [&'static str]); 3] {
    let dispersion = Dispersion::Gene;
    [
        (CountLaw::Poisson, CountModel::Poisson, &["scvi-poisson", "scipy-poisson"]),
        (CountLaw::NegativeBinomial, CountModel::NegativeBinomial { dispersion }, &["scvi-nb", "scipy-nb"]),
        (
            CountLaw::ZeroInflatedNegativeBinomial,
            CountModel::ZeroInflatedNegativeBinomial { dispersion },
            &["scvi-zinb"],
        ),
    ]
}

/// 1e-6: logarithms of means are f32, right to 2e-7 of some 5, times counts that add up to less than the values.
#[test]
fn the_operation_gives_the_log_likelihoods_of_others() {
    let golden = Golden::read();
    for (law, _, columns) in laws() {
        let value = numbers(count_log_likelihood(
            law,
            golden.tensor("logits", [ROWS, GENES]),
            golden.tensor("log-library", [ROWS]),
            law.has_dispersion().then(|| golden.tensor("log-dispersion", [1, GENES])),
            &Arc::from([]),
            law.has_dropout().then(|| golden.tensor("dropout", [ROWS, GENES])),
            &golden.counts(),
        ));
        for name in columns {
            let off = off(&value, &golden.column(name));
            assert!(off < 1e-6, "{law:?}, {name}: off by {off:e}");
        }
    }
    let value = numbers(accessibility_log_likelihood(
        golden.tensor("logits", [ROWS, GENES]),
        golden.tensor("depth", [ROWS]),
        golden.tensor("region", [GENES]),
        &golden.counts(),
    ));
    assert!(off(&value, &golden.column("bernoulli")) < 1e-6);
    // The negative control: another law is seen.
    assert!(off(&golden.column("scvi-nb"), &golden.column("scvi-zinb")) > 1e-3);
}

/// A model with a linear decoder whose row of covariates is the number of the cell, so that its weights are the logits of the cells.
fn model(golden: &Golden, law: CountModel) -> CellVae {
    let modality = ModalityConfig { name: "rna".into(), features: GENES, model: law, library: Library::Observed };
    let config = CellConfig {
        modalities: vec![modality],
        latents: 1,
        cycle: false,
        hidden: 2,
        layers: 1,
        decoder_layers: 0,
        batches: 1,
        covariates: ROWS,
        experts: Experts::Product,
    };
    let baseline = Baseline {
        input_scale: vec![1.0; 9],
        shares: vec![vec![1.0; GENES]],
        log_totals: vec![vec![[0.0, 1.0]]],
        typical_total: vec![1.0],
        inputs: vec![vec![[0.0, 1.0]; GENES]],
    };
    let vae = CellVae::new(config, &baseline, 0, &Device::flex());
    let mut parameters = read_parameters(&vae);
    for (name, (_, values)) in &mut parameters {
        let column = match name.trim_start_matches("networks.0.decoder.") {
            "output.weight" => [vec![0.0; GENES], golden.single("logits")].concat(),
            "dropout.weight" => [vec![0.0; GENES], golden.single("dropout")].concat(),
            "output.bias" | "dropout.bias" => vec![0.0; GENES],
            "log_dispersion" => golden.single("log-dispersion"),
            "region" => golden.single("region"),
            "depth" => vec![1.0, 0.0],
            _ => continue,
        };
        assert_eq!(values.len(), column.len(), "{name}");
        *values = column;
    }
    load_parameters(vae, &parameters).expect("parameters of the model")
}

#[test]
fn a_model_gives_the_log_likelihoods_of_others() {
    let golden = Golden::read();
    let covariates = (0..ROWS * ROWS).map(|i| if i / ROWS == i % ROWS { 1.0 } else { 0.0 }).collect();
    let batch = CellBatch {
        counts: vec![golden.counts()],
        has: vec![vec![true; ROWS]],
        log_totals: vec![vec![0.0; ROWS]],
        batches: vec![0; ROWS],
        covariates,
        covariate_width: ROWS,
    };
    let z = Tensor::<3>::ones([1, ROWS, 1], &Device::flex());
    for (_, law, columns) in laws() {
        let vae = model(&golden, law);
        let value = numbers(vae.log_likelihood(0, z.clone(), golden.tensor("log-library", [ROWS]), &batch));
        for name in columns {
            let off = off(&value, &golden.column(name));
            assert!(off < 1e-6, "{law:?}, {name}: off by {off:e}");
        }
    }
    let vae = model(&golden, CountModel::Accessibility);
    let value = numbers(vae.log_likelihood(0, z, golden.tensor("depth", [ROWS]), &batch));
    assert!(off(&value, &golden.column("bernoulli")) < 1e-6);
}
