//! Link layers: Ethernet, Linux cooked captures, raw IP.
