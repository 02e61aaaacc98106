#include "services/iam/detail/user_rules.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include "services/iam/detail/own.hpp"
#include "services/iam/iam.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using identity::AccessMode;
using identity::User;

namespace {

constexpr std::size_t kMaxName = 32, kMaxEmail = 255, kMaxPhone = 32, kMaxAreaCode = 8;
constexpr std::size_t kMaxExternalId = 128, kMaxExternalType = 64, kMaxDescription = 255;
constexpr std::size_t kLeastPassword = 8, kMostPassword = 32;

struct Row {
  UserProblem problem;
  std::string_view code;
  FaultKind kind;
  std::string_view sentence;
};
constexpr std::array<Row, 15> kRows{{
    {UserProblem::Missing, "1100", FaultKind::Parameter, "Mandatory parameters are not specified."},
    {UserProblem::Name, "1101", FaultKind::Parameter, "Invalid username."},
    {UserProblem::Email, "1102", FaultKind::Parameter, "Invalid email address."},
    {UserProblem::Phone, "1104", FaultKind::Parameter, "Invalid mobile number."},
    {UserProblem::PhoneHalf, "1106", FaultKind::Parameter,
     "The country code and mobile number must be set at the same time."},
    {UserProblem::Root, "1107", FaultKind::Denied, "The account administrator cannot be deleted."},
    {UserProblem::SamePassword, "1108", FaultKind::Parameter,
     "The new password must be different from the old password."},
    {UserProblem::NameTaken, "1109", FaultKind::Conflict, "The username already exists."},
    {UserProblem::EmailTaken, "1110", FaultKind::Conflict,
     "The email address has already been used."},
    {UserProblem::PhoneTaken, "1111", FaultKind::Conflict,
     "The mobile number has already been used."},
    {UserProblem::ExternalTaken, "1113", FaultKind::Conflict,
     "The values of xuser_id and xuser_type already exist."},
    {UserProblem::TooMany, "1115", FaultKind::Quota,
     "The number of IAM users has reached the maximum allowed limit."},
    {UserProblem::Description, "1117", FaultKind::Parameter, "Invalid user description."},
    {UserProblem::WeakPassword, "1118", FaultKind::Parameter, "The password is weak."},
    {UserProblem::AccessMode, "1120", FaultKind::Parameter, "Invalid access_mode."},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool are_digits(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, is_digit);
}

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return text.size() <= kMaxEmail && at != std::string_view::npos && at > 0 &&
         at + 1 < text.size() && text.find('@', at + 1) == std::string_view::npos &&
         std::ranges::none_of(text, [](unsigned char c) { return c <= ' ' || c >= 0x7f; });
}

// A member as it will be: the one given, else the one that stands.
std::string after(const json::value& given, std::string_view key, const std::string* before) {
  return base::string_or(given, key, before ? std::string_view(*before) : std::string_view());
}

}  // namespace

std::unexpected<Fault> told(const Call& call, UserProblem problem, std::string_view name) {
  const auto& row = *std::ranges::find(kRows, problem, &Row::problem);
  if (call.operation.family == "iam") {
    return fault(row.kind, std::string(row.code), std::string(row.sentence), 400);
  }
  if (problem == UserProblem::NameTaken) {
    return conflict(call, "user", "Duplicate entry '" + std::string(name) + "' for name.");
  }
  return fault(row.kind, {}, std::string(row.sentence), row.kind == FaultKind::Parameter ? 400 : 0);
}

bool is_user_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxName || is_digit(text.front()) || text.front() == ' ')
    return false;
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == ' ' || c == '-' || c == '_' || c == '.';
  });
}

std::optional<UserProblem> find_problem(const json::value& given, const User* before) {
  if (const auto name = base::find_string(given, "name"); name && !is_user_name(*name))
    return UserProblem::Name;
  if (const auto email = base::find_string(given, "email");
      email && !email->empty() && !is_email(*email)) {
    return UserProblem::Email;
  }
  const std::string areacode = after(given, "areacode", before ? &before->areacode : nullptr);
  const std::string phone = after(given, "phone", before ? &before->phone : nullptr);
  if (areacode.empty() != phone.empty()) return UserProblem::PhoneHalf;
  if (!phone.empty() && (!are_digits(phone, kMaxPhone) || !are_digits(areacode, kMaxAreaCode))) {
    return UserProblem::Phone;
  }
  const std::string id = after(given, "xuser_id", before ? &before->xuser_id : nullptr);
  const std::string type = after(given, "xuser_type", before ? &before->xuser_type : nullptr);
  if (id.empty() != type.empty()) return UserProblem::Missing;
  if (!is_text_of(id, 0, kMaxExternalId) || !is_text_of(type, 0, kMaxExternalType))
    return UserProblem::Missing;
  const auto description = base::find_string(given, "description");
  if (description && !is_text_of(*description, 0, kMaxDescription)) return UserProblem::Description;
  if (base::find_string(given, "access_mode") && !access_mode_of(given))
    return UserProblem::AccessMode;
  return std::nullopt;
}

std::optional<UserProblem> find_taken(const json::value& given, const std::vector<User>& users,
                                      const User* before) {
  const std::string name = base::string_or(given, "name", "");
  const std::string email = base::string_or(given, "email", "");
  const std::string areacode = after(given, "areacode", before ? &before->areacode : nullptr);
  const std::string phone = after(given, "phone", before ? &before->phone : nullptr);
  const std::string id = after(given, "xuser_id", before ? &before->xuser_id : nullptr);
  const std::string type = after(given, "xuser_type", before ? &before->xuser_type : nullptr);
  for (const auto& user : users) {
    if (before && user.id == before->id) continue;
    if (!name.empty() && user.name == name) return UserProblem::NameTaken;
    if (!email.empty() && user.email == email) return UserProblem::EmailTaken;
    if (!phone.empty() && user.phone == phone && user.areacode == areacode)
      return UserProblem::PhoneTaken;
    if (!id.empty() && user.xuser_id == id && user.xuser_type == type)
      return UserProblem::ExternalTaken;
  }
  return std::nullopt;
}

std::optional<std::string_view> password_strength(const base::Secret& password,
                                                  std::string_view user_name) {
  const std::string_view text = password.reveal();
  if (text.size() < kLeastPassword || text.size() > kMostPassword) return std::nullopt;
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c >= 0x7f; }))
    return std::nullopt;
  if (std::ranges::equal(text, user_name) ||
      std::ranges::equal(text, user_name | std::views::reverse)) {
    return std::nullopt;
  }
  const auto special = [](char c) { return !is_digit(c) && !is_letter(c); };
  const auto kinds = std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; }) +
                     std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; }) +
                     std::ranges::any_of(text, is_digit) + std::ranges::any_of(text, special);
  if (kinds < 2) return std::nullopt;
  return kinds == 2 ? "Low" : kinds == 3 ? "Middle" : "High";
}

bool is_strong_password(const base::Secret& password, std::string_view user_name) {
  return password_strength(password, user_name).has_value();
}

std::optional<AccessMode> access_mode_of(const json::value& given) {
  const auto text = base::find_string(given, "access_mode");
  if (!text) return std::nullopt;
  if (*text == "default") return AccessMode::Default;
  if (*text == "programmatic") return AccessMode::Programmatic;
  if (*text == "console") return AccessMode::Console;
  return std::nullopt;
}

}  // namespace jianmen::services::iam
