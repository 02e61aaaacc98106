#pragma once
// How the store's bytes lie in LMDB. Five databases:
//   data  key -> stamp (created, modified, version) + value
//   log   revision, index (big-endian) -> deleted, stamp, key length + key + value: what watches
//   read meta  "schema", "revision" done  idempotency key -> revision, time of its commit;
//   done_by_time  time (big-endian), idempotency key -> nothing
// Numbers inside values are in the machine's order, as LMDB's own are: a file does not move between
// byte orders. Thread safety: plain functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "store/detail/apply.hpp"
#include "store/store.hpp"

namespace jianmen::store::lmdb {

constexpr std::string_view kSchemaKey = "schema";
constexpr std::string_view kSchema = "jianmen store 1";
constexpr std::string_view kRevisionKey = "revision";

constexpr std::size_t kStampSize = 24;

struct Record {
  detail::Stamp stamp;
  std::string_view value;
};
void write_stamp(char* to, const detail::Stamp& stamp);  // kStampSize bytes
std::optional<Record> parse_record(std::string_view bytes);

std::string log_key(Revision revision, std::uint32_t index);
std::optional<Revision> parse_log_revision(std::string_view key);
std::string log_value(const Change& change);
std::optional<Change> parse_log_value(std::string_view bytes);

struct Done {
  Revision revision = 0;
  base::Time at;
};
std::string done_value(const Done& done);
std::optional<Done> parse_done(std::string_view bytes);
std::string done_time_key(base::Time at, std::string_view idempotency_key);
struct DoneTime {
  base::Time at;
  std::string_view idempotency_key;
};
std::optional<DoneTime> parse_done_time(std::string_view key);

std::string number_value(std::int64_t number);
std::optional<std::int64_t> parse_number(std::string_view bytes);

}  // namespace jianmen::store::lmdb
