//! `sighej-relay invite`: a new room, and the link into it.

use std::fs;

use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::relay::RoomSecret;
use sighej_relay::{config::Config, tls::Identity};
use sighej_relay_api::invitation::Invitation;
use zeroize::Zeroizing;

use super::{Ended, say};

/// Prints the link.
pub(crate) fn invite(config: &Config, url: Option<&str>, json: bool) -> Result<(), Ended> {
    let mut invitation = match url {
        Some(url) => Invitation::to(url).map_err(|error| Ended::usage(format!("--url: {error}")))?,
        None => where_it_listens(config)?,
    };
    // A relay with a certificate of its own is known by it; any other by the authority that signed its certificate.
    if invitation.is_tls && config.tls.is_none() && !config.plain_text {
        fs::create_dir_all(&config.data)
            .map_err(|error| Ended::failed(format!("{}: {error}", config.data.display())))?;
        invitation.pin = Some(Identity::own(&config.data).map_err(Ended::failed)?.fingerprint());
    }
    let room = draw()?;
    invitation.room = Some(room.clone());
    let link = invitation.to_link();
    if json {
        let line = Zeroizing::new(serde_json::json!({ "url": *link, "room": *room }).to_string());
        return say(&format!("{}\n", *line));
    }
    say(&format!("{}\n\n{}\n\nroom: {}\n", *link, *picture(&link)?, *room))
}

fn where_it_listens(config: &Config) -> Result<Invitation, Ended> {
    let ip = config.listen.ip();
    if ip.is_unspecified() || config.listen.port() == 0 {
        return Err(Ended::usage(
            "invite: where is the relay for those who get the link? Say so with --url wss://HOST:PORT",
        ));
    }
    let scheme = if config.is_plain(config.listen) { "ws" } else { "wss" };
    Invitation::to(&format!("{scheme}://{}", config.listen)).map_err(Ended::usage)
}

fn draw() -> Result<Zeroizing<String>, Ended> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)
        .map_err(|error| Ended::failed(format!("the system gives no random numbers: {error}")))?;
    Ok(RoomSecret::random(&mut ChaCha20Rng::from_seed(*seed)).to_text())
}

/// Light on dark, as most terminals are; every reader of such codes takes either.
fn picture(link: &str) -> Result<Zeroizing<String>, Ended> {
    let code = QrCode::with_error_correction_level(link, EcLevel::L)
        .map_err(|error| Ended::failed(format!("no QR code can be made of this link: {error}")))?;
    let image = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    Ok(Zeroizing::new(image))
}
