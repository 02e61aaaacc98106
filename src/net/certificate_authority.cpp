#include "net/certificate_authority.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/detail/openssl.hpp"
#include "net/fd.hpp"
#include "net/socket.hpp"

namespace jianmen::net {

namespace {

using detail::BioPtr;
using detail::KeyPtr;
using detail::X509Ptr;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, detail::FreeWith<GENERAL_NAMES_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, detail::FreeWith<X509_EXTENSION_free>>;

constexpr std::chrono::days kAuthorityLife{3650};
constexpr std::chrono::days kCertificateLife{397};
constexpr std::chrono::hours kBackdate{24};  // for clients whose clock is behind

std::unexpected<base::Error> tls_failure(std::string_view what) {
  return base::fail(base::Code::Internal, std::string(what) + ": " + detail::openssl_error());
}

std::unexpected<base::Error> file_failure(const std::filesystem::path& path) {
  const auto code = errno == EACCES ? base::Code::Denied : base::Code::Unavailable;
  return base::fail(code, "cannot write " + path.string() + ": " + std::strerror(errno));
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string certificate_text(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return text_of(bio.get());
}

base::Secret key_text(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return base::Secret(text_of(bio.get()));
}

bool extend(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_times(X509* certificate, base::Time now, std::chrono::days life) {
  const auto seconds = [](base::Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  };
  return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(now - kBackdate)) &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(now - kBackdate + life));
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return false;
  bytes[0] = (bytes[0] & 0x7f) | 0x40;  // positive, and of one length
  BIGNUM* number = BN_bin2bn(bytes.data(), bytes.size(), nullptr);
  const bool set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return set;
}

bool set_subject(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [name](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  return add("O", "Jianmen") && add("CN", common_name);
}

bool add_names(X509* certificate, const std::vector<std::string>& names) {
  const NamesPtr list(GENERAL_NAMES_new());
  for (const std::string& text : names) {
    GENERAL_NAME* name = nullptr;
    if (Address::numeric(text, 0)) {
      ASN1_OCTET_STRING* address = a2i_IPADDRESS(text.c_str());
      if (!address) return false;
      name = GENERAL_NAME_new();
      GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    } else {
      ASN1_IA5STRING* host = ASN1_IA5STRING_new();
      ASN1_STRING_set(host, text.data(), static_cast<int>(text.size()));
      name = GENERAL_NAME_new();
      GENERAL_NAME_set0_value(name, GEN_DNS, host);
    }
    sk_GENERAL_NAME_push(list.get(), name);
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) ==
         1;
}

base::Result<X509Ptr> make_authority(EVP_PKEY* key, base::Time now) {
  X509Ptr certificate(X509_new());
  X509* raw = certificate.get();
  const bool made =
      raw && X509_set_version(raw, X509_VERSION_3) && set_serial(raw) &&
      set_times(raw, now, kAuthorityLife) && set_subject(raw, "Jianmen local authority") &&
      X509_set_issuer_name(raw, X509_get_subject_name(raw)) && X509_set_pubkey(raw, key) &&
      extend(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      extend(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      extend(raw, raw, NID_subject_key_identifier, "hash") && X509_sign(raw, key, EVP_sha256()) > 0;
  if (!made) return tls_failure("cannot make a certificate authority");
  return certificate;
}

bool is_dns_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > 253) return false;
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == name.npos;
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Whole or not at all: a temporary file with its mode from the first moment, then a rename.
base::Result<> write_file(const std::filesystem::path& path, std::string_view text, mode_t mode) {
  const std::filesystem::path temporary = path.string() + ".new";
  ::unlink(temporary.c_str());
  const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return file_failure(temporary);
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
    return file_failure(path);
  }
  return {};
}

}  // namespace

struct CertificateAuthority::State {
  X509Ptr certificate;
  KeyPtr key;
  std::string pem;

  static base::Result<std::unique_ptr<State>> load(const std::filesystem::path& directory,
                                                   base::Time now);
  static base::Result<std::unique_ptr<State>> make(const std::filesystem::path& directory,
                                                   base::Time now);
};

// nullptr when there is none, or none that is still valid.
base::Result<std::unique_ptr<CertificateAuthority::State>> CertificateAuthority::State::load(
    const std::filesystem::path& directory, base::Time now) {
  auto pem = read_file(directory / "ca.pem");
  auto key_pem = read_file(directory / "ca.key");
  if (!pem)
    return std::unique_ptr<State>();  // also after a first start that ended between the two files
  auto state = std::make_unique<State>();
  if (key_pem) {
    const base::Secret secret(std::move(*key_pem));
    state->pem = std::move(*pem);
    const BioPtr pem_source = detail::read_only(state->pem);
    const BioPtr key_source = detail::read_only(secret.reveal());
    state->certificate.reset(PEM_read_bio_X509(pem_source.get(), nullptr, nullptr, nullptr));
    const auto no_password = [](char*, int, int, void*) { return -1; };
    state->key.reset(PEM_read_bio_PrivateKey(key_source.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
  }
  if (!state->certificate || !state->key ||
      X509_check_private_key(state->certificate.get(), state->key.get()) != 1) {
    ERR_clear_error();
    return base::fail(base::Code::Conflict,
                      "ca.pem and ca.key in " + directory.string() +
                          " do not belong together: remove both to have them made anew");
  }
  auto seconds = std::chrono::system_clock::to_time_t(
      std::chrono::floor<std::chrono::system_clock::duration>(now));
  if (X509_cmp_time(X509_get0_notAfter(state->certificate.get()), &seconds) < 0) {
    return std::unique_ptr<State>();
  }
  return state;
}

base::Result<std::unique_ptr<CertificateAuthority::State>> CertificateAuthority::State::make(
    const std::filesystem::path& directory, base::Time now) {
  auto state = std::make_unique<State>();
  state->key.reset(EVP_EC_gen("P-256"));
  if (!state->key) return tls_failure("cannot make a key");
  auto certificate = make_authority(state->key.get(), now);
  if (!certificate) return error_of(certificate);
  state->certificate = std::move(*certificate);
  state->pem = certificate_text(state->certificate.get());
  auto wrote_key = write_file(directory / "ca.key", key_text(state->key.get()).reveal(), 0600);
  if (!wrote_key) return error_of(wrote_key);
  auto wrote_certificate = write_file(directory / "ca.pem", state->pem, 0644);
  if (!wrote_certificate) return error_of(wrote_certificate);
  return state;
}

base::Result<CertificateAuthority> CertificateAuthority::open_or_create(
    const std::filesystem::path& directory, base::Time now) {
  std::error_code ignored;
  if (!std::filesystem::exists(directory, ignored)) {
    std::filesystem::create_directories(directory.parent_path(), ignored);
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return file_failure(directory);
  }
  const Fd lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return file_failure(directory);
  auto state = State::load(directory, now);
  if (!state) return error_of(state);
  if (!*state) state = State::make(directory, now);
  if (!state) return error_of(state);
  return CertificateAuthority(std::move(*state));
}

CertificateAuthority::CertificateAuthority(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
CertificateAuthority::~CertificateAuthority() = default;
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;

const std::string& CertificateAuthority::certificate_pem() const { return state_->pem; }

base::Result<TlsIdentity> CertificateAuthority::issue(const std::vector<std::string>& names,
                                                      base::Time now) const {
  if (names.empty()) return base::fail(base::Code::InvalidArgument, "a certificate needs a name");
  for (const std::string& name : names) {
    if (!Address::numeric(name, 0) && !is_dns_name(name)) {
      return base::fail(base::Code::InvalidArgument,
                        "not a name for a certificate: \"" + name + "\"");
    }
  }
  const KeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  X509* raw = certificate.get();
  X509* issuer = state_->certificate.get();
  const bool made = key && raw && X509_set_version(raw, X509_VERSION_3) && set_serial(raw) &&
                    set_times(raw, now, kCertificateLife) && set_subject(raw, "Jianmen server") &&
                    X509_set_issuer_name(raw, X509_get_subject_name(issuer)) &&
                    X509_set_pubkey(raw, key.get()) &&
                    extend(raw, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
                    extend(raw, issuer, NID_key_usage, "critical,digitalSignature") &&
                    extend(raw, issuer, NID_ext_key_usage, "serverAuth") &&
                    extend(raw, issuer, NID_subject_key_identifier, "hash") &&
                    extend(raw, issuer, NID_authority_key_identifier, "keyid:always") &&
                    add_names(raw, names) && X509_sign(raw, state_->key.get(), EVP_sha256()) > 0;
  if (!made) return tls_failure("cannot issue a certificate");
  return TlsIdentity{certificate_text(raw), key_text(key.get())};
}

}  // namespace jianmen::net
