#include "diagnose/values.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/encoding.hpp"
#include "base/time_text.hpp"

namespace jianmen::diagnose {

namespace {

using identity::Refusal;

class Collector {
 public:
  Collector(const gateway::JournalEntry& entry, const Refusal& refusal,
            const catalog::Catalog& catalog, const directory::Directory& directory)
      : entry_(entry), refusal_(refusal), catalog_(catalog), directory_(directory) {}

  Values run() {
    add_evidence();
    add_request();
    add_caller();
    add_time();
    add_nearest();
    add_projects();
    add_grant();
    add_token_request();
    return std::move(values_);
  }

 private:
  void put(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }
  std::string get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
  }

  void add_evidence() {
    for (const auto& [name, value] : refusal_.evidence) {
      // What a request names is not who the caller is.
      const bool given = name == "user" || name == "account";
      values_.emplace(given ? "given_" + name : name, value);
    }
    if (!refusal_.find("action")) put("no_action", "yes");
    if (const auto* names = refusal_.find("signed_headers")) {
      put("signed_headers_lower", base::to_lower(*names));
    }
  }

  void add_request() {
    put("request_id", entry_.request_id);
    put("method", entry_.method);
    put("host", entry_.host);
    put("path", entry_.path);
    // In commands it stands between single quotes.
    std::string target;
    for (const char c : entry_.path + (entry_.query.empty() ? "" : "?" + entry_.query)) {
      target += c == '\'' ? std::string("%27") : std::string(1, c);
    }
    put("target", target);
    put("url", base_url() + target);
    put("status", std::to_string(entry_.status));
    put("code", entry_.code);
    put("message", entry_.message);
    if (entry_.operation) {
      put("operation", entry_.operation->id);
      put("service", entry_.operation->service);
    } else if (!entry_.method.empty()) {
      put("operation", entry_.method + " " + entry_.path);
    }
    const auto route = catalog_.route(entry_.host, entry_.method, entry_.path);
    if (route && route->region) region_ = route->region->id;
  }

  // The journal keeps no scheme: names are reached by https, plain addresses of a test mostly not.
  std::string base_url() const {
    std::string host;
    for (const char c : entry_.host) {
      if (base::is_unreserved(static_cast<unsigned char>(c)) || c == ':' || c == '[' || c == ']') {
        host += c;
      }
    }
    if (host.empty()) host = "HOST";
    return (catalog_.is_cloud_host(entry_.host) ? "https://" : "http://") + host;
  }

  void add_caller() {
    if (entry_.principal) {
      put("account", entry_.principal->account);
      put("user", entry_.principal->user);
      if (get("ak").empty()) put("ak", entry_.principal->access_key_id);
      if (entry_.principal->credential == identity::CredentialKind::Token) put("by_token", "yes");
      account_ = directory_.find_account_by_name(entry_.principal->account);
      if (account_) put("account_id", account_->id.value);
    }
    const auto accounts = directory_.list_accounts();
    if (accounts.size() == 1) {
      put("account_known", accounts.front().name);
      if (!account_) account_ = accounts.front();  // whoever calls, it is about this one
    }
    const auto ak = get("ak");
    if (ak.empty()) return;
    const auto key = directory_.find_access_key(identity::AccessKeyId(ak));
    if (!key) return;
    account_ = directory_.find_account(key->account);
    if (account_) put("owner_account", account_->name);
    if (const auto user = directory_.find_user(key->user)) put("owner", user->name);
  }

  void add_time() {
    put("server_iso", base::to_iso_seconds(entry_.time));
    put("server_date", base::to_sdk_date(entry_.time));
    const auto offset = get("offset_seconds");
    long seconds = 0;
    std::from_chars(offset.data(), offset.data() + offset.size(), seconds);
    if (offset.empty()) return;
    seconds = std::labs(seconds);
    put("offset_minutes", std::to_string((seconds + 30) / 60));
    const long half_hours = (seconds + 900) / 1800;
    put("offset_hours", std::to_string(half_hours / 2) + (half_hours % 2 ? ".5" : ""));
  }

  void add_nearest() {
    std::string all;
    for (const auto& [name, value] : refusal_.evidence) {
      if (name == "nearest") all += (all.empty() ? "" : "; ") + value;
    }
    if (all.empty()) return;
    put("nearest_all", all);
    const auto first = get("nearest");
    if (const auto blank = first.find(' '); blank != std::string::npos) {
      put("nearest_method", first.substr(0, blank));
    }
    if (const auto open = first.rfind('('); open != std::string::npos && first.back() == ')') {
      put("nearest_service", first.substr(open + 1, first.size() - open - 2));
    }
  }

  static std::string replaced(std::string text, std::string_view what, std::string_view by) {
    if (const auto at = text.find(what); !what.empty() && at != std::string::npos) {
      text.replace(at, what.size(), by);
    }
    return text;
  }

  // Which of the account's projects the URL could have meant: that of the host's region first.
  void add_projects() {
    if (!account_) return;
    const auto find = [&](std::string_view name) {
      return directory_.find_project_by_name(account_->id, name);
    };
    auto example = region_.empty() ? std::nullopt : find(region_);
    if (!example && entry_.principal) example = find(entry_.principal->scope_project);
    if (!example) example = find("cn-north-4");
    const auto in_url = get("url_project");
    const auto path_with = [&](std::string_view project) {
      return entry_.method + " " + replaced(entry_.path, in_url, project);
    };
    if (example) {
      put("example_project", example->id.value);
      put("example_project_name", example->name);
      put("path_with_example_project", path_with(example->id.value));
      if (entry_.path.contains("//")) {
        put("path_filled",
            entry_.method + " " + replaced(entry_.path, "//", "/" + example->id.value + "/"));
      }
    }
    if (const auto* scope = refusal_.find("token_scope");
        scope && !get("token_project_name").empty()) {
      put("path_with_token_project", path_with(*scope));
    }
    if (const auto region = get("host_region"); !region.empty()) {
      if (const auto project = find(region)) {
        put("host_region_project", project->id.value);
        put("path_with_host_region_project", path_with(project->id.value));
      }
    }
  }

  // The grant that would do, and the group that its holder is not yet in.
  void add_grant() {
    const auto line = get("smallest_grant");
    if (line.empty() || !get("group_that_allows").empty()) return;
    put("grant_needed", "yes");
    const auto begin = line.find("--group "), end = line.find(" --role ");
    if (begin == std::string::npos || end == std::string::npos || end < begin + 8) return;
    const auto group = line.substr(begin + 8, end - begin - 8);
    put("grant_group", group);
    const auto groups = get("groups");
    const auto names = base::split(groups, ',');
    const bool inside =
        std::ranges::any_of(names, [&](auto name) { return base::trim(name) == group; });
    if (!inside) put("group_to_join", group);
  }

  // The body that would get a token for this very request.
  void add_token_request() {
    put("iam_url", iam_url());
    const auto text = [&](std::string_view name, std::string_view otherwise) {
      auto value = get(name);
      return value.empty() ? std::string(otherwise) : value;
    };
    base::json::object scope;
    const auto project = get("url_project").empty() ? get("example_project") : get("url_project");
    if (entry_.operation && entry_.operation->scope == catalog::OperationScope::Domain) {
      scope["domain"] =
          base::json::object{{"name", text("account", text("account_known", "ACCOUNT"))}};
    } else if (!project.empty() && project != text("account_id", "")) {
      scope["project"] = base::json::object{{"id", project}};
    } else {
      scope["project"] =
          base::json::object{{"name", region_.empty() ? std::string("cn-north-4") : region_}};
    }
    const base::json::object user{
        {"name", text("user", "USER")},
        {"password", "PASSWORD"},
        {"domain",
         base::json::object{{"name", text("account", text("account_known", "ACCOUNT"))}}}};
    const base::json::object identity{{"methods", base::json::array{"password"}},
                                      {"password", base::json::object{{"user", user}}}};
    const base::json::object auth{{"identity", identity}, {"scope", std::move(scope)}};
    std::string body = base::to_text(base::json::object{{"auth", auth}});
    std::string quoted;
    for (const char c : body) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    put("auth_body", quoted);
  }

  std::string iam_url() const {
    if (!catalog_.is_cloud_host(entry_.host)) return base_url();
    const auto endpoints = catalog_.endpoints("iam", region_);
    return endpoints.empty() ? base_url() : "https://" + endpoints.front().host;
  }

  const gateway::JournalEntry& entry_;
  const Refusal& refusal_;
  const catalog::Catalog& catalog_;
  const directory::Directory& directory_;
  std::optional<identity::Account> account_;
  std::string region_;  // of the host
  Values values_;
};

}  // namespace

Values values_of(const gateway::JournalEntry& entry, const Refusal& refusal,
                 const catalog::Catalog& catalog, const directory::Directory& directory) {
  return Collector(entry, refusal, catalog, directory).run();
}

}  // namespace jianmen::diagnose
