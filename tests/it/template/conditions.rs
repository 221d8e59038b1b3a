//! Conditional formats of a template: what they make of each cell, how they grow, and what the workbook and the pages get.

use rust_xlsxwriter::{
    ConditionalFormat2ColorScale, ConditionalFormat3ColorScale, ConditionalFormatAverage, ConditionalFormatAverageRule,
    ConditionalFormatBlank, ConditionalFormatCell, ConditionalFormatCellRule, ConditionalFormatDataBar, ConditionalFormatDate,
    ConditionalFormatDateRule, ConditionalFormatDuplicate, ConditionalFormatFormula, ConditionalFormatIconSet, ConditionalFormatIconType,
    ConditionalFormatText, ConditionalFormatTextRule, ConditionalFormatTop, ConditionalFormatTopRule, ConditionalFormatType, Format,
    Worksheet,
};
use scorebook::fill::fill_pages;
use scorebook::form::condition::{Drawn, Kind, Rule, Written};
use scorebook::form::model::Color;
use scorebook::layout::layout;
use scorebook::template::Feature;

use super::pages::fonts;
use super::*;

/// One row per member: name, total, class; the mean below.
const CELLS: &[(&str, &str)] =
    &[("A1", "姓名"), ("A2", "{.姓名}"), ("B2", "{.总分}"), ("C2", "{.类别}"), ("A3", "平均"), ("B3", "=AVERAGE(B2)")];

const RED: Color = Color(255, 0, 0);

fn red() -> Format {
    Format::new().set_background_color("#FF0000")
}

/// The form with rules, filled with so many members: totals 10, 11, …, the first two of 农村, the others of 机关.
fn with(more: impl FnOnce(&mut Worksheet), members: usize) -> FilledBook {
    let template = load(&drawn(CELLS, more, &[]), &form());
    assert_eq!(template.warnings(), [], "all of it is carried");
    fill(&template, &data(members, 0))
}

/// Cells of that ground, as names.
fn of_ground(book: &FilledBook, ground: Color) -> Vec<String> {
    let mut out = Vec::new();
    for (row, drawn) in book.sheets[0].rows.iter().enumerate() {
        for cell in &drawn.cells {
            if book.styles[cell.style.0 as usize].fill == Some(ground) {
                out.push(scorebook::diag::CellRef { row: row as u32, column: cell.column }.to_string());
            }
        }
    }
    out
}

fn areas(rule: &Rule<Written>) -> String {
    let name = |row, column| scorebook::diag::CellRef { row, column }.to_string();
    let one = |area: &Range| format!("{}:{}", name(area.first_row, area.first_column), name(area.last_row, area.last_column));
    rule.areas.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_kind_of_condition_is_worked_out_over_the_grown_range() {
    type Add = fn(&mut Worksheet);
    let cases: [(&str, Add, &[&str]); 16] = [
        (
            "value",
            |sheet| {
                let rule = ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::GreaterThan(12)).set_format(red());
                sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
            },
            &["B5", "B6"],
        ),
        (
            "between",
            |sheet| {
                let rule = ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::Between(11, 12)).set_format(red());
                sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
            },
            &["B3", "B4"],
        ),
        (
            "value against the mean below",
            |sheet| {
                let rule = ConditionalFormatCellRule::LessThan(Formula::new("$B$3"));
                sheet
                    .add_conditional_format(1, 1, 1, 1, &ConditionalFormatCell::new().set_rule(rule).set_format(red()))
                    .map(drop)
                    .expect("a rule");
            },
            &["B2", "B3"],
        ),
        (
            "text",
            |sheet| {
                let rule = ConditionalFormatText::new().set_rule(ConditionalFormatTextRule::Contains("农".into())).set_format(red());
                sheet.add_conditional_format(1, 2, 1, 2, &rule).map(drop).expect("a rule");
            },
            &["C2", "C3"],
        ),
        (
            "text that ends",
            |sheet| {
                let rule = ConditionalFormatText::new().set_rule(ConditionalFormatTextRule::EndsWith("4".into())).set_format(red());
                sheet.add_conditional_format(1, 0, 1, 1, &rule).map(drop).expect("a rule");
            },
            &["A5", "B6"],
        ),
        (
            "top",
            |sheet| {
                let rule = ConditionalFormatTop::new().set_rule(ConditionalFormatTopRule::Top(2)).set_format(red());
                sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
            },
            &["B5", "B6"],
        ),
        (
            "bottom percent",
            |sheet| {
                let rule = ConditionalFormatTop::new().set_rule(ConditionalFormatTopRule::BottomPercent(40)).set_format(red());
                sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
            },
            &["B2", "B3"],
        ),
        (
            "at least the mean",
            |sheet| {
                let rule = ConditionalFormatAverage::new().set_rule(ConditionalFormatAverageRule::EqualOrAboveAverage).set_format(red());
                sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
            },
            &["B4", "B5", "B6"],
        ),
        (
            "twice",
            |sheet| {
                sheet.add_conditional_format(1, 0, 1, 2, &ConditionalFormatDuplicate::new().set_format(red())).map(drop).expect("a rule");
            },
            &["C2", "C3", "C4", "C5", "C6"],
        ),
        (
            "once",
            |sheet| {
                let rule = ConditionalFormatDuplicate::new().invert().set_format(red());
                sheet.add_conditional_format(1, 1, 1, 2, &rule).map(drop).expect("a rule");
            },
            &["B2", "B3", "B4", "B5", "B6"],
        ),
        (
            "blank",
            |sheet| sheet.add_conditional_format(1, 2, 2, 3, &ConditionalFormatBlank::new().set_format(red())).map(drop).expect("a rule"),
            &["C7"],
        ),
        (
            "a formula about the row",
            |sheet| {
                let rule = ConditionalFormatFormula::new().set_rule("$B2>12").set_format(red());
                sheet.add_conditional_format(1, 0, 1, 2, &rule).map(drop).expect("a rule");
            },
            &["A5", "B5", "C5", "A6", "B6", "C6"],
        ),
        (
            "a formula about all",
            |sheet| {
                let rule = ConditionalFormatFormula::new().set_rule("B2=MAX($B$2:$B$2)").set_format(red());
                sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
            },
            &["B6"],
        ),
        (
            "every other row",
            |sheet| {
                let rule = ConditionalFormatFormula::new().set_rule("MOD(ROW(),2)=0").set_format(red());
                sheet.add_conditional_format(1, 0, 1, 0, &rule).map(drop).expect("a rule");
            },
            &["A2", "A4", "A6"],
        ),
        (
            "a text among others",
            |sheet| {
                let rule = ConditionalFormatFormula::new().set_rule("AND($C2=\"机关\",B2<13)").set_format(red());
                sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
            },
            &["B4"],
        ),
        (
            "beyond the block too",
            |sheet| {
                let rule = ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::EqualTo(12)).set_format(red());
                sheet.add_conditional_format(0, 0, 99, 25, &rule).map(drop).expect("a rule");
            },
            &["B4", "B7"],
        ),
    ];
    for (name, add, met) in cases {
        assert_eq!(of_ground(&with(add, 5), RED), met, "{name}");
    }
}

#[test]
fn rules_are_written_over_what_their_cells_have_become() {
    let add = |sheet: &mut Worksheet| {
        let rule = ConditionalFormatFormula::new().set_rule("$B2>$B$3").set_format(red());
        sheet.add_conditional_format(1, 0, 1, 2, &rule).expect("a rule");
        let rule = ConditionalFormatFormula::new().set_rule("B2=MAX($B$2:$B$2)").set_format(red());
        sheet.add_conditional_format(1, 1, 1, 1, &rule).expect("a rule");
        let scale = ConditionalFormat2ColorScale::new();
        sheet.add_conditional_format(1, 1, 2, 1, &scale).expect("a rule");
    };
    let book = with(add, 5);
    let rules = &book.sheets[0].conditions;
    assert_eq!(rules.iter().map(areas).collect::<Vec<_>>(), ["A2:C6", "B2:B6", "B2:B7"]);
    assert_eq!(rules[0].formulas()[0].to_string(), "$B2>$B$7");
    assert_eq!(rules[1].formulas()[0].to_string(), "B2=MAX($B$2:$B$6)");
}

#[test]
fn of_two_rules_the_first_decides_unless_it_says_nothing_about_it() {
    let add = |stop: bool| {
        move |sheet: &mut Worksheet| {
            let above = |than: i32, format: Format| {
                ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::GreaterThan(than)).set_format(format)
            };
            sheet.add_conditional_format(1, 1, 1, 1, &above(12, red()).set_stop_if_true(stop)).expect("a rule");
            sheet.add_conditional_format(1, 1, 1, 1, &above(11, Format::new().set_background_color("#00FF00").set_bold())).expect("a rule");
        }
    };
    for stop in [false, true] {
        let book = with(add(stop), 5);
        assert_eq!((of_ground(&book, RED), of_ground(&book, Color(0, 255, 0))), (vec!["B5".into(), "B6".into()], vec!["B4".to_owned()]));
        let last = book.sheets[0].rows[5].cells[1].style;
        assert_eq!(book.styles[last.0 as usize].font.bold, !stop);
    }
}

#[test]
fn a_record_of_several_rows_keeps_each_its_own() {
    let cells = &[("A1", "{.姓名}"), ("B1", "{.总分}"), ("A2", "{.类别}"), ("A3", "{.项目.名称}"), ("B3", "{.项目.满分}")];
    let add = |sheet: &mut Worksheet| {
        // The class and each item look up to the record's total.
        let rule = ConditionalFormatFormula::new().set_rule("$B1>10").set_format(red());
        sheet.add_conditional_format(1, 0, 1, 0, &rule).expect("a rule");
        sheet
            .add_conditional_format(0, 1, 0, 1, &ConditionalFormatTop::new().set_rule(ConditionalFormatTopRule::Top(1)).set_format(red()))
            .expect("a rule");
    };
    let bytes = drawn(cells, add, &[]);
    let template = load(&bytes, &form());
    assert_eq!(template.warnings(), []);
    let book = fill(&template, &data(3, 0));
    assert_eq!(
        lines(&book.sheets[0]),
        ["甲1 #10", "农村", "学习", "纪律", "甲2 #11", "农村", "学习", "纪律", "甲3 #12", "机关", "学习", "纪律"]
    );
    assert_eq!(of_ground(&book, RED), ["A6", "B9", "A10"]);
    let rules = &book.sheets[0].conditions;
    assert_eq!(rules.iter().map(areas).collect::<Vec<_>>(), ["A2:A2 A6:A6 A10:A10", "B1:B1 B5:B5 B9:B9"]);
    assert_eq!(rules[0].formulas()[0].to_string(), "$B1>10");
}

#[test]
fn shades_bars_and_icons_go_by_size() {
    let add = |sheet: &mut Worksheet| {
        let scale = ConditionalFormat3ColorScale::new()
            .set_minimum_color("#FF0000")
            .set_midpoint(ConditionalFormatType::Percentile, 50)
            .set_midpoint_color("#FFFFFF")
            .set_maximum_color("#0000FF");
        sheet.add_conditional_format(1, 1, 1, 1, &scale).expect("a rule");
        let bar = ConditionalFormatDataBar::new().set_solid_fill(true).set_fill_color("#638EC6").set_border_off(true);
        sheet.add_conditional_format(1, 1, 1, 1, &bar).expect("a rule");
        let icons = ConditionalFormatIconSet::new().set_icon_type(ConditionalFormatIconType::FiveArrows).show_icons_only(true);
        sheet.add_conditional_format(1, 1, 1, 1, &icons).expect("a rule");
    };
    let book = with(add, 5);
    let style = |row: usize| &book.styles[book.sheets[0].rows[row].cells[1].style.0 as usize];
    let grounds: Vec<Option<Color>> = (1..6).map(|row| style(row).fill).collect();
    let (half_red, half_blue) = (Color(255, 128, 128), Color(128, 128, 255));
    assert_eq!(grounds, [RED, half_red, Color(255, 255, 255), half_blue, Color(0, 0, 255)].map(Some));
    let marks = &book.sheets[0].marks;
    let bars: Vec<(u32, f64)> =
        marks.iter().filter_map(|mark| if let Drawn::Bar { to, .. } = mark.what { Some((mark.row, to)) } else { None }).collect();
    // From nothing to the greatest, 14.
    let parts: Vec<(u32, i64)> = bars.iter().map(|(row, to)| (*row, (to * 14.0).round() as i64)).collect();
    assert_eq!(parts, [(1, 10), (2, 11), (3, 12), (4, 13), (5, 14)]);
    let icons: Vec<usize> = marks.iter().filter_map(|mark| if let Drawn::Icon { at, .. } = mark.what { Some(at) } else { None }).collect();
    assert_eq!(icons, [0, 1, 2, 3, 4]);
    // The icon stands for the number: it is in the workbook and on no page.
    assert_eq!((style(1).number_format.as_str(), style(1).written().number_format.as_str()), (";;;", "General"));
    let laid = layout(&book, fonts(), chrono::NaiveDate::default()).book;
    let page = &laid.pages[0];
    assert!(page.shapes.len() >= 5 && page.fills.len() >= 10, "{} {}", page.shapes.len(), page.fills.len());
    let texts: String = page.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.texts).map(|text| text.text.as_str()).collect();
    assert!(texts.contains("甲5") && !texts.contains("14"), "{texts}");
}

/// Two cells share an edge; a rule's line is drawn in the place of a plain one, on whichever side it stands.
#[test]
fn an_edge_that_a_rule_gives_goes_before_a_drawn_one() {
    let add = |sheet: &mut Worksheet| {
        let boxed = Format::new().set_border(FormatBorder::Thin);
        for (column, text) in ["{.姓名}", "{.总分}", "{.类别}"].into_iter().enumerate() {
            sheet.write_string_with_format(1, column as u16, text, &boxed).expect("a text");
        }
        let line = Format::new().set_border(FormatBorder::Thin).set_border_color("#FF0000");
        let rule = ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::EqualTo(11)).set_format(line);
        sheet.add_conditional_format(1, 1, 1, 1, &rule).expect("a rule");
    };
    let book = with(add, 3);
    let laid = layout(&book, fonts(), chrono::NaiveDate::default()).book;
    let red: Vec<_> = laid.pages[0].strokes.iter().filter(|stroke| stroke.color == RED).collect();
    assert_eq!(red.len(), 4, "all four sides of one cell: {red:?}");
    // What the workbook says of the neighbours is as it was.
    let neighbour = &book.styles[book.sheets[0].rows[2].cells[0].style.0 as usize];
    assert!(neighbour.borders.right != neighbour.written().borders.right);
}

/// Beside each other each record has its own cells, and all of them are one range.
#[test]
fn records_beside_each_other_keep_each_its_own() {
    let add = |sheet: &mut Worksheet| {
        let rule = ConditionalFormatFormula::new().set_rule("$B1>11").set_format(red());
        sheet.add_conditional_format(0, 0, 0, 0, &rule).expect("a rule");
        let rule = ConditionalFormatFormula::new().set_rule("B1=MAX($B$1:$B$1)").set_format(Format::new().set_bold());
        sheet.add_conditional_format(0, 1, 0, 1, &rule).expect("a rule");
    };
    let cells = &[("A1", "{.姓名}"), ("B1", "{.总分}")];
    let template = load(&drawn(cells, add, &[("每行条数", "3")]), &form());
    assert_eq!(template.warnings(), []);
    let book = fill(&template, &data(5, 0));
    assert_eq!(lines(&book.sheets[0]), ["甲1 #10 甲2 #11 甲3 #12", "甲4 #13 甲5 #14"]);
    assert_eq!(of_ground(&book, RED), ["E1", "A2", "C2"]);
    let bold = |row: usize, column: u16| {
        let cell = book.sheets[0].rows[row].cells.iter().find(|cell| cell.column == column).expect("a cell");
        book.styles[cell.style.0 as usize].font.bold
    };
    assert!(bold(1, 3) && !bold(0, 1) && !bold(0, 5));
    let rules = &book.sheets[0].conditions;
    assert_eq!(rules.iter().map(areas).collect::<Vec<_>>(), ["A1:A2", "C1:C2", "E1:E1", "B1:B2", "D1:D2", "F1:F1"]);
    assert_eq!(rules[1].formulas()[0].to_string(), "$D1>11");
    assert!(rules[3].formulas()[0].to_string().starts_with("B1=MAX($B$1:$B$2,$D$1:$D$2,$F$1:$F$2)"), "{}", rules[3].formulas()[0]);
}

/// Rows without a record keep out: no rule greets an empty ruled line.
#[test]
fn empty_ruled_rows_are_nobodys() {
    let add = |sheet: &mut Worksheet| {
        let rule = ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::LessThan(60)).set_format(red());
        sheet.add_conditional_format(1, 1, 1, 1, &rule).expect("a rule");
    };
    let template = load(&drawn(&CELLS[..4], add, &[("每页行数", "5"), ("补空行", "是")]), &form());
    let book = fill_pages(&template, &data(2, 0), fonts());
    assert_eq!(book.sheets[0].rows.len(), 6);
    assert_eq!(of_ground(&book, RED), ["B2", "B3"]);
}

/// What the writer writes the reader reads: the workbook of a filled form, taken for a drawing, has the rules of the form.
#[test]
fn the_written_rules_are_read_back_as_they_are() {
    let add = |sheet: &mut Worksheet| {
        let mut put = |rule: &dyn Fn(&mut Worksheet)| rule(sheet);
        put(&|sheet| {
            let rule = ConditionalFormatCellRule::NotBetween(Formula::new("$B$3-1"), Formula::new("$B$3+1"));
            sheet
                .add_conditional_format(1, 1, 1, 1, &ConditionalFormatCell::new().set_rule(rule).set_format(red().set_italic()))
                .map(drop)
                .expect("a rule");
        });
        put(&|sheet| {
            let bar = ConditionalFormatDataBar::new()
                .set_minimum(ConditionalFormatType::Number, -5)
                .set_maximum(ConditionalFormatType::Percentile, 90)
                .set_negative_fill_color("#00FF00")
                .set_border_color("#000080")
                .set_bar_only(true);
            sheet.add_conditional_format(1, 1, 1, 1, &bar).map(drop).expect("a rule");
        });
        put(&|sheet| {
            sheet.add_conditional_format(1, 1, 1, 1, &ConditionalFormatDataBar::new().use_classic_style()).map(drop).expect("a rule");
        });
        put(&|sheet| sheet.add_conditional_format(1, 1, 1, 1, &ConditionalFormat3ColorScale::new()).map(drop).expect("a rule"));
        put(&|sheet| {
            let stars = ConditionalFormatIconSet::new().set_icon_type(ConditionalFormatIconType::ThreeStars);
            sheet.add_conditional_format(1, 1, 1, 1, &stars).map(drop).expect("a rule");
        });
        put(&|sheet| {
            let format =
                Format::new().set_font_color("#9C0006").set_border(FormatBorder::Thin).set_num_format("0.0").set_font_strikethrough();
            let rule = ConditionalFormatText::new().set_rule(ConditionalFormatTextRule::DoesNotContain("a\"b".into())).set_format(format);
            sheet.add_conditional_format(1, 2, 1, 2, &rule).map(drop).expect("a rule");
        });
        put(&|sheet| {
            let rule = ConditionalFormatTop::new().set_rule(ConditionalFormatTopRule::TopPercent(30)).set_format(Format::new().set_bold());
            sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
        });
    };
    let book = with(add, 4);
    let laid = layout(&book, fonts(), chrono::NaiveDate::default()).book;
    let bytes = scorebook::xlsx::pages::write(&book, &laid, &scorebook::xlsx::pages::Properties::default()).expect("a workbook");
    let again = load(&bytes, &form());
    let lost: Vec<&TemplateError> =
        again.warnings().iter().filter(|lost| matches!(lost.kind, Problem::NotCarried(Feature::ConditionalFormat))).collect();
    assert!(lost.is_empty(), "{lost:?}");
    let twice = fill(&again, &data(0, 0));
    let (one, two) = (&book.sheets[0].conditions, &twice.sheets[0].conditions);
    assert_eq!(one.len(), 7);
    for rule in one {
        // Sets of 2010 are written behind all others, and so their place among them is another.
        let told = |rule: &Rule<Written>| (areas(rule), rule.look.clone(), rule.stop, kind(&rule.kind));
        assert!(two.iter().any(|other| told(other) == told(rule)), "{rule:?}\nnot among\n{two:?}");
    }
    assert_eq!(book.sheets[0].marks, twice.sheets[0].marks);
}

/// A rule's kind with its formulas as text.
fn kind(kind: &Kind<Written>) -> String {
    match kind {
        Kind::Cell(comparison, formulas) => {
            format!("{comparison:?} {}", formulas.iter().map(Written::to_string).collect::<Vec<_>>().join(" "))
        }
        Kind::Formula(formula) => formula.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn what_means_another_thing_for_each_record_is_told_with_its_cell() {
    let told = |add: &dyn Fn(&mut Worksheet)| {
        let template = load(&drawn(CELLS, |sheet| add(sheet), &[]), &form());
        let cell = |warning: &TemplateError| {
            matches!(warning.kind, Problem::NotCarried(Feature::ConditionalFormat))
                .then(|| warning.cell.map(|cell| cell.to_string()))
                .flatten()
        };
        template.warnings().iter().filter_map(cell).collect::<Vec<_>>()
    };
    let formula = |text: &'static str, row: u32| {
        move |sheet: &mut Worksheet| {
            let rule = ConditionalFormatFormula::new().set_rule(text).set_format(red());
            sheet.add_conditional_format(row, 1, row, 1, &rule).map(drop).expect("a rule");
        }
    };
    // The row above, of which nobody knows whether it is the heading or the record before.
    assert_eq!(told(&formula("B2>B1", 1)), ["B2"]);
    assert_eq!(told(&formula("B3>B2", 2)), ["B3"]);
    assert_eq!(told(&formula("$B$2>1", 2)), ["B3"]);
    assert_eq!(told(&formula("B2>TODAY()", 1)), ["B2"]);
    assert_eq!(told(&formula("COUNTIF($B$2:$B$2,B2)>1", 1)), ["B2"]);
    assert!(told(&formula("SUM($B$2:$B$2)>1", 2)).is_empty());
    let today = |sheet: &mut Worksheet| {
        let rule = ConditionalFormatDate::new().set_rule(ConditionalFormatDateRule::Today).set_format(red());
        sheet.add_conditional_format(1, 1, 1, 1, &rule).map(drop).expect("a rule");
    };
    assert_eq!(told(&today), ["B2"]);
}
