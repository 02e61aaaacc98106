#pragma once
// Where a path of a document ("users[1].groups[0]") stands in its file, YAML or JSON (which is read
// as YAML).

#include <compare>
#include <memory>
#include <string>
#include <string_view>

namespace jianmen::app {

struct FilePosition {
  int line = 1, column = 1;
  friend auto operator<=>(const FilePosition&, const FilePosition&) = default;
};

class FilePositions {
 public:
  explicit FilePositions(const std::string& file);
  ~FilePositions();

  // Of the deepest part of the path that is there; 1:1 for the document.
  FilePosition find(std::string_view path) const;

 private:
  struct Document;
  std::unique_ptr<Document> document_;
};

}  // namespace jianmen::app
