//! Small models, and what is said of broken ones.

use super::parse;
use crate::{Simulator, SolveOptions};

/// A model of level 2 around these elements.
fn model(inside: &str) -> String {
    format!(
        r#"<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="m">{inside}</model></sbml>"#
    )
}

const MATH: &str = r#"xmlns="http://www.w3.org/1998/Math/MathML""#;

fn cell(size: f64) -> String {
    format!(r#"<listOfCompartments><compartment id="cell" size="{size}"/></listOfCompartments>"#)
}

/// Decay of A into B with rate k, in a compartment.
fn decay(size: f64, species: &str, extra: &str) -> String {
    model(&format!(
        r#"{}<listOfSpecies>{species}</listOfSpecies>
        <listOfParameters><parameter id="k" value="0.5"/></listOfParameters>{extra}
        <listOfReactions><reaction id="r">
          <listOfReactants><speciesReference species="A"/></listOfReactants>
          <listOfProducts><speciesReference species="B" stoichiometry="2"/></listOfProducts>
          <kineticLaw><math {MATH}><apply><times/><ci>cell</ci><ci>k</ci><ci>A</ci></apply></math></kineticLaw>
        </reaction></listOfReactions>"#,
        cell(size)
    ))
}

const SPECIES: &str = r#"<species id="A" compartment="cell" initialConcentration="3"/><species id="B" compartment="cell" initialAmount="4"/>"#;

fn at(text: &str, time: f64) -> Vec<(String, f64)> {
    let sbml = parse(text, "m.xml").unwrap_or_else(|e| panic!("{e}"));
    let simulator = Simulator::new(&sbml.system, &[]).unwrap_or_else(|e| panic!("{e}"));
    let found = simulator.states_at(&[], &[time], &SolveOptions::tight()).unwrap();
    simulator.states().iter().enumerate().map(|(i, name)| (name.clone(), found.state(0, i))).collect()
}

fn value(found: &[(String, f64)], name: &str) -> f64 {
    found.iter().find(|(n, _)| n == name).unwrap().1
}

#[test]
fn concentrations_and_amounts_follow_their_closed_forms() {
    // A(t) = 3 e^-kt; B gains twice what A loses, from 4 in a compartment of 2: concentration 2.
    let found = at(&decay(2.0, SPECIES, ""), 1.5);
    let left = 3.0 * (-0.75_f64).exp();
    assert!((value(&found, "A") - left).abs() < 1e-8);
    assert!((value(&found, "B") - (2.0 + 2.0 * (3.0 - left))).abs() < 1e-8);
    // As amounts: the law cell·k·A with A an amount is k·6·2 at first; A(t) = 6 e^(-2kt).
    let amounts = r#"<species id="A" compartment="cell" initialConcentration="3" hasOnlySubstanceUnits="true"/>
        <species id="B" compartment="cell" initialAmount="4" hasOnlySubstanceUnits="true"/>"#;
    let found = at(&decay(2.0, amounts, ""), 1.5);
    let left = 6.0 * (-1.5_f64).exp();
    assert!((value(&found, "A") - left).abs() < 1e-8);
    assert!((value(&found, "B") - (4.0 + 2.0 * (6.0 - left))).abs() < 1e-8);
}

#[test]
fn boundary_species_stand_still_and_local_parameters_hide_global_ones() {
    let species = r#"<species id="A" compartment="cell" initialConcentration="3" boundaryCondition="true"/>
        <species id="B" compartment="cell" initialAmount="0"/>"#;
    let found = at(&decay(1.0, species, ""), 2.0);
    // B' = 2 k A.
    assert!((value(&found, "A") - 3.0).abs() < 1e-12 && (value(&found, "B") - 6.0).abs() < 1e-8);
    let text = decay(1.0, species, "").replace(
        "</kineticLaw>",
        r#"<listOfParameters><parameter id="k" value="0.25"/></listOfParameters></kineticLaw>"#,
    );
    assert!((value(&at(&text, 2.0), "B") - 3.0).abs() < 1e-8);
}

#[test]
fn rules_assignments_and_functions_are_followed() {
    let text = model(&format!(
        r#"<listOfFunctionDefinitions><functionDefinition id="twice"><math {MATH}><lambda><bvar><ci>u</ci></bvar>
            <apply><times/><cn type="integer">2</cn><ci>u</ci></apply></lambda></math></functionDefinition></listOfFunctionDefinitions>
        {}<listOfParameters><parameter id="x" value="9" constant="false"/><parameter id="y" constant="false"/>
            <parameter id="c"/></listOfParameters>
        <listOfInitialAssignments><initialAssignment symbol="c"><math {MATH}><cn type="e-notation">5<sep/>-1</cn></math>
            </initialAssignment><initialAssignment symbol="x"><math {MATH}><ci>y</ci></math></initialAssignment></listOfInitialAssignments>
        <listOfRules><rateRule variable="x"><math {MATH}><apply><minus/><ci>c</ci></apply></math></rateRule>
            <assignmentRule variable="y"><math {MATH}><apply><ci>twice</ci><ci>c</ci></apply></math></assignmentRule></listOfRules>"#,
        cell(1.0)
    ));
    // y = 2 · 0.5 = 1; x(0) = 1 and falls by 0.5 a unit of time.
    assert!((value(&at(&text, 1.0), "x") - 0.5).abs() < 1e-9);
}

#[test]
fn events_change_states() {
    let event = format!(
        r#"<listOfEvents><event id="dose"><trigger><math {MATH}><apply><geq/>
            <csymbol definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol><cn>1</cn></apply></math></trigger>
            <listOfEventAssignments><eventAssignment variable="A"><math {MATH}><apply><plus/><ci>A</ci><cn>1</cn></apply></math>
            </eventAssignment></listOfEventAssignments></event></listOfEvents>"#
    );
    let text = decay(1.0, SPECIES, "").replace("</model>", &format!("{event}</model>"));
    let found = at(&text, 2.0);
    let expected = (3.0 * (-0.5_f64).exp() + 1.0) * (-0.5_f64).exp();
    assert!((value(&found, "A") - expected).abs() < 1e-7, "{found:?} {expected}");
}

#[test]
fn a_growing_compartment_dilutes() {
    let species = r#"<species id="A" compartment="cell" initialConcentration="3"/><species id="B" compartment="cell" initialAmount="0"/>"#;
    let rule =
        format!(r#"<listOfRules><rateRule variable="cell"><math {MATH}><cn>1</cn></math></rateRule></listOfRules>"#);
    let text = decay(1.0, species, &rule).replace(r#"size="1""#, r#"size="1" constant="false""#);
    // Amount a = V c, a' = -V k c = -k a; V = 1 + t; c(1) = 3 e^-k / 2.
    let found = at(&text, 1.0);
    assert!((value(&found, "A") - 1.5 * (-0.5_f64).exp()).abs() < 1e-7, "{found:?}");
}

#[test]
fn what_is_not_supported_is_named() {
    let rule = |rule: &str| model(&format!("{}<listOfRules>{rule}</listOfRules>", cell(1.0)));
    let law =
        |math: &str| decay(1.0, SPECIES, "").replace("<apply><times/><ci>cell</ci><ci>k</ci><ci>A</ci></apply>", math);
    let cases = [
        ("<nonsense/>".to_owned(), "expected SBML level 2 or 3, got <nonsense>"),
        (r#"<sbml level="1"/>"#.to_owned(), "expected SBML level 2 or 3, got 1"),
        ("<sbml".to_owned(), "not well-formed XML"),
        (
            rule(&format!("<algebraicRule><math {MATH}><cn>1</cn></math></algebraicRule>")),
            "algebraic rules are not supported",
        ),
        (
            rule(&format!(r#"<assignmentRule variable="q"><math {MATH}><cn>1</cn></math></assignmentRule>"#)),
            "nothing has the id 'q'",
        ),
        (
            decay(1.0, SPECIES, "").replace(r#"<reaction id="r">"#, r#"<reaction id="r" fast="true">"#),
            "<reaction> 'r': fast reactions are not supported",
        ),
        (decay(1.0, SPECIES, "").replace("kineticLaw", "other"), "a reaction needs a kinetic law"),
        (law("<apply><factorial/><ci>A</ci></apply>"), "<factorial> in a formula: not supported"),
        (law("<cn>one</cn>"), "<cn> in a formula: expected a number, got 'one'"),
        (
            law(r#"<csymbol definitionURL="http://www.sbml.org/sbml/symbols/delay">d</csymbol>"#),
            "delays are not supported",
        ),
        (law("<apply><ci>f</ci><ci>A</ci></apply>"), "no function 'f' is defined before this place"),
        (law("<apply><sin/></apply>"), "<sin> in a formula: takes one argument, got 0 arguments"),
        (decay(1.0, SPECIES, "").replace(r#"species="A""#, r#"species="Z""#), "nothing has the id 'Z'"),
        (decay(1.0, SPECIES, "").replace(r#"value="0.5""#, r#"value="half""#), "value must be a number, got 'half'"),
        (decay(1.0, r#"<species id="A" compartment="moon"/>"#, ""), "nothing has the id 'moon'"),
        (
            decay(
                1.0,
                r#"<species id="A" compartment="cell"/><species id="B" compartment="cell" initialAmount="0"/>"#,
                "",
            ),
            "the species has no initial value",
        ),
        (decay(1.0, &format!("{SPECIES}{SPECIES}"), ""), "the id 'A' is there twice"),
        (model("<listOfWonders/>"), "not an element of SBML core"),
        (
            model(&format!(
                r#"<listOfParameters><parameter id="a"/><parameter id="b"/></listOfParameters><listOfRules>
                <assignmentRule variable="a"><math {MATH}><ci>b</ci></math></assignmentRule>
                <assignmentRule variable="b"><math {MATH}><ci>a</ci></math></assignmentRule></listOfRules>"#
            )),
            "assignments need each other in a circle: a, b",
        ),
    ];
    for (text, expected) in cases {
        let found = parse(&text, "m.xml").unwrap_err().to_string();
        assert!(found.starts_with("m.xml:") && found.contains(expected), "{found}\nnot: {expected}");
    }
    let package = r#"<sbml level="3" version="1" xmlns:q="http://qual" q:required="true"><model/></sbml>"#;
    assert!(parse(package, "m.xml").unwrap_err().to_string().contains("the package 'http://qual' is required"));
}

#[test]
fn damage_is_an_error_and_no_panic() {
    let whole = decay(2.0, SPECIES, "");
    for cut in (0..whole.len()).step_by(7).filter(|cut| whole.is_char_boundary(*cut)) {
        assert!(parse(&whole[..cut], "m.xml").is_err());
    }
    let mut seed = 1_u64;
    for _ in 0..2000 {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let mut bytes = whole.clone().into_bytes();
        let place = (seed >> 33) as usize % bytes.len();
        bytes[place] = (seed >> 20) as u8 & 0x7f;
        if let Ok(text) = String::from_utf8(bytes) {
            let _ = parse(&text, "m.xml").map(|sbml| Simulator::new(&sbml.system, &[]).is_ok());
        }
    }
    // Nesting without end, and entities that multiply.
    let deep = decay(1.0, SPECIES, "")
        .replace("<ci>A</ci>", &format!("{}<ci>A</ci>{}", "<apply><minus/>".repeat(5000), "</apply>".repeat(5000)));
    assert!(parse(&deep, "m.xml").unwrap_err().to_string().contains("deep"));
    let bomb = r#"<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sbml level="2">&b;</sbml>"#;
    assert!(parse(bomb, "m.xml").is_err());
}
