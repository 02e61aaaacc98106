#include "net/tls.hpp"

#include <array>
#include <map>
#include <mutex>
#include <span>
#include <utility>

#include <openssl/pem.h>

#include "net/detail/openssl.hpp"
#include "net/detail/ticket_keys.hpp"

namespace jianmen::net {

namespace {

using detail::openssl_error;

constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// The better one first.
constexpr std::array<unsigned char, 12> kHttp2AndHttp11 = {2,   'h', '2', 8,   'h', 't',
                                                           't', 'p', '/', '1', '.', '1'};

std::span<const unsigned char> protocols(HttpVersions versions) {
  if (versions == HttpVersions::Http2AndHttp1) return kHttp2AndHttp11;
  return kHttp11;
}

template <HttpVersions Versions>
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  const auto ours = protocols(Versions);
  unsigned char* match = nullptr;
  if (SSL_select_next_proto(&match, chosen_size, ours.data(),
                            static_cast<unsigned int>(ours.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

// An encrypted key must not make the server ask for a password on the terminal.
int no_password(char*, int, int, void*) { return -1; }

detail::SslContextPtr make_context(const SSL_METHOD* method) {
  detail::SslContextPtr context(SSL_CTX_new(method));
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A record with its header in one read; what came with it is pending (Stream::has_pending).
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  return context;
}

base::Result<> use_chain(SSL_CTX* context, std::string_view pem) {
  const auto source = detail::read_only(pem);
  const detail::X509Ptr own(PEM_read_bio_X509_AUX(source.get(), nullptr, no_password, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) {
    return base::fail(base::Code::InvalidArgument,
                      "the certificate is not usable: " + openssl_error());
  }
  while (X509* next = PEM_read_bio_X509(source.get(), nullptr, no_password, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return base::fail(base::Code::InvalidArgument,
                        "the certificate chain is not usable: " + openssl_error());
    }
  }
  ERR_clear_error();  // the reader ends with "no start line"
  return {};
}

base::Result<> use_key(SSL_CTX* context, std::string_view pem) {
  const auto source = detail::read_only(pem);
  const detail::KeyPtr key(PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return base::fail(base::Code::InvalidArgument,
                      "the private key is not usable: " + openssl_error());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return base::fail(base::Code::InvalidArgument,
                      "the private key does not belong to the certificate");
  }
  return {};
}

base::Result<> trust(SSL_CTX* context, std::string_view pem) {
  const auto source = detail::read_only(pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (X509* next = PEM_read_bio_X509(source.get(), nullptr, no_password, nullptr)) {
    const detail::X509Ptr certificate(next);
    if (X509_STORE_add_cert(store, certificate.get()) != 1) break;
    ++count;
  }
  ERR_clear_error();
  if (count == 0) {
    return base::fail(base::Code::InvalidArgument, "the CA file holds no certificate");
  }
  return {};
}

// Who asks for ever new names gets the certificate without one, and not our memory.
constexpr std::size_t kNamesAtMost = 4096;
constexpr std::size_t kLongestName = 253;

class NamedContexts {
 public:
  explicit NamedContexts(TlsServerContext::IssueFor issue) : issue_(std::move(issue)) {}

  static int choose(SSL* session, int*, void* mine) {
    const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    if (!name) return SSL_TLSEXT_ERR_NOACK;
    SSL_CTX* context = static_cast<NamedContexts*>(mine)->find(name);
    if (!context) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_SSL_CTX(session, context);
    return SSL_TLSEXT_ERR_OK;
  }

 private:
  SSL_CTX* find(const std::string& name) {
    if (name.size() > kLongestName) return nullptr;
    const std::scoped_lock lock(mutex_);
    if (const auto found = contexts_.find(name); found != contexts_.end()) {
      return found->second->state().context.get();
    }
    if (contexts_.size() >= kNamesAtMost) return nullptr;
    const auto identity = issue_(name);
    if (!identity) return nullptr;
    auto context = TlsServerContext::create(*identity);
    if (!context) return nullptr;
    return contexts_.emplace(name, std::move(*context)).first->second->state().context.get();
  }

  TlsServerContext::IssueFor issue_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<TlsServerContext>> contexts_;
};

}  // namespace

base::Result<std::shared_ptr<TlsServerContext>> TlsServerContext::create(
    const TlsIdentity& identity, IssueFor issue) {
  auto made = create(identity);
  if (!made) return made;
  auto names = std::make_shared<NamedContexts>(std::move(issue));
  SSL_CTX* context = (*made)->state_->context.get();
  SSL_CTX_set_tlsext_servername_callback(context, NamedContexts::choose);
  SSL_CTX_set_tlsext_servername_arg(context, names.get());
  (*made)->state_->by_name = std::move(names);
  return made;
}

base::Result<std::shared_ptr<TlsServerContext>> TlsServerContext::create(
    const TlsIdentity& identity, HttpVersions versions) {
  auto state = std::make_unique<detail::TlsContextState>();
  state->context = make_context(TLS_server_method());
  SSL_CTX* context = state->context.get();
  if (!context) return base::fail(base::Code::Internal, openssl_error());
  auto chain = use_chain(context, identity.certificate_chain_pem);
  if (!chain) return error_of(chain);
  auto key = use_key(context, identity.private_key_pem.reveal());
  if (!key) return error_of(key);
  SSL_CTX_set_alpn_select_cb(context,
                             versions == HttpVersions::Http2AndHttp1
                                 ? choose_protocol<HttpVersions::Http2AndHttp1>
                                 : choose_protocol<HttpVersions::Http1>,
                             nullptr);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Tickets resume without memory here, on every loop, as the context is common to all; one a
  // handshake is enough.
  if (!detail::use_rotated_ticket_keys(context)) {
    return base::fail(base::Code::Internal, openssl_error());
  }
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  const unsigned char id[] = "jianmen";
  SSL_CTX_set_session_id_context(context, id, sizeof id - 1);
  return std::shared_ptr<TlsServerContext>(new TlsServerContext(std::move(state)));
}

TlsServerContext::TlsServerContext(std::unique_ptr<detail::TlsContextState> state)
    : state_(std::move(state)) {}
TlsServerContext::~TlsServerContext() = default;

base::Result<std::shared_ptr<TlsClientContext>> TlsClientContext::create(
    const TlsClientSettings& settings) {
  auto state = std::make_unique<detail::TlsContextState>();
  state->context = make_context(TLS_client_method());
  SSL_CTX* context = state->context.get();
  if (!context) return base::fail(base::Code::Internal, openssl_error());
  if (settings.system_authorities) SSL_CTX_set_default_verify_paths(context);
  if (!settings.ca_pem.empty()) {
    auto trusted = trust(context, settings.ca_pem);
    if (!trusted) return error_of(trusted);
  }
  if (settings.identity) {
    auto chain = use_chain(context, settings.identity->certificate_chain_pem);
    if (!chain) return error_of(chain);
    auto key = use_key(context, settings.identity->private_key_pem.reveal());
    if (!key) return error_of(key);
  }
  SSL_CTX_set_verify(context, settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_alpn_protos(context, kHttp11.data(), kHttp11.size());
  return std::shared_ptr<TlsClientContext>(new TlsClientContext(std::move(state)));
}

TlsClientContext::TlsClientContext(std::unique_ptr<detail::TlsContextState> state)
    : state_(std::move(state)) {}
TlsClientContext::~TlsClientContext() = default;

}  // namespace jianmen::net
