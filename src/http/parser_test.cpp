#include "http/parser.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace jianmen::http {
namespace {

using namespace std::string_literals;

constexpr int kAccepted = 200;
constexpr int kMore = 0;

// What a parser says in the end, as one comparable text.
std::string outcome(const RequestParser& parser, ParseState state) {
  if (state == ParseState::NeedMore) return "needs more";
  if (state == ParseState::Refused) {
    return std::to_string(parser.status()) + " " + std::string(parser.reason());
  }
  const Request request = parser.request();
  std::string text = std::string(request.method) + "|" + std::string(request.target) + "|" +
                     std::string(request.path) + "|" +
                     (request.query ? "?" + std::string(*request.query) : "-") + "|1." +
                     std::to_string(request.minor_version) + "|" + std::string(request.host()) +
                     "|" + std::to_string(parser.head_size()) + "|" +
                     std::to_string(static_cast<int>(parser.framing())) + "|" +
                     std::to_string(parser.content_length()) + (parser.keep_alive() ? "|k" : "|c") +
                     (parser.expects_continue() ? "e" : "");
  for (const Header& header : request.headers) {
    text.append("\n").append(header.name).append("=").append(header.value);
    text.append("#" + std::to_string(static_cast<int>(header.id)));
  }
  return text;
}

std::string parse_whole(const std::string& input, const Limits& limits = {}) {
  RequestParser parser(limits);
  const ParseState state = parser.parse(input);
  return outcome(parser, state);
}

// The pieces arrive one after the other, each time in a buffer at another place.
std::string parse_in_pieces(const std::string& input, const std::vector<std::size_t>& cuts,
                            const Limits& limits = {}) {
  RequestParser parser(limits);
  auto buffer = std::make_unique<std::string>();
  ParseState state = ParseState::NeedMore;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= cuts.size() && state == ParseState::NeedMore; ++i) {
    const std::size_t to = i < cuts.size() ? cuts[i] : input.size();
    auto moved = std::make_unique<std::string>();
    moved->reserve(buffer->size() + to - from + 1);
    moved->append(*buffer).append(input, from, to - from);
    parser.move(buffer->data(), moved->data());
    buffer = std::move(moved);
    from = to;
    state = parser.parse(*buffer);
  }
  return outcome(parser, state);
}

std::vector<std::size_t> every_position(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < size; ++i) cuts.push_back(i);
  return cuts;
}

int status_of(const std::string& outcome) {
  if (outcome == "needs more") return kMore;
  if (outcome[0] >= '4' && outcome[0] <= '5') return std::stoi(outcome.substr(0, 3));
  return kAccepted;
}

struct Row {
  const char* name;
  int status;
  std::string input;
};

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string with(const std::string& lines) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

// Numbers in brackets are sections of RFC 9112, with "H" of RFC 9110.
const std::vector<Row> kRows = {
    // The request line
    {"a plain request [3]", kAccepted, get("/")},
    {"any token is a method [H9.1]", kAccepted, "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"the case of a method is kept [H9.1]", kAccepted, "get / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a method that is no token [3.1]", 400, "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a method with a control character [3.1]", 400, "GE\x01T / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a method beyond ASCII [3.1]", 400, "G\xc3\x89T / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"no method [3.1]", 400, " / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a very long method [3]", 400, std::string(33, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"one empty line before the request [2.2]", kAccepted, "\r\n" + get("/")},
    {"two empty lines before the request [2.2]", 400, "\r\n\r\n" + get("/")},
    {"a bare LF before the request [2.2]", 400, "\n" + get("/")},
    {"two blanks before the target [3]", 400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"two blanks after the target [3]", 400, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a tab instead of a blank [3]", 400, "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a blank at the end of the line [3]", 400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
    {"a blank inside the target [3.2]", 400, get("/a b")},
    {"no version [3]", 400, "GET /\r\nHost: a\r\n\r\n"},
    {"no target [3]", 400, "GET HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"the line ends in a bare LF [2.2]", 400, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
    {"the line ends in a bare CR [2.2]", 400, "GET / HTTP/1.1\rHost: a\r\n\r\n"},
    {"CR CR LF [2.2]", 400, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"},
    // The version
    {"HTTP/1.0 needs no Host [3.2]", kAccepted, "GET / HTTP/1.0\r\n\r\n"},
    {"a later HTTP/1 is read as 1.1 [H2.5]", kAccepted, "GET / HTTP/1.9\r\nHost: a\r\n\r\n"},
    {"HTTP/2.0 [H15.6.6]", 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
    {"the preface of HTTP/2 [H15.6.6]", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"HTTP/9.9 [H15.6.6]", 505, "GET / HTTP/9.9\r\nHost: a\r\n\r\n"},
    {"HTTP/0.9 [2.3]", 400, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"},
    {"the version in lower case [2.3]", 400, "GET / http/1.1\r\nHost: a\r\n\r\n"},
    {"a version without a minor number [2.3]", 400, "GET / HTTP/1\r\nHost: a\r\n\r\n"},
    {"a version of two digits [2.3]", 400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"},
    {"another protocol [2.3]", 400, "GET / ICAP/1.0\r\nHost: a\r\n\r\n"},
    {"HTTP/1.x [2.3]", 400, "GET / HTTP/1.x\r\nHost: a\r\n\r\n"},
    // The target
    {"path and query [3.2.1]", kAccepted, get("/v3/projects?name=a&limit=10")},
    {"a second question mark belongs to the query", kAccepted, get("/a?b?c")},
    {"an empty query is a query", kAccepted, get("/a?")},
    {"raw UTF-8 in path and query, as clients send it", kAccepted,
     get("/\xe4\xb8\xad?n=\xe6\x96\x87")},
    {"raw brackets in the query, as clients send it", kAccepted, get("/a?k[sub]={\"v\"}|^`<>\\")},
    {"dots and double slashes stay as they are", kAccepted, get("/a/../b//c/./d;e")},
    {"NUL in the target [3.2]", 400, get("/a\0b"s)},
    {"a control character in the target [3.2]", 400,
     get("/a\x1f"
         "b")},
    {"a tab in the target [3.2]", 400, get("/a\tb")},
    {"DEL in the target [3.2]", 400,
     get("/a\x7f"
         "b")},
    {"a fragment in the target [3.2]", 400, get("/a#b")},
    {"a target that is no path [3.2]", 400, get("a/b")},
    {"a query without a path [3.2]", 400, get("?a=b")},
    {"a URL whose host is the Host [3.2.2]", kAccepted, get("http://a/b?c")},
    {"a URL without a path [3.2.2]", kAccepted, get("HTTPS://a?c")},
    {"a URL whose host is the Host in another case [H4.2.3]", kAccepted, get("http://A/b")},
    {"a URL of another host than Host [3.2.2]", 400, get("http://b/")},
    {"a URL without a host [H4.2.1]", 400, get("http:///b")},
    {"a URL with a user's name [H4.2.4]", 400, get("http://user@a/")},
    {"a URL of another scheme [3.2.2]", 400, get("ftp://a/")},
    {"a URL with a fragment [3.2.2]", 400, get("http://a/b#c")},
    {"an HTTP/1.0 URL without Host", 400, "GET http://a/ HTTP/1.0\r\n\r\n"},
    {"OPTIONS * [3.2.4]", kAccepted, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"GET * [3.2.4]", 400, get("*")},
    {"CONNECT [3.2.3]", 400, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"},
    {"authority-form without CONNECT [3.2.3]", 400, get("a:443")},
    // Host
    {"no Host [3.2]", 400, "GET / HTTP/1.1\r\n\r\n"},
    {"no Host but other headers [3.2]", 400, "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"},
    {"two Hosts [3.2]", 400, with("Host: b\r\n")},
    {"the same Host twice [3.2]", 400, with("host: a\r\n")},
    {"two Hosts in HTTP/1.0 [3.2]", 400, "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"},
    {"a Host with a port", kAccepted, "GET / HTTP/1.1\r\nHost: ecs.cn-north-4.x.com:8443\r\n\r\n"},
    {"a Host that is an IPv6 address", kAccepted, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"},
    {"an empty Host [H4.2.1]", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {"a Host that is only a port [H7.2]", 400, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"},
    {"a Host with a path [H7.2]", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
    {"a Host with a user's name [H7.2]", 400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"},
    {"a list of Hosts [H7.2]", 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
    {"a Host beyond ASCII [H7.2]", 400, "GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n"},
    {"a Host with letters for a port [H7.2]", 400, "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"},
    {"a Host with too high a port [H7.2]", 400, "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"},
    {"a Host with an open bracket [H7.2]", 400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"},
    {"a Host with text after the bracket [H7.2]", 400, "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n"},
    // Header lines
    {"blanks around a value [5.1]", kAccepted, with("X: \t a b \t \r\n")},
    {"an empty value [5]", kAccepted, with("X:\r\n")},
    {"a tab inside a value [H5.5]", kAccepted, with("X: a\tb\r\n")},
    {"UTF-8 in a value [H5.5]", kAccepted,
     with("X: \xe4\xb8\xad\xe6\x96\x87 and more of that text\r\n")},
    {"a colon in a value", kAccepted, with("X: a:b\r\n")},
    {"a blank before the colon [5.1]", 400, with("X : a\r\n")},
    {"a blank inside the name [5.1]", 400, with("X Y: a\r\n")},
    {"an empty name [5.1]", 400, with(": a\r\n")},
    {"no colon [5]", 400, with("X\r\n")},
    {"a name that is no token [5.1]", 400, with("X@: a\r\n")},
    {"a name beyond ASCII [5.1]", 400, with("X\xc3\xa9: a\r\n")},
    {"NUL in a name [5.1]", 400, with("X\0Y: a\r\n"s)},
    {"a folded line [5.2]", 400, with("X: a\r\n b\r\n")},
    {"a line folded by a tab [5.2]", 400, with("X: a\r\n\tb\r\n")},
    {"a blank before the first header [2.2]", 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
    {"NUL in a value [H5.5]", 400, with("X: a\0b\r\n"s)},
    {"a bare CR in a value [H5.5]", 400, with("X: a\rb\r\n")},
    {"a bare LF at the line's end [2.2]", 400, with("X: a\nY: b\r\n")},
    {"another control character in a value [H5.5]", 400,
     with("X: a\x0b"
          "b\r\n")},
    {"DEL in a value [H5.5]", 400,
     with("X: a\x7f"
          "b\r\n")},
    {"a control character late in a long value", 400,
     with("X: " + std::string(100, 'a') + "\x01\r\n")},
    {"the last empty line is a bare LF [2.2]", 400, "GET / HTTP/1.1\r\nHost: a\r\n\n"},
    {"the last empty line is CR and more [2.2]", 400, "GET / HTTP/1.1\r\nHost: a\r\n\rX"},
    // Framing
    {"a Content-Length [6.2]", kAccepted, with("Content-Length: 5\r\n")},
    {"a Content-Length of zero [6.2]", kAccepted, with("Content-Length: 0\r\n")},
    {"two different Content-Lengths [6.3]", 400,
     with("Content-Length: 5\r\nContent-Length: 6\r\n")},
    {"the same Content-Length twice [6.3]", 400,
     with("Content-Length: 5\r\nContent-Length: 5\r\n")},
    {"zero and another Content-Length [6.3]", 400,
     with("Content-Length: 0\r\nContent-Length: 5\r\n")},
    {"a list of Content-Lengths [6.3]", 400, with("Content-Length: 5, 5\r\n")},
    {"an empty Content-Length [6.3]", 400, with("Content-Length:\r\n")},
    {"a signed Content-Length [6.3]", 400, with("Content-Length: +5\r\n")},
    {"a negative Content-Length [6.3]", 400, with("Content-Length: -5\r\n")},
    {"a hexadecimal Content-Length [6.3]", 400, with("Content-Length: 0x5\r\n")},
    {"a broken Content-Length [6.3]", 400, with("Content-Length: 5 5\r\n")},
    {"a Content-Length over 64 bits [6.3]", 400, with("Content-Length: 18446744073709551621\r\n")},
    {"a Content-Length over the limit [H15.5.14]", 413, with("Content-Length: 12582913\r\n")},
    {"a Content-Length at the limit", kAccepted, with("Content-Length: 12582912\r\n")},
    {"chunked [6.1]", kAccepted, with("Transfer-Encoding: chunked\r\n")},
    {"chunked in capitals [7]", kAccepted, with("Transfer-Encoding: Chunked\r\n")},
    {"Content-Length, then chunked [6.3]", 400,
     with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
    {"chunked, then Content-Length [6.3]", 400,
     with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
    {"Content-Length of zero and chunked [6.3]", 400,
     with("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")},
    {"xchunked [6.1]", 501, with("Transfer-Encoding: xchunked\r\n")},
    {"gzip [6.1]", 501, with("Transfer-Encoding: gzip\r\n")},
    {"gzip, chunked [6.1]", 501, with("Transfer-Encoding: gzip, chunked\r\n")},
    {"identity [6.1]", 501, with("Transfer-Encoding: identity\r\n")},
    {"chunked, identity [6.3]", 400, with("Transfer-Encoding: chunked, identity\r\n")},
    {"chunked, chunked [6.3]", 400, with("Transfer-Encoding: chunked, chunked\r\n")},
    {"chunked with an empty element [6.3]", 400, with("Transfer-Encoding: ,chunked\r\n")},
    {"chunked with a comma behind [6.3]", 400, with("Transfer-Encoding: chunked,\r\n")},
    {"chunked in quotes [6.3]", 400, with("Transfer-Encoding: \"chunked\"\r\n")},
    {"chunked after a vertical tab [6.1]", 400,
     with("Transfer-Encoding: \x0b"
          "chunked\r\n")},
    {"an empty Transfer-Encoding [6.3]", 400, with("Transfer-Encoding:\r\n")},
    {"Transfer-Encoding twice [6.3]", 400,
     with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
    {"a blank before the colon of Transfer-Encoding [5.1]", 400,
     with("Transfer-Encoding : chunked\r\n")},
    {"chunked in HTTP/1.0 [6.1]", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"GET with a body [H9.3.1]", kAccepted,
     "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"},
    // Connection and Expect
    {"Connection: close [9.6]", kAccepted, with("Connection: close\r\n")},
    {"Connection: a list [9.6]", kAccepted, with("Connection: x, Close\r\n")},
    {"HTTP/1.0 with keep-alive [9.3]", kAccepted,
     "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"},
    {"Expect: 100-continue [H10.1.1]", kAccepted,
     with("Content-Length: 3\r\nExpect: 100-Continue\r\n")},
    {"another expectation [H10.1.1]", 417, with("Expect: 200-ok\r\n")},
    {"another expectation in HTTP/1.0 [H10.1.1]", kAccepted,
     "POST / HTTP/1.0\r\nExpect: x\r\n\r\n"},
    // Limits
    {"a target of 16,000 bytes", kAccepted, get("/" + std::string(16'000, 'a'))},
    {"a request line over 16 KiB [3]", 414, get("/" + std::string(16'384, 'a'))},
    {"an endless request line [3]", 414, "GET /" + std::string(17'000, 'a')},
    {"an endless method [3]", 414, std::string(17'000, 'A')},
    {"a token of 40 KiB", kAccepted, with("X-Auth-Token: " + std::string(40'960, 't') + "\r\n")},
    {"a value over 40 KiB", 431, with("X-Auth-Token: " + std::string(40'961, 't') + "\r\n")},
    {"a head over 64 KiB", 431,
     with("A: " + std::string(33'000, 'a') + "\r\nB: " + std::string(33'000, 'b') + "\r\n")},
    {"an endless head", 431, "GET / HTTP/1.1\r\nX: " + std::string(66'000, 'a')},
    // Not over yet
    {"nothing", kMore, ""},
    {"half a method", kMore, "GE"},
    {"half a line", kMore, "GET / HT"},
    {"a line without its LF", kMore, "GET / HTTP/1.1\r"},
    {"half a header", kMore, "GET / HTTP/1.1\r\nHo"},
    {"no end of the head", kMore, "GET / HTTP/1.1\r\nHost: a\r\n"},
    {"half an end of the head", kMore, "GET / HTTP/1.1\r\nHost: a\r\n\r"},
};

TEST(RequestParserTest, AcceptsAndRefusesAsTheStandardSays) {
  for (const Row& row : kRows) {
    const std::string result = parse_whole(row.input);
    EXPECT_EQ(status_of(result), row.status) << row.name << ": " << result.substr(0, 200);
  }
}

TEST(RequestParserTest, SaysTheSameHoweverTheBytesArrive) {
  for (const Row& row : kRows) {
    const std::string whole = parse_whole(row.input);
    if (row.input.size() > 2'000) {
      EXPECT_EQ(parse_in_pieces(row.input, {1, 15, 1'000, row.input.size() - 1}), whole)
          << row.name;
      continue;
    }
    EXPECT_EQ(parse_in_pieces(row.input, every_position(row.input.size())), whole) << row.name;
    for (std::size_t cut = 1; cut < row.input.size(); ++cut) {
      EXPECT_EQ(parse_in_pieces(row.input, {cut}), whole) << row.name << " cut at " << cut;
    }
  }
}

TEST(RequestParserTest, AcceptsAHundredHeaderLinesAndNoMore) {
  std::string lines;
  for (int i = 0; i < 99; ++i) lines += "X" + std::to_string(i) + ": v\r\n";
  EXPECT_EQ(status_of(parse_whole(with(lines))), kAccepted);
  EXPECT_EQ(status_of(parse_whole(with(lines + "Y: v\r\n"))), 431);
}

TEST(RequestParserTest, GivesTheParts) {
  const std::string input =
      "DELETE /v1/a%2Fb?x=1?2 HTTP/1.1\r\nhOsT: ecs.example\r\nX-AUTH-token:  t \r\n"
      "x-sdk-Content-SHA256: d\r\nExpect: 100-continue\r\nContent-Length: 7\r\n\r\nbody...GET";
  RequestParser parser{Limits{}};
  ASSERT_EQ(parser.parse(input), ParseState::Complete);
  const Request request = parser.request();
  EXPECT_EQ(request.method, "DELETE");
  EXPECT_EQ(request.target, "/v1/a%2Fb?x=1?2");
  EXPECT_EQ(request.path, "/v1/a%2Fb");
  EXPECT_EQ(request.query, "x=1?2");
  EXPECT_EQ(request.host(), "ecs.example");
  EXPECT_EQ(request.find(HeaderId::XAuthToken), "t");
  EXPECT_EQ(request.find("x-auth-token"), "t");
  EXPECT_EQ(request.headers[1].name, "X-AUTH-token");
  EXPECT_EQ(request.find(HeaderId::XSdkContentSha256), "d");
  EXPECT_EQ(request.find("Absent"), std::nullopt);
  EXPECT_EQ(parser.framing(), Framing::Length);
  EXPECT_EQ(parser.content_length(), 7U);
  EXPECT_EQ(input.substr(parser.head_size()), "body...GET");
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_TRUE(parser.keep_alive());
}

TEST(RequestParserTest, KnowsWhenTheConnectionStays) {
  const struct {
    const char* input;
    bool stays;
  } rows[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, CLOSE\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", true},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false},
  };
  for (const auto& row : rows) {
    RequestParser parser{Limits{}};
    const std::string input = row.input;
    ASSERT_EQ(parser.parse(input), ParseState::Complete);
    EXPECT_EQ(parser.keep_alive(), row.stays) << row.input;
  }
}

TEST(RequestParserTest, RecognisesEveryKnownHeaderInAnyCase) {
  const std::pair<const char*, HeaderId> rows[] = {
      {"Host", HeaderId::Host},
      {"AUTHORIZATION", HeaderId::Authorization},
      {"content-type", HeaderId::ContentType},
      {"Content-Length", HeaderId::ContentLength},
      {"Transfer-Encoding", HeaderId::TransferEncoding},
      {"Connection", HeaderId::Connection},
      {"Expect", HeaderId::Expect},
      {"Accept", HeaderId::Accept},
      {"User-Agent", HeaderId::UserAgent},
      {"X-Auth-Token", HeaderId::XAuthToken},
      {"X-Subject-Token", HeaderId::XSubjectToken},
      {"X-Sdk-Date", HeaderId::XSdkDate},
      {"X-Sdk-Content-Sha256", HeaderId::XSdkContentSha256},
      {"X-Sdk-Content-Sm3", HeaderId::XSdkContentSm3},
      {"X-Security-Token", HeaderId::XSecurityToken},
      {"X-Project-Id", HeaderId::XProjectId},
      {"X-Domain-Id", HeaderId::XDomainId},
      {"X-Request-Id", HeaderId::XRequestId},
      {"X-Client-Token", HeaderId::XClientToken},
      {"traceparent", HeaderId::Traceparent},
      {"X-Auth-Tokem", HeaderId::Other},
      {"X_Auth_Token", HeaderId::Other},
      {"Hos", HeaderId::Other},
      {"X", HeaderId::Other},
      {"X-Sdk-Content-Sha2567", HeaderId::Other},
  };
  for (const auto& [name, id] : rows) {
    const std::string value = id == HeaderId::Expect             ? "100-continue"
                              : id == HeaderId::ContentLength    ? "1"
                              : id == HeaderId::TransferEncoding ? "chunked"
                                                                 : "a";
    const std::string input = "GET / HTTP/1.0\r\n" + std::string(name) + ": " + value + "\r\n\r\n";
    RequestParser parser{Limits{}};
    if (parser.parse(input) == ParseState::Refused) {
      EXPECT_EQ(id, HeaderId::TransferEncoding) << "recognised, and refused in HTTP/1.0";
      continue;
    }
    EXPECT_EQ(parser.request().headers[0].id, id) << name;
  }
}

TEST(RequestParserTest, StartsAfreshAfterReset) {
  RequestParser parser{Limits{}};
  const std::string first =
      "POST http://a/x?y HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  const std::string second = "GET /z HTTP/1.1\r\nHost: b\r\n\r\n";
  ASSERT_EQ(parser.parse(first), ParseState::Complete);
  parser.reset();
  ASSERT_EQ(parser.parse(second), ParseState::Complete);
  EXPECT_EQ(outcome(parser, ParseState::Complete), parse_whole(second));
}

// Whatever is thrown at it: no crash (the sanitizers watch), and the same answer however it is cut.
TEST(RequestParserTest, SaysTheSameOfDamagedRequests) {
  std::uint64_t state = 42;
  const auto random = [&state](std::size_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state >> 33) % below);
  };
  const std::string pieces[] = {"\r\n",
                                "\n",
                                "\r",
                                " ",
                                ":",
                                "\t",
                                "\0"s,
                                "Host: b\r\n",
                                "HTTP/1.1",
                                "Content-Length: 3\r\n",
                                "Transfer-Encoding: chunked\r\n",
                                "\xff",
                                "?"};
  for (int i = 0; i < 20'000; ++i) {
    std::string input = kRows[random(kRows.size())].input;
    if (input.size() > 300) continue;
    for (std::size_t changes = 1 + random(3); changes > 0; --changes) {
      const std::size_t at = random(input.size() + 1);
      input.replace(at, random(3), pieces[random(std::size(pieces))]);
    }
    // A line that is not over may be judged earlier when it is looked at later; a whole head is
    // judged the same.
    input += "\r\n\r\n";
    EXPECT_EQ(parse_in_pieces(input, {random(input.size()), input.size() - 2}), parse_whole(input))
        << testing::PrintToString(input);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace jianmen::http
