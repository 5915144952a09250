//! Whether a value is what a schema says: as much of JSON Schema as the document uses. A keyword that is not known here
//! fails, so that nothing is passed over.

use serde_json::Value;

/// Keywords that say nothing about whether a value fits.
const WORDS: [&str; 5] = ["description", "default", "format", "propertyNames", "example"];

pub(crate) fn check(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let refused = |why: &str| Err(format!("{why}: {value} against {schema}"));
    for (keyword, rule) in schema.as_object().ok_or("a schema is an object")? {
        match keyword.as_str() {
            "$ref" => check(document, resolve(document, rule), value)?,
            "type" if !has_type(rule, value) => return refused("another type"),
            "minimum" if value.is_number() && value.as_f64() < rule.as_f64() => return refused("too small"),
            "enum" if !rule.as_array().is_some_and(|all| all.contains(value)) => {
                return refused("none of these");
            }
            "oneOf" => {
                let fits = |one: &&Value| check(document, one, value).is_ok();
                if rule.as_array().map_or(0, |all| all.iter().filter(fits).count()) != 1 {
                    return refused("not one of these");
                }
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    check(document, rule, item)?;
                }
            }
            "properties" => {
                for (name, item) in value.as_object().into_iter().flatten() {
                    let Some(rule) = rule.get(name) else {
                        return refused(&format!("{name} is not in the document"));
                    };
                    check(document, rule, item)?;
                }
            }
            "additionalProperties" => {
                for item in value.as_object().into_iter().flatten().map(|(_, item)| item) {
                    check(document, rule, item)?;
                }
            }
            "required" => {
                let missing = |name: &&Value| value.get(name.as_str().unwrap_or_default()).is_none();
                if rule.as_array().is_some_and(|all| all.iter().any(|name| missing(&name))) {
                    return refused("something is missing");
                }
            }
            "type" | "minimum" | "enum" => {}
            word if WORDS.contains(&word) => {}
            unknown => return refused(&format!("the keyword {unknown} is not known here")),
        }
    }
    Ok(())
}

fn resolve<'a>(document: &'a Value, reference: &Value) -> &'a Value {
    let pointer = reference.as_str().and_then(|text| text.strip_prefix('#')).unwrap_or_default();
    document.pointer(pointer).unwrap_or(&Value::Null)
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let one = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        _ => false,
    };
    let names = rule.as_array().map_or(std::slice::from_ref(rule), Vec::as_slice);
    names.iter().filter_map(Value::as_str).any(one)
}

#[test]
fn a_value_that_does_not_fit_is_found() {
    let document: Value = serde_json::json!({ "a": {
        "type": "object", "required": ["n"],
        "properties": { "n": { "type": "integer", "minimum": 0 }, "m": { "type": ["number", "null"] } } } });
    let schema = serde_json::json!({ "$ref": "#/a" });
    let fits = |value: Value| check(&document, &schema, &value).is_ok();
    assert!(fits(serde_json::json!({ "n": 1, "m": null })) && fits(serde_json::json!({ "n": 1, "m": 0.5 })));
    for bad in [
        serde_json::json!({}),
        serde_json::json!([]),
        serde_json::json!({ "n": -1 }),
        serde_json::json!({ "n": "1" }),
        serde_json::json!({ "n": 1, "m": true }),
        serde_json::json!({ "n": 1, "o": 1 }),
    ] {
        assert!(!fits(bad.clone()), "{bad}");
    }
}
