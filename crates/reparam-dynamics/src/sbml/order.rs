//! Assignments in an order in which each comes after those that it names.

use std::collections::HashMap;

use crate::Expression;

/// The order, or the names that need each other in a circle.
pub fn ordered(assignments: Vec<(String, Expression)>) -> Result<Vec<(String, Expression)>, String> {
    let places: HashMap<&str, usize> =
        assignments.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).collect();
    let needs: Vec<Vec<usize>> = assignments
        .iter()
        .map(|(_, formula)| formula.symbols().into_iter().filter_map(|name| places.get(name).copied()).collect())
        .collect();
    // Kahn's algorithm, the earliest in the file first.
    let mut left: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (user, needed) in needs.iter().enumerate() {
        for place in needed {
            users[*place].push(user);
        }
    }
    let mut ready: std::collections::BTreeSet<usize> = (0..needs.len()).filter(|at| left[*at] == 0).collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(at) = ready.pop_first() {
        order.push(at);
        for user in &users[at] {
            left[*user] -= 1;
            if left[*user] == 0 {
                ready.insert(*user);
            }
        }
    }
    if order.len() < assignments.len() {
        let names: Vec<&str> =
            (0..left.len()).filter(|at| left[*at] > 0).map(|at| assignments[at].0.as_str()).collect();
        return Err(names.join(", "));
    }
    let mut all: Vec<Option<(String, Expression)>> = assignments.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|at| all[at].take()).collect())
}
