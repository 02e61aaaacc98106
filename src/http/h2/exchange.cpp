#include "http/h2/exchange.hpp"

#include <charconv>

#include "base/encoding.hpp"
#include "http/detail/field_line.hpp"
#include "http/detail/host.hpp"

namespace jianmen::http::h2 {

namespace {

constexpr std::size_t kKeepText = 16 * 1024;
constexpr std::size_t kFieldOverhead = 32;  // RFC 9113 section 6.5.2
// Beyond so many times the limits the connection ends: a block that repeats one indexed field costs
// its sender a byte a field.
constexpr std::size_t kPatience = 8;
constexpr std::string_view kHost = "host";
constexpr std::string_view kCookie = "cookie";

}  // namespace

void Exchange::begin(std::int32_t stream, net::Deadline now) {
  stream_id = stream;
  state = State::Receiving;
  began = progress = now;
}

void Exchange::reset() {
  stream_id = 0;
  text_.clear();
  cookie_.clear();
  if (text_.capacity() > kKeepText) text_ = std::string();
  if (cookie_.capacity() > kKeepText) cookie_ = std::string();
  body = std::string();
  fields_.clear();
  headers_.clear();
  request = {};
  response = {};
  sent = discarded = head_bytes_ = field_count_ = 0;
  method_ = path_ = authority_ = host_ = {};
  streaming = false;
  refusal_status_ = 0;
  refusal_ = {};
  expects_continue_ = false;
  next = previous = nullptr;
}

void Exchange::refuse(int status, std::string_view reason) {
  if (refused()) return;
  refusal_status_ = status;
  refusal_ = reason;
}

Exchange::Piece Exchange::keep(std::string_view text) {
  const Piece piece{static_cast<std::uint32_t>(text_.size()),
                    static_cast<std::uint32_t>(text.size()), true};
  text_.append(text);
  return piece;
}

bool Exchange::take_field(std::string_view name, std::string_view value, const Limits& limits) {
  head_bytes_ += name.size() + value.size() + kFieldOverhead;
  ++field_count_;
  if (head_bytes_ > kPatience * limits.head || field_count_ > kPatience * kMaxHeaders) return false;
  if (refused()) return true;
  if (name.starts_with(':')) {
    if (name == ":method") method_ = keep(value);
    if (name == ":authority") authority_ = keep(value);
    if (name == ":path") {
      if (value.size() > limits.request_line) {
        refuse(414, "request target too long");
      } else {
        path_ = keep(value);
      }
    }
    return true;
  }
  if (head_bytes_ > limits.head + limits.headers * kFieldOverhead) {
    refuse(431, "request head too large");
    return true;
  }
  if (value.size() > limits.header_value) {
    refuse(431, "header value too long");
    return true;
  }
  const HeaderId id = detail::header_id(name);
  if (id == HeaderId::Host) {
    if (host_.given) refuse(400, "more than one Host");
    host_ = keep(value);
    return true;
  }
  if (name == kCookie) {
    // RFC 9113 section 8.2.3: crumbs are one field again.
    if (!cookie_.empty()) cookie_ += "; ";
    cookie_ += value;
    return true;
  }
  if (fields_.size() >= limits.headers || fields_.size() >= kMaxHeaders) {
    refuse(431, "too many header lines");
    return true;
  }
  const Piece kept_name = keep(name);
  fields_.push_back({kept_name, keep(value), id});
  if (id != HeaderId::Other) take_known(id, value, limits);
  return true;
}

void Exchange::take_known(HeaderId id, std::string_view value, const Limits& limits) {
  if (id == HeaderId::Expect) {
    if (base::equals_ignore_case(value, "100-continue")) {
      expects_continue_ = true;
    } else {
      refuse(417, "unknown expectation");
    }
  }
  if (id == HeaderId::ContentLength) {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (error == std::errc::result_out_of_range || length > limits.body) {
      refuse(413, "body too large");
    } else if (error != std::errc() || end != value.data() + value.size()) {
      refuse(400, "malformed Content-Length");
    }
  }
}

void Exchange::check_target() {
  const std::string_view method = view(method_), path = view(path_);
  if (method == "CONNECT") return refuse(400, "CONNECT is not served");
  if (path == "*" && method == "OPTIONS") return;
  if (!path.starts_with('/')) return refuse(400, "target is not a path");
  if (path.find('#') != path.npos) return refuse(400, "fragment in the target");
}

// RFC 9113 section 8.3.1: :authority takes the place of Host; two that differ are two requests.
void Exchange::check_host() {
  if (!authority_.given && !host_.given) return refuse(400, "no Host");
  if (!authority_.given) authority_ = host_;
  if (!detail::is_host(view(authority_))) return refuse(400, "malformed Host");
  if (host_.given && view(host_) != view(authority_)) {
    return refuse(400, "Host differs from the target's");
  }
}

void Exchange::finish_head(const Limits& limits) {
  check_target();
  check_host();
  if (cookie_.size() > limits.header_value) refuse(431, "header value too long");
}

void Exchange::finish(std::string_view peer, bool secure) {
  headers_.reserve(fields_.size() + 2);
  headers_.push_back({kHost, view(authority_), HeaderId::Host});
  for (const Field& field : fields_) {
    headers_.push_back({view(field.name), view(field.value), field.id});
  }
  if (!cookie_.empty()) headers_.push_back({kCookie, cookie_, HeaderId::Other});
  request.method = view(method_);
  request.target = view(path_);
  const std::size_t mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != request.target.npos) request.query = request.target.substr(mark + 1);
  request.headers = headers_;
  request.body = body;
  request.peer = peer;
  request.secure = secure;
}

}  // namespace jianmen::http::h2
