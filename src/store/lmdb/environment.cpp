#include "store/lmdb/environment.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "store/lmdb/data_file.hpp"
#include "store/lmdb/layout.hpp"

namespace jianmen::store::lmdb {

namespace {

// Above map_bytes, where ordinary writes are refused: deletions need new pages before they free old
// ones.
constexpr std::uint64_t kReserve = std::uint64_t{64} << 20;
constexpr unsigned kMaxReaders = 4096;
constexpr std::string_view kDataFile = "data.mdb";

base::Result<> make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (directory.has_parent_path()) {
    std::filesystem::create_directories(directory.parent_path(), error);
  }
  if (!error && ::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    error = std::error_code(errno, std::generic_category());
  }
  if (!error && !std::filesystem::is_directory(directory, error) && !error) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (!error) return {};
  return base::fail(base::Code::Unavailable, "the store's directory " + directory.string() +
                                                 " cannot be made: " + error.message());
}

// A new file lasts only when the directory that names it does.
void sync_directory(const std::filesystem::path& directory) {
  int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

// LMDB meets what cannot be in the middle of a page walk; it aborts after this.
void report_damage(MDB_env* env, const char* what) {
  const char* path = "";
  mdb_env_get_path(env, &path);
  base::log::error("store=lmdb fatal=\"data.mdb in " + std::string(path) +
                   " is damaged; restore a copy\" found=\"" + what + "\"");
  base::log::flush();
}

}  // namespace

base::Result<std::unique_ptr<Environment>> Environment::open(const LmdbSettings& settings) {
  if (auto made = make_directory(settings.directory); !made) return error_of(made);
  auto lock = LockFile::take(settings.directory);
  if (!lock) return error_of(lock);
  std::unique_ptr<Environment> environment(new Environment(settings.directory, std::move(*lock)));
  if (auto opened = environment->open_files(settings.map_bytes); !opened) return error_of(opened);
  if (auto opened = environment->open_databases(); !opened) return error_of(opened);
  environment->tighten_modes();
  sync_directory(settings.directory);
  sync_directory(std::filesystem::absolute(settings.directory).parent_path());
  environment->clear_dead_readers();
  return environment;
}

Environment::~Environment() {
  if (env_) mdb_env_close(env_);
}

base::Result<> Environment::refuse(std::string_view why) const {
  return base::fail(base::Code::Unavailable, "the store in " + directory_.string() +
                                                 " cannot be opened: " + std::string(why));
}

base::Result<> Environment::open_files(std::uint64_t map_bytes) {
  if (!holds_all_pages(directory_ / kDataFile)) {
    return refuse("data.mdb is damaged: a part of it is missing; restore a copy");
  }
  if (int rc = mdb_env_create(&env_); rc != MDB_SUCCESS) return refuse(rc);
  std::uint64_t page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t map = (map_bytes + kReserve) / page * page;
  if (int rc = mdb_env_set_mapsize(env_, map); rc != MDB_SUCCESS) return refuse(rc);
  if (int rc = mdb_env_set_maxdbs(env_, 8); rc != MDB_SUCCESS) return refuse(rc);
  if (int rc = mdb_env_set_maxreaders(env_, kMaxReaders); rc != MDB_SUCCESS) return refuse(rc);
  int rc = mdb_env_open(env_, directory_.c_str(), MDB_NOTLS, 0600);
  if (rc != MDB_SUCCESS) return refuse(rc);
  mdb_env_set_assert(env_, report_damage);
  return {};
}

base::Result<> Environment::open_databases() {
  auto txn = WriteTransaction::begin(*this);
  if (!txn) return refuse(txn.error().message);
  MDB_dbi unnamed = 0;
  MDB_stat stat{};
  if (int rc = mdb_dbi_open(txn->handle(), nullptr, 0, &unnamed); rc != MDB_SUCCESS) {
    return refuse(rc);
  }
  if (int rc = mdb_stat(txn->handle(), unnamed, &stat); rc != MDB_SUCCESS) return refuse(rc);
  bool fresh = stat.ms_entries == 0;

  const std::pair<const char*, MDB_dbi*> all[] = {{"meta", &databases_.meta},
                                                  {"data", &databases_.data},
                                                  {"log", &databases_.log},
                                                  {"done", &databases_.done},
                                                  {"done_by_time", &databases_.done_by_time}};
  for (const auto& [name, database] : all) {
    int rc = mdb_dbi_open(txn->handle(), name, fresh ? MDB_CREATE : 0, database);
    if (rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE) {
      return refuse("data.mdb was made by another program");
    }
    if (rc != MDB_SUCCESS) return refuse(rc);
  }
  MDB_val key = to_val(kSchemaKey), value = to_val(kSchema);
  if (fresh) {
    if (int rc = mdb_put(txn->handle(), databases_.meta, &key, &value, 0); rc != MDB_SUCCESS) {
      return refuse(rc);
    }
  } else if (int rc = mdb_get(txn->handle(), databases_.meta, &key, &value); rc != MDB_SUCCESS) {
    return refuse(rc == MDB_NOTFOUND ? "data.mdb was made by another program" : describe(rc));
  } else if (to_view(value) != kSchema) {
    return refuse("data.mdb was made by another version of this program");
  }
  if (auto committed = txn->commit(); !committed) return refuse(committed.error().message);
  return {};
}

void Environment::tighten_modes() const {
  for (std::string_view name : {kDataFile, std::string_view("lock.mdb")}) {
    std::error_code ignored;  // a copy that was put back may be open to others; LMDB leaves it so
    std::filesystem::permissions(directory_ / name, std::filesystem::perms(0600), ignored);
  }
}

std::uint64_t Environment::file_bytes() const {
  mdb_filehandle_t fd = -1;
  struct stat status{};
  if (mdb_env_get_fd(env_, &fd) != MDB_SUCCESS || ::fstat(fd, &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

std::uint64_t Environment::high_water() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

std::uint64_t Environment::used_bytes() const {
  constexpr MDB_dbi kFreeList = 0;  // transaction -> a count, then the pages that it set free
  MDB_txn* txn = nullptr;
  MDB_cursor* cursor = nullptr;
  if (mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) != MDB_SUCCESS) return high_water();
  std::uint64_t free = 0;
  if (mdb_cursor_open(txn, kFreeList, &cursor) == MDB_SUCCESS) {
    MDB_val key, value;
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
      std::size_t count = 0;
      if (value.mv_size >= sizeof count) std::memcpy(&count, value.mv_data, sizeof count);
      free += count;
    }
    mdb_cursor_close(cursor);
  }
  mdb_txn_abort(txn);
  MDB_stat stat{};
  mdb_env_stat(env_, &stat);
  return high_water() - free * stat.ms_psize;
}

int Environment::clear_dead_readers() const {
  int dead = 0;
  return mdb_reader_check(env_, &dead) == MDB_SUCCESS ? dead : 0;
}

std::string Environment::describe(int rc) const {
  std::string in = directory_.string();
  switch (rc) {
    case ENOSPC:
      return "the disk that holds " + in + " is full";
    case EDQUOT:
      return "the disk quota for " + in + " is used up";
    case EFBIG:
      return "data.mdb in " + in + " has reached the process's file size limit";
    case EROFS:
      return "the file system that holds " + in + " is read-only";
    case EIO:  // LMDB's word for a short write, too
      return "the disk that holds " + in + " failed or is full (input/output error)";
    case ENOMEM:
      return "the process may not map " + in +
             ": lower the store's size limit or raise the process's";
    case MDB_MAP_FULL:
      return "the store in " + in + " has reached its size limit";
    case MDB_INVALID:
      return "data.mdb in " + in + " is not a store or is damaged";
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
      return "data.mdb in " + in + " is damaged; restore a copy";
    case MDB_VERSION_MISMATCH:
      return "data.mdb in " + in + " was written by another version of LMDB";
    case MDB_PANIC:
      return "the disk that holds " + in + " failed during a commit; start the program again";
    default:
      return "data.mdb in " + in + ": " + mdb_strerror(rc);
  }
}

base::Result<> Environment::check(int rc) const {
  if (rc == MDB_SUCCESS) return {};
  return base::fail(base::Code::Unavailable, describe(rc));
}

base::Result<WriteTransaction> WriteTransaction::begin(const Environment& environment) {
  MDB_txn* txn = nullptr;
  int rc = mdb_txn_begin(environment.handle(), nullptr, 0, &txn);
  if (auto begun = environment.check(rc); !begun) return error_of(begun);
  return WriteTransaction(environment, txn);
}

WriteTransaction::WriteTransaction(WriteTransaction&& other) noexcept
    : environment_(other.environment_), txn_(std::exchange(other.txn_, nullptr)) {}

WriteTransaction::~WriteTransaction() {
  if (txn_) mdb_txn_abort(txn_);
}

base::Result<> WriteTransaction::commit() {
  return environment_.check(mdb_txn_commit(std::exchange(txn_, nullptr)));
}

}  // namespace jianmen::store::lmdb
