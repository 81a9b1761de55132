//! Adaptive quadrature of several functions at once, whose values come in batches.

/// Nodes of the Gauss-Kronrod pair of 7 and 15 points on [0, 1], the middle last; weights of 15, and of 7 at every other node
/// (Piessens et al. 1983, QUADPACK).
const NODES: [f64; 8] = [
    0.991455371120812639206854697526329,
    0.949107912342758524526189684047851,
    0.864864423359769072789712788640926,
    0.741531185599394439863864773280788,
    0.586087235467691130294144691838259,
    0.405845151377397166906606412076961,
    0.207784955007898467600689403773245,
    0.0,
];
const WEIGHTS: [f64; 8] = [
    0.022935322010529224963732008058970,
    0.063092092629978553290700663189204,
    0.104790010322250183839876322541518,
    0.140653259715525918745189590510238,
    0.169004726639267902826583426598550,
    0.190350578064785409913256402421014,
    0.204432940075298892414161999234649,
    0.209482141084727828012999174891714,
];
const GAUSS: [f64; 4] = [
    0.129484966168869693270611432679082,
    0.279705391489276667901467771423780,
    0.381830050505118944950369775488975,
    0.417959183673469387755102040816327,
];
/// Panels from which on none is halved: a function that swings without end keeps its error, which is reported.
const MOST_PANELS: usize = 20_000;
/// Points of a panel.
const POINTS: usize = 15;

/// An integral of several functions.
#[derive(Clone, Debug)]
pub(super) struct Integral {
    pub values: Vec<f64>,
    pub errors: Vec<f64>,
    /// The largest that the integral of the magnitudes over one panel was.
    pub sizes: Vec<f64>,
}

struct Panel {
    middle: f64,
    half: f64,
    values: Vec<f64>,
    errors: Vec<f64>,
}

/// Integrates `width` functions over the panels between `ends`; `f` gets places and writes a row of `width` numbers for each.
///
/// Panels whose error is above their share of `relative` times the integral of the magnitudes are halved, all in one batch a round, for at
/// most `rounds`.
pub(super) fn integrate(
    ends: &[f64],
    width: usize,
    relative: f64,
    rounds: usize,
    mut f: impl FnMut(&[f64], &mut [f64]),
) -> Integral {
    let mut todo: Vec<[f64; 2]> = ends.windows(2).map(|w| [f64::midpoint(w[0], w[1]), (w[1] - w[0]) / 2.0]).collect();
    let mut done: Vec<Panel> = Vec::new();
    let mut sizes = vec![0.0; width];
    for round in 0..rounds.max(1) {
        let mut fresh = evaluate(&todo, width, &mut sizes, &mut f);
        todo.clear();
        done.append(&mut fresh);
        if round + 1 == rounds.max(1) || done.len() > MOST_PANELS {
            break;
        }
        // A share of the whole error for each panel, in proportion to nothing: few panels carry all of it.
        let worst = |p: &Panel| p.errors.iter().zip(&sizes).any(|(e, s)| *e > relative * s / 16.0);
        let mut kept = Vec::with_capacity(done.len());
        for panel in done {
            // A panel that is no wider than a few units of the last place cannot be halved.
            if worst(&panel) && panel.half > 1e-13 * panel.middle.abs().max(1e-3) {
                let half = panel.half / 2.0;
                todo.extend([[panel.middle - half, half], [panel.middle + half, half]]);
            } else {
                kept.push(panel);
            }
        }
        done = kept;
        if todo.is_empty() {
            break;
        }
    }
    let sum = |pick: fn(&Panel) -> &[f64]| {
        let mut total = vec![0.0; width];
        for panel in &done {
            total.iter_mut().zip(pick(panel)).for_each(|(t, v)| *t += v);
        }
        total
    };
    let errors = sum(|p| &p.errors);
    let errors = errors.iter().zip(&sizes).map(|(e, s)| e + 4.0 * f64::EPSILON * s).collect();
    Integral { values: sum(|p| &p.values), errors, sizes }
}

fn evaluate(
    panels: &[[f64; 2]],
    width: usize,
    sizes: &mut [f64],
    f: &mut impl FnMut(&[f64], &mut [f64]),
) -> Vec<Panel> {
    let mut places = Vec::with_capacity(panels.len() * POINTS);
    for [middle, half] in panels {
        for (i, node) in NODES.iter().enumerate() {
            places.push(middle - half * node);
            if i < 7 {
                places.push(middle + half * node);
            }
        }
    }
    let mut rows = vec![0.0; places.len() * width];
    f(&places, &mut rows);
    let block = (POINTS * width).max(1);
    panels
        .iter()
        .zip(rows.chunks_exact(block))
        .map(|([middle, half], rows)| {
            let mut panel = Panel { middle: *middle, half: *half, values: vec![0.0; width], errors: vec![0.0; width] };
            for k in 0..width {
                let (mut fine, mut coarse, mut size) = (0.0, 0.0, 0.0);
                for i in 0..8 {
                    let left = rows[2 * i * width + k];
                    let both = if i < 7 { left + rows[(2 * i + 1) * width + k] } else { left };
                    fine += WEIGHTS[i] * both;
                    size += WEIGHTS[i] * (left.abs() + if i < 7 { rows[(2 * i + 1) * width + k].abs() } else { 0.0 });
                    if i % 2 == 1 {
                        coarse += GAUSS[i / 2] * both;
                    }
                }
                panel.values[k] = fine * half;
                panel.errors[k] = ((fine - coarse) * half).abs();
                sizes[k] = f64::max(sizes[k], size * half);
            }
            panel
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_functions_and_jumps_are_integrated() {
        let found = integrate(&[0.0, 1.0, 2.0], 3, 1e-13, 60, |x, out| {
            for (x, row) in x.iter().zip(out.chunks_exact_mut(3)) {
                row.copy_from_slice(&[x.exp(), f64::from(*x > 1.0 / 3.0), x.powi(13)]);
            }
        });
        let exact = [2_f64.exp() - 1.0, 5.0 / 3.0, 2_f64.powi(14) / 14.0];
        for ((value, error), exact) in found.values.iter().zip(&found.errors).zip(exact) {
            // Fifteen points are exact for powers to 22; the jump lies in a panel of width 2^-60.
            assert!((value - exact).abs() <= 1e-12 * exact, "{exact}: {found:?}");
            assert!(*error < 1e-10 * exact);
        }
    }
}
