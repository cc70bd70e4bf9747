//! Evaluation allocates nothing once everything it keeps has been seen.

#![expect(unsafe_code, reason = "an allocator that counts can only be written with it")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use picket_rules::{Matches, RuleState};

use crate::fixture::{Event, event, rules};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn warm_evaluation_does_not_allocate() {
    let set = rules(
        "title: a\nname: a\ndetection:\n  s: {op.code: [70, 71]}\n  t: {from.digits|startswith|expand: '%partners%'}\n  condition: s and not t\n---\n\
         title: b\nname: b\ndetection:\n  s: {text|re: 'x+y', tags: odd.*}\n  t: {text|contains: [hello, World, ab*cd]}\n  condition: 1 of them\n---\n\
         title: c\ndetection: {s: {to.digits: 1?5*, text|fieldref|contains: home}, condition: s}\n---\n\
         title: count\ncorrelation: {type: event_count, rules: [a], generate: true, group-by: [who, text], timespan: 10s, condition: {gte: 2}}\n---\n\
         title: values\ncorrelation: {type: value_count, rules: [a], group-by: [from.digits], timespan: 10s, condition: {field: who, gte: 3}}\n---\n\
         title: order\ncorrelation: {type: temporal_ordered, rules: [a, b], group-by: [who], timespan: 10s}\n---\n\
         title: percentile\ncorrelation: {type: value_percentile, rules: [a], group-by: [who], timespan: 10s, condition: {field: size, percentile: 90, gte: 1}}\n",
    );
    let texts = [
        "op.code=70 from.digits=44 who=W size=9 text=hello_world home=world to.digits=1755",
        "op.code=71 from.digits=15550100 who=W size=3 text=xxy tags=odd.tag,late",
        "op.code=70 from.digits=45 who=W size=1 text=plain home=other",
        "op.code=9 who=W text=HELLO",
        "",
    ];
    let events: Vec<Event> = (0..997)
        .map(|n| event(&texts[n % texts.len()].replace('W', &(n * n % 61).to_string())))
        .collect();
    // Fewer windows than groups, so that windows are evicted and used again.
    let (mut state, mut out) = (RuleState::new(100, 11), Matches::new());
    let mut matched = 0;
    let mut pass = |from: u64, to: u64| {
        let before = ALLOCATIONS.get();
        for (number, event) in (from..to).zip(events.iter().cycle()) {
            set.evaluate(event, number * 100_000_000, number, &mut state, &mut out);
            matched += out.iter().map(|found| found.tokens.len()).sum::<usize>();
        }
        ALLOCATIONS.get() - before
    };
    pass(0, 50_000);
    assert_eq!(pass(50_000, 60_000), 0);
    assert!(matched > 10_000 && state.evictions() > 100, "{matched} {}", state.evictions());
}
