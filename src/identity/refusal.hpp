#pragma once
// A refusal: why a request was not answered as asked, as an enum with evidence. A step that refuses
// returns one; the wire body is rendered in one place per wire family, the journal keeps the
// evidence, `explain` prints it. Ids are those of data/causes.json (a test compares); ids stay, new
// ones may be added.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jianmen::identity {

enum class Cause {
  SignatureSecretWrong,        // The SK does not belong to this AK, or is damaged
  SignatureSecretWhitespace,   // The SK was used with a blank, quote or line end around it
  SignatureSecretPrevious,     // The SK is that of another key of the same user or of a deleted key
  SignatureAccessKeyUnknown,   // This AK does not exist here
  SignatureAccessKeyForeign,   // This AK belongs to another cloud (LTAI, AKIA/ASIA, AKID …)
  SignatureAccessKeyInactive,  // This AK is switched off, or its user is
  SignatureAccessKeyLocked,    // This AK is locked for five minutes after more than five failures
  SignatureAuthorizationMalformed,    // The Authorization header is not of the form that the
                                      // algorithm needs
  SignatureAuthorizationOtherScheme,  // Authorization holds another scheme (Bearer, Basic, AWS4 …)
  SignatureAlgorithmUnknown,          // The algorithm is unknown or switched off
  SignatureAlgorithmMismatch,         // Signed with another algorithm than the header names
  SignatureDateMissing,               // X-Sdk-Date is missing or not signed
  SignatureDateFormat,                // X-Sdk-Date is not YYYYMMDDTHHMMSSZ
  SignatureClockSkew,                 // The clock of the caller is off by more than 15 minutes
  SignatureTimeZone,                  // Local time was written as UTC (off by whole hours)
  SignatureExpiredReuse,   // A request signed earlier was sent again after its 15 minutes
  SignatureMethod,         // Another method was signed than was sent
  SignaturePathSlash,      // The trailing / that signing needs was left out
  SignaturePathEncoding,   // The path was encoded twice, or not at all, for signing
  SignaturePathChanged,    // Another path was signed than arrived (proxy, prefix, base path)
  SignatureQueryOrder,     // The query was signed unsorted
  SignatureQueryEncoding,  // The query was encoded differently for signing (+ for %20, raw UTF-8, *
                           // …)
  SignatureQueryMissing,   // The query, or part of it, was left out of the signature
  SignatureQueryChanged,   // The query changed after signing
  SignatureHeaderChanged,  // A signed header changed on the way
  SignatureHeaderMissing,  // A header of SignedHeaders did not arrive
  SignatureHeaderForm,     // Header names not lower-cased or sorted, or values not trimmed, for
                           // signing
  SignatureHost,           // Another Host was signed than arrived (port, proxy, IP against name)
  SignatureBodyChanged,    // The body that arrived is not the body that was hashed
  SignatureBodyNotHashed,  // The body was left out of the signature (hash of nothing)
  SignatureBodySerializedTwice,  // The same JSON was written differently for signing and sending
                                 // (blanks, key order, escapes, line end)
  SignatureBodyOnGet,  // A body ({} or null) went out on GET or DELETE but was not signed, or the
                       // reverse
  SignaturePayloadHeader,  // X-Sdk-Content-Sha256 does not fit the body or is not signed
  SignatureCanonicalForm,  // The canonical request is put together wrongly (blank line, line ends,
                           // join)
  SignatureStringToSign,   // The string to sign is wrong (algorithm line, date, hash of the wrong
                           // text)
  SignatureEncoding,       // The signature is written wrongly (base64, upper case, cut)
  SignatureDerivedScope,   // Region, service or date of the V11 credential scope is wrong
  SignatureSecurityTokenMissing,  // A temporary AK came without X-Security-Token
  SignatureSecurityTokenInvalid,  // X-Security-Token does not belong to this AK, or is damaged
  SignatureSecurityTokenExpired,  // The temporary key has expired
  SignatureProjectHeader,  // X-Project-Id or X-Domain-Id does not belong to the key's account
  TokenMissing,            // No X-Auth-Token and no signature
  TokenEmpty,              // X-Auth-Token is empty
  TokenWrongHeader,  // The token is in another header (X-Subject-Token, Authorization: Bearer …)
  TokenDamaged,      // The token cannot be opened: cut, altered or not a token
  TokenForeign,      // The token is of another site or installation
  TokenSecurityTokenAsToken,  // A securitytoken of temporary keys was sent as X-Auth-Token
  TokenExpired,               // The token is older than 24 hours
  TokenRevoked,               // The token was revoked, or its user, password or grants changed
  ScopeOtherProject,          // The token is of another project or region than the URL
  ScopeDomainOnRegional,      // A domain-scoped token was used for a regional service
  ScopeProjectOnGlobal,       // A project-scoped token was used for a global service
  ScopeAccountIdAsProject,    // The account id stands where the project id belongs
  ScopeProjectNotYours,    // The project in the URL belongs to another account, or does not exist
  ScopeSubprojectHeader,   // A sub-project needs X-Project-Id
  PermissionNoGroup,       // The user is in no group and has no grant at all
  PermissionNotGranted,    // No grant of this user allows the action
  PermissionOtherProject,  // The action is granted, but in another project or region
  PermissionGlobalNeeded,  // The action is granted on projects, but this service is global (or the
                           // reverse)
  PermissionDenied,        // A policy denies the action explicitly
  PermissionCondition,     // A policy would allow it, but its condition does not hold
  PermissionResource,      // A policy allows the action, but not on this resource
  PermissionDepends,       // A role lacks the roles that it depends on
  PermissionStaleToken,    // The grant is newer than the token: get a new token
  PermissionEnterpriseProject,  // The grant is limited to an enterprise project
  PermissionAgency,             // The agency may not be assumed, or its own grants do not allow it
  PermissionSdkDiscovery,  // The key may not list projects or domains, so the SDK cannot find its
                           // ids
  LoginWrongCredentials,   // User name or password is wrong
  LoginAccountName,        // domain.name is not the account name
  LoginMfa,                // The user has login protection: a passcode is needed
  LoginConsoleOnly,        // The user may only use the console
  LoginDisabled,           // The user is disabled
  LoginLocked,             // The user is locked after failed logins
  LoginPasswordExpired,    // The password must be changed
  LoginBody,               // The body of the token request is wrong
  LoginScopeUnknown,       // The scope names a project or account that does not exist
  RouteUnknownHost,        // No service has this host
  RouteUnknownPath,        // No operation of this service has this path
  RouteMethod,             // The path exists, with other methods
  RouteOtherService,       // The path belongs to another service's endpoint
  RouteEmptySegment,       // A variable in the path was empty (//)
  RoutePlaceholder,        // A {placeholder} was not filled in
  RouteRegionIsAz,         // An availability zone was used as region
  RouteVersion,            // The API version in the path does not exist here
  RouteNotInRegion,        // The service is not in this region
  LimitThrottled,          // Too many requests
  LimitBody,               // The body is too large
  LimitHeader,             // The headers or the URL are too large
  LimitSource,             // The source address is not allowed
  LimitQuota,              // A quota is used up
  RequestMalformed,        // The body is not what the operation takes
  RequestParameter,        // A parameter is missing or has a wrong value
  RequestContentType,      // Content-Type is missing or wrong
  ResourceNotFound,        // The resource does not exist in this project
  ResourceConflict,        // The name or id is taken, or another change is running
  ResourceState,           // The resource's state does not allow it
  ResourceCapacity,        // The cloud has no capacity left for this flavor or zone (sold out)
  AccountArrears,          // The account is in arrears or frozen
  AccountNotSubscribed,    // The service is not opened, or real-name authentication is missing
  AccountOtherSite,  // The account or key is of another site (China, international, partner cloud)
  BackendUnavailable,   // The service behind the gateway does not answer
  BackendTimeout,       // The service behind the gateway was too slow
  BackendInternal,      // The service failed on its own
  BackendPlannedFault,  // An administrator planned this fault
  NetworkDns,           // The host name cannot be resolved
  NetworkRefused,       // Nothing listens there
  NetworkTimeout,       // No answer in time
  NetworkReset,         // The connection was cut
  NetworkUnreachable,   // There is no route
  TlsUntrusted,         // The certificate is not trusted
  TlsName,              // The certificate is for another name
  TlsExpired,           // The certificate, or the local clock, is out of date
  TlsProtocol,  // The two sides have no TLS version or cipher in common, or one speaks plain HTTP
  ProxyAuthentication,   // The proxy wants a login (407)
  ProxyRefused,          // The proxy refused or cannot reach the host
  ProxyIntercepted,      // Something that is not the gateway answered (HTML, no X-Request-Id)
  SdkProjectNotFound,    // The SDK found no project for the region
  SdkProjectAmbiguous,   // The SDK found several projects
  SdkDomainNotFound,     // The SDK found no account id
  SdkRegionUnknown,      // The SDK does not know the region
  SdkCredentialKind,     // Basic and global credentials were mixed up
  SdkCredentialMissing,  // No credentials were found
  SdkEndpointMissing,    // No endpoint in the catalogue or the configuration
  SdkResponseUnparsed,   // The SDK could not read the answer
  SdkUsage,              // The tool's own options or configuration are wrong; nothing was sent
  SdkClientFault,        // The client itself failed (crash, defect)
  Unknown,               // Not enough to tell
};

std::string_view cause_id(Cause cause);     // "signature.secret_wrong"
std::string_view cause_layer(Cause cause);  // "client" | "network" | "tls" | "proxy" | "gateway" |
                                            // "service" | "iam" | "unknown"
std::optional<Cause> find_cause(std::string_view id);

// Evidence is what a reader needs to see, by name: never a secret, a token or a password.
struct Refusal {
  Cause cause = Cause::Unknown;
  std::vector<std::pair<std::string, std::string>> evidence;

  const std::string* find(std::string_view name) const;  // nullptr when there is no such evidence
  Refusal& with(std::string name, std::string value) {
    evidence.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

}  // namespace jianmen::identity
