//! `--device`: where tensors live.

use burn::tensor::Device;

use super::VaeError;

/// The device of that name.
///
/// # Errors
/// A name that is none, or a device that this build does not have.
pub fn device(name: &str) -> Result<Device, VaeError> {
    let (kind, index) = match name.split_once(':') {
        None => (name, Some(0)),
        Some((kind, index)) => (kind, index.parse::<usize>().ok()),
    };
    match (kind, index) {
        ("cpu", Some(_)) if name == "cpu" => Ok(Device::flex()),
        ("cuda", Some(index)) => cuda(name, index),
        ("wgpu", Some(_)) if name == "wgpu" => wgpu(name),
        _ => Err(VaeError::option("device", "cpu, cuda, cuda:N or wgpu", format!("'{name}'"))),
    }
}

#[cfg(feature = "cuda")]
#[allow(clippy::unnecessary_wraps)]
fn cuda(_name: &str, index: usize) -> Result<Device, VaeError> {
    Ok(Device::cuda(index))
}

#[cfg(not(feature = "cuda"))]
fn cuda(name: &str, _index: usize) -> Result<Device, VaeError> {
    Err(VaeError::NoDevice { name: name.into(), feature: "cuda" })
}

#[cfg(feature = "wgpu")]
#[allow(clippy::unnecessary_wraps)]
fn wgpu(_name: &str) -> Result<Device, VaeError> {
    Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice))
}

#[cfg(not(feature = "wgpu"))]
fn wgpu(name: &str) -> Result<Device, VaeError> {
    Err(VaeError::NoDevice { name: name.into(), feature: "wgpu" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_device_are_refused() {
        assert!(device("cpu").is_ok());
        for name in ["", "gpu", "cpu:0", "cuda:", "cuda:-1", "cuda:x", "wgpu:1"] {
            let error = device(name).unwrap_err().to_string();
            assert!(error.starts_with("device must be cpu"), "{error}");
        }
    }
}
