//! The functions of Terraform by which trust policies are commonly written.

use hcl::Value;
use hcl::eval::{Context, FuncArgs, FuncDef, ParamType};

use super::json;

/// A context in which these functions are known, and no value.
pub(super) fn context() -> Context<'static> {
    let mut context = Context::new();
    let text = || ParamType::String;
    let one = |function| FuncDef::builder().param(ParamType::Any).build(function);
    let two = |function| FuncDef::builder().param(text()).param(text()).build(function);
    context.declare_func("jsonencode", one(jsonencode));
    context.declare_func("tolist", one(same));
    context.declare_func("toset", one(same));
    context.declare_func("lower", one(lower));
    context.declare_func("trimprefix", two(trimprefix));
    context.declare_func("trimsuffix", two(trimsuffix));
    let three = FuncDef::builder().param(text()).param(text()).param(text());
    context.declare_func("replace", three.build(replace));
    context.declare_func("join", FuncDef::builder().param(text()).param(ParamType::Any).build(join));
    context.declare_func("concat", FuncDef::builder().variadic_param(ParamType::Any).build(concat));
    context.declare_func(
        "format",
        FuncDef::builder().param(text()).variadic_param(ParamType::Any).build(format_text),
    );
    context
}

type Answer = Result<Value, String>;

fn jsonencode(arguments: FuncArgs) -> Answer {
    Ok(Value::String(json(&first(arguments)?)))
}

fn same(arguments: FuncArgs) -> Answer {
    first(arguments)
}

fn lower(arguments: FuncArgs) -> Answer {
    Ok(Value::String(text(&first(arguments)?)?.to_lowercase()))
}

fn trimprefix(arguments: FuncArgs) -> Answer {
    let [whole, part] = texts(arguments)?;
    Ok(Value::String(whole.strip_prefix(part.as_str()).unwrap_or(&whole).to_owned()))
}

fn trimsuffix(arguments: FuncArgs) -> Answer {
    let [whole, part] = texts(arguments)?;
    Ok(Value::String(whole.strip_suffix(part.as_str()).unwrap_or(&whole).to_owned()))
}

/// Terraform takes what stands between slashes for a regular expression, which is not read here.
fn replace(arguments: FuncArgs) -> Answer {
    let [whole, part, other] = texts(arguments)?;
    if part.len() > 2 && part.starts_with('/') && part.ends_with('/') {
        return Err("`replace` with a regular expression is not read".into());
    }
    Ok(Value::String(whole.replace(part.as_str(), &other)))
}

fn join(arguments: FuncArgs) -> Answer {
    let values = arguments.into_values();
    let [separator, Value::Array(elements)] = values.as_slice() else {
        return Err("`join` takes a separator and a list".into());
    };
    let words: Result<Vec<String>, String> = elements.iter().map(text).collect();
    Ok(Value::String(words?.join(&text(separator)?)))
}

fn concat(arguments: FuncArgs) -> Answer {
    let mut all = Vec::new();
    for list in arguments.into_values() {
        match list {
            Value::Array(elements) => all.extend(elements),
            _ => return Err("`concat` takes lists".into()),
        }
    }
    Ok(Value::Array(all))
}

/// `%s` and `%d`; what else `format` can do is not read.
fn format_text(arguments: FuncArgs) -> Answer {
    let mut values = arguments.into_values().into_iter();
    let pattern = values.next().map(|pattern| text(&pattern)).transpose()?.unwrap_or_default();
    let mut out = String::new();
    let mut rest = pattern.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let mut after = after.chars();
        match after.next() {
            Some('%') => out.push('%'),
            Some('s' | 'd') => out.push_str(&text(&values.next().ok_or("`format` lacks a value")?)?),
            _ => return Err("`format` with more than %s and %d is not read".into()),
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    Ok(Value::String(out))
}

fn first(arguments: FuncArgs) -> Answer {
    arguments.into_values().into_iter().next().ok_or_else(|| "an argument is missing".into())
}

fn texts<const N: usize>(arguments: FuncArgs) -> Result<[String; N], String> {
    let texts: Result<Vec<String>, String> = arguments.into_values().iter().map(text).collect();
    texts?.try_into().map_err(|_| "there are too few or too many arguments".into())
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        _ => Err("a text is needed".into()),
    }
}
