//! `cidr`: an IP address in one of several networks.
//!
//! Addresses are compared as 128 bits, IPv4 in its mapped form (RFC 4291 §2.5.5.2).

use core::net::IpAddr;

use super::{Compiled, Located, Operand, Run};
use crate::{error::Problem, schema::Field, value::Value};

/// An address and how many bits of it do not count.
type Network = (u128, u32);

/// Compiles a test on text that holds an address.
pub(super) fn text<E>(field: &'static Field<E>, operands: &[Operand<'_>]) -> Compiled<E> {
    let networks = networks(operands)?;
    let get = field.get;
    let run: Run<E> = Box::new(move |event| match get(event) {
        Some(Value::Text(text)) => {
            text.parse().is_ok_and(|address| contain(&networks, mapped(address)))
        }
        _ => false,
    });
    Ok((5, None, run))
}

/// Compiles a test on an identifier that is an address.
pub(super) fn id<E>(field: &'static Field<E>, operands: &[Operand<'_>]) -> Compiled<E> {
    let networks = networks(operands)?;
    let get = field.get;
    let run: Run<E> = Box::new(move |event| match get(event) {
        Some(Value::Id(address)) => contain(&networks, address),
        _ => false,
    });
    Ok((3, None, run))
}

/// Returns the 128 bits of an address.
pub(super) fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn contain(networks: &[Network], address: u128) -> bool {
    networks.iter().any(|&(base, host)| (address ^ base).checked_shr(host).unwrap_or_default() == 0)
}

fn networks(operands: &[Operand<'_>]) -> Result<Vec<Network>, Located> {
    let read = |operand: &Operand<'_>| {
        network(&operand.text).ok_or_else(|| {
            let want = "a network such as `192.0.2.0/24`";
            let found = format!("`{}`", operand.text);
            (operand.at, Problem::ModifierOperand { modifier: "cidr", want, found })
        })
    };
    operands.iter().map(read).collect()
}

fn network(text: &str) -> Option<Network> {
    let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
    let address: IpAddr = address.parse().ok()?;
    let width: u32 = if address.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Some(width), |length| length.parse().ok())?;
    Some((mapped(address), width.checked_sub(length)?))
}
