//! 打印清单: which documents there are, on what paper, how many sheets, and where each branch begins.

use crate::period::RunPeriod;
use crate::run::{RunError, Setup, Volume};
use crate::table::{Align, Column, Sheet, Value, Workbook};
use crate::xlsx::tables;

/// The workbook.
pub fn list(county: &Setup, run: RunPeriod, volumes: &[Volume], copies: u32) -> Result<Vec<u8>, RunError> {
    let number = |value: usize| Value::Number((value as i64).into());
    let text = |value: &str| Value::Text(value.to_owned());
    let copies = copies as usize;
    let document = |(at, volume): (usize, &Volume)| {
        vec![
            number(at + 1),
            Value::Link { text: volume.file.clone(), target: volume.file.clone() },
            text(volume.committee.as_deref().unwrap_or("全县")),
            text(volume.title),
            Value::Text(volume.paper.clone()),
            number(volume.branches.len()),
            number(volume.pages()),
            number(copies),
            number(volume.pages() * copies),
        ]
    };
    let mut documents: Vec<Vec<Value>> = volumes.iter().enumerate().map(document).collect();
    let pages: usize = volumes.iter().map(Volume::pages).sum();
    let mut total = vec![Value::Strong("合计".into())];
    total.extend([Value::Empty, Value::Empty, Value::Empty, Value::Empty, Value::Empty]);
    total.extend([number(pages), Value::Empty, number(pages * copies)]);
    documents.push(total);
    let begins = volumes.iter().flat_map(|volume| {
        volume
            .branches
            .iter()
            .map(move |branch| vec![text(&volume.file), text(&branch.code), text(&branch.name), number(branch.page), number(branch.pages)])
    });
    let sheet = |name: &str, columns: Vec<Column>, rows: Vec<Vec<Value>>| Sheet {
        name: name.into(),
        title: Some(format!("{} {} {name}", county.workspace.county, run.zh())),
        columns,
        rows,
        freeze: true,
        landscape: true,
        ..Sheet::default()
    };
    let right = |heading: &str| Column::new(heading, 9.0).align(Align::Right);
    let book = Workbook {
        title: format!("{} {} 打印清单", county.workspace.county, run.zh()),
        author: county.workspace.issuer.clone(),
        date: county.date,
        sheets: vec![
            sheet(
                "打印清单",
                vec![
                    right("序号"),
                    Column::new("文件", 44.0),
                    Column::new("党（工）委", 26.0),
                    Column::new("表", 26.0),
                    Column::new("纸张", 12.0),
                    right("支部数"),
                    right("页数"),
                    right("份数"),
                    right("共印张数"),
                ],
                documents,
            ),
            sheet(
                "各支部起始页",
                vec![
                    Column::new("文件", 44.0),
                    Column::new("支部编码", 12.0),
                    Column::new("支部名称", 36.0),
                    right("起始页"),
                    right("页数"),
                ],
                begins.collect(),
            ),
        ],
    };
    tables::write(book).map_err(|error| RunError::Document {
        what: "打印清单.xlsx".into(),
        branch: String::new(),
        error: error.to_string(),
    })
}
