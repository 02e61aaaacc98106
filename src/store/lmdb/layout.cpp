#include "store/lmdb/layout.hpp"

#include <cstring>

namespace jianmen::store::lmdb {

namespace {

void append_big_endian(std::string& to, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>((number >> shift) & 0xff));
  }
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::int64_t read_number(std::string_view bytes, std::size_t index) {
  std::int64_t number = 0;
  std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
  return number;
}

void append_number(std::string& to, std::int64_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  to.append(bytes, sizeof bytes);
}

constexpr std::uint64_t kSign = std::uint64_t{1}
                                << 63;  // flipped, negative times sort before others

}  // namespace

void write_stamp(char* to, const detail::Stamp& stamp) {
  const std::int64_t numbers[] = {stamp.created, stamp.modified, stamp.version};
  static_assert(sizeof numbers == kStampSize);
  std::memcpy(to, numbers, sizeof numbers);
}

std::optional<Record> parse_record(std::string_view bytes) {
  if (bytes.size() < kStampSize) return {};
  detail::Stamp stamp{read_number(bytes, 0), read_number(bytes, 1), read_number(bytes, 2)};
  bool sound = stamp.created >= 1 && stamp.modified >= stamp.created && stamp.version >= 1;
  if (!sound) return {};
  return Record{stamp, bytes.substr(kStampSize)};
}

std::string log_key(Revision revision, std::uint32_t index) {
  std::string key;
  append_big_endian(key, static_cast<std::uint64_t>(revision), 8);
  append_big_endian(key, index, 4);
  return key;
}

std::optional<Revision> parse_log_revision(std::string_view key) {
  if (key.size() != 12) return {};
  return static_cast<Revision>(read_big_endian(key.substr(0, 8)));
}

std::string log_value(const Change& change) {
  const Entry& entry = change.entry;
  std::string bytes(1 + kStampSize, change.deleted ? '\1' : '\0');
  write_stamp(bytes.data() + 1, {entry.created, entry.modified, entry.version});
  append_big_endian(bytes, entry.key.size(), 2);
  return bytes.append(entry.key).append(entry.value);
}

std::optional<Change> parse_log_value(std::string_view bytes) {
  constexpr std::size_t kFixed = 1 + kStampSize + 2;
  if (bytes.size() < kFixed) return {};
  std::size_t key_size = read_big_endian(bytes.substr(kFixed - 2, 2));
  if (bytes.size() - kFixed < key_size) return {};
  Change change;
  change.deleted = bytes[0] != '\0';
  change.entry = {std::string(bytes.substr(kFixed, key_size)),
                  std::string(bytes.substr(kFixed + key_size)), read_number(bytes.substr(1), 0),
                  read_number(bytes.substr(1), 1), read_number(bytes.substr(1), 2)};
  return change;
}

std::string done_value(const Done& done) {
  std::string bytes;
  append_number(bytes, done.revision);
  append_number(bytes, done.at.time_since_epoch().count());
  return bytes;
}

std::optional<Done> parse_done(std::string_view bytes) {
  if (bytes.size() != 16) return {};
  return Done{read_number(bytes, 0), base::Time(base::Duration(read_number(bytes, 1)))};
}

std::string done_time_key(base::Time at, std::string_view idempotency_key) {
  std::string key;
  append_big_endian(key, static_cast<std::uint64_t>(at.time_since_epoch().count()) ^ kSign, 8);
  return key.append(idempotency_key);
}

std::optional<DoneTime> parse_done_time(std::string_view key) {
  if (key.size() < 8) return {};
  auto count = static_cast<std::int64_t>(read_big_endian(key.substr(0, 8)) ^ kSign);
  return DoneTime{base::Time(base::Duration(count)), key.substr(8)};
}

std::string number_value(std::int64_t number) {
  std::string bytes;
  append_number(bytes, number);
  return bytes;
}

std::optional<std::int64_t> parse_number(std::string_view bytes) {
  if (bytes.size() != sizeof(std::int64_t)) return {};
  return read_number(bytes, 0);
}

}  // namespace jianmen::store::lmdb
