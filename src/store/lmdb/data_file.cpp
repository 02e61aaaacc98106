#include "store/lmdb/data_file.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jianmen::store::lmdb {

namespace {

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::size_t kHeader = 16;  // page number, padding, flags, lower and upper or page count
constexpr std::uint16_t kBranch = 0x01, kLeaf = 0x02, kOverflow = 0x04, kMeta = 0x08;
constexpr std::uint16_t kBigData = 0x01, kSubData = 0x02;  // flags of a node of a leaf
constexpr std::size_t kDatabaseRecord = 48, kRootInRecord = 40;
constexpr int kMaxDepth = 40;

template <class Number>
Number read_at(const std::string& bytes, std::size_t offset) {
  Number number = 0;
  if (offset <= bytes.size() && bytes.size() - offset >= sizeof number) {
    std::memcpy(&number, bytes.data() + offset, sizeof number);
  }
  return number;
}

struct Meta {
  std::uint32_t page_size = 0;
  std::uint64_t free_root = kNoPage, main_root = kNoPage, last_page = 0, transaction = 0;
};

class DataFile final {
 public:
  explicit DataFile(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status{};
    if (fd_ >= 0 && ::fstat(fd_, &status) == 0) size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~DataFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  DataFile(const DataFile&) = delete;
  DataFile& operator=(const DataFile&) = delete;

  bool holds_all_pages() {
    auto first = read_meta(0);
    if (!first) return true;
    page_size_ = first->page_size;
    auto second = read_meta(page_size_);
    if (!second) return true;
    const Meta& newer = second->transaction > first->transaction ? *second : *first;
    if (size_ / page_size_ > newer.last_page) return true;
    return holds_tree(newer.free_root, 0) && holds_tree(newer.main_root, 0);
  }

 private:
  std::string read(std::uint64_t offset, std::size_t size) const {
    std::string bytes(size, '\0');
    ssize_t got = ::pread(fd_, bytes.data(), size, static_cast<off_t>(offset));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }

  std::optional<Meta> read_meta(std::uint64_t offset) const {
    std::string page = read(offset, kHeader + 24 + 2 * kDatabaseRecord + 16);
    bool sound =
        read_at<std::uint16_t>(page, 10) & kMeta && read_at<std::uint32_t>(page, kHeader) == kMagic;
    if (!sound) return {};
    constexpr std::size_t kFree = kHeader + 24, kMain = kFree + kDatabaseRecord;
    Meta meta;
    meta.page_size = read_at<std::uint32_t>(page, kFree);
    meta.free_root = read_at<std::uint64_t>(page, kFree + kRootInRecord);
    meta.main_root = read_at<std::uint64_t>(page, kMain + kRootInRecord);
    meta.last_page = read_at<std::uint64_t>(page, kMain + kDatabaseRecord);
    meta.transaction = read_at<std::uint64_t>(page, kMain + kDatabaseRecord + 8);
    if (meta.page_size < 256 || !std::has_single_bit(meta.page_size)) return {};
    return meta;
  }

  // The page's bytes, empty when the file ends before its end or another page lies there.
  std::string read_page(std::uint64_t number) const {
    if (number >= size_ / page_size_) return {};
    std::string page = read(number * page_size_, page_size_);
    if (page.size() != page_size_ || read_at<std::uint64_t>(page, 0) != number) return {};
    return page;
  }

  bool holds_tree(std::uint64_t root, int depth) {
    if (root == kNoPage) return true;
    bool circles = depth >= kMaxDepth || ++visited_ > size_ / page_size_;
    std::string page = circles ? "" : read_page(root);
    auto flags = read_at<std::uint16_t>(page, 10);
    if (page.empty() || !(flags & (kBranch | kLeaf))) return false;
    std::size_t lower = read_at<std::uint16_t>(page, 12);
    for (std::size_t at = kHeader; at + 2 <= lower; at += 2) {
      std::size_t node = read_at<std::uint16_t>(page, at);
      bool held = flags & kBranch ? holds_tree(child_of(page, node), depth + 1)
                                  : holds_value(page, node, depth);
      if (!held) return false;
    }
    return true;
  }

  static std::uint64_t child_of(const std::string& page, std::size_t node) {
    return read_at<std::uint32_t>(page, node) |
           std::uint64_t{read_at<std::uint16_t>(page, node + 4)} << 32;
  }

  bool holds_value(const std::string& page, std::size_t node, int depth) {
    auto flags = read_at<std::uint16_t>(page, node + 4);
    std::size_t value = node + 8 + read_at<std::uint16_t>(page, node + 6);
    if (flags & kSubData) {
      return holds_tree(read_at<std::uint64_t>(page, value + kRootInRecord), depth + 1);
    }
    if (!(flags & kBigData)) return true;
    auto number = read_at<std::uint64_t>(page, value);
    std::string first = read_page(number);
    auto count = read_at<std::uint32_t>(first, 12);
    return read_at<std::uint16_t>(first, 10) & kOverflow && number + count <= size_ / page_size_;
  }

  const int fd_;
  std::uint64_t size_ = 0;
  std::uint64_t page_size_ = 0;
  std::uint64_t visited_ = 0;
};

}  // namespace

bool holds_all_pages(const std::filesystem::path& data_file) {
  static_assert(std::endian::native == std::endian::little, "a node's halves lie the other way");
  return DataFile(data_file).holds_all_pages();
}

}  // namespace jianmen::store::lmdb
