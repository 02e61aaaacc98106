#include "diagnose/values.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/encoding.hpp"
#include "base/time_text.hpp"

namespace jianmen::diagnose {

namespace {

using identity::Refusal;

bool is_plain(std::string_view method) {
  return !method.empty() &&
         std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// A value nobody filled in: empty, or as documentation writes it.
bool is_unfilled(std::string_view segment) {
  return segment.empty() || segment.contains('{') || segment.contains("%7B") ||
         segment.contains("%7b") || segment.starts_with(':') || segment.starts_with('$');
}

// The template with the values of a path that was meant to be like it; nullopt: one is not known.
std::optional<std::string> fill_path(std::string_view pattern, std::string_view path,
                                     std::string_view project) {
  const auto wanted = base::split(pattern, '/');
  auto given = base::split(path, '/');
  if (given.size() != wanted.size()) {
    std::erase_if(given, [](auto part) { return part.empty(); });
    given.insert(given.begin(), std::string_view());  // before the first slash
  }
  const auto is_id = [](std::string_view text) { return text.size() == 32; };
  std::string out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::string_view value = wanted[i];
    if (value.starts_with('{')) {
      value = {};
      if (given.size() == wanted.size() && !is_unfilled(given[i])) {
        value = given[i];
      } else if (wanted[i] == "{project_id}") {
        const auto id = std::ranges::find_if(given, is_id);
        value = id != given.end() ? *id : project;
      }
      if (value.empty()) return std::nullopt;
    }
    if (i > 0) out += '/';
    out += value;
  }
  return out;
}

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
    if (!refusal_.find("upstream")) put("no_upstream", "yes");
    if (!refusal_.find("body")) put("body_kept", "yes");
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
    const auto target = quotable(entry_.path + query_part());
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
    if (!route && catalog_.is_cloud_host(entry_.host)) region_ = region_of_host();
  }

  // Of a host that has no such path: the directory knows it all the same.
  std::string region_of_host() const {
    const auto host = std::string_view(entry_.host).substr(0, entry_.host.find(':'));
    for (const auto& endpoint : catalog_.endpoints("", "")) {
      if (endpoint.region && base::equals_ignore_case(endpoint.host, host)) {
        return endpoint.region->id;
      }
    }
    return {};
  }

  std::string query_part() const { return entry_.query.empty() ? "" : "?" + entry_.query; }

  static std::string quotable(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '\'' ? std::string("%27") : std::string(1, c);
    return out;
  }

  // The command that sends a request again: with the new token where the caller came with one, else
  // with the key of the environment. Bodies are not kept.
  std::string call_of(std::string_view method, std::string_view path, bool token = false) const {
    if (!is_plain(method)) return {};
    const bool by_token = token || !get("by_token").empty();
    if (by_token && catalog_.is_cloud_host(entry_.host)) {
      return curl_of(method, base_url() + quotable(path));
    }
    std::string line = "jianmen call ";
    line.append(method).append(" '").append(base_url()).append(quotable(path)).append("'");
    if (method == "POST" || method == "PUT" || method == "PATCH") line += " -d @body.json";
    if (by_token) line += " --token \"$TOKEN\"";
    return line;
  }

  static std::string curl_of(std::string_view method, const std::string& url) {
    std::string line = "curl -i -X ";
    line.append(method).append(" '" + url + "' -H \"X-Auth-Token: $TOKEN\"");
    if (method == "POST" || method == "PUT" || method == "PATCH") {
      line += " -H 'Content-Type: application/json' -d @body.json";
    }
    return line;
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
    add_right_host();
  }

  // Where the service is that has the path: in the region of the host that was asked.
  void add_right_host() {
    auto host = get("nearest");
    if (const auto service = get("nearest_service"); !service.empty()) {
      if (!catalog_.is_cloud_host(entry_.host)) return;
      auto endpoints = catalog_.endpoints(service, region_);
      if (endpoints.empty()) endpoints = catalog_.endpoints(service, "");
      host = endpoints.empty() ? std::string() : std::string(endpoints.front().host);
    } else {
      // Of several like it, the one that has the path.
      for (const auto& [name, value] : refusal_.evidence) {
        if (name != "nearest" || !catalog_.route(value, entry_.method, entry_.path)) continue;
        host = value;
        break;
      }
    }
    if (host.empty() || !catalog_.is_cloud_host(host) || !is_plain(entry_.method)) return;
    put("right_host", host);
    put("call_right_host", curl_of(entry_.method, "https://" + host + get("target")));
  }

  // The nearest operation with what the request had for its placeholders, as a command.
  void add_corrected(std::string_view project) {
    for (const auto& [name, value] : refusal_.evidence) {
      if (name != "nearest") continue;
      const auto blank = value.find(' '), open = value.rfind(" (");
      if (blank == std::string::npos || open == std::string::npos || open <= blank) continue;
      const auto path = fill_path(std::string_view(value).substr(blank + 1, open - blank - 1),
                                  entry_.path, project);
      if (!path) continue;
      const auto line = call_of(std::string_view(value).substr(0, blank), *path + query_part());
      if (!line.empty()) put("call_corrected", line);
      return;
    }
  }

  // The path with another project in it; how the URL wrote the first one (%7B) does not matter.
  std::string in_project(std::string_view in_url, std::string_view project) const {
    std::string out;
    bool done = in_url.empty();
    for (const auto part : base::split(entry_.path, '/')) {
      const bool here = !done && base::percent_decode(part) == in_url;
      done = done || here;
      out += '/';
      out += here ? project : part;
    }
    return out.substr(1);
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
      return entry_.method + " " + in_project(in_url, project);
    };
    const auto call_with = [&](std::string_view project) {
      return call_of(entry_.method, in_project(in_url, project) + query_part());
    };
    if (example) {
      put("example_project", example->id.value);
      put("example_project_name", example->name);
      put("path_with_example_project", path_with(example->id.value));
      put("call_example_project", call_with(example->id.value));
    }
    add_corrected(example ? std::string_view(example->id.value) : std::string_view());
    if (const auto* scope = refusal_.find("token_scope");
        scope && !get("token_project_name").empty()) {
      put("path_with_token_project", path_with(*scope));
      put("call_token_project", call_with(*scope));
    }
    add_project_host();
    if (const auto region = get("host_region"); !region.empty()) {
      if (const auto project = find(region)) {
        put("host_region_project", project->id.value);
        put("path_with_host_region_project", path_with(project->id.value));
        put("call_host_region_project", call_with(project->id.value));
      }
    }
  }

  // The URL's project is of another region than the host: then the host is the mistake.
  void add_project_host() {
    if (!catalog_.is_cloud_host(entry_.host) || !entry_.operation) return;
    const auto region = get("host_region");
    const auto project = directory_.find_project(identity::ProjectId(get("url_project")));
    if (region.empty() || !project || project->region == region || !is_plain(entry_.method)) return;
    put("project_region", project->region);
    const auto endpoints = catalog_.endpoints(entry_.operation->service, project->region);
    if (endpoints.empty()) return;
    const auto url = "https://" + std::string(endpoints.front().host) + get("target");
    put("call_project_host", get("by_token").empty()
                                 ? "jianmen call " + entry_.method + " '" + url + "'"
                                 : curl_of(entry_.method, url));
    put("token_project_name", "");
  }

  // The grant that would do, and the group that its holder is not yet in.
  void add_grant() {
    const auto line = get("smallest_grant");
    if (line.empty()) return;
    put("grant_needed", "yes");
    const auto begin = line.find("--group "), end = line.find(" --role ");
    if (begin == std::string::npos || end == std::string::npos || end < begin + 8) return;
    const auto group = line.substr(begin + 8, end - begin - 8);
    put("grant_group", group);
    if (!get("group_that_allows").empty()) put("two_ways", "yes");
    const auto groups = get("groups");
    const auto names = base::split(groups, ',');
    const bool inside =
        std::ranges::any_of(names, [&](auto name) { return base::trim(name) == group; });
    if (!inside) put("group_to_join", group);
  }

  // Does the operation act in the whole account? IAM's own all do.
  bool is_of_account() const {
    using catalog::OperationScope;
    return entry_.operation && (entry_.operation->scope == OperationScope::Domain ||
                                (entry_.operation->scope == OperationScope::None &&
                                 entry_.operation->service == "iam"));
  }

  // The command that gets a token for this very request. What is not known comes from the shell's
  // variables; a password always does.
  void add_token_request() {
    put("iam_url", iam_url());
    const auto text = [&](std::string_view name, std::string_view otherwise) {
      auto value = get(name);
      return value.empty() ? std::string(otherwise) : value;
    };
    auto account = text("account", get("token_account"));
    if (account.empty()) account = text("account_known", "$ACCOUNT");
    auto user = text("user", get("token_user"));
    if (user.empty()) user = text("owner", "$USER_NAME");
    base::json::object scope;
    const auto project = get("url_project").empty() ? path_project() : get("url_project");
    if (is_of_account()) {
      scope["domain"] = base::json::object{{"name", account}};
    } else if (!project.empty() && project != get("account_id")) {
      scope["project"] = base::json::object{{"id", project}};
    } else {
      scope["project"] =
          base::json::object{{"name", region_.empty() ? std::string("cn-north-4") : region_}};
    }
    auto identity = identity_of(user, account);
    const std::string wanted = base::to_text(scope);
    const base::json::object auth{{"identity", std::move(identity)}, {"scope", std::move(scope)}};
    const auto body = shell_body(base::to_text(base::json::object{{"auth", auth}}));
    put("auth_scope", "\"scope\":" + wanted);
    put("auth_body", body);
    put("get_token",
        "TOKEN=$(curl -si " + iam_url() + "/v3/auth/tokens -H 'Content-Type: application/json'" +
            (user.contains('/') ? " -H \"X-Auth-Token: $OWN_TOKEN\"" : "") + " -d '" + body +
            "' | tr -d '\\r' | awk 'tolower($1)==\"x-subject-token:\"{print $2}')");
    put("again", call_of(entry_.method, entry_.path + query_part(), true));
  }

  // "ACCOUNT/AGENCY": an agency, whose token is got with another's.
  static base::json::object identity_of(std::string_view user, std::string_view account) {
    if (const auto slash = user.find('/'); slash != user.npos) {
      const base::json::object agency{{"domain_name", user.substr(0, slash)},
                                      {"agency_name", user.substr(slash + 1)}};
      return {{"methods", base::json::array{"assume_role"}}, {"assume_role", agency}};
    }
    const base::json::object named{{"name", user},
                                   {"password", "$PASSWORD"},
                                   {"domain", base::json::object{{"name", account}}}};
    return {{"methods", base::json::array{"password"}},
            {"password", base::json::object{{"user", named}}}};
  }

  // Between single quotes; the shell's own variables outside of them.
  static std::string shell_body(std::string_view body) {
    std::string out;
    for (const char c : body) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    for (const auto variable : {"$ACCOUNT", "$USER_NAME", "$PASSWORD"}) {
      const std::string whole = '"' + std::string(variable) + '"';
      const std::string opened = "\"'\"" + std::string(variable) + "\"'\"";
      for (auto at = out.find(whole); at != out.npos; at = out.find(whole, at + opened.size())) {
        out.replace(at, whole.size(), opened);
      }
    }
    return out;
  }

  // The project that the URL names, when it is one of the caller's account.
  std::string path_project() const {
    for (const auto part : base::split(entry_.path, '/')) {
      if (part.size() != 32) continue;
      const auto project = directory_.find_project(identity::ProjectId(part));
      if (project && (!account_ || project->account == account_->id)) return project->id.value;
    }
    return get("example_project");
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
