#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "client/client.hpp"
#include "diagnose/live/answer.hpp"
#include "diagnose/live/live.hpp"
#include "diagnose/live/step_texts.hpp"
#include "diagnose/live/way.hpp"
#include "diagnose/texts.hpp"

namespace jianmen::diagnose::live {

namespace {

namespace json = base::json;
using base::Code;
using base::error_of;
using base::fail;
using identity::Cause;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kDefaultRegion = "cn-north-4";
constexpr auto kSkewWarning = minutes(5), kSkewRefused = minutes(15);

// What a step found. Neither warning nor fault nor explanation: it is well.
struct Finding {
  std::string detail;
  bool warning = false, skipped = false;
  std::vector<std::string> fix;
  std::optional<Fault> fault;
  json::object explanation;          // of the journal, in place of the fault's texts
  std::optional<microseconds> time;  // when not that of the whole step
  json::object more;                 // further members of the step
};

// A region's id as a label of the host, or empty.
std::string region_of(std::string_view host, const catalog::Catalog& catalog) {
  for (const auto label : base::split(host, '.')) {
    if (catalog.find_region(label)) return std::string(label);
  }
  return {};
}

class Walk {
 public:
  Walk(const Settings& settings, const Outside& outside, const catalog::Catalog& catalog)
      : settings_(settings), outside_(outside), catalog_(catalog) {}

  base::Result<json::object> all() {
    auto prepared = prepare();
    if (!prepared) return error_of(prepared);
    using Step = Finding (Walk::*)();
    constexpr std::array<std::pair<std::string_view, Step>, 12> kSteps{{
        {"environment", &Walk::environment},
        {"proxy", &Walk::proxy},
        {"dns", &Walk::dns},
        {"tcp", &Walk::tcp},
        {"tls", &Walk::tls},
        {"gateway", &Walk::gateway},
        {"clock", &Walk::clock},
        {"route", &Walk::route},
        {"credentials", &Walk::credentials},
        {"project", &Walk::project},
        {"scope", &Walk::scope},
        {"permission", &Walk::permission},
    }};
    json::array steps;
    std::string broken;
    Finding first_break;
    for (const auto& [name, step] : kSteps) {
      Finding finding;
      auto time = microseconds(0);
      if (!broken.empty()) {
        finding.skipped = true;
        finding.detail = text("skipped", {{"step", broken}});
      } else {
        const auto start = std::chrono::steady_clock::now();
        finding = (this->*step)();
        time = duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
      }
      const bool breaks = finding.fault || !finding.explanation.empty();
      if (breaks) explain(finding);
      steps.push_back(row(name, finding, finding.time.value_or(time), breaks));
      if (!breaks) continue;
      broken = name;
      first_break = std::move(finding);
    }
    auto report = assemble(first_break, std::move(steps));
    hide_secrets(report);
    return report;
  }

 private:
  std::string text(std::string_view key, const Values& values) const {
    return detail(key, values, settings_.language);
  }

  base::Result<> prepare() {
    auto url = http::parse_url(settings_.endpoint);
    if (!url) {
      return fail(Code::InvalidArgument, "the endpoint is not http[s]://HOST[:PORT]");
    }
    way_.url = std::move(*url);
    way_.limit = settings_.limit;
    net::TlsClientSettings tls;
    tls.ca_pem = settings_.ca_pem;
    auto verifying = net::TlsClientContext::create(tls);
    if (!verifying) return error_of(verifying);
    tls.verify = false;
    auto any = net::TlsClientContext::create(tls);
    if (!any) return error_of(any);
    way_.tls = std::move(*verifying);
    way_.any_tls = std::move(*any);
    return {};
  }

  std::string base_of(const http::Url& url) const {
    return (url.secure ? "https://" : "http://") + url.authority;
  }

  Values values() const {
    Values values{{"host", way_.url.host},
                  {"port", std::to_string(way_.url.port)},
                  {"url", base_of(way_.url) + "/"},
                  {"region", region_}};
    if (way_.proxy) {
      values["proxy"] = way_.proxy->text();
      values["variable"] = way_.proxy->variable;
    }
    if (has_key()) values["ak"] = around_.chosen->access_key_id;
    return values;
  }

  bool has_key() const { return around_.chosen && around_.chosen->token.empty(); }

  // --- the steps

  Finding environment() {
    around_ = look_around(outside_.environment, outside_.read_file);
    region_ = settings_.region;
    if (region_.empty()) region_ = region_of(way_.url.host, catalog_);
    if (region_.empty()) region_ = around_.region;
    if (region_.empty()) region_ = kDefaultRegion;
    Finding out;
    json::array tools;
    for (const auto& tool : around_.tools) {
      json::object row{{"tools", tool.tools}};
      if (!tool.source.empty()) row["source"] = tool.source;
      if (!tool.access_key_id.empty()) row["access_key_id"] = tool.access_key_id;
      tools.push_back(std::move(row));
    }
    out.more["credentials"] = std::move(tools);
    Values values;
    if (around_.chosen) {
      values["source"] = around_.chosen_source;
      if (has_key()) {
        values["ak"] = around_.chosen->access_key_id;
      } else {
        values["token"] = "yes";
      }
    } else {
      values["none"] = "yes";
      out.warning = true;
    }
    out.detail = text("environment.credentials", values);
    for (const auto& [key, about] : around_.oddities) {
      out.warning = true;
      out.detail += "; " + text(key, {{"about", about}});
    }
    if (out.warning) out.fix = sentences("fix.environment", {}, settings_.language);
    return out;
  }

  Finding proxy() {
    Finding out;
    auto choice = choose_proxy(way_.url, outside_.environment);
    if (!choice) {
      out.warning = true;
      out.detail = choice.error().message;
      const auto name = choice.error().message.substr(0, choice.error().message.find(' '));
      out.fix = sentences("fix.proxy", {{"variable", name}}, settings_.language);
      return out;
    }
    Values values;
    way_.proxy = std::move(choice->proxy);
    if (way_.proxy) {
      values["proxy"] = way_.proxy->text();
      values["variable"] = way_.proxy->variable;
    } else {
      values["none"] = "yes";
    }
    if (!choice->passed_by.empty()) values["passed_by"] = choice->passed_by;
    if (!choice->differs.empty()) values["differs"] = choice->differs;
    out.warning = !choice->differs.empty();
    if (out.warning) {
      out.fix = sentences("fix.proxy", {{"variable", choice->differs}}, settings_.language);
    }
    out.detail = text("proxy", values);
    return out;
  }

  Finding dns() {
    Finding out;
    out.fault = resolve(way_);
    if (out.fault) return out;
    std::string addresses;
    for (const auto& address : way_.addresses) {
      addresses += (addresses.empty() ? "" : ", ") + address.host();
    }
    const auto& host = way_.proxy ? way_.proxy->url.host : way_.url.host;
    Values values{{"addresses", addresses}};
    values[addresses == host ? "numeric" : "name"] = host;
    out.detail = text("dns", values);
    return out;
  }

  Finding tcp() {
    const auto reached = reach(way_, Reach::Tcp);
    Finding out;
    out.fault = reached.fault;
    auto values = this->values();
    values["address"] = reached.address;
    if (way_.proxy && way_.url.secure) values["tunnel"] = "yes";
    out.detail = text("tcp", values);
    return out;
  }

  // Does the other side answer plain http?
  bool speaks_plain() const {
    Way plain = way_;
    plain.url.secure = false;
    if (plain.proxy) return false;
    http::ClientRequest request;
    request.url = "http://" + way_.url.authority + "/";
    return exchange(plain, std::move(request)).response.has_value();
  }

  Finding tls() {
    Finding out;
    if (!way_.url.secure) {
      out.detail = text("tls", {{"plain", "yes"}});
      return out;
    }
    const auto reached = reach(way_, Reach::Tls);
    out.time = reached.time;
    out.fault = reached.fault;
    if (out.fault) {
      const bool unclear =
          out.fault->cause == Cause::TlsProtocol || out.fault->cause == Cause::NetworkReset;
      if (unclear && speaks_plain()) {
        out.fault->cause = Cause::TlsProtocol;
        out.fault->values["plain_http"] = "yes";
        out.fault->values.erase("reason");
      }
      return out;
    }
    const auto& peer = *reached.peer;
    out.detail = text("tls", {{"version", peer.version},
                              {"issuer", peer.issuer.empty() ? peer.subject : peer.issuer},
                              {"not_after", base::to_iso_seconds(peer.not_after)}});
    return out;
  }

  // Does the other side, asked in plain http, speak TLS?
  bool speaks_tls() const {
    if (way_.url.secure || way_.proxy) return false;
    Way secure = way_;
    secure.url.secure = true;
    const auto reached = reach(secure, Reach::Tls);
    return reached.peer && !reached.peer->version.empty();
  }

  Finding gateway() {
    Finding out;
    http::ClientRequest request;
    request.url = base_of(way_.url) + "/";
    auto answered = exchange(way_, std::move(request));
    const bool known = answered.response && is_gateway(*answered.response);
    if (!known && speaks_tls()) {
      out.fault = Fault{Cause::TlsProtocol, values()};
      out.fault->values["speaks_tls"] = "yes";
      return out;
    }
    if (answered.fault) {
      out.fault = std::move(answered.fault);
      return out;
    }
    const auto& response = *answered.response;
    auto values = this->values();
    values["status"] = std::to_string(response.status);
    if (!known) {
      out.fault = stranger(response, std::move(values));
      return out;
    }
    if (const auto date = response.find("Date")) server_time_ = parse_http_date(*date);
    local_time_ = outside_.clock.now();
    values["request_id"] = response.find("X-Request-Id").value_or("-");
    out.detail = text("gateway", values);
    return out;
  }

  Fault stranger(const http::ClientResponse& response, Values values) const {
    Fault fault{Cause::ProxyIntercepted, std::move(values)};
    fault.values["content"] = content_of(response, settings_.language == Language::Chinese);
    if (response.status == 407 && way_.proxy) {
      fault.cause = Cause::ProxyAuthentication;
    } else if (way_.proxy && !way_.url.secure &&
               (response.status == 403 || response.status >= 500)) {
      fault.cause = Cause::ProxyRefused;
    }
    // Host alone: the rest of a log-in page's URL may hold what is not for others.
    if (const auto location = response.find("Location")) {
      if (const auto url = http::parse_url(*location)) fault.values["location"] = url->authority;
    }
    return fault;
  }

  Finding clock() {
    Finding out;
    if (!server_time_) {
      out.warning = true;
      out.detail = text("clock", {{"no_date", "yes"}});
      return out;
    }
    const auto offset = local_time_ - *server_time_;
    const auto distance = offset < base::Duration(0) ? -offset : offset;
    Values values{{"offset_seconds", std::to_string(duration_cast<seconds>(offset).count())}};
    if (distance > kSkewRefused) {
      out.fault = Fault{Cause::SignatureClockSkew, this->values()};
      out.fault->values["signature_time"] = base::to_iso_seconds(local_time_);
      out.fault->values["server_time"] = base::to_iso_seconds(*server_time_);
      out.fault->values["offset_minutes"] =
          std::to_string(duration_cast<minutes>(distance).count());
      return out;
    }
    if (distance > kSkewWarning) {
      out.warning = true;
      values["near"] = "yes";
      out.fix = sentences("fix.clock", {}, settings_.language);
    }
    out.detail = text("clock", values);
    return out;
  }

  // The base URL at which `path` is served: the endpoint itself, unless that is another service's
  // name in the cloud.
  std::string home_of(const std::string& method, const std::string& path) const {
    std::string own = base_of(way_.url);
    if (!catalog_.is_cloud_host(way_.url.host)) return own;
    if (catalog_.route(way_.url.host, method, path)) return own;
    const auto elsewhere = catalog_.route("127.0.0.1", method, path);
    if (!elsewhere || !elsewhere->service) return own;
    auto found = client::find_endpoint(catalog_, elsewhere->service->name, region_);
    return found ? *found : own;
  }

  Exchanged ask(const std::string& base, http::ClientRequest request) const {
    Way way = way_;
    if (base != base_of(way_.url)) {
      auto url = http::parse_url(base);
      if (!url) return {std::nullopt, Fault{Cause::SdkEndpointMissing, values()}};
      way.url = std::move(*url);
      auto choice = choose_proxy(way.url, outside_.environment);
      way.proxy = choice ? std::move(choice->proxy) : std::nullopt;
      if (auto fault = resolve(way)) return {std::nullopt, std::move(fault)};
    }
    return exchange(way, std::move(request));
  }

  static std::string replace(std::string text, std::string_view what, const std::string& with) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
      text.replace(at, what.size(), with);
    }
    return text;
  }

  std::string try_path() const {
    auto path = replace(settings_.try_path, "{project_id}",
                        project_id_.empty() ? std::string(32, '0') : project_id_);
    return domain_id_.empty() ? path : replace(path, "{domain_id}", domain_id_);
  }

  Finding route() {
    const bool given = !settings_.try_method.empty();
    const std::string method = given ? settings_.try_method : "GET";
    const std::string target = given ? try_path() : "/v3/projects";
    const std::string path = target.substr(0, target.find('?'));
    const std::string base = home_of(method, path);
    Finding out;
    auto values = this->values();
    values["method"] = method;
    values["path"] = path;
    values["target"] = target;
    // Asked without credentials: what is not published is 404 even so.
    http::ClientRequest request;
    request.method = method;
    request.url = base + target;
    auto answered = ask(base, std::move(request));
    if (answered.fault) {
      out.fault = std::move(answered.fault);
      return out;
    }
    const auto host = http::parse_url(base);
    const auto known = catalog_.route(host ? host->host : way_.url.host, method, path);
    const auto error = client::parse_error(*answered.response);
    const bool missing = error.status == 404 && error.code.starts_with("APIG");
    if (missing || answered.response->status == 405) {
      if (from_journal(error, out)) return out;
      out.fault = Fault{Cause::RouteUnknownPath, values};
      if (!known) describe(known.error(), *out.fault);
      return out;
    }
    if (known && !known->candidates.empty()) {
      operation_ = known->candidates.front()->id;
      out.detail = text("route", {{"operation", operation_}});
    } else {
      out.detail = text("route", values);
    }
    return out;
  }

  static void describe(const catalog::NoRoute& none, Fault& fault) {
    using Reason = catalog::NoRoute::Reason;
    constexpr std::array kCauses{
        std::pair{Reason::UnknownHost, Cause::RouteUnknownHost},
        std::pair{Reason::UnknownPath, Cause::RouteUnknownPath},
        std::pair{Reason::Method, Cause::RouteMethod},
        std::pair{Reason::OtherService, Cause::RouteOtherService},
        std::pair{Reason::EmptySegment, Cause::RouteEmptySegment},
        std::pair{Reason::Placeholder, Cause::RoutePlaceholder},
        std::pair{Reason::RegionIsZone, Cause::RouteRegionIsAz},
        std::pair{Reason::NotInRegion, Cause::RouteNotInRegion},
        std::pair{Reason::Version, Cause::RouteVersion},
    };
    for (const auto& [reason, cause] : kCauses) {
      if (reason == none.reason) fault.cause = cause;
    }
    if (!none.nearest.empty()) fault.values["nearest"] = none.nearest.front();
  }

  // True: the journal of the local server knows this request.
  bool from_journal(const client::ServiceError& error, Finding& out) const {
    if (!outside_.journal || error.request_id.empty()) return false;
    auto found = outside_.journal(error.request_id);
    if (!found || !base::find_object(*found, "cause")) return false;
    out.explanation = std::move(*found);
    return true;
  }

  Finding refusal(const http::ClientResponse& response, Values values) {
    Finding out;
    const auto error = client::parse_error(response);
    answer_ = json::object{{"status", error.status}};
    if (!error.code.empty()) answer_["code"] = error.code;
    if (!error.message.empty()) answer_["message"] = error.message.substr(0, 300);
    request_id_ = error.request_id;
    if (from_journal(error, out)) return out;
    values["status"] = std::to_string(error.status);
    values["code"] = error.code;
    if (!is_gateway(response)) {
      out.fault = stranger(response, std::move(values));
    } else {
      out.fault = Fault{cause_of(error), std::move(values)};
    }
    return out;
  }

  Exchanged signed_call(const std::string& base, const std::string& method,
                        const std::string& target, http::Fields headers) const {
    const client::Client client(*around_.chosen, client::Settings{}, outside_.clock);
    auto request = client.prepare(method, base + target, std::move(headers), "");
    if (!request) return {std::nullopt, Fault{Cause::SdkUsage, values()}};
    return ask(base, std::move(*request));
  }

  Finding credentials() {
    Finding out;
    if (!around_.chosen) {
      out.fault = Fault{Cause::SdkCredentialMissing, values()};
      return out;
    }
    given_project_ = std::exchange(around_.chosen->project_id, "");
    const std::string target = "/v3/projects?name=" + base::percent_encode(region_);
    auto answered = signed_call(home_of("GET", "/v3/projects"), "GET", target, {});
    if (answered.fault) {
      out.fault = std::move(answered.fault);
      return out;
    }
    const auto& response = *answered.response;
    if (response.status != 200) {
      auto refused = refusal(response, values());
      if (refused.fault && refused.fault->cause == Cause::PermissionNotGranted) {
        refused.fault->cause = Cause::PermissionSdkDiscovery;
      }
      return refused;
    }
    auto body = base::parse_json(response.body);
    const auto* projects = body ? base::find_array(*body, "projects") : nullptr;
    if (!projects) {
      out.fault = stranger(response, values());
      out.fault->values["status"] = std::to_string(response.status);
      return out;
    }
    projects_ = *projects;
    auto values = this->values();
    if (!has_key()) values["token"] = "yes";
    out.detail = text("credentials", values);
    return out;
  }

  Finding project() {
    Finding out;
    std::vector<std::string> ids;
    for (const auto& row : projects_) {
      if (base::string_or(row, "name", "") != region_) continue;
      ids.push_back(base::string_or(row, "id", ""));
      domain_id_ = base::string_or(row, "domain_id", "");
    }
    auto values = this->values();
    if (ids.size() == 1) {
      project_id_ = ids.front();
      values["project_id"] = project_id_;
      out.detail = text("project", values);
      return out;
    }
    out.fault = Fault{ids.empty() ? Cause::SdkProjectNotFound : Cause::SdkProjectAmbiguous, values};
    std::string names;
    if (ids.empty()) {
      for (const auto& row : all_projects()) {
        names += (names.empty() ? "" : ", ") + base::string_or(row, "name", "");
        if (names.size() > 200) break;
      }
    } else {
      for (const auto& id : ids) names += (names.empty() ? "" : ", ") + id;
    }
    if (!names.empty()) out.fault->values["projects"] = names;
    return out;
  }

  json::array all_projects() const {
    auto answered = signed_call(home_of("GET", "/v3/projects"), "GET", "/v3/projects", {});
    if (!answered.response || answered.response->status != 200) return {};
    auto body = base::parse_json(answered.response->body);
    const auto* projects = body ? base::find_array(*body, "projects") : nullptr;
    return projects ? *projects : json::array();
  }

  // The project that an SDK would send, or that the token is of, against the region's.
  Finding scope() {
    Finding out;
    auto values = this->values();
    values["project_id"] = project_id_;
    if (!has_key()) return token_scope(std::move(values));
    if (given_project_.empty()) {
      values["of_key"] = "yes";
    } else if (given_project_ == project_id_) {
      values["source"] = around_.chosen_source;
      values["given"] = given_project_;
    } else {
      values["source"] = around_.chosen_source;
      values["given"] = given_project_;
      out.fault = Fault{Cause::ScopeProjectNotYours, values};
      if (given_project_ == domain_id_) out.fault->cause = Cause::ScopeAccountIdAsProject;
      for (const auto& row : all_projects()) {
        if (base::string_or(row, "id", "") == given_project_) {
          out.fault->cause = Cause::ScopeOtherProject;
        }
      }
      return out;
    }
    out.detail = text("scope", values);
    return out;
  }

  Finding token_scope(Values values) const {
    Finding out;
    http::Fields headers{{"X-Subject-Token", around_.chosen->token}};
    auto answered = signed_call(home_of("GET", "/v3/auth/tokens"), "GET", "/v3/auth/tokens",
                                std::move(headers));
    const auto body = answered.response ? base::parse_json(answered.response->body)
                                        : base::Result<json::value>(json::value());
    const auto* token = body ? base::find(*body, "token") : nullptr;
    const auto* project = token ? base::find(*token, "project") : nullptr;
    if (project) {
      values["token_project"] = base::string_or(*project, "name", "");
      if (base::string_or(*project, "id", "") != project_id_) {
        out.fault = Fault{Cause::ScopeOtherProject, std::move(values)};
        return out;
      }
    } else if (token) {
      values["of_domain"] = "yes";
    }
    out.detail = text("scope", values);
    return out;
  }

  Finding permission() {
    Finding out;
    if (settings_.try_method.empty()) {
      out.skipped = true;
      out.detail = text("permission", {{"not_asked", "yes"}, {"project_id", "{project_id}"}});
      return out;
    }
    const std::string target = try_path();
    const std::string path = target.substr(0, target.find('?'));
    around_.chosen->project_id = project_id_;
    auto answered =
        signed_call(home_of(settings_.try_method, path), settings_.try_method, target, {});
    if (answered.fault) {
      out.fault = std::move(answered.fault);
      return out;
    }
    auto values = this->values();
    values["method"] = settings_.try_method;
    values["path"] = path;
    values["target"] = target;
    const auto& response = *answered.response;
    if (response.status / 100 != 2) return refusal(response, std::move(values));
    values["status"] = std::to_string(response.status);
    answer_ = json::object{{"status", response.status}};
    request_id_ = response.find("X-Request-Id").value_or("");
    out.detail = text("permission", values);
    return out;
  }

  // --- the report

  // The sentences of a break, unless the journal gave them.
  void explain(Finding& finding) const {
    if (!finding.fault) {
      const auto* cause = base::find(finding.explanation, "cause");
      finding.detail = cause ? base::string_or(*cause, "title", "") : "";
      return;
    }
    const auto cause = finding.fault->cause;
    const auto title = title_of(catalog_, cause, settings_.language);
    auto values = this->values();
    for (const auto& [name, value] : finding.fault->values) values[name] = value;
    auto texts = texts_of(cause, values, settings_.language);
    const std::string id(identity::cause_id(cause));
    // What is seen from here, where the journal's words speak of one request.
    if (auto why = text("why." + id, values); !why.empty()) texts.why = std::move(why);
    if (auto fix = sentences("fix." + id, values, settings_.language); !fix.empty()) {
      texts.fix = std::move(fix);
    }
    finding.detail = title;
    json::array evidence;
    for (const auto& [name, value] : finding.fault->values) {
      if (value == "yes") continue;
      evidence.push_back(json::object{{"name", name}, {"value", value}});
    }
    // What a status and a message tell is less sure than what was seen.
    const bool seen = id.starts_with("network.") || id.starts_with("tls.") ||
                      id.starts_with("proxy.") || id.starts_with("sdk.") ||
                      id == "signature.clock_skew" || id.starts_with("scope.");
    finding.explanation =
        json::object{{"cause", json::object{{"id", id},
                                            {"layer", identity::cause_layer(cause)},
                                            {"title", title},
                                            {"confidence", seen ? 0.97 : 0.8}}},
                     {"why", texts.why.empty() ? title : texts.why},
                     {"fix", json::array(texts.fix.begin(), texts.fix.end())},
                     {"evidence", std::move(evidence)}};
  }

  static json::object row(std::string_view name, const Finding& finding, microseconds time,
                          bool broken) {
    std::string_view outcome = "ok";
    if (finding.warning) outcome = "warning";
    if (finding.skipped) outcome = "skipped";
    if (broken) outcome = "broken";
    json::object out{{"step", name}, {"outcome", outcome}, {"us", time.count()}};
    out["detail"] = finding.detail;
    if (broken) {
      if (const auto* fix = base::find_array(finding.explanation, "fix")) out["fix"] = *fix;
    } else if (!finding.fix.empty()) {
      out["fix"] = json::array(finding.fix.begin(), finding.fix.end());
    }
    for (const auto& member : finding.more) out[member.key()] = member.value();
    return out;
  }

  json::object assemble(const Finding& broken, json::array steps) const {
    const bool breaks = !broken.explanation.empty();
    json::object out;
    if (!request_id_.empty()) out["request_id"] = request_id_;
    out["time"] = base::to_iso_seconds(outside_.clock.now());
    out["verdict"] = !breaks ? "allowed" : answer_.empty() ? "failed" : "refused";
    out["endpoint"] = base_of(way_.url);
    for (const auto* key : {"request", "operation", "principal"}) {
      if (const auto* value = base::find(broken.explanation, key)) out[key] = *value;
    }
    if (!out.contains("operation") && !operation_.empty()) out["operation"] = operation_;
    if (!answer_.empty()) out["answer"] = answer_;
    for (const auto* key : {"cause", "why", "fix", "evidence"}) {
      if (const auto* value = base::find(broken.explanation, key)) out[key] = *value;
    }
    out["steps"] = std::move(steps);
    if (breaks) {
      const auto* others = base::find_array(broken.explanation, "alternatives");
      out["alternatives"] = others ? *others : json::array();
    }
    return out;
  }

  // A message from over there may repeat what was sent.
  void hide_secrets(json::object& report) const {
    std::vector<std::string> secrets;
    const auto add = [&](std::string_view secret) {
      if (secret.size() >= 4) secrets.emplace_back(secret);
    };
    if (around_.chosen) {
      add(around_.chosen->secret.reveal());
      add(base::trim(around_.chosen->secret.reveal()));
      add(around_.chosen->security_token);
      add(around_.chosen->token);
    }
    if (way_.proxy && way_.proxy->authorization.size() > 6) {
      add(way_.proxy->authorization.reveal().substr(6));
    }
    for (auto& member : report) hide(member.value(), secrets);
  }

  static void hide(json::value& value, const std::vector<std::string>& secrets) {
    if (auto* text = value.if_string()) {
      for (const auto& secret : secrets) {
        if (std::string_view(*text).find(secret) == std::string_view::npos) continue;
        *text = replace(std::string(*text), secret, "***");
      }
    } else if (auto* items = value.if_array()) {
      for (auto& item : *items) hide(item, secrets);
    } else if (auto* object = value.if_object()) {
      for (auto& member : *object) hide(member.value(), secrets);
    }
  }

  const Settings& settings_;
  const Outside& outside_;
  const catalog::Catalog& catalog_;
  Way way_;
  Surroundings around_;
  std::string region_, project_id_, domain_id_, given_project_, operation_, request_id_;
  json::array projects_;
  json::object answer_;
  std::optional<base::Time> server_time_;
  base::Time local_time_{};
};

}  // namespace

base::Result<json::object> test_way(const Settings& settings, const Outside& outside,
                                    const catalog::Catalog& catalog) {
  return Walk(settings, outside, catalog).all();
}

bool is_unreached(const json::value& report) {
  const auto* cause = base::find(report, "cause");
  return cause && base::string_or(*cause, "layer", "") == "network";
}

}  // namespace jianmen::diagnose::live
