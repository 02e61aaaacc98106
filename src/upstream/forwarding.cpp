#include "upstream/forwarding.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encoding.hpp"
#include "http/traceparent.hpp"

namespace jianmen::upstream {

namespace {

using http::Header;
using http::HeaderId;

constexpr std::size_t kLongestName = 32;
constexpr std::string_view kTracestate = "tracestate";

// Names as they are compared: lower case, '_' read as '-', as many servers do when they make
// variables of them.
constexpr char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '_' ? '-' : c;
}

constexpr bool is_same(std::string_view name, std::string_view folded_name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (folded(name[i]) != folded_name[i]) return false;
  }
  return true;
}

// A set of names, by length: most fields are told apart by that alone.
template <std::size_t N>
class Names {
 public:
  constexpr explicit Names(const std::array<std::string_view, N>& names) : names_(names) {
    std::ranges::sort(names_, {}, [](std::string_view name) { return name.size(); });
    std::size_t at = 0;
    for (std::size_t size = 0; size <= kLongestName; ++size) {
      begins_[size] = at;
      while (at < N && names_[at].size() == size) ++at;
    }
    begins_[kLongestName + 1] = at;
  }
  constexpr bool contains(std::string_view name) const {
    if (name.size() > kLongestName) return false;
    for (std::size_t i = begins_[name.size()]; i < begins_[name.size() + 1]; ++i) {
      if (is_same(name, names_[i])) return true;
    }
    return false;
  }

 private:
  std::array<std::string_view, N> names_;
  std::array<std::size_t, kLongestName + 2> begins_{};
};

// Of one connection, the gateway's own to write, the caller's credential, or a claim of identity:
// also those that OpenStack's middleware believes.
constexpr Names<61> kNotForUpstream{{{"connection",
                                      "keep-alive",
                                      "proxy-connection",
                                      "proxy-authenticate",
                                      "proxy-authorization",
                                      "te",
                                      "trailer",
                                      "transfer-encoding",
                                      "upgrade",
                                      "http2-settings",
                                      "content-length",
                                      "host",
                                      "expect",
                                      "max-forwards",
                                      "x-security-token",
                                      "x-auth-token",
                                      "x-subject-token",
                                      "x-service-token",
                                      "x-request-id",
                                      "forwarded",
                                      "x-forwarded",
                                      "x-forwarded-for",
                                      "x-forwarded-host",
                                      "x-forwarded-port",
                                      "x-forwarded-proto",
                                      "x-forwarded-server",
                                      "x-real-ip",
                                      "x-user",
                                      "x-user-id",
                                      "x-user-name",
                                      "x-user-domain-id",
                                      "x-user-domain-name",
                                      "x-domain-id",
                                      "x-domain-name",
                                      "x-project-id",
                                      "x-project-name",
                                      "x-project-domain-id",
                                      "x-project-domain-name",
                                      "x-is-admin-project",
                                      "x-tenant",
                                      "x-tenant-id",
                                      "x-tenant-name",
                                      "x-role",
                                      "x-roles",
                                      "x-identity-status",
                                      "x-service-catalog",
                                      "x-service-identity-status",
                                      "x-service-user-id",
                                      "x-service-user-name",
                                      "x-service-user-domain-id",
                                      "x-service-user-domain-name",
                                      "x-service-domain-id",
                                      "x-service-domain-name",
                                      "x-service-project-id",
                                      "x-service-project-name",
                                      "x-service-project-domain-id",
                                      "x-service-project-domain-name",
                                      "x-service-roles",
                                      "openstack-system-scope",
                                      "x-credential-kind",
                                      "x-access-key-id"}}};

constexpr Names<15> kNotForClient{
    {{"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
      "proxy-authentication-info", "te", "trailer", "transfer-encoding", "upgrade",
      "http2-settings", "content-length", "date", "server", "x-request-id"}}};

// A request's signature, or a version of it, is the gateway's; other schemes may be the upstream's.
bool is_signature(std::string_view authorization) {
  const auto begins = [&](std::string_view scheme) {
    return authorization.size() >= scheme.size() &&
           base::equals_ignore_case(authorization.substr(0, scheme.size()), scheme);
  };
  return begins("SDK-") || begins("V11-");
}

// The fields that a message's Connection fields name, and whether it has any.
class Named {
 public:
  explicit Named(std::span<const Header> headers) : headers_(headers) {
    for (const Header& header : headers) {
      if (header.id != HeaderId::Connection) continue;
      any_ |= !base::equals_ignore_case(header.value, "keep-alive") &&
              !base::equals_ignore_case(header.value, "close");
    }
  }
  bool contains(std::string_view name) const {
    if (!any_) return false;
    return std::ranges::any_of(headers_, [&](const Header& header) {
      if (header.id != HeaderId::Connection) return false;
      return std::ranges::any_of(base::split(header.value, ','), [&](std::string_view option) {
        return base::equals_ignore_case(base::trim(option), name);
      });
    });
  }

 private:
  std::span<const Header> headers_;
  bool any_ = false;
};

// Without a valid traceparent nobody knows what a tracestate belongs to.
bool has_trace(std::span<const Header> headers) {
  return std::ranges::any_of(headers, [](const Header& header) {
    return header.id == HeaderId::Traceparent && http::trace_id(header.value);
  });
}

bool is_forwarded(const Header& header, std::span<const Header> headers) {
  switch (header.id) {
    case HeaderId::ContentType:
    case HeaderId::Accept:
    case HeaderId::UserAgent:
    case HeaderId::XSdkDate:
    case HeaderId::XSdkContentSha256:
      return true;
    case HeaderId::Traceparent:
      return http::trace_id(header.value).has_value();
    case HeaderId::Authorization:
      return !is_signature(header.value);
    default:
      if (header.name.size() == kTracestate.size() &&
          base::equals_ignore_case(header.name, kTracestate)) {
        return has_trace(headers);
      }
      return !kNotForUpstream.contains(header.name);
  }
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_length(std::string& out, std::uint64_t length) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
  append_line(out, "Content-Length",
              {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

}  // namespace

void write_request_head(std::string& out, const http::Request& request,
                        const Forwarded& forwarded) {
  out.append(request.method).append(" ").append(request.path);
  if (request.query) out.append("?").append(*request.query);
  out.append(" HTTP/1.1\r\n");
  append_line(out, "Host", forwarded.host);
  const Named named(request.headers);
  for (const Header& header : request.headers) {
    if (is_forwarded(header, request.headers) && !named.contains(header.name)) {
      append_line(out, header.name, header.value);
    }
  }
  if (forwarded.chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (forwarded.has_body_length) {
    append_length(out, forwarded.body_length);
  }
  out.append(forwarded.identity);
  append_line(out, "X-Forwarded-For", request.peer);
  out.append(request.secure ? "X-Forwarded-Proto: https\r\n" : "X-Forwarded-Proto: http\r\n");
  append_line(out, "X-Forwarded-Host", request.host());
  append_line(out, "X-Request-Id", forwarded.request_id);
  out.append(request.minor_version == 0 ? "Via: 1.0 jianmen\r\n\r\n" : "Via: 1.1 jianmen\r\n\r\n");
}

void copy_answer_fields(const http::ResponseView& answer, http::Response& response) {
  const Named named(answer.headers());
  for (const Header& header : answer.headers()) {
    if (kNotForClient.contains(header.name) || named.contains(header.name)) continue;
    response.add(header.name, header.value);
  }
}

bool is_unambiguous(std::string_view path) {
  if (path.find_first_of("%;\\") == path.npos) return true;
  if (path.find('\\') != path.npos) return false;
  for (auto at = path.find('%'); at != path.npos; at = path.find('%', at + 1)) {
    const std::string_view digits = path.substr(at + 1, 2);
    for (const std::string_view forbidden : {"2f", "5c", "00"}) {
      if (base::equals_ignore_case(digits, forbidden)) return false;
    }
  }
  for (const std::string_view segment : base::split(path, '/')) {
    const std::string_view name = segment.substr(0, segment.find(';'));
    if (name.size() != segment.size() &&
        (name == "." || name == ".." || name.find('%') != name.npos)) {
      return false;
    }
  }
  return true;
}

}  // namespace jianmen::upstream
