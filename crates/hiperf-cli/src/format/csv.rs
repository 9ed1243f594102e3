//! CSV: a record a line, NULL empty.
//!
//! A field is quoted when it has to be, and when it is an empty text, so that
//! NULL and "" stay different. Lines end in a line feed alone, which RFC 4180
//! readers take and Unix tools expect.
//!
//! Source: RFC 4180.

use hiperf_cim::Value;

/// Appends a record of column names.
pub fn header<'a>(out: &mut String, names: impl IntoIterator<Item = &'a str>) {
    record(out, names.into_iter().map(|name| Value::String(name.to_owned())));
}

/// Appends a record of values.
pub fn record(out: &mut String, values: impl IntoIterator<Item = Value>) {
    for (n, value) in values.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        if !value.is_null() {
            field(out, &value.to_string());
        }
    }
    out.push('\n');
}

fn field(out: &mut String, text: &str) {
    let is_plain = !text.is_empty() && !text.contains([',', '"', '\n', '\r']);
    // Leading and trailing blanks belong to the field, but some readers trim them.
    if is_plain && text.trim() == text {
        out.push_str(text);
        return;
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiperf_cim::CimType;

    #[test]
    fn records() {
        let text = |text: &str| Value::String(text.into());
        let mut out = String::new();
        header(&mut out, ["Name", "a,b"]);
        record(&mut out, [text("plain"), Value::Null, text(""), Value::Uint64(u64::MAX)]);
        record(&mut out, [text("a,b"), text("say \"hi\""), text("two\nlines"), text(" x")]);
        let array = Value::Array(CimType::Uint8, vec![Value::Uint8(1), Value::Uint8(2)]);
        record(&mut out, [array, Value::Boolean(true), Value::Real64(0.5)]);
        assert_eq!(
            out,
            "Name,\"a,b\"\nplain,,\"\",18446744073709551615\n\
             \"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\" x\"\n\"{1, 2}\",TRUE,0.5\n"
        );
    }
}
