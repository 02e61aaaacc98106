#include <utility>

#include "store/detail/limits.hpp"
#include "store/detail/watchers.hpp"
#include "store/lmdb.hpp"
#include "store/lmdb/environment.hpp"
#include "store/lmdb/readers.hpp"
#include "store/lmdb/snapshot.hpp"
#include "store/lmdb/writer.hpp"

namespace jianmen::store {

namespace lmdb {

namespace {

class LmdbStore final : public Store {
 public:
  LmdbStore(std::unique_ptr<Environment> environment, const LmdbSettings& settings,
            const base::Clock& clock)
      : environment_(std::move(environment)), readers_(*environment_) {
    auto lease = readers_.take();
    Revision head = read_revision(lease);
    watchers_ = std::make_shared<detail::Watchers>(
        [this](Revision after) { return read_log(readers_.take(), after); }, head,
        read_trimmed(lease));
    writer_ = std::make_unique<Writer>(*environment_, settings, clock, *watchers_, head);
  }

  ~LmdbStore() override {
    writer_.reset();
    watchers_->stop();
  }

  std::unique_ptr<Snapshot> snapshot() const override {
    return std::make_unique<LmdbSnapshot>(readers_);
  }

  CommitResult commit(Transaction transaction, std::string_view idempotency_key) override {
    if (auto fits = detail::check_limits(transaction, idempotency_key); !fits) {
      return error_of(fits);
    }
    return writer_->commit(transaction, idempotency_key);
  }

  std::unique_ptr<Watch> watch(
      std::string prefix, Revision from,
      std::function<void(Revision, const std::vector<Change>&)> sink) override {
    return watchers_->add(std::move(prefix), from, std::move(sink));
  }

  Health health() const override {
    std::string trouble = writer_->trouble();
    bool writable = trouble.empty();
    if (writable) trouble = watchers_->trouble();
    return {"lmdb", writer_->head(), environment_->file_bytes(), writable, std::move(trouble)};
  }

 private:
  const std::unique_ptr<Environment> environment_;
  const Readers readers_;
  std::shared_ptr<detail::Watchers> watchers_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace

}  // namespace lmdb

base::Result<std::unique_ptr<Store>> open_lmdb_store(const LmdbSettings& settings,
                                                     const base::Clock& clock) {
  auto environment = lmdb::Environment::open(settings);
  if (!environment) return error_of(environment);
  return std::make_unique<lmdb::LmdbStore>(std::move(*environment), settings, clock);
}

}  // namespace jianmen::store
