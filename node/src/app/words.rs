//! The words of the app: a message file for each language, embedded; `docs/app.md` tells how to translate them.

pub(crate) use sighej_node::message_file::fill;
use sighej_node::{message_file, report::Lang};

message_file! {
    /// All words of one language, by key.
    Words from source {
        about
        closed closed_long open paused paused_until near_none near_one near_many radar_note interests_none interests_some
        why_alone nudged_lately
        alone_not_open alone_paused alone_between alone_nothing_heard alone_too_far alone_crowd_one alone_crowd
        alone_cool_down alone_quiet alone_budget alone_finding alone_nothing_shared
        said_opened said_closed said_session_over said_no_clock said_overrun said_wiped said_need_interests said_saved
        said_not_saved said_too_many said_next_identity said_sooner said_interests_gone said_not_now said_never_again
        said_quiet_on said_quiet_off said_no_quiet said_refused said_not_an_interest said_listen_failed
        reason_not_open reason_not_paused reason_pause_over reason_ended reason_empty reason_too_long reason_invisible
        interests_title search search_hint heading_chosen heading_categories heading_sensitive heading_found
        heading_found_sensitive add_as_typed own_words also_called sensitive_mark sensitive_title sensitive_why
        sensitive_keys interests_keys
        card_title card_look card_relay card_keys card_more no_card
        policy_title policy_budget policy_budget_now policy_budget_why policy_crowd policy_crowd_now policy_crowd_why
        policy_dwell policy_dwell_now policy_dwell_why policy_rssi policy_rssi_now policy_rssi_off policy_rssi_why
        policy_cool policy_cool_now policy_cool_why policy_threshold policy_threshold_now policy_threshold_why
        policy_hops policy_hops_now policy_hops_none policy_hops_why
        policy_quiet policy_quiet_now policy_quiet_off policy_quiet_none policy_quiet_why policy_identity
        policy_identity_now policy_identity_why policy_statistics policy_statistics_off policy_statistics_waiting
        policy_statistics_offered policy_statistics_sent policy_statistics_not_sent policy_statistics_why policy_kept
        policy_kept_nothing policy_kept_file policy_kept_why policy_file policy_file_none policy_keys
        help_title home_keys key_open key_interests key_card key_not_now key_never key_pause key_quiet key_policy key_lang
        key_wipe key_quit help_keys
        notify_title notify_body notify_open
        line_welcome line_help line_unknown line_added line_removed line_not_chosen line_sensitive line_found_none
        line_your_interests line_card line_bye line_not_open line_paused line_nudged_lately line_kept_why
        too_small
    }
}

impl Words {
    /// For whoever types words: what else names a key names a word.
    pub(crate) fn typed(self) -> Words {
        Words {
            alone_not_open: self.line_not_open.clone(),
            alone_paused: self.line_paused.clone(),
            nudged_lately: self.line_nudged_lately.clone(),
            policy_kept_why: self.line_kept_why.clone(),
            ..self
        }
    }
}

fn source(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../words/en.toml"),
        Lang::Da => include_str!("../../words/da.toml"),
    }
}
