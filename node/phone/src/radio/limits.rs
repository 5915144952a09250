//! Every bound between the app's radio and the node, and what happens beyond it. Those of the node itself are
//! [`sighej_node::radio_limits`]; they also say how long the app's calls may take.

use std::time::Duration;

/// Packets of one link that wait for the node. One more ends the link: a packet that is left out breaks its message.
pub const PACKETS_QUEUED: usize = 64;
/// Bytes of a packet. A longer one ends its link.
pub const PACKET_BYTES: usize = sighej_ble::wire::MAX_PACKET;
/// Bytes of a platform's name for a device. Who has a longer one is not heard.
pub const PEER_BYTES: usize = 64;
/// Appearing again after the radio came back takes no longer; then it counts as down, until the app says again that it is up.
pub const AGAIN_WITHIN: Duration = Duration::from_secs(8);
