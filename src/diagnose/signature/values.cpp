// Values of headers, and secrets as clients read them.

#include <algorithm>
#include <array>
#include <set>

#include "authn/signature/canonical_request.hpp"
#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "diagnose/signature/alternative.hpp"

namespace jianmen::diagnose::signature {

namespace {

using Text = std::string_view;
using std::chrono::seconds;

class Values {
 public:
  void add(std::string text, int cost, Cause cause, Text habit) {
    if (seen_.insert(text).second)
      values_.push_back(
          {.text = std::move(text), .cost = cost, .cause = cause, .habit = habit, .detail = {}});
  }
  Alternatives take() { return std::move(values_); }

 private:
  std::set<std::string> seen_;
  Alternatives values_;
};

constexpr Text kLetters =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_./+=;, :";

// One character lost, another one, written twice; or, of `added`, one more.
template <class Put>
void one_character(Text value, Text letters, Text added, std::size_t longest, Put put) {
  if (value.size() > longest) return;
  const auto changed = [&](auto change) {
    std::string other(value);
    change(other);
    put(std::move(other));
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    changed([&](std::string& other) { other.erase(i, 1); });
    changed([&](std::string& other) { other.insert(i, 1, value[i]); });
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    for (const char c : letters) changed([&](std::string& other) { other[i] = c; });
  }
  for (std::size_t i = 0; i <= value.size(); ++i) {
    for (const char c : added) changed([&](std::string& other) { other.insert(i, 1, c); });
  }
}

Text without_port(Text host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.rfind(':'));
}

void add_hosts(Values& values, const Question& question, Text arrived) {
  const auto put = [&](std::string host, int cost, Text habit) {
    values.add(std::move(host), cost, Cause::SignatureHost, habit);
  };
  const std::string bare(without_port(arrived));
  put(bare, 1, "port_left_out");
  for (const auto port : {":443", ":80", ":8080", ":8443"}) put(bare + port, 1, "port_added");
  put(base::to_lower(arrived), 1, "case");
  if (bare != arrived) {
    for (const auto name : {"localhost", "127.0.0.1", "[::1]", "0.0.0.0"}) {
      put(name + std::string(arrived.substr(bare.size())), 1, "other_name");
      put(name, 2, "other_name");
    }
  }
  put("", 2, "empty");
  for (const auto scheme : {"https://", "http://"}) {
    put(scheme + std::string(arrived), 2, "with_scheme");
    put(scheme + std::string(arrived) + "/", 3, "with_scheme");
  }
  put(std::string(arrived) + "/", 3, "with_scheme");
  put(std::string(arrived) + question.path, 3, "with_path");
  for (const auto name : {"x-forwarded-host", "x-original-host", "x-real-host", ":authority"}) {
    if (const auto* field = question.find(name)) put(field->value, 1, "proxy");
  }
  std::size_t rank = 0;
  for (const auto& host : question.hosts) {
    put(host, ++rank <= 40 ? 2 : 4, "other_name");
    if (rank <= 40) put(host + ":443", 3, "port_added");
  }
}

void add_content_types(Values& values, Text arrived) {
  for (const auto type :
       {"application/json", "application/json;charset=utf8", "application/json;charset=utf-8",
        "application/json; charset=utf-8", "application/json;charset=UTF-8",
        "application/json; charset=UTF-8", "application/json, application/json", "",
        "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8",
        "text/plain", "text/plain;charset=UTF-8", "text/plain; charset=utf-8", "application/xml",
        "application/octet-stream", "multipart/form-data", "*/*",
        "application/json;charset=utf8;"}) {
    values.add(type, 2, Cause::SignatureHeaderChanged, "content_type");
  }
  values.add(std::string(arrived.substr(0, arrived.find(';'))), 1, Cause::SignatureHeaderChanged,
             "content_type");
}

void add_dates(Values& values, Text arrived) {
  const auto time = base::parse_sdk_date(arrived);
  if (!time) return;
  const auto put = [&](std::string text, int cost, Text habit) {
    values.add(std::move(text), cost, Cause::SignatureHeaderChanged, habit);
  };
  for (int second = 1; second <= 5; ++second) {
    put(base::to_sdk_date(*time - seconds(second)), 2, "date_twice");
    put(base::to_sdk_date(*time + seconds(second)), 2, "date_twice");
  }
  for (int half = -28; half <= 28; ++half) {
    put(base::to_sdk_date(*time + seconds(half * 1800)), 3, "date_zone");
  }
}

}  // namespace

Alternatives header_values(const Question& question, Text name, Text arrived) {
  Values values;
  values.add(std::string(arrived), 0, Cause::Unknown, "");
  if (name == "host") add_hosts(values, question, arrived);
  if (name == "content-type") add_content_types(values, arrived);
  if (name == "x-sdk-date") add_dates(values, arrived);
  const auto cause = name == "host" ? Cause::SignatureHost : Cause::SignatureHeaderChanged;
  const auto put = [&](std::string text, int cost, Text habit) {
    values.add(std::move(text), cost, cause, habit);
  };
  std::string text(arrived);
  for (const auto blank : {" ", "\t", "  "}) {
    values.add(blank + text, 1, Cause::SignatureHeaderForm, "untrimmed");
    values.add(text + blank, 1, Cause::SignatureHeaderForm, "untrimmed");
    values.add(blank + text + blank, 2, Cause::SignatureHeaderForm, "untrimmed");
  }
  std::string collapsed;
  for (const char c : text) {
    if (c != ' ' || !collapsed.ends_with(' ')) collapsed += c;
  }
  values.add(std::move(collapsed), 1, Cause::SignatureHeaderForm, "blanks_collapsed");
  std::string bare;
  std::ranges::copy_if(text, std::back_inserter(bare), [](char c) { return c != ' '; });
  values.add(std::move(bare), 2, Cause::SignatureHeaderForm, "blanks_collapsed");
  values.add(base::to_lower(text), 1, Cause::SignatureHeaderForm, "value_lower_case");
  values.add(base::percent_encode(text), 2, Cause::SignatureHeaderForm, "value_encoded");
  values.add(base::percent_decode(text), 2, Cause::SignatureHeaderForm, "value_encoded");
  std::string upper = text;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  put(std::move(upper), 3, "other_value");
  put("", 2, "empty");
  put("\"" + text + "\"", 3, "quoted");
  put(text + ", " + text, 2, "doubled");
  put(text + "," + text, 2, "doubled");
  if (const auto comma = text.find(','); comma != Text::npos) {
    put(text.substr(0, comma), 2, "joined");
    put(std::string(base::trim(Text(text).substr(comma + 1))), 2, "joined");
  }
  if (const auto semicolon = text.find(';'); semicolon != Text::npos)
    put(std::string(base::trim(Text(text).substr(0, semicolon))), 2, "cut");
  for (const auto word : {"null", "undefined", "None", "true", "false", "0", "1"}) {
    put(word, 3, "unset_variable");
  }
  if (name == "x-project-id" || name == "x-domain-id" || name == "x-enterprise-project-id") {
    for (const auto& id : question.ids) put(id, 3, "other_project");
  }
  if (name == "user-agent") {
    for (const auto agent :
         {"huaweicloud-usdk-python/3.0", "huaweicloud-usdk-go/3.0", "huaweicloud-usdk-java/3.0",
          "huaweicloud-usdk-nodejs/3.0", "huaweicloud-sdk-cpp/3.0", "Go-http-client/1.1",
          "Go-http-client/2.0", "axios/1.7.2", "okhttp/4.12.0", "python-requests/2.31.0",
          "Apache-HttpClient/4.5.13", "curl/7.88.1", "curl/8.5.0", "node-fetch", "Mozilla/5.0"}) {
      put(agent, 3, "user_agent");
    }
    for (const char end : {' ', ';'}) {
      if (const auto cut = text.find(end); cut != Text::npos)
        put(text.substr(0, cut), 3, "user_agent");
    }
  }
  return values.take();
}

Alternatives secret_forms(const Question& question) {
  Values values;
  const std::string secret(question.secret.reveal());
  values.add(secret, 0, Cause::Unknown, "");
  const auto around = [&](std::string text, Text habit) {
    values.add(std::move(text), 1, Cause::SignatureSecretWhitespace, habit);
  };
  for (const auto end :
       {"\n", "\r\n", "\r", " ", "\t", "  ", "\n\n", " \n", "\\n", "\\r\\n", "\0"}) {
    around(secret + end, "line_end");
    around(end + secret, "line_end");
    around(end + secret + end, "line_end");
  }
  around(secret + std::string(1, '\0'), "line_end");
  for (const auto quote : {"\"", "'", "`"}) {
    around(quote + secret + quote, "quoted");
    around(quote + secret, "quoted");
    around(secret + quote, "quoted");
    around(quote + secret + quote + "\n", "quoted");
  }
  for (const auto quote : {"“", "”", "‘", "’"}) around(quote + secret, "quoted");
  around("“" + secret + "”", "quoted");
  around("‘" + secret + "’", "quoted");
  around("<" + secret + ">", "quoted");
  around("\xef\xbb\xbf" + secret, "byte_order_mark");
  around("\xc2\xa0" + secret, "line_end");
  around(secret + "\xc2\xa0", "line_end");
  around(secret + "\xe2\x80\x8b", "line_end");
  for (const auto end : {",", ";", "."}) around(secret + end, "quoted");

  const auto wrong = [&](std::string text, int cost, Text habit) {
    values.add(std::move(text), cost, Cause::SignatureSecretWrong, habit);
  };
  for (const auto& key : question.other_keys) {
    values.add(std::string(key.secret.reveal()), 1, Cause::SignatureSecretPrevious, "other_key");
  }
  std::string upper = secret;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  wrong(base::to_lower(secret), 2, "case");
  wrong(std::move(upper), 2, "case");
  wrong(question.access_key_id, 2, "access_key_id");
  wrong("", 2, "empty");
  wrong(base::to_base64(base::as_bytes(secret)), 2, "base64");
  wrong(base::to_hex(base::as_bytes(secret)), 2, "hex");
  if (auto bytes = base::from_base64(secret)) wrong(std::move(*bytes), 2, "base64_decoded");
  for (const auto pad : {"=", "=="}) {
    if (auto bytes = base::from_base64(secret + pad)) wrong(std::move(*bytes), 2, "base64_decoded");
  }
  if (auto bytes = base::from_base64url(secret)) wrong(std::move(*bytes), 2, "base64_decoded");
  if (auto bytes = base::from_hex(secret)) wrong(std::move(*bytes), 2, "hex_decoded");
  wrong(base::percent_encode(secret), 2, "url_encoded");
  wrong(base::percent_decode(secret), 2, "url_encoded");
  wrong(base::percent_decode(secret, base::Plus::Space), 2, "url_encoded");
  wrong(crypto::hex_digest(crypto::Hash::Sha256, secret), 3, "hashed");
  wrong("AWS4" + secret, 2, "aws4");
  wrong("SDK" + secret, 3, "aws4");
  wrong("HWS" + secret, 3, "aws4");
  wrong(question.access_key_id + secret, 3, "with_access_key_id");
  wrong(question.access_key_id + ":" + secret, 3, "with_access_key_id");
  wrong(secret + question.access_key_id, 3, "with_access_key_id");
  wrong(secret + secret, 3, "twice");
  std::string reversed(secret.rbegin(), secret.rend());
  wrong(std::move(reversed), 4, "reversed");
  for (const auto cut : {8U, 16U, 20U, 24U, 32U, 36U, 38U}) {
    if (secret.size() > cut) wrong(secret.substr(0, cut), 4, "cut");
  }
  return values.take();
}

Alternatives deep_header_values(Text name, Text arrived) {
  Alternatives out;
  const auto put = [&](std::string text, int cost, Text habit) {
    out.push_back({.text = std::move(text),
                   .cost = cost,
                   .cause = Cause::SignatureHeaderChanged,
                   .habit = habit,
                   .detail = {}});
  };
  if (name == "x-sdk-date") {
    const auto time = base::parse_sdk_date(arrived);
    for (int second = 6; time && second <= 300; ++second) {
      put(base::to_sdk_date(*time - seconds(second)), 6, "date_twice");
      put(base::to_sdk_date(*time + seconds(second)), 6, "date_twice");
    }
    return out;
  }
  // Whose values are names and words: one character of them does not change by itself.
  constexpr std::array<Text, 3> kWords{"host", "content-type", "user-agent"};
  if (std::ranges::find(kWords, name) != kWords.end()) return out;
  const bool hex = base::is_lower_hex(arrived);
  one_character(arrived, hex ? kLetters.substr(0, 16) : kLetters, hex ? Text() : kLetters,
                hex ? 64 : 24,
                [&](std::string other) { put(std::move(other), 6, "one_character"); });
  return out;
}

Alternatives deep_secret_forms(const Question& question) {
  Alternatives out;
  const std::string secret(question.secret.reveal());
  const auto put = [&](std::string text, int cost) {
    out.push_back({.text = std::move(text),
                   .cost = cost,
                   .cause = Cause::SignatureSecretWrong,
                   .habit = "one_character",
                   .detail = {}});
  };
  // As eyes and fingers mistake it …
  for (std::size_t i = 0; i < secret.size(); ++i) {
    auto cut = secret;
    put(cut.erase(i, 1), 6);
    auto doubled = secret;
    put(doubled.insert(i, 1, secret[i]), 6);
    for (const Text alike : {"0Oo", "1lI", "5S", "2Z", "8B", "6b", "9gq", "uv", "+ ", "-_"}) {
      if (!alike.contains(secret[i])) continue;
      for (const char other : alike) {
        if (other == secret[i]) continue;
        auto changed = secret;
        changed[i] = other;
        put(std::move(changed), 6);
      }
    }
    if (i + 1 < secret.size() && secret[i] != secret[i + 1]) {
      auto swapped = secret;
      std::swap(swapped[i], swapped[i + 1]);
      put(std::move(swapped), 6);
    }
  }
  // … and any other: thousands, each of which costs an asymmetric key to be derived.
  const bool derived =
      question.algorithm == Algorithm::EcdsaP256Sha256 || question.algorithm == Algorithm::Sm2Sm3;
  if (!derived) {
    one_character(secret, kLetters.substr(0, 62), kLetters.substr(0, 62), 64,
                  [&](std::string other) { put(std::move(other), 7); });
  }
  return out;
}

}  // namespace jianmen::diagnose::signature
