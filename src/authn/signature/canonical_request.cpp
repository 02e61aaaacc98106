#include "authn/signature/canonical_request.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <boost/container/small_vector.hpp>

#include "base/encoding.hpp"
#include "crypto/digest.hpp"

namespace jianmen::authn::signature {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads text byte by byte as it is after percent-decoding, so that nothing is copied to decode,
// sort and encode.
class DecodedReader {
 public:
  DecodedReader(std::string_view text, base::Plus plus) : text_(text), plus_(plus) {}

  // The next byte, or -1 at the end. A % without two hex digits is a percent sign.
  int next() {
    if (at_ == text_.size()) return -1;
    const char c = text_[at_++];
    if (c == '%' && text_.size() - at_ >= 2) {
      const int high = hex_value(text_[at_]), low = hex_value(text_[at_ + 1]);
      if (high >= 0 && low >= 0) {
        at_ += 2;
        return high * 16 + low;
      }
    }
    return c == '+' && plus_ == base::Plus::Space ? ' ' : static_cast<unsigned char>(c);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  base::Plus plus_;
};

void append_encoded_byte(std::string& out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  if (base::is_unreserved(byte)) {
    out += static_cast<char>(byte);
    return;
  }
  const char escape[] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  out.append(escape, sizeof escape);
}

void append_normalized(std::string& out, std::string_view text) {
  DecodedReader reader(text, base::Plus::Space);
  for (int byte = reader.next(); byte >= 0; byte = reader.next()) {
    append_encoded_byte(out, static_cast<unsigned char>(byte));
  }
}

int compare_decoded(std::string_view a, std::string_view b) {
  DecodedReader left(a, base::Plus::Space), right(b, base::Plus::Space);
  while (true) {
    const int x = left.next(), y = right.next();
    if (x != y) return x < y ? -1 : 1;
    if (x < 0) return 0;
  }
}

int compare_encoded(std::string_view a, std::string_view b) {
  std::string left, right;
  append_normalized(left, a);
  append_normalized(right, b);
  return left.compare(right);
}

struct Parameter {
  std::string_view name, value;
};
using Parameters = boost::container::small_vector<Parameter, 32>;

Parameters split_query(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto piece = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (piece.empty()) continue;
    const auto equals = piece.find('=');
    parameters.push_back({piece.substr(0, equals), equals == std::string_view::npos
                                                       ? std::string_view()
                                                       : piece.substr(equals + 1)});
  }
  return parameters;
}

void sort_parameters(Parameters& parameters, int (*compare)(std::string_view, std::string_view)) {
  std::ranges::sort(parameters, [compare](const Parameter& a, const Parameter& b) {
    const int by_name = compare(a.name, b.name);
    return by_name != 0 ? by_name < 0 : compare(a.value, b.value) < 0;
  });
}

// Node.js writes U+0080 to U+00FF as one byte each, but signs their UTF-8 (signing facts, row 18).
void append_header_value(std::string& out, std::string_view value) {
  const bool ascii =
      std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii || base::is_utf8(value)) {
    out += value;
    return;
  }
  for (const unsigned char c : value) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += static_cast<char>(0xc0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
}

bool append_headers(std::string& out, const http::Request& request, std::string_view signed_headers,
                    bool absent_is_empty) {
  return for_each_name(signed_headers, [&](std::string_view name) {
    const auto header = find_signed_header(request, name);
    if (header.count > 1 || (header.count == 0 && !absent_is_empty)) return false;
    out += name;
    out += ':';
    append_header_value(out, header.value);
    out += '\n';
    return true;
  });
}

}  // namespace

void append_canonical_path(std::string& out, std::string_view raw_path, Variant::Path rule) {
  const auto begin = out.size();
  const auto plain = [](unsigned char c) { return base::is_unreserved(c) || c == '/'; };
  if (std::ranges::all_of(raw_path, plain)) {
    out += raw_path;  // the usual path: the same under every rule
  } else if (rule == Variant::Path::P1) {
    DecodedReader reader(raw_path, base::Plus::Literal);
    for (int byte = reader.next(); byte >= 0; byte = reader.next()) {
      if (byte == '/') {
        out += '/';
      } else {
        append_encoded_byte(out, static_cast<unsigned char>(byte));
      }
    }
  } else {
    for (const unsigned char c : raw_path) {
      if (c == '/') {
        out += '/';
      } else {
        append_encoded_byte(out, c);
      }
    }
  }
  if (out.size() == begin || out.back() != '/') out += '/';
}

void append_canonical_query(std::string& out, std::string_view raw_query, Variant::Query rule) {
  auto parameters = split_query(raw_query);
  if (rule == Variant::Query::Q1) sort_parameters(parameters, compare_decoded);
  if (rule == Variant::Query::Q3) sort_parameters(parameters, compare_encoded);
  bool first = true;
  for (const auto& [name, value] : parameters) {
    if (!first) out += '&';
    first = false;
    append_normalized(out, name);
    out += '=';
    append_normalized(out, value);
  }
}

SignedHeader find_signed_header(const http::Request& request, std::string_view name) {
  SignedHeader found;
  for (const auto& header : request.headers) {
    if (header.name.size() != name.size() || !base::equals_ignore_case(header.name, name)) continue;
    if (found.count++ == 0) found.value = base::trim(header.value);
  }
  return found;
}

bool write_canonical_request(std::string& out, const http::Request& request,
                             std::string_view signed_headers, std::string_view payload,
                             const Variant& variant) {
  out.clear();
  out += request.method;
  out += '\n';
  append_canonical_path(out, request.path, variant.path);
  out += '\n';
  if (request.query) append_canonical_query(out, *request.query, variant.query);
  out += '\n';
  if (!append_headers(out, request, signed_headers, variant.absent_header_is_empty)) return false;
  out += '\n';
  out += signed_headers;
  out += '\n';
  out += payload;
  return true;
}

std::optional<std::string> canonical_request(const http::Request& request,
                                             std::string_view signed_headers,
                                             std::string_view payload, const Variant& variant) {
  std::string out;
  if (!write_canonical_request(out, request, signed_headers, payload, variant)) return std::nullopt;
  return out;
}

void write_string_to_sign(std::string& out, Algorithm algorithm, std::string_view sdk_date,
                          std::string_view scope, std::string_view canonical_request) {
  out.clear();
  out += algorithm_name(algorithm);
  out += '\n';
  out += sdk_date;
  out += '\n';
  if (!scope.empty()) {
    out += scope;
    out += '\n';
  }
  std::array<char, 64> hex;
  base::write_hex(crypto::digest(hash_of(algorithm), canonical_request), hex.data());
  out.append(hex.data(), hex.size());
}

std::string string_to_sign(Algorithm algorithm, std::string_view sdk_date, std::string_view scope,
                           std::string_view canonical_request) {
  std::string out;
  write_string_to_sign(out, algorithm, sdk_date, scope, canonical_request);
  return out;
}

}  // namespace jianmen::authn::signature
