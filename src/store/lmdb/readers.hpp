#pragma once
// Read transactions, made once and used again: beginning a new one takes a lock of the environment
// and a slot of 4,096, renewing one a few atomic operations. A reader goes back to the shelf of the
// thread that took it. What a reader meets and cannot answer (a damaged page) ends the process with
// a line in the log: a store that answers "absent" instead would let through what a deny list
// stops. Thread safety: take() and the end of a Lease from any thread; a Lease belongs to its
// thread.

#include <array>
#include <mutex>
#include <vector>

#include <lmdb.h>

#include "store/lmdb/environment.hpp"

namespace jianmen::store::lmdb {

struct Reader {
  MDB_txn* txn = nullptr;
  MDB_cursor* data = nullptr;
};

class Readers final {
 public:
  class Lease final {
   public:
    Lease(const Readers& readers, Reader reader) : readers_(readers), reader_(reader) {}
    ~Lease() { readers_.give_back(reader_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    MDB_txn* txn() const { return reader_.txn; }
    MDB_cursor* data() const { return reader_.data; }
    const Environment& environment() const { return readers_.environment_; }

   private:
    const Readers& readers_;
    const Reader reader_;
  };

  explicit Readers(const Environment& environment) : environment_(environment) {}
  ~Readers();
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  Lease take() const;  // waits while all slots are in use

 private:
  struct alignas(64) Shelf {
    std::mutex mutex;
    std::vector<Reader> idle;
  };

  Shelf& own_shelf() const;
  bool take_idle(Shelf& shelf, Reader& reader) const;
  int make(Reader& reader) const;
  void give_back(Reader reader) const;

  const Environment& environment_;
  mutable std::array<Shelf, 16> shelves_;
};

[[noreturn]] void end_process(std::string_view why);

}  // namespace jianmen::store::lmdb
