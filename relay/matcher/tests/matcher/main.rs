//! The matcher, seen from outside: stories of a few devices, and properties of any devices, orders, losses and lies.

mod bounds;
mod fairness;
mod properties;
mod rooms;
mod stories;
mod world;
