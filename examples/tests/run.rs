//! Both programs finish by themselves, and show what they promise.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

use std::process::Command;

fn output(program: &str) -> String {
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_exchange_in_memory_ends_with_equal_screens() {
    let text = output(env!("CARGO_BIN_EXE_exchange-in-memory"));
    assert!(text.contains("Whoever listened has 3372 bytes"), "{text}");
    for screen in ["Asta  shares devops and hardstyle", "Bo    shares devops and hardstyle"] {
        assert!(text.contains(screen), "{text}");
    }
}

#[test]
fn an_embedded_node_is_nudged() {
    let text = output(env!("CARGO_BIN_EXE_embed-a-node"));
    assert!(text.contains("Someone nearby also works with Kubernetes."), "{text}");
    assert!(text.contains("En i nærheden arbejder også med Kubernetes."), "{text}");
}
