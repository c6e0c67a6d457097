import { REQUEST_PARAMS, REQUEST_SETTING_SCHEMAS } from "./request-params.ts";

/**
 * Keys that LiteLLM's config may carry. `used` ones have an effect here; `known` ones are LiteLLM's and have none:
 * they are named in a warning, so that nobody believes a setting works that does not.
 */
export interface KnownKeys {
  readonly used: readonly string[];
  readonly known: readonly string[];
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const ROOT_KEYS: KnownKeys = {
  used: words(
    "model_list credential_list litellm_settings router_settings general_settings environment_variables include rollcall",
  ),
  known: words(`callback_settings guardrails assistant_settings files_settings finetune_settings
    default_vertex_config mcp_servers mcp_tools search_tools vector_store_registry prompts`),
};

export const DEPLOYMENT_KEYS: KnownKeys = {
  used: words("model_name litellm_params model_info"),
  known: [],
};

export const PARAM_KEYS: KnownKeys = {
  used: [
    ...words(`model api_base base_url api_key custom_llm_provider timeout stream_timeout rpm tpm weight order
    max_parallel_requests num_retries organization tags cooldown_time extra_headers litellm_credential_name ssl_verify
    client_cert client_key`),
    ...REQUEST_PARAMS,
    ...Object.keys(REQUEST_SETTING_SCHEMAS),
  ],
  known: words(`api_version region_name itpm otpm max_retries
    tag_regex guardrails supports_system_message input_cost_per_token
    output_cost_per_token input_cost_per_second output_cost_per_second input_cost_per_pixel max_budget budget_duration
    mock_response mock_timeout mock_tool_calls configurable_clientside_auth_params
    use_in_pass_through merge_reasoning_content_in_choices keepalive_seconds stream think keep_alive num_ctx
    allowed_fails blocked vertex_project vertex_location vertex_credentials aws_access_key_id
    aws_secret_access_key aws_region_name cache_control_injection_points input_cost_per_character`),
};

/** `model_info` may say whatever it likes, for those who ask; `known` ones steer LiteLLM. */
export const MODEL_INFO_KEYS: KnownKeys = {
  used: words(`id mode kind canary disabled access_groups supported_environments blocked allowed_fails
    allowed_fails_policy`),
  known: words(`health_check_model health_check_timeout
    health_check_max_tokens health_check_voice health_check_params disable_background_health_check team_id
    team_public_model_name custom_tokenizer`),
};

export const LITELLM_SETTINGS_KEYS: KnownKeys = {
  used: words(`num_retries drop_params request_timeout fallbacks context_window_fallbacks default_fallbacks
    ssl_verify ssl_certificate allowed_fails cooldown_time
    callbacks success_callback failure_callback service_callback`),
  known:
    words(`content_policy_fallbacks service_callbacks cache cache_params set_verbose json_logs turn_off_message_logging
    redact_user_api_key_info max_budget budget_duration max_end_user_budget max_internal_user_budget
    default_internal_user_params default_team_settings default_team_params upperbound_key_generate_params
    key_generation_settings check_provider_endpoint modify_params telemetry force_ipv4
    require_auth_for_metrics_endpoint prometheus_metrics_config custom_prometheus_metadata_labels custom_prometheus_tags
    enable_end_user_cost_tracking_prometheus_only disable_end_user_cost_tracking enable_redis_auth_cache
    disable_hf_tokenizer_download network_mock enable_json_schema_validation`),
};

export const ROUTER_SETTINGS_KEYS: KnownKeys = {
  used: words(`routing_strategy num_retries fallbacks context_window_fallbacks default_fallbacks model_group_alias
    timeout stream_timeout allowed_fails cooldown_time disable_cooldowns allowed_fails_policy enable_tag_filtering
    tag_filtering_match_any default_litellm_params`),
  known:
    words(`routing_strategy_args retry_after retry_policy model_group_retry_policy content_policy_fallbacks
    max_fallbacks enable_pre_call_checks enable_pre_call_check redis_host
    redis_port redis_password redis_db redis_url default_max_parallel_requests default_priority
    polling_interval client_ttl optional_pre_call_checks ignore_invalid_deployments enable_health_check_routing
    health_check_staleness_threshold health_check_ignore_transient_errors provider_budget_config cache_responses
    cache_kwargs caching_groups assistants_config guardrail_list search_tools alerting_config debug_level set_verbose`),
};

export const GENERAL_SETTINGS_KEYS: KnownKeys = {
  used: words(`master_key litellm_key_header_name forward_client_headers_to_llm_api always_include_stream_usage
    max_in_flight_requests_per_worker max_queued_requests_per_worker admission_queue_timeout_seconds`),
  known: words(`database_url database_connection_pool_limit database_connection_timeout store_model_in_db
    supported_db_objects allow_requests_on_db_unavailable disable_spend_logs disable_spend_updates disable_error_logs
    proxy_batch_write_at proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time user_api_key_cache_ttl
    max_parallel_requests global_max_parallel_requests background_health_checks health_check_interval health_check_details
    health_check_concurrency use_shared_health_check enable_health_check_routing health_check_staleness_threshold
    health_check_ignore_transient_errors health_check_skip_disabled_background_models
    background_health_check_model_groups model_list_healthy_only completion_model embedding_model moderation_model
    image_generation_model alerting alerting_threshold alert_types alerting_args allowed_routes
    public_routes admin_only_routes allowed_ips use_x_forwarded_for
    token_rate_limit_type max_request_size_mb max_response_size_mb pass_through_endpoints
    custom_auth use_redis_transaction_buffer infer_model_from_keys enforce_user_param user_header_name
    cancel_on_disconnect litellm_jwtauth enable_jwt_auth ui_access_mode
    disable_spend_tracking store_prompts_in_spend_logs`),
};

/** Strategies that are implemented; LiteLLM's others fall back to the default with a warning. */
export const STRATEGIES = [
  "simple-shuffle",
  "least-busy",
  "latency-based-routing",
  "usage-based-routing-v2",
  "prefix-affinity",
] as const;
export type Strategy = (typeof STRATEGIES)[number] | "two-choices";

export const OTHER_STRATEGIES = words("usage-based-routing cost-based-routing");
