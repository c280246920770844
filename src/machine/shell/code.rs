//! The code that the shell runs: the parser's syntax tree, with shared nodes and words taken apart.
//!
//! Frames of a running shell point into this tree, so every node that a frame can point to is an `Arc`.

use std::sync::Arc;

use brush_parser::word::{BraceExpressionMember, BraceExpressionOrText, WordPieceWithSource};
use brush_parser::{ParserOptions, ast};

pub(super) type Code = Arc<Node>;

#[derive(Debug)]
pub(super) enum Node {
    List(Vec<Code>),
    /// A command in the background, with its text for `jobs`.
    Background(Code, String),
    /// The first command and then those behind `&&` (true) or `||` (false).
    AndOr(Code, Vec<(bool, Code)>),
    Pipeline(Vec<Code>),
    Not(Code),
    Timed(Code),
    Simple(Simple),
    Redirected(Code, Vec<Redirect>),
    Subshell(Code),
    If { arms: Vec<(Code, Code)>, otherwise: Option<Code> },
    While { condition: Code, body: Code, until: bool },
    For { variable: String, words: Option<Vec<Word>>, body: Code },
    ForArithmetic { start: String, condition: String, update: String, body: Code },
    Case { subject: Word, arms: Vec<CaseArm> },
    Function { name: String, body: Code },
    Test(ast::ExtendedTestExpr),
    Arithmetic(String),
    NotSimulated(String),
}

#[derive(Debug)]
pub(super) struct CaseArm {
    pub patterns: Vec<Word>,
    pub body: Option<Code>,
    pub then: ast::CaseItemPostAction,
}

#[derive(Debug, Default)]
pub(super) struct Simple {
    pub line: usize,
    pub assignments: Vec<Assignment>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    /// Why the command cannot be run.
    pub not_simulated: Option<String>,
}

#[derive(Debug)]
pub(super) struct Assignment {
    pub name: String,
    /// `name[index]=…`
    pub index: Option<String>,
    pub append: bool,
    pub value: AssignedValue,
}

#[derive(Debug)]
pub(super) enum AssignedValue {
    Scalar(Word),
    Array(Vec<(Option<Word>, Word)>),
}

#[derive(Debug)]
pub(super) struct Redirect {
    pub fd: Option<u32>,
    pub kind: RedirectKind,
}

#[derive(Debug)]
pub(super) enum RedirectKind {
    Read(Word),
    Write(Word),
    Append(Word),
    ReadWrite(Word),
    /// `2>&1`, `<&3`, `>&-`; true for output.
    Duplicate(Word, bool),
    /// `&>` and `&>>`
    Both(Word, bool),
    HereDocument(Word),
    HereString(Word),
}

/// A word taken apart into literal text, quotes and expansions.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub pieces: Arc<Vec<WordPieceWithSource>>,
    pub source: String,
    /// It looks like `name=value`: declarations (`export`, `local`, …) do not split its value.
    pub is_assignment: bool,
}

impl Word {
    pub fn parse(source: &str) -> Result<Word, String> {
        if source.contains('~') && has_long_number(source) {
            return Err(format!("{source}: so long a number behind a ~"));
        }
        let pieces = brush_parser::word::parse(source, &ParserOptions::default())
            .map_err(|_| format!("{source}: bad substitution"))?;
        Ok(Word { pieces: Arc::new(pieces), source: source.to_owned(), is_assignment: false })
    }

    fn here_document(source: &str, expands: bool) -> Word {
        let literal = || {
            use brush_parser::word::WordPiece::SingleQuotedText;
            vec![WordPieceWithSource { piece: SingleQuotedText(source.to_owned()), start_index: 0, end_index: 0 }]
        };
        let parsed = expands.then(|| brush_parser::word::parse_heredoc(source, &ParserOptions::default()).ok());
        let pieces = parsed.flatten().unwrap_or_else(literal);
        Word { pieces: Arc::new(pieces), source: source.to_owned(), is_assignment: false }
    }
}

/// Turns the parser's tree into code. `aliases` gives what the first word of a command stands for.
pub(super) struct Lowering<'a> {
    pub first_line: usize,
    pub aliases: &'a dyn Fn(&str) -> Option<String>,
}

impl Lowering<'_> {
    pub fn program(&self, program: &ast::Program) -> Code {
        Arc::new(Node::List(program.complete_commands.iter().map(|list| self.list(list)).collect()))
    }

    fn list(&self, list: &ast::CompoundList) -> Code {
        let items = list.0.iter().map(|ast::CompoundListItem(and_or, separator)| {
            let code = self.and_or(and_or);
            match separator {
                ast::SeparatorOperator::Async => Arc::new(Node::Background(code, and_or.to_string())),
                ast::SeparatorOperator::Sequence => code,
            }
        });
        let mut items: Vec<Code> = items.collect();
        match items.len() {
            1 => items.remove(0),
            _ => Arc::new(Node::List(items)),
        }
    }

    fn and_or(&self, and_or: &ast::AndOrList) -> Code {
        let first = self.pipeline(&and_or.first);
        if and_or.additional.is_empty() {
            return first;
        }
        let rest = and_or.additional.iter().map(|next| match next {
            ast::AndOr::And(pipeline) => (true, self.pipeline(pipeline)),
            ast::AndOr::Or(pipeline) => (false, self.pipeline(pipeline)),
        });
        Arc::new(Node::AndOr(first, rest.collect()))
    }

    fn pipeline(&self, pipeline: &ast::Pipeline) -> Code {
        let mut stages: Vec<Code> = pipeline.seq.iter().map(|command| self.command(command)).collect();
        let mut code = match stages.len() {
            1 => stages.remove(0),
            _ => Arc::new(Node::Pipeline(stages)),
        };
        if pipeline.bang {
            code = Arc::new(Node::Not(code));
        }
        if pipeline.timed.is_some() {
            code = Arc::new(Node::Timed(code));
        }
        code
    }

    fn command(&self, command: &ast::Command) -> Code {
        match command {
            ast::Command::Simple(simple) => Arc::new(Node::Simple(self.simple(simple))),
            ast::Command::Compound(compound, redirects) => self.redirected(self.compound(compound), redirects.as_ref()),
            ast::Command::Function(function) => {
                let ast::FunctionBody(body, redirects) = &function.body;
                let body = self.redirected(self.compound(body), redirects.as_ref());
                Arc::new(Node::Function { name: function.fname.value.clone(), body })
            }
            ast::Command::ExtendedTest(test, redirects) => {
                self.redirected(Arc::new(Node::Test(test.expr.clone())), redirects.as_ref())
            }
        }
    }

    fn redirected(&self, code: Code, redirects: Option<&ast::RedirectList>) -> Code {
        let Some(redirects) = redirects else { return code };
        match redirects.0.iter().map(redirect).collect::<Result<_, _>>() {
            Ok(redirects) => Arc::new(Node::Redirected(code, redirects)),
            Err(what) => Arc::new(Node::NotSimulated(what)),
        }
    }

    fn compound(&self, command: &ast::CompoundCommand) -> Code {
        use ast::CompoundCommand as C;
        Arc::new(match command {
            C::Arithmetic(arithmetic) => Node::Arithmetic(arithmetic.expr.value.clone()),
            C::ArithmeticForClause(clause) => {
                let text = |part: &Option<ast::UnexpandedArithmeticExpr>| {
                    part.as_ref().map_or_else(String::new, |expr| expr.value.clone())
                };
                Node::ForArithmetic {
                    start: text(&clause.initializer),
                    condition: text(&clause.condition),
                    update: text(&clause.updater),
                    body: self.list(&clause.body.list),
                }
            }
            C::BraceGroup(group) => return self.list(&group.list),
            C::Subshell(subshell) => Node::Subshell(self.list(&subshell.list)),
            C::ForClause(clause) => match clause.values.as_ref().map(|values| words(values)).transpose() {
                Ok(words) => Node::For {
                    variable: clause.variable_name.clone(),
                    words,
                    body: self.list(&clause.body.list),
                },
                Err(what) => Node::NotSimulated(what),
            },
            C::CaseClause(clause) => match self.case(clause) {
                Ok(node) => node,
                Err(what) => Node::NotSimulated(what),
            },
            C::IfClause(clause) => self.if_clause(clause),
            C::WhileClause(clause) | C::UntilClause(clause) => Node::While {
                condition: self.list(&clause.0),
                body: self.list(&clause.1.list),
                until: matches!(command, C::UntilClause(_)),
            },
            C::Coprocess(_) => Node::NotSimulated("coproc".to_owned()),
        })
    }

    fn if_clause(&self, clause: &ast::IfClauseCommand) -> Node {
        let mut arms = vec![(self.list(&clause.condition), self.list(&clause.then))];
        let mut otherwise = None;
        for part in clause.elses.iter().flatten() {
            match &part.condition {
                Some(condition) => arms.push((self.list(condition), self.list(&part.body))),
                None => otherwise = Some(self.list(&part.body)),
            }
        }
        Node::If { arms, otherwise }
    }

    fn case(&self, clause: &ast::CaseClauseCommand) -> Result<Node, String> {
        let arms = clause.cases.iter().map(|item| {
            let patterns = item.patterns.iter().map(|word| Word::parse(&word.value)).collect::<Result<_, _>>()?;
            let body = item.cmd.as_ref().map(|list| self.list(list));
            Ok(CaseArm { patterns, body, then: item.post_action.clone() })
        });
        Ok(Node::Case { subject: Word::parse(&clause.value.value)?, arms: arms.collect::<Result<_, String>>()? })
    }

    fn simple(&self, command: &ast::SimpleCommand) -> Simple {
        let mut simple = Simple { line: self.first_line, ..Simple::default() };
        let result = (|| -> Result<(), String> {
            for item in command.prefix.iter().flat_map(|prefix| &prefix.0) {
                self.item(item, &mut simple, true)?;
            }
            if let Some(word) = &command.word_or_name {
                if let Some(span) = &word.loc {
                    simple.line = self.first_line + span.start.line - 1;
                }
                match (self.aliases)(&word.value) {
                    Some(text) => simple.words.extend(alias_words(&text)?),
                    None => simple.words.extend(expand_braces(&word.value)?),
                }
            }
            for item in command.suffix.iter().flat_map(|suffix| &suffix.0) {
                self.item(item, &mut simple, false)?;
            }
            Ok(())
        })();
        simple.not_simulated = result.err();
        simple
    }

    fn item(&self, item: &ast::CommandPrefixOrSuffixItem, simple: &mut Simple, before: bool) -> Result<(), String> {
        match item {
            ast::CommandPrefixOrSuffixItem::IoRedirect(io) => simple.redirects.push(redirect(io)?),
            ast::CommandPrefixOrSuffixItem::Word(word) => simple.words.extend(expand_braces(&word.value)?),
            ast::CommandPrefixOrSuffixItem::AssignmentWord(assigned, _) if before => {
                simple.assignments.push(assignment(assigned)?);
            }
            ast::CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                simple.words.push(Word { is_assignment: true, ..Word::parse(&word.value)? });
            }
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(..) => return Err("process substitution".to_owned()),
        }
        Ok(())
    }
}

fn words(list: &[ast::Word]) -> Result<Vec<Word>, String> {
    let mut out = Vec::new();
    for word in list {
        out.extend(expand_braces(&word.value)?);
    }
    Ok(out)
}

/// The words of an alias: `kubectl get pods` gives three.
fn alias_words(text: &str) -> Result<Vec<Word>, String> {
    let tokens = brush_parser::tokenize_str(text).map_err(|error| error.to_string())?;
    tokens
        .iter()
        .map(|token| match token {
            brush_parser::Token::Word(word, _) => Word::parse(word),
            brush_parser::Token::Operator(operator, _) => Err(format!("`{operator}' in an alias")),
        })
        .collect()
}

fn assignment(assignment: &ast::Assignment) -> Result<Assignment, String> {
    let (name, index) = match &assignment.name {
        ast::AssignmentName::VariableName(name) => (name.clone(), None),
        ast::AssignmentName::ArrayElementName(name, index) => (name.clone(), Some(index.clone())),
    };
    let value = match &assignment.value {
        ast::AssignmentValue::Scalar(word) => AssignedValue::Scalar(Word::parse(&word.value)?),
        ast::AssignmentValue::Array(elements) => {
            let mut values = Vec::new();
            for (index, word) in elements {
                let index = index.as_ref().map(|index| Word::parse(&index.value)).transpose()?;
                values.extend(expand_braces(&word.value)?.into_iter().map(|word| (index.clone(), word)));
            }
            AssignedValue::Array(values)
        }
    };
    Ok(Assignment { name, index, append: assignment.append, value })
}

fn redirect(redirect: &ast::IoRedirect) -> Result<Redirect, String> {
    use ast::IoFileRedirectKind as K;
    let number = |fd: &Option<i32>| fd.and_then(|fd| u32::try_from(fd).ok());
    let (fd, kind) = match redirect {
        ast::IoRedirect::File(fd, kind, target) => {
            let word = match target {
                ast::IoFileRedirectTarget::Filename(word) | ast::IoFileRedirectTarget::Duplicate(word) => {
                    Word::parse(&word.value)?
                }
                ast::IoFileRedirectTarget::Fd(fd) => Word::parse(&fd.to_string())?,
                ast::IoFileRedirectTarget::ProcessSubstitution(..) => return Err("process substitution".to_owned()),
            };
            let kind = match kind {
                K::Read => RedirectKind::Read(word),
                K::Write | K::Clobber => RedirectKind::Write(word),
                K::Append => RedirectKind::Append(word),
                K::ReadAndWrite => RedirectKind::ReadWrite(word),
                K::DuplicateInput => RedirectKind::Duplicate(word, false),
                K::DuplicateOutput => RedirectKind::Duplicate(word, true),
            };
            (fd, kind)
        }
        ast::IoRedirect::HereDocument(fd, document) => {
            (fd, RedirectKind::HereDocument(Word::here_document(&document.doc.value, document.requires_expansion)))
        }
        ast::IoRedirect::HereString(fd, word) => (fd, RedirectKind::HereString(Word::parse(&word.value)?)),
        ast::IoRedirect::OutputAndError(word, append) => {
            (&None, RedirectKind::Both(Word::parse(&word.value)?, *append))
        }
    };
    Ok(Redirect { fd: number(fd), kind })
}

/// `a{1,2}b` is two words; most words are one. This is done on the text, before anything else.
fn expand_braces(source: &str) -> Result<Vec<Word>, String> {
    if !source.contains('{') || has_long_number(source) {
        return Ok(vec![Word::parse(source)?]);
    }
    let parsed = brush_parser::word::parse_brace_expansions(source, &ParserOptions::default()).ok().flatten();
    match parsed {
        Some(parts) if size(&parts) > MOST_WORDS => Err(format!("{source}: a brace expansion of so many words")),
        Some(parts) => alternatives(&parts).iter().map(|text| Word::parse(text)).collect(),
        None => Ok(vec![Word::parse(source)?]),
    }
}

/// How many words one brace expansion may make.
const MOST_WORDS: usize = 100_000;

/// Numbers that the library does not expect: more than nine digits.
fn has_long_number(source: &str) -> bool {
    source.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 9)
}

/// How many words the alternatives make together.
fn size(parts: &[BraceExpressionOrText]) -> usize {
    let member_size = |member: &BraceExpressionMember| match member {
        BraceExpressionMember::NumberSequence { start, end, increment } => {
            let steps = start.abs_diff(*end) / increment.unsigned_abs().max(1);
            usize::try_from(steps).unwrap_or(usize::MAX).saturating_add(1)
        }
        BraceExpressionMember::CharSequence { start, end, .. } => u32::from(*start).abs_diff(u32::from(*end)) as usize + 1,
        BraceExpressionMember::Child(parts) => size(parts),
    };
    parts.iter().fold(1, |product, part| match part {
        BraceExpressionOrText::Text(_) => product,
        BraceExpressionOrText::Expr(members) => {
            product.saturating_mul(members.iter().map(member_size).fold(0, usize::saturating_add))
        }
    })
}

fn alternatives(parts: &[BraceExpressionOrText]) -> Vec<String> {
    let mut out = vec![String::new()];
    for part in parts {
        let choices = match part {
            BraceExpressionOrText::Text(text) => vec![text.clone()],
            BraceExpressionOrText::Expr(members) => members.iter().flat_map(member_texts).collect(),
        };
        out = out.iter().flat_map(|head| choices.iter().map(move |tail| format!("{head}{tail}"))).collect();
    }
    out
}

fn member_texts(member: &BraceExpressionMember) -> Vec<String> {
    let span = |start: i64, end: i64, step: i64| -> Vec<i64> {
        let step = usize::try_from(step.unsigned_abs().max(1)).unwrap_or(1);
        match start <= end {
            true => (start..=end).step_by(step).collect(),
            false => (end..=start).rev().step_by(step).collect(),
        }
    };
    match member {
        BraceExpressionMember::NumberSequence { start, end, increment } => {
            span(*start, *end, *increment).iter().map(i64::to_string).collect()
        }
        BraceExpressionMember::CharSequence { start, end, increment } => {
            let letters = span(i64::from(u32::from(*start)), i64::from(u32::from(*end)), *increment);
            letters.iter().filter_map(|code| char::from_u32(u32::try_from(*code).ok()?)).map(String::from).collect()
        }
        BraceExpressionMember::Child(parts) => alternatives(parts),
    }
}
