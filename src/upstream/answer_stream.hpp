#pragma once
// The body of an answer that is too long to be held, read from the upstream only as fast as the
// client takes it. Thread safety: lives on the loop of the connection.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/body_stream.hpp"
#include "http/chunked.hpp"
#include "http/response_parser.hpp"
#include "upstream/pool.hpp"

namespace jianmen::upstream {

struct AnswerBody {
  http::BodyEnd end = http::BodyEnd::None;
  std::uint64_t length = 0;  // of BodyEnd::Length
  bool reusable = false;     // the connection serves again once the body is over
  net::Deadline deadline = net::kNoDeadline;
  std::string request_id;
};

class AnswerStream final : public http::BodyStream {
 public:
  AnswerStream(Pool::Lease lease, AnswerBody body, std::shared_ptr<const void> keep);

  net::Task<std::optional<std::string>> next() override;
  bool failed() const override { return failed_; }
  bool has_end() const override { return true; }

 private:
  enum class Taken { Piece, Nothing, End, Broken };
  Taken take(std::string& piece);
  void finish();
  void fail(std::string_view reason);

  std::shared_ptr<const void> keep_;  // outlives the lease
  Pool::Lease lease_;
  AnswerBody body_;
  http::ChunkedDecoder chunks_;
  net::Deadline silent_since_ = net::kNoDeadline;
  bool over_ = false;  // all of it has been taken
  bool failed_ = false;
};

// A body that is never asked for: the answer to a HEAD whose length nobody knows.
class NoBody final : public http::BodyStream {
 public:
  net::Task<std::optional<std::string>> next() override { co_return std::nullopt; }
  bool has_end() const override { return true; }
};

}  // namespace jianmen::upstream
