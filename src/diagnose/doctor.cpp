#include "diagnose/doctor.hpp"

#include <algorithm>
#include <chrono>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "diagnose/paste/conclude.hpp"
#include "diagnose/texts.hpp"

namespace jianmen::diagnose {

namespace {

namespace json = base::json;
using identity::Cause;

constexpr std::size_t kSentences = 2;
constexpr std::string_view kHidden = "***";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '=' || c == '_';
}

// Ids are 32 or 64 lower-case hex digits, access keys at most 32 characters; a secret key has 40
// characters of both cases, a token more.
std::string without_long_words(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto end = i;
    while (end < text.size() && is_key_character(text[end])) ++end;
    const auto word = text.substr(i, end - i);
    if (word.size() >= 36 && !base::is_lower_hex(word)) {
      out += kHidden;
    } else {
      out += word;
    }
    if (end < text.size()) out += text[end++];
    i = end;
  }
  return out;
}

// The text's words without what must not be shown.
class Redactor {
 public:
  explicit Redactor(std::vector<std::string> secrets, const std::string& access_key_id)
      : secrets_(std::move(secrets)) {
    std::erase_if(secrets_, [&](const std::string& secret) {
      return secret.size() < 6 || (!access_key_id.empty() && secret.contains(access_key_id));
    });
    std::ranges::sort(secrets_, std::ranges::greater{}, &std::string::size);
  }
  std::string operator()(std::string_view text) const {
    std::string out(text);
    for (const auto& secret : secrets_) replace_all(out, secret, kHidden);
    return without_long_words(out);
  }
  // Of a message: a word of the cloud's own sentences stays, though the text announces it as a
  // secret too ("sk: signature" must not make "verify aksk signature fail" unreadable).
  std::string message(std::string_view text, const catalog::Catalog& catalog) const {
    std::string out(text);
    for (const auto& secret : secrets_) {
      if (!is_word_of_messages(secret, catalog)) replace_all(out, secret, kHidden);
    }
    return without_long_words(out);
  }

 private:
  static bool is_word_of_messages(std::string_view word, const catalog::Catalog& catalog) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    if (!std::ranges::all_of(word, is_lower)) return false;
    return std::ranges::any_of(catalog.error_catalogue(), [&](const json::value& row) {
      const auto message = " " + base::to_lower(base::string_or(row, "message_pattern", "")) + " ";
      return message.contains(" " + std::string(word) + " ");
    });
  }
  std::vector<std::string> secrets_;
};

std::string cut_to_sentences(std::string_view text) {
  std::size_t sentences = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool latin = text[i] == '.' && i + 1 < text.size() && text[i + 1] == ' ';
    const bool chinese = text.substr(i).starts_with("。");
    if ((latin || chinese) && ++sentences == kSentences) {
      return std::string(text.substr(0, i + (chinese ? 3 : 1)));
    }
  }
  return std::string(text);
}

std::string region_of(std::string_view host) {
  const auto dot = host.find('.');
  if (dot == host.npos) return {};
  const auto region = host.substr(dot + 1, host.find('.', dot + 1) - dot - 1);
  return std::ranges::count(region, '-') >= 2 ? std::string(region) : std::string();
}

std::string cloud_of(std::string_view key) {
  if (key.starts_with("LTAI")) return "Alibaba Cloud";
  if (key.starts_with("AKID")) return "Tencent Cloud";
  return key.starts_with("AKIA") || key.starts_with("ASIA") ? "AWS" : "";
}

// "Policy doesn't allow ecs:cloudServers:create to be performed."
std::string refused_action(std::string_view message) {
  constexpr std::string_view kBefore = "allow ", kAfter = " to be performed";
  const auto at = message.find(kBefore);
  if (at == message.npos) return {};
  const auto rest = message.substr(at + kBefore.size());
  const auto action = rest.substr(0, rest.find(kAfter));
  const bool fits =
      action.size() < rest.size() && std::ranges::count(action, ':') == 2 && !action.contains(' ');
  return fits ? std::string(action) : std::string();
}

Values values_of(const paste::Observation& seen, const paste::Conclusion& concluded,
                 const catalog::Catalog& catalog, const Redactor& shown) {
  Values values;
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) values[name] = shown(value);
  };
  put("client", seen.client);
  put("method", seen.method);
  put("host", seen.host);
  put("path", seen.path);
  put("query", seen.query);
  if (!seen.message.empty()) values["message"] = shown.message(seen.message, catalog);
  put("code", concluded.code.empty() ? seen.code : concluded.code);
  put("ak", seen.access_key_id);
  put("cloud", cloud_of(seen.access_key_id));
  put("request_id", seen.request_id);
  put("region", region_of(seen.host));
  if (const auto route = catalog.route(seen.host, "GET", "/"); !route) {
    using Reason = catalog::NoRoute::Reason;
    if (route.error().reason == Reason::UnknownHost && !route.error().nearest.empty()) {
      put("nearest_host", route.error().nearest.front());
    }
  }
  put("signature_time", seen.signature_time);
  put("server_time", seen.server_time);
  put("expires_at", seen.expires_at);
  if (seen.status != 0) put("status", std::to_string(seen.status));
  if (!seen.host.empty() && !seen.path.empty()) {
    put("url", "https://" + seen.host + seen.path + (seen.query.empty() ? "" : "?" + seen.query));
    if (const auto route = catalog.route(seen.host, seen.method, seen.path)) {
      if (route->candidates.size() == 1) {
        put("operation", route->candidates[0]->id);
        put("action", route->candidates[0]->action);
      }
    } else if (!route.error().nearest.empty()) {
      put("nearest", route.error().nearest.front());
    }
  }
  if (auto action = refused_action(seen.message); !action.empty()) put("action", action);
  const auto signature = base::parse_sdk_date(seen.signature_time);
  const auto server = base::parse_sdk_date(seen.server_time);
  if (signature && server) {
    const auto apart =
        std::abs(std::chrono::duration_cast<std::chrono::seconds>(*server - *signature).count());
    put("offset_minutes", std::to_string((apart + 30) / 60));
    put("offset_hours", std::to_string((apart + 1800) / 3600));
  }
  return values;
}

json::array evidence_of(const Values& values) {
  json::array out;
  for (const auto* name : {"client", "region", "ak", "code", "signature_time", "server_time",
                           "offset_minutes", "expires_at"}) {
    if (const auto found = values.find(std::string_view(name)); found != values.end()) {
      out.push_back(json::object{{"name", name}, {"value", found->second}});
    }
  }
  return out;
}

// errors.json has causes and fixes of each row in both languages, for what explanations.json lacks.
std::vector<std::string> row_lines(const json::value* row, std::string_view key,
                                   const Values& values, Language language) {
  std::vector<std::string> out;
  if (!row) return out;
  const auto* in_language = language == Language::Chinese ? base::find(*row, "zh") : row;
  const auto* lines = in_language ? base::find_array(*in_language, key) : nullptr;
  if (!lines) return out;
  for (const auto& line : *lines) {
    if (!line.is_string() || out.size() >= 3) continue;
    if (auto text = fill(std::string_view(line.get_string()), values, Reader::Person)) {
      out.push_back(*std::move(text));
    }
  }
  return out;
}

// The row that the conclusion came from, else the first of its cause.
const json::value* row_of(const paste::Conclusion& concluded, const catalog::Catalog& catalog) {
  if (concluded.row) return concluded.row;
  for (const auto& row : catalog.error_catalogue()) {
    if (base::find_string(row, "cause") == identity::cause_id(concluded.cause)) return &row;
  }
  return nullptr;
}

std::string say(Language language, std::string_view english, std::string_view chinese) {
  return std::string(language == Language::Chinese ? chinese : english);
}

// What an unknown text lacks.
void add_unknown(json::object& out, const paste::Observation& seen,
                 const paste::Conclusion& concluded, Language language) {
  if (!concluded.foreign.empty()) {
    out["why"] = say(language,
                     "The text speaks of " + concluded.foreign +
                         ", not of a Huawei Cloud call: no cause can be named.",
                     "文本与 " + concluded.foreign + " 有关，不是华为云 API 调用，无法判断原因。");
  } else if (seen.status >= 200 && seen.status < 300) {
    const auto status = std::to_string(seen.status);
    out["why"] = say(language, "The text shows a success (status " + status + "), no failure.",
                     "文本显示调用成功（状态码 " + status + "），没有失败信息。");
  } else {
    out["why"] = say(language, "The text holds no failure of a Huawei Cloud call that is known.",
                     "文本中没有可识别的华为云 API 调用失败信息。");
  }
  out["fix"] = json::array{
      say(language, "Paste the whole error: status, body (error_code, error_msg) and X-Request-Id",
          "请粘贴完整的错误信息：状态码、响应体（error_code、error_msg）和 X-Request-Id"),
      say(language, "Or the call again with its headers:  curl -sv URL 2>&1 | jianmen doctor",
          "或者带上请求头重试：curl -sv URL 2>&1 | jianmen doctor")};
}

}  // namespace

json::object doctor(std::string_view text, const catalog::Catalog& catalog, Language language,
                    const JournalLookup& journal) {
  const auto seen = paste::observe(text, catalog);
  if (journal && !seen.request_id.empty()) {
    if (auto found = journal(seen.request_id)) return std::move(*found);
  }
  const auto concluded = paste::conclude(seen, catalog);
  const bool unknown = concluded.cause == Cause::Unknown;
  const Redactor shown(seen.secrets, seen.access_key_id);
  const auto values = values_of(seen, concluded, catalog, shown);
  const auto value = [&](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
  json::object out;
  if (!seen.request_id.empty()) out["request_id"] = seen.request_id;
  const bool success = unknown && seen.status >= 200 && seen.status < 300;
  out["verdict"] = success                                  ? "allowed"
                   : seen.status >= 500 || seen.status == 0 ? "failed"
                                                            : "refused";
  json::object request;
  for (const auto* name : {"method", "host", "path", "query"}) {
    if (const auto text_of = value(name); !text_of.empty()) request[name] = text_of;
  }
  if (!request.empty()) out["request"] = std::move(request);
  if (auto operation = value("operation"); !operation.empty()) out["operation"] = operation;
  json::object answer;
  if (seen.status != 0) answer["status"] = seen.status;
  if (auto code = value("code"); !code.empty()) answer["code"] = code;
  if (auto message = value("message"); !message.empty()) answer["message"] = message;
  if (!answer.empty()) out["answer"] = std::move(answer);

  const auto title = title_of(catalog, concluded.cause, language);
  out["cause"] = json::object{{"id", identity::cause_id(concluded.cause)},
                              {"layer", identity::cause_layer(concluded.cause)},
                              {"title", title},
                              {"confidence", concluded.confidence}};
  if (unknown) {
    add_unknown(out, seen, concluded, language);
  } else {
    const auto* row = row_of(concluded, catalog);
    auto texts = texts_of(concluded.cause, values, language, Source::Paste);
    if (texts.why.empty()) texts = texts_of(concluded.cause, values, language);
    if (texts.why.empty()) {
      const auto lines = row_lines(row, "causes", values, language);
      texts.why = lines.empty() ? title : lines.front();
    }
    if (texts.fix.empty()) texts.fix = row_lines(row, "fixes", values, language);
    out["why"] = cut_to_sentences(texts.why);
    out["fix"] = json::array(texts.fix.begin(), texts.fix.end());
  }
  out["evidence"] = evidence_of(values);
  out["steps"] = json::array{};
  out["alternatives"] = to_json(concluded.alternatives, catalog, language);
  return out;
}

}  // namespace jianmen::diagnose
