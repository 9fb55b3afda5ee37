//! Integration tests: the built binary, run as a user runs it.

mod affected;
mod bad_input;
mod ci_scripts;
mod cli_build;
mod components;
mod configuration_schema;
mod diff;
mod env;
mod explain;
mod fixtures;
mod key_model_schema;
mod list_inputs;
mod pre_commit;
mod report_forms;
mod repository;
mod rules;
mod schemas;
mod secrets;
mod slots_check;
mod slots_key;
mod slots_lint;
mod slots_plan;
mod slots_render;
mod slots_show;
mod validate;
