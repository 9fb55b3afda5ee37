//! How long a plan takes: `cargo bench --bench planner`.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use redisops::slots::{
    Address, Balance, ClusterState, Node, NodeRef, Role, SLOTS, Slot, SlotSet, SlotStats, Target, plan,
};

fn main() {
    let even = |slot: u16, masters: u16| u32::from(slot) * u32::from(masters) / u32::from(SLOTS);
    let scattered = |slot: u16, masters: u16| u32::from(slot).wrapping_mul(2_654_435_761) % u32::from(masters);
    let by = |balance| Target { balance, ..Target::default() };
    println!("{:<44} {:>8} {:>8} {:>10} {:>10}", "case", "best ms", "ranges", "moved", "bound");
    for balance in [Balance::Slots, Balance::Memory] {
        let name = |text: &str| format!("{text}, by {}", balance.metric());
        let to = |masters| Target { masters: Some(masters), ..by(balance) };
        run(&name("3 to 4"), &cluster(3, 1, even), &to(4));
        run(&name("3 to 6"), &cluster(3, 3, even), &to(6));
        run(&name("30 to 40, scattered"), &cluster(30, 10, scattered), &to(40));
        run(&name("1000, as they are"), &cluster(1000, 0, even), &by(balance));
        run(&name("1000 to 1001"), &cluster(1000, 1, even), &to(1001));
        run(&name("500 to 1000"), &cluster(500, 500, even), &to(1000));
        let remove = Target { remove: vec![NodeRef("n0500".to_owned())], ..by(balance) };
        run(&name("1000 to 999"), &cluster(1000, 0, even), &remove);
        run(&name("1000, scattered"), &cluster(1000, 0, scattered), &by(balance));
        run(&name("1000 to 999, scattered"), &cluster(1000, 0, scattered), &remove);
        run(&name("1000 to 500, scattered"), &cluster(1000, 0, scattered), &to(500));
    }
}

fn run(name: &str, state: &ClusterState, target: &Target) {
    let mut best = f64::INFINITY;
    let mut result = None;
    for _ in 0..20 {
        let start = Instant::now();
        let plan = plan(state, target).expect("the case can be planned");
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        result = Some(plan);
    }
    let plan = result.expect("it ran");
    let (ranges, done) = (plan.after.ranges, plan.optimality);
    println!("{name:<44} {best:>8.2} {ranges:>8} {:>10} {:>10}", done.moved, done.lower_bound);
}

/// Masters with slots, spares, and weights per slot that differ a lot: most small, some a hundred times as large.
fn cluster(masters: u16, spares: u16, owner: impl Fn(u16, u16) -> u32) -> ClusterState {
    let mut slots: Vec<SlotSet> = vec![SlotSet::new(); usize::from(masters + spares)];
    for slot in Slot::all() {
        slots[owner(slot.number(), masters) as usize].insert(slot);
    }
    let mut seed = 1u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as f64 / f64::from(1u32 << 31)
    };
    let bytes: Box<[u64]> = (0..SLOTS).map(|_| (20_000.0 / (random() + 0.01)) as u64).collect();
    let nodes = slots.into_iter().enumerate().map(|(number, slots)| Node {
        id: format!("n{number:04}").into(),
        address: Address::new("127.0.0.1", 7001 + number as u16),
        hostname: None,
        role: Role::Master,
        master: None,
        zone: None,
        labels: Default::default(),
        slots,
        flags: Vec::new(),
        config_epoch: 1,
        used_memory: None,
        maxmemory: None,
    });
    let keys = bytes.iter().map(|bytes| bytes / 100).collect();
    let slot_stats = SlotStats { keys: Some(keys), bytes: Some(bytes), ops: None };
    ClusterState { nodes: nodes.collect(), slot_stats, open: Vec::new() }
}
