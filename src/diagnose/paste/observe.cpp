#include "diagnose/paste/observe.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/encoding.hpp"

namespace jianmen::diagnose::paste {

namespace {

constexpr std::size_t kMaxUrl = 2048, kMaxMessage = 300;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

// string_view::find() goes from one first letter to the next, which in some texts is every byte. In
// steps, as a sanitizer looks at all that memmem() is given before it begins.
std::size_t find_in(std::string_view text, std::string_view wanted, std::size_t from = 0) {
  constexpr std::size_t kStep = 4096;
  for (; from + wanted.size() <= text.size(); from += kStep) {
    const auto piece = text.substr(from, kStep + wanted.size() - 1);
    if (const void* found = memmem(piece.data(), piece.size(), wanted.data(), wanted.size()))
      return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
  }
  return std::string_view::npos;
}

bool stands_in(std::string_view text, std::string_view wanted) {
  return find_in(text, wanted) != std::string_view::npos;
}

std::size_t run(std::string_view text, std::size_t begin, bool (*belongs)(char)) {
  auto end = begin;
  while (end < text.size() && belongs(text[end])) ++end;
  return end - begin;
}

// The first run of exactly `size` characters right after one of `names`.
std::string after(const Readable& readable, std::initializer_list<std::string_view> names,
                  std::size_t size, bool (*belongs)(char)) {
  const std::string_view text = readable.squeezed;
  for (const auto name : names) {
    for (auto at = find_in(text, name); at != text.npos; at = find_in(text, name, at + 1)) {
      const auto begin = at + name.size();
      if (run(text.substr(0, begin + size), begin, belongs) == size) {
        return readable.original(begin, begin + size);
      }
    }
  }
  return {};
}

// 20211217t064303z
std::string time_after(const Readable& readable, std::string_view name) {
  const std::string_view text = readable.squeezed;
  const auto at = find_in(text, name);
  if (at == text.npos) return {};
  const auto time = text.substr(at + name.size(), 16);
  if (time.size() < 16 || time[8] != 't' || time[15] != 'z' || run(time, 0, is_digit) != 8 ||
      run(time, 9, is_digit) != 6) {
    return {};
  }
  auto out = readable.original(at + name.size(), at + name.size() + 16);
  out[8] = 'T';
  out[15] = 'Z';
  return out;
}

int status_of(const Readable& readable) {
  for (const auto name : {"statuscode", "httpstatus", "http11", "http20", "http2", "httpstatuscode",
                          "http10", "insteadgot", "butgot", "status", "responsecode"}) {
    const auto digits = after(readable, {name}, 3, is_digit);
    if (digits.empty()) continue;
    const int status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    if (status >= 100 && status < 600) return status;
  }
  return 0;
}

bool ends_url(char c) {
  return static_cast<unsigned char>(c) <= ' ' || std::string_view("\"'<>)]}\\|,;`").contains(c);
}

bool is_method(std::string_view word) {
  constexpr std::array<std::string_view, 7> kMethods{"GET",   "POST", "PUT",    "DELETE",
                                                     "PATCH", "HEAD", "OPTIONS"};
  return std::ranges::find(kMethods, word) != kMethods.end();
}

// The word that ends before `at`: `[GET https://`, `Get "https://`.
std::string method_before(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '"' || text[at - 1] == ':')) --at;
  auto begin = at;
  while (begin > 0 && at - begin < 8 && is_letter(text[begin - 1])) --begin;
  auto word = std::string(text.substr(begin, at - begin));
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return is_method(word) ? word : std::string();
}

void set_target(Observation& out, std::string_view target) {
  const auto question = target.find('?');
  out.path = target.substr(0, question);
  if (question != target.npos) out.query = target.substr(question + 1);
}

// URLs of the text: one of the cloud's hosts before any other.
void observe_url(Observation& out, const catalog::Catalog& catalog) {
  const std::string_view text = out.readable.text;
  bool cloud = false;
  std::size_t tries = 0;
  for (auto at = find_in(text, "://"); at != text.npos && tries < 200;
       at = find_in(text, "://", at + 3)) {
    ++tries;
    if (at < 4 || (text.substr(at - 4, 4) != "http" && text.substr(at - 4, 4) != "ttps")) continue;
    auto end = at + 3;
    while (end < text.size() && end - at < kMaxUrl && !ends_url(text[end])) ++end;
    auto url = text.substr(at + 3, end - at - 3);
    const auto slash = url.find_first_of("/?");
    auto host = url.substr(0, slash);
    if (const auto user = host.rfind('@'); user != host.npos) host.remove_prefix(user + 1);
    const bool is_cloud = catalog.is_cloud_host(host);
    const bool is_cut = !is_cloud && slash == url.npos && end == text.size();
    if (host.empty() || is_cut || cloud || (!out.host.empty() && !is_cloud)) continue;
    cloud = is_cloud;
    out.host = host;
    out.path.clear();
    out.query.clear();
    if (slash != url.npos) set_target(out, url.substr(slash));
    const auto scheme = text.substr(at - 4, 4) == "http" ? at - 4 : at - 5;
    out.method = method_before(text, scheme);
  }
}

// `> GET /v3/projects HTTP/1.1`, then `Host: …`; `curl: (6) Could not resolve host: …`.
void observe_lines(Observation& out, const catalog::Catalog& catalog) {
  std::size_t lines = 0;
  for (auto line : base::split(out.readable.text, '\n')) {
    if (++lines > 20000) break;
    line = base::trim(line);
    while (!line.empty() && std::string_view("> $*<|").contains(line.front()))
      line.remove_prefix(1);
    const auto blank = line.find(' ');
    if (blank == line.npos || line.size() > kMaxUrl) continue;
    const auto rest = base::trim(line.substr(blank + 1));
    if (is_method(line.substr(0, blank)) && rest.starts_with('/') && rest.contains(" HTTP/") &&
        (out.path.empty() || out.method.empty())) {
      out.method = line.substr(0, blank);
      out.query.clear();
      set_target(out, rest.substr(0, rest.find(' ')));
    } else if (base::equals_ignore_case(line.substr(0, blank), "host:") &&
               (out.host.empty() || !catalog.is_cloud_host(out.host))) {
      out.host = rest.substr(0, rest.find_first_of(" \r\"'"));
    }
  }
}

// The host that a client's network error names, whoever's it is.
void observe_failed_host(Observation& out) {
  if (!out.host.empty()) return;
  const std::string_view text = out.readable.text;
  for (const auto name : {"host='", "resolve host: ", "lookup ", "ENOTFOUND ", "EAI_AGAIN "}) {
    const auto at = find_in(text, name);
    if (at == text.npos) continue;
    const auto begin = at + std::string_view(name).size();
    const auto in_host = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; };
    auto size = run(text.substr(0, begin + 100), begin, +in_host);
    // The end of the text has cut it: not the name that failed.
    if (begin + size == text.size()) return;
    while (size > 0 && text[begin + size - 1] == '.') --size;
    out.host = text.substr(begin, size);
    return;
  }
}

// A host that stands alone, when no URL does: `lookup ecs.cn-north-4.myhuaweicloud.com on …`.
void observe_bare_host(Observation& out, const catalog::Catalog& catalog) {
  if (!out.host.empty()) return;
  const std::string_view text = out.readable.text;
  std::size_t looked = 0;  // each byte belongs to one name
  for (auto at = find_in(text, ".my"); at != text.npos;
       at = find_in(text, ".my", std::max(at + 1, looked))) {
    const auto in_host = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; };
    auto begin = at, end = at;
    while (begin > 0 && at - begin < 100 && in_host(text[begin - 1])) --begin;
    while (end < text.size() && end - at < 100 && in_host(text[end])) ++end;
    looked = end;
    auto host = text.substr(begin, end - begin);
    while (host.ends_with('.')) host.remove_suffix(1);
    if (!catalog.is_cloud_host(host)) continue;
    out.host = host;
    return;
  }
}

// `content-type:application/json,application/json`
bool is_doubled(std::string_view field) {
  const auto colon = field.find(':');
  if (colon == field.npos) return false;
  const auto value = field.substr(colon + 1);
  const auto half = value.size() / 2;
  return value.size() % 2 == 1 && value.size() > 2 && value[half] == ',' &&
         value.substr(0, half) == value.substr(half + 1);
}

void observe_canonical(Observation& out) {
  constexpr std::string_view kName = "canonicalrequest";
  const auto at = find_in(out.readable.squeezed, kName);
  if (at == std::string::npos) return;
  const auto end = out.readable.at[at + kName.size() - 1] + 1;
  std::string line;  // a wrapped terminal line is one line again
  for (const char c : std::string_view(out.readable.text).substr(end, 4096)) {
    if (c == '"' || c == '\'') break;
    if (c != '\n' && c != ' ') line += c;
  }
  const auto begin = line.find_first_not_of(":=");
  if (begin == line.npos) return;
  const auto fields = base::split(std::string_view(line).substr(begin), '|');
  if (fields.size() < 3 || !is_method(fields[0])) return;
  out.canonical.method = fields[0];
  out.canonical.path = fields[1];
  out.canonical.query = fields[2];
  for (const auto field : fields) {
    if (field.starts_with("host:")) out.canonical.host = field.substr(5);
    if (is_doubled(field)) out.canonical.doubled = field.substr(0, field.find(':'));
  }
  if (const auto last = fields.back().substr(0, 64);
      last.size() == 64 && std::ranges::all_of(last, is_hex)) {
    out.canonical.payload_hash = last;
  }
  out.method = out.canonical.method;
  out.path = out.canonical.path;
  if (out.path.size() > 1 && out.path.ends_with('/')) out.path.pop_back();
  out.query = out.canonical.query;
  if (!out.canonical.host.empty()) out.host = out.canonical.host;
}

std::string without_line_ends(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' || c == '\t' ? ' ' : c;
  return out;
}

// The value of a field of any of the clients' spellings: `"error_msg":"…"`, `error_msg:…,`,
// `errorMsg='…'`.
std::string field(std::string_view text, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    for (auto at = find_in(text, name); at != text.npos; at = find_in(text, name, at + 1)) {
      if (at > 0 && (is_letter(text[at - 1]) || text[at - 1] == '_')) continue;
      auto rest = text.substr(at + name.size(), kMaxMessage + 10);
      if (rest.starts_with('"') || rest.starts_with('\'')) rest.remove_prefix(1);
      rest = base::trim(rest);
      if (!rest.starts_with(':') && !rest.starts_with('=')) continue;
      rest = base::trim(rest.substr(1));
      const char quote = !rest.empty() && (rest[0] == '"' || rest[0] == '\'') ? rest[0] : '\0';
      if (quote != '\0') rest.remove_prefix(1);
      if (rest.starts_with('{') || rest.starts_with('[')) continue;
      auto end = quote != '\0' ? rest.find(quote) : rest.find_first_of("\n}");
      if (quote == '\0') {
        for (const auto stop : {",encoded_auth", ", error_code", ",error_code", ",request_id",
                                ", request_id", "\",\""}) {
          end = std::min(end, rest.find(stop));
        }
      }
      auto value = std::string(base::trim(without_line_ends(rest.substr(0, end))));
      if (!value.empty()) return value.substr(0, kMaxMessage);
    }
  }
  return {};
}

// `Ecs.0110`; empty for a status and for other words.
std::string error_code_of(const std::string& text) {
  const auto word = text.substr(0, text.find_first_of(" ,;\"'"));
  const auto dot = word.find('.');
  const bool fits = dot != word.npos && dot > 0 && dot + 1 < word.size() && word.size() <= 40 &&
                    is_letter(word[0]) && is_digit(word[dot + 1]);
  return fits ? word : std::string();
}

// `error_code`, `errorMsg`; Keystone's `"title":"Unauthorized"` beside a code.
bool has_own_shape(std::string_view text) {
  const auto lower = base::to_lower(text);
  for (const auto name : {"error_code", "error_msg", "errorcode", "errormsg", "fail_reason"}) {
    if (stands_in(lower, name)) return true;
  }
  return stands_in(lower, "\"title\"") && stands_in(lower, "\"code\"");
}

// The first word of an Authorization header is no secret.
bool is_scheme_name(std::string_view word) {
  constexpr std::array<std::string_view, 4> kSchemes{"bearer", "basic", "digest", "negotiate"};
  return word.starts_with("SDK-") || word.starts_with("V11-") || word.starts_with("AWS4-") ||
         std::ranges::find(kSchemes, base::to_lower(word)) != kSchemes.end();
}

// What follows a name that announces a secret is remembered, so that it can be taken out again.
std::vector<std::string> secrets_of(std::string_view text) {
  constexpr std::array<std::string_view, 14> kNames{"password",
                                                    "passwd",
                                                    "secret",
                                                    "token",
                                                    "signature",
                                                    "cookie",
                                                    "sk",
                                                    "bearer",
                                                    "credentials",
                                                    "secretKey",
                                                    "securityToken",
                                                    "Authorization",
                                                    "Authorization: Basic",
                                                    "pwd"};
  std::vector<std::string> out;
  const auto lower = base::to_lower(text);
  for (const auto name : kNames) {
    const auto wanted = base::to_lower(name);
    for (auto at = find_in(lower, wanted); at != lower.npos && out.size() < 200;
         at = find_in(lower, wanted, at + 1)) {
      auto begin = at + wanted.size();
      // `password": "…`, `secret_key=…`, `Bearer …`; a sentence about a token announces none.
      const auto limit = std::min(text.size(), begin + 24);
      while (begin < limit &&
             (is_letter(text[begin]) || text[begin] == '_' || text[begin] == '-')) {
        ++begin;
      }
      const bool is_scheme = wanted == "bearer" || wanted == "authorization: basic";
      while (begin < limit && std::string_view("\"' ").contains(text[begin])) ++begin;
      if (begin >= text.size() || (!is_scheme && text[begin] != ':' && text[begin] != '='))
        continue;
      while (begin < text.size() && std::string_view(":= \"'\n").contains(text[begin])) ++begin;
      auto end = begin;
      while (end < text.size() && end - begin < 20000 &&
             !std::string_view(" \"'\n,;}&<|").contains(text[end])) {
        ++end;
      }
      const auto word = text.substr(begin, end - begin);
      if (wanted == "authorization" && is_scheme_name(word)) continue;
      if (word.size() >= 6) out.emplace_back(word);
      at = std::max(at, end - 1);
    }
  }
  return out;
}

std::string client_of(std::string_view squeezed) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kClients{
      {{"terraform", "terraform"},
       {"opentofu", "opentofu"},
       {"onprovider", "terraform"},
       {"acmesh", "acme.sh"},
       {"koocli", "koocli"},
       {"hcloud", "koocli"},
       {"keystoneauth1", "openstack"},
       {"openstackclient", "openstack"},
       {"huaweicloudsdkcore", "python-sdk"},
       {"comhuaweicloudsdk", "java-sdk"},
       {"huaweicloudsdkgov3", "go-sdk"},
       {"huaweicloudsdknodejs", "node-sdk"},
       {"clientrequestexceptionstatuscode", "python-sdk"},
       {"tracebackmostrecentcalllast", "python"},
       {"curl", "curl"},
       {"atjava", "java"}}};
  for (const auto& [mark, name] : kClients) {
    if (stands_in(squeezed, mark)) return std::string(name);
  }
  return {};
}

std::string access_key_of(const Readable& readable) {
  const std::string_view text = readable.squeezed;
  const auto word = [](char c) { return is_letter(c) || is_digit(c); };
  for (const auto& [name, stop] :
       {std::pair{"secretkeyfailedak", "errak"}, {"authenticationinformationak", "notexist"}}) {
    const auto at = find_in(text, name);
    if (at == text.npos) continue;
    const auto begin = at + std::string_view(name).size();
    const auto end = find_in(text, stop, begin);
    if (end != text.npos && end > begin && end - begin <= 64) return readable.original(begin, end);
  }
  // Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=…
  for (auto at = find_in(readable.text, "Access="); at != std::string::npos;) {
    const auto begin = at + 7;
    const auto size = run(std::string_view(readable.text).substr(0, begin + 64), begin, +word);
    if (size >= 4) return readable.text.substr(begin, size);
    break;
  }
  return {};
}

}  // namespace

Observation observe(std::string_view bytes, const catalog::Catalog& catalog) {
  Observation out;
  out.readable = read_text(bytes);
  const std::string_view text = out.readable.text;
  out.client = client_of(out.readable.squeezed);
  observe_url(out, catalog);
  observe_lines(out, catalog);
  observe_bare_host(out, catalog);
  observe_failed_host(out);
  observe_canonical(out);
  out.status = status_of(out.readable);
  out.message = field(text, {"error_msg", "errorMsg", "error_message", "message"});
  out.code = error_code_of(field(text, {"error_code", "errorCode", "code"}));
  out.own_shape = has_own_shape(text);
  out.request_id = after(out.readable, {"requestid"}, 32, is_hex);
  out.access_key_id = access_key_of(out.readable);
  out.signature_time = time_after(out.readable, "signaturetime");
  out.server_time = time_after(out.readable, "servertime");
  out.expires_at = field(text, {"expires_at"});
  out.secrets = secrets_of(text);
  return out;
}

}  // namespace jianmen::diagnose::paste
