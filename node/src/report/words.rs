//! The words for what happens: a message file for each language, embedded; `docs/app.md` tells how to translate them.

use std::sync::LazyLock;

use super::Lang;
use crate::message_file;

message_file! {
    /// All words of one language, by key.
    Words from source {
        alone_not_open alone_paused alone_between alone_nothing_heard alone_too_far alone_crowd_one alone_crowd
        alone_cool_down alone_quiet alone_budget alone_nothing_shared
        opened closed_asked closed_paused closed_session_over closed_wiped closed_no_clock closed_overrun epoch
        listen_failed
        seen lost no_match withheld withheld_closing withheld_blocked withheld_late_aborts withheld_met
        withheld_already_nudged withheld_crowd withheld_cool_down withheld_quiet
        failed failed_protocol failed_relay failed_relay_ended failed_version failed_ended failed_exhausted
        failed_too_far failed_not_ready failed_refused failed_left failed_link failed_unreachable failed_budget
        failed_busy failed_mesh failed_mesh_flood failed_crossed
        card_look card_relay
        radio_up radio_none radio_none_named radio_off radio_forbidden radio_no_service radio_cannot_advertise
        radio_unreachable radio_timed_out radio_failed radio_not_private
        relay_up relay_back relay_down relay_lost relay_silent relay_misbehaved relay_restart relay_epoch_over
        relay_replaced relay_malformed relay_bad_registration relay_wrong_epoch relay_flood relay_slow relay_full
        relay_id_taken relay_idle relay_clock_off relay_room_refused relay_unreachable relay_timed_out
        relay_other_certificate relay_tls relay_other_version relay_none
        statistics_offered statistics_sent statistics_not_sent statistics_no_event statistics_bad_offer
        statistics_refused statistics_busy statistics_diary statistics_file statistics_held statistics_system
    }
}

/// The words of a language, read once.
pub(super) fn words(lang: Lang) -> &'static Words {
    static ENGLISH: LazyLock<Words> = LazyLock::new(|| read(Lang::En));
    static DANISH: LazyLock<Words> = LazyLock::new(|| read(Lang::Da));
    match lang {
        Lang::En => &ENGLISH,
        Lang::Da => &DANISH,
    }
}

#[expect(clippy::expect_used, reason = "embedded, and tested to read")]
fn read(lang: Lang) -> Words {
    Words::of(lang).expect("the words of every language read")
}

fn source(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../words/events.en.toml"),
        Lang::Da => include_str!("../../words/events.da.toml"),
    }
}
