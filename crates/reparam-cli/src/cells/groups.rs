//! Two groups of cells, by what is written beside them.

use reparam_cells::Column;
use reparam_core::noise::Key;

use super::CellsError;
use super::asked::Asked;
use super::embed::place;

/// Fewest cells of a group: below, its mean says nothing of its spread.
const LEAST: usize = 3;
/// What the phases that the model finds are called.
const PHASE: &str = "reparam_phase";

/// Cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What was asked for.
    pub name: String,
    /// Their numbers.
    pub cells: Vec<usize>,
    /// How many there were before some were drawn.
    pub of: usize,
}

impl Group {
    /// The group, or so many cells of it at random.
    pub fn at_most(mut self, most: usize, key: Key) -> Self {
        if self.cells.len() > most {
            let order = key.site("cells").step(0).permutation(self.cells.len());
            let mut kept: Vec<usize> = order[..most].iter().map(|&i| self.cells[i]).collect();
            kept.sort_unstable();
            self.cells = kept;
        }
        self
    }
}

/// The groups that one or two texts `COLUMN=VALUE` name; of one, the second is all other cells.
pub fn groups(asked: &Asked, texts: &[String]) -> Result<[Group; 2], CellsError> {
    let mut phases = None;
    let mut found = Vec::new();
    for text in texts {
        let rule = "must be COLUMN=VALUE, as in cell_type=B";
        let (column, value) = text
            .split_once('=')
            .filter(|(column, _)| !column.is_empty())
            .ok_or_else(|| CellsError::option("--group", rule, text))?;
        let annotations = &asked.cells.annotations;
        let cells = if let Some(there) = annotations.get(column) {
            matching(there, column, value)?
        } else if column == PHASE {
            if phases.is_none() {
                phases = Some(phases_of(asked)?);
            }
            phases.as_ref().map_or_else(|| Ok(Vec::new()), |phases| matching(phases, column, value))?
        } else {
            let names = annotations.names().chain(std::iter::once(PHASE));
            return Err(CellsError::unknown("annotation", column, names));
        };
        found.push(Group { name: text.clone(), of: cells.len(), cells });
    }
    if let [a] = &found[..] {
        let mut inside = vec![false; asked.cells.names.len()];
        a.cells.iter().for_each(|&cell| inside[cell] = true);
        let cells: Vec<usize> = (0..inside.len()).filter(|&cell| !inside[cell]).collect();
        found.push(Group { name: "all others".into(), of: cells.len(), cells });
    }
    let [a, b] = <[Group; 2]>::try_from(found)
        .map_err(|found| CellsError::option("--group", "must be given once or twice", found.len()))?;
    for group in [&a, &b] {
        if group.cells.len() < LEAST {
            let rule = format!("'{}' must have at least {LEAST} cells", group.name);
            return Err(CellsError::option("--group", rule, group.cells.len()));
        }
    }
    let both = a.cells.iter().filter(|cell| b.cells.binary_search(cell).is_ok()).count();
    if both > 0 {
        return Err(CellsError::option("--group", "the groups must share no cells", both));
    }
    Ok([a, b])
}

/// The phase of each cell by the run's own axis.
fn phases_of(asked: &Asked) -> Result<Column, CellsError> {
    let (_, axis) = place(asked)?;
    let axis = axis.filter(|axis| axis.orientation.is_some()).ok_or_else(|| {
        let rule = "the run knows no phases: its genes include too few known genes of S and of G2/M";
        CellsError::run(asked.run.folder.path(), rule, None)
    })?;
    Ok(Column::Text(axis.phases().into_iter().map(Some).collect()))
}

/// Cells whose value in a column is this one.
fn matching(column: &Column, name: &str, value: &str) -> Result<Vec<usize>, CellsError> {
    let cells: Vec<usize> = (0..column.len()).filter(|&i| column.text(i).as_deref() == Some(value)).collect();
    if cells.is_empty() {
        let (_, values) = column.categories();
        return Err(CellsError::unknown(&format!("value of {name}"), value, values.iter().map(String::as_str)));
    }
    Ok(cells)
}
