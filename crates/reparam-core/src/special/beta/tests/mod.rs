//! The tests that compare with tables and with other methods.

mod golden;
mod sweep;

/// The worst relative errors, by region.
#[derive(Default)]
struct Worst(Vec<(String, f64, String)>);

impl Worst {
    fn see(&mut self, region: &str, value: f64, truth: f64, at: &str) {
        self.see_error(region, ((value - truth) / truth).abs(), at);
    }

    fn see_error(&mut self, region: &str, error: f64, at: &str) {
        // NaN is the worst of all.
        let error = if error.is_nan() { f64::INFINITY } else { error };
        match self.0.iter_mut().find(|w| w.0 == region) {
            Some(w) if w.1 < error => (w.1, w.2) = (error, at.to_owned()),
            Some(_) => (),
            None => self.0.push((region.to_owned(), error, at.to_owned())),
        }
    }

    /// Prints all regions, and fails where one is above its bound.
    fn report(mut self, title: &str, bound: impl Fn(&str) -> f64) {
        self.0.sort_by(|p, q| p.0.cmp(&q.0));
        for (region, error, at) in &self.0 {
            println!("{title}, {region}: {error:.1e} (at {at})");
        }
        for (region, error, at) in &self.0 {
            assert!(*error <= bound(region), "{title}, {region}: {error:e} at {at}");
        }
    }
}

/// The method, by the shape at the near end, and whether the shapes are in the range of the tighter promise.
fn region(a: f64, b: f64, near: f64) -> String {
    let range = if a.min(b) < 1e-3 || a.max(b) > 1e4 { "shapes 1e-8 to 1e8" } else { "shapes 1e-3 to 1e4" };
    let method = if near < 1.0 {
        "by parts"
    } else if a.max(b) > 100.0 {
        "plain, above 100"
    } else {
        "plain, up to 100"
    };
    format!("{range}, {method}")
}
