#include "diagnose/doctor.hpp"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "catalog/embedded.hpp"
#include "diagnose/paste/phrases.hpp"
#include "diagnose/paste/read_text.hpp"
#include "identity/refusal.hpp"

namespace jianmen::diagnose {
namespace {

namespace json = base::json;

class DoctorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cloud = std::move(*catalog::Catalog::create()); }
  static void TearDownTestSuite() { cloud.reset(); }

  static json::object diagnosed(std::string_view text, Language language = Language::English) {
    return doctor(text, *cloud, language, {});
  }
  static std::string cause(std::string_view text) {
    return std::string(diagnosed(text).at("cause").at("id").as_string());
  }
  static std::unique_ptr<const catalog::Catalog> cloud;
};
std::unique_ptr<const catalog::Catalog> DoctorTest::cloud;

// --- the ways in which a paste is worn

std::string wrapped(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (const char c : text) {
    const bool in_character = (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
    if (column >= 80 && !in_character) {
      out += '\n';
      column = 0;
    }
    out += c;
    column = c == '\n' ? 0 : column + 1;
  }
  return out;
}

// The last eighth is missing.
std::string cut(std::string_view text) {
  return std::string(text.substr(0, text.size() - text.size() / 8));
}

std::string coloured(std::string_view text) {
  std::string out = "\x1b[31m";
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == ' ' || text[i] == ':') out += "\x1b[0m\x1b[1;33m";
  }
  return out + "\x1b[0m";
}

std::string in_json(std::string_view text) {
  const json::value inner(json::object{{"log", json::string(text)}});
  return base::to_text(json::object{{"line", base::to_text(inner)}});
}

std::string in_html(std::string_view text) {
  std::string out = "<pre>";
  for (const char c : text) {
    out += c == '"'    ? "&quot;"
           : c == '\'' ? "&#39;"
           : c == '<'  ? "&lt;"
           : c == '>'  ? "&gt;"
           : c == '&'  ? "&amp;"
                       : std::string(1, c);
  }
  return out + "</pre>";
}

std::string in_utf16(std::string_view text) {
  std::string out = "\xff\xfe";
  for (const char c : text) {
    out += static_cast<unsigned char>(c) < 0x80 ? c : '?';
    out += '\0';
  }
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

std::string prefixed(std::string_view text) {
  std::string out;
  for (const auto line : base::split(text, '\n')) {
    out += "2026-11-24T10:31:07.301+0800 [ERROR] [pool-1] worker: " + std::string(line) + "\n";
  }
  return out;
}

struct Wear {
  const char* name;
  std::string (*apply)(std::string_view);
};
const Wear kWears[] = {{"as it is", [](std::string_view t) { return std::string(t); }},
                       {"wrapped at 80", wrapped},
                       {"cut", cut},
                       {"coloured", coloured},
                       {"JSON in JSON", in_json},
                       {"HTML", in_html},
                       {"URL", [](std::string_view t) { return base::percent_encode(t); }},
                       {"UTF-16", in_utf16},
                       {"CRLF", with_crlf},
                       {"log prefix", prefixed}};

// --- corpora

struct Sample {
  std::string name, text, expected;
};

std::string filled(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%' && i + 1 < pattern.size()) {
      if (pattern[i + 1] == '(') i = pattern.find(')', i);
      out += "vm-01";
      ++i;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

// Each row of data/errors.json in the body of its family, or as clients print it.
std::vector<Sample> error_rows() {
  std::vector<Sample> out;
  const auto rows = base::parse_json(catalog::embedded("errors.json"));
  for (const auto& row : rows->as_array()) {
    const auto expected = base::string_or(row, "cause", "");
    const auto pattern = base::string_or(row, "message_pattern", "");
    if (expected.empty() || pattern.starts_with("{service") || pattern.contains("text unknown") ||
        pattern.contains("text}") || pattern.contains("problem}")) {
      continue;
    }
    const auto code = base::string_or(row, "code", "");
    const auto service = base::string_or(row, "service", "");
    if (const auto* texts = base::find_object(row, "client_texts")) {
      for (const auto& [client, text] : *texts) {
        for (const auto& one : text.is_array() ? text.as_array() : json::array{text}) {
          if (one.is_string()) {
            out.push_back(
                {code + " " + std::string(client), std::string(one.as_string()), expected});
          }
        }
      }
      continue;
    }
    std::string text = filled(pattern);
    if (pattern.starts_with("{\"") || base::string_or(row, "layer", "") == "sdk") {
      // as it is
    } else if (service == "ecs") {
      text =
          base::to_text(json::object{{"error", json::object{{"message", text}, {"code", code}}}});
    } else if (code.contains('.') || code.size() == 4) {
      text = base::to_text(json::object{{"error_msg", text}, {"error_code", code}});
    }
    out.push_back({code, text, expected});
  }
  return out;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// tests/data/pastes: a file a paste, and expected.tsv (file, cause).
std::vector<Sample> files(const std::string& table) {
  const auto folder = std::filesystem::path(JIANMEN_SOURCE_DIR) / "tests" / "data" / "pastes";
  std::vector<Sample> out;
  std::ifstream rows(folder / table);
  for (std::string line; std::getline(rows, line);) {
    const auto tab = line.find('\t');
    if (tab == line.npos || line.starts_with('#')) continue;
    out.push_back(
        {line.substr(0, tab), read_file(folder / line.substr(0, tab)), line.substr(tab + 1)});
  }
  return out;
}

// tests/data/pastes/*.txt with many in one file: a line `=== name | cause`, then the paste. Without
// a cause: `unknown`.
std::vector<Sample> sections(const std::string& file) {
  std::vector<Sample> out;
  std::ifstream lines(std::filesystem::path(JIANMEN_SOURCE_DIR) / "tests" / "data" / "pastes" /
                      file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("=== ")) {
      const auto bar = line.find(" | ");
      out.push_back({line.substr(4, bar == line.npos ? bar : bar - 4), "",
                     bar == line.npos ? "unknown" : line.substr(bar + 3)});
    } else if (!out.empty()) {
      out.back().text += line + "\n";
    }
  }
  return out;
}

}  // namespace

// What a paste says, worn in every way: the share that is right, as a table.
class DoctorFigures : public DoctorTest {
 protected:
  // The share of right ones over all wears.
  static double measure(const std::string& name, const std::vector<Sample>& samples,
                        bool every_wear) {
    std::size_t right = 0, all = 0;
    const bool verbose = std::getenv("JIANMEN_VERBOSE") != nullptr;
    for (const auto& wear : kWears) {
      std::size_t right_here = 0;
      for (const auto& sample : samples) {
        const auto found = cause(wear.apply(sample.text));
        if (found == sample.expected) {
          ++right_here;
        } else if (verbose) {
          std::cout << "    " << wear.name << " | " << sample.name << ": " << found << ", not "
                    << sample.expected << "\n";
        }
      }
      std::cout << "  " << name << " | " << wear.name << " | " << right_here << " of "
                << samples.size() << "\n";
      right += right_here;
      all += samples.size();
      if (!every_wear) break;
    }
    const double share = all == 0 ? 0 : static_cast<double>(right) / static_cast<double>(all);
    std::cout << "  " << name << " | all | " << right << " of " << all << " = " << 100 * share
              << " %\n";
    return share;
  }
};

TEST_F(DoctorFigures, NamesTheCauseOfEveryRowOfTheErrorCatalogue) {
  const auto samples = error_rows();
  ASSERT_GT(samples.size(), 450U);
  EXPECT_GE(measure("errors.json", samples, true), 0.97);
}

TEST_F(DoctorFigures, NamesTheCauseOfPastesThatWereHeldOut) {
  const auto samples = files("expected.tsv");
  ASSERT_GE(samples.size(), 60U);
  EXPECT_GE(measure("pastes", samples, true), 0.9);
}

TEST_F(DoctorFigures, NamesTheCauseOfEveryProblemThatUsersReallyHit) {
  const auto samples = sections("top-problems.txt");
  ASSERT_GE(samples.size(), 50U);
  EXPECT_GE(measure("top problems", samples, true), 0.97);
}

TEST_F(DoctorFigures, NamesTheCauseOfPastesThatNothingWasTunedTo) {
  const auto samples = sections("unseen.txt");
  ASSERT_GE(samples.size(), 40U);
  EXPECT_GE(measure("unseen", samples, true), 0.95);
}

TEST_F(DoctorFigures, CallsMoreTextsOfOtherOriginUnknown) {
  const auto samples = sections("foreign.txt");
  ASSERT_GE(samples.size(), 50U);
  EXPECT_GE(measure("foreign", samples, true), 0.95);
}

TEST_F(DoctorFigures, CallsTextsOfOtherOriginUnknown) {
  const auto samples = files("other-origin.tsv");
  ASSERT_GE(samples.size(), 20U);
  EXPECT_GE(measure("other origin", samples, true), 0.95);
}

namespace {

TEST_F(DoctorTest, TheFirstFailureWinsOverItsEchoes) {
  EXPECT_EQ(cause("{\"error_msg\":\"Incorrect IAM authentication information: decrypt token fail\","
                  "\"error_code\":\"APIGW.0301\"}\nretrying\ndial tcp: i/o timeout\n"),
            "token.damaged");
  EXPECT_EQ(cause("Failed to get project id of region 'cn-north-4', ClientRequestException - "
                  "{status_code:401,request_id:,error_code:APIGW.0301,error_msg:Incorrect IAM "
                  "authentication information: ak HPUAQ1 not exist}"),
            "signature.access_key_unknown");
}

TEST_F(DoctorTest, TellsTimesApart) {
  const auto told = [](std::string_view signature, std::string_view server) {
    return cause(
        "Incorrect IAM authentication information: calc aksk signature fail:signature "
        "expired, signature time:" +
        std::string(signature) + ",server time:" + std::string(server));
  };
  EXPECT_EQ(told("20211217T064303Z", "20211217T065804Z"), "signature.expired_reuse");
  EXPECT_EQ(told("20211217T144303Z", "20211217T064310Z"), "signature.time_zone");
  EXPECT_EQ(told("20211217T074303Z", "20211217T071310Z"), "signature.clock_skew");
}

TEST_F(DoctorTest, ReadsTheCanonicalRequestOfTheMessage) {
  const auto found = diagnosed(
      "{\"error_msg\":\"Incorrect IAM authentication information: verify aksk signature fail, "
      "canonicalRequest:GET|/v3/projects/|name=cn-north-4|host:iam.myhuaweicloud.com|"
      "x-sdk-date:20210902T011700Z||host;x-sdk-date|"
      "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\",\"error_code\":\"APIGW."
      "0301\",\"request_id\":\"7775eaa6b4bbe5934e565349bd27c298\"}");
  EXPECT_EQ(found.at("cause").at("id"), "signature.body_on_get");
  EXPECT_EQ(found.at("request").at("host"), "iam.myhuaweicloud.com");
  EXPECT_EQ(found.at("request").at("path"), "/v3/projects");
  EXPECT_EQ(found.at("request_id"), "7775eaa6b4bbe5934e565349bd27c298");
}

TEST_F(DoctorTest, KeepsSecretsToItself) {
  const std::string secret = "xK3jP9mQ2vB7nL5cD8fG1hJ4kR6sT0wYzA3eU5iO", password = "Passw0rd!x",
                    token = "MIIFqgYJKoZIhvcNAQcCoIIFmzCCBZcCAQExDTALBglghkgBZQMEAgEwggN4";
  const auto found = base::to_text(diagnosed(
      "GET https://ecs.cn-north-4.myhuaweicloud.com/v1/x?token=" + token + "&sk=" + secret +
      "\nX-Auth-Token: " + token + "\nsk = " + secret + "\n{\"user\":{\"password\":\"" + password +
      "\"}} {\"error_msg\":\"decrypt token fail " + token + " " + secret + " " + password +
      "\",\"error_code\":\"APIGW.0301\"}"));
  EXPECT_EQ(found.find(secret), std::string::npos) << found;
  EXPECT_EQ(found.find(token), std::string::npos) << found;
  EXPECT_EQ(found.find(password), std::string::npos) << found;
}

TEST_F(DoctorTest, SentencesAboutSignaturesAndTokensAreNoSecrets) {
  const auto found = diagnosed(
      "{\"error_msg\":\"Incorrect IAM authentication information: calc aksk signature "
      "fail:signature expired, signature time:20211217T064303Z,server time:20211217T065804Z\"}");
  EXPECT_EQ(std::string(found.at("answer").at("message").as_string()).find("***"),
            std::string::npos);
  EXPECT_FALSE(found.at("answer").as_object().contains("code"));  // the text holds none
}

TEST_F(DoctorTest, AWordOfTheMessageStaysReadableThoughItIsASecretElsewhere) {
  const std::pair<const char*, const char*> rows[] = {
      {"sk: signature\n", "verify aksk signature fail"},
      {"\"sk\":\"signature\",", "verify aksk signature fail"},
      {"password=decrypt ", "decrypt token fail"},
      {"curl -H 'Authorization: SDK-HMAC-SHA256 Access=AK123456' ", "verify aksk signature fail"}};
  for (const auto& [before, message] : rows) {
    const auto found = diagnosed(std::string(before) + "{\"error_msg\":\"" + message +
                                 "\",\"error_code\":\"APIGW.0301\"}");
    EXPECT_EQ(found.at("answer").at("message"), message) << before;
  }
  // In a URL it may be the secret itself, and so may a word that no message has.
  const auto found = base::to_text(
      diagnosed("GET https://ecs.cn-north-4.myhuaweicloud.com/v1/x?password=signature\n"
                "password: dragonfly\nAuthorization: Basic ZHJhZ29uOmZseQ==\n"
                "{\"error_msg\":\"decrypt token fail dragonfly ZHJhZ29uOmZseQ== \",\"error_code\":"
                "\"APIGW.0301\"}"));
  EXPECT_EQ(found.find("password=signature"), std::string::npos) << found;
  EXPECT_EQ(found.find("dragonfly"), std::string::npos) << found;
  EXPECT_EQ(found.find("ZHJhZ29u"), std::string::npos) << found;
}

TEST_F(DoctorTest, TheJournalKnowsBetter) {
  const std::string id = "7775eaa6b4bbe5934e565349bd27c298";
  std::string asked;
  const auto found = doctor("x-auth-token not found, request_id:" + id, *cloud, Language::English,
                            [&](std::string_view request_id) {
                              asked = request_id;
                              return std::optional(json::object{{"request_id", request_id}});
                            });
  EXPECT_EQ(asked, id);
  EXPECT_EQ(found.size(), 1U);
}

TEST_F(DoctorTest, EveryCauseOfTheErrorCatalogueHasAWhyAndAFixInBothLanguages) {
  for (const auto& sample : error_rows()) {
    for (const auto language : {Language::English, Language::Chinese}) {
      const auto found = diagnosed(sample.text, language);
      EXPECT_FALSE(found.at("why").as_string().empty()) << sample.name;
      EXPECT_FALSE(found.at("fix").as_array().empty()) << sample.name << sample.expected;
    }
  }
}

TEST_F(DoctorTest, AnyBytesAreAnsweredInTime) {
  std::mt19937 random(7);
  const std::string seed =
      "{\"error_msg\":\"verify aksk signature fail, canonicalRequest:GET|/v3/|a=b|host:x\","
      "\"error_code\":\"APIGW.0301\"} https://iam.myhuaweicloud.com/v3?x=%41 \x1b[3 &quot \\u12";
  for (int round = 0; round < 2000; ++round) {
    auto text = seed;
    for (int change = 0; change < 6; ++change) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    text.resize(random() % text.size());
    EXPECT_FALSE(diagnosed(text).at("cause").at("id").as_string().empty());
  }
  const auto repeated = [](std::string_view piece) {
    std::string out;
    while (out.size() < (1U << 20U)) out += piece;
    return out;
  };
  std::string noise(1U << 20U, '\0');
  for (auto& c : noise) c = static_cast<char>(random() % 256);
  for (const auto& text : {noise, repeated("failed to "), repeated("://"), repeated("token"),
                           repeated("requestid"), repeated("\\\\"), repeated("message"),
                           repeated("&amp;"), repeated("\x1b]"), repeated("a")}) {
    const auto start = std::clock();  // of the processor: on a busy machine, too
    diagnosed(text);
    const auto took = 1000 * (std::clock() - start) / CLOCKS_PER_SEC;  // ms, with sanitizers
    EXPECT_LT(took, 5000) << text.substr(0, 12);
    std::cout << "  1 MiB of " << base::escape_controls(text.substr(0, 8)) << ": " << took
              << " ms\n";
  }
}

}  // namespace
}  // namespace jianmen::diagnose
