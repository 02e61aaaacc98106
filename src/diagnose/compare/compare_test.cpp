#include "diagnose/compare/compare.hpp"

#include <algorithm>
#include <ctime>
#include <random>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace jianmen::diagnose::compare {
namespace {

namespace json = base::json;
using std::string;

constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const string kComputed =
    string(
        "GET\n/v1/p/cloudservers/detail/\nlimit=10&offset=2\ncontent-type:application/json\n"
        "host:ecs.cn-north-4.myhuaweicloud.com\nx-sdk-date:20260601T120000Z\n\n"
        "content-type;host;x-sdk-date\n") +
    kEmpty;

string replaced(string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, string::npos) << from;
  return text.replace(at, from.size(), to);
}

string bars(string text) {
  std::ranges::replace(text, '\n', '|');
  return text;
}

string crlf(const string& text) {
  string out;
  for (const char c : text) out += c == '\n' ? string("\r\n") : string(1, c);
  return out;
}

std::optional<Difference> compared(const string& text) {
  const auto found = find_canonical(text);
  EXPECT_TRUE(found) << text.substr(0, 200);
  return found ? first_difference(*found, kComputed) : std::nullopt;
}

string error_body() {
  return base::to_text(
      json::object{{"error_msg",
                    "Incorrect IAM authentication information: verify aksk signature fail, "
                    "canonicalRequest:" +
                        bars(kComputed)},
                   {"error_code", "APIGW.0301"},
                   {"request_id", "7775eaa6b4bbe5934e565349bd27c298"}});
}

TEST(Compare, FindsTheSameRequestHoweverItIsPasted) {
  const string escaped = base::to_text(json::value(json::string(kComputed)));
  const struct {
    const char* name;
    string text;
  } rows[] = {
      {"the lines", kComputed},
      {"a file ends in a line end", kComputed + "\n"},
      {"copied in Windows", crlf(kComputed) + "\r\n"},
      {"after a debug log's words",
       "2026-06-01 DEBUG canonical request: " + kComputed + "\nDEBUG x"},
      {"quoted in a log", "canonical: \"" + kComputed + "\" hash 123"},
      {"a JSON string", escaped},
      {"a JSON string without its quotes", escaped.substr(1, escaped.size() - 2)},
      {"a Python repr", "CanonicalRequest=b'" + escaped.substr(1, escaped.size() - 2) + "'"},
      {"the bars", bars(kComputed)},
      {"the bars with their name", "canonicalRequest:" + bars(kComputed)},
      {"the whole error", error_body()},
      {"the error within a log's JSON",
       base::to_text(json::object{{"level", "error"}, {"body", json::string(error_body())}})},
      {"the error with & escaped", replaced(error_body(), "&", "\\u0026")},
      {"the error cut out of JSON", replaced(error_body(), "&", "\\u0026").substr(20)},
      {"wrapped by a terminal", bars(kComputed).substr(0, 80) + "\n" + bars(kComputed).substr(80)},
      {"curl -v", "< HTTP/1.1 401 Unauthorized\n< X-Request-Id: 1\n<\n" + error_body() + "\n"},
  };
  for (const auto& row : rows) EXPECT_FALSE(compared(row.text)) << row.name;
}

TEST(Compare, NamesThePartAndTheByteOfTheFirstDifference) {
  const struct {
    const char* name;
    string from, to;
    Part part;
    const char* header;
    std::size_t line, at;
    const char* habit;
  } rows[] = {
      {"another method", "GET", "PUT", Part::Method, "", 1, 0, "other"},
      {"method in lower case", "GET", "Get", Part::Method, "", 1, 1, "case"},
      {"no slash at the end", "detail/\n", "detail\n", Part::Path, "", 2, 25, "no_slash"},
      {"a path that is encoded twice", "/v1/p/", "/v1/%70/", Part::Path, "", 2, 4, "encoding"},
      {"a base path", "/v1/p/", "/api/v1/p/", Part::Path, "", 2, 1, "prefix"},
      {"a whole URL", "/v1/p/", "/https://x/v1/p/", Part::Path, "", 2, 1, "whole_url"},
      {"another project", "/v1/p/", "/v1/q/", Part::Path, "", 2, 4, "other"},
      {"query unsorted", "limit=10&offset=2", "offset=2&limit=10", Part::Query, "", 3, 0, "order"},
      {"query encoded otherwise", "limit=10", "limit=%31%30", Part::Query, "", 3, 6, "encoding"},
      {"no query", "limit=10&offset=2", "", Part::Query, "", 3, 0, "missing"},
      {"no line for the query", "limit=10&offset=2\n", "", Part::Query, "", 3, 0, "no_line"},
      {"another value", "limit=10", "limit=11", Part::Query, "", 3, 7, "other"},
      {"blank after the colon", "host:e", "host: e", Part::Header, "host", 5, 5, "blanks"},
      {"name as written", "host:e", "Host:e", Part::Header, "host", 5, 0, "case"},
      {"host with a port", "com\nx", "com:443\nx", Part::Header, "host", 5, 37, "port"},
      {"another host", "host:ecs", "host:vpc", Part::Header, "host", 5, 5, "value"},
      {"a header of the request is not signed", "content-type:application/json\n", "", Part::Header,
       "content-type", 4, 0, "not_in_text"},
      {"a header more", "x-sdk-date:2", "user-agent:a|b\nx-sdk-date:2", Part::Header, "user-agent",
       6, 0, "not_in_request"},
      {"a last header more", "20260601T120000Z\n", "20260601T120000Z\nx-z:1\n", Part::Header, "x-z",
       7, 0, "not_in_request"},
      {"headers unsorted", "content-type:application/json\nhost:ecs.cn-north-4.myhuaweicloud.com",
       "host:ecs.cn-north-4.myhuaweicloud.com\ncontent-type:application/json", Part::Header,
       "content-type", 4, 0, "order"},
      {"no blank line", "Z\n\n", "Z\n", Part::BlankLine, "", 7, 0, "missing"},
      {"two blank lines", "Z\n\n", "Z\n\n\n", Part::SignedHeaders, "", 8, 0, "extra_line"},
      {"names joined otherwise", "type;host;x", "type, host, x", Part::SignedHeaders, "", 8, 12,
       "join"},
      {"names in another order", "content-type;host", "host;content-type", Part::SignedHeaders, "",
       8, 0, "order"},
      {"hash in upper case", "e3b0", "E3b0", Part::PayloadHash, "", 9, 0, "case"},
      {"a body that this command did not get", "e3b0", "e3b1", Part::PayloadHash, "", 9, 3,
       "body_unknown"},
      {"unsigned", kEmpty, "UNSIGNED-PAYLOAD", Part::PayloadHash, "", 9, 0, "unsigned"},
      {"{} on GET", kEmpty, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
       Part::PayloadHash, "", 9, 0, "known"},
      {"carriage returns in the headers", "json\n", "json\r\n", Part::Header, "content-type", 4, 29,
       "carriage_return"},
  };
  for (const auto& row : rows) {
    const auto found = compared(replaced(kComputed, row.from, row.to));
    ASSERT_TRUE(found) << row.name;
    EXPECT_EQ(static_cast<int>(found->part), static_cast<int>(row.part)) << row.name;
    EXPECT_EQ(found->header, row.header) << row.name;
    EXPECT_EQ(found->line, row.line) << row.name;
    EXPECT_EQ(found->at, row.at) << row.name;
    EXPECT_EQ(found->habit, row.habit) << row.name;
  }
}

TEST(Compare, HasAWhyForEveryDifferenceInBothLanguages) {
  const std::pair<const char*, const char*> changes[] = {
      {"GET", "PUT"},          {"GET", "get"},          {"GET\n", ""},
      {"detail/", "detail"},   {"/v1/p", "/v1/%70"},    {"/v1", "/a/v1"},
      {"limit=10", "limit=1"}, {"com\n", "com:8\n"},    {"host:", "Host:"},
      {"Z\n\n", "Z\n"},        {"Z\n\n", "Z\n\n\n"},    {"e3b0", "E3B0"},
      {"e3b0", "e3b1"},        {"type;host", "x;host"}, {"x-sdk", "a:1\nx-sdk"},
      {"detail/", "x/"},       {"json\n", "json\r\n"}};
  for (const auto& [from, to] : changes) {
    const auto given = find_canonical(replaced(kComputed, from, to));
    ASSERT_TRUE(given) << from << to;
    const auto difference = first_difference(*given, kComputed);
    ASSERT_TRUE(difference) << from << to;
    for (const auto language : {Language::English, Language::Chinese}) {
      const auto said = to_json(*given, difference, {}, language);
      EXPECT_FALSE(said.at("why").as_string().empty()) << from << " " << to;
      EXPECT_FALSE(said.at("same").as_bool());
      EXPECT_EQ(to_text(*given, difference, {}, language, Colour::Off).find('\x1b'), string::npos);
    }
  }
}

TEST(Compare, PutsTheMarkUnderTheFirstByteThatDiffers) {
  const auto given = find_canonical(replaced(kComputed, "limit=10", "limit=11"));
  const auto text =
      to_text(*given, first_difference(*given, kComputed), {}, Language::English, Colour::Off);
  EXPECT_EQ(text.substr(0, text.find("  Why")),
            "First difference: query (line 3)\n"
            "  text      limit=11&offset=2\n"
            "  computed  limit=10&offset=2\n"
            "                   ^\n");
}

TEST(Compare, SaysThatATextIsCutOff) {
  for (const std::size_t size : {30U, 60U, 120U, 150U, 190U}) {
    for (const auto& text : {kComputed.substr(0, size), bars(kComputed).substr(0, size)}) {
      const auto found = compared(text);
      ASSERT_TRUE(found) << size;
      EXPECT_TRUE(found->habit == "cut" || found->habit == "not_in_text") << size << found->habit;
    }
  }
}

TEST(Compare, ShowsNoCredential) {
  const string computed =
      replaced(kComputed, "x-sdk-date:", "x-security-token:TheToken1\nx-sdk-date:");
  const auto hidden = find_canonical(bars(replaced(computed, "TheToken1", "***")));
  EXPECT_FALSE(first_difference(*hidden, computed));
  EXPECT_TRUE(to_json(*hidden, std::nullopt, {}, Language::English).contains("notes"));
  for (const auto& text :
       {replaced(computed, "TheToken1", "TheToken2"), kComputed,
        replaced(computed, "x-security-token:TheToken1\nx-sdk-date:20260601T120000Z",
                 "x-sdk-date:20260601T120000Z\nx-security-token:TheToken1")}) {
    const auto given = find_canonical(text);
    const auto difference = first_difference(*given, computed);
    ASSERT_TRUE(difference);
    EXPECT_TRUE(difference->hidden);
    const auto said = base::to_text(to_json(*given, difference, {}, Language::English)) +
                      to_text(*given, difference, {}, Language::Chinese, Colour::On);
    EXPECT_EQ(said.find("TheToken"), string::npos) << said;
  }
}

TEST(Compare, SaysThatATextHoldsNoCanonicalRequest) {
  for (const auto* text : {"", "\n", "GET", "hello", "GET / HTTP/1.1\r\nHost: x\r\n", "{}", "[[",
                           "|||", "\\", "{\"error_msg\":\"decrypt token fail\"}", "get it\n"}) {
    EXPECT_FALSE(find_canonical(text)) << text;
  }
}

TEST(Compare, AnyBytesAreAnsweredInTime) {
  std::mt19937 random(3);
  const auto seed = error_body();
  for (int round = 0; round < 3000; ++round) {
    auto text = round % 2 ? kComputed : seed;
    for (int change = 0; change < 5; ++change) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    text.resize(random() % text.size());
    const auto given = find_canonical(text);
    if (!given) continue;
    const auto difference = first_difference(*given, kComputed);
    const auto said = base::to_text(to_json(*given, difference, {}, Language::English));
    EXPECT_TRUE(base::is_utf8(said));
    EXPECT_TRUE(base::is_utf8(to_text(*given, difference, {}, Language::Chinese, Colour::Off)));
  }
  const auto repeated = [](std::string_view piece) {
    string out;
    while (out.size() < (1U << 20U)) out += piece;
    return out;
  };
  for (const auto& text : {repeated("GET\n/"), repeated("GET|/|"), repeated("\\"), repeated("\\n"),
                           repeated("|"), repeated("["), repeated("get "), "GET\n/" + repeated("a"),
                           "GET\n/\n\n" + repeated("a:\r\n"), "GET|/||" + repeated("\xff|"),
                           repeated("\\u00"), "GET\n/\n" + repeated("a=%41&")}) {
    const auto start = std::clock();  // of the processor: on a busy machine, too
    if (const auto given = find_canonical(text)) {
      const auto difference = first_difference(*given, kComputed);
      EXPECT_LT(base::to_text(to_json(*given, difference, {}, Language::English)).size(), 64000U);
    }
    const auto took = 1000 * (std::clock() - start) / CLOCKS_PER_SEC;  // ms, with sanitizers
    EXPECT_LT(took, 5000) << text.substr(0, 12);
  }
}

}  // namespace
}  // namespace jianmen::diagnose::compare
