//! A small database of tables for the simulated servers that speak SQL: simple statements on one table at a time.
//!
//! Models: the common part of PostgreSQL's and MySQL's SQL.
//! Simplified: joins, subqueries, grouping, views, indexes, transactions that are rolled back and most functions are not
//! there; who uses them is told so.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Name(String),
    Text(String),
    Number(f64),
    Sign(String),
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    /// What `now()` and the like give, and names that have a value without a table.
    values: &'a BTreeMap<String, String>,
}

/// Splits a text at its semicolons, outside of quotes.
pub(super) fn statements(text: &str) -> Vec<String> {
    let (mut all, mut one, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, ';') => {
                all.push(std::mem::take(&mut one));
                continue;
            }
            _ => {}
        }
        one.push(c);
    }
    all.push(one);
    all.into_iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

fn tokens(text: &str, quotes_are_names: bool) -> Result<Vec<(Token, usize)>, Problem> {
    let bytes: Vec<(usize, char)> = text.char_indices().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while let Some((start, c)) = bytes.get(at).copied() {
        let rest = || bytes[at..].iter().map(|(_, c)| *c);
        match c {
            c if c.is_whitespace() => at += 1,
            '-' if bytes.get(at + 1).is_some_and(|(_, c)| *c == '-') => at += rest().take_while(|c| *c != '\n').count(),
            '\'' | '"' | '`' => {
                let mut word = String::new();
                let mut next = at + 1;
                loop {
                    match (bytes.get(next).map(|(_, c)| *c), bytes.get(next + 1).map(|(_, c)| *c)) {
                        (None, _) => return Err(Problem::Syntax(text[start..].to_owned(), start)),
                        (Some(found), Some(again)) if found == c && again == c => {
                            word.push(c);
                            next += 2;
                        }
                        (Some(found), _) if found == c => break,
                        (Some(found), _) => {
                            word.push(found);
                            next += 1;
                        }
                    }
                }
                let name = c == '`' || c == '"' && quotes_are_names;
                all.push((if name { Token::Name(word) } else { Token::Text(word) }, start));
                at = next + 1;
            }
            c if c.is_ascii_digit() => {
                let length = rest().take_while(|c| c.is_ascii_digit() || *c == '.').count();
                let number: String = rest().take(length).collect();
                all.push((Token::Number(number.parse().unwrap_or(0.0)), start));
                at += length;
            }
            c if c.is_alphabetic() || c == '_' || c == '@' => {
                let length = rest().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '@')).count();
                all.push((Token::Word(rest().take(length).collect()), start));
                at += length;
            }
            _ => {
                let two: String = rest().take(2).collect();
                let length = if ["<=", ">=", "<>", "!=", "::", "||"].contains(&two.as_str()) { 2 } else { 1 };
                all.push((Token::Sign(rest().take(length).collect()), start));
                at += length;
            }
        }
    }
    Ok(all)
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

/// Expressions.
impl Parser<'_> {
    fn expression(&mut self) -> Result<Expression, Problem> {
        let mut left = self.conjunction()?;
        while self.optional("or") {
            left = Expression::Operation("or".to_owned(), Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expression, Problem> {
        let mut left = self.negation()?;
        while self.optional("and") {
            left = Expression::Operation("and".to_owned(), Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression, Problem> {
        if self.optional("not") {
            return Ok(Expression::Not(Box::new(self.negation()?)));
        }
        let left = self.sum()?;
        for sign in ["=", "<>", "!=", "<=", ">=", "<", ">"] {
            if self.sign(sign) {
                return Ok(Expression::Operation(sign.to_owned(), Box::new(left), Box::new(self.sum()?)));
            }
        }
        if self.optional("is") {
            let not = self.optional("not");
            self.expect("null")?;
            return Ok(Expression::IsNull(Box::new(left), not));
        }
        let not = self.optional("not");
        if self.optional("like") || self.optional("ilike") {
            let like = Expression::Operation("like".to_owned(), Box::new(left), Box::new(self.sum()?));
            return Ok(if not { Expression::Not(Box::new(like)) } else { like });
        }
        if self.optional("in") {
            self.expect_sign("(")?;
            let mut all = Vec::new();
            loop {
                all.push(self.expression()?);
                if self.sign(")") {
                    return Ok(Expression::In(Box::new(left), all, not));
                }
                self.expect_sign(",")?;
            }
        }
        if not { self.error() } else { Ok(left) }
    }

    fn sum(&mut self) -> Result<Expression, Problem> {
        let mut left = self.product()?;
        loop {
            let Some(sign) = ["+", "-", "||"].into_iter().find(|sign| self.sign(sign)) else { return Ok(left) };
            left = Expression::Operation(sign.to_owned(), Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression, Problem> {
        let mut left = self.primary()?;
        loop {
            let Some(sign) = ["*", "/", "%"].into_iter().find(|sign| self.sign(sign)) else { return Ok(left) };
            left = Expression::Operation(sign.to_owned(), Box::new(left), Box::new(self.primary()?));
        }
    }

    fn primary(&mut self) -> Result<Expression, Problem> {
        if self.sign("(") {
            if self.optional("select") {
                return Err(Problem::NotSimulated("subqueries".to_owned()));
            }
            let inner = self.expression()?;
            self.expect_sign(")")?;
            return Ok(inner);
        }
        if self.sign("-") {
            let inner = self.primary()?;
            return Ok(Expression::Operation("-".to_owned(), Box::new(Expression::Cell(Cell::Number(0.0))), Box::new(inner)));
        }
        let Some((token, place)) = self.tokens.get(self.at).cloned() else { return self.error() };
        self.at += 1;
        let mut found = match token {
            Token::Number(number) => Expression::Cell(Cell::Number(number)),
            Token::Text(text) => Expression::Cell(Cell::Text(text)),
            Token::Name(name) => Expression::Column(name, place),
            Token::Word(word) => match word.to_lowercase().as_str() {
                "null" => Expression::Cell(Cell::Null),
                "true" => Expression::Cell(Cell::Bool(true)),
                "false" => Expression::Cell(Cell::Bool(false)),
                name @ ("count" | "sum" | "min" | "max" | "avg") if self.sign("(") => {
                    let inner = if self.sign("*") { None } else { Some(Box::new(self.expression()?)) };
                    self.expect_sign(")")?;
                    Expression::Aggregate(name.to_owned(), inner)
                }
                name if self.sign("(") => {
                    let mut args = Vec::new();
                    while !self.sign(")") {
                        args.push(self.expression()?);
                        self.sign(",");
                        if self.at >= self.tokens.len() {
                            return self.error();
                        }
                    }
                    Expression::Function(name.to_owned(), args)
                }
                "from" | "where" | "order" | "limit" | "values" | "set" | "group" => {
                    self.at -= 1;
                    return self.error();
                }
                name if self.values.contains_key(name) => Expression::Function(name.to_owned(), Vec::new()),
                name => Expression::Column(name.rsplit('.').next().unwrap_or(name).to_owned(), place),
            },
            Token::Sign(_) => {
                self.at -= 1;
                return self.error();
            }
        };
        // `'5'::int`
        while self.sign("::") {
            let kind = self.word()?;
            found = Expression::Function(format!("::{kind}"), vec![found]);
        }
        Ok(found)
    }

    fn value(&self, expression: &Expression, row: Option<(&Table, &Vec<Cell>)>) -> Result<Cell, Problem> {
        Ok(match expression {
            Expression::Cell(cell) => cell.clone(),
            Expression::Column(name, place) => {
                let found = row.and_then(|(table, row)| Some(row[table.columns.iter().position(|column| column.name == *name)?].clone()));
                found.ok_or_else(|| Problem::NoColumn(name.clone(), *place))?
            }
            Expression::Not(inner) => match self.value(inner, row)? {
                Cell::Bool(value) => Cell::Bool(!value),
                other => other,
            },
            Expression::IsNull(inner, not) => Cell::Bool((self.value(inner, row)? == Cell::Null) != *not),
            Expression::In(left, all, not) => {
                let left = self.value(left, row)?;
                let mut found = false;
                for one in all {
                    found |= compare(&left, &self.value(one, row)?) == Some(Ordering::Equal);
                }
                Cell::Bool(found != *not)
            }
            Expression::Aggregate(name, _) => return Err(Problem::NotSimulated(format!("{name}() in this place"))),
            Expression::Function(name, args) => {
                let args: Result<Vec<Cell>, Problem> = args.iter().map(|arg| self.value(arg, row)).collect();
                self.function(name, &args?)?
            }
            Expression::Operation(sign, left, right) => {
                let (left, right) = (self.value(left, row)?, self.value(right, row)?);
                match (sign.as_str(), &left, &right) {
                    ("and", Cell::Bool(a), Cell::Bool(b)) => Cell::Bool(*a && *b),
                    ("or", Cell::Bool(a), Cell::Bool(b)) => Cell::Bool(*a || *b),
                    ("||", a, b) => Cell::Text(show(a).unwrap_or_default() + &show(b).unwrap_or_default()),
                    ("like", a, b) => Cell::Bool(like(&show(b).unwrap_or_default(), &show(a).unwrap_or_default())),
                    ("+" | "-" | "*" | "/" | "%", Cell::Number(a), Cell::Number(b)) => Cell::Number(match sign.as_str() {
                        "+" => a + b,
                        "-" => a - b,
                        "*" => a * b,
                        "%" => a % b,
                        _ if a.fract() == 0.0 && b.fract() == 0.0 && *b != 0.0 => (a / b).trunc(),
                        _ => a / b,
                    }),
                    _ => match compare(&left, &right) {
                        None => Cell::Null,
                        Some(order) => Cell::Bool(match sign.as_str() {
                            "=" => order == Ordering::Equal,
                            "<>" | "!=" => order != Ordering::Equal,
                            "<" => order == Ordering::Less,
                            ">" => order == Ordering::Greater,
                            "<=" => order != Ordering::Greater,
                            _ => order != Ordering::Less,
                        }),
                    },
                }
            }
        })
    }

    fn function(&self, name: &str, args: &[Cell]) -> Result<Cell, Problem> {
        let text = || args.first().and_then(show).unwrap_or_default();
        Ok(match (name, args) {
            ("upper", [_]) => Cell::Text(text().to_uppercase()),
            ("lower", [_]) => Cell::Text(text().to_lowercase()),
            ("length" | "char_length", [_]) => Cell::Number(text().chars().count() as f64),
            ("concat", _) => Cell::Text(args.iter().filter_map(show).collect()),
            ("coalesce" | "ifnull", _) => args.iter().find(|cell| **cell != Cell::Null).cloned().unwrap_or(Cell::Null),
            ("abs", [Cell::Number(number)]) => Cell::Number(number.abs()),
            ("round", [Cell::Number(number)]) => Cell::Number(number.round()),
            (kind, [cell]) if kind.starts_with("::") => match kind {
                "::int" | "::integer" | "::bigint" | "::numeric" => Cell::Number(text().trim().parse().map_err(|_| Problem::NotANumber("integer".to_owned(), text()))?),
                "::text" | "::varchar" => Cell::Text(text()),
                _ => cell.clone(),
            },
            (name, []) if self.values.contains_key(name) => Cell::Text(self.values[name].clone()),
            _ => return Err(Problem::NotSimulated(format!("{name}()"))),
        })
    }
}

fn is_number(kind: &str) -> bool {
    ["int", "serial", "numeric", "decimal", "real", "double", "float"].iter().any(|word| kind.contains(word))
}

/// A value as a column takes it.
fn fit(cell: Cell, column: &Column) -> Result<Cell, Problem> {
    match cell {
        Cell::Text(text) if is_number(&column.kind) => {
            let kind = if column.kind.contains("int") || column.kind.contains("serial") { "integer" } else { "numeric" };
            text.trim().parse().map(Cell::Number).map_err(|_| Problem::NotANumber(kind.to_owned(), text))
        }
        Cell::Number(number) if !is_number(&column.kind) && !column.kind.contains("bool") => Ok(Cell::Text(show(&Cell::Number(number)).unwrap_or_default())),
        Cell::Text(text) if column.kind.contains("bool") => Ok(Cell::Bool(matches!(text.as_str(), "t" | "true" | "yes" | "on" | "1"))),
        cell => Ok(cell),
    }
}

/// A value as text; nothing for NULL.
fn show(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Text(text) => Some(text.clone()),
        Cell::Bool(true) => Some("t".to_owned()),
        Cell::Bool(false) => Some("f".to_owned()),
        Cell::Number(number) => Some(number.to_string()),
    }
}

fn compare(a: &Cell, b: &Cell) -> Option<Ordering> {
    match (a, b) {
        (Cell::Null, _) | (_, Cell::Null) => None,
        (Cell::Number(a), Cell::Number(b)) => a.partial_cmp(b),
        (Cell::Number(a), Cell::Text(b)) => a.partial_cmp(&b.parse().ok()?),
        (Cell::Text(a), Cell::Number(b)) => a.parse::<f64>().ok()?.partial_cmp(b),
        (a, b) => Some(show(a).cmp(&show(b))),
    }
}

fn like(pattern: &str, text: &str) -> bool {
    fn fits(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('%'), _) => fits(&pattern[1..], text) || !text.is_empty() && fits(pattern, &text[1..]),
            (Some('_'), Some(_)) => fits(&pattern[1..], &text[1..]),
            (Some(a), Some(b)) if a == b => fits(&pattern[1..], &text[1..]),
            _ => false,
        }
    }
    fits(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
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
