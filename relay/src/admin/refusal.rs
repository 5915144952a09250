//! Why a request is refused, and what to do about it.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sighej_relay_api::admin::{OPENAPI, Problem};

use crate::aggregates::{Counter, MAX_POINTS, StoreError};

/// A request that gets no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("this needs `Authorization: Bearer TOKEN`; `sighej-relay admin-token create NAME` makes a token")]
    NoToken,
    #[error("this token opens nothing: it was revoked, or made for another relay")]
    UnknownToken,
    #[error("there is nothing here; {OPENAPI} lists what there is")]
    NotFound,
    #[error("the query does not read: {0}")]
    Query(String),
    #[error("there is no counter called {0:?}; there are: sessions_open, {names}", names = names())]
    NoSuchCounter(String),
    #[error("`from` has to be before `to`")]
    Backwards,
    #[error("the range has more than {MAX_POINTS} buckets: ask for a shorter one, or a larger step")]
    TooLong,
    #[error("there are as many live streams as there may be; close one")]
    TooManyStreams,
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the answer was not found in time")]
    Lost,
}

fn names() -> String {
    Counter::ALL.iter().map(|counter| counter.name()).collect::<Vec<_>>().join(", ")
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NoToken | Self::UnknownToken => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Query(_) | Self::NoSuchCounter(_) | Self::Backwards | Self::TooLong => {
                StatusCode::BAD_REQUEST
            }
            Self::TooManyStreams | Self::Store(_) | Self::Lost => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut response = (status, Json(Problem { error: self.to_string() })).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
