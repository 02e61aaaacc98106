// The chunked coding: read whole or in pieces it is the same, and ends at the same byte.

#include <algorithm>
#include <string>

#include "fuzz.hpp"
#include "http/chunked.hpp"

namespace jianmen::fuzz {

namespace {

using State = http::ChunkedDecoder::State;
constexpr std::size_t kMaxBody = 4096;

struct Decoded {
  State state = State::NeedMore;
  std::string content;
  std::size_t used = 0;  // bytes of the input
};

Decoded decode(std::string_view input, std::size_t step) {
  http::ChunkedDecoder decoder(kMaxBody);
  Decoded out;
  std::string buffer;
  std::size_t write_at = 0;
  for (std::size_t taken = 0; out.state == State::NeedMore && taken < input.size();) {
    const auto piece = input.substr(taken, step);
    buffer.resize(write_at);
    buffer += piece;
    std::size_t read_at = write_at;
    out.state = decoder.decode(buffer.data(), read_at, write_at, buffer.size());
    expect(write_at <= read_at && read_at <= buffer.size(), "positions are within the buffer");
    out.used = taken + piece.size() - (buffer.size() - read_at);
    taken += piece.size();
  }
  out.content = buffer.substr(0, write_at);
  return out;
}

}  // namespace

void fuzz(std::string_view input) {
  const std::size_t step = take_step(input);
  const Decoded whole = decode(input, input.size()), pieces = decode(input, step);
  expect(whole.state == pieces.state, "pieces are read as the whole is");
  if (whole.state != State::Complete) return;
  expect(whole.content == pieces.content, "pieces give the same content");
  expect(whole.used == pieces.used, "the next message begins at the same byte");
  expect(whole.content.size() <= kMaxBody, "the bound holds");
}

}  // namespace jianmen::fuzz
