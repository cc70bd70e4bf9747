//! Mirror encapsulations: GRE, ERSPAN, VXLAN, MPLS.
