#include "http/chunked.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace jianmen::http {
namespace {

using namespace std::string_literals;
using State = ChunkedDecoder::State;

struct Decoded {
  State state = State::NeedMore;
  std::string body;
  std::string rest;
};

Decoded decode(const std::string& input, std::size_t piece, std::size_t max_body = 1000) {
  ChunkedDecoder decoder(max_body);
  std::string buffer = "HEAD";
  std::size_t read_at = 4;
  std::size_t write_at = 4;
  State state = State::NeedMore;
  for (std::size_t at = 0; at < input.size() && state == State::NeedMore; at += piece) {
    buffer.append(input, at, piece);
    state = decoder.decode(buffer.data(), read_at, write_at, buffer.size());
  }
  EXPECT_TRUE(buffer.starts_with("HEAD"));
  return {state, buffer.substr(4, write_at - 4), buffer.substr(read_at)};
}

struct Row {
  const char* name;
  State state;
  std::string input;
  std::string body = {};
};

// Sections of RFC 9112.
const std::vector<Row> kRows = {
    {"one chunk [7.1]", State::Complete, "5\r\nhello\r\n0\r\n\r\n", "hello"},
    {"several chunks [7.1]", State::Complete, "1\r\na\r\nA\r\n0123456789\r\n0\r\n\r\n",
     "a0123456789"},
    {"no content [7.1]", State::Complete, "0\r\n\r\n", ""},
    {"leading zeros [7.1]", State::Complete, "0005\r\nhello\r\n000\r\n\r\n", "hello"},
    {"hexadecimal in either case [7.1]", State::Complete,
     "1a\r\n" + std::string(26, 'x') + "\r\n1A\r\n" + std::string(26, 'y') + "\r\n0\r\n\r\n",
     std::string(26, 'x') + std::string(26, 'y')},
    {"content that looks like framing", State::Complete, "7\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n",
     "0\r\n\r\n\r\n"},
    {"an extension [7.1.1]", State::Complete, "5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n", "hello"},
    {"trailers are dropped [7.1.2]", State::Complete,
     "5\r\nhello\r\n0\r\nX: y\r\nHost: evil\r\n\r\n", "hello"},
    {"not over yet", State::NeedMore, "5\r\nhel", "hel"},
    {"no last chunk yet", State::NeedMore, "5\r\nhello\r\n", "hello"},
    {"no end of the trailers yet", State::NeedMore, "0\r\nX: y\r\n"},
    {"no size [7.1]", State::Malformed, "\r\nhello\r\n"},
    {"a size that is no number [7.1]", State::Malformed, "g\r\n"},
    {"a size with 0x [7.1]", State::Malformed, "0x5\r\nhello\r\n0\r\n\r\n"},
    {"a negative size [7.1]", State::Malformed, "-5\r\nhello\r\n0\r\n\r\n"},
    {"a signed size [7.1]", State::Malformed, "+5\r\nhello\r\n0\r\n\r\n"},
    {"a blank before the size [7.1]", State::Malformed, " 5\r\nhello\r\n0\r\n\r\n"},
    {"a blank before an extension is read over [7.1.1]", State::Complete,
     "5 \t;a=b\r\nhello\r\n0\r\n\r\n", "hello"},
    {"blanks before an extension without an extension [7.1.1]", State::Malformed,
     "5 \t 5\r\nhello\r\n0\r\n\r\n"},
    {"a blank after the size [7.1]", State::Malformed, "5 \r\nhello\r\n0\r\n\r\n"},
    {"a size line ending in LF only [2.2]", State::Malformed, "5\nhello\r\n0\r\n\r\n"},
    {"a size line ending in CR only [2.2]", State::Malformed, "5\rhello\r\n0\r\n\r\n"},
    {"LF hidden in an extension [7.1.1]", State::Malformed, "5;a\nhello\r\n0\r\n\r\n"},
    {"NUL in an extension [7.1.1]", State::Malformed, "5;a\0b\r\nhello\r\n0\r\n\r\n"s},
    {"content longer than its size [7.1]", State::Malformed, "4\r\nhello\r\n0\r\n\r\n"},
    {"no CR after the content [7.1]", State::Malformed, "5\r\nhello\n0\r\n\r\n"},
    {"a size beyond 32 bits [7.1]", State::Malformed, "100000000\r\n"},
    {"a size that wraps [7.1]", State::Malformed, "FFFFFFFFFFFFFFFF\r\n"},
    {"a trailer without a name [7.1.2]", State::Malformed, "0\r\n: y\r\n\r\n"},
    {"a trailer with a blank before the colon [7.1.2]", State::Malformed, "0\r\nX : y\r\n\r\n"},
    {"a folded trailer [7.1.2]", State::Malformed, "0\r\nX: y\r\n z\r\n\r\n"},
    {"a trailer ending in LF only [7.1.2]", State::Malformed, "0\r\nX: y\n\r\n"},
    {"a trailer with NUL [7.1.2]", State::Malformed, "0\r\nX: \0\r\n\r\n"s},
    {"the end is a bare LF [2.2]", State::Malformed, "0\r\n\n"},
    {"endless extensions [7.1.1]", State::Malformed, "5;" + std::string(9000, 'a')},
    {"extensions that add up [7.1.1]", State::Malformed,
     [] {
       std::string text;
       for (int i = 0; i < 100; ++i) text += "1;" + std::string(100, 'e') + "\r\nx\r\n";
       return text;
     }()},
    {"endless trailers [7.1.2]", State::Malformed, "0\r\nX: " + std::string(9000, 'a')},
    {"a chunk over the limit", State::TooLarge, "3e9\r\n"},
    {"chunks that add up over the limit", State::TooLarge,
     "3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\n"},
    {"chunks up to the limit", State::Complete,
     "3e8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n", std::string(1000, 'x')},
};

TEST(ChunkedDecoderTest, SaysTheSameHoweverTheBytesArrive) {
  for (const Row& row : kRows) {
    for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 64UL, row.input.size()}) {
      const Decoded result = decode(row.input, piece);
      EXPECT_EQ(result.state, row.state) << row.name << ", pieces of " << piece;
      if (row.state == State::Complete || row.state == State::NeedMore) {
        EXPECT_EQ(result.body, row.body) << row.name << ", pieces of " << piece;
      }
    }
  }
}

TEST(ChunkedDecoderTest, LeavesTheNextMessageAlone) {
  const std::string input = "5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
  const Decoded result = decode(input, input.size());
  EXPECT_EQ(result.state, State::Complete);
  EXPECT_EQ(result.body, "hello");
  EXPECT_EQ(result.rest, "GET / HTTP/1.1\r\n");
}

}  // namespace
}  // namespace jianmen::http
