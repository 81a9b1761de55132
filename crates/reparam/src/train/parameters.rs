//! The parameters of a module by name, as plain numbers: for checkpoints and finished models.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

/// Shape and row-major values of each parameter, by its path in the module (`encoder.layers.0.weight`).
pub type NamedParameters = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// A stored set of parameters that does not fit a module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The module has a parameter that the store lacks.
    #[error("parameter {0} is missing")]
    Missing(String),
    /// The store has a parameter that the module lacks.
    #[error("parameter {0} is not one of this model")]
    Unknown(String),
    /// The shapes differ.
    #[error("parameter {name} must have shape {expected:?}, got {found:?}")]
    Shape {
        /// Path of the parameter.
        name: String,
        /// Shape in the module.
        expected: Vec<usize>,
        /// Shape in the store.
        found: Vec<usize>,
    },
}

/// The values of a tensor, row-major, whatever its float type.
pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// All float parameters of a module.
#[must_use]
pub fn read_parameters<M: Module>(model: &M) -> NamedParameters {
    let mut reader = Reader { path: Vec::new(), found: NamedParameters::new() };
    model.visit(&mut reader);
    reader.found
}

/// Number of trainable numbers in a module.
#[must_use]
pub fn parameter_count<M: Module>(model: &M) -> usize {
    read_parameters(model).values().map(|(_, values)| values.len()).sum()
}

/// The module with these values in place of its own.
///
/// # Errors
/// A name that is missing or too many, a shape that differs.
pub fn load_parameters<M: Module>(model: M, parameters: &NamedParameters) -> Result<M, ParameterError> {
    let mut writer = Writer { path: Vec::new(), parameters, used: 0, error: None };
    let model = model.map(&mut writer);
    if let Some(error) = writer.error {
        return Err(error);
    }
    if writer.used != parameters.len() {
        let own = read_parameters(&model);
        if let Some(extra) = parameters.keys().find(|name| !own.contains_key(*name)) {
            return Err(ParameterError::Unknown(extra.clone()));
        }
    }
    Ok(model)
}

struct Reader {
    path: Vec<String>,
    found: NamedParameters,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val().inner();
        self.found.insert(self.path.join("."), (value.dims().to_vec(), numbers(value)));
    }
}

struct Writer<'a> {
    path: Vec<String>,
    parameters: &'a NamedParameters,
    used: usize,
    error: Option<ParameterError>,
}

impl ModuleMapper for Writer<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        let expected = param.val().dims().to_vec();
        match self.parameters.get(&name) {
            None => {
                self.error.get_or_insert(ParameterError::Missing(name));
                param
            }
            Some((found, _)) if *found != expected => {
                self.error.get_or_insert(ParameterError::Shape { name, expected, found: found.clone() });
                param
            }
            Some((shape, values)) => {
                self.used += 1;
                param.map(|old| {
                    let device = old.device();
                    let new = Tensor::from_data(TensorData::new(values.clone(), shape.clone()), &device);
                    new.set_require_grad(old.is_require_grad())
                })
            }
        }
    }
}
