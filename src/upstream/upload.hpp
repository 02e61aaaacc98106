#pragma once
// A request's body on its way to a server: read piece by piece and sent on as fast as the slower
// side goes, with an ear to the server, which may answer before it has all. Thread safety: runs on
// the worker's loop.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/body_source.hpp"
#include "http/response_parser.hpp"
#include "net/task.hpp"
#include "upstream/connection.hpp"

namespace jianmen::upstream {

inline constexpr int kMaxInterim = 16;  // answers of 1xx before the real one
inline constexpr http::Limits kAnswerLimits{};

// Points into connections' buffers between a parse and the next wait: one is enough for a thread.
http::ResponseView& answer_view();

class Upload {
 public:
  enum class End {
    Sent,      // all of it, as was declared
    Answered,  // the server has begun its answer: no more is sent
    Cut,       // the client did not send all of it; cut() says why
    Failed,    // status() says how
  };

  // A source without a length goes as chunks. `idle`: without a byte taken or said by the server.
  Upload(Connection& connection, http::BodySource& source, std::chrono::milliseconds idle,
         net::Deadline deadline);

  net::Task<End> run();
  net::IoStatus status() const { return status_; }
  http::BodySource::State cut() const { return cut_; }

 private:
  struct Ear;
  static net::Task<void> listen(Ear& ear, net::Deadline deadline);

  net::Task<std::optional<End>> take_piece();
  net::Task<std::optional<End>> write(std::string_view bytes);
  std::optional<End> hear();
  bool is_answered();
  net::Deadline within_idle() const;

  Connection& connection_;
  http::BodySource& source_;
  const std::chrono::milliseconds idle_;
  const net::Deadline deadline_;
  std::string_view piece_;
  std::string chunk_;
  int interim_ = 0;
  net::IoStatus status_ = net::IoStatus::Ok;
  http::BodySource::State cut_ = http::BodySource::State::Complete;
};

// A body that is here already.
class WholeBody final : public http::BodySource {
 public:
  explicit WholeBody(std::string_view body) : body_(body), rest_(body) {}
  std::optional<std::uint64_t> length() const override { return body_.size(); }
  net::Task<std::string_view> next() override { co_return std::exchange(rest_, {}); }
  State state() const override { return rest_.empty() ? State::Complete : State::Open; }
  bool rewind() override {
    rest_ = body_;
    return true;
  }

 private:
  std::string_view body_, rest_;
};

}  // namespace jianmen::upstream
