# What CI runs, a recipe each; `.ci/run` calls them in order. `.ci/tools` installs what they need beside cargo.
# Everything builds in the release profile: what one recipe compiled, the next one reuses.

# Lists the recipes.
[private]
default:
    @just --list --unsorted

# Formatting, lints, documentation and dependencies: everything short of running the code.
check:
    cargo fmt --all --check
    cargo fmt --manifest-path fuzz/Cargo.toml --check
    cargo clippy --locked --release --workspace --all-targets -- -D warnings
    .ci/features
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --release --workspace --no-deps
    cargo deny --locked check --hide-inclusion-graph licenses bans sources

# The files in deploy/, by the linters of their kinds.
deploy:
    .ci/deploy

# The Debian package, left in FOLDER where one is named; installed, used, removed and purged in a throw-away copy of this machine.
package *FOLDER:
    .ci/package {{ FOLDER }}

# The schema of the relay's wire, compiled, and held to the vectors and to the frames that the code takes and refuses.
schema:
    .ci/schema

# All tests, by the command that the README gives.
test:
    {{ `.ci/readme-command test` }}

# Two attendees who are nudged, one who shares nothing, one who is not open: the README's first command.
demo:
    {{ `.ci/readme-command demo` }}

# Both teaching programs.
examples:
    cargo run --locked --release --bin exchange-in-memory
    cargo run --locked --release --bin embed-a-node

# The pure crates need no platform: they compile for the browser, without a source of randomness.
wasm:
    .ci/wasm

# The attendee's program compiles for macOS and Windows. Nobody here runs it there.
systems:
    .ci/systems

# Fuzzes one target; `cargo fuzz list` names them. What it finds stays out of the committed corpus.
fuzz TARGET SECONDS="60":
    mkdir -p fuzz/found/{{ TARGET }}
    RUSTC_BOOTSTRAP=1 cargo fuzz run {{ TARGET }} fuzz/found/{{ TARGET }} fuzz/corpus/{{ TARGET }} -- \
        -max_total_time={{ SECONDS }} -timeout=10 -rss_limit_mb=2048 -print_final_stats=1

# Fuzzes every target for a while.
fuzz-all SECONDS="10":
    #!/usr/bin/env bash
    set -euo pipefail
    targets=$(RUSTC_BOOTSTRAP=1 cargo fuzz list)
    for target in $targets; do
        just fuzz "$target" {{ SECONDS }}
    done

# Two strangers meet in the Bluetooth lab, over GATT and over L2CAP, RUNS times each in a fresh one. The first time it builds the lab:
# some minutes. Everything else that needs the lab runs with the tests.
lab-ble RUNS="20":
    ble/lab/ble-lab setup
    SIGHEJ_REQUIRE_LABS=1 SIGHEJ_LAB_RUNS={{ RUNS }} cargo test --locked --release --workspace --test ble_lab nudged_alike

# An app in Python plays phones through the library for apps, its radios included, and meets the program `sighej`.
phone-test:
    cargo build --locked --release --workspace --bin sighej
    SIGHEJ_REQUIRE_LABS=1 cargo test --locked --release --workspace --test phone

# What apps for phones are given: Kotlin compiles, with the example for Android; Swift parses, with the one for iOS.
phone-check:
    .ci/phone

# Small simulated halls full of faults, a seed each; the first broken promise ends it, with the command that plays it again.
sim SEEDS="300" FROM="1":
    cargo run --locked --release --package venue -- sim --seeds {{ SEEDS }} --from {{ FROM }}

# The measured figures, one line each: name, value, unit, goal, separated by tabs.
[no-exit-message]
figures GROUP="all":
    @.ci/figures {{ GROUP }}

# The benches with everything they print.
bench:
    cargo bench --locked --workspace --bench '*'

# Known vulnerabilities among the dependencies. Needs the network, so it is not a part of `check`.
advisories:
    cargo deny --locked check advisories
