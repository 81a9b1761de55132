//! Simulation-based calibration.
