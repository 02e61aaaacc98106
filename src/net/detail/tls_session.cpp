#include "net/detail/tls_session.hpp"

#include <cerrno>
#include <cstring>

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

void TlsSession::shut_down() {
  if (broken_ || !SSL_is_init_finished(ssl_.get())) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace jianmen::net::detail
