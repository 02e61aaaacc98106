#include "base/encoding.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace jianmen::base {
namespace {

std::string all_bytes() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST(Hex, WritesLowerCaseAndReadsEitherCase) {
  EXPECT_EQ(to_hex(as_bytes("\x01\xAB\xff")), "01abff");
  EXPECT_EQ(from_hex("01aBFf"), "\x01\xAB\xff");
  EXPECT_EQ(from_hex(""), "");
  EXPECT_EQ(from_hex(to_hex(as_bytes(all_bytes()))), all_bytes());
}

TEST(Hex, RefusesOddLengthAndOtherCharacters) {
  for (const auto* text : {"0", "0g", "g0", " 0", "0x", "\xff\xff", "00 "}) {
    EXPECT_FALSE(from_hex(text)) << text;
  }
}

// Sixteen at once and one by one.
TEST(Hex, EveryByteIsReadAndWrittenAtEveryPlace) {
  for (const std::size_t size : {1U, 16U, 21U, 32U}) {
    for (int byte = 0; byte < 256; ++byte) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string bytes(size, '\x5a');
        bytes[at] = static_cast<char>(byte);
        std::string expected;
        for (std::size_t i = 0; i < size; ++i)
          expected += i == at ? to_hex(as_bytes(bytes.substr(at, 1))) : "5a";
        ASSERT_EQ(to_hex(as_bytes(bytes)), expected);
        ASSERT_EQ(from_hex(expected), bytes);
        std::string text(size, 'e');
        text[at] = static_cast<char>(byte);
        ASSERT_EQ(is_lower_hex(text), (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f'))
            << byte << ' ' << at;
      }
    }
  }
}

TEST(Hex, TellsLowerCaseFromTheRest) {
  EXPECT_TRUE(is_lower_hex("0123456789abcdef"));
  for (const auto* text : {"A", "g", "0 ", "/", ":"}) EXPECT_FALSE(is_lower_hex(text)) << text;
}

struct Base64Row {
  std::string_view plain, padded, bare;
};

// RFC 4648 section 10, and a row that differs between the two alphabets.
constexpr std::array kBase64Rows = {
    Base64Row{"", "", ""},
    Base64Row{"f", "Zg==", "Zg"},
    Base64Row{"fo", "Zm8=", "Zm8"},
    Base64Row{"foo", "Zm9v", "Zm9v"},
    Base64Row{"foob", "Zm9vYg==", "Zm9vYg"},
    Base64Row{"fooba", "Zm9vYmE=", "Zm9vYmE"},
    Base64Row{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    Base64Row{"\xfb\xff\xbf", "+/+/", "-_-_"},
};

TEST(Base64, FollowsThePublishedVectors) {
  for (const auto& row : kBase64Rows) {
    EXPECT_EQ(to_base64(as_bytes(row.plain)), row.padded);
    EXPECT_EQ(from_base64(row.padded), row.plain);
    EXPECT_EQ(to_base64url(as_bytes(row.plain)), row.bare);
    EXPECT_EQ(from_base64url(row.bare), row.plain);
  }
  EXPECT_EQ(from_base64(to_base64(as_bytes(all_bytes()))), all_bytes());
}

TEST(Base64, RefusesWhatIsNotTheOneTextOfSomeBytes) {
  for (const auto* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z", "====", "=", "Zm9v\n",
                           "Zm 9v", "Zg==Zg==", "-_-_", "Z\xc3\xa9v", "Z==="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  for (const auto* text : {"Zg==", "Zh", "Zm9", "Z", "+/+/", "Zm9v=", "Zm9v\n"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

TEST(Base64, DecodesIntoABufferThatIsLargeEnough) {
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(decode_base64url("Zm9vYg", buffer), 4U);
  EXPECT_EQ(as_text(buffer), "foob");
  EXPECT_EQ(decode_base64url("Zg", buffer), 1U);
  EXPECT_EQ(decode_base64url("Zm9vYmE", buffer), std::nullopt);
  EXPECT_EQ(decode_base64url("Zm9vY", buffer), std::nullopt);
  EXPECT_EQ(decode_base64url("", {}), 0U);
}

TEST(PercentEncoding, KeepsUnreservedCharactersOnly) {
  EXPECT_EQ(percent_encode("AZaz09-_.~"), "AZaz09-_.~");
  EXPECT_EQ(percent_encode(" +/%*'é"), "%20%2B%2F%25%2A%27%C3%A9");
  EXPECT_EQ(percent_decode(percent_encode(all_bytes())), all_bytes());
}

TEST(PercentEncoding, DecodesEveryTextWithoutFailing) {
  struct Row {
    std::string_view text, literal, spaced;
  };
  for (const auto& row :
       {Row{"a%20b", "a b", "a b"}, Row{"a+b", "a+b", "a b"}, Row{"%2B", "+", "+"},
        Row{"%", "%", "%"}, Row{"50%", "50%", "50%"}, Row{"%4", "%4", "%4"},
        Row{"%zz", "%zz", "%zz"}, Row{"%%41", "%A", "%A"}, Row{"%e4%E4", "\xe4\xe4", "\xe4\xe4"},
        Row{"%252F", "%2F", "%2F"}, Row{"", "", ""}}) {
    EXPECT_EQ(percent_decode(row.text), row.literal);
    EXPECT_EQ(percent_decode(row.text, Plus::Space), row.spaced);
  }
}

TEST(Utf8, AcceptsEveryLengthAndTheBorders) {
  for (const std::string_view text :
       {"", "plain", "é", "中文", "\xf0\x9f\x94\x91", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << to_hex(as_bytes(text));
  }
}

TEST(Utf8, RefusesOverlongSurrogateCutAndTooLarge) {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "a\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xe4\xb8", "\xe4\xb8\x20", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf0\x9f\x94", "\xff", "\xfe"}) {
    EXPECT_FALSE(is_utf8(text)) << to_hex(as_bytes(text));
  }
}

TEST(EscapeControls, LeavesNoControlCharacterAndNothingElseChanged) {
  EXPECT_EQ(escape_controls("plain 中文 é \\"), "plain 中文 é \\");
  EXPECT_EQ(escape_controls("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(escape_controls(std::string_view("\0\x1b[31m\x7f", 7)), "\\x00\\x1b[31m\\x7f");
  EXPECT_EQ(escape_controls("\xc2\x9b"
                            "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(escape_controls("\xc2\xa0\xc2"), "\xc2\xa0\xc2");
}

TEST(Text, FoldsAsciiCaseOnly) {
  EXPECT_EQ(to_lower("X-Sdk-DATE Ä"), "x-sdk-date Ä");
  EXPECT_TRUE(equals_ignore_case("Host", "hOST"));
  EXPECT_FALSE(equals_ignore_case("Host", "Hos"));
  EXPECT_FALSE(equals_ignore_case("[", "{"));
  EXPECT_FALSE(equals_ignore_case("Ä", "ä"));
}

// At every place of a word and of what is left behind the words.
TEST(Text, FoldsEachPairOfCharactersAlike) {
  const auto lower = [](int c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; };
  for (const std::size_t size : {1U, 8U, 11U, 19U}) {
    for (std::size_t at = 0; at < size; at += 3) {
      std::string a(size, 'k'), b(size, 'K');
      for (int x = 0; x < 256; ++x) {
        for (int y = 0; y < 256; ++y) {
          a[at] = static_cast<char>(x);
          b[at] = static_cast<char>(y);
          ASSERT_EQ(equals_ignore_case(a, b), lower(x) == lower(y)) << x << ' ' << y << ' ' << at;
        }
      }
    }
  }
}

TEST(Text, TrimsBothEnds) {
  EXPECT_EQ(trim(" \t\r\na b\n"), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, SplitsAndKeepsEmptyPieces) {
  using Pieces = std::vector<std::string_view>;
  EXPECT_EQ(split("a;b", ';'), (Pieces{"a", "b"}));
  EXPECT_EQ(split(";a;;", ';'), (Pieces{"", "a", "", ""}));
  EXPECT_EQ(split("", ';'), (Pieces{""}));
}

}  // namespace
}  // namespace jianmen::base
