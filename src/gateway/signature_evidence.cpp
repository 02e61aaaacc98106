#include "gateway/signature_evidence.hpp"

#include <cstring>

#include "base/encoding.hpp"

namespace jianmen::gateway {

namespace {

constexpr std::string_view kPurpose = "signature evidence";
constexpr char kPlain = 'p', kSealed = 's';

bool is_credential(const http::Header& header) {
  using http::HeaderId;
  switch (header.id) {
    case HeaderId::XAuthToken:
    case HeaderId::XSubjectToken:
    case HeaderId::XSecurityToken:
      return true;
    case HeaderId::Other: {
      return base::equals_ignore_case(header.name, "cookie") ||
             base::equals_ignore_case(header.name, "proxy-authorization");
    }
    default:
      return false;
  }
}

}  // namespace

SignatureEvidence::SignatureEvidence(const http::Request& request, base::Time time,
                                     const crypto::Vault& vault)
    : time_(time), body_whole_(!request.source && request.body.size() <= kEvidenceBody) {
  const auto body = body_whole_ ? request.body : std::string_view();
  std::size_t size = 32 + request.method.size() + request.target.size() + body.size();
  for (const auto& header : request.headers) {
    size += 9 + header.name.size() + header.value.size() + (is_credential(header) ? 128 : 0);
  }
  packed_.reserve(size);
  pack(request.method);
  pack(request.path);
  // With its mark, so that no query and an empty one stay apart.
  if (request.query) {
    const std::uint32_t length = static_cast<std::uint32_t>(request.query->size()) + 1;
    packed_.append(reinterpret_cast<const char*>(&length), sizeof length);
    packed_ += '?';
    packed_ += *request.query;
  } else {
    pack("");
  }
  pack(body);
  for (const auto& header : request.headers) {
    pack(header.name);
    if (is_credential(header)) {
      packed_ += kSealed;
      pack(vault.seal(kPurpose, base::Secret(std::string(header.value))));
    } else {
      packed_ += kPlain;
      pack(header.value);
    }
  }
}

void SignatureEvidence::pack(std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  packed_.append(reinterpret_cast<const char*>(&length), sizeof length);
  packed_ += text;
}

SignatureEvidence::Opened SignatureEvidence::open(const crypto::Vault& vault) const {
  Opened out;
  out.body_whole = body_whole_;
  std::string_view rest = packed_;
  const auto next = [&] {
    std::uint32_t size = 0;
    std::memcpy(&size, rest.data(), sizeof size);
    std::string text(rest.substr(sizeof size, size));
    rest.remove_prefix(sizeof size + size);
    return text;
  };
  out.method = next();
  out.path = next();
  if (const auto query = next(); !query.empty()) out.query = query.substr(1);
  out.body = next();
  while (!rest.empty()) {
    auto name = next();
    const bool sealed = rest.front() == kSealed;
    rest.remove_prefix(1);
    auto value = next();
    if (sealed) {
      const auto opened = vault.open(kPurpose, value);
      value = opened ? std::string(opened->reveal()) : std::string();
    }
    out.headers.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::weak_ptr<const SignatureEvidence> EvidenceShelf::put(
    std::shared_ptr<const SignatureEvidence> evidence) {
  drop_old(evidence->time());
  bytes_ += evidence->size();
  kept_.push_back(std::move(evidence));
  while (kept_.size() > 1 && (kept_.size() > limits_.count || bytes_ > limits_.bytes)) drop_first();
  return kept_.back();
}

void EvidenceShelf::drop_old(base::Time now) {
  while (!kept_.empty() && now - kept_.front()->time() > limits_.age) drop_first();
}

void EvidenceShelf::clear() {
  kept_.clear();
  bytes_ = 0;
}

void EvidenceShelf::drop_first() {
  bytes_ -= kept_.front()->size();
  kept_.pop_front();
}

}  // namespace jianmen::gateway
