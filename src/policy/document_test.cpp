#include "policy/document.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace jianmen::policy {
namespace {

base::Result<Document> parse(const std::string& text) {
  return parse_document(std::string_view(text));
}

std::string with_statement(std::string_view statement) {
  return R"({"Version":"1.1","Statement":[)" + std::string(statement) + "]}";
}

TEST(PolicyDocument, ReadsARoleWithItsDepends) {
  const auto document = parse_document(
      R"({"Version":"1.0","Statement":[{"Effect":"Allow","Action":["DNS:Zone:*"]}],
          "Depends":[{"catalog":"BASE","display_name":"Tenant Guest"}]})");
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->version, "1.0");
  ASSERT_EQ(document->depends.size(), 1u);
  EXPECT_EQ(document->depends[0], (Dependency{"BASE", "Tenant Guest"}));
}

TEST(PolicyDocument, ReadsEveryPartOfAStatement) {
  const auto document = parse(with_statement(
      R"({"Effect":"deny","NotAction":["obs:bucket:*"],"Resource":["obs:*:*:bucket:a*"],
          "Condition":{"ForAnyValue:StringMatchIfExists":{"g:UserName":["a*","b"]},
                       "Bool":{"g:MFAPresent":"true"}}})"));
  ASSERT_TRUE(document) << document.error().message;
  const auto& statement = document->statements.at(0);
  EXPECT_EQ(statement.effect, Effect::Deny);
  EXPECT_TRUE(statement.actions.empty());
  EXPECT_EQ(statement.not_actions, std::vector<std::string>{"obs:bucket:*"});
  EXPECT_EQ(statement.resources, std::vector<std::string>{"obs:*:*:bucket:a*"});
  ASSERT_EQ(statement.conditions.size(), 2u);
  EXPECT_EQ(statement.conditions[0].op, "StringMatch");
  EXPECT_EQ(statement.conditions[0].set, ConditionClause::Set::ForAnyValue);
  EXPECT_TRUE(statement.conditions[0].if_exists);
  EXPECT_EQ(statement.conditions[0].key, "g:UserName");
  EXPECT_EQ(statement.conditions[0].values, (std::vector<std::string>{"a*", "b"}));
  EXPECT_EQ(statement.conditions[1].values, std::vector<std::string>{"true"});
}

TEST(PolicyDocument, ReadsAgencyUris) {
  const auto document = parse(with_statement(
      R"({"Effect":"Allow","Action":["iam:agencies:assume"],"Resource":{"uri":["/iam/agencies/7"]}})"));
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->statements[0].uris, std::vector<std::string>{"/iam/agencies/7"});
  EXPECT_TRUE(document->statements[0].resources.empty());
}

TEST(PolicyDocument, TakesOneActionAsText) {
  const auto document = parse(with_statement(R"({"Effect":"ALLOW","Action":"*"})"));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->statements[0].actions, std::vector<std::string>{"*"});
}

// Whatever is not understood is refused: skipping it could turn a narrow policy into a wide one.
TEST(PolicyDocument, RefusesWhatItDoesNotUnderstand) {
  const std::vector<std::string> rows = {
      "",
      "7",
      "[]",
      R"({"Version":"1.1"})",
      R"({"Version":"1.1","Statement":[]})",
      R"({"Version":"1.1","Statement":{}})",
      R"({"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"]}]})",
      R"({"Version":1.1,"Statement":[{"Effect":"Allow","Action":["*"]}]})",
      R"({"Statement":[{"Effect":"Allow","Action":["*"]}]})",
      R"({"Version":"1.1","Extra":1,"Statement":[{"Effect":"Allow","Action":["*"]}]})",
      R"({"Version":"1.0","Statement":[{"Effect":"Allow","Action":["*"]}],"Depends":{}})",
      R"({"Version":"1.0","Statement":[{"Effect":"Allow","Action":["*"]}],"Depends":[{"catalog":"A"}]})",
      with_statement("7"),
      with_statement(R"({"Effect":"Perhaps","Action":["*"]})"),
      with_statement(R"({"Effect":7,"Action":["*"]})"),
      with_statement(R"({"Action":["*"]})"),
      with_statement(R"({"Effect":"Allow"})"),
      with_statement(R"({"Effect":"Allow","Action":[]})"),
      with_statement(R"({"Effect":"Allow","Action":[""]})"),
      with_statement(R"({"Effect":"Allow","Action":[7]})"),
      with_statement(R"({"Effect":"Allow","Action":["a"],"NotAction":["b"]})"),
      with_statement(R"({"Effect":"Allow","Action":["*"],"NotResource":["obs:*:*:bucket:a"]})"),
      with_statement(R"({"Effect":"Allow","Action":["*"],"Resource":[]})"),
      with_statement(R"({"Effect":"Allow","Action":["*"],"Resource":null})"),
      with_statement(R"({"Effect":"Allow","Action":["*"],"Resource":{"uri":[]}})"),
      with_statement(R"({"Effect":"Allow","Action":["*"],"Resource":{"url":["/a"]}})"),
      with_statement(R"({"Effect":"Allow","Action":["*"],"Condition":{}})"),
      with_statement(R"({"Effect":"Allow","Action":["*"],"Condition":[]})"),
      with_statement(R"({"Effect":"Allow","Action":["*"],"Condition":{"Bool":{}}})"),
      with_statement(
          R"({"Effect":"Allow","Action":["*"],"Condition":{"Bool":{"g:MFAPresent":[]}}})"),
      with_statement(
          R"({"Effect":"Allow","Action":["*"],"Condition":{"Sometimes":{"a:b":["1"]}}})"),
      with_statement(
          R"({"Effect":"Allow","Action":["*"],"Condition":{"NullIfExists":{"a:b":["true"]}}})"),
      with_statement(
          R"({"Effect":"Allow","Action":["*"],"Condition":{"ForSomeValue:Bool":{"a:b":["true"]}}})"),
  };
  for (const auto& row : rows) EXPECT_FALSE(parse_document(std::string_view(row))) << row;
}

}  // namespace
}  // namespace jianmen::policy
