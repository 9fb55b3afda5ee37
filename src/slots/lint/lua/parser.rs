//! Lua 5.1 to a [`Script`] (reference manual, sections 2.4, 2.5 and 8). What the server's compiler refuses is refused here.

use std::collections::HashMap;

use super::token::{Lexer, NoLua, Span, Token};
use super::tree::{Expr, ExprId, ExprKind, Fact, Function, FunctionId, NameId, Script};

/// How deep statements and expressions may nest: `LUAI_MAXCCALLS` of the server's Lua.
const MAX_DEPTH: usize = 200;

/// Precedence of `not`, `#` and the minus sign in front.
const UNARY: u8 = 8;

/// Reads a script.
///
/// # Errors
/// The first thing that is no Lua.
pub fn parse(text: &str) -> Result<Script, NoLua> {
    let mut lexer = Lexer::new(text);
    let (token, span) = lexer.next()?;
    let shebang = text.strip_prefix("#!").map(|rest| rest.lines().next().unwrap_or_default().trim().to_owned());
    let script = Script { functions: vec![Function::default()], shebang, ..Script::default() };
    let mut parser = Parser {
        lexer,
        token,
        span,
        last: Span::default(),
        script,
        scopes: vec![Vec::new()],
        globals: HashMap::new(),
        function: FunctionId(0),
        depth: 0,
    };
    parser.block()?;
    match parser.token {
        Token::End => Ok(parser.script),
        _ => parser.expected("the end of the script"),
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    span: Span,
    /// The word before.
    last: Span,
    script: Script,
    /// Local names of the blocks around, innermost last.
    scopes: Vec<Vec<(Box<str>, NameId)>>,
    globals: HashMap<Box<str>, NameId>,
    function: FunctionId,
    depth: usize,
}

type Parsed<T> = Result<T, NoLua>;

impl Parser<'_> {
    fn advance(&mut self) -> Parsed<Token> {
        let (token, span) = self.lexer.next()?;
        self.last = std::mem::replace(&mut self.span, span);
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn at(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(found) if found == word)
    }

    fn take(&mut self, word: &str) -> Parsed<bool> {
        let found = self.at(word);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.take(word)? { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    fn expected<T>(&self, what: &str) -> Parsed<T> {
        Err(NoLua::new(format!("expected {what}, found {}", self.token), self.span))
    }

    fn name(&mut self) -> Parsed<Box<str>> {
        match &self.token {
            Token::Name(_) => match self.advance()? {
                Token::Name(name) => Ok(name),
                _ => self.expected("a name"),
            },
            _ => self.expected("a name"),
        }
    }

    /// Runs a part one level deeper.
    fn deeper<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(NoLua::new("this is nested more than 200 levels deep", self.span));
        }
        let result = part(self);
        self.depth -= 1;
        result
    }

    fn expr(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.script.expressions.push(Expr { kind, span });
        ExprId(self.script.expressions.len() - 1)
    }

    fn span_of(&self, expr: ExprId) -> Span {
        self.script.expr(expr).span
    }

    fn declare(&mut self, name: Box<str>) -> NameId {
        self.script.names.push((name.clone(), false));
        let id = NameId(self.script.names.len() - 1);
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name, id));
        }
        id
    }

    fn resolve(&mut self, name: &str) -> NameId {
        let local = self.scopes.iter().rev().flat_map(|scope| scope.iter().rev()).find(|(known, _)| **known == *name);
        if let Some((_, id)) = local {
            return *id;
        }
        if let Some(id) = self.globals.get(name) {
            return *id;
        }
        self.script.names.push((name.into(), true));
        let id = NameId(self.script.names.len() - 1);
        self.globals.insert(name.into(), id);
        id
    }

    fn scoped<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.scopes.push(Vec::new());
        let result = self.deeper(part);
        self.scopes.pop();
        result
    }

    /// Statements up to a word that ends a block. A `return` or `break` must be the last.
    fn block(&mut self) -> Parsed<()> {
        loop {
            let ends = matches!(self.token, Token::End | Token::Word("end" | "else" | "elseif" | "until"));
            if ends {
                return Ok(());
            }
            let last = self.at("return") || self.at("break");
            self.statement()?;
            self.take(";")?;
            if last {
                return Ok(());
            }
        }
    }

    fn inner(&mut self) -> Parsed<()> {
        self.scoped(Parser::block)
    }

    fn statement(&mut self) -> Parsed<()> {
        let Token::Word(word) = self.token else { return self.assignment_or_call() };
        match word {
            "if" => self.condition(),
            "while" => {
                self.advance()?;
                self.expression()?;
                self.expect("do")?;
                self.inner()?;
                self.expect("end")
            }
            "do" => {
                self.advance()?;
                self.inner()?;
                self.expect("end")
            }
            "for" => self.scoped(Parser::loop_over),
            "repeat" => {
                self.advance()?;
                // The condition sees the names of the block.
                self.scoped(|it| {
                    it.block()?;
                    it.expect("until")?;
                    it.expression().map(drop)
                })
            }
            "function" => self.function_statement(),
            "local" => self.local(),
            "return" => self.give_back(),
            "break" => self.advance().map(drop),
            _ => self.assignment_or_call(),
        }
    }

    fn condition(&mut self) -> Parsed<()> {
        loop {
            // `if` or `elseif`.
            self.advance()?;
            self.expression()?;
            self.expect("then")?;
            self.inner()?;
            if self.take("else")? {
                self.inner()?;
                return self.expect("end");
            }
            if !self.at("elseif") {
                return self.expect("end");
            }
        }
    }

    fn loop_over(&mut self) -> Parsed<()> {
        self.advance()?;
        let mut names = vec![self.name()?];
        if self.take("=")? {
            self.expression()?;
            self.expect(",")?;
            self.expression()?;
            if self.take(",")? {
                self.expression()?;
            }
            for name in names {
                self.declare(name);
            }
        } else {
            while self.take(",")? {
                names.push(self.name()?);
            }
            self.expect("in")?;
            let values = self.expressions()?;
            let names = names.into_iter().map(|name| self.declare(name)).collect();
            self.script.facts.push(Fact::Each { names, iterator: values[0] });
        }
        self.expect("do")?;
        self.inner()?;
        self.expect("end")
    }

    fn function_statement(&mut self) -> Parsed<()> {
        self.advance()?;
        let first = self.name()?;
        let start = self.last;
        let id = self.resolve(&first);
        let mut table = None;
        let mut method = false;
        while self.at(".") || self.at(":") {
            method = self.at(":");
            self.advance()?;
            let key = self.name()?;
            let of = table.unwrap_or_else(|| self.expr(ExprKind::Name(id), start));
            let key = self.expr(ExprKind::Text(key.as_bytes().into()), self.last);
            table = Some(self.expr(ExprKind::Index { of, key }, start.to(self.last)));
            if method {
                break;
            }
        }
        let value = self.function(start, method)?;
        self.script.facts.push(match table {
            Some(table) => Fact::Put { table, value },
            None => Fact::Set { name: id, value, spread: false },
        });
        Ok(())
    }

    /// From the parameters to `end`.
    fn function(&mut self, start: Span, method: bool) -> Parsed<ExprId> {
        self.script.functions.push(Function::default());
        let id = FunctionId(self.script.functions.len() - 1);
        let outer = std::mem::replace(&mut self.function, id);
        let result = self.scoped(|it| {
            let mut parameters = Vec::new();
            if method {
                parameters.push(it.declare("self".into()));
            }
            it.expect("(")?;
            while !it.at(")") {
                if it.take("...")? {
                    break;
                }
                let name = it.name()?;
                parameters.push(it.declare(name));
                if !it.take(",")? {
                    break;
                }
                if it.at(")") {
                    return it.expected("a name");
                }
            }
            it.expect(")")?;
            it.script.functions[id.0].parameters = parameters;
            it.block()?;
            it.expect("end")
        });
        self.function = outer;
        result?;
        Ok(self.expr(ExprKind::Function(id), start.to(self.last)))
    }

    fn local(&mut self) -> Parsed<()> {
        self.advance()?;
        if self.take("function")? {
            let name = self.name()?;
            let start = self.last;
            // The function knows its own name.
            let name = self.declare(name);
            let value = self.function(start, false)?;
            self.script.facts.push(Fact::Set { name, value, spread: false });
            return Ok(());
        }
        let mut names = vec![self.name()?];
        while self.take(",")? {
            names.push(self.name()?);
        }
        let values = if self.take("=")? { self.expressions()? } else { Vec::new() };
        // The values do not know the names.
        let names: Vec<NameId> = names.into_iter().map(|name| self.declare(name)).collect();
        for (index, name) in names.into_iter().enumerate() {
            self.set(name, &values, index);
        }
        Ok(())
    }

    fn set(&mut self, name: NameId, values: &[ExprId], index: usize) {
        let spread = index + 1 > values.len();
        if let Some(&value) = values.get(index).or(values.last()) {
            self.script.facts.push(Fact::Set { name, value, spread });
        }
    }

    fn give_back(&mut self) -> Parsed<()> {
        self.advance()?;
        if matches!(self.token, Token::End | Token::Word("end" | "else" | "elseif" | "until" | ";")) {
            return Ok(());
        }
        for value in self.expressions()? {
            self.script.facts.push(Fact::Return { function: self.function, value });
        }
        Ok(())
    }

    fn assignment_or_call(&mut self) -> Parsed<()> {
        let start = self.span;
        let first = self.suffixed()?;
        if !self.at("=") && !self.at(",") {
            return match self.script.expr(first).kind {
                ExprKind::Call { .. } | ExprKind::Method { .. } => Ok(()),
                _ => Err(NoLua::new("this is no statement", start.to(self.last))),
            };
        }
        let mut targets = vec![first];
        while self.take(",")? {
            targets.push(self.suffixed()?);
        }
        self.expect("=")?;
        let values = self.expressions()?;
        for (index, target) in targets.into_iter().enumerate() {
            match self.script.expr(target).kind {
                ExprKind::Name(name) => self.set(name, &values, index),
                ExprKind::Index { of, .. } => {
                    if let Some(&value) = values.get(index).or(values.last()) {
                        self.script.facts.push(Fact::Put { table: of, value });
                    }
                }
                _ => return Err(NoLua::new("nothing can be assigned to this", self.span_of(target))),
            }
        }
        Ok(())
    }

    fn expressions(&mut self) -> Parsed<Vec<ExprId>> {
        let mut all = vec![self.expression()?];
        while self.take(",")? {
            all.push(self.expression()?);
        }
        Ok(all)
    }

    fn expression(&mut self) -> Parsed<ExprId> {
        self.binary(0)
    }

    /// An expression of operators that bind stronger than that.
    fn binary(&mut self, limit: u8) -> Parsed<ExprId> {
        self.deeper(|it| {
            let mut left = it.unary()?;
            while let Some((sign, _, above)) = it.operator().filter(|(_, strength, _)| *strength > limit) {
                it.advance()?;
                let right = it.binary(above)?;
                let kind = match sign {
                    ".." => ExprKind::Concat(left, right),
                    "and" => ExprKind::And(right),
                    "or" => ExprKind::Or(left, right),
                    _ => ExprKind::Computed,
                };
                let span = it.span_of(left).to(it.span_of(right));
                left = it.expr(kind, span);
            }
            Ok(left)
        })
    }

    /// The operator here, how strong it binds to its left, and what binds stronger to its right.
    fn operator(&self) -> Option<(&'static str, u8, u8)> {
        let Token::Word(sign) = self.token else { return None };
        let (left, right) = match sign {
            "or" => (1, 1),
            "and" => (2, 2),
            "<" | ">" | "<=" | ">=" | "~=" | "==" => (3, 3),
            ".." => (5, 4),
            "+" | "-" => (6, 6),
            "*" | "/" | "%" => (7, 7),
            "^" => (10, 9),
            _ => return None,
        };
        Some((sign, left, right))
    }

    fn unary(&mut self) -> Parsed<ExprId> {
        if !(self.at("not") || self.at("#") || self.at("-")) {
            return self.simple();
        }
        let start = self.span;
        self.advance()?;
        self.binary(UNARY)?;
        Ok(self.expr(ExprKind::Computed, start.to(self.last)))
    }

    fn simple(&mut self) -> Parsed<ExprId> {
        let span = self.span;
        let kind = match &self.token {
            Token::Number(number) => ExprKind::Number(*number),
            Token::Text(text) => ExprKind::Text(text.clone()),
            Token::Word("nil" | "true" | "false") => ExprKind::Plain,
            Token::Word("...") => ExprKind::Rest(self.function),
            Token::Word("{") => return self.table(),
            Token::Word("function") => {
                self.advance()?;
                return self.function(span, false);
            }
            _ => return self.suffixed(),
        };
        self.advance()?;
        Ok(self.expr(kind, span))
    }

    /// A name or an expression in parentheses, and what follows: fields, calls.
    fn suffixed(&mut self) -> Parsed<ExprId> {
        let start = self.span;
        let mut left = match &self.token {
            Token::Name(_) => {
                let name = self.name()?;
                let id = self.resolve(&name);
                self.expr(ExprKind::Name(id), start)
            }
            Token::Word("(") => {
                self.advance()?;
                let inside = self.expression()?;
                self.expect(")")?;
                // A call in parentheses has one result, and is no statement; the value is the same.
                let nothing = self.expr(ExprKind::Plain, start.to(self.last));
                self.expr(ExprKind::Or(inside, nothing), start.to(self.last))
            }
            _ => return self.expected("an expression"),
        };
        loop {
            let kind = match &self.token {
                Token::Word(".") => {
                    self.advance()?;
                    let name = self.name()?;
                    let key = self.expr(ExprKind::Text(name.as_bytes().into()), self.last);
                    ExprKind::Index { of: left, key }
                }
                Token::Word("[") => {
                    self.advance()?;
                    let key = self.expression()?;
                    self.expect("]")?;
                    ExprKind::Index { of: left, key }
                }
                Token::Word(":") => {
                    self.advance()?;
                    self.name()?;
                    ExprKind::Method { of: left, arguments: self.arguments()? }
                }
                Token::Word("(" | "{") | Token::Text(_) => {
                    let arguments = self.arguments()?;
                    ExprKind::Call { callee: left, arguments }
                }
                _ => return Ok(left),
            };
            left = self.expr(kind, start.to(self.last));
        }
    }

    fn arguments(&mut self) -> Parsed<Vec<ExprId>> {
        match &self.token {
            Token::Text(_) | Token::Word("{") => Ok(vec![self.simple()?]),
            Token::Word("(") => {
                self.advance()?;
                if self.take(")")? {
                    return Ok(Vec::new());
                }
                let all = self.expressions()?;
                self.expect(")")?;
                Ok(all)
            }
            _ => self.expected("arguments"),
        }
    }

    fn table(&mut self) -> Parsed<ExprId> {
        let start = self.span;
        self.advance()?;
        let mut values = Vec::new();
        self.deeper(|it| {
            while !it.at("}") {
                if it.take("[")? {
                    it.expression()?;
                    it.expect("]")?;
                    it.expect("=")?;
                    values.push(it.expression()?);
                } else {
                    let first = it.expression()?;
                    let is_name = matches!(it.script.expr(first).kind, ExprKind::Name(_));
                    values.push(if is_name && it.take("=")? { it.expression()? } else { first });
                }
                if !it.take(",")? && !it.take(";")? {
                    break;
                }
            }
            it.expect("}")
        })?;
        Ok(self.expr(ExprKind::Table(values), start.to(self.last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_language_is_read() {
        let script = parse(
            r#"#!lua name=lib flags=no-writes
            local a, b = 1, ...; local function f(x, ...) return x, select('#', ...) end
            function g() end function t.x.y:m(z) self.a = z return end
            if a == 1 and not b then f(a) elseif a ~= 2 or #b > 3 then f{} else f"x" end
            while true do break end
            for i = 1, 10, 2 do a = i ^ 2 % 3 end
            for k, v in pairs({1, 2; x = 3, ['y'] = 4, [1 + 1] = {}, f()}) do t[k], b = v, -v end
            repeat local done = f() until done
            do local s = ('x'):rep(3) .. [[long]] end
            return (f(1)), function(...) return ... end"#,
        )
        .unwrap();
        assert_eq!(script.shebang.as_deref(), Some("lua name=lib flags=no-writes"));
        assert_eq!(script.functions.len(), 5);
        assert!(parse("").is_ok() && parse("#!lua").is_ok() && parse("return").is_ok());
    }

    #[test]
    fn names_belong_to_their_block() {
        let script = parse("local k = 1 do local k = 2 end f(k)").unwrap();
        let ids: Vec<usize> = script
            .expressions
            .iter()
            .filter_map(|e| match e.kind {
                ExprKind::Name(id) if &*script.names[id.0].0 == "k" => Some(id.0),
                _ => None,
            })
            .collect();
        assert_eq!(ids, [0]);
    }

    #[test]
    fn what_the_compiler_refuses_is_refused() {
        for (script, message) in [
            ("local", "expected a name, found the end of the script"),
            ("if a then", "expected `end`, found the end of the script"),
            ("return 1 return 2", "expected the end of the script, found `return`"),
            ("a.b", "this is no statement"),
            ("f() = 1", "nothing can be assigned to this"),
            ("x = ", "expected an expression, found the end of the script"),
            ("x = 1 1", "expected an expression, found a number"),
            ("f(1", "expected `)`, found the end of the script"),
            ("goto x", "this is no statement"),
            ("x:y", "expected arguments, found the end of the script"),
            ("end", "expected the end of the script, found `end`"),
            ("x = function(a,) end", "expected a name, found `)`"),
        ] {
            assert_eq!(parse(script).unwrap_err().message, message, "{script}");
        }
        let deep = format!("return {}1{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(parse(&deep).unwrap_err().message, "this is nested more than 200 levels deep");
        assert!(parse(&format!("return f{}", "()".repeat(100_000))).is_ok());
        assert!(parse(&format!("return 1{}", "+1".repeat(100_000))).is_ok());
    }
}
