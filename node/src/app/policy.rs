//! What the policy does at this moment, with its reasons: for the screen and for the lines.

use sighej_node::engine_limits as limits;

use super::{
    settings::clock,
    state::{App, Sharing},
    words::fill,
};

/// One rule.
pub(crate) struct Rule {
    pub(crate) name: String,
    /// How it stands now.
    pub(crate) now: String,
    pub(crate) why: String,
}

/// All of them.
pub(crate) fn rules(app: &App) -> Vec<Rule> {
    let (words, settings) = (&app.words, &app.settings);
    let rule = |name: &String, now: String, why: &String| Rule { name: name.clone(), now, why: why.clone() };
    let status = app.status.unwrap_or_else(nothing);
    let number = |n: usize| n.to_string();
    let seconds = |time: std::time::Duration| format!("{}", time.as_secs_f64());
    vec![
        rule(
            &words.policy_budget,
            fill(
                &words.policy_budget_now,
                &[
                    ("left", &number(status.budget_left.into())),
                    ("most", &number(limits::BUDGET_TOTAL.into())),
                ],
            ),
            &words.policy_budget_why,
        ),
        rule(
            &words.policy_crowd,
            fill(
                &words.policy_crowd_now,
                &[("now", &number(status.crowd)), ("needed", &number(settings.crowd_guard))],
            ),
            &words.policy_crowd_why,
        ),
        rule(
            &words.policy_dwell,
            fill(&words.policy_dwell_now, &[("seconds", &seconds(settings.dwell))]),
            &words.policy_dwell_why,
        ),
        rule(
            &words.policy_rssi,
            settings.rssi_gate.map_or_else(
                || words.policy_rssi_off.clone(),
                |dbm| fill(&words.policy_rssi_now, &[("dbm", &dbm.to_string())]),
            ),
            &words.policy_rssi_why,
        ),
        rule(
            &words.policy_cool,
            fill(&words.policy_cool_now, &[("seconds", &seconds(settings.cool_down))]),
            &words.policy_cool_why,
        ),
        rule(
            &words.policy_threshold,
            fill(&words.policy_threshold_now, &[("n", &settings.threshold.to_string())]),
            &words.policy_threshold_why,
        ),
        rule(&words.policy_hops, hops(app), &words.policy_hops_why),
        rule(&words.policy_quiet, quiet(app), &words.policy_quiet_why),
        rule(&words.policy_identity, words.policy_identity_now.clone(), &words.policy_identity_why),
        rule(&words.policy_statistics, statistics(app), &words.policy_statistics_why),
        rule(
            &words.policy_kept,
            if app.is_kept { words.policy_kept_file.clone() } else { words.policy_kept_nothing.clone() },
            &words.policy_kept_why,
        ),
    ]
}

fn quiet(app: &App) -> String {
    match app.settings.quiet_hours {
        None => app.words.policy_quiet_none.clone(),
        Some(_) if !app.quiet => app.words.policy_quiet_off.clone(),
        Some(hours) => {
            fill(&app.words.policy_quiet_now, &[("from", &clock(hours.from)), ("until", &clock(hours.until))])
        }
    }
}

fn hops(app: &App) -> String {
    match app.settings.max_hops {
        0 => app.words.policy_hops_none.clone(),
        most => fill(&app.words.policy_hops_now, &[("n", &most.to_string())]),
    }
}

fn statistics(app: &App) -> String {
    let words = &app.words;
    let (text, offer) = match &app.sharing {
        Sharing::Off => return words.policy_statistics_off.clone(),
        Sharing::Waiting => return words.policy_statistics_waiting.clone(),
        Sharing::NotSent => return words.policy_statistics_not_sent.clone(),
        Sharing::Offered(offer) => (&words.policy_statistics_offered, offer),
        Sharing::Sent(offer) => (&words.policy_statistics_sent, offer),
    };
    fill(text, &[("event", &offer.event), ("epsilon", &offer.epsilon.to_string())])
}

/// Before the node has said anything.
fn nothing() -> sighej_node::Status {
    sighej_node::Status {
        epoch: None,
        heard: 0,
        near: 0,
        crowd: 0,
        exchanges: 0,
        budget_left: limits::BUDGET_AT_START,
        nudges: 0,
        alone: None,
    }
}
