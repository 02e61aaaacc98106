#include "http/client.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/encoding.hpp"
#include "http/chunked.hpp"
#include "http/detail/characters.hpp"
#include "http/response_parser.hpp"
#include "net/loop.hpp"
#include "net/run.hpp"

namespace jianmen::http {

namespace {

constexpr std::size_t kReadSize = 32'768;

std::optional<std::string_view> find_field(const Fields& fields, std::string_view name) {
  for (const auto& [field, value] : fields) {
    if (base::equals_ignore_case(field, name)) return value;
  }
  return std::nullopt;
}

base::Result<> check(const ClientRequest& request) {
  const auto bad = [](std::string what) {
    return base::fail(base::Code::InvalidArgument, std::move(what));
  };
  if (!detail::is_token(request.method)) return bad("not a method: \"" + request.method + "\"");
  for (const auto& [name, value] : request.headers) {
    if (!detail::is_token(name)) return bad("not a header name: \"" + name + "\"");
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) {
      return bad("line end in the value of header " + name);
    }
    if (base::equals_ignore_case(name, "Transfer-Encoding")) {
      return bad("the header Transfer-Encoding cannot be given");
    }
  }
  const auto length = find_field(request.headers, "Content-Length");
  if (length && *length != std::to_string(request.body.size())) {
    return bad("Content-Length is not the body's");
  }
  return {};
}

std::string head_of(const ClientRequest& request, const Url& url, bool absolute_target) {
  std::string head = request.method + " ";
  if (absolute_target) head.append(url.secure ? "https://" : "http://").append(url.authority);
  head.append(url.target).append(" HTTP/1.1\r\n");
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (!find_field(request.headers, "Host")) add("Host", url.authority);
  for (const auto& [name, value] : request.headers) add(name, value);
  const bool usually_has_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if ((!request.body.empty() || usually_has_body) &&
      !find_field(request.headers, "Content-Length")) {
    add("Content-Length", std::to_string(request.body.size()));
  }
  head.append("\r\n");
  return head;
}

base::Code code_of(net::IoStatus status) {
  return status == net::IoStatus::Failed ? base::Code::Denied : base::Code::Unavailable;
}

ExchangeFault fault_of(net::IoStatus status) {
  return status == net::IoStatus::Timeout ? ExchangeFault::Timeout : ExchangeFault::Cut;
}

base::Result<std::vector<net::Address>> addresses_of(const Url& url,
                                                     const ClientSettings& settings) {
  if (!settings.unix_path.empty()) {
    auto address = net::Address::unix_path(settings.unix_path);
    if (!address) return error_of(address);
    return std::vector{*address};
  }
  if (settings.address) return std::vector{*settings.address};
  auto numeric = net::Address::numeric(url.host, url.port);
  if (numeric) return std::vector{*numeric};
  return net::Address::resolve(url.host, url.port);
}

}  // namespace

std::optional<std::string_view> ClientResponse::find(std::string_view name) const {
  return find_field(headers, name);
}

std::unique_ptr<ClientConnection> ClientConnection::over(std::unique_ptr<net::Stream> stream,
                                                         ClientSettings settings) {
  return std::unique_ptr<ClientConnection>(
      new ClientConnection(std::move(stream), std::move(settings)));
}

ClientConnection::ClientConnection(std::unique_ptr<net::Stream> stream, ClientSettings settings)
    : stream_(std::move(stream)), settings_(std::move(settings)) {}

net::Task<base::Result<std::unique_ptr<ClientConnection>>> ClientConnection::open(
    Url url, ClientSettings settings) {
  net::Loop& loop = *net::Loop::current();
  const auto deadline = net::after(net::SteadyClock::now(), settings.connect_timeout);
  auto addresses = addresses_of(url, settings);
  if (!addresses) co_return error_of(addresses);
  std::unique_ptr<net::Stream> stream;
  base::Error failure;
  for (const net::Address& address : *addresses) {
    auto connected = co_await net::connect(loop, address, deadline);
    if (connected) {
      stream = std::move(*connected);
      break;
    }
    failure = std::move(connected.error());
  }
  if (!stream) co_return std::unexpected(std::move(failure));

  if (url.secure) {
    if (!settings.tls) {
      auto usual = net::TlsClientContext::create({});
      if (!usual) co_return error_of(usual);
      settings.tls = std::move(*usual);
    }
    auto started = stream->start_tls(*settings.tls, url.host);
    if (!started) co_return error_of(started);
    const auto status = co_await stream->handshake(deadline);
    if (status != net::IoStatus::Ok) {
      co_return base::fail(code_of(status),
                           "TLS with " + url.host + ": " + stream->failure(status));
    }
  }
  co_return std::unique_ptr<ClientConnection>(
      new ClientConnection(std::move(stream), std::move(settings)));
}

net::Task<base::Result<ClientResponse>> ClientConnection::exchange(ClientRequest request) {
  auto checked = check(request);
  if (!checked) co_return error_of(checked);
  auto url = parse_url(request.url);
  if (!url) co_return error_of(url);
  const auto deadline = net::after(net::SteadyClock::now(), settings_.timeout);
  reusable_ = false;  // until the answer is here in one piece
  fault_ = ExchangeFault::None;

  const std::string head = head_of(request, *url, settings_.absolute_target);
  const net::WriteLimits limits{.stall = settings_.timeout, .total = deadline};
  const auto status = co_await stream_->write_all(head, request.body, limits);
  // One who answers before the body is over, and closes, has still answered.
  if (status != net::IoStatus::Ok && status != net::IoStatus::Closed) {
    fault_ = fault_of(status);
    co_return base::fail(code_of(status), "sending the request: " + stream_->failure(status));
  }
  co_return co_await read_response(request.method == "HEAD", deadline);
}

// False: the other side has finished.
net::Task<base::Result<bool>> ClientConnection::read_more(net::Deadline deadline) {
  const std::size_t size = received_.size();
  received_.resize(size + kReadSize);
  const auto room = std::span(received_.data() + size, kReadSize);
  const net::IoResult got = co_await stream_->read_some(room, deadline);
  received_.resize(size + got.bytes);
  if (!got && got.status != net::IoStatus::End) {
    fault_ = fault_of(got.status);
    co_return base::fail(code_of(got.status),
                         "reading the answer: " + stream_->failure(got.status));
  }
  co_return got.status != net::IoStatus::End;
}

net::Task<base::Result<>> ClientConnection::need_more(net::Deadline deadline) {
  auto more = co_await read_more(deadline);
  if (!more) co_return error_of(more);
  if (!*more) {
    fault_ = ExchangeFault::Cut;
    co_return base::fail(base::Code::Unavailable,
                         "reading the answer: the other side closed the connection");
  }
  co_return base::Result<>();
}

net::Task<base::Result<ClientResponse>> ClientConnection::read_response(bool head_only,
                                                                        net::Deadline deadline) {
  ResponseHead head;
  while (true) {
    auto parsed = parse_response_head(received_, head_only, settings_.limits);
    if (!parsed) {
      fault_ = ExchangeFault::Malformed;
      co_return error_of(parsed);
    }
    if (parsed->size > 0) {
      received_.erase(0, parsed->size);
      const int status = parsed->response.status;
      if (status >= 200) {
        head = std::move(*parsed);
        break;
      }
      if (status == 101) {
        fault_ = ExchangeFault::Malformed;
        co_return base::fail(base::Code::Unavailable, "unasked-for upgrade");
      }
    } else {
      auto more = co_await need_more(deadline);
      if (!more) {
        // A greeting of another protocol never becomes a head.
        const bool other = !received_.empty() && !received_.starts_with("HTTP/");
        if (fault_ == ExchangeFault::Cut && other) fault_ = ExchangeFault::Malformed;
        co_return error_of(more);
      }
    }
  }

  base::Result<std::string> body;
  if (head.body == BodyEnd::Length) {
    if (head.content_length > settings_.limits.body) {
      fault_ = ExchangeFault::TooLarge;
      co_return base::fail(base::Code::TooLarge, "the answer is too large");
    }
    body = co_await read_sized(head.content_length, deadline);
  } else if (head.body == BodyEnd::Chunked) {
    body = co_await read_chunked(deadline);
  } else if (head.body == BodyEnd::Close) {
    body = co_await read_to_end(deadline);
  }
  if (!body) co_return error_of(body);
  head.response.body = std::move(*body);
  // Bytes after an answer to the only request are nobody's: never let them become the next answer.
  reusable_ = head.keep_alive && received_.empty();
  co_return std::move(head.response);
}

net::Task<base::Result<std::string>> ClientConnection::read_sized(std::size_t size,
                                                                  net::Deadline deadline) {
  while (received_.size() < size) {
    auto more = co_await need_more(deadline);
    if (!more) co_return error_of(more);
  }
  std::string rest = received_.substr(size);
  received_.resize(size);
  co_return std::exchange(received_, std::move(rest));
}

net::Task<base::Result<std::string>> ClientConnection::read_chunked(net::Deadline deadline) {
  ChunkedDecoder chunks(settings_.limits.body);
  std::size_t read_at = 0;
  std::size_t content_end = 0;
  while (true) {
    const auto state = chunks.decode(received_.data(), read_at, content_end, received_.size());
    if (state == ChunkedDecoder::State::Complete) break;
    if (state == ChunkedDecoder::State::TooLarge) {
      fault_ = ExchangeFault::TooLarge;
      co_return base::fail(base::Code::TooLarge, "the answer is too large");
    }
    if (state == ChunkedDecoder::State::Malformed) {
      fault_ = ExchangeFault::Malformed;
      co_return base::fail(base::Code::Unavailable,
                           "malformed answer: " + std::string(chunks.reason()));
    }
    received_.resize(content_end);  // all is decoded: the room of the framing serves again
    read_at = content_end;
    auto more = co_await need_more(deadline);
    if (!more) co_return error_of(more);
  }
  std::string rest = received_.substr(read_at);
  received_.resize(content_end);
  co_return std::exchange(received_, std::move(rest));
}

net::Task<base::Result<std::string>> ClientConnection::read_to_end(net::Deadline deadline) {
  while (received_.size() <= settings_.limits.body) {
    auto more = co_await read_more(deadline);
    if (!more) co_return error_of(more);
    if (!*more) co_return std::exchange(received_, {});
  }
  fault_ = ExchangeFault::TooLarge;
  co_return base::fail(base::Code::TooLarge, "the answer is too large");
}

net::Task<base::Result<ClientResponse>> fetch(ClientRequest request, ClientSettings settings) {
  auto url = parse_url(request.url);
  if (!url) co_return error_of(url);
  auto connection = co_await ClientConnection::open(std::move(*url), std::move(settings));
  if (!connection) co_return error_of(connection);
  // This connection is for one request: say so, unless the caller says something himself.
  if (!find_field(request.headers, "Connection"))
    request.headers.emplace_back("Connection", "close");
  co_return co_await (*connection)->exchange(std::move(request));
}

base::Result<ClientResponse> fetch_blocking(ClientRequest request, ClientSettings settings) {
  return net::run(fetch(std::move(request), std::move(settings)));
}

}  // namespace jianmen::http
