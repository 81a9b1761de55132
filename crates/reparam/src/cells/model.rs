//! The model: for each modality an encoder of sparse counts and a decoder with the parameters of its law.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, activation};
use reparam_core::noise::{Key, Noise};

use super::baseline::input;
use super::posterior::Opinions;
use super::{Baseline, CellBatch, CellConfig, CellPosterior, CountModel, Dispersion, Experts, Library};
use crate::fused::{self, CountLaw, CountRows};
use crate::nn::{Activation, Linear};

/// Layers whose first one reads sparse counts: logarithms of 1 + count, or of accessibility 0 and 1.
#[derive(Module, Debug)]
pub(super) struct CountEncoder {
    first: Linear,
    pub(super) rest: Vec<Linear>,
}

impl CountEncoder {
    fn new(inputs: &[[f64; 2]], config: &CellConfig, outputs: usize, key: Key, device: &Device) -> Self {
        let widths: Vec<usize> = vec![config.hidden; config.layers.max(1)];
        let first = first_layer(inputs, config.covariates, widths[0], key.site("first"), device);
        let mut rest: Vec<Linear> = Vec::new();
        for (i, pair) in widths.windows(2).enumerate() {
            rest.push(Linear::new(pair[0], pair[1], Activation::Relu, key.site("hidden").number(i as u64), device));
        }
        let last = widths[widths.len() - 1];
        rest.push(Linear::new(last, outputs, Activation::Identity, key.site("last"), device));
        Self { first, rest }
    }

    fn forward(&self, rows: &CountRows, covariates: Option<Tensor<2>>) -> Tensor<2> {
        let (weight, bias) = (self.first.weight.val(), self.first.bias.val());
        let hidden = fused::sparse_linear(rows, covariates, weight, bias, Activation::Relu);
        self.rest.iter().fold(hidden, |x, layer| layer.forward(x))
    }
}

/// A layer that at its start sees every feature centred and scaled by its standard deviation, though its inputs are sparse and stay so: weights are divided by
/// the deviations, and the bias takes the means away.
fn first_layer(inputs: &[[f64; 2]], covariates: usize, outputs: usize, key: Key, device: &Device) -> Linear {
    let typical = (inputs.iter().map(|[_, sd]| sd * sd).sum::<f64>() / inputs.len().max(1) as f64).sqrt();
    // What hardly varies is not blown up.
    let divisor = |sd: f64| if typical > 0.0 { sd.max(0.5 * typical) } else { 1.0 };
    let spread: f64 = inputs.iter().map(|[_, sd]| (sd / divisor(*sd)).powi(2)).sum();
    let bound = (3.0 / spread.max(1.0)).sqrt() as f32;
    let features = inputs.len();
    let mut weights = vec![0.0_f32; (features + covariates) * outputs];
    key.site("weight").step(0).fill(Noise::Uniform, 0, &mut weights);
    let mut bias = vec![0.0_f64; outputs];
    for (g, row) in weights.chunks_exact_mut(outputs).enumerate() {
        let (mean, scale) = inputs
            .get(g)
            .map_or((0.0, (covariates as f32).sqrt().recip()), |[mean, sd]| (*mean, bound / divisor(*sd) as f32));
        for (w, b) in row.iter_mut().zip(&mut bias) {
            *w = scale * (2.0 * *w - 1.0);
            *b -= mean * f64::from(*w);
        }
    }
    Linear::from_values(weights, bias.into_iter().map(|b| b as f32).collect(), Activation::Relu, device)
}

/// What a decoder says of a modality.
#[derive(Module, Debug)]
pub(super) struct CountDecoder {
    pub(super) hidden: Vec<Linear>,
    pub(super) output: Linear,
    pub(super) dropout: Option<Linear>,
    pub(super) cell_dispersion: Option<Linear>,
    /// Logarithms of inverse dispersions, `[1 or batches, G]`.
    log_dispersion: Option<Param<Tensor<2>>>,
    /// Raw logarithm of the scale of a log-normal law, `[1]`.
    log_scale: Option<Param<Tensor<1>>>,
    /// Logits of the regions' factors, `[G]`.
    region: Option<Param<Tensor<1>>>,
    /// Slope and offset of the depth's logit in the logarithm of a cell's total, `[2]`.
    depth: Option<Param<Tensor<1>>>,
}

/// One modality's networks.
#[derive(Module, Debug)]
pub(super) struct Networks {
    pub(super) encoder: CountEncoder,
    pub(super) decoder: CountDecoder,
    library: Option<CountEncoder>,
}

/// A variational autoencoder of cells.
///
/// # Shapes
/// Draws are `[S, N, W]`, `W` being [`CellConfig::value_width`]; log-likelihoods `[S N]`, the draws axis first.
#[derive(Module, Debug)]
pub struct CellVae {
    pub(super) networks: Vec<Networks>,
    weights: Option<Param<Tensor<1>>>,
    #[module(skip)]
    pub(super) config: CellConfig,
    /// Mean and standard deviation of the log totals in each batch, for each modality.
    #[module(skip)]
    library_prior: Vec<Vec<[f64; 2]>>,
    /// The total to which encoders scale a cell, of each modality.
    #[module(skip)]
    typical_total: Vec<f64>,
    /// What their inputs are multiplied by then.
    #[module(skip)]
    input_scale: Vec<f64>,
}

impl CellVae {
    /// A model with fresh weights whose decoders start at what all cells have in common.
    #[must_use]
    pub fn new(config: CellConfig, baseline: &Baseline, seed: u64, device: &Device) -> Self {
        let key = Key::new(seed).site("weights");
        let networks = config
            .modalities
            .iter()
            .enumerate()
            .map(|(m, modality)| Networks::new(m, modality, &config, baseline, key.number(m as u64), device))
            .collect();
        let count = config.modalities.len();
        let weights = (config.experts == Experts::Average && count > 1)
            .then(|| Param::from_data(TensorData::zeros::<f32, _>([count]), device));
        Self {
            networks,
            weights,
            config,
            library_prior: baseline.log_totals.clone(),
            typical_total: baseline.typical_total.clone(),
            input_scale: baseline.input_scale.clone(),
        }
    }

    /// What the encoder of a modality sees of counts.
    fn input(&self, m: usize, counts: &CountRows) -> CountRows {
        let scale = self.input_scale.get(m).copied().unwrap_or(1.0);
        input(counts, self.config.modalities[m].model, self.typical_total[m], scale)
    }

    /// What the model is made of.
    #[must_use]
    pub const fn config(&self) -> &CellConfig {
        &self.config
    }

    /// The posterior of each cell of a batch, from what it has. `pick` chooses the expert of a cell in a mixture: a number below the count of
    /// what it has, for each cell.
    #[must_use]
    pub fn encode(&self, batch: &CellBatch, pick: Option<&[u64]>, device: &Device) -> CellPosterior {
        self.opinions(batch, device).combine(&self.config, self.picked(batch, pick, device))
    }

    /// The posteriors of a mixture, each with the cells that have it; of other experts the one posterior.
    pub(super) fn components(&self, batch: &CellBatch, device: &Device) -> Vec<(CellPosterior, Vec<bool>)> {
        if self.config.experts != Experts::Mixture || self.networks.len() == 1 {
            return vec![(self.encode(batch, None, device), vec![true; batch.len()])];
        }
        (0..self.networks.len())
            .map(|m| {
                let alone: Vec<bool> = (0..self.networks.len()).map(|k| k == m).collect();
                (self.encode(&batch.seen_by(&alone), None, device), batch.has[m].clone())
            })
            .collect()
    }

    fn opinions(&self, batch: &CellBatch, device: &Device) -> Opinions {
        let covariates = batch.covariate_tensor(device);
        let n = batch.len();
        let mut opinions = Opinions { outputs: Vec::new(), masks: Vec::new(), weights: None };
        for (m, networks) in self.networks.iter().enumerate() {
            let rows = self.input(m, &batch.counts[m]);
            opinions.outputs.push(networks.encoder.forward(&rows, covariates.clone()));
            let mask = batch.mask(m, device).unwrap_or_else(|| Tensor::ones([n], device));
            opinions.masks.push(mask.reshape([n, 1]));
        }
        opinions.weights = self.weights.as_ref().map(Param::val);
        opinions
    }

    /// Which expert speaks for which cell.
    fn picked(&self, batch: &CellBatch, pick: Option<&[u64]>, device: &Device) -> Option<Vec<Tensor<2>>> {
        let pick = pick?;
        let mut columns = vec![vec![0.0_f32; batch.len()]; self.networks.len()];
        for (cell, number) in pick.iter().enumerate() {
            let there: Vec<usize> = (0..columns.len()).filter(|&m| batch.has[m][cell]).collect();
            if !there.is_empty() {
                columns[there[(number % there.len() as u64) as usize]][cell] = 1.0;
            }
        }
        let tensor = |column: Vec<f32>| Tensor::from_data(TensorData::new(column, [batch.len(), 1]), device);
        Some(columns.into_iter().map(tensor).collect())
    }

    /// The learned logarithms of the library sizes of a modality: locations and log-scales, `[N]`; `None` where they are counted.
    pub(super) fn library(&self, m: usize, batch: &CellBatch, device: &Device) -> Option<LibraryPosterior> {
        let encoder = self.networks[m].library.as_ref()?;
        let n = batch.len();
        let rows = self.input(m, &batch.counts[m]);
        let output = encoder.forward(&rows, batch.covariate_tensor(device));
        // Around the counted total, which is near: the network says by how much it is off.
        let counted = vector(&batch.log_totals[m], device);
        let loc = output.clone().slice([0..n, 0..1]).reshape([n]) + counted;
        let raw = output.slice([0..n, 1..2]).reshape([n]);
        let priors = &self.library_prior[m];
        let of = |k: usize| -> Vec<f32> {
            batch.batches.iter().map(|&b| priors[(b as usize).min(priors.len() - 1)][k] as f32).collect()
        };
        Some(LibraryPosterior {
            loc,
            log_scale: crate::objective::diagonal_normal::floored(raw - 2.0),
            prior_loc: vector(&of(0), device),
            prior_scale: vector(&of(1), device),
        })
    }

    /// Log-likelihood of each cell's counts of a modality given draws `[S, N, W]` and the logarithms of its library size `[S N]`: `[S N]`, 0 for a cell that
    /// lacks the modality.
    #[must_use]
    pub fn log_likelihood(&self, m: usize, z: Tensor<3>, log_library: Tensor<1>, batch: &CellBatch) -> Tensor<1> {
        let [s, n, width] = z.dims();
        let device = z.device();
        let decoder = &self.networks[m].decoder;
        let hidden = decoder.hidden(Self::decoder_input(z.reshape([s * n, width]), batch, s));
        let logits = decoder.output.forward(hidden.clone());
        let counts = &batch.counts[m];
        let model = self.config.modalities[m].model;
        let value = match model {
            CountModel::Accessibility => {
                let (Some(region), Some(depth)) = (&decoder.region, &decoder.depth) else {
                    unreachable!("accessibility has regions and a depth")
                };
                let logit = depth_logit(log_library, &depth.val());
                fused::accessibility_log_likelihood(logits, logit, region.val(), counts)
            }
            CountModel::LogNormal => {
                let seen = input(counts, model, self.typical_total[m], 1.0);
                log_normal(logits, &seen, decoder.log_scale())
            }
            _ => {
                let (dispersion, rows) = decoder.dispersion(model, &hidden, batch, s);
                let dropout = decoder.dropout.as_ref().map(|layer| layer.forward(hidden));
                fused::count_log_likelihood(law(model), logits, log_library, dispersion, &rows, dropout, counts)
            }
        };
        match batch.mask(m, &device) {
            None => value,
            Some(mask) => value * mask.repeat_dim(0, s),
        }
    }

    /// What decoders take: latents, then the covariates of the cell.
    fn decoder_input(z: Tensor<2>, batch: &CellBatch, draws: usize) -> Tensor<2> {
        match batch.covariate_tensor(&z.device()) {
            None => z,
            Some(covariates) => Tensor::cat(vec![z, covariates.repeat_dim(0, draws)], 1),
        }
    }

    /// The shares of all features in a cell's counts, or the probabilities of accessible regions at the depth of the logarithms `log_library` of a cell's
    /// total, for latents `[R, W]` and covariates `[R, C]`: `[R, G]`.
    #[must_use]
    pub fn decode(&self, m: usize, z: Tensor<2>, covariates: Option<Tensor<2>>, log_library: Tensor<1>) -> Tensor<2> {
        let decoder = &self.networks[m].decoder;
        let rows = z.dims()[0];
        let input = match covariates {
            None => z,
            Some(covariates) => Tensor::cat(vec![z, covariates], 1),
        };
        let logits = decoder.output.forward(decoder.hidden(input));
        if self.config.modalities[m].model == CountModel::LogNormal {
            // The mean of a count on this scale, as a share of the typical total.
            let variance = (decoder.log_scale() * 2.0).exp();
            let mean = (logits + variance.unsqueeze::<2>() * 0.5).exp() - 1.0;
            return mean.clamp_min(0.0) * (1.0 / self.typical_total[m].max(1e-30));
        }
        match (&decoder.region, &decoder.depth) {
            (Some(region), Some(depth)) => {
                let logit = depth_logit(log_library, &depth.val());
                activation::sigmoid(logits)
                    * activation::sigmoid(logit).reshape([rows, 1])
                    * activation::sigmoid(region.val()).unsqueeze::<2>()
            }
            _ => activation::softmax(logits, 1),
        }
    }

    /// The scale of a modality with a log-normal law, of the logarithms; `None` of other laws.
    #[must_use]
    pub fn log_normal_scale(&self, m: usize) -> Option<f64> {
        let decoder = &self.networks[m].decoder;
        decoder.log_scale.as_ref().map(|_| decoder.log_scale().exp().into_data().iter::<f64>().sum())
    }

    /// Inverse dispersions `[R, G]` and the logits of extra zeros of a modality, where it has them, as [`decode`](Self::decode); `batches` has the batch of
    /// each row.
    #[must_use]
    pub fn noise_parameters(
        &self,
        m: usize,
        z: Tensor<2>,
        covariates: Option<Tensor<2>>,
        batches: &[u32],
    ) -> (Option<Tensor<2>>, Option<Tensor<2>>) {
        let decoder = &self.networks[m].decoder;
        let (rows, features) = (z.dims()[0], self.config.modalities[m].features);
        let input = match covariates {
            None => z,
            Some(covariates) => Tensor::cat(vec![z, covariates], 1),
        };
        let hidden = decoder.hidden(input);
        let dropout = decoder.dropout.as_ref().map(|layer| layer.forward(hidden.clone()));
        let dispersion = match (&decoder.cell_dispersion, &decoder.log_dispersion) {
            (Some(layer), _) => Some(layer.forward(hidden).exp()),
            (None, Some(table)) => {
                let table = table.val().exp();
                let last = table.dims()[0] - 1;
                let parts = batches.iter().map(|&b| {
                    let b = (b as usize).min(last);
                    table.clone().slice([b..b + 1, 0..features])
                });
                Some(if last == 0 { table.clone().expand([rows, features]) } else { Tensor::cat(parts.collect(), 0) })
            }
            (None, None) => None,
        };
        (dispersion, dropout)
    }
}

/// A log-normal posterior of library sizes and its prior, `[N]` each.
pub(super) struct LibraryPosterior {
    pub loc: Tensor<1>,
    pub log_scale: Tensor<1>,
    pub prior_loc: Tensor<1>,
    pub prior_scale: Tensor<1>,
}

impl LibraryPosterior {
    /// KL of the logarithms' normals, `[N]`.
    pub fn kl(&self) -> Tensor<1> {
        let ratio = (self.log_scale.clone() - self.prior_scale.clone().log()) * 2.0;
        let shift = (self.loc.clone() - self.prior_loc.clone()) / self.prior_scale.clone();
        (ratio.clone().exp() + shift.square() - 1.0 - ratio) * 0.5
    }

    /// `log p - log q` at draws `[S, N]`: `[S N]`.
    pub fn log_prior_minus_log_posterior(&self, draw: Tensor<2>) -> Tensor<1> {
        let [s, n] = draw.dims();
        let deviation = (draw.clone() - self.loc.clone().unsqueeze()) / self.log_scale.clone().exp().unsqueeze();
        let shift = (draw - self.prior_loc.clone().unsqueeze()) / self.prior_scale.clone().unsqueeze();
        let scales = self.log_scale.clone() - self.prior_scale.clone().log();
        ((deviation.square() - shift.square()) * 0.5 + scales.unsqueeze()).reshape([s * n])
    }

    /// Draws for standard normal noise `[S, N]`.
    pub fn rsample(&self, noise: Tensor<2>) -> Tensor<2> {
        self.loc.clone().unsqueeze::<2>() + self.log_scale.clone().exp().unsqueeze::<2>() * noise
    }
}

impl Networks {
    fn new(
        m: usize,
        modality: &super::ModalityConfig,
        config: &CellConfig,
        baseline: &Baseline,
        key: Key,
        device: &Device,
    ) -> Self {
        let features = modality.features;
        let inputs = baseline.inputs.get(m).map_or(&[][..], Vec::as_slice);
        let encoder = CountEncoder::new(inputs, config, config.code_width(), key.site("encoder"), device);
        let learned = modality.library == Library::Learned && modality.model != CountModel::Accessibility;
        let library = learned.then(|| CountEncoder::new(inputs, config, 2, key.site("library"), device));
        let shares = baseline.shares.get(m).map_or(&[][..], Vec::as_slice);
        let scale = baseline.input_scale.get(m).copied().unwrap_or(1.0);
        let log_totals = baseline.log_totals.get(m).map_or(&[][..], Vec::as_slice);
        let depth = log_totals.iter().map(|moments| moments[0]).sum::<f64>() / log_totals.len().max(1) as f64;
        let decoder = CountDecoder::new(
            features,
            modality.model,
            config,
            (shares, depth, inputs, scale),
            key.site("decoder"),
            device,
        );
        Self { encoder, decoder, library }
    }
}

impl CountDecoder {
    fn new(
        features: usize,
        model: CountModel,
        config: &CellConfig,
        (shares, log_depth, inputs, scale): (&[f64], f64, &[[f64; 2]], f64),
        key: Key,
        device: &Device,
    ) -> Self {
        let mut hidden = Vec::new();
        let mut width = config.value_width() + config.covariates;
        for i in 0..config.decoder_layers {
            let key = key.site("hidden").number(i as u64);
            hidden.push(Linear::new(width, config.hidden, Activation::Relu, key, device));
            width = config.hidden;
        }
        let head = |site: &str| Linear::new(width, features, Activation::Identity, key.site(site), device);
        let accessible = model == CountModel::Accessibility;
        let bias: Vec<f32> = match model {
            CountModel::Accessibility => Vec::new(),
            CountModel::LogNormal => inputs.iter().map(|[mean, _]| (mean / scale) as f32).collect(),
            _ => shares.iter().map(|share| share.max(1e-9).ln() as f32).collect(),
        };
        let rows = match model.dispersion() {
            Some(Dispersion::Gene) => Some(1),
            Some(Dispersion::GeneBatch) => Some(config.batches.max(1)),
            _ => None,
        };
        // Every region at its own share for a decoder that says 1/2 and a cell of mean depth, whose factor is 1/2 too.
        let region = |share: f64| {
            let factor = (4.0 * share).clamp(1e-6, 0.98);
            (factor / (1.0 - factor)).ln() as f32
        };
        let vector = |values: Vec<f32>| {
            let n = values.len();
            Param::from_data(TensorData::new(values, [n]), device)
        };
        Self {
            hidden,
            output: head("output").with_bias(&bias),
            dropout: matches!(model, CountModel::ZeroInflatedNegativeBinomial { .. }).then(|| head("dropout")),
            cell_dispersion: (model.dispersion() == Some(Dispersion::GeneCell)).then(|| head("dispersion")),
            log_dispersion: rows.map(|rows| Param::from_data(TensorData::zeros::<f32, _>([rows, features]), device)),
            log_scale: (model == CountModel::LogNormal).then(|| vector(vec![0.0])),
            region: accessible.then(|| vector(shares.iter().map(|s| region(*s)).collect())),
            depth: accessible.then(|| vector(vec![1.0, -log_depth as f32])),
        }
    }

    fn hidden(&self, input: Tensor<2>) -> Tensor<2> {
        self.hidden.iter().fold(input, |x, layer| layer.forward(x))
    }

    /// Logarithm of the scale of a log-normal law, above a smooth floor.
    fn log_scale(&self) -> Tensor<1> {
        let Some(raw) = &self.log_scale else { unreachable!("a log-normal law has a scale") };
        crate::objective::diagonal_normal::floored(raw.val())
    }

    /// Logarithms of the inverse dispersions, and the row of them that each row of draws takes.
    fn dispersion(
        &self,
        model: CountModel,
        hidden: &Tensor<2>,
        batch: &CellBatch,
        draws: usize,
    ) -> (Option<Tensor<2>>, std::sync::Arc<[u32]>) {
        let rows = hidden.dims()[0] as u32;
        match (model.dispersion(), &self.cell_dispersion) {
            (Some(Dispersion::GeneCell), Some(layer)) => (Some(layer.forward(hidden.clone())), (0..rows).collect()),
            (Some(Dispersion::GeneBatch), _) => (self.log_dispersion.as_ref().map(Param::val), batch.batch_rows(draws)),
            _ => (self.log_dispersion.as_ref().map(Param::val), std::sync::Arc::from([])),
        }
    }
}

const fn law(model: CountModel) -> CountLaw {
    match model {
        CountModel::Poisson | CountModel::Accessibility | CountModel::LogNormal => CountLaw::Poisson,
        CountModel::NegativeBinomial { .. } => CountLaw::NegativeBinomial,
        CountModel::ZeroInflatedNegativeBinomial { .. } => CountLaw::ZeroInflatedNegativeBinomial,
    }
}

/// Log-density of each row of what an encoder sees, `[S N]`, with means `[S N, G]` and one scale.
fn log_normal(mean: Tensor<2>, seen: &CountRows, log_scale: Tensor<1>) -> Tensor<1> {
    let [rows, width] = mean.dims();
    let n = seen.len();
    let x = Tensor::<2>::from_data(TensorData::new(seen.dense(), [n, width]), &mean.device());
    let difference = mean.reshape([rows / n.max(1), n, width]) - x.unsqueeze::<3>();
    let squares = difference.square().sum_dim(2).reshape([rows]);
    let constant = width as f64 * crate::dist::explicit::normal::HALF_LOG_TAU;
    squares * (log_scale.clone() * -2.0).exp() * -0.5 - log_scale * width as f64 - constant
}

/// The logit of a cell's depth factor from the logarithm of its total.
fn depth_logit(log_total: Tensor<1>, parameters: &Tensor<1>) -> Tensor<1> {
    let [slope, offset] = [0, 1].map(|k| parameters.clone().narrow(0, k, 1));
    log_total * slope + offset
}

pub(super) fn vector(values: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}
