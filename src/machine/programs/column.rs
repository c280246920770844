//! `column -t`: words of lines in a table.

use super::arguments::{self, Options};
use super::lines::read_all;
use crate::{Process, Suspend};

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("ts:o:", &[("table", 't'), ("separator", 's'), ("output-separator", 'o')])
        .lacking(&["c", "x", "n", "N", "R", "H", "J", "L", "e", "r", "i", "p", "d", "l", "E", "T", "W", "output-width", "fillrows", "json", "table-columns", "table-right", "table-hide"]);
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if !arguments.has('t') {
        return arguments::not_simulated(process, "column but for -t");
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    for path in arguments.paths() {
        match read_all(process, &path)? {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                rows.extend(text.lines().filter(|line| !line.trim().is_empty()).map(|line| cells(line, arguments.value('s'))));
            }
            Err(error) => {
                process.eprint(&format!("column: {path}: {error}\n"))?;
                return Ok(1);
            }
        }
    }
    let gap = arguments.value('o').unwrap_or("  ");
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        // The last column of the table is not filled up.
        let cells = row.iter().enumerate().map(|(column, cell)| if column + 1 == columns { cell.clone() } else { format!("{cell:<width$}", width = widths[column]) });
        out.push_str(&format!("{}\n", cells.collect::<Vec<_>>().join(gap)));
    }
    process.print(&out)?;
    Ok(0)
}

/// Blanks are one separator however many; others stand each for themselves.
fn cells(line: &str, separators: Option<&str>) -> Vec<String> {
    match separators {
        None => line.split_whitespace().map(str::to_owned).collect(),
        Some(separators) => line.split(|c| separators.contains(c)).map(str::to_owned).collect(),
    }
}
