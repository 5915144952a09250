//! `sighej-relay`: the relay itself.

use std::{net::SocketAddr, sync::Arc};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sighej_relay::{
    Admin, Aggregates, Relay, ServerConfig,
    config::Config,
    limits, public_routes,
    tls::{Identity, TlsError},
};
use tokio_rustls::TlsAcceptor;

use super::{Ended, ending, log, say};

/// Files that are no device's connection: the database, the admin's listener and its connections, the runtime's own.
const OTHER_FILES: usize = 256;

/// Serves until it is asked to end.
pub(crate) fn run(config: Config) -> Result<(), Ended> {
    log::start(config.log, config.log_json).map_err(Ended::failed)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Ended::failed(format!("the program cannot start: {error}")))?;
    runtime.block_on(serve(&config))
}

async fn serve(config: &Config) -> Result<(), Ended> {
    allow_connections(config);
    let end = ending::asked_to_end().map_err(Ended::failed)?;
    let aggregates = Aggregates::open(config.aggregates.clone()).map_err(Ended::failed)?;
    let identity = identity(config).map_err(Ended::failed)?;
    let acceptor = |address| acceptor(config, identity.as_ref(), address);
    let server = ServerConfig {
        listen: config.listen,
        limits: config.limits,
        sessions_per_address: config.sessions_per_address,
        proxies: config.proxies.clone(),
        ..ServerConfig::default()
    };
    let counters = Arc::new(aggregates.clone());
    let relay = Relay::start(server, acceptor(config.listen), counters, public_routes(&aggregates))
        .await
        .map_err(Ended::failed)?;
    aggregates.watch(relay.gauge());
    let admin = match config.admin_listen {
        Some(listen) => {
            Some(Admin::start(listen, acceptor(listen), aggregates.clone()).await.map_err(Ended::failed)?)
        }
        None => None,
    };
    announce(config, relay.address(), admin.as_ref().map(Admin::address))?;
    end.await;
    tracing::info!("stopping: every client is told when to come back");
    relay.stop().await;
    if let Some(admin) = admin {
        admin.stop().await;
    }
    aggregates.stop();
    Ok(())
}

/// Takes as many file descriptors as the system lets it: shells begin with few, and a relay without one can let nobody in,
/// not even to displace somebody.
fn allow_connections(config: &Config) {
    let limit = getrlimit(Resource::Nofile);
    // Where that fails it goes on with those that it has.
    let _raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    let wanted = (config.limits.sessions + limits::HALF_OPEN + OTHER_FILES) as u64;
    if let Some(most) = getrlimit(Resource::Nofile).current.filter(|most| *most < wanted) {
        tracing::warn!(
            most,
            wanted,
            "fewer files may be open than the sessions may need; raise the limit (LimitNOFILE= of systemd, ulimit -n)"
        );
    }
}

/// The certificate, where any listener needs one.
fn identity(config: &Config) -> Result<Option<Identity>, TlsError> {
    let listeners = [Some(config.listen), config.admin_listen];
    if listeners.into_iter().flatten().all(|address| config.is_plain(address)) {
        return Ok(None);
    }
    match &config.tls {
        Some((certificate, key)) => Identity::load(certificate, key).map(Some),
        None => Identity::own(&config.data).map(Some),
    }
}

fn acceptor(config: &Config, identity: Option<&Identity>, address: SocketAddr) -> Option<TlsAcceptor> {
    identity.filter(|_| !config.is_plain(address)).map(Identity::acceptor)
}

/// Where everything is, for whoever started the program.
fn announce(config: &Config, relay: SocketAddr, admin: Option<SocketAddr>) -> Result<(), Ended> {
    let scheme = |address, plain, tls| if config.is_plain(address) { plain } else { tls };
    let mut text = format!("relay: {}://{relay}\n", scheme(relay, "ws", "wss"));
    if let Some(admin) = admin {
        text.push_str(&format!("admin: {}://{admin}\n", scheme(admin, "http", "https")));
    }
    say(&text)
}
