#include "identity/refusal.hpp"

#include <array>

namespace jianmen::identity {

namespace {

struct Row {
  Cause cause;
  std::string_view id;
  std::string_view layer;
};

// In the order of the enum.
constexpr std::array kRows{
    Row{Cause::SignatureSecretWrong, "signature.secret_wrong", "gateway"},
    Row{Cause::SignatureSecretWhitespace, "signature.secret_whitespace", "gateway"},
    Row{Cause::SignatureSecretPrevious, "signature.secret_previous", "gateway"},
    Row{Cause::SignatureAccessKeyUnknown, "signature.access_key_unknown", "gateway"},
    Row{Cause::SignatureAccessKeyForeign, "signature.access_key_foreign", "gateway"},
    Row{Cause::SignatureAccessKeyInactive, "signature.access_key_inactive", "gateway"},
    Row{Cause::SignatureAccessKeyLocked, "signature.access_key_locked", "gateway"},
    Row{Cause::SignatureAuthorizationMalformed, "signature.authorization_malformed", "gateway"},
    Row{Cause::SignatureAuthorizationOtherScheme, "signature.authorization_other_scheme",
        "gateway"},
    Row{Cause::SignatureAlgorithmUnknown, "signature.algorithm_unknown", "gateway"},
    Row{Cause::SignatureAlgorithmMismatch, "signature.algorithm_mismatch", "gateway"},
    Row{Cause::SignatureDateMissing, "signature.date_missing", "gateway"},
    Row{Cause::SignatureDateFormat, "signature.date_format", "gateway"},
    Row{Cause::SignatureClockSkew, "signature.clock_skew", "gateway"},
    Row{Cause::SignatureTimeZone, "signature.time_zone", "gateway"},
    Row{Cause::SignatureExpiredReuse, "signature.expired_reuse", "gateway"},
    Row{Cause::SignatureMethod, "signature.method", "gateway"},
    Row{Cause::SignaturePathSlash, "signature.path_slash", "gateway"},
    Row{Cause::SignaturePathEncoding, "signature.path_encoding", "gateway"},
    Row{Cause::SignaturePathChanged, "signature.path_changed", "gateway"},
    Row{Cause::SignatureQueryOrder, "signature.query_order", "gateway"},
    Row{Cause::SignatureQueryEncoding, "signature.query_encoding", "gateway"},
    Row{Cause::SignatureQueryMissing, "signature.query_missing", "gateway"},
    Row{Cause::SignatureQueryChanged, "signature.query_changed", "gateway"},
    Row{Cause::SignatureHeaderChanged, "signature.header_changed", "gateway"},
    Row{Cause::SignatureHeaderMissing, "signature.header_missing", "gateway"},
    Row{Cause::SignatureHeaderForm, "signature.header_form", "gateway"},
    Row{Cause::SignatureHost, "signature.host", "gateway"},
    Row{Cause::SignatureBodyChanged, "signature.body_changed", "gateway"},
    Row{Cause::SignatureBodyNotHashed, "signature.body_not_hashed", "gateway"},
    Row{Cause::SignatureBodySerializedTwice, "signature.body_serialized_twice", "gateway"},
    Row{Cause::SignatureBodyOnGet, "signature.body_on_get", "gateway"},
    Row{Cause::SignaturePayloadHeader, "signature.payload_header", "gateway"},
    Row{Cause::SignatureCanonicalForm, "signature.canonical_form", "gateway"},
    Row{Cause::SignatureStringToSign, "signature.string_to_sign", "gateway"},
    Row{Cause::SignatureEncoding, "signature.encoding", "gateway"},
    Row{Cause::SignatureDerivedScope, "signature.derived_scope", "gateway"},
    Row{Cause::SignatureSecurityTokenMissing, "signature.security_token_missing", "gateway"},
    Row{Cause::SignatureSecurityTokenInvalid, "signature.security_token_invalid", "gateway"},
    Row{Cause::SignatureSecurityTokenExpired, "signature.security_token_expired", "gateway"},
    Row{Cause::SignatureProjectHeader, "signature.project_header", "gateway"},
    Row{Cause::TokenMissing, "token.missing", "gateway"},
    Row{Cause::TokenEmpty, "token.empty", "gateway"},
    Row{Cause::TokenWrongHeader, "token.wrong_header", "gateway"},
    Row{Cause::TokenDamaged, "token.damaged", "gateway"},
    Row{Cause::TokenForeign, "token.foreign", "gateway"},
    Row{Cause::TokenSecurityTokenAsToken, "token.security_token_as_token", "gateway"},
    Row{Cause::TokenExpired, "token.expired", "gateway"},
    Row{Cause::TokenRevoked, "token.revoked", "gateway"},
    Row{Cause::ScopeOtherProject, "scope.other_project", "service"},
    Row{Cause::ScopeDomainOnRegional, "scope.domain_on_regional", "service"},
    Row{Cause::ScopeProjectOnGlobal, "scope.project_on_global", "service"},
    Row{Cause::ScopeAccountIdAsProject, "scope.account_id_as_project", "service"},
    Row{Cause::ScopeProjectNotYours, "scope.project_not_yours", "service"},
    Row{Cause::ScopeSubprojectHeader, "scope.subproject_header", "service"},
    Row{Cause::PermissionNoGroup, "permission.no_group", "service"},
    Row{Cause::PermissionNotGranted, "permission.not_granted", "service"},
    Row{Cause::PermissionOtherProject, "permission.other_project", "service"},
    Row{Cause::PermissionGlobalNeeded, "permission.global_needed", "service"},
    Row{Cause::PermissionDenied, "permission.denied", "service"},
    Row{Cause::PermissionCondition, "permission.condition", "service"},
    Row{Cause::PermissionResource, "permission.resource", "service"},
    Row{Cause::PermissionDepends, "permission.depends", "service"},
    Row{Cause::PermissionStaleToken, "permission.stale_token", "service"},
    Row{Cause::PermissionEnterpriseProject, "permission.enterprise_project", "service"},
    Row{Cause::PermissionAgency, "permission.agency", "service"},
    Row{Cause::PermissionSdkDiscovery, "permission.sdk_discovery", "service"},
    Row{Cause::LoginWrongCredentials, "login.wrong_credentials", "iam"},
    Row{Cause::LoginAccountName, "login.account_name", "iam"},
    Row{Cause::LoginMfa, "login.mfa", "iam"},
    Row{Cause::LoginConsoleOnly, "login.console_only", "iam"},
    Row{Cause::LoginDisabled, "login.disabled", "iam"},
    Row{Cause::LoginLocked, "login.locked", "iam"},
    Row{Cause::LoginPasswordExpired, "login.password_expired", "iam"},
    Row{Cause::LoginBody, "login.body", "iam"},
    Row{Cause::LoginScopeUnknown, "login.scope_unknown", "iam"},
    Row{Cause::RouteUnknownHost, "route.unknown_host", "gateway"},
    Row{Cause::RouteUnknownPath, "route.unknown_path", "gateway"},
    Row{Cause::RouteMethod, "route.method", "gateway"},
    Row{Cause::RouteOtherService, "route.other_service", "gateway"},
    Row{Cause::RouteEmptySegment, "route.empty_segment", "gateway"},
    Row{Cause::RoutePlaceholder, "route.placeholder", "gateway"},
    Row{Cause::RouteRegionIsAz, "route.region_is_az", "gateway"},
    Row{Cause::RouteVersion, "route.version", "gateway"},
    Row{Cause::RouteNotInRegion, "route.not_in_region", "gateway"},
    Row{Cause::LimitThrottled, "limit.throttled", "gateway"},
    Row{Cause::LimitBody, "limit.body", "gateway"},
    Row{Cause::LimitHeader, "limit.header", "gateway"},
    Row{Cause::LimitSource, "limit.source", "gateway"},
    Row{Cause::LimitQuota, "limit.quota", "service"},
    Row{Cause::RequestMalformed, "request.malformed", "service"},
    Row{Cause::RequestParameter, "request.parameter", "service"},
    Row{Cause::RequestContentType, "request.content_type", "gateway"},
    Row{Cause::ResourceNotFound, "resource.not_found", "service"},
    Row{Cause::ResourceConflict, "resource.conflict", "service"},
    Row{Cause::ResourceState, "resource.state", "service"},
    Row{Cause::ResourceCapacity, "resource.capacity", "service"},
    Row{Cause::AccountArrears, "account.arrears", "service"},
    Row{Cause::AccountNotSubscribed, "account.not_subscribed", "service"},
    Row{Cause::AccountOtherSite, "account.other_site", "service"},
    Row{Cause::BackendUnavailable, "backend.unavailable", "gateway"},
    Row{Cause::BackendTimeout, "backend.timeout", "gateway"},
    Row{Cause::BackendInternal, "backend.internal", "service"},
    Row{Cause::BackendPlannedFault, "backend.planned_fault", "service"},
    Row{Cause::NetworkDns, "network.dns", "network"},
    Row{Cause::NetworkRefused, "network.refused", "network"},
    Row{Cause::NetworkTimeout, "network.timeout", "network"},
    Row{Cause::NetworkReset, "network.reset", "network"},
    Row{Cause::NetworkUnreachable, "network.unreachable", "network"},
    Row{Cause::TlsUntrusted, "tls.untrusted", "tls"},
    Row{Cause::TlsName, "tls.name", "tls"},
    Row{Cause::TlsExpired, "tls.expired", "tls"},
    Row{Cause::TlsProtocol, "tls.protocol", "tls"},
    Row{Cause::ProxyAuthentication, "proxy.authentication", "proxy"},
    Row{Cause::ProxyRefused, "proxy.refused", "proxy"},
    Row{Cause::ProxyIntercepted, "proxy.intercepted", "proxy"},
    Row{Cause::SdkProjectNotFound, "sdk.project_not_found", "client"},
    Row{Cause::SdkProjectAmbiguous, "sdk.project_ambiguous", "client"},
    Row{Cause::SdkDomainNotFound, "sdk.domain_not_found", "client"},
    Row{Cause::SdkRegionUnknown, "sdk.region_unknown", "client"},
    Row{Cause::SdkCredentialKind, "sdk.credential_kind", "client"},
    Row{Cause::SdkCredentialMissing, "sdk.credential_missing", "client"},
    Row{Cause::SdkEndpointMissing, "sdk.endpoint_missing", "client"},
    Row{Cause::SdkResponseUnparsed, "sdk.response_unparsed", "client"},
    Row{Cause::SdkUsage, "sdk.usage", "client"},
    Row{Cause::SdkClientFault, "sdk.client_fault", "client"},
    Row{Cause::Unknown, "unknown", "unknown"},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].cause) != i) return false;
  }
  return true;
}
static_assert(in_enum_order());

const Row& row_of(Cause cause) { return kRows[static_cast<std::size_t>(cause)]; }

}  // namespace

std::string_view cause_id(Cause cause) { return row_of(cause).id; }
std::string_view cause_layer(Cause cause) { return row_of(cause).layer; }

std::optional<Cause> find_cause(std::string_view id) {
  for (const auto& row : kRows) {
    if (row.id == id) return row.cause;
  }
  return std::nullopt;
}

const std::string* Refusal::find(std::string_view name) const {
  for (const auto& [key, value] : evidence) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace jianmen::identity
