//! `docs/behaviour.md` names our test for each of theirs: none of theirs is missing, and each of ours exists. A test that is
//! renamed must be renamed there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry of the folder").path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *found += &fs::read_to_string(&path).expect("a source file");
            // A case of the compile-fail suite is named by its file.
            let case = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            found.extend(["fn ", case, "(\n"]);
        }
    }
}

/// Every session test of Starlite 1.51.16 and Litestar 2.24.0, and two that 3.0 adds.
const THEIRS: &str = "
    test_abstract_security_config_registers_route_handlers test_abstract_security_config_sets_dependencies
    test_abstract_security_config_sets_guards test_abstract_security_config_setting_openapi_components
    test_abstract_security_config_setting_openapi_security_requirements test_authentication test_clear_sessions
    test_clear_sessions_cookie_backend test_clear_sessions_no_backend test_config_validation
    test_connection_base_properties test_delete test_delete_all test_delete_empty test_delete_idempotence
    test_delete_session test_delete_session_cookie_backend test_delete_session_no_backend
    test_does_not_override_cookies test_dump_and_load_data test_exists test_expires test_expires_in
    test_expires_in_not_set test_file_backend_custom_filename test_file_backend_init_directory
    test_file_backend_path test_file_init_directory test_file_init_subdirectory test_file_init_subdirectory_negative
    test_file_normalize_key test_file_path test_file_store_handle_rename_fail test_file_with_namespace
    test_file_with_namespace_invalid_namespace_char test_flash_config_doesnt_have_session
    test_flash_config_has_wrong_middleware_type test_flash_plugin test_get test_get_and_renew
    test_get_and_renew_redis test_get_and_renew_valkey test_get_renew_on_access test_get_session_backend
    test_get_set test_get_set_multiple_returns_correct_identity test_integration test_keep_session_id
    test_key_validation test_load_data_should_raise_invalid_tag_if_tampered_aad
    test_load_data_should_return_empty_if_session_expired test_load_file_not_found_returns_emtpy_session
    test_load_session_cookies_and_expire_previous test_logging_middleware_with_session_middleware
    test_max_age_expires test_max_age_validation test_memory_delete_expired test_middleware_exclude_custom_key
    test_middleware_exclude_flag test_middleware_exclude_pattern test_namespaced_store_delete_all_propagates_down
    test_namespaced_store_does_not_propagate_up test_namespaced_store_get_set test_non_default_store
    test_options_request_with_session_auth test_redis_delete_all test_redis_delete_all_no_namespace_raises
    test_redis_namespace_explicit_none test_redis_namespaced_key test_redis_set_with_expires_in_and_keep_ttl_raises
    test_redis_set_with_keep_ttl test_redis_store_with_client_shutdown test_redis_with_client_default
    test_redis_with_namespace test_redis_with_non_default test_registry_get test_registry_register
    test_registry_register_exist_override test_registry_register_exist_raises
    test_request_factory_create_with_params test_secret_validation test_session_auth_openapi
    test_session_cookie_name_matching test_session_id_correctness test_session_middleware_example
    test_session_middleware_not_installed_raises test_set test_set_empty test_set_session_cookies
    test_set_special_chars_key test_set_store_name test_sqlalchemy_async_backend_delete_expired
    test_sqlalchemy_backend_delete_expired test_sqlalchemy_config_dynamic_backend
    test_store_in_message_clears_cookies_when_session_grows_gt_chunk_size test_test_client
    test_test_client_get_session_data test_test_client_set_session_data
    test_use_of_custom_response_serializer_with_http_handler
    test_use_of_custom_response_serializer_with_websocket_handler test_using_session_auth_login_flow
    test_using_session_auth_signup_flow test_valkey_delete_all test_valkey_delete_all_no_namespace_raises
    test_valkey_namespace_explicit_none test_valkey_namespaced_key test_valkey_store_with_client_shutdown
    test_valkey_with_client_default test_valkey_with_namespace test_valkey_with_non_default
";

fn checklist() -> String {
    fs::read_to_string(root().join("docs/behaviour.md")).expect("the checklist")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What is set as code in a column of the tables.
fn names(page: &str, column: usize) -> BTreeSet<&str> {
    let cells = page.lines().filter(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(column));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_test_of_theirs_is_in_the_checklist() {
    let page = checklist();
    let (named, theirs) = (names(&page, 1), THEIRS.split_whitespace().collect::<BTreeSet<_>>());
    let missing: Vec<_> = theirs.difference(&named).collect();
    assert!(missing.is_empty(), "not in docs/behaviour.md: {missing:#?}");
    let unknown: Vec<_> = named.difference(&theirs).filter(|name| name.starts_with("test_")).collect();
    assert!(unknown.is_empty(), "they have no such tests: {unknown:#?}");
}

#[test]
fn every_test_that_the_checklist_names_exists() {
    let page = checklist();
    let mut code = String::new();
    for folder in ["runtime", "macros", "tests", "examples"] {
        sources(&root().join(folder), &mut code);
    }
    let names = names(&page, 3);
    assert!(names.len() > 30, "the third column of the tables names the tests");
    let missing: Vec<_> = names.into_iter().filter(|name| !code.contains(&format!("fn {name}"))).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}
