#pragma once
// The authority that exists for one run, and the files by which programs come to trust it. Its key
// never leaves this process; it is gone with it.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "net/certificate_authority.hpp"
#include "run/workspace.hpp"

namespace jianmen::app::run {

class Trust {
 public:
  static base::Result<Trust> create(const Workspace& workspace, base::Time now);

  // A certificate for whatever cloud name is asked for; `catalog` outlives it.
  base::Result<std::shared_ptr<net::TlsServerContext>> make_context(const catalog::Catalog& catalog,
                                                                    base::Time now) const;

  std::string authority;   // file: the authority alone
  std::string bundle;      // file: with the system's
  std::string java_store;  // file
  // Where the system keeps its bundle: what is to be covered by ours.
  std::vector<std::string> system_bundles;

 private:
  explicit Trust(net::CertificateAuthority issuer)
      : issuer_(std::make_shared<net::CertificateAuthority>(std::move(issuer))) {}
  std::shared_ptr<const net::CertificateAuthority> issuer_;
};

}  // namespace jianmen::app::run
