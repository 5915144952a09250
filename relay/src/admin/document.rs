//! The document that describes the admin API, in OpenAPI 3.1.

use axum::Json;
use sighej_relay_api::admin as api;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

use super::{answers, live, metrics};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "SigHej relay, admin API",
        description = "Counts that name nobody. Every one is large enough to be shown; times are seconds since 1970, UTC."
    ),
    paths(answers::summary, answers::series, answers::interests, answers::health, live::live, metrics::metrics, served),
    modifiers(&Token)
)]
struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("Made by `sighej-relay admin-token create NAME`."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The document, as it is served.
#[must_use]
pub fn document() -> OpenApi {
    Document::openapi()
}

/// This document. No token is asked for it.
#[utoipa::path(get, path = api::OPENAPI, tag = "admin", responses((status = 200, description = "OpenAPI 3.1")))]
pub(super) async fn served() -> Json<OpenApi> {
    Json(document())
}
