//! VLAN tags (IEEE 802.1Q, 802.1ad).
