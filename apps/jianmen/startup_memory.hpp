#pragma once
// What starting needed and serving does not. Most resident pages of a fresh server are code and
// tables that ran once: parsers of data files, password hashing, certificate making.

namespace jianmen::app {

// Gives that memory back to the system: free heap, the embedded data files, and the code pages of
// the binary and its libraries (clean copies of files; those in use come back at the next call,
// from the page cache). Once, when everything listens.
void release_startup_memory();

}  // namespace jianmen::app
