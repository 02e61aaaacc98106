#include "store/lmdb/readers.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/log.hpp"

namespace jianmen::store::lmdb {

void end_process(std::string_view why) {
  base::log::error("store=lmdb fatal=" + std::string(why));
  base::log::flush();
  std::abort();
}

Readers::~Readers() {
  for (Shelf& shelf : shelves_) {
    for (const Reader& reader : shelf.idle) {
      mdb_cursor_close(reader.data);
      mdb_txn_abort(reader.txn);
    }
  }
}

Readers::Shelf& Readers::own_shelf() const {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t own = threads.fetch_add(1, std::memory_order_relaxed);
  return shelves_[own % shelves_.size()];
}

bool Readers::take_idle(Shelf& shelf, Reader& reader) const {
  {
    std::lock_guard lock(shelf.mutex);
    if (shelf.idle.empty()) return false;
    reader = shelf.idle.back();
    shelf.idle.pop_back();
  }
  int rc = mdb_txn_renew(reader.txn);
  if (rc == MDB_SUCCESS) rc = mdb_cursor_renew(reader.txn, reader.data);
  if (rc != MDB_SUCCESS) end_process(environment_.describe(rc));
  return true;
}

int Readers::make(Reader& reader) const {
  int rc = mdb_txn_begin(environment_.handle(), nullptr, MDB_RDONLY, &reader.txn);
  if (rc != MDB_SUCCESS) return rc;
  rc = mdb_cursor_open(reader.txn, environment_.databases().data, &reader.data);
  if (rc != MDB_SUCCESS) mdb_txn_abort(reader.txn);
  return rc;
}

Readers::Lease Readers::take() const {
  Reader reader;
  if (take_idle(own_shelf(), reader)) return Lease(*this, reader);
  while (true) {
    int rc = make(reader);
    if (rc == MDB_SUCCESS) return Lease(*this, reader);
    if (rc != MDB_READERS_FULL) end_process(environment_.describe(rc));
    for (Shelf& shelf : shelves_) {
      if (take_idle(shelf, reader)) return Lease(*this, reader);
    }
    environment_.clear_dead_readers();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Readers::give_back(Reader reader) const {
  mdb_txn_reset(reader.txn);
  Shelf& shelf = own_shelf();
  std::lock_guard lock(shelf.mutex);
  shelf.idle.push_back(reader);
}

}  // namespace jianmen::store::lmdb
