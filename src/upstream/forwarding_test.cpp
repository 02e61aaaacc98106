#include "upstream/forwarding.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http/parser.hpp"

namespace jianmen::upstream {
namespace {

// What goes on of a request with these header lines (Host is there already).
std::string forwarded(const std::string& lines, Forwarded how = {}) {
  const std::string text = "GET /a?b=c HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n";
  http::RequestParser parser({});
  EXPECT_EQ(parser.parse(text), http::ParseState::Complete) << parser.reason();
  http::Request request = parser.request();
  request.peer = "1.2.3.4";
  how.host = "up";
  how.identity = "X-User-Id: real\r\n";
  how.request_id = "id";
  std::string out;
  write_request_head(out, request, how);
  return out;
}

TEST(WriteRequestHead, IsWrittenAnewWithTheGatewaysOwnFields) {
  EXPECT_EQ(forwarded("X-A:  1 \r\n"),
            "GET /a?b=c HTTP/1.1\r\nHost: up\r\nX-A: 1\r\nX-User-Id: real\r\n"
            "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n"
            "X-Request-Id: id\r\nVia: 1.1 jianmen\r\n\r\n");
}

TEST(WriteRequestHead, LeavesBehindWhatIsNotForAnUpstream) {
  const std::string nothing = forwarded("");
  for (const char* line : {"X-User-Id: evil",
                           "x_user_id: evil",
                           "X-USER_NAME: evil",
                           "X-Domain-Id: evil",
                           "X_Domain_Name: evil",
                           "X-Project-Id: evil",
                           "X-Roles: admin",
                           "x-role: admin",
                           "X-Auth-Token: t",
                           "X_Auth_Token: t",
                           "X-Subject-Token: t",
                           "X-Security-Token: t",
                           "X-Service-Token: t",
                           "X-Identity-Status: Confirmed",
                           "X-Tenant-Id: evil",
                           "OpenStack-System-Scope: all",
                           "Authorization: SDK-HMAC-SHA256 Access=a",
                           "Authorization: sdk-hmac-sha256 Access=a",
                           "Authorization: V11-HMAC-SHA256 Credential=a",
                           "Connection: close",
                           "Keep-Alive: 1",
                           "Proxy-Connection: x",
                           "Proxy-Authorization: x",
                           "TE: trailers",
                           "Trailer: X",
                           "Upgrade: h2c",
                           "HTTP2-Settings: x",
                           "Transfer_Encoding: chunked",
                           "Content_Length: 5",
                           "Expect: 100-continue",
                           "Forwarded: for=x",
                           "X-Forwarded-For: x",
                           "X_Forwarded_Proto: https",
                           "X-Real-IP: x",
                           "X-Request-Id: x"}) {
    EXPECT_EQ(forwarded(std::string(line) + "\r\n"), nothing) << line;
  }
}

TEST(WriteRequestHead, KeepsTheRest) {
  for (const char* line :
       {"Authorization: Basic eA==", "Authorization: Bearer x", "Cookie: a=b",
        "Accept-Encoding: gzip", "Content-Type: a/b", "X-User-Idea: mine", "X-Sdk-Date: 1",
        "Via: 1.1 other", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "A-Name-That-Is-Longer-Than-Any-Of-Those-That-Stay-Behind: 1"}) {
    EXPECT_NE(forwarded(std::string(line) + "\r\n").find(std::string(line) + "\r\n"),
              std::string::npos)
        << line;
  }
}

TEST(WriteRequestHead, ATracestateGoesOnWithAValidTraceparentAlone) {
  const std::string state = "tracestate: a=1\r\n";
  const std::string valid =
      "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
  EXPECT_NE(forwarded(valid + state).find(state), std::string::npos);
  EXPECT_EQ(forwarded("traceparent: 00-1\r\n" + state), forwarded(""));
  EXPECT_EQ(forwarded(state), forwarded(""));
}

TEST(WriteRequestHead, DropsWhatConnectionNamesButNotWhatTheGatewayWrites) {
  const std::string out = forwarded(
      "Connection: X-Hop , x-user-id\r\nConnection: Cookie, Host\r\nX-Hop: 1\r\n"
      "Cookie: a\r\nX-Stays: 1\r\n");
  EXPECT_EQ(out.find("X-Hop"), std::string::npos);
  EXPECT_EQ(out.find("Cookie"), std::string::npos);
  EXPECT_NE(out.find("X-Stays: 1\r\n"), std::string::npos);
  EXPECT_NE(out.find("X-User-Id: real\r\n"), std::string::npos);
  EXPECT_NE(out.find("Host: up\r\n"), std::string::npos);
}

TEST(WriteRequestHead, FramesTheBodyOnce) {
  const std::string sized = forwarded("", {.has_body_length = true, .body_length = 12});
  EXPECT_NE(sized.find("\r\nContent-Length: 12\r\n"), std::string::npos);
  const std::string chunked = forwarded("", {.chunked = true});
  EXPECT_NE(chunked.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(chunked.find("Content-Length"), std::string::npos);
}

TEST(CopyAnswerFields, LeavesBehindTheConnectionsFields) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 0\r\nConnection: x-hop\r\nX-Hop: 1\r\n"
      "Keep-Alive: 1\r\nServer: s\r\nDate: d\r\nUpgrade: u\r\nSet-Cookie: a\r\nSet-Cookie: "
      "b\r\n\r\n";
  http::ResponseView view;
  ASSERT_TRUE(http::parse_response_head(text, false, {}, view));
  http::Response response;
  copy_answer_fields(view, response);
  EXPECT_EQ(response.fields(), "X-A: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n");
}

TEST(IsUnambiguous, RefusesWhatAnotherDecodingWouldReadAsAnotherPath) {
  for (const char* path : {"/a", "/a/%41", "/a;v=1/b", "/%E5%89%91", "/100%25", "/a%", "/..a"}) {
    EXPECT_TRUE(is_unambiguous(path)) << path;
  }
  for (const char* path : {"/a%2fb", "/a%2Fb", "/a%5c..%5cb", "/a\\b", "/a%00", "/..;/b", "/.;x/b",
                           "/a/..;", "/%2e%2e;/b"}) {
    EXPECT_FALSE(is_unambiguous(path)) << path;
  }
}

}  // namespace
}  // namespace jianmen::upstream
