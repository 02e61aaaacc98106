#include "authn/signature/canonical_request.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

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

bool is_ascii(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t seen = 0;
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t eight;
    std::memcpy(&eight, at, 8);
    seen |= eight;
  }
  for (; left > 0; ++at, --left) seen |= static_cast<unsigned char>(*at);
  return (seen & 0x8080808080808080) == 0;
}

// Node.js writes U+0080 to U+00FF as one byte each, but signs their UTF-8 (signing facts, row 18).
void append_header_value(std::string& out, std::string_view value) {
  if (is_ascii(value) || base::is_utf8(value)) {
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

char* put(char* to, std::string_view text) { return to + text.copy(to, text.size()); }

// The header lines, the list of their names and the payload's line: in one go but for values that
// are not ASCII.
void append_headers_and_payload(std::string& out, const SignedRequest& request,
                                std::string_view payload) {
  std::size_t size = request.signed_headers().size() + payload.size() + 2;
  bool ascii = true;
  for (const auto& header : request.headers()) {
    size += header.name.size() + header.value.size() + 2;
    ascii = ascii && is_ascii(header.value);
  }
  const std::size_t before = out.size(), whole = before + size;
  if (!ascii) {
    for (const auto& header : request.headers()) {
      out.append(header.name).append(":");
      append_header_value(out, header.value);
      out += '\n';
    }
    out.append("\n").append(request.signed_headers()).append("\n").append(payload);
    return;
  }
  out.resize_and_overwrite(whole, [&](char* begin, std::size_t) {
    char* to = begin + before;
    for (const auto& header : request.headers()) {
      to = put(to, header.name);
      *to++ = ':';
      to = put(to, header.value);
      *to++ = '\n';
    }
    *to++ = '\n';
    to = put(to, request.signed_headers());
    *to++ = '\n';
    put(to, payload);
    return whole;
  });
}

// The unreserved characters of RFC 3986 section 2.3, and the slash.
constexpr std::array<bool, 256> kPlainInPath = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_.~/"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

}  // namespace

void append_canonical_path(std::string& out, std::string_view raw_path, Variant::Path rule) {
  const auto begin = out.size();
  const auto plain = [](unsigned char c) { return kPlainInPath[c]; };
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
    // Names differ mostly in their length or their first letter (without the bit of its case).
    if (header.name.size() != name.size()) continue;
    if (!name.empty() && ((header.name.front() ^ name.front()) & ~0x20) != 0) continue;
    if (!base::equals_ignore_case(header.name, name)) continue;
    if (found.count++ == 0) found.value = base::trim(header.value);
  }
  return found;
}

SignedRequest::SignedRequest(const http::Request& request, std::string_view signed_headers,
                             const ReadBody* read)
    : request_(request), read_(read), signed_headers_(signed_headers) {
  for_each_name(signed_headers, [this](std::string_view name) {
    const auto found = find_signed_header(request_, name);
    headers_.push_back({found, name});
    if (found.count == 0 && missing_.empty()) missing_ = name;
    if (found.count > 1 && repeated_.empty()) repeated_ = name;
    return true;
  });
}

std::string SignedRequest::body_digest(crypto::Hash hash) const {
  if (!read_) return crypto::hex_digest(hash, request_.body);
  return read_->hash == hash ? read_->digest : std::string();
}

const SignedRequest::Named* SignedRequest::find(std::string_view lower_case_name) const {
  for (const auto& header : headers_) {
    if (header.name == lower_case_name) return &header;
  }
  return nullptr;
}

bool write_canonical_request(std::string& out, const SignedRequest& signed_request,
                             std::string_view payload, const Variant& variant) {
  out.clear();
  if (!signed_request.repeated().empty()) return false;
  if (!signed_request.missing().empty() && !variant.absent_header_is_empty) return false;
  const http::Request& request = signed_request.request();
  out += request.method;
  out += '\n';
  append_canonical_path(out, request.path, variant.path);
  out += '\n';
  if (request.query) append_canonical_query(out, *request.query, variant.query);
  out += '\n';
  append_headers_and_payload(out, signed_request, payload);
  return true;
}

bool write_canonical_request(std::string& out, const http::Request& request,
                             std::string_view signed_headers, std::string_view payload,
                             const Variant& variant) {
  return write_canonical_request(out, SignedRequest(request, signed_headers), payload, variant);
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
  const auto digest = crypto::digest(hash_of(algorithm), canonical_request);
  const auto name = algorithm_name(algorithm);
  const std::size_t scope_line = scope.empty() ? 0 : scope.size() + 1;
  const std::size_t size = name.size() + sdk_date.size() + scope_line + 2 + 2 * digest.size();
  out.resize_and_overwrite(size, [&](char* to, std::size_t) {
    to = put(to, name);
    *to++ = '\n';
    to = put(to, sdk_date);
    *to++ = '\n';
    if (!scope.empty()) {
      to = put(to, scope);
      *to++ = '\n';
    }
    base::write_hex(digest, to);
    return size;
  });
}

std::string string_to_sign(Algorithm algorithm, std::string_view sdk_date, std::string_view scope,
                           std::string_view canonical_request) {
  std::string out;
  write_string_to_sign(out, algorithm, sdk_date, scope, canonical_request);
  return out;
}

}  // namespace jianmen::authn::signature
