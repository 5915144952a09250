//! What the files in `deploy/` say to the relay: settings that exist, routes that answer, and nobody's root.
#![expect(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

use std::{fs, path::Path};

use serde::Deserialize;
use serde_yaml_ng::Value;
use sighej_relay::config::{Config, SETTINGS, Sources};

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(name)).unwrap()
}

fn documents(name: &str) -> Vec<Value> {
    let text = file(name);
    serde_yaml_ng::Deserializer::from_str(&text)
        .map(|document| Value::deserialize(document).unwrap())
        .collect()
}

/// The value at the end of a path of keys and places.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, step| match step.parse::<usize>() {
        Ok(place) => &value[place],
        Err(_) => &value[step],
    })
}

fn assert_at(value: &Value, path: &str, wanted: impl Into<Value>) {
    assert_eq!(*at(value, path), wanted.into(), "{path}");
}

/// The relay takes these variables.
fn assert_taken(variables: Vec<(String, String)>) -> Config {
    let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
    Config::read(&Sources::collect([], variables, None).unwrap()).unwrap()
}

fn env(container: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = container["env"].as_sequence().unwrap();
    rows.iter().map(|row| (text(&row["name"]), text(&row["value"]))).collect()
}

#[test]
fn the_unit_starts_the_program_with_flags_that_exist_and_cannot_touch_the_system() {
    let unit = file("sighej-relay.service");
    let value = |key: &str| {
        unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).map(str::to_owned)
    };
    let start = value("ExecStart").unwrap();
    for flag in start.split(' ').filter_map(|word| word.strip_prefix("--")) {
        assert!(flag == "config" || SETTINGS.iter().any(|setting| setting.key == flag), "--{flag}");
    }
    for (key, wanted) in [
        ("DynamicUser", "yes"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("MemoryDenyWriteExecute", "yes"),
        ("CapabilityBoundingSet", ""),
        ("LimitCORE", "0"),
    ] {
        assert_eq!(value(key).as_deref(), Some(wanted), "{key}");
    }
}

#[test]
fn the_image_holds_the_program_alone_and_runs_as_nobody() {
    let text = file("Dockerfile");
    let instructions: Vec<(&str, &str)> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap())
        .collect();
    let known =
        ["FROM", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "ENV", "STOPSIGNAL", "ENTRYPOINT"];
    assert!(instructions.iter().all(|(name, _)| known.contains(name)), "{instructions:?}");
    let last = instructions.iter().rposition(|(name, _)| *name == "FROM").unwrap();
    let image = &instructions[last..];
    assert_eq!(image[0].1, "scratch");
    let of = |name: &str| image.iter().find(|(other, _)| *other == name).unwrap().1;
    let user: u32 = of("USER").split(':').next().unwrap().parse().unwrap();
    assert!(user >= 1_000);
    assert_eq!(serde_json::from_str::<Vec<String>>(of("ENTRYPOINT")).unwrap(), ["/sighej-relay"]);
    let variables = of("ENV").split(' ').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    let config = assert_taken(variables.collect());
    assert_eq!(of("EXPOSE"), config.listen.port().to_string());
    assert_eq!(Path::new(of("VOLUME")), config.data);
    let build = file("Dockerfile").contains(&format!("rust:{}-", env!("CARGO_PKG_RUST_VERSION")));
    assert!(build, "it is built by the version that the project asks for");
}

#[test]
fn compose_takes_every_right_away() {
    let compose = &documents("compose.yaml")[0];
    let relay = at(compose, "services.relay");
    assert_at(relay, "build.dockerfile", "deploy/Dockerfile");
    assert_at(relay, "cap_drop.0", "ALL");
    assert_at(relay, "read_only", true);
    assert_at(relay, "user", "65532:65532");
    assert_at(relay, "ulimits.core", 0);
}

#[test]
fn kubernetes_runs_one_replica_and_probes_routes_that_answer() {
    let documents = documents("kubernetes/relay.yaml");
    let kinds: Vec<&str> = documents.iter().map(|document| document["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["StatefulSet", "Service", "NetworkPolicy"]);
    assert_at(&documents[0], "spec.replicas", 1);
    let pod = at(&documents[0], "spec.template.spec");
    assert_at(pod, "securityContext.runAsNonRoot", true);
    let relay = at(pod, "containers.0");
    assert_at(relay, "securityContext.readOnlyRootFilesystem", true);
    assert_at(relay, "securityContext.allowPrivilegeEscalation", false);
    for (probe, path) in
        [("startupProbe", "/readyz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")]
    {
        assert_at(relay, &format!("{probe}.httpGet.path"), path);
    }
    let config = assert_taken(env(relay));
    assert!(config.plain_text, "the ingress does TLS");
    assert_at(relay, "ports.0.containerPort", config.listen.port());
    assert_at(relay, "volumeMounts.0.mountPath", config.data.to_str().unwrap());
    assert_eq!(at(&documents[1], "spec.selector"), at(&documents[0], "spec.selector.matchLabels"));
}

#[test]
fn azure_runs_one_replica_and_probes_routes_that_answer() {
    let app = &documents("azure-container-app.yaml")[0];
    assert_eq!(app["type"], "Microsoft.App/containerApps");
    let scale = at(app, "properties.template.scale");
    assert_eq!((&scale["minReplicas"], &scale["maxReplicas"]), (&Value::from(1), &Value::from(1)));
    let relay = at(app, "properties.template.containers.0");
    let config = assert_taken(env(relay));
    assert!(config.plain_text, "the ingress does TLS");
    assert_at(app, "properties.configuration.ingress.targetPort", config.listen.port());
    assert_at(app, "properties.configuration.ingress.allowInsecure", false);
    let probes = relay["probes"].as_sequence().unwrap();
    assert_eq!(probes.len(), 3);
    for probe in probes {
        let path = at(probe, "httpGet.path").as_str().unwrap();
        assert!(path == "/readyz" || path == "/healthz");
        assert_at(probe, "httpGet.port", config.listen.port());
    }
}
