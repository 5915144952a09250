//! The handlers: ask the aggregates, and say it in the API's words.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use sighej_catalogue::Lang;
use sighej_relay_api::admin as api;
use sighej_statistics::{CONFIDENCE, Cells, ERROR_RATE, Estimates, Question, Shown};

use crate::aggregates::{Counter, MAX_POINTS, SESSIONS_OPEN, Step};

use super::gate::blocking;
use super::load;
use super::refusal::Refusal;
use super::routes::Shared;

type Answer<T> = Result<Json<T>, Refusal>;

/// Everything at one glance.
#[utoipa::path(get, path = api::SUMMARY, tag = "admin", security(("token" = [])), responses(
    (status = 200, body = api::Summary),
    (status = 401, body = api::Problem), (status = 503, body = api::Problem)))]
pub(super) async fn summary(State(shared): State<Shared>) -> Answer<api::Summary> {
    let summary = blocking(&shared, |shared| {
        let (now, reader) = (now(), shared.aggregates.reader());
        let minute = Step::Minute.start_of(now);
        let sums = |step, from| -> Result<BTreeMap<String, u64>, Refusal> {
            Ok(reader.sums(step, from, now)?.into_iter().collect())
        };
        let (_, last) = shared.aggregates.shown();
        Ok(api::Summary {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_secs: shared.started.elapsed().as_secs(),
            now,
            sessions_open: last.map_or(0, |last| last.sessions_open),
            last_hour: sums(Step::Minute, minute.saturating_sub(59 * 60))?,
            today: sums(Step::Day, Step::Day.start_of(now))?,
            kept: sums(Step::Day, 0)?,
            withholding: withholding(shared),
            meaning: meaning(),
        })
    });
    Ok(Json(summary.await?))
}

/// Counts over time.
#[utoipa::path(get, path = api::SERIES, tag = "admin", security(("token" = [])), params(api::SeriesQuery), responses(
    (status = 200, body = api::SeriesAnswer), (status = 400, body = api::Problem),
    (status = 401, body = api::Problem), (status = 503, body = api::Problem)))]
pub(super) async fn series(
    State(shared): State<Shared>,
    query: Result<Query<api::SeriesQuery>, QueryRejection>,
) -> Answer<api::SeriesAnswer> {
    let Query(query) = query.map_err(|rejection| Refusal::Query(rejection.body_text()))?;
    let answer = blocking(&shared, move |shared| {
        let step = step(query.step);
        let to = query.to.unwrap_or_else(|| now() + 1);
        let from = query.from.unwrap_or_else(|| to.saturating_sub(60 * step.secs()));
        if from >= to {
            return Err(Refusal::Backwards);
        }
        if (to - step.start_of(from)).div_ceil(step.secs()) > MAX_POINTS {
            return Err(Refusal::TooLong);
        }
        let mut series = BTreeMap::new();
        for name in names(&query.counters)? {
            series.insert(name.to_owned(), shared.aggregates.reader().series(name, step, from, to)?.values);
        }
        let (start, step_secs) = (step.start_of(from), step.secs());
        let withholding = withholding(shared);
        Ok(api::SeriesAnswer { step: query.step, step_secs, start, series, withholding })
    });
    Ok(Json(answer.await?))
}

/// What may be said of the attendees' interests.
#[utoipa::path(get, path = api::INTERESTS, tag = "admin", security(("token" = [])), responses(
    (status = 200, body = api::Interests),
    (status = 401, body = api::Problem), (status = 503, body = api::Problem)))]
pub(super) async fn interests(State(shared): State<Shared>) -> Answer<api::Interests> {
    let interests = blocking(&shared, |shared| {
        let Some((event, epsilon)) = shared.aggregates.event() else {
            return Ok(api::Interests { event: None });
        };
        let (look, next_look_at) = shared.aggregates.estimates()?.unwrap_or((None, 0));
        let event = event.to_string();
        let shares = api::EventShares {
            event,
            epsilon: epsilon.value(),
            look: look.as_ref().map(look_of),
            next_look_at,
        };
        Ok(api::Interests { event: Some(shares) })
    });
    Ok(Json(interests.await?))
}

/// How the relay is.
#[utoipa::path(get, path = api::HEALTH, tag = "admin", security(("token" = [])), responses(
    (status = 200, body = api::Health), (status = 401, body = api::Problem), (status = 503, body = api::Problem)))]
pub(super) async fn health(State(shared): State<Shared>) -> Json<api::Health> {
    let health = shared.aggregates.health();
    let database = health.failing.map(|(reason, for_secs)| api::DatabaseTrouble { reason, for_secs });
    Json(api::Health {
        ok: database.is_none(),
        database,
        database_failures: health.failures,
        clock_set_back_secs: health.clock_set_back,
        connections: shared.aggregates.connections(),
        memory_kib: load::memory_kib(),
        lag_ms: Some(shared.lag.worst_ms()),
    })
}

/// The time in the answers.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn withholding(shared: &Shared) -> api::Withholding {
    api::Withholding { below: shared.aggregates.config().withhold_below }
}

fn meaning() -> BTreeMap<String, String> {
    let counters = Counter::ALL.iter().map(|counter| (counter.name().to_owned(), counter.help().to_owned()));
    let open = (SESSIONS_OPEN.to_owned(), "The most sessions that were open at once.".to_owned());
    counters.chain([open]).collect()
}

/// The names of a query, each checked.
fn names(list: &str) -> Result<Vec<&str>, Refusal> {
    let is_known = |name: &str| name == SESSIONS_OPEN || Counter::named(name).is_some();
    let names = list.split(',').map(str::trim);
    names
        .map(|name| if is_known(name) { Ok(name) } else { Err(Refusal::NoSuchCounter(name.to_owned())) })
        .collect()
}

fn step(step: api::Step) -> Step {
    match step {
        api::Step::Minute => Step::Minute,
        api::Step::Hour => Step::Hour,
        api::Step::Day => Step::Day,
    }
}

fn look_of(estimates: &Estimates) -> api::Look {
    let [category_reports, interest_reports] = estimates.reports;
    let shares = |question, shown: &[Shown]| shown.iter().filter_map(|cell| share(question, cell)).collect();
    api::Look {
        category_reports,
        interest_reports,
        categories: shares(Question::Category, &estimates.categories),
        interests: shares(Question::Interest, &estimates.interests),
        error_rate: ERROR_RATE,
        confidence: CONFIDENCE,
    }
}

fn share(question: Question, shown: &Shown) -> Option<api::Share> {
    let cells = Cells::get();
    let label = |lang| match question {
        Question::Category => cells.category(shown.cell).map(|category| category.label(lang).to_owned()),
        Question::Interest => cells.interest(shown.cell).map(|entry| entry.label(lang).to_owned()),
    };
    Some(api::Share {
        id: cells.id(question, shown.cell)?.to_owned(),
        label_en: label(Lang::En)?,
        label_da: label(Lang::Da)?,
        at_least: shown.at_least,
        share: shown.share,
        low: shown.interval.low,
        high: shown.interval.high,
    })
}
