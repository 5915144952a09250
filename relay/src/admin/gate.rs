//! The gate: who has no token gets no further.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;
use super::routes::Shared;
use super::token::{self, AdminToken};

/// Lets a request with a known token through.
pub(super) async fn gate(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let Some(token) = bearer(request.headers()) else { return Refusal::NoToken.into_response() };
    match is_known(&shared, token).await {
        Ok(true) => next.run(request).await,
        Ok(false) => Refusal::UnknownToken.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// The token of a request's headers.
pub(super) fn bearer(headers: &HeaderMap) -> Option<AdminToken> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    AdminToken::parse(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))
}

/// Whether a token is known now: it is looked up each time, so that a revocation counts at once.
pub(super) async fn is_known(shared: &Shared, token: AdminToken) -> Result<bool, Refusal> {
    blocking(shared, move |shared| {
        Ok(shared.aggregates.reader().with(|connection| token::is_known(connection, &token))?)
    })
    .await
}

/// Runs what waits for the disk where it holds nobody up.
pub(super) async fn blocking<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Shared) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let shared = shared.clone();
    tokio::task::spawn_blocking(move || work(&shared)).await.unwrap_or(Err(Refusal::Lost))
}
