// Method, path and query.

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <tuple>

#include "authn/signature/canonical_request.hpp"
#include "base/encoding.hpp"
#include "diagnose/signature/alternative.hpp"

namespace jianmen::diagnose::signature {

namespace {

using authn::signature::Variant;

using Text = std::string_view;

std::string encode(Text text, Text kept, bool lower = false, bool plus = false) {
  constexpr std::string_view kUpper = "0123456789ABCDEF", kLower = "0123456789abcdef";
  const auto digits = lower ? kLower : kUpper;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (base::is_unreserved(byte) || kept.contains(c)) {
      out += c;
    } else if (plus && c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

// java.net.URLEncoder: blank to +, * kept, ~ escaped.
std::string encode_java(Text text) {
  std::string out;
  for (const char c : encode(text, "*", false, true)) {
    if (c == '~') {
      out += "%7E";
    } else {
      out += c;
    }
  }
  return out;
}

class Lines {
 public:
  void add(std::string text, int cost, Cause cause, Text habit) {
    if (seen_.insert(text).second) {
      lines_.push_back(
          {.text = std::move(text), .cost = cost, .cause = cause, .habit = habit, .detail = {}});
    }
  }
  Alternatives take() { return std::move(lines_); }

 private:
  std::set<std::string> seen_;
  Alternatives lines_;
};

std::string with_slash(std::string path) {
  if (!path.ends_with('/')) path += '/';
  return path;
}

std::string without_slash(std::string path) {
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

using Coding = std::string (*)(Text);

struct PathCoding {
  Text habit;
  int cost;
  Coding code;  // of the whole raw path
};

std::string raw(Text path) { return std::string(path); }
std::string decoded(Text path) { return base::percent_decode(path); }
std::string twice(Text path) { return encode(path, "/"); }
std::string thrice(Text path) { return encode(encode(path, "/"), "/"); }
std::string once_lower(Text path) { return encode(base::percent_decode(path), "/", true); }
std::string keeps_delimiters(Text path) {
  return encode(base::percent_decode(path), "/:@!$&'()*+,;=");
}
std::string keeps_url_parts(Text path) { return encode(base::percent_decode(path), "/:"); }
std::string keeps_uri_marks(Text path) { return encode(base::percent_decode(path), "/!*'()"); }
std::string slashes_too(Text path) { return encode(base::percent_decode(path), ""); }
std::string slashes_too_lower(Text path) { return encode(base::percent_decode(path), "", true); }
std::string java_path(Text path) {
  std::string out;
  for (const auto segment : base::split(path, '/')) {
    if (segment.data() != path.data()) out += '/';
    out += encode_java(base::percent_decode(segment));
  }
  return out;
}
std::string twice_of_decoded(Text path) {
  return encode(encode(base::percent_decode(path), "/"), "/");
}
std::string decoded_twice(Text path) { return base::percent_decode(base::percent_decode(path)); }
std::string encoded_decoded_twice(Text path) { return encode(decoded_twice(path), "/"); }

constexpr PathCoding kPathCodings[] = {
    {"raw", 2, raw},
    {"decoded", 2, decoded},
    {"twice", 2, twice},
    {"twice", 2, twice_of_decoded},
    {"lower_hex", 2, once_lower},
    {"keeps_delimiters", 2, keeps_delimiters},
    {"keeps_delimiters", 2, keeps_url_parts},
    {"keeps_delimiters", 2, keeps_uri_marks},
    {"java_url_encoder", 2, java_path},
    {"slash_encoded", 3, slashes_too},
    {"slash_encoded", 3, slashes_too_lower},
    {"twice", 3, thrice},
    {"decoded", 3, decoded_twice},
    {"decoded", 3, encoded_decoded_twice},
};

// Path prefixes that gateways and proxies add or take away.
constexpr std::array<Text, 28> kPrefixes{
    "/api",  "/apis",    "/gateway", "/proxy", "/prod",    "/test",        "/dev",
    "/v1",   "/v2",      "/v3",      "/ecs",   "/iam",     "/tms",         "/vpc",
    "/rest", "/service", "/openapi", "/cloud", "/base",    "/huaweicloud", "/huawei",
    "/hw",   "/hwcloud", "/apigw",   "/app",   "/backend", "/prefix",      "/jianmen"};

void add_changed_paths(Lines& lines, const Question& question, const std::string& base) {
  const auto put = [&](std::string path, int cost, Text habit) {
    lines.add(with_slash(path), cost, Cause::SignaturePathChanged, habit);
    lines.add(without_slash(std::move(path)), cost + 1, Cause::SignaturePathChanged, habit);
  };
  // Proxies merge slashes and resolve dots.
  std::string merged;
  for (const char c : base) {
    if (c != '/' || !merged.ends_with('/')) merged += c;
  }
  put(merged, 2, "slashes");
  put(base + "/", 3, "slashes");
  put("/" + base, 3, "slashes");
  put("/", 3, "no_path");
  lines.add("", 3, Cause::SignaturePathChanged, "no_path");
  if (base.size() > 1) lines.add(base.substr(1), 2, Cause::SignaturePathChanged, "no_first_slash");
  if (base.size() > 1)
    lines.add(without_slash(base).substr(1), 2, Cause::SignaturePathChanged, "no_first_slash");
  for (const auto prefix : kPrefixes) put(std::string(prefix) + base, 3, "prefix_removed");
  for (std::size_t at = base.find('/', 1); at != std::string::npos && at + 1 < base.size();
       at = base.find('/', at + 1)) {
    put(base.substr(at), 3, "prefix_added");
  }
  for (auto cut = without_slash(base); cut.rfind('/') != std::string::npos && cut.size() > 1;) {
    cut.resize(std::max<std::size_t>(1, cut.rfind('/')));
    put(cut, 4, "end_added");
  }
  if (const auto host = question.find("host")) {
    for (const auto scheme : {"https://", "http://", ""}) {
      put(scheme + host->value + base, 3, "whole_url");
    }
  }
  if (question.query) {
    for (const auto& form : {base, without_slash(base), question.path}) {
      lines.add(form + "?" + *question.query, 3, Cause::SignaturePathChanged, "query_in_path");
      lines.add(form + "?" + *question.query + "/", 3, Cause::SignaturePathChanged,
                "query_in_path");
    }
  } else {
    lines.add(base + "?", 3, Cause::SignaturePathChanged, "query_in_path");
  }
  // A project id in the place of another, or a template that was never filled.
  const auto segments = base::split(base, '/');
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (segments[i].size() < 24) continue;
    const auto replaced = [&](Text by) {
      std::string out;
      for (std::size_t j = 0; j < segments.size(); ++j) {
        if (j > 0) out += '/';
        out += j == i ? by : segments[j];
      }
      return out;
    };
    for (const auto by : {"%7Bproject_id%7D", "{project_id}", ""}) {
      put(replaced(by), 3, "placeholder");
    }
    for (const auto& id : question.ids) put(replaced(id), 4, "other_project");
  }
  for (std::size_t i = 1; i < segments.size() && i < 2; ++i) {
    for (const auto version : {"v1", "v2", "v2.1", "v3", "v1.0", "v1.1", "v2.0", "v3.0", "v5"}) {
      if (!segments[i].starts_with('v')) break;
      put("/" + std::string(version) + base.substr(1 + segments[i].size()), 4, "other_version");
    }
  }
}

// --- query

struct Parameter {
  std::string raw_name, raw_value, name, value;  // raw as received; the others decoded
  bool equals = true;                            // "a=" against "a"
};
using Parameters = std::vector<Parameter>;

Parameters split_query(Text query) {
  Parameters out;
  for (const auto piece : base::split(query, '&')) {
    if (piece.empty()) continue;
    const auto at = piece.find('=');
    Parameter parameter;
    parameter.equals = at != Text::npos;
    parameter.raw_name = piece.substr(0, at);
    if (parameter.equals) parameter.raw_value = piece.substr(at + 1);
    parameter.name = base::percent_decode(parameter.raw_name, base::Plus::Space);
    parameter.value = base::percent_decode(parameter.raw_value, base::Plus::Space);
    out.push_back(std::move(parameter));
  }
  return out;
}

std::string plain_encode(Text text) { return encode(text, ""); }
std::string encode_lower(Text text) { return encode(text, "", true); }
std::string encode_plus(Text text) { return encode(text, "", false, true); }
std::string encode_keeps_slash(Text text) { return encode(text, "/"); }
std::string encode_keeps_star(Text text) { return encode(text, "*"); }
std::string encode_component(Text text) { return encode(text, "!*'()"); }
std::string encode_uri(Text text) { return encode(text, ";,/?:@&=+$!*'()#"); }
std::string encode_keeps_colon(Text text) { return encode(text, ":"); }
std::string encode_keeps_comma(Text text) { return encode(text, ","); }
std::string encode_keeps_colon_slash(Text text) { return encode(text, ":/"); }
std::string encode_keeps_colon_comma(Text text) { return encode(text, ":,"); }
std::string encode_php(Text text) {
  std::string out;
  for (const char c : encode_plus(text)) {
    if (c == '~') {
      out += "%7E";
    } else {
      out += c;
    }
  }
  return out;
}
std::string encode_twice(Text text) { return encode(encode(text, ""), ""); }
std::string encode_plus_twice(Text text) { return encode(encode_plus(text), ""); }
std::string encode_plus_as_plus(Text text) { return encode(text, "+"); }
std::string encode_blank_only(Text text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ') {
      out += "%20";
    } else {
      out += c;
    }
  }
  return out;
}

struct QueryCoding {
  Text habit;
  int cost;
  Coding name, value;
};

constexpr QueryCoding kQueryCodings[] = {
    {"plus_for_blank", 2, encode_plus, encode_plus},
    {"java_url_encoder", 2, encode_java, encode_java},
    {"decoded", 2, raw, raw},
    {"javascript", 2, encode_component, encode_component},
    {"keeps_slash", 2, encode_keeps_slash, encode_keeps_slash},
    {"keeps_delimiters", 2, encode_keeps_star, encode_keeps_star},
    {"keeps_delimiters", 2, encode_keeps_colon, encode_keeps_colon},
    {"keeps_delimiters", 2, encode_keeps_comma, encode_keeps_comma},
    {"keeps_delimiters", 3, encode_keeps_colon_slash, encode_keeps_colon_slash},
    {"keeps_delimiters", 3, encode_keeps_colon_comma, encode_keeps_colon_comma},
    {"keeps_delimiters", 3, encode_uri, encode_uri},
    {"keeps_delimiters", 3, encode_plus_as_plus, encode_plus_as_plus},
    {"lower_hex", 2, encode_lower, encode_lower},
    {"twice", 2, encode_twice, encode_twice},
    {"twice", 3, encode_plus_twice, encode_plus_twice},
    {"php", 3, encode_php, encode_php},
    {"values_only", 2, raw, plain_encode},
    {"names_only", 2, plain_encode, raw},
    {"blank_only", 3, raw, encode_blank_only},
    {"twice", 3, plain_encode, encode_twice},
};

std::string join(const Parameters& parameters, Coding name, Coding value, Text between = "&") {
  std::string out;
  for (const auto& parameter : parameters) {
    if (!out.empty()) out += between;
    out += name(parameter.name) + "=" + value(parameter.value);
  }
  return out;
}

std::string join_raw(const Parameters& parameters) {
  std::string out;
  for (const auto& parameter : parameters) {
    if (!out.empty()) out += '&';
    out += parameter.raw_name;
    if (parameter.equals) out += "=" + parameter.raw_value;
  }
  return out;
}

template <class Less>
Parameters sorted(Parameters parameters, Less less) {
  std::ranges::stable_sort(parameters, less);
  return parameters;
}

bool by_name_value(const Parameter& a, const Parameter& b) {
  return std::tie(a.name, a.value) < std::tie(b.name, b.value);
}
bool by_name(const Parameter& a, const Parameter& b) { return a.name < b.name; }
bool by_name_down(const Parameter& a, const Parameter& b) { return a.name > b.name; }
bool by_value(const Parameter& a, const Parameter& b) { return a.value < b.value; }
bool by_encoded(const Parameter& a, const Parameter& b) {
  return plain_encode(a.name) + "=" + plain_encode(a.value) <
         plain_encode(b.name) + "=" + plain_encode(b.value);
}
bool by_lower_name(const Parameter& a, const Parameter& b) {
  return base::to_lower(a.name) < base::to_lower(b.name);
}

void add_orders(Lines& lines, const Parameters& arrived) {
  auto reversed = arrived;
  std::ranges::reverse(reversed);
  const std::pair<Text, Parameters> orders[] = {
      {"wire_order", arrived},
      {"sorted_by_name_alone", sorted(arrived, by_name)},
      {"sorted_ignoring_case", sorted(arrived, by_lower_name)},
      {"sorted_encoded", sorted(arrived, by_encoded)},
      {"sorted_by_value", sorted(arrived, by_value)},
      {"reversed", sorted(arrived, by_name_down)},
      {"reversed", reversed},
  };
  for (const auto& [habit, order] : orders) {
    lines.add(join(order, plain_encode, plain_encode), habit == "wire_order" ? 1 : 2,
              Cause::SignatureQueryOrder, habit);
  }
}

void add_codings(Lines& lines, const Question& question, const Parameters& arrived,
                 const Parameters& ordered) {
  const auto cause = Cause::SignatureQueryEncoding;
  lines.add(join_raw(ordered), 1, cause, "raw");
  lines.add(*question.query, 1, cause, "raw");
  if (question.query->ends_with('&'))
    lines.add(question.query->substr(0, question.query->size() - 1), 2, cause, "raw");
  for (const auto& coding : kQueryCodings) {
    lines.add(join(ordered, coding.name, coding.value), coding.cost, cause, coding.habit);
  }
  // Sorted after encoding, another result for names that need it; and in the order of the wire.
  for (const auto& coding : kQueryCodings) {
    lines.add(join(arrived, coding.name, coding.value), coding.cost + 1, cause, coding.habit);
  }
  // Empty values: without their =, or left out.
  for (const auto& parameters : {ordered, arrived}) {
    std::string bare;
    Parameters filled;
    for (const auto& parameter : parameters) {
      if (!bare.empty()) bare += '&';
      bare += plain_encode(parameter.name);
      if (!parameter.value.empty()) {
        bare += "=" + plain_encode(parameter.value);
        filled.push_back(parameter);
      }
    }
    lines.add(bare, 1, cause, "empty_without_equals");
    lines.add(join(filled, plain_encode, plain_encode), 1, Cause::SignatureQueryMissing,
              "empty_left_out");
  }
  lines.add(join(ordered, plain_encode, plain_encode, "&amp;"), 3, cause, "html");
  lines.add(join(ordered, plain_encode, plain_encode, ";"), 3, cause, "semicolon");
  lines.add(plain_encode(join(ordered, raw, raw)), 2, cause, "whole_encoded");
  lines.add(plain_encode(join(ordered, plain_encode, plain_encode)), 3, cause, "whole_encoded");
  lines.add("?" + join(ordered, plain_encode, plain_encode), 2, cause, "question_mark");
  lines.add("?" + *question.query, 2, cause, "question_mark");
  lines.add(join(ordered, plain_encode, plain_encode) + "&", 2, cause, "ampersand");
  // undefined, null and None of an unset variable.
  for (const auto word : {"undefined", "null", "None", "nil"}) {
    auto named = ordered;
    bool any = false;
    for (auto& parameter : named) {
      if (!parameter.value.empty()) continue;
      parameter.value = word;
      any = true;
    }
    if (any) lines.add(join(named, plain_encode, plain_encode), 3, cause, "unset_variable");
  }
  // Booleans as other languages print them.
  auto titled = ordered;
  for (auto& parameter : titled) {
    if (parameter.value == "true")
      parameter.value = "True";
    else if (parameter.value == "false")
      parameter.value = "False";
    else if (parameter.value == "True")
      parameter.value = "true";
    else if (parameter.value == "False")
      parameter.value = "false";
  }
  lines.add(join(titled, plain_encode, plain_encode), 2, cause, "boolean");
}

void add_missing(Lines& lines, const Parameters& ordered) {
  const auto cause = Cause::SignatureQueryMissing;
  lines.add("", 1, cause, "none_signed");
  // Every subset of a few, else each one alone and each one left out.
  if (ordered.size() <= 7) {
    for (unsigned set = 1; set + 1 < 1U << ordered.size(); ++set) {
      Parameters kept;
      for (std::size_t i = 0; i < ordered.size(); ++i) {
        if (set >> i & 1U) kept.push_back(ordered[i]);
      }
      const bool one_missing = kept.size() + 1 == ordered.size();
      lines.add(join(kept, plain_encode, plain_encode), one_missing ? 2 : 3, cause, "part_signed");
    }
  } else {
    for (std::size_t i = 0; i < ordered.size(); ++i) {
      auto kept = ordered;
      kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
      lines.add(join(kept, plain_encode, plain_encode), 2, cause, "part_signed");
      lines.add(join({ordered[i]}, plain_encode, plain_encode), 3, cause, "part_signed");
    }
  }
  // Repeated names: the last or the first of each, or one joined value.
  for (const bool last : {true, false}) {
    Parameters kept;
    for (const auto& parameter : ordered) {
      const auto same = std::ranges::find(kept, parameter.name, &Parameter::name);
      if (same == kept.end()) {
        kept.push_back(parameter);
      } else if (last) {
        *same = parameter;
      }
    }
    lines.add(join(kept, plain_encode, plain_encode), 2, cause, "repeated_once");
  }
  Parameters joined;
  for (const auto& parameter : ordered) {
    const auto same = std::ranges::find(joined, parameter.name, &Parameter::name);
    if (same == joined.end()) {
      joined.push_back(parameter);
    } else {
      same->value += "," + parameter.value;
    }
  }
  lines.add(join(joined, plain_encode, plain_encode), 2, Cause::SignatureQueryEncoding,
            "array_joined");
}

// Other values of one parameter.
std::vector<std::pair<std::string, int>> other_values(const Parameter& parameter) {
  std::vector<std::pair<std::string, int>> out;
  const auto& value = parameter.value;
  for (const auto word : {"", "true", "false", "null", "undefined", "all", "*"}) {
    out.emplace_back(word, 4);
  }
  out.emplace_back(base::to_lower(value), 4);
  std::string upper = value;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  out.emplace_back(std::move(upper), 4);
  out.emplace_back(std::string(base::trim(value)), 4);
  return out;
}

// One of the many: numbers, names of regions, ids, one character.
std::vector<std::pair<std::string, int>> deep_values(const Question& question,
                                                     const Parameter& parameter) {
  std::vector<std::pair<std::string, int>> out;
  long number = 0;
  const auto& value = parameter.value;
  const auto [end, trouble] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (trouble == std::errc() && end == value.data() + value.size()) {
    for (long other = 0; other <= 1000; ++other)
      out.emplace_back(std::to_string(other), other <= 100 ? 5 : 6);
    for (const long other : {2000L, 5000L, 10000L}) out.emplace_back(std::to_string(other), 5);
    constexpr long kTooMuch = 1'000'000'000'000;
    if (number > -kTooMuch && number < kTooMuch) {
      for (const long other : {number - 1, number + 1, number * 10, number * 2})
        out.emplace_back(std::to_string(other), 5);
    }
  }
  for (const auto& region : question.regions) out.emplace_back(region, 5);
  for (const auto& id : question.ids) out.emplace_back(id, 5);
  out.emplace_back(" " + value, 5);
  out.emplace_back(value + " ", 5);
  if (value.size() > 40) return out;
  static constexpr Text kAll = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.";
  // A digit is mistaken for a digit, a letter for a letter.
  const auto alike = [](char c) {
    for (const Text kind : {kAll.substr(0, 10), kAll.substr(10, 26), kAll.substr(36, 26)}) {
      if (kind.contains(c)) return kind;
    }
    return kAll.substr(62);
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    auto cut = value;
    cut.erase(i, 1);
    out.emplace_back(std::move(cut), 6);
    for (const char c : alike(value[i])) {
      auto other = value;
      other[i] = c;
      out.emplace_back(std::move(other), 7);
    }
  }
  for (const char c : kAll) out.emplace_back(value + c, 6);
  return out;
}

void add_changed_queries(Lines& lines, const Question& question, const Parameters& ordered) {
  const auto cause = Cause::SignatureQueryChanged;
  for (std::size_t i = 0; i < ordered.size() && i < 8; ++i) {
    for (auto& [value, cost] : other_values(ordered[i])) {
      auto changed = ordered;
      changed[i].value = value;
      std::ranges::sort(changed, by_name_value);
      lines.add(join(changed, plain_encode, plain_encode), cost, cause, "other_value");
    }
  }
  // One that was signed and did not arrive.
  static constexpr Text kValues[] = {"",     "0",     "1",      "2",   "5",   "10",
                                     "20",   "50",    "100",    "200", "500", "1000",
                                     "true", "false", "ACTIVE", "test"};
  auto names = question.parameters;
  for (const auto name : {"limit", "offset", "marker", "page", "page_size", "name", "id", "status",
                          "project_id", "region", "enterprise_project_id", "_", "t", "timestamp"}) {
    names.emplace_back(name);
  }
  for (const auto& name : names) {
    const auto put = [&](Text value) {
      auto more = ordered;
      more.push_back({.raw_name = {}, .raw_value = {}, .name = name, .value = std::string(value)});
      std::ranges::sort(more, by_name_value);
      lines.add(join(more, plain_encode, plain_encode), 4, cause, "one_lost");
    };
    for (const auto value : kValues) put(value);
    if (name.ends_with("id")) {
      for (const auto& id : question.ids) put(id);
    }
    if (name == "name" || name == "region") {
      for (const auto& region : question.regions) put(region);
    }
  }
}

}  // namespace

const Field* Question::find(std::string_view lower_case_name) const {
  const auto found = std::ranges::find_if(headers, [&](const Field& field) {
    return base::equals_ignore_case(field.name, lower_case_name);
  });
  return found == headers.end() ? nullptr : &*found;
}

Alternatives method_lines(const Question& question) {
  Lines lines;
  lines.add(question.method, 0, Cause::Unknown, "");
  lines.add(base::to_lower(question.method), 1, Cause::SignatureMethod, "lower_case");
  auto titled = base::to_lower(question.method);
  if (!titled.empty() && titled[0] >= 'a') titled[0] = static_cast<char>(titled[0] - 32);
  lines.add(std::move(titled), 2, Cause::SignatureMethod, "lower_case");
  for (const auto method : {"GET", "POST", "PUT", "DELETE"}) {
    lines.add(method, 1, Cause::SignatureMethod, "other_method");
  }
  for (const auto method : {"PATCH", "HEAD", "OPTIONS"}) {
    lines.add(method, 2, Cause::SignatureMethod, "other_method");
  }
  lines.add("", 3, Cause::SignatureMethod, "other_method");
  return lines.take();
}

Alternatives path_lines(const Question& question) {
  Lines lines;
  std::string base;
  authn::signature::append_canonical_path(base, question.path, Variant::Path::P1);
  lines.add(base, 0, Cause::Unknown, "");
  lines.add(without_slash(base), 1, Cause::SignaturePathSlash, "no_slash");
  if (question.path.empty() || question.path == "/")
    lines.add("", 1, Cause::SignaturePathSlash, "no_slash");
  for (const auto& coding : kPathCodings) {
    lines.add(with_slash(coding.code(question.path)), coding.cost, Cause::SignaturePathEncoding,
              coding.habit);
  }
  for (const auto& coding : kPathCodings) {
    lines.add(without_slash(coding.code(question.path)), coding.cost + 1,
              Cause::SignaturePathEncoding, coding.habit);
  }
  lines.add(base + "/", 2, Cause::SignaturePathSlash, "two_slashes");
  lines.add(base::to_lower(base), 3, Cause::SignaturePathChanged, "lower_case");
  add_changed_paths(lines, question, base);
  return lines.take();
}

Alternatives query_lines(const Question& question) {
  Lines lines;
  std::string base;
  if (question.query) {
    authn::signature::append_canonical_query(base, *question.query, Variant::Query::Q1);
  }
  lines.add(base, 0, Cause::Unknown, "");
  const auto arrived = split_query(question.query.value_or(""));
  const auto ordered = sorted(arrived, by_name_value);
  if (!arrived.empty()) {
    add_orders(lines, arrived);
    add_codings(lines, question, arrived, ordered);
    add_missing(lines, ordered);
  } else {
    lines.add("?", 2, Cause::SignatureQueryEncoding, "question_mark");
    lines.add("=", 3, Cause::SignatureQueryEncoding, "ampersand");
  }
  add_changed_queries(lines, question, ordered);
  return lines.take();
}

Alternatives deep_query_lines(const Question& question) {
  Alternatives out;
  const auto ordered = sorted(split_query(question.query.value_or("")), by_name_value);
  std::vector<std::vector<std::pair<std::string, int>>> values;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < ordered.size() && i < 8; ++i) {
    values.push_back(deep_values(question, ordered[i]));
    longest = std::max(longest, values.back().size());
  }
  // The likeliest of each parameter before the less likely of the first.
  for (std::size_t rank = 0; rank < longest; ++rank) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (rank >= values[i].size()) continue;
      auto changed = ordered;
      changed[i].value = values[i][rank].first;
      std::ranges::stable_sort(changed, by_name_value);
      out.push_back({.text = join(changed, plain_encode, plain_encode),
                     .cost = values[i][rank].second,
                     .cause = Cause::SignatureQueryChanged,
                     .habit = "other_value",
                     .detail = {}});
    }
  }
  return out;
}

}  // namespace jianmen::diagnose::signature
