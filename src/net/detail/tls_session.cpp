#include "net/detail/tls_session.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>

#include <netinet/in.h>
#include <sys/epoll.h>

#include "net/socket.hpp"

namespace jianmen::net::detail {

namespace {

base::Result<SslPtr> make_session(const TlsContextState& state, int fd) {
  SslPtr ssl(SSL_new(state.context.get()));
  if (!ssl || SSL_set_fd(ssl.get(), fd) != 1) {
    return base::fail(base::Code::Internal, openssl_error());
  }
  return ssl;
}

TlsFault fault_of(long verified) {
  switch (verified) {
    case X509_V_OK:
      return TlsFault::None;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TlsFault::Expired;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return TlsFault::Name;
    default:
      return TlsFault::Untrusted;
  }
}

std::string common_name(const X509_NAME* name) {
  const int at = name ? X509_NAME_get_index_by_NID(name, NID_commonName, -1) : -1;
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string copy(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return copy;
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>> all(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) {
      names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                         static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      const auto* bytes = ASN1_STRING_get0_data(name->d.iPAddress);
      const int size = ASN1_STRING_length(name->d.iPAddress);
      sockaddr_storage storage{};
      if (size == 4) {
        auto* four = reinterpret_cast<sockaddr_in*>(&storage);
        four->sin_family = AF_INET;
        std::memcpy(&four->sin_addr, bytes, 4);
      } else if (size == 16) {
        auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
        six->sin6_family = AF_INET6;
        std::memcpy(&six->sin6_addr, bytes, 16);
      } else {
        continue;
      }
      names.push_back(Address::of(storage, sizeof storage).host());
    }
  }
  return names;
}

base::Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return base::Time(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace

base::Result<TlsSession> TlsSession::accept(const TlsServerContext& context, int fd) {
  auto ssl = make_session(context.state(), fd);
  if (!ssl) return error_of(ssl);
  SSL_set_accept_state(ssl->get());
  return TlsSession(std::move(*ssl));
}

base::Result<TlsSession> TlsSession::connect(const TlsClientContext& context, int fd,
                                             const std::string& name) {
  auto made = make_session(context.state(), fd);
  if (!made) return error_of(made);
  SSL* ssl = made->get();
  SSL_set_connect_state(ssl);
  X509_VERIFY_PARAM* check = SSL_get0_param(ssl);
  bool named = false;
  if (Address::numeric(name, 0)) {
    named = X509_VERIFY_PARAM_set1_ip_asc(check, name.c_str()) == 1;
  } else {
    X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    named = X509_VERIFY_PARAM_set1_host(check, name.c_str(), name.size()) == 1 &&
            SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
  }
  if (!named) return base::fail(base::Code::InvalidArgument, "not a host name: " + name);
  return TlsSession(std::move(*made));
}

IoResult TlsSession::handshake(std::uint32_t& wants) {
  ERR_clear_error();
  return outcome(SSL_do_handshake(ssl_.get()), 0, wants);
}

IoResult TlsSession::read(std::span<char> into, std::uint32_t& wants) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
  return outcome(returned, bytes, wants);
}

IoResult TlsSession::write(std::string_view from, std::uint32_t& wants) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int returned = SSL_write_ex(ssl_.get(), from.data(), from.size(), &bytes);
  return outcome(returned, bytes, wants);
}

IoResult TlsSession::outcome(int returned, std::size_t bytes, std::uint32_t& wants) {
  if (returned == 1) return {IoStatus::Ok, bytes};
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      wants = EPOLLIN;
      return {IoStatus::WouldBlock, 0};
    case SSL_ERROR_WANT_WRITE:
      wants = EPOLLOUT;
      return {IoStatus::WouldBlock, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {IoStatus::End, 0};
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      failure_ = system_error ? std::strerror(system_error) : "the connection ended";
      return {IoStatus::Closed, 0};
    default:
      break;
  }
  broken_ = true;
  const unsigned long code = ERR_peek_error();
  const long verified = SSL_get_verify_result(ssl_.get());
  if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    failure_ = "the connection ended in the middle of TLS";
    ERR_clear_error();
    return {IoStatus::Closed, 0};
  }
  refused_ = true;
  failure_ = openssl_error();
  if (verified != X509_V_OK) {
    failure_.append(": ").append(X509_verify_cert_error_string(verified));
  }
  return {IoStatus::Failed, 0};
}

std::string_view TlsSession::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

TlsPeer TlsSession::peer() const {
  TlsPeer peer;
  const long verified = SSL_get_verify_result(ssl_.get());
  peer.fault = fault_of(verified);
  if (peer.fault != TlsFault::None) {
    peer.reason = X509_verify_cert_error_string(verified);
  } else if (refused_) {
    peer.fault = TlsFault::Protocol;
    peer.reason = failure_;
  }
  if (SSL_is_init_finished(ssl_.get())) peer.version = SSL_get_version(ssl_.get());
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (!certificate) return peer;
  peer.subject = common_name(X509_get_subject_name(certificate));
  peer.issuer = common_name(X509_get_issuer_name(certificate));
  peer.names = names_of(certificate);
  peer.not_before = time_of(X509_get0_notBefore(certificate));
  peer.not_after = time_of(X509_get0_notAfter(certificate));
  return peer;
}

void TlsSession::shut_down() {
  if (broken_ || !SSL_is_init_finished(ssl_.get())) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace jianmen::net::detail
