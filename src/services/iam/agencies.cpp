// /v3.0/OS-AGENCY/agencies: what the account delegates to another account or to a cloud service.

#include <charconv>

#include "services/iam/detail/entity_json.hpp"
#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/own.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using identity::Agency;

namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxDescription = 255;
constexpr std::size_t kMaxPerPage = 500;
constexpr std::int64_t kMaxDays = 36'500;
constexpr std::string_view kCloudService = "op_svc_";

std::unexpected<Fault> unknown_trust() {
  return fault(FaultKind::NotFound, {}, "TrustDomainNotFound");
}

// "FOREVER", "ONEDAY", or a number of days (text or number); empty: not one of them. 0 days: for
// ever.
std::optional<std::int64_t> days_of(const json::value& duration) {
  if (duration.is_int64() || duration.is_uint64()) {
    const std::int64_t days = duration.is_int64() ? duration.get_int64() : kMaxDays + 1;
    return days >= 1 && days <= kMaxDays ? std::optional(days) : std::nullopt;
  }
  if (!duration.is_string()) return std::nullopt;
  const std::string_view text = duration.get_string();
  if (text == "FOREVER") return 0;
  if (text == "ONEDAY") return 1;
  std::int64_t days = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), days);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole && days >= 1 && days <= kMaxDays ? std::optional(days) : std::nullopt;
}

std::expected<void, Fault> read_duration(Agency& agency, const Call& call,
                                         const json::value& given) {
  const auto* duration = base::find(given, "duration");
  if (!duration || duration->is_null()) return {};
  const auto days = days_of(*duration);
  if (!days) {
    return invalid_field(
        call, "duration",
        duration->is_string() ? std::string(duration->get_string()) : base::to_text(*duration));
  }
  if (*days == 0) {
    agency.duration_hours.reset();
    agency.expires.reset();
  } else {
    agency.duration_hours = *days * 24;
    agency.expires = call.now + std::chrono::hours(*days * 24);
  }
  return {};
}

// Whom the agency trusts; of name and id the name is looked at first.
std::expected<void, Fault> read_trust(Agency& agency, const Dependencies& with,
                                      const json::value& given) {
  const std::string name = base::string_or(given, "trust_domain_name", "");
  const std::string id = base::string_or(given, "trust_domain_id", "");
  if (name.starts_with(kCloudService) && is_text_of(name, kCloudService.size() + 1, kMaxName)) {
    agency.trusted_account = {};
    agency.trusted_account_name = name;
    return {};
  }
  if (name.empty() && id.empty()) return {};
  const auto account = name.empty() ? with.directory.find_account(identity::AccountId(id))
                                    : with.directory.find_account_by_name(name);
  if (!account) return unknown_trust();
  agency.trusted_account = account->id;
  agency.trusted_account_name = account->name;
  return {};
}

std::expected<void, Fault> read_rest(Agency& agency, const Dependencies& with, const Call& call,
                                     const json::value& given) {
  const auto description = text_of(given, "description");
  if (description && !is_text_of(*description, 0, kMaxDescription)) {
    return invalid_field(call, "description", *description);
  }
  if (description) agency.description = *description;
  if (auto fine = read_trust(agency, with, given); !fine) return fine;
  return read_duration(agency, call, given);
}

Reply agency_reply(const Agency& agency) {
  return json::value(json::object{{"agency", agency_json(agency)}});
}

Outcome list_agencies(const Dependencies& with, const Call& call) {
  if (auto own = check_account(call, call.query("domain_id")); !own)
    return std::unexpected(own.error());
  auto page = page_of(call, kMaxPerPage);
  if (!page) return std::unexpected(std::move(page.error()));
  const auto name = call.query("name");
  const auto trusted = call.query("trust_domain_id");
  json::array items;
  std::size_t at = 0;
  for (const auto& agency : with.directory.list_agencies(call.principal->account)) {
    if (name && agency.name != *name) continue;
    if (trusted && agency.trusted_account.value != *trusted) continue;
    if (page->holds(at++)) items.emplace_back(agency_json(agency));
  }
  return Reply(json::object{{"agencies", std::move(items)}});
}

Outcome create_agency(const Dependencies& with, const Call& call) {
  const auto& given = call.body.at("agency");
  if (auto own = check_account(call, base::find_string(given, "domain_id")); !own) {
    return std::unexpected(own.error());
  }
  Agency agency;
  agency.account = call.principal->account;
  agency.name = base::string_or(given, "name", "");
  if (!is_text_of(agency.name, 1, kMaxName)) return invalid_field(call, "name", agency.name);
  if (auto fine = read_rest(agency, with, call, given); !fine) return std::unexpected(fine.error());
  if (agency.trusted_account_name.empty()) {
    return fault(FaultKind::Malformed, {}, "'trust_domain_name' is a required property");
  }
  if (with.directory.list_agencies(agency.account).size() >= kMaxAgencies) {
    return fault(FaultKind::Quota, {},
                 "The number of agencies has reached the maximum allowed limit.");
  }
  auto created = with.directory.create_agency(agency);
  if (!created) return write_fault(call, "agency", agency.name, created.error());
  return agency_reply(*created);
}

Outcome show_agency(const Dependencies& with, const Call& call) {
  auto agency = own_agency(with, call, call.path("agency_id"));
  if (!agency) return std::unexpected(std::move(agency.error()));
  return agency_reply(*agency);
}

Outcome update_agency(const Dependencies& with, const Call& call) {
  auto agency = own_agency(with, call, call.path("agency_id"));
  if (!agency) return std::unexpected(std::move(agency.error()));
  if (auto fine = read_rest(*agency, with, call, call.body.at("agency")); !fine) {
    return std::unexpected(fine.error());
  }
  auto updated = with.directory.update_agency(*agency);
  if (!updated) return write_fault(call, "agency", agency->id.value, updated.error());
  return agency_reply(*updated);
}

Outcome delete_agency(const Dependencies& with, const Call& call) {
  auto agency = own_agency(with, call, call.path("agency_id"));
  if (!agency) return std::unexpected(std::move(agency.error()));
  auto deleted = with.directory.delete_agency(agency->id);
  if (!deleted) return write_fault(call, "agency", agency->id.value, deleted.error());
  return Reply::empty();
}

}  // namespace

void add_agencies(Functions& functions, const Dependencies& with) {
  add(functions, with, "ListAgencies", Runs::OnLoop, list_agencies);
  add(functions, with, "CreateAgency", Runs::OnPool, create_agency);
  add(functions, with, "ShowAgency", Runs::OnLoop, show_agency);
  add(functions, with, "UpdateAgency", Runs::OnPool, update_agency);
  add(functions, with, "DeleteAgency", Runs::OnPool, delete_agency);
}

}  // namespace jianmen::services::iam
