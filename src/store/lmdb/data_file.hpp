#pragma once
// Whether a data file that ends before its last page misses something. Such a file is not damaged
// in itself: pages that a transaction took and gave back are never written. But LMDB reads through
// a map, where a page that was cut off is a SIGBUS, not an error; so the pages that are in use are
// looked up first, by reading, in LMDB's format (version 1, the layout of mdb.c: a page's header,
// its nodes, the roots in the newer of two meta pages). Thread safety: a plain function, for a file
// that nobody writes.

#include <filesystem>

namespace jianmen::store::lmdb {

// True for a file that is as long as it should be (nothing more is read then), that does not exist,
// or that is not LMDB's at all: what is wrong with the latter LMDB says itself.
bool holds_all_pages(const std::filesystem::path& data_file);

}  // namespace jianmen::store::lmdb
