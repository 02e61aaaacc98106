#include "run/names.hpp"

#include <cstdint>
#include <map>
#include <set>

#include "base/encoding.hpp"

namespace jianmen::app::run {

namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kLongestName = 255;
constexpr unsigned kTypeA = 1, kClassInternet = 1;

enum class Outcome : std::uint8_t { Ok = 0, Format = 1, NoName = 3, NotImplemented = 4 };

unsigned number_at(std::string_view bytes, std::size_t at) {
  return (static_cast<unsigned char>(bytes[at]) << 8U) | static_cast<unsigned char>(bytes[at + 1]);
}

struct Question {
  std::string name;     // lower case, without the last dot
  std::size_t end = 0;  // of type and class
  unsigned type = 0, type_class = 0;
};

// At `kHeader`; end 0: malformed. A question's name is never compressed.
Question parse_question(std::string_view query) {
  Question question;
  std::size_t at = kHeader;
  while (at < query.size()) {
    const auto size = static_cast<unsigned char>(query[at]);
    if (size == 0) break;
    if (size > 63 || at + 1 + size >= query.size()) return {};
    if (!question.name.empty()) question.name += '.';
    question.name += query.substr(at + 1, size);
    if (question.name.size() > kLongestName) return {};
    at += 1 + size;
  }
  if (at + 5 > query.size()) return {};
  question.name = base::to_lower(question.name);
  question.type = number_at(query, at + 1);
  question.type_class = number_at(query, at + 3);
  question.end = at + 5;
  return question;
}

std::string header(std::string_view query, Outcome outcome, bool has_question, bool has_answer) {
  std::string out(query.substr(0, 2));
  // Response, authoritative; the asker's opcode and "recursion desired"; recursion available.
  out += static_cast<char>(0x84U | (static_cast<unsigned char>(query[2]) & 0x79U));
  out += static_cast<char>(0x80U | static_cast<unsigned>(outcome));
  for (const bool one : {has_question, has_answer, false, false}) {
    out += '\0';
    out += one ? '\1' : '\0';
  }
  return out;
}

}  // namespace

std::string hosts_text(const catalog::Catalog& catalog, std::string_view door,
                       std::string_view machine, std::string_view rest) {
  std::set<std::string> hosts;
  for (const auto& endpoint : catalog.endpoints("", "")) hosts.insert(endpoint.host);
  std::string text;
  if (rest.empty()) {
    text = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";
    if (!machine.empty()) text.append("127.0.1.1 ").append(machine).append("\n");
  }
  for (const auto& host : hosts) text.append(door).append(" ").append(host).append("\n");
  return text.append(rest);
}

std::string resolver_text() {
  return "nameserver " + std::string(kDoor) + "\noptions timeout:2 attempts:2\n";
}

std::string name_sources_text(std::string_view machine_file) {
  std::string text;
  for (const auto line : base::split(machine_file, '\n')) {
    if (line.starts_with("hosts:") || line.empty()) continue;
    text.append(line).append("\n");
  }
  return text + "hosts: files dns\n";
}

std::string regions_text(const catalog::Catalog& catalog, std::string_view endpoint) {
  std::set<std::string_view> known;
  for (const auto& operation : catalog.operations()) known.insert(operation.service);
  std::map<std::string, std::set<std::string>> regions;
  for (const auto& served : catalog.endpoints("", "")) {
    if (!known.contains(served.service->name)) continue;
    auto& ids = regions[served.service->endpoint_env_key];
    if (served.region) {
      ids.insert(served.region->id);
    } else {
      // One host for all: the SDKs list it under each.
      for (const auto& region : catalog.regions()) ids.insert(region.id);
    }
  }
  std::string text;
  for (const auto& [service, ids] : regions) {
    if (service.empty()) continue;
    text += service + ":\n";
    for (const auto& id : ids) {
      text.append("  - id: ").append(id).append("\n    endpoint: ").append(endpoint).append("\n");
    }
  }
  return text;
}

std::string answer_query(std::string_view query,
                         const std::function<bool(std::string_view)>& is_cloud_host) {
  if (query.size() < kHeader || (static_cast<unsigned char>(query[2]) & 0x80U) != 0) return {};
  if ((static_cast<unsigned char>(query[2]) & 0x78U) != 0) {
    return header(query, Outcome::NotImplemented, false, false);
  }
  const Question question = number_at(query, 4) == 1 ? parse_question(query) : Question{};
  if (question.end == 0) return header(query, Outcome::Format, false, false);
  const auto asked = query.substr(kHeader, question.end - kHeader);
  if (!is_cloud_host(question.name)) {
    return header(query, Outcome::NoName, true, false).append(asked);
  }
  const bool has_answer = question.type == kTypeA && question.type_class == kClassInternet;
  std::string out = header(query, Outcome::Ok, true, has_answer).append(asked);
  if (has_answer) {
    // The name of the question (a pointer), type, class, 60 s, four bytes of address: kDoor.
    constexpr std::string_view kRecord("\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4\x7F\x56\0\1", 16);
    out.append(kRecord);
  }
  return out;
}

}  // namespace jianmen::app::run
