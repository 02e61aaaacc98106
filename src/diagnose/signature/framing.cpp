#include "diagnose/signature/framing.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/time_text.hpp"

namespace jianmen::diagnose::signature {

namespace {

using Text = std::string_view;

std::string cased(const HeaderLine& line, Form::Case how) {
  if (how == Form::Case::Lower) return line.name;
  if (how == Form::Case::Arrived) return line.arrived_name;
  std::string out = line.name;
  bool up = true;
  for (char& c : out) {
    if ((up || how == Form::Case::Upper) && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    up = c == '-';
  }
  return out;
}

std::vector<const HeaderLine*> ordered(const std::vector<const HeaderLine*>& lines,
                                       Form::Order order, Form::Case how,
                                       const Question& question) {
  auto out = lines;
  if (order == Form::Order::Sorted) {
    std::ranges::stable_sort(out, {}, [](const auto* line) { return Text(line->name); });
  } else if (order == Form::Order::SortedAsWritten) {
    std::ranges::stable_sort(out, {}, [how](const auto* line) { return cased(*line, how); });
  } else if (order == Form::Order::Wire) {
    const auto place = [&](const HeaderLine* line) {
      return std::ranges::find_if(question.headers, [&](const Field& field) {
        return base::equals_ignore_case(field.name, line->name);
      });
    };
    std::ranges::stable_sort(out,
                             [&](const auto* a, const auto* b) { return place(a) < place(b); });
  }
  return out;
}

std::string with_line_ends(Text text, Text end) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += end;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::vector<Form> header_forms(const Question& question, const std::vector<HeaderLine>& lines) {
  using Order = Form::Order;
  using Case = Form::Case;
  std::vector<Form> forms{Form{}};
  const auto put = [&](Form form, int cost, Cause cause, Text habit) {
    form.cost = cost;
    form.cause = cause;
    form.habit = habit;
    forms.push_back(std::move(form));
  };
  const auto form_cause = Cause::SignatureHeaderForm;
  for (const auto block : {Order::Listed, Order::Sorted, Order::Wire}) {
    for (const auto list : {Order::Listed, Order::Sorted, Order::Wire}) {
      if (block == Order::Listed && list == Order::Listed) continue;
      put({.block_order = block, .list_order = list}, 1, form_cause, "order");
    }
  }
  for (const auto other : {Case::Arrived, Case::Title, Case::Upper}) {
    put({.block_case = other}, 1, form_cause, "name_case");
    put({.list_case = other}, 1, form_cause, "name_case");
    put({.block_case = other, .list_case = other}, 1, form_cause, "name_case");
    put({.block_order = Order::SortedAsWritten,
         .list_order = Order::SortedAsWritten,
         .block_case = other,
         .list_case = other},
        2, form_cause, "name_case");
    put({.block_order = Order::SortedAsWritten, .block_case = other}, 2, form_cause, "name_case");
  }
  put({.colon = ": "}, 1, form_cause, "blank_after_colon");
  put({.colon = " : "}, 3, form_cause, "blank_after_colon");
  put({.colon = "="}, 3, form_cause, "colon");
  put({.colon = ""}, 3, form_cause, "colon");
  put({.after_value = " "}, 2, form_cause, "untrimmed");
  put({.block_case = Case::Arrived, .colon = ": "}, 2, form_cause, "blank_after_colon");
  put({.block_case = Case::Title, .colon = ": "}, 2, form_cause, "blank_after_colon");
  put({.block_case = Case::Title, .list_case = Case::Title, .colon = ": "}, 2, form_cause,
      "blank_after_colon");
  put({.lower_values = true}, 1, form_cause, "value_lower_case");
  for (const auto between : {",", ", ", "; ", " ", "&", "\n", "|", ":"}) {
    put({.between = between}, 2, Cause::SignatureCanonicalForm, "list_join");
  }
  put({.after_list = ";"}, 2, Cause::SignatureCanonicalForm, "list_join");
  put({.drop_empty = true}, 1, Cause::SignatureCanonicalForm, "empty_header_left_out");
  for (int i = 0; i < static_cast<int>(lines.size()); ++i) {
    put({.leave_out = i}, 1, Cause::SignatureCanonicalForm, "header_left_out");
    put({.leave_out = i, .leave_out_of_list = true}, 1, Cause::SignatureCanonicalForm,
        "list_differs");
    put({.leave_out = i, .leave_out_of_list = true, .leave_out_of_block = false}, 2,
        Cause::SignatureCanonicalForm, "list_differs");
  }
  for (const auto& field : question.headers) {
    const auto name = base::to_lower(field.name);
    if (name == "authorization" || std::ranges::find(lines, name, &HeaderLine::name) != lines.end())
      continue;
    const HeaderLine extra{.name = name, .arrived_name = field.name, .value = field.value};
    put({.block_order = Order::Sorted, .list_order = Order::Sorted, .extra = extra}, 1,
        Cause::SignatureCanonicalForm, "list_differs");
  }
  return forms;
}

void write_headers(const Form& form, const std::vector<HeaderLine>& lines, const Question& question,
                   std::string& block, std::string& list) {
  block.clear();
  list.clear();
  std::vector<const HeaderLine*> in_block, in_list;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (form.drop_empty && lines[i].value.empty()) continue;
    const bool left_out = static_cast<int>(i) == form.leave_out;
    if (!left_out || !form.leave_out_of_block) in_block.push_back(&lines[i]);
    if (!left_out || !form.leave_out_of_list) in_list.push_back(&lines[i]);
  }
  if (!form.extra.name.empty()) {
    in_block.push_back(&form.extra);
    in_list.push_back(&form.extra);
  }
  if (form.block_order != Form::Order::Listed)
    in_block = ordered(in_block, form.block_order, form.block_case, question);
  if (form.list_order != Form::Order::Listed)
    in_list = ordered(in_list, form.list_order, form.list_case, question);
  for (const auto* line : in_block) {
    if (form.block_case == Form::Case::Lower) {
      block += line->name;
    } else {
      block += cased(*line, form.block_case);
    }
    block += form.colon;
    if (form.lower_values) {
      block += base::to_lower(line->value);
    } else {
      block += line->value;
    }
    block += form.after_value;
    block += '\n';
  }
  for (const auto* line : in_list) {
    if (!list.empty()) list += form.between;
    if (form.list_case == Form::Case::Lower) {
      list += line->name;
    } else {
      list += cased(*line, form.list_case);
    }
  }
  list += form.after_list;
}

std::vector<Frame> frames() {
  using Kind = Frame::Kind;
  return {{Kind::Right, 0, ""},
          {Kind::NoBlankLine, 1, "no_blank_line"},
          {Kind::NoEmptyLines, 1, "no_blank_line"},
          {Kind::LineEnd, 1, "line_end"},
          {Kind::Crlf, 1, "crlf"},
          {Kind::TwoBlankLines, 1, "two_blank_lines"},
          {Kind::NoQueryLine, 1, "no_query_line"},
          {Kind::CarriageReturns, 2, "crlf"},
          {Kind::PayloadLineEndCrlf, 2, "line_end"},
          {Kind::CrOnly, 2, "crlf"},
          {Kind::NoList, 2, "no_list"},
          {Kind::NoHeaders, 2, "no_headers"},
          {Kind::NoPayload, 2, "no_payload"},
          {Kind::NoPayloadLineEnd, 2, "no_payload"},
          {Kind::LeadingLineEnd, 2, "leading_line_end"},
          {Kind::Unjoined, 2, "unjoined"},
          {Kind::Bars, 2, "bars"},
          {Kind::Blanks, 3, "unjoined"},
          {Kind::BackslashN, 2, "backslash_n"},
          {Kind::BlankAfterQuery, 2, "two_blank_lines"},
          {Kind::ListBeforeHeaders, 2, "line_order"},
          {Kind::NoMethod, 2, "no_method"},
          {Kind::NoPath, 3, "no_path"},
          {Kind::HeadersJoined, 2, "headers_joined"}};
}

void write_canonical(const Frame& frame, const Lines& lines, std::string& out) {
  using Kind = Frame::Kind;
  out.clear();
  const auto add = [&](const auto&... texts) { (out.append(texts), ...); };
  const auto& [method, path, query, block, list, payload] = lines;
  const auto trimmed = block.substr(0, block.empty() ? 0 : block.size() - 1);
  switch (frame.kind) {
    case Kind::NoBlankLine:
      return add(method, "\n", path, "\n", query, "\n", block, list, "\n", payload);
    case Kind::NoEmptyLines:
      return add(method, "\n", path, "\n", query, query.empty() ? "" : "\n", block, list, "\n",
                 payload);
    case Kind::TwoBlankLines:
      return add(method, "\n", path, "\n", query, "\n", block, "\n\n", list, "\n", payload);
    case Kind::NoQueryLine:
      return add(method, "\n", path, "\n", block, "\n", list, "\n", payload);
    case Kind::NoList:
      return add(method, "\n", path, "\n", query, "\n", block, "\n", payload);
    case Kind::NoHeaders:
      return add(method, "\n", path, "\n", query, "\n\n", list, "\n", payload);
    case Kind::NoPayload:
      return add(method, "\n", path, "\n", query, "\n", block, "\n", list, "\n");
    case Kind::NoPayloadLineEnd:
      return add(method, "\n", path, "\n", query, "\n", block, "\n", list);
    case Kind::LeadingLineEnd:
      return add("\n", method, "\n", path, "\n", query, "\n", block, "\n", list, "\n", payload);
    case Kind::BlankAfterQuery:
      return add(method, "\n", path, "\n", query, "\n\n", block, "\n", list, "\n", payload);
    case Kind::ListBeforeHeaders:
      return add(method, "\n", path, "\n", query, "\n", list, "\n", block, "\n", payload);
    case Kind::NoMethod:
      return add(path, "\n", query, "\n", block, "\n", list, "\n", payload);
    case Kind::NoPath:
      return add(method, "\n", query, "\n", block, "\n", list, "\n", payload);
    default:
      break;
  }
  if (frame.kind == Kind::HeadersJoined) {
    add(method, "\n", path, "\n", query, "\n", with_line_ends(trimmed, ""), "\n\n", list, "\n",
        payload);
    return;
  }
  add(method, "\n", path, "\n", query, "\n", block, "\n", list, "\n", payload);
  if (frame.kind == Kind::LineEnd) out += '\n';
  if (frame.kind == Kind::PayloadLineEndCrlf) out += "\r\n";
  if (frame.kind == Kind::Crlf) out = with_line_ends(out, "\r\n");
  if (frame.kind == Kind::CarriageReturns) {
    std::string fixed(block);
    fixed = with_line_ends(fixed, "\r\n");
    out.clear();
    add(method, "\n", path, "\n", query, "\n", Text(fixed), "\n", list, "\n", payload);
  }
  if (frame.kind == Kind::CrOnly) out = with_line_ends(out, "\r");
  if (frame.kind == Kind::Unjoined) out = with_line_ends(out, "");
  if (frame.kind == Kind::Bars) out = with_line_ends(out, "|");
  if (frame.kind == Kind::Blanks) out = with_line_ends(out, " ");
  if (frame.kind == Kind::BackslashN) out = with_line_ends(out, "\\n");
}

namespace {

// What a client may have taken for `YYYYMMDD/region/service`.
std::vector<std::string> other_scopes(const Question& question) {
  const auto parts = base::split(question.scope, '/');
  if (parts.size() != 3) return {};
  const std::string day(parts[0]), region(parts[1]), service(parts[2]);
  std::vector<std::string> out;
  const auto put = [&](const std::string& scope) {
    if (scope != question.scope) out.push_back(scope);
  };
  for (const auto& other : question.regions) put(day + "/" + other + "/" + service);
  for (const auto& other : question.services) put(day + "/" + region + "/" + other);
  for (const auto word : {"globe", "global", ""}) put(day + "/" + word + "/" + service);
  put(day + "/" + service + "/" + region);
  put(region + "/" + service);
  put(day + "/" + region);
  put(day + "/" + region + "/" + service + "/sdk_request");
  put(day + "/" + base::to_lower(region) + "/" + base::to_lower(service));
  if (const auto midnight = base::parse_sdk_date(day + "T000000Z")) {
    for (const int days : {-1, 1}) {
      const auto near = base::to_sdk_date(*midnight + std::chrono::hours(24 * days));
      put(near.substr(0, 8) + "/" + region + "/" + service);
    }
  }
  if (const auto* date = question.find("x-sdk-date"))
    put(date->value + "/" + region + "/" + service);
  return out;
}

}  // namespace

std::vector<ToSign> to_sign_forms(const Question& question) {
  using Join = ToSign::Join;
  using Digest = ToSign::Digest;
  const auto hash = authn::signature::hash_of(question.algorithm);
  const auto* date = question.find("x-sdk-date");
  const ToSign right{.algorithm = std::string(authn::signature::algorithm_name(question.algorithm)),
                     .date = date ? date->value : std::string(),
                     .scope = question.scope,
                     .key_scope = question.scope,
                     .hash = hash,
                     .mac = hash};
  std::vector<ToSign> forms{right};
  const auto put = [&](ToSign form, int cost, Text habit,
                       Cause cause = Cause::SignatureStringToSign) {
    form.cost = cost;
    form.cause = cause;
    form.habit = habit;
    forms.push_back(std::move(form));
  };
  const auto changed = [&](auto change, int cost, Text habit,
                           Cause cause = Cause::SignatureStringToSign) {
    auto form = right;
    change(form);
    put(std::move(form), cost, habit, cause);
  };
  for (const auto join :
       {Join::LineEnd, Join::Crlf, Join::None, Join::BackslashN, Join::Blanks, Join::LineEndCrlf}) {
    changed([&](ToSign& form) { form.join = join; }, 1, "join");
  }
  changed([](ToSign& form) { form.join = Join::DigestAlone; }, 1, "hash_alone");
  changed([](ToSign& form) { form.join = Join::NoAlgorithm; }, 1, "no_algorithm");
  changed([](ToSign& form) { form.join = Join::NoDate; }, 1, "no_date");
  changed([](ToSign& form) { form.join = Join::DateFirst; }, 2, "join");
  changed([](ToSign& form) { form.digest = Digest::Upper; }, 1, "hash_upper_case");
  changed([](ToSign& form) { form.digest = Digest::Base64; }, 1, "hash_base64");
  changed([](ToSign& form) { form.digest = Digest::Raw; }, 1, "hash_bytes");
  changed([](ToSign& form) { form.digest = Digest::Twice; }, 2, "hash_twice");
  changed([](ToSign& form) { form.digest = Digest::TwiceHex; }, 2, "hash_twice");
  changed([](ToSign& form) { form.digest = Digest::Canonical; }, 1, "not_hashed");
  changed([](ToSign& form) { form.digest = Digest::Nothing; }, 2, "no_hash");
  changed(
      [](ToSign& form) {
        form.digest = Digest::Canonical;
        form.join = Join::DigestAlone;
      },
      1, "canonical_alone");
  for (const auto name : {"AWS4-HMAC-SHA256", "HMAC-SHA256", "sdk-hmac-sha256", "SDK-HMAC-SHA-256",
                          "SDK_HMAC_SHA256", "SDK-HMAC-SHA256 "}) {
    changed([&](ToSign& form) { form.algorithm = name; }, 2, "algorithm_line");
  }
  if (!question.scope.empty()) changed([](ToSign& form) { form.scope.clear(); }, 1, "no_scope");

  // V11: derived for another day, region or service, with or without the same in the text.
  for (const auto& scope : other_scopes(question)) {
    const auto cause = Cause::SignatureDerivedScope;
    changed([&](ToSign& form) { form.scope = form.key_scope = scope; }, 2, "other_scope", cause);
    changed([&](ToSign& form) { form.key_scope = scope; }, 2, "other_scope", cause);
    changed([&](ToSign& form) { form.scope = scope; }, 2, "other_scope", cause);
  }

  // Another algorithm, wholly or in part.
  const auto mismatch = Cause::SignatureAlgorithmMismatch;
  const auto other = hash == crypto::Hash::Sha256 ? crypto::Hash::Sm3 : crypto::Hash::Sha256;
  std::string body_hash;
  const bool hashed = question.body_whole &&
                      !question.find(authn::signature::payload_header_name(question.algorithm));
  if (hashed) body_hash = crypto::hex_digest(other, question.body);
  for (const auto algorithm :
       {Algorithm::HmacSha256, Algorithm::HmacSm3, Algorithm::V11HmacSha256}) {
    const std::string name(authn::signature::algorithm_name(algorithm));
    if (name != right.algorithm)
      changed([&](ToSign& form) { form.algorithm = name; }, 1, "algorithm_line", mismatch);
    for (const auto canonical : {hash, other}) {
      for (const auto mac : {hash, other}) {
        for (const auto& payload : {std::string(), body_hash}) {
          if (canonical == hash && mac == hash) continue;
          changed(
              [&](ToSign& form) {
                form.algorithm = name;
                form.hash = canonical;
                form.mac = mac;
                form.payload = payload;
              },
              2, "other_hash", mismatch);
        }
      }
    }
  }
  // The date: taken twice, a second apart, or written in another form.
  if (const auto time = base::parse_sdk_date(right.date)) {
    for (int second = 1; second <= 120; ++second) {
      for (const int away : {-second, second}) {
        changed(
            [&](ToSign& form) {
              form.date = base::to_sdk_date(*time + std::chrono::seconds(away));
            },
            second <= 3 ? 2 : 5, "date_twice");
      }
    }
    for (int half = -28; half <= 28; ++half) {
      if (half != 0)
        changed(
            [&](ToSign& form) {
              form.date = base::to_sdk_date(*time + std::chrono::seconds(half * 1800));
            },
            3, "date_zone");
    }
    const auto& date_text = right.date;
    const std::string iso = base::to_iso_seconds(*time);
    auto blank = iso;
    std::ranges::replace(blank, 'T', ' ');
    for (const auto& form_of_date :
         {iso, blank, blank.substr(0, 19), iso.substr(0, 19), date_text.substr(0, 8),
          date_text.substr(0, 15), date_text + "\n", iso.substr(0, 10), base::to_lower(date_text),
          iso.substr(0, 19) + "+00:00",
          std::to_string(
              std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count()),
          std::to_string(
              std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch())
                  .count())}) {
      changed([&](ToSign& form) { form.date = form_of_date; }, 2, "date_form");
    }
  }
  if (const auto* field = question.find("date")) {
    changed([&](ToSign& form) { form.date = field->value; }, 2, "date_form");
  }
  return forms;
}

void write_to_sign(const ToSign& form, std::string_view canonical, const crypto::Digest& digest,
                   std::string& out) {
  using Join = ToSign::Join;
  using Digest = ToSign::Digest;
  out.clear();
  std::array<char, 64> hex;
  std::string other;
  Text hash(hex.data(), hex.size());
  if (form.digest == Digest::Canonical) {
    hash = canonical;
  } else if (form.digest == Digest::Nothing) {
    hash = "";
  } else {
    base::write_hex(digest, hex.data());
    if (form.digest == Digest::Upper) {
      for (char& c : hex) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    } else if (form.digest == Digest::Base64) {
      other = base::to_base64(digest);
    } else if (form.digest == Digest::Raw) {
      other = base::as_text(digest);
    } else if (form.digest == Digest::Twice) {
      other = crypto::hex_digest(form.hash, base::as_text(digest));
    } else if (form.digest == Digest::TwiceHex) {
      other = crypto::hex_digest(form.hash, hash);
    }
    if (!other.empty()) hash = other;
  }
  const auto line = [&](Text text) {
    if (!out.empty()) {
      out += form.join == Join::Crlf         ? Text("\r\n")
             : form.join == Join::None       ? Text("")
             : form.join == Join::Blanks     ? Text(" ")
             : form.join == Join::BackslashN ? Text("\\n")
                                             : Text("\n");
    }
    out += text;
  };
  if (form.join == Join::DigestAlone) {
    out = hash;
    return;
  }
  if (form.join == Join::DateFirst) line(form.date);
  if (form.join != Join::NoAlgorithm) line(form.algorithm);
  if (form.join != Join::NoDate && form.join != Join::DateFirst) line(form.date);
  if (!form.scope.empty()) line(form.scope);
  if (form.digest != Digest::Nothing) line(hash);
  if (form.join == Join::LineEnd) out += '\n';
  if (form.join == Join::LineEndCrlf) out += "\r\n";
}

}  // namespace jianmen::diagnose::signature
