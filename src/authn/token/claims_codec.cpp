#include "authn/token/claims_codec.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"

namespace jianmen::authn {

namespace {

using identity::Principal;
using identity::Scope;

// Bits of the first varint. Their places are part of the format.
constexpr std::uint64_t kAgency = 1 << 0;
constexpr std::uint64_t kRoot = 1 << 1;
constexpr std::uint64_t kTemporaryKey = 1 << 2;
constexpr std::uint64_t kDomainScope = 1 << 3;
constexpr std::uint64_t kProjectScope = 1 << 4;
constexpr std::uint64_t kRoles = 1 << 5;
constexpr std::uint64_t kMfa = 1 << 6;
constexpr std::uint64_t kAssumed = 1 << 7;
constexpr std::uint64_t kAllFlags = (1 << 8) - 1;

// Bit i of the method set; the bit after the last says that other names follow as text.
constexpr std::array<std::string_view, 6> kMethods{"password",    "totp",     "token",
                                                   "assume_role", "hw_ak_sk", "mapped"};
constexpr std::uint64_t kOtherMethods = 1 << kMethods.size();

std::uint64_t count_of(base::Time time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
base::Time time_of(std::uint64_t count) {
  return base::Time(base::Duration(static_cast<std::int64_t>(count)));
}

class Writer {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }
  void text(std::string_view value) {
    number(value.size());
    out_ += value;
  }
  // 0, then 16 bytes: 32 hex digits. Else the length + 1, then the text.
  void id(std::string_view value) {
    if (value.size() == 32 && base::is_lower_hex(value)) {
      number(0);
      out_ += *base::from_hex(value);
    } else {
      number(value.size() + 1);
      out_ += value;
    }
  }
  std::string finish() { return std::move(out_); }

 private:
  std::string out_;
};

// Each read after a failed one fails too: the caller asks once, at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::string_view bytes(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const auto piece = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return piece;
  }
  std::string text() { return std::string(bytes(number())); }
  std::string id() {
    const auto tag = number();
    if (tag != 0) return std::string(bytes(tag - 1));
    const auto raw = bytes(16);
    std::string hex(raw.size() * 2, '\0');
    base::write_hex(base::as_bytes(raw), hex.data());
    return hex;
  }
  // Each element takes a byte at least: a larger count is nonsense and must not reserve memory.
  std::uint64_t count() {
    const auto value = number();
    if (value > rest_.size()) fail();
    return failed_ ? 0 : value;
  }
  bool is_done() const { return !failed_ && rest_.empty(); }

 private:
  void fail() {
    failed_ = true;
    rest_ = {};
  }
  std::string_view rest_;
  bool failed_ = false;
};

std::uint64_t flags_of(const Principal& principal) {
  std::uint64_t flags = 0;
  if (principal.kind == Principal::Kind::Agency) flags |= kAgency;
  if (principal.root) flags |= kRoot;
  if (principal.credential == identity::CredentialKind::TemporaryKey) flags |= kTemporaryKey;
  if (principal.scope.kind == Scope::Kind::Domain) flags |= kDomainScope;
  if (principal.scope.kind == Scope::Kind::Project) flags |= kProjectScope;
  if (principal.roles) flags |= kRoles;
  if (principal.mfa_at) flags |= kMfa;
  if (principal.assumed_by) flags |= kAssumed;
  return flags;
}

void write_methods(Writer& out, const std::vector<std::string>& methods) {
  std::uint64_t set = 0;
  std::vector<std::string_view> others;
  for (const auto& method : methods) {
    const auto at = std::ranges::find(kMethods, method);
    if (at == kMethods.end()) {
      set |= kOtherMethods;
      others.push_back(method);
    } else {
      set |= std::uint64_t{1} << (at - kMethods.begin());
    }
  }
  out.number(set);
  if (others.empty()) return;
  out.number(others.size());
  for (const auto other : others) out.text(other);
}

std::vector<std::string> read_methods(Reader& in) {
  const auto set = in.number();
  std::vector<std::string> methods;
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if (set >> i & 1) methods.emplace_back(kMethods[i]);
  }
  if (set & kOtherMethods) {
    for (auto left = in.count(); left > 0; --left) methods.push_back(in.text());
  }
  return methods;
}

}  // namespace

std::string encode_claims(const Claims& claims) {
  const auto& principal = claims.principal;
  Writer out;
  out.number(flags_of(principal));
  out.number(count_of(principal.issued));
  out.number(count_of(principal.expires) - count_of(principal.issued));
  out.id(principal.account.value);
  out.id(principal.id);
  out.number(claims.epoch);
  out.id(principal.audit_id);
  write_methods(out, principal.methods);
  if (principal.scope.kind == Scope::Kind::Project) out.id(principal.scope.project.value);
  if (principal.mfa_at) out.number(count_of(*principal.mfa_at));
  if (principal.assumed_by) {
    out.id(principal.assumed_by->account.value);
    out.id(principal.assumed_by->user.value);
    out.number(claims.caller_epoch);
  }
  if (principal.credential == identity::CredentialKind::TemporaryKey) {
    out.text(principal.access_key.value);
    out.text(claims.secret.reveal());
  }
  if (principal.roles) {
    out.number(principal.roles->size());
    for (const auto& role : *principal.roles) out.id(role.value);
  }
  return out.finish();
}

std::optional<Claims> decode_claims(std::string_view bytes) {
  Reader in(bytes);
  Claims claims;
  auto& principal = claims.principal;
  const auto flags = in.number();
  if (flags & ~kAllFlags) return std::nullopt;
  if ((flags & kDomainScope) && (flags & kProjectScope)) return std::nullopt;
  const auto issued = in.number();
  principal.issued = time_of(issued);
  principal.expires = time_of(issued + in.number());
  principal.kind = flags & kAgency ? Principal::Kind::Agency : Principal::Kind::User;
  principal.root = flags & kRoot;
  principal.account = identity::AccountId(in.id());
  principal.id = in.id();
  claims.epoch = in.number();
  principal.audit_id = in.id();
  principal.methods = read_methods(in);
  if (flags & kDomainScope) principal.scope.kind = Scope::Kind::Domain;
  if (flags & kProjectScope) {
    principal.scope.kind = Scope::Kind::Project;
    principal.scope.project = identity::ProjectId(in.id());
  }
  if (flags & kMfa) principal.mfa_at = time_of(in.number());
  if (flags & kAssumed) {
    auto& assumed = principal.assumed_by.emplace();
    assumed.account = identity::AccountId(in.id());
    assumed.user = identity::UserId(in.id());
    claims.caller_epoch = in.number();
  }
  if (flags & kTemporaryKey) {
    principal.credential = identity::CredentialKind::TemporaryKey;
    principal.access_key = identity::AccessKeyId(in.text());
    claims.secret = base::Secret(in.text());
  }
  if (flags & kRoles) {
    auto left = in.count();
    auto& roles = principal.roles.emplace();
    for (roles.reserve(left); left > 0; --left) roles.emplace_back(in.id());
  }
  if (!in.is_done()) return std::nullopt;
  return claims;
}

}  // namespace jianmen::authn
