#include "diagnose/compare/compare.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"

namespace jianmen::diagnose::compare {

namespace {

using Text = std::string_view;

constexpr Text kHidden = "***";

struct Field {
  std::string name;  // lower case, without blanks
  std::string name_as_written, value;
};

Field split_header(Text line) {
  const auto colon = std::min(line.find(':'), line.size());
  const auto name = line.substr(0, colon);
  return {.name = base::to_lower(base::trim(name)),
          .name_as_written = std::string(name),
          .value = std::string(line.substr(std::min(line.size(), colon + 1)))};
}

bool is_credential(Text name) {
  constexpr std::array kCredentials{Text("x-security-token"), Text("x-auth-token"),
                                    Text("x-subject-token"),  Text("authorization"),
                                    Text("cookie"),           Text("proxy-authorization")};
  return std::ranges::find(kCredentials, name) != kCredentials.end();
}

std::size_t first_byte(Text a, Text b) {
  const auto size = std::min(a.size(), b.size());
  return static_cast<std::size_t>(std::mismatch(a.data(), a.data() + size, b.data()).first -
                                  a.data());
}

// Decoded as long as it changes something, so that two encodings of one text become one.
std::string fully_decoded(Text text) {
  std::string out(text);
  for (int i = 0; i < 3; ++i) {
    auto next = base::percent_decode(out, base::Plus::Space);
    if (next == out) break;
    out = std::move(next);
  }
  return out;
}

// Parameters without those forms in which one query may be written.
std::vector<std::string> parameters(Text query, std::string (*form)(Text)) {
  std::vector<std::string> out;
  for (const auto piece : base::split(query, '&')) {
    if (piece.empty()) continue;
    auto text = form(piece);
    if (!text.contains('=')) text += '=';
    out.push_back(std::move(text));
  }
  std::ranges::sort(out);
  return out;
}

std::string habit_of_path(Text given, Text computed) {
  const std::string slashed = std::string(given) + "/";
  if (slashed == computed) return "no_slash";
  if (given.ends_with('/') && given.substr(0, given.size() - 1) == computed) return "slash";
  if (given.contains("://")) return "whole_url";
  if (given.contains('?')) return "query_in_path";
  auto one = fully_decoded(given), other = fully_decoded(computed);
  if (!one.ends_with('/')) one += '/';
  if (one == other) return "encoding";
  if (one.size() != other.size() && (one.ends_with(other) || other.ends_with(one)) &&
      std::min(one.size(), other.size()) > 1)
    return "prefix";
  return "other";
}

std::string habit_of_query(Text given, Text computed) {
  if (given.empty()) return "missing";
  if (computed.empty()) return "extra";
  const auto plain = [](Text text) { return std::string(text); };
  const auto decoded = [](Text text) { return fully_decoded(text); };
  if (given.size() == computed.size() && parameters(given, plain) == parameters(computed, plain))
    return "order";
  return parameters(given, decoded) == parameters(computed, decoded) ? "encoding" : "other";
}

std::string habit_of_header(Text given, Text computed) {
  const auto one = split_header(given), other = split_header(computed);
  const auto a = std::string(base::trim(one.value)), b = std::string(base::trim(other.value));
  if (a == b) return one.name_as_written == other.name_as_written ? "blanks" : "case";
  if (base::equals_ignore_case(a, b)) return "case";
  if (is_credential(other.name)) return "hidden";
  if (other.name == "host" && a.substr(0, a.find(':')) == b.substr(0, b.find(':'))) return "port";
  return "value";
}

std::string habit_of_list(Text given, Text computed) {
  if (base::equals_ignore_case(given, computed)) return "case";
  std::string joined;
  for (const char c : base::to_lower(given)) {
    if (c != ' ') joined += c == ',' || c == '&' || c == '|' ? ';' : c;
  }
  while (joined.ends_with(';')) joined.pop_back();
  if (joined == computed) return "join";
  auto one = base::split(joined, ';'), other = base::split(computed, ';');
  std::ranges::sort(one);
  std::ranges::sort(other);
  return one == other ? "order" : "other";
}

// Hashes of the bodies that clients send where none is meant.
struct Known {
  Text hash, body;
};
constexpr std::array kKnown{
    Known{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ""},
    Known{"1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b", ""},
    Known{"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "{}"},
    Known{"74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b", "null"},
    Known{"12ae32cb1ec02d01eda3581b127c1fee3b0dc53572ed6baf239721a03d82e126", "\"\""}};

const Known* known_body(Text hash) {
  const auto found = std::ranges::find(kKnown, hash, &Known::hash);
  return found == kKnown.end() ? nullptr : &*found;
}

std::string habit_of_payload(Text given, Text computed) {
  if (base::equals_ignore_case(given, computed)) return "case";
  if (given == "UNSIGNED-PAYLOAD") return "unsigned";
  if (const auto* body = known_body(given)) return body->body.empty() ? "nothing" : "known";
  const auto* mine = known_body(computed);
  return mine && mine->body.empty() ? "body_unknown" : "other";
}

std::string habit_of(Part part, Text given, Text computed) {
  if (given.ends_with('\r') && given.substr(0, given.size() - 1) == computed)
    return "carriage_return";
  switch (part) {
    case Part::Method:
      return base::equals_ignore_case(given, computed) ? "case" : "other";
    case Part::Path:
      return habit_of_path(given, computed);
    case Part::Query:
      return habit_of_query(given, computed);
    case Part::Header:
      return habit_of_header(given, computed);
    case Part::BlankLine:
      return "missing";
    case Part::SignedHeaders:
      return given.empty() ? "extra_line" : habit_of_list(given, computed);
    case Part::PayloadHash:
      return habit_of_payload(given, computed);
  }
  return {};
}

// One line against the other, at the same place.
bool same(const Line& given, const Line& computed) {
  if (given.text == computed.text) return true;
  if (given.part != Part::Header || computed.part != Part::Header) return false;
  const auto one = split_header(given.text), other = split_header(computed.text);
  return one.name == other.name && is_credential(other.name) && one.value == kHidden;
}

bool has_header(const std::vector<Line>& lines, Text name) {
  return std::ranges::any_of(lines, [&](const Line& line) {
    return line.part == Part::Header && split_header(line.text).name == name;
  });
}

// Headers of other names at the same place, or a header where the other text has none: which of the
// two is without it?
bool name_missing_header(Difference& out, const std::vector<Line>& given,
                         const std::vector<Line>& computed, std::size_t i) {
  const bool here = i < given.size() && given[i].part == Part::Header;
  const bool there = computed[i].part == Part::Header;
  if (!here && !there) return false;
  const auto mine = there ? split_header(computed[i].text).name : std::string();
  const auto theirs = here ? split_header(given[i].text).name : std::string();
  if (mine == theirs) return false;
  if (there && !has_header(given, mine)) {
    out.header = mine;
    out.habit = "not_in_text";
    out.given = std::nullopt;
    if (is_credential(mine)) {
      out.hidden = true;
      out.computed = std::string();
    }
  } else if (here && !has_header(computed, theirs)) {
    out.part = Part::Header;
    out.header = theirs;
    out.habit = "not_in_request";
    out.computed = std::nullopt;
    if (is_credential(theirs)) {
      out.hidden = true;
      out.given = std::string();
    }
  } else if (here && there) {
    out.header = mine;
    out.habit = "order";
    // Two names part before their values do.
    if (is_credential(mine) || is_credential(theirs)) {
      out.hidden = true;
      out.given = theirs + ":" + std::string(kHidden);
      out.computed = mine + ":" + std::string(kHidden);
    }
  } else {
    return false;
  }
  out.at = out.given && out.computed ? first_byte(*out.given, *out.computed) : 0;
  return true;
}

}  // namespace

std::optional<Difference> first_difference(const CanonicalText& given,
                                           std::string_view computed_canonical) {
  const auto computed = lines_of(computed_canonical);
  const auto& lines = given.lines;
  for (std::size_t i = 0; i < computed.size(); ++i) {
    const bool reached = i < lines.size();
    if (reached && same(lines[i], computed[i])) continue;
    Difference out;
    out.part = computed[i].part;
    out.line = i + 1;
    out.computed = computed[i].text;
    if (reached) out.given = lines[i].text;
    if (!reached) {
      out.habit = "cut";
      if (out.part == Part::Header) {
        out.header = split_header(computed[i].text).name;
        if (is_credential(out.header)) out.hidden = true;
      }
      if (out.hidden) out.computed = std::string();
      if (out.part == Part::Header && !given.ends_early) out.habit = "not_in_text";
      return out;
    }
    out.at = first_byte(lines[i].text, computed[i].text);
    const bool is_last = i + 1 == lines.size();
    const bool cut = given.ends_early && is_last && computed[i].text.starts_with(lines[i].text);
    if (!cut && name_missing_header(out, lines, computed, i)) return out;
    if (out.part == Part::Header) out.header = split_header(computed[i].text).name;
    if (cut) {
      out.habit = "cut";
    } else if ((out.part == Part::Method || out.part == Part::Query) && lines[i].part != out.part) {
      out.habit = "no_line";
    } else {
      out.habit = habit_of(out.part, lines[i].text, computed[i].text);
    }
    if (out.part == Part::Header && is_credential(out.header)) {
      out.hidden = true;
      out.given = out.computed = std::string();
      out.at = 0;
    }
    return out;
  }
  if (lines.size() > computed.size()) {
    const auto& more = lines[computed.size()];
    Difference out;
    out.part = more.part;
    out.line = computed.size() + 1;
    out.given = more.text;
    out.habit = "other";
    return out;
  }
  return std::nullopt;
}

}  // namespace jianmen::diagnose::compare
