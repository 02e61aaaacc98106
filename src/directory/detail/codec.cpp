#include "directory/detail/codec.hpp"

#include <charconv>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace jianmen::directory::detail {

namespace {

using base::json::array;
using base::json::object;
using base::json::value;

// Writes members that differ from their default, so that a typical record stays below 300 bytes.
class Writer {
 public:
  Writer& text(std::string_view key, std::string_view text) {
    if (!text.empty()) out_[key] = text;
    return *this;
  }
  Writer& flag(std::string_view key, bool is_set, bool otherwise = false) {
    if (is_set != otherwise) out_[key] = is_set;
    return *this;
  }
  Writer& number(std::string_view key, std::int64_t number) {
    if (number != 0) out_[key] = number;
    return *this;
  }
  Writer& time(std::string_view key, Time time) {
    return number(key, time.time_since_epoch().count());
  }
  Writer& time(std::string_view key, const std::optional<Time>& at) {
    if (at) out_[key] = at->time_since_epoch().count();
    return *this;
  }
  template <class Id>
  Writer& ids(std::string_view key, const std::vector<Id>& ids) {
    if (ids.empty()) return *this;
    array list;
    for (const auto& id : ids) list.emplace_back(id.value);
    out_[key] = std::move(list);
    return *this;
  }
  std::string done() const { return base::to_text(value(out_)); }

 private:
  object out_;
};

class Reader {
 public:
  explicit Reader(std::string_view text) {
    auto parsed = base::parse_json(text);
    if (parsed && parsed->is_object()) value_ = std::move(*parsed);
  }
  bool ok() const { return value_.is_object(); }
  std::string text(std::string_view key) const { return base::string_or(value_, key, ""); }
  bool flag(std::string_view key, bool otherwise = false) const {
    return base::find_bool(value_, key).value_or(otherwise);
  }
  std::int64_t number(std::string_view key) const {
    return base::find_int(value_, key).value_or(0);
  }
  Time time(std::string_view key) const { return Time(base::Duration(number(key))); }
  std::optional<Time> maybe_time(std::string_view key) const {
    const auto us = base::find_int(value_, key);
    return us ? std::optional(Time(base::Duration(*us))) : std::nullopt;
  }
  std::optional<std::int64_t> maybe_number(std::string_view key) const {
    return base::find_int(value_, key);
  }
  template <class Id>
  std::vector<Id> ids(std::string_view key) const {
    std::vector<Id> out;
    const auto* list = base::find_array(value_, key);
    if (list == nullptr) return out;
    for (const auto& item : *list) {
      if (item.is_string()) out.emplace_back(std::string_view(item.get_string()));
    }
    return out;
  }

 private:
  value value_;
};

std::optional<Grant::Holder> holder_of(std::string_view letter) {
  if (letter == "g") return Grant::Holder::Group;
  if (letter == "y") return Grant::Holder::Agency;
  return std::nullopt;
}

std::optional<GrantScope> scope_of(std::string_view letter) {
  if (letter == "d") return GrantScope::Domain;
  if (letter == "p") return GrantScope::Project;
  if (letter == "i") return GrantScope::Inherited;
  return std::nullopt;
}

std::optional<Grant> make_grant(std::string_view account, std::string_view holder,
                                std::string_view holder_id, std::string_view scope,
                                std::string_view project, std::string_view role) {
  const auto kind = holder_of(holder);
  const auto where = scope_of(scope);
  if (!kind || !where) return std::nullopt;
  Grant grant;
  grant.account = AccountId(account);
  grant.holder = *kind;
  grant.holder_id = holder_id;
  grant.role = RoleId(role);
  grant.scope = *where;
  if (*where == GrantScope::Project) grant.project = ProjectId(project);
  return grant;
}

}  // namespace

std::string encode(const Account& a) {
  return Writer()
      .text("id", a.id.value)
      .text("name", a.name)
      .flag("on", a.enabled, true)
      .time("made", a.created)
      .done();
}

template <>
std::optional<Account> decode(std::string_view value) {
  const Reader in(value);
  if (!in.ok()) return std::nullopt;
  return Account{AccountId(in.text("id")), in.text("name"), in.flag("on", true), in.time("made")};
}

std::string encode(const UserRecord& record) {
  const User& u = record.user;
  return Writer()
      .text("id", u.id.value)
      .text("account", u.account.value)
      .text("name", u.name)
      .flag("on", u.enabled, true)
      .flag("root", u.root)
      .text("about", u.description)
      .text("email", u.email)
      .text("area", u.areacode)
      .text("phone", u.phone)
      .text("xid", u.xuser_id)
      .text("xtype", u.xuser_type)
      .number("mode", static_cast<int>(u.access_mode))
      .text("hash", u.password_hash)
      .flag("renew", u.must_change_password)
      .text("strength", u.password_strength)
      .time("made", u.created)
      .time("seen", u.last_login)
      .number("epoch", static_cast<std::int64_t>(u.epoch))
      .text("loss", record.loss)
      .time("lost", record.lost)
      .ids("groups", record.groups)
      .ids("keys", record.keys)
      .done();
}

template <>
std::optional<UserRecord> decode(std::string_view value) {
  const Reader in(value);
  if (!in.ok()) return std::nullopt;
  UserRecord record;
  User& u = record.user;
  u.id = UserId(in.text("id"));
  u.account = AccountId(in.text("account"));
  u.name = in.text("name");
  u.enabled = in.flag("on", true);
  u.root = in.flag("root");
  u.description = in.text("about");
  u.email = in.text("email");
  u.areacode = in.text("area");
  u.phone = in.text("phone");
  u.xuser_id = in.text("xid");
  u.xuser_type = in.text("xtype");
  const auto mode = in.number("mode");
  if (mode < 0 || mode > static_cast<int>(AccessMode::Console)) return std::nullopt;
  u.access_mode = static_cast<AccessMode>(mode);
  u.password_hash = in.text("hash");
  u.must_change_password = in.flag("renew");
  u.password_strength = in.text("strength");
  u.created = in.time("made");
  u.last_login = in.maybe_time("seen");
  u.epoch = static_cast<std::uint64_t>(in.number("epoch"));
  record.loss = in.text("loss");
  record.lost = in.time("lost");
  record.groups = in.ids<GroupId>("groups");
  record.keys = in.ids<AccessKeyId>("keys");
  return record;
}

std::string encode(const Group& g) {
  return Writer()
      .text("id", g.id.value)
      .text("account", g.account.value)
      .text("name", g.name)
      .text("about", g.description)
      .time("made", g.created)
      .done();
}

template <>
std::optional<Group> decode(std::string_view value) {
  const Reader in(value);
  if (!in.ok()) return std::nullopt;
  return Group{GroupId(in.text("id")), AccountId(in.text("account")), in.text("name"),
               in.text("about"), in.time("made")};
}

std::string encode(const Project& p) {
  return Writer()
      .text("id", p.id.value)
      .text("account", p.account.value)
      .text("name", p.name)
      .text("region", p.region)
      .text("parent", p.parent.value)
      .text("about", p.description)
      .flag("on", p.enabled, true)
      .time("made", p.created)
      .done();
}

template <>
std::optional<Project> decode(std::string_view value) {
  const Reader in(value);
  if (!in.ok()) return std::nullopt;
  return Project{ProjectId(in.text("id")),
                 AccountId(in.text("account")),
                 in.text("name"),
                 in.text("region"),
                 ProjectId(in.text("parent")),
                 in.text("about"),
                 in.flag("on", true),
                 in.time("made")};
}

std::string encode(const Role& r) {
  return Writer()
      .text("id", r.id.value)
      .text("account", r.account.value)
      .text("name", r.name)
      .text("title", r.display_name)
      .number("type", static_cast<int>(r.type))
      .text("catalog", r.catalog)
      .text("flag", r.flag)
      .text("about", r.description)
      .text("about_cn", r.description_cn)
      .text("policy", r.policy)
      .time("made", r.created)
      .time("changed", r.updated)
      .done();
}

template <>
std::optional<Role> decode(std::string_view value) {
  const Reader in(value);
  if (!in.ok()) return std::nullopt;
  Role r;
  r.id = RoleId(in.text("id"));
  r.account = AccountId(in.text("account"));
  r.name = in.text("name");
  r.display_name = in.text("title");
  const auto type = in.number("type");
  if (type < 0 || type > static_cast<int>(RoleType::None)) return std::nullopt;
  r.type = static_cast<RoleType>(type);
  r.catalog = in.text("catalog");
  r.flag = in.text("flag");
  r.description = in.text("about");
  r.description_cn = in.text("about_cn");
  r.policy = in.text("policy");
  r.created = in.time("made");
  r.updated = in.time("changed");
  return r;
}

std::string encode(const Agency& a) {
  Writer out;
  out.text("id", a.id.value)
      .text("account", a.account.value)
      .text("name", a.name)
      .text("about", a.description)
      .text("trusts", a.trusted_account.value)
      .text("trusts_name", a.trusted_account_name)
      .time("until", a.expires)
      .time("made", a.created)
      .number("epoch", static_cast<std::int64_t>(a.epoch));
  if (a.duration_hours) out.number("hours", *a.duration_hours);
  return out.done();
}

template <>
std::optional<Agency> decode(std::string_view value) {
  const Reader in(value);
  if (!in.ok()) return std::nullopt;
  Agency a;
  a.id = AgencyId(in.text("id"));
  a.account = AccountId(in.text("account"));
  a.name = in.text("name");
  a.description = in.text("about");
  a.trusted_account = AccountId(in.text("trusts"));
  a.trusted_account_name = in.text("trusts_name");
  a.expires = in.maybe_time("until");
  a.duration_hours = in.maybe_number("hours");
  a.created = in.time("made");
  a.epoch = static_cast<std::uint64_t>(in.number("epoch"));
  return a;
}

std::string encode(const AccessKey& k) {
  return Writer()
      .text("id", k.id.value)
      .text("account", k.account.value)
      .text("user", k.user.value)
      .text("sealed", k.sealed_secret)
      .flag("on", k.active, true)
      .text("about", k.description)
      .time("made", k.created)
      .done();
}

template <>
std::optional<AccessKey> decode(std::string_view value) {
  const Reader in(value);
  if (!in.ok()) return std::nullopt;
  return AccessKey{AccessKeyId(in.text("id")),
                   AccountId(in.text("account")),
                   UserId(in.text("user")),
                   in.text("sealed"),
                   in.flag("on", true),
                   in.text("about"),
                   in.time("made")};
}

std::string encode_grant(const Grant& grant) {
  return std::to_string(grant.created.time_since_epoch().count());
}

std::optional<Grant> decode_grant(std::string_view key, std::string_view value) {
  const auto p = base::split(key, '/');  // a, account, "o", holder, holder id, scope, project, role
  if (p.size() != 8) return std::nullopt;
  auto grant = make_grant(p[1], p[3], p[4], p[5], p[6], p[7]);
  std::int64_t us = 0;
  const auto* end = value.data() + value.size();
  if (!grant || std::from_chars(value.data(), end, us).ptr != end) return std::nullopt;
  grant->created = Time(base::Duration(us));
  return grant;
}

std::optional<Grant> decode_grant_by_role(std::string_view key) {
  const auto p =
      base::split(key, '/');  // a, account, "or", role, holder, holder id, scope, project
  return p.size() == 8 ? make_grant(p[1], p[4], p[5], p[6], p[7], p[3]) : std::nullopt;
}

std::optional<Grant> decode_grant_by_project(std::string_view key) {
  const auto p = base::split(key, '/');  // a, account, "op", project, holder, holder id, role
  return p.size() == 7 ? make_grant(p[1], p[4], p[5], "p", p[3], p[6]) : std::nullopt;
}

}  // namespace jianmen::directory::detail
