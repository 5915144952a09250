//! Bluetooth for `sighej run`: which radio, and what its owner should know about it.

use std::sync::Arc;

use serde_json::{Value, json};
use sighej_node::{
    ble::{Radio, RadioError},
    report::{self, Lang},
};

use super::{Ended, args::Ble, system};

/// What `--ble` came to.
#[derive(Debug)]
pub(crate) enum Bluetooth {
    /// Not wanted.
    Off,
    /// Wanted where it is there, and it is not.
    Absent(RadioError),
    /// Here it is.
    Here {
        radio: Arc<dyn Radio>,
        /// Whether the system changes its address by itself; `None` where the system does not say.
        is_private: Option<bool>,
    },
}

/// Something that the attendee should know about the radio.
#[derive(Debug)]
pub(crate) struct Remark {
    /// For programs.
    code: &'static str,
    text: &'static str,
}

impl Bluetooth {
    /// Opens what is asked for. Nothing is on the air yet.
    pub(crate) async fn open(ble: &Ble, l2cap: bool) -> Result<Bluetooth, Ended> {
        let name = match ble {
            Ble::Off => return Ok(Bluetooth::Off),
            Ble::Auto => None,
            Ble::Named(name) => Some(name.clone()),
        };
        match system::radio(name.clone(), l2cap).await {
            Ok(radio) => Ok(Bluetooth::Here { radio, is_private: system::privacy(name.as_deref()).await }),
            Err(why) if name.is_none() => Ok(Bluetooth::Absent(why)),
            Err(why) => Err(Ended::failed(format!("--ble: {why}"))),
        }
    }

    /// For the node.
    pub(crate) fn radio(&self) -> Option<Arc<dyn Radio>> {
        match self {
            Bluetooth::Here { radio, .. } => Some(Arc::clone(radio)),
            Bluetooth::Off | Bluetooth::Absent(_) => None,
        }
    }

    /// That there is none, as an event.
    pub(crate) fn absence(&self) -> Option<Value> {
        match self {
            Bluetooth::Absent(why) => Some(json!({
                "event": "radio",
                "state": "absent",
                "reason": why.to_string(),
                "code": report::radio_word(why),
            })),
            Bluetooth::Off | Bluetooth::Here { .. } => None,
        }
    }

    /// That there is none, for people.
    pub(crate) fn absence_in_words(&self, lang: Lang) -> Option<String> {
        match self {
            Bluetooth::Absent(why) => Some(report::radio_error(why, lang)),
            Bluetooth::Off | Bluetooth::Here { .. } => None,
        }
    }

    /// What to know about the radio that is there.
    pub(crate) fn remarks(&self, lang: Lang) -> Vec<Remark> {
        let Bluetooth::Here { radio, is_private } = self else { return Vec::new() };
        let mut remarks = Vec::new();
        if !radio.abilities().advertises {
            remarks.push(Remark { code: "cannot_advertise", text: report::cannot_advertise(lang) });
        }
        if *is_private == Some(false) {
            remarks.push(Remark { code: "privacy_off", text: report::not_private(lang) });
        }
        remarks
    }
}

impl Remark {
    pub(crate) fn json(&self) -> Value {
        json!({"event": "warning", "code": self.code, "text": self.text})
    }

    pub(crate) fn words(&self) -> &'static str {
        self.text
    }
}
