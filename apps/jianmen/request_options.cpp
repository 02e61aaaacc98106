#include "request_options.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/encoding.hpp"

namespace jianmen::app {

using authn::signature::Algorithm;
using base::Code;
using base::error_of;
using base::fail;

void add_request_options(CLI::App& command, const std::shared_ptr<RequestOptions>& options) {
  command.add_option("METHOD", options->method, "GET, POST, …")->required();
  command.add_option("URL", options->url, "https://HOST[:PORT]/PATH?QUERY")->required();
  command
      .add_option_function<std::string>(
          "-d,--data",
          [options](const std::string& text) {
            options->data = text;
            options->has_data = true;
          },
          "Body; @FILE reads a file, - standard input")
      ->type_name("TEXT");
  command.add_option("-H,--header", options->headers, "'Name: value'; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--ak", options->ak, "Access key id (else HUAWEICLOUD_SDK_AK, profile file)");
  command.add_option("--sk", options->sk,
                     "Secret access key (else HUAWEICLOUD_SDK_SK, profile file)");
  command.add_option("--security-token", options->security_token, "Of temporary keys");
  command.add_option("--project-id", options->project_id, "Sent as X-Project-Id");
  command.add_option("--domain-id", options->domain_id, "Sent as X-Domain-Id");
  command.add_option("--algorithm", options->algorithm,
                     "SDK-HMAC-SHA256, SDK-HMAC-SM3, SDK-ECDSA-P256-SHA256, SDK-SM2-SM3 or "
                     "V11-HMAC-SHA256");
  command.add_option("--region", options->region, "For V11-HMAC-SHA256");
  command.add_option("--service", options->service, "For V11-HMAC-SHA256");
}

base::Result<http::Fields> read_headers(const RequestOptions& options) {
  http::Fields headers;
  for (const auto& line : options.headers) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0) {
      return fail(Code::InvalidArgument, "a header is 'Name: value', not \"" + line + "\"");
    }
    headers.emplace_back(line.substr(0, colon),
                         base::trim(std::string_view(line).substr(colon + 1)));
  }
  return headers;
}

base::Result<std::string> read_body(const RequestOptions& options) {
  std::ostringstream text;
  if (options.data == "-") {
    text << std::cin.rdbuf();
  } else if (options.data.starts_with('@')) {
    std::ifstream file(options.data.substr(1), std::ios::binary);
    if (!file) return fail(Code::InvalidArgument, "cannot read " + options.data.substr(1));
    text << file.rdbuf();
  } else {
    return options.data;
  }
  return text.str();
}

base::Result<client::Settings> read_settings(const RequestOptions& options) {
  constexpr std::array kAlgorithms{Algorithm::HmacSha256, Algorithm::HmacSm3,
                                   Algorithm::EcdsaP256Sha256, Algorithm::Sm2Sm3,
                                   Algorithm::V11HmacSha256};
  for (const auto algorithm : kAlgorithms) {
    if (authn::signature::algorithm_name(algorithm) != options.algorithm) continue;
    return client::Settings{
        .algorithm = algorithm, .region = options.region, .service = options.service, .http = {}};
  }
  return fail(Code::InvalidArgument, "no algorithm \"" + options.algorithm + "\"");
}

base::Result<client::Credentials> read_credentials(const RequestOptions& options,
                                                   const std::string& token, Need need) {
  client::Credentials given;
  given.access_key_id = options.ak;
  given.secret = base::Secret(options.sk);
  given.security_token = options.security_token;
  given.project_id = options.project_id;
  given.domain_id = options.domain_id;
  given.token = token;
  const auto wanted =
      options.domain_id.empty() ? client::CredentialClass::Basic : client::CredentialClass::Global;
  auto found = client::find_credentials(given, client::process_environment(), wanted);
  if (!found && found.error().code == Code::NotFound && need == Need::Optional) return given;
  return found;
}

}  // namespace jianmen::app
