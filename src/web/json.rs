//! Bodies in JSON, of and for other programs. Browsers' forms are in `form.rs`.

use crate::{
    error::{Error, Result},
    money,
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::{StatusCode, header},
    web,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use std::{fmt, future::Future, pin::Pin};

/// The fields of one JSON object, in the order they came, repeated ones too: which of them would count is not for us to guess (S22).
#[derive(Debug, Clone, PartialEq)]
pub struct Fields(Vec<(String, Value)>);

/// What is wrong with a request, for a program and for the person who writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// A word that stays the same.
    pub code: &'static str,
    /// What to do.
    pub message: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a Fault,
}

/// An answer with a body in JSON.
pub fn answer(status: StatusCode, body: &impl Serialize) -> Result<HttpResponse> {
    let body = serde_json::to_string(body).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(HttpResponse::build(status).insert_header((header::CONTENT_TYPE, "application/json")).body(body))
}

/// `{"error": …}`.
pub fn refuse(status: StatusCode, fault: &Fault) -> Result<HttpResponse> {
    answer(status, &Refusal { error: fault })
}

impl Fault {
    /// In no field in particular.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }
    /// In this field.
    pub fn at(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: Some(field.into()) }
    }
}

impl Fields {
    /// Refuses what is there twice, or is none of these.
    pub fn only(&self, known: &[&str]) -> std::result::Result<(), Fault> {
        for (nth, (name, _)) in self.0.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let name: String = name.chars().take(100).collect();
                return Err(Fault::at(name, "unknown_field", format!("Send only these fields: {}.", known.join(", "))));
            }
            if self.0[..nth].iter().any(|(other, _)| other == name) {
                return Err(Fault::at(name, "repeated_field", format!("Send {name} once.")));
            }
        }
        Ok(())
    }

    /// A text of 1 to `longest` characters, none of them a control character; nothing where it is missing or null.
    pub fn text(&self, name: &str, longest: usize) -> std::result::Result<Option<&str>, Fault> {
        let refused =
            || Fault::at(name, "wrong_value", format!("{name} must be a text of 1 to {longest} characters, without line breaks."));
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().any(char::is_control) => Err(refused()),
            Some(Value::String(text)) if (1..=longest).contains(&text.chars().count()) => Ok(Some(text)),
            Some(_) => Err(refused()),
        }
    }

    /// The same where it must be there.
    pub fn required_text(&self, name: &str, longest: usize) -> std::result::Result<&str, Fault> {
        self.text(name, longest)?.ok_or_else(|| missing(name))
    }

    /// Money as a whole number of minor units, more than nothing.
    pub fn amount(&self, name: &str) -> std::result::Result<i64, Fault> {
        let most = money::MOST;
        let refused = || {
            let example = "4900 for 49.00";
            Fault::at(name, "wrong_amount", format!("{name} must be a whole number of minor units from 1 to {most}, like {example}."))
        };
        let value = self.get(name).ok_or_else(|| missing(name))?;
        value.as_i64().filter(|minor| (1..=most).contains(minor)).ok_or_else(refused)
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(other, value)| other == name && !value.is_null()).map(|(_, value)| value)
    }
}

fn missing(name: &str) -> Fault {
    Fault::at(name, "missing_field", format!("Send {name}."))
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl FromRequest for Fields {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = req.content_type().eq_ignore_ascii_case("application/json");
        let body = web::Bytes::from_request(req, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Error::NotJson);
            }
            let body = body.await.map_err(|_| Error::TooLarge)?;
            serde_json::from_slice(&body).map_err(|_| Error::BadRequest)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Fields {
        serde_json::from_str(text).unwrap()
    }

    fn code<T>(read: std::result::Result<T, Fault>) -> &'static str {
        read.map(drop).map_or_else(|fault| fault.code, |()| "")
    }

    #[test]
    fn only_an_object_has_fields() {
        for text in ["[]", "1", "\"a\"", "null", "{", "{\"a\":1}x", ""] {
            assert!(serde_json::from_str::<Fields>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_whole_numbers_of_minor_units() {
        for (text, expected) in [
            ("{\"amount\":1}", ""),
            ("{\"amount\":100000000000}", ""),
            ("{\"amount\":0}", "wrong_amount"),
            ("{\"amount\":-1}", "wrong_amount"),
            ("{\"amount\":1.0}", "wrong_amount"),
            ("{\"amount\":49.5}", "wrong_amount"),
            ("{\"amount\":1e3}", "wrong_amount"),
            ("{\"amount\":\"4900\"}", "wrong_amount"),
            ("{\"amount\":true}", "wrong_amount"),
            ("{\"amount\":[1]}", "wrong_amount"),
            ("{\"amount\":100000000001}", "wrong_amount"),
            ("{\"amount\":99999999999999999999999}", "wrong_amount"),
            ("{\"amount\":null}", "missing_field"),
            ("{}", "missing_field"),
        ] {
            assert_eq!(code(fields(text).amount("amount")), expected, "{text}");
        }
    }

    #[test]
    fn texts_have_a_length_and_no_line_breaks() {
        for (text, expected) in [
            ("{\"key\":\"order 7\"}", ""),
            ("{\"key\":\"ééééé\"}", "wrong_value"),
            ("{\"key\":\"\"}", "wrong_value"),
            ("{\"key\":\"a\\u0000\"}", "wrong_value"),
            ("{\"key\":\"a\\n\"}", "wrong_value"),
            ("{\"key\":7}", "wrong_value"),
            ("{\"key\":null}", "missing_field"),
        ] {
            assert_eq!(code(fields(text).required_text("key", if text.contains('é') { 4 } else { 7 })), expected, "{text}");
        }
    }

    #[test]
    fn no_field_comes_twice_and_none_that_is_not_known() {
        assert_eq!(code(fields("{\"a\":1,\"a\":2}").only(&["a"])), "repeated_field");
        assert_eq!(code(fields("{\"a\":1,\"b\":2}").only(&["a"])), "unknown_field");
        assert_eq!(code(fields("{\"a\":1}").only(&["a", "b"])), "");
    }
}
