//! A small database of tables for the simulated servers that speak SQL: simple statements on one table at a time.
//!
//! Models: the common part of PostgreSQL's and MySQL's SQL.
//! Simplified: joins, subqueries, grouping, views, indexes, transactions that are rolled back and most functions are not
//! there; who uses them is told so.

mod expressions;
mod words;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use expressions::{compare, fit, is_number, show};
pub(super) use words::statements;
use words::{Token, tokens};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Cell {
    Null,
    Number(f64),
    Text(String),
    Bool(bool),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Column {
    pub name: String,
    /// As it was declared, in lower case.
    pub kind: String,
    pub counts_up: bool,
    pub not_null: bool,
    pub unique: bool,
    pub default: Option<Cell>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    next: i64,
}

/// The tables of one database.
pub(super) type Tables = BTreeMap<String, Table>;

/// What a statement came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Outcome {
    /// The verb, as PostgreSQL acknowledges it, and how many rows it concerned.
    Done(String, usize),
    Rows { names: Vec<String>, numeric: Vec<bool>, rows: Vec<Vec<Option<String>>> },
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Problem {
    /// Near this word, at this byte of the statement.
    Syntax(String, usize),
    NoTable(String),
    TableExists(String),
    NoColumn(String, usize),
    Duplicate { table: String, column: String, value: String },
    Null { table: String, column: String },
    NotANumber(String, String),
    NotSimulated(String),
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    /// What `now()` and the like give, and names that have a value without a table.
    values: &'a BTreeMap<String, String>,
}

/// What is selected.
#[derive(Clone, Debug)]
enum Item {
    All,
    Value(Expression, String),
}

#[derive(Clone, Debug)]
enum Expression {
    Cell(Cell),
    Column(String, usize),
    Operation(String, Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    IsNull(Box<Expression>, bool),
    In(Box<Expression>, Vec<Expression>, bool),
    /// `count`, `sum`, `min`, `max`, `avg`; nothing for `count(*)`.
    Aggregate(String, Option<Box<Expression>>),
    Function(String, Vec<Expression>),
}

/// Executes one statement.
pub(super) fn execute(tables: &mut Tables, text: &str, quotes_are_names: bool, values: &BTreeMap<String, String>) -> Result<Outcome, Problem> {
    let mut parser = Parser { text, tokens: tokens(text, quotes_are_names)?, at: 0, values };
    let outcome = match parser.word()?.as_str() {
        "select" => parser.select(tables),
        "insert" => parser.insert(tables),
        "update" => parser.update(tables),
        "delete" => parser.delete(tables),
        "create" => parser.create(tables),
        "drop" => parser.drop(tables),
        "truncate" => {
            parser.optional("table");
            let name = parser.name()?;
            tables.get_mut(&name).ok_or(Problem::NoTable(name))?.rows.clear();
            Ok(Outcome::Done("TRUNCATE TABLE".to_owned(), 0))
        }
        "begin" | "start" => parser.rest("BEGIN"),
        "commit" | "end" => parser.rest("COMMIT"),
        "set" => parser.rest("SET"),
        "alter" | "grant" | "revoke" | "rollback" | "savepoint" | "with" | "explain" | "copy" | "vacuum" | "analyze" | "lock" | "call" | "do" | "prepare" | "merge" | "replace" | "declare" | "fetch"
        | "comment" | "reindex" | "cluster" | "listen" | "notify" | "describe" | "values" | "table" | "execute" => Err(Problem::NotSimulated(parser.shown(0))),
        _ => Err(Problem::Syntax(parser.shown(0), 0)),
    }?;
    match parser.tokens.get(parser.at) {
        Some((_, place)) => Err(parser.unexpected(*place)),
        None => Ok(outcome),
    }
}

impl Parser<'_> {
    /// The token at this place as it is written.
    fn shown(&self, index: usize) -> String {
        let from = self.tokens.get(index).map_or(self.text.len(), |(_, place)| *place);
        let to = self.tokens.get(index + 1).map_or(self.text.len(), |(_, place)| *place);
        self.text[from..to].trim_end().to_owned()
    }

    fn unexpected(&self, _place: usize) -> Problem {
        let place = self.tokens.get(self.at).map_or(self.text.len(), |(_, place)| *place);
        let known = ["join", "inner", "left", "right", "full", "cross", "natural", "group", "having", "union", "intersect", "except", "over", "offset", "using", "on", "references", "for", "window", "case"];
        match self.tokens.get(self.at) {
            Some((Token::Word(word), _)) if known.contains(&word.to_lowercase().as_str()) => Problem::NotSimulated(word.to_uppercase()),
            _ => Problem::Syntax(self.shown(self.at), place),
        }
    }

    fn rest(&mut self, done: &str) -> Result<Outcome, Problem> {
        self.at = self.tokens.len();
        Ok(Outcome::Done(done.to_owned(), 0))
    }

    fn error<T>(&self) -> Result<T, Problem> {
        Err(self.unexpected(0))
    }

    fn word(&mut self) -> Result<String, Problem> {
        match self.tokens.get(self.at) {
            Some((Token::Word(word), _)) => {
                let word = word.to_lowercase();
                self.at += 1;
                Ok(word)
            }
            _ => self.error(),
        }
    }

    fn optional(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some((Token::Word(next), _)) if next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Result<(), Problem> {
        if self.optional(word) { Ok(()) } else { self.error() }
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some((Token::Sign(next), _)) if next == sign);
        self.at += usize::from(found);
        found
    }

    fn expect_sign(&mut self, sign: &str) -> Result<(), Problem> {
        if self.sign(sign) { Ok(()) } else { self.error() }
    }

    fn name(&mut self) -> Result<String, Problem> {
        let name = match self.tokens.get(self.at) {
            Some((Token::Word(word), _)) => word.to_lowercase(),
            Some((Token::Name(name), _)) => name.clone(),
            _ => return self.error(),
        };
        self.at += 1;
        Ok(name.rsplit('.').next().unwrap_or(&name).to_owned())
    }

    fn create(&mut self, tables: &mut Tables) -> Result<Outcome, Problem> {
        self.optional("temporary");
        if !self.optional("table") {
            return Err(Problem::NotSimulated(format!("CREATE {}", self.shown(self.at).to_uppercase())));
        }
        let lenient = self.optional("if");
        if lenient {
            self.expect("not")?;
            self.expect("exists")?;
        }
        let name = self.name()?;
        self.expect_sign("(")?;
        let mut table = Table { next: 1, ..Table::default() };
        loop {
            match self.tokens.get(self.at) {
                Some((Token::Word(word), _)) if word.eq_ignore_ascii_case("primary") || word.eq_ignore_ascii_case("unique") => {
                    self.at += 1;
                    self.optional("key");
                    self.expect_sign("(")?;
                    let column = self.name()?;
                    if let Some(column) = table.columns.iter_mut().find(|it| it.name == column) {
                        column.unique = true;
                    }
                    if !self.sign(")") {
                        return Err(Problem::NotSimulated("keys of several columns".to_owned()));
                    }
                }
                Some((Token::Word(word), _)) if ["constraint", "foreign", "check", "key", "index"].iter().any(|known| word.eq_ignore_ascii_case(known)) => {
                    return Err(Problem::NotSimulated(word.to_uppercase()));
                }
                _ => table.columns.push(self.column()?),
            }
            if self.sign(")") {
                break;
            }
            self.expect_sign(",")?;
        }
        // Options of storage engines and the like.
        self.at = self.tokens.len();
        match (tables.contains_key(&name), lenient) {
            (true, false) => return Err(Problem::TableExists(name)),
            (true, true) => {}
            (false, _) => drop(tables.insert(name, table)),
        }
        Ok(Outcome::Done("CREATE TABLE".to_owned(), 0))
    }

    fn column(&mut self) -> Result<Column, Problem> {
        let name = self.name()?;
        let mut kind = self.word()?;
        if self.sign("(") {
            while !self.sign(")") {
                if self.at >= self.tokens.len() {
                    return self.error();
                }
                self.at += 1;
            }
        }
        let serial = kind.contains("serial");
        let mut column = Column { name, kind: String::new(), counts_up: serial, not_null: serial, unique: false, default: None };
        while let Some((Token::Word(word), _)) = self.tokens.get(self.at).cloned() {
            self.at += 1;
            match word.to_lowercase().as_str() {
                "primary" => {
                    self.expect("key")?;
                    (column.unique, column.not_null) = (true, true);
                }
                "unique" => column.unique = true,
                "not" => {
                    self.expect("null")?;
                    column.not_null = true;
                }
                "null" => {}
                "auto_increment" => column.counts_up = true,
                "default" => {
                    let expression = self.primary()?;
                    column.default = Some(self.value(&expression, None)?);
                }
                "generated" => {
                    while self.optional("always") || self.optional("by") || self.optional("default") || self.optional("as") {}
                    self.expect("identity")?;
                    (column.counts_up, column.not_null) = (true, true);
                }
                "varying" | "precision" | "unsigned" | "with" | "without" | "time" | "zone" => kind = format!("{kind} {}", word.to_lowercase()),
                other => return Err(Problem::NotSimulated(other.to_uppercase())),
            }
        }
        column.kind = kind;
        Ok(column)
    }

    fn drop(&mut self, tables: &mut Tables) -> Result<Outcome, Problem> {
        if !self.optional("table") {
            return Err(Problem::NotSimulated(format!("DROP {}", self.shown(self.at).to_uppercase())));
        }
        let lenient = self.optional("if");
        if lenient {
            self.expect("exists")?;
        }
        let name = self.name()?;
        self.optional("cascade");
        if tables.remove(&name).is_none() && !lenient {
            return Err(Problem::NoTable(name));
        }
        Ok(Outcome::Done("DROP TABLE".to_owned(), 0))
    }

    fn insert(&mut self, tables: &mut Tables) -> Result<Outcome, Problem> {
        self.expect("into")?;
        let name = self.name()?;
        let table = tables.get(&name).cloned().ok_or_else(|| Problem::NoTable(name.clone()))?;
        let mut columns: Vec<usize> = (0..table.columns.len()).collect();
        if self.sign("(") {
            columns.clear();
            loop {
                let place = self.tokens.get(self.at).map_or(0, |(_, place)| *place);
                let column = self.name()?;
                columns.push(table.columns.iter().position(|it| it.name == column).ok_or(Problem::NoColumn(column, place))?);
                if self.sign(")") {
                    break;
                }
                self.expect_sign(",")?;
            }
        }
        if !self.optional("values") {
            return if self.optional("select") { Err(Problem::NotSimulated("INSERT … SELECT".to_owned())) } else { self.error() };
        }
        let (mut next, mut fresh) = (table.next, Vec::new());
        loop {
            self.expect_sign("(")?;
            let mut row: Vec<Option<Cell>> = vec![None; table.columns.len()];
            let mut given = 0;
            loop {
                match self.optional("default") {
                    true => {}
                    false => {
                        let expression = self.expression()?;
                        let value = self.value(&expression, None)?;
                        let Some(column) = columns.get(given) else { return self.error() };
                        row[*column] = Some(value);
                    }
                }
                given += 1;
                if self.sign(")") {
                    break;
                }
                self.expect_sign(",")?;
            }
            let mut whole = Vec::new();
            for (column, cell) in table.columns.iter().zip(row) {
                let cell = match cell {
                    Some(Cell::Null) | None if column.counts_up => {
                        next += 1;
                        Cell::Number((next - 1) as f64)
                    }
                    Some(cell) => fit(cell, column)?,
                    None => column.default.clone().unwrap_or(Cell::Null),
                };
                if cell == Cell::Null && column.not_null {
                    return Err(Problem::Null { table: name, column: column.name.clone() });
                }
                whole.push(cell);
            }
            for (index, column) in table.columns.iter().enumerate().filter(|(_, column)| column.unique) {
                if table.rows.iter().chain(&fresh).any(|row| row[index] == whole[index]) {
                    return Err(Problem::Duplicate { table: name, column: column.name.clone(), value: show(&whole[index]).unwrap_or_default() });
                }
            }
            fresh.push(whole);
            if !self.sign(",") {
                break;
            }
        }
        let returning = if self.optional("returning") { Some(self.items()?) } else { None };
        let count = fresh.len();
        let stored = tables.get_mut(&name).ok_or(Problem::NoTable(name))?;
        stored.next = next;
        stored.rows.extend(fresh.iter().cloned());
        match returning {
            Some(items) => self.project(&items, Some(&table), &fresh.iter().collect::<Vec<_>>()),
            None => Ok(Outcome::Done("INSERT 0".to_owned(), count)),
        }
    }

    fn update(&mut self, tables: &mut Tables) -> Result<Outcome, Problem> {
        let name = self.name()?;
        let mut table = tables.get(&name).cloned().ok_or_else(|| Problem::NoTable(name.clone()))?;
        self.expect("set")?;
        let mut changes = Vec::new();
        loop {
            let place = self.tokens.get(self.at).map_or(0, |(_, place)| *place);
            let column = self.name()?;
            let index = table.columns.iter().position(|it| it.name == column).ok_or(Problem::NoColumn(column, place))?;
            self.expect_sign("=")?;
            changes.push((index, self.expression()?));
            if !self.sign(",") {
                break;
            }
        }
        let condition = self.condition()?;
        let mut count = 0;
        for row in 0..table.rows.len() {
            if self.holds(condition.as_ref(), &table, row)? {
                count += 1;
                for (index, expression) in &changes {
                    let value = self.value(expression, Some((&table, &table.rows[row])))?;
                    table.rows[row][*index] = fit(value, &table.columns[*index])?;
                }
            }
        }
        tables.insert(name, table);
        Ok(Outcome::Done("UPDATE".to_owned(), count))
    }

    fn delete(&mut self, tables: &mut Tables) -> Result<Outcome, Problem> {
        self.expect("from")?;
        let name = self.name()?;
        let mut table = tables.get(&name).cloned().ok_or_else(|| Problem::NoTable(name.clone()))?;
        let condition = self.condition()?;
        let gone: Vec<bool> = (0..table.rows.len()).map(|row| self.holds(condition.as_ref(), &table, row)).collect::<Result<_, _>>()?;
        let mut flags = gone.iter();
        table.rows.retain(|_| !flags.next().copied().unwrap_or(false));
        tables.insert(name, table);
        Ok(Outcome::Done("DELETE".to_owned(), gone.iter().filter(|gone| **gone).count()))
    }

    fn condition(&mut self) -> Result<Option<Expression>, Problem> {
        if self.optional("where") { self.expression().map(Some) } else { Ok(None) }
    }

    fn holds(&self, condition: Option<&Expression>, table: &Table, row: usize) -> Result<bool, Problem> {
        match condition {
            None => Ok(true),
            Some(condition) => Ok(self.value(condition, Some((table, &table.rows[row])))? == Cell::Bool(true)),
        }
    }

    fn items(&mut self) -> Result<Vec<Item>, Problem> {
        let mut items = Vec::new();
        loop {
            if self.sign("*") {
                items.push(Item::All);
            } else {
                let expression = self.expression()?;
                let mut label = match &expression {
                    Expression::Column(name, _) => name.clone(),
                    Expression::Aggregate(name, _) | Expression::Function(name, _) => name.clone(),
                    _ => "?column?".to_owned(),
                };
                if self.optional("as") {
                    label = self.name()?;
                }
                items.push(Item::Value(expression, label));
            }
            if !self.sign(",") {
                return Ok(items);
            }
        }
    }

    fn select(&mut self, tables: &Tables) -> Result<Outcome, Problem> {
        if self.optional("distinct") {
            return Err(Problem::NotSimulated("DISTINCT".to_owned()));
        }
        let items = self.items()?;
        if !self.optional("from") {
            return self.project(&items, None, &[&Vec::new()]);
        }
        let name = self.name()?;
        if self.sign(",") {
            return Err(Problem::NotSimulated("joins".to_owned()));
        }
        let table = tables.get(&name).ok_or(Problem::NoTable(name))?;
        let condition = self.condition()?;
        let mut rows: Vec<usize> = Vec::new();
        for row in 0..table.rows.len() {
            if self.holds(condition.as_ref(), table, row)? {
                rows.push(row);
            }
        }
        if self.optional("order") {
            self.expect("by")?;
            let expression = self.expression()?;
            let down = self.optional("desc");
            self.optional("asc");
            let mut keyed = Vec::new();
            for row in rows {
                keyed.push((self.value(&expression, Some((table, &table.rows[row])))?, row));
            }
            keyed.sort_by(|a, b| compare(&a.0, &b.0).unwrap_or(Ordering::Equal));
            if down {
                keyed.reverse();
            }
            rows = keyed.into_iter().map(|(_, row)| row).collect();
        }
        if self.optional("limit") {
            match self.tokens.get(self.at) {
                Some((Token::Number(number), _)) => {
                    rows.truncate(*number as usize);
                    self.at += 1;
                }
                _ => return self.error(),
            }
        }
        let rows: Vec<&Vec<Cell>> = rows.into_iter().map(|row| &table.rows[row]).collect();
        self.project(&items, Some(table), &rows)
    }

    fn project(&self, items: &[Item], table: Option<&Table>, rows: &[&Vec<Cell>]) -> Result<Outcome, Problem> {
        let mut expressions = Vec::new();
        for item in items {
            match (item, table) {
                (Item::All, Some(table)) => expressions.extend(table.columns.iter().map(|column| (Expression::Column(column.name.clone(), 0), column.name.clone()))),
                (Item::All, None) => return Err(Problem::Syntax("*".to_owned(), 7)),
                (Item::Value(expression, label), _) => expressions.push((expression.clone(), label.clone())),
            }
        }
        let aggregates = expressions.iter().any(|(expression, _)| matches!(expression, Expression::Aggregate(..)));
        let mut out: Vec<Vec<Cell>> = Vec::new();
        if aggregates {
            let mut row = Vec::new();
            for (expression, _) in &expressions {
                let Expression::Aggregate(name, inner) = expression else { return Err(Problem::NotSimulated("GROUP BY".to_owned())) };
                row.push(self.aggregate(name, inner.as_deref(), table, rows)?);
            }
            out.push(row);
        } else {
            for row in rows {
                let cells: Result<Vec<Cell>, Problem> = expressions.iter().map(|(expression, _)| self.value(expression, table.map(|table| (table, *row)))).collect();
                out.push(cells?);
            }
        }
        let width = expressions.len();
        let of_column = |index: usize| match (&expressions[index].0, table) {
            (Expression::Column(name, _), Some(table)) => table.columns.iter().find(|column| column.name == *name).is_some_and(|column| is_number(&column.kind)),
            (Expression::Aggregate(name, _), _) if name == "count" => true,
            _ => out.iter().any(|row| matches!(row[index], Cell::Number(_))),
        };
        let numeric = (0..width).map(of_column).collect();
        let rows = out.iter().map(|row| row.iter().map(show).collect()).collect();
        Ok(Outcome::Rows { names: expressions.into_iter().map(|(_, label)| label).collect(), numeric, rows })
    }

    fn aggregate(&self, name: &str, inner: Option<&Expression>, table: Option<&Table>, rows: &[&Vec<Cell>]) -> Result<Cell, Problem> {
        let Some(inner) = inner else { return Ok(Cell::Number(rows.len() as f64)) };
        let mut cells = Vec::new();
        for row in rows {
            let cell = self.value(inner, table.map(|table| (table, *row)))?;
            if cell != Cell::Null {
                cells.push(cell);
            }
        }
        let numbers = || cells.iter().filter_map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None });
        Ok(match name {
            "count" => Cell::Number(cells.len() as f64),
            _ if cells.is_empty() => Cell::Null,
            "sum" => Cell::Number(numbers().sum()),
            "avg" => Cell::Number(numbers().sum::<f64>() / cells.len() as f64),
            "min" => cells.iter().min_by(|a, b| compare(a, b).unwrap_or(Ordering::Equal)).cloned().unwrap_or(Cell::Null),
            _ => cells.iter().max_by(|a, b| compare(a, b).unwrap_or(Ordering::Equal)).cloned().unwrap_or(Cell::Null),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_statements_do_what_they_say() {
        let mut tables = Tables::new();
        let values: BTreeMap<String, String> = [("version".to_owned(), "16".to_owned())].into();
        let mut run = |text: &str| match execute(&mut tables, text, true, &values) {
            Ok(Outcome::Done(verb, count)) => format!("{verb} {count}"),
            Ok(Outcome::Rows { rows, .. }) => rows.iter().map(|row| row.iter().map(|cell| cell.clone().unwrap_or("-".to_owned())).collect::<Vec<_>>().join(",")).collect::<Vec<_>>().join(";"),
            Err(problem) => format!("{problem:?}"),
        };
        let cases = [
            ("CREATE TABLE cats (id serial PRIMARY KEY, name varchar(20) NOT NULL, age int DEFAULT 1)", "CREATE TABLE 0"),
            ("INSERT INTO cats (name, age) VALUES ('Tom', 3), ('Kit''s', 7)", "INSERT 0 2"),
            ("INSERT INTO cats (name) VALUES ('Ann') RETURNING id, age", "3,1"),
            ("SELECT * FROM cats WHERE age > 2 ORDER BY name", "2,Kit's,7;1,Tom,3"),
            ("select count(*), max(age) from cats", "3,7"),
            ("select name from cats where name like '%t%' or age = 1 order by age desc limit 1", "Kit's"),
            ("UPDATE cats SET age = age + 1 WHERE id IN (1, 3)", "UPDATE 2"),
            ("SELECT age FROM cats WHERE name = 'Tom'", "4"),
            ("DELETE FROM cats WHERE age >= 7", "DELETE 1"),
            ("SELECT 1 + 2 * 3, version(), upper('a') || 'b'", "7,16,Ab"),
            ("INSERT INTO cats (id, name) VALUES (1, 'x')", "Duplicate { table: \"cats\", column: \"id\", value: \"1\" }"),
            ("INSERT INTO cats (age) VALUES (1)", "Null { table: \"cats\", column: \"name\" }"),
            ("SELECT colour FROM cats", "NoColumn(\"colour\", 7)"),
            ("SELECT * FROM dogs", "NoTable(\"dogs\")"),
            ("SELEC 1", "Syntax(\"SELEC\", 0)"),
            ("SELECT * FROM cats JOIN dogs ON true", "NotSimulated(\"JOIN\")"),
            ("DROP TABLE cats", "DROP TABLE 0"),
        ];
        for (text, said) in cases {
            assert_eq!(run(text), said, "{text}");
        }
    }
}
