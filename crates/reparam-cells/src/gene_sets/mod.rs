//! Sets of genes that rise in one phase of the cell cycle.

use std::collections::HashMap;

use crate::Features;
use crate::phase::Phase;

/// Fewest genes of each set that make a set: below it a score is the noise of a few genes.
const FEWEST: usize = 5;

/// Whose genes they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Species {
    /// Symbols of HGNC: `MCM5`.
    Human,
    /// Symbols of MGI: `Mcm5`.
    Mouse,
}

impl Species {
    /// `human` or `mouse`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Mouse => "mouse",
        }
    }

    /// The 43 genes of S phase (Tirosh et al. 2016, Science 352:189, table S5), by today's symbols.
    pub fn s_genes(self) -> impl Iterator<Item = &'static str> {
        genes(self.files().0).map(|names| names[0])
    }

    /// The 54 genes of G2 and M (the same table), by today's symbols.
    pub fn g2m_genes(self) -> impl Iterator<Item = &'static str> {
        genes(self.files().1).map(|names| names[0])
    }

    /// Twelve genes with a known peak that are on neither list, and the phase of [`crate::cycle::Orientation::phase`] in which each should peak.
    ///
    /// Whitfield et al. 2002 (Mol. Biol. Cell 13:1977): peaks at G1/S and in S belong to S here, those in G2 and at G2/M to G2/M.
    pub fn markers(self) -> impl Iterator<Item = (String, Phase)> {
        genes(include_str!("../../data/cycle_markers.txt")).filter_map(move |line| {
            let phase = if matches!(line[0], "G1/S" | "S") { Phase::S } else { Phase::G2M };
            let human = *line.get(1)?;
            let (first, rest) = human.split_at(1);
            let name = match self {
                Self::Human => human.to_owned(),
                Self::Mouse => format!("{first}{}", rest.to_lowercase()),
            };
            Some((name, phase))
        })
    }

    const fn files(self) -> (&'static str, &'static str) {
        match self {
            Self::Human => {
                (include_str!("../../data/cycle_s_human.txt"), include_str!("../../data/cycle_g2m_human.txt"))
            }
            Self::Mouse => {
                (include_str!("../../data/cycle_s_mouse.txt"), include_str!("../../data/cycle_g2m_mouse.txt"))
            }
        }
    }
}

/// The lines of a gene list, each a symbol and its earlier forms.
fn genes(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|l| l.split_whitespace().collect())
}

/// Which columns of the counts are genes of the cell cycle.
///
/// The lists are those of Tirosh et al. 2016 (Science 352:189, table S5), 43 genes of S and 54 of G2 and M, which most tools use. Three
/// symbols changed since (`MLF1IP` is `CENPU`, `FAM64A` is `PIMREG`, `HN1` is `JPT1`); both forms are found. The update of 2019 that Seurat has also puts MCM7,
/// POLR1B and MRPL36 in place of MCM2, RPA2 and BRIP1, which are symbols still and other genes: these are kept.
///
/// ```
/// use reparam_cells::{CycleGenes, Features, Species};
/// let names = Species::Mouse.s_genes().chain(Species::Mouse.g2m_genes()).map(str::to_owned).collect();
/// let found = CycleGenes::detect(&Features { names, ..Features::default() }).unwrap();
/// assert_eq!((found.species, found.s.len(), found.g2m.len()), (Species::Mouse, 43, 54));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleGenes {
    /// The naming that fits.
    pub species: Species,
    /// Columns of the genes of S phase.
    pub s: Vec<usize>,
    /// Columns of the genes of G2 and M.
    pub g2m: Vec<usize>,
    /// Genes of both lists that the features lack.
    pub missing: Vec<&'static str>,
}

impl CycleGenes {
    /// The columns of both sets, under the naming that finds more genes; `None` where neither finds five of each set.
    #[must_use]
    pub fn detect(features: &Features) -> Option<Self> {
        let mut columns: HashMap<&str, usize> = HashMap::new();
        for (column, name) in features.names.iter().enumerate() {
            columns.entry(name.as_str()).or_insert(column);
        }
        [Species::Human, Species::Mouse]
            .map(|species| Self::of_species(species, &columns))
            .into_iter()
            .filter(|found| found.s.len() >= FEWEST && found.g2m.len() >= FEWEST)
            .max_by_key(|found| found.s.len() + found.g2m.len())
    }

    fn of_species(species: Species, columns: &HashMap<&str, usize>) -> Self {
        let mut missing = Vec::new();
        let mut find = |file| {
            let mut found = Vec::new();
            for names in genes(file) {
                match names.iter().find_map(|name| columns.get(name)) {
                    Some(column) => found.push(*column),
                    None => missing.push(names[0]),
                }
            }
            found
        };
        let (s_file, g2m_file) = species.files();
        let (s, g2m) = (find(s_file), find(g2m_file));
        Self { species, s, g2m, missing }
    }
}

#[cfg(test)]
mod tests {
    use super::{CycleGenes, Species};
    use crate::Features;
    use crate::phase::Phase;
    use std::collections::HashSet;

    fn features(names: &[&str]) -> Features {
        Features { names: names.iter().map(|n| (*n).to_owned()).collect(), ..Features::default() }
    }

    #[test]
    fn lists_have_the_genes_of_the_table_each_once() {
        for species in [Species::Human, Species::Mouse] {
            let all: Vec<&str> = species.s_genes().chain(species.g2m_genes()).collect();
            assert_eq!((species.s_genes().count(), species.g2m_genes().count()), (43, 54));
            assert_eq!(all.iter().collect::<HashSet<_>>().len(), 97);
        }
    }

    #[test]
    fn mouse_symbols_are_human_ones_in_title_case() {
        for (human, mouse) in Species::Human.g2m_genes().zip(Species::Mouse.g2m_genes()) {
            assert_eq!(human, mouse.to_uppercase());
        }
    }

    #[test]
    fn markers_are_on_neither_list() {
        for species in [Species::Human, Species::Mouse] {
            let all: HashSet<&str> = species.s_genes().chain(species.g2m_genes()).collect();
            assert_eq!(species.markers().count(), 12);
            assert!(species.markers().all(|(name, _)| !all.contains(name.as_str())));
        }
        assert_eq!(Species::Mouse.markers().next(), Some(("Ccne1".to_owned(), Phase::S)));
        assert_eq!(Species::Human.markers().last(), Some(("PLK1".to_owned(), Phase::G2M)));
    }

    #[test]
    fn earlier_symbols_are_found_and_what_is_missing_is_named() {
        let names = ["MLF1IP", "x", "PCNA", "MCM5", "MCM6", "MCM2", "FAM64A", "HN1", "TOP2A", "CDK1", "CDC20"];
        let found = CycleGenes::detect(&features(&names)).unwrap();
        assert_eq!(found.s, [3, 2, 5, 4, 0]);
        assert_eq!(found.g2m, [9, 8, 6, 7, 10]);
        assert_eq!(found.missing.len(), 87);
        assert!(!found.missing.contains(&"CENPU"));
    }

    #[test]
    fn few_genes_or_other_names_are_no_set() {
        assert_eq!(CycleGenes::detect(&features(&["MCM5", "PCNA", "TOP2A"])), None);
        assert_eq!(CycleGenes::detect(&features(&["ENSG00000100297", "ENSG00000132646"])), None);
        assert_eq!(CycleGenes::detect(&Features::default()), None);
    }
}
