//! A record without what is secret in it.

use cce_journal::Record;
use serde_json::Value;

/// Ends the name of whatever holds a password: a setting, an element, a member, a parameter.
const WORD: &str = "password";

/// What stands for a secret.
const MASK: &str = "***";

/// A record as the journal has it, without what is secret: the bytes of messages stand among the fields.
pub(super) fn masked(record: &Record) -> String {
    let mut json = serde_json::to_value(record).unwrap_or_default();
    mask(&mut json);
    json.to_string()
}

fn mask(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("x:") => {
            *text = format!("x:… ({} bytes)", (text.len() - 2) / 2);
        }
        Value::String(text) => *text = without_passwords(text),
        Value::Array(pair) if is_secret_header(pair) => pair[1] = Value::from(MASK),
        Value::Array(values) => values.iter_mut().for_each(mask),
        Value::Object(fields) => {
            // A setting has its name beside its value, or is the key of it where it was stored.
            let is_setting = fields.values().any(|text| text.as_str().is_some_and(is_password));
            for (key, value) in fields {
                if is_password(key) || is_setting && key == "value" {
                    *value = Value::from(MASK);
                } else {
                    mask(value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_password(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(WORD)
}

fn is_secret_header(pair: &[Value]) -> bool {
    let name = pair.first().and_then(Value::as_str).map(str::to_lowercase);
    pair.len() == 2
        && name.is_some_and(|name| ["authorization", "cookie", "set-cookie"].contains(&name.as_str()))
}

/// A text whose passwords are masked, as elements (`<password>…`), members (`"password":"…"`) and parameters (`password=…`).
fn without_passwords(text: &str) -> String {
    let small = text.to_ascii_lowercase();
    let (mut masked, mut done) = (String::new(), 0);
    for (at, _) in small.match_indices(WORD) {
        if let Some((begin, end)) = value_of(text, at)
            && begin >= done
            && begin < end
        {
            masked.push_str(&text[done..begin]);
            masked.push_str(MASK);
            done = end;
        }
    }
    masked + &text[done..]
}

/// Where the value begins and ends that a name at this place has; none where it names no value. What begins with a
/// quotation mark ends with it: a password may have blanks and signs of all kinds.
fn value_of(text: &str, at: usize) -> Option<(usize, usize)> {
    let behind = &text[at + WORD.len()..];
    if is_in_name_of_element(&text[..at]) {
        let (tag, value) = behind.split_once('>')?;
        let begin = text.len() - value.len();
        return (!tag.ends_with('/')).then(|| (begin, begin + value.find("</").unwrap_or(value.len())));
    }
    let rest = behind.trim_start_matches(['"', '\'', '\\', ' ']);
    let value = rest.strip_prefix([':', '='])?.trim_start();
    let quoted = value.trim_start_matches('\\');
    let (begin, length) = match quoted.strip_prefix(['"', '\'']) {
        Some(inside) => (text.len() - inside.len(), closing(inside, quoted, value.len() - quoted.len())),
        None if rest.starts_with('=') => (text.len() - value.len(), value.find(['&', '\r', '\n'])),
        None => (text.len() - value.len(), value.find([',', '}', '\r', '\n'])),
    };
    Some((begin, length.map_or(text.len(), |length| begin + length)))
}

/// Whether what stands before ends within the name of an element that begins.
fn is_in_name_of_element(before: &str) -> bool {
    let name = before.rsplit_once('<').map(|(_, name)| name);
    name.is_some_and(|name| name.chars().all(|sign| sign.is_alphanumeric() || "_-.:".contains(sign)))
}

/// The length of a quoted text whose quotation mark has that many backslashes before it; within another text that is
/// quoted, each level doubles them.
fn closing(inside: &str, quoted: &str, backslashes: usize) -> Option<usize> {
    let mark = quoted.chars().next()?;
    inside.match_indices(mark).map(|(at, _)| &inside[..at]).find_map(|before| {
        let content = before.trim_end_matches('\\');
        let run = before.len() - content.len();
        (run % (2 * (backslashes + 1)) == backslashes).then(|| before.len() - backslashes)
    })
}

#[cfg(test)]
mod tests {
    use super::{mask, without_passwords};
    use serde_json::json;

    #[test]
    fn of_a_text_with_a_password_the_value_alone_is_masked() {
        for (text, masked) in [
            (
                "<User><password>cisco</password><id>1081</id></User>",
                "<User><password>***</password><id>1081</id></User>",
            ),
            (r#"{"password": "ab", "id": 1}"#, r#"{"password": "***", "id": 1}"#),
            (r#"{"password": 12, "id": 1}"#, r#"{"password": ***, "id": 1}"#),
            ("name=ann&Password=x&title=y", "name=ann&Password=***&title=y"),
            ("the password is wrong", "the password is wrong"),
            ("<password/><a>b</a>", "<password/><a>b</a>"),
            ("<password></password>", "<password></password>"),
        ] {
            assert_eq!(without_passwords(text), masked);
        }
    }

    #[test]
    fn a_password_of_several_words_and_of_signs_is_masked_as_a_whole() {
        for (text, masked) in [
            ("<password>two words, it's & more</password><id/>", "<password>***</password><id/>"),
            ("<a:password kind='x'> b </a:password>", "<a:password kind='x'>***</a:password>"),
            ("<password><![CDATA[a<b]]></password>", "<password>***</password>"),
            (r#"{"password": "a, b's {}&c", "id": 1}"#, r#"{"password": "***", "id": 1}"#),
            (r#"{"password":"a\"b\\","id":1}"#, r#"{"password":"***","id":1}"#),
            (r#"{\"password\":\"a b\\\"c\",\"id\":1}"#, r#"{\"password\":\"***\",\"id\":1}"#),
            (r#"<user password="two words" id="1"/>"#, r#"<user password="***" id="1"/>"#),
            ("password=a'b, c d&name=ann", "password=***&name=ann"),
        ] {
            assert_eq!(without_passwords(text), masked);
        }
    }

    #[test]
    fn a_setting_that_is_a_password_is_masked_beside_its_name_and_behind_it() {
        let mut record = json!({
            "set": { "setting": "agent/1083.password", "value": "two words" },
            "stored": { "setting/agent/1083.password": "\"two words\"", "setting/ccp.poll_lifetime": "\"60 s\"" },
        });
        mask(&mut record);
        assert!(!record.to_string().contains("two words"), "{record}");
        assert_eq!(record["stored"]["setting/ccp.poll_lifetime"], "\"60 s\"");
    }
}
