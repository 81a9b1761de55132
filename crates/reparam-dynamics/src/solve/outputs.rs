//! States and sensitivities at the times that were asked for.

/// Rows of states, and of sensitivities, at ascending times.
pub(crate) struct Outputs<'t> {
    pub(crate) times: &'t [f64],
    pub(crate) next: usize,
    /// One row a time.
    pub(crate) states: Vec<f64>,
    /// One row a time: sensitivities of all states by the first active number, then by the next.
    pub(crate) sensitivities: Vec<f64>,
}

impl<'t> Outputs<'t> {
    pub(crate) const fn new(times: &'t [f64]) -> Self {
        Self { times, next: 0, states: Vec::new(), sensitivities: Vec::new() }
    }

    /// The next time that has no row yet.
    pub(crate) fn next_time(&self) -> Option<f64> {
        self.times.get(self.next).copied()
    }

    pub(crate) fn push(&mut self, y: &[f64], s: &[f64]) {
        self.states.extend(y);
        self.sensitivities.extend(s);
        self.next += 1;
    }
}
