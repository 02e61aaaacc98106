#pragma once
// A certificate authority of one's own, for https on names that belong to someone else or to
// nobody: made on first start in a directory (ca.pem; ca.key with mode 0600), trusted by whoever is
// given ca.pem, used to issue the server's certificate. ECDSA P-256 throughout. Thread safety:
// issue() from any thread.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/tls.hpp"

namespace jianmen::net {

class CertificateAuthority {
 public:
  // Opens the one in `directory` (made with mode 0700 if it is not there), else makes it; two
  // programs that start at once get the same. One that has expired is made anew.
  static base::Result<CertificateAuthority> open_or_create(const std::filesystem::path& directory,
                                                           base::Time now);
  ~CertificateAuthority();
  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;

  const std::string& certificate_pem() const;
  // A new key and its certificate for these names: hosts, wildcards
  // ("*.cn-north-4.myhuaweicloud.com"), addresses. Valid for 397 days, the most that clients on all
  // systems accept.
  base::Result<TlsIdentity> issue(const std::vector<std::string>& names, base::Time now) const;

 private:
  struct State;
  explicit CertificateAuthority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace jianmen::net
