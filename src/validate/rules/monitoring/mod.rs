//! What watches.

mod service_monitor_selector;

pub use service_monitor_selector::ServiceMonitorSelector;
