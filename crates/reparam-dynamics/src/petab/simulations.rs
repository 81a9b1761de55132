//! The table of simulations.

use std::fmt::Write as _;

/// See [`super::Petab::simulation_table`]. Tables of different columns stand below each other, with the columns of all.
pub fn table(tables: &[(Vec<String>, Vec<Vec<String>>)], simulations: &[f64]) -> String {
    let mut header: Vec<&str> = Vec::new();
    for name in tables.iter().flat_map(|(header, _)| header) {
        if !header.contains(&name.as_str()) {
            header.push(name);
        }
    }
    let named = |name: &&str| if **name == *"measurement" { "simulation".to_owned() } else { (*name).to_owned() };
    let mut out = header.iter().map(named).collect::<Vec<_>>().join("\t") + "\n";
    let mut next = simulations.iter();
    for (own, rows) in tables {
        for row in rows {
            let simulation = next.next().copied().unwrap_or(f64::NAN);
            let cells = header.iter().map(|name| {
                if *name == "measurement" {
                    return simulation.to_string();
                }
                own.iter().position(|o| o == name).and_then(|at| row.get(at)).cloned().unwrap_or_default()
            });
            let _ = writeln!(out, "{}", cells.collect::<Vec<_>>().join("\t"));
        }
    }
    out
}
