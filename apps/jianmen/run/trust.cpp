#include "run/trust.hpp"

#include <fstream>
#include <sstream>

#include "net/java_trust_store.hpp"
#include "run/environment.hpp"

namespace jianmen::app::run {

namespace fs = std::filesystem;
using base::error_of;
using base::Result;

namespace {

// Debian and its kin; Fedora and its kin; Alpine and the BSDs' habit; SUSE.
constexpr const char* kSystemBundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                          "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                          "/etc/pki/tls/certs/ca-bundle.crt",
                                          "/etc/ssl/cert.pem",
                                          "/etc/ssl/ca-bundle.pem",
                                          "/var/lib/ca-certificates/ca-bundle.pem"};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : std::string();
}

}  // namespace

Result<Trust> Trust::create(const Workspace& workspace, base::Time now) {
  const fs::path home = workspace.directory() / "authority";
  auto issuer = net::CertificateAuthority::open_or_create(home, now);
  if (!issuer) return error_of(issuer);
  std::error_code ignored;
  fs::remove_all(home, ignored);  // the program may read what we may: not the key
  Trust trust(std::move(*issuer));
  const std::string& own = trust.issuer_->certificate_pem();

  std::string bundle;
  for (const char* path : kSystemBundles) {
    if (!fs::is_regular_file(path, ignored)) continue;
    trust.system_bundles.emplace_back(path);
    if (bundle.empty()) bundle = read_file(path);
  }
  if (!bundle.empty() && bundle.back() != '\n') bundle += '\n';
  bundle += own;

  auto store = net::java_trust_store(bundle, kJavaStorePassword, now);
  if (!store) return error_of(store);
  for (const auto& [name, text, file] : {std::tuple<const char*, const std::string&, std::string&>{
                                             "authority.pem", own, trust.authority},
                                         {"bundle.pem", bundle, trust.bundle},
                                         {"trust.jks", *store, trust.java_store}}) {
    auto written = workspace.write(name, text);
    if (!written) return error_of(written);
    file = written->string();
  }
  return trust;
}

Result<std::shared_ptr<net::TlsServerContext>> Trust::make_context(const catalog::Catalog& catalog,
                                                                   base::Time now) const {
  auto identity = issuer_->issue({"localhost", "127.0.0.1"}, now);
  if (!identity) return error_of(identity);
  return net::TlsServerContext::create(
      *identity,
      [issuer = issuer_, &catalog, now](const std::string& name) -> Result<net::TlsIdentity> {
        if (!catalog.is_cloud_host(name)) {
          return base::fail(base::Code::NotFound, "not a name of the cloud");
        }
        return issuer->issue({name}, now);
      });
}

}  // namespace jianmen::app::run
